"""Every write of ours, with each of its system calls failing in turn: `failing.py FOLDER`, with failing.c preloaded.

Prints how many faults there were in each, and what was wrong after them.
"""

import ctypes
import errno
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path
from typing import Any

from test_bookmark import PAGE
from voice_guide.body.profile import Profile
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.kit import Kit
from voice_guide.guide.scripts import new_script
from voice_guide.library import Library
from voice_guide.personal.bookmark import Bookmarks
from voice_guide.personal.journal import Journal
from voice_guide.personal.profile import forget_profile, read_profile, write_profile
from voice_guide.storage.kept import SOUND, Kept, clear, named

SYSTEM = ctypes.CDLL(None)
KILLED, LASTING = 0, errno.ENOSPC
FAULTS = [(error, False) for error in (KILLED, errno.EIO, errno.ENOSPC, errno.EROFS)] + [(LASTING, True)]
OLD, NEW = (Profile(no={name: date(2026, 1, 1)}) for name in ("heart", "pregnancy"))
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
FINE, TOLD, WRONG, NONE = 0, 10, 11, 12
"""How one who was not killed leaves: it is done; or not, which was said in a line; or neither; or nothing failed."""


@dataclass(frozen=True)
class Write:
    """`act` turns what `look` gives after `before` into another thing; says in a line, or raises, where it cannot."""

    before: Callable[[Path], Any]
    act: Callable[[Path], Any]
    look: Callable[[Path], Any]


def read(folder: Path) -> Profile | None:
    return read_profile(["heart", "pregnancy"], [], folder / "profile.toml")


def kept(profile: Profile) -> Callable[[Path], Any]:
    return lambda folder: write_profile(profile, {}, folder / "profile.toml")


def noted(cue: int) -> Callable[[Path], Any]:
    return lambda folder: Bookmarks(folder).write(replace(PAGE, cue=cue))


def place(folder: Path) -> int | None:
    return next((page.cue for page in Bookmarks(folder).read()), None)


def journal(folder: Path) -> Journal:
    return Journal(folder / "journal.sqlite")


def begin(folder: Path) -> str:
    past = journal(folder)
    past.begin("r", f"session {len(past.known)}", WHEN, False)
    return past.warning


def update(folder: Path) -> str:
    past = journal(folder)
    past.update(1, seconds=60, done=["heel"] * 500, ended="finished")
    return past.warning


def sessions(folder: Path) -> list[tuple[str, str]]:
    past = journal(folder)
    if past.warning:
        raise AssertionError(past.warning)
    return [(record.name, record.ended) for record in past.known]


def cue(folder: Path) -> Path:
    return folder / named(SOUND, "x")


def remember(folder: Path) -> str:
    cache = Kept(folder)
    cache.store(cue(folder).name, b"ab" * 30_000)
    return cache.warning


def spoil(folder: Path) -> None:
    remember(folder)
    cue(folder).write_bytes(b"broken")


def script(folder: Path) -> bytes | None:
    path = folder / "own" / "sunday.yaml"
    return path.read_bytes() if path.exists() else None


LIBRARY = Library(own=Path("none"), cache=Path("/dev/null"))


def nothing(folder: Path) -> None:
    """Somebody new."""


def begun(folder: Path) -> None:
    kit = Kit("tone", 160, 50, data=folder, cache="/dev/null")
    kit.library = LIBRARY
    new_script(kit, "Sunday", folder / "own" / "sunday.yaml")


def forget(folder: Path) -> None:
    forget_profile(folder / "profile.toml")


def cleared(folder: Path) -> str:
    clear(folder)
    return "some stay" if cue(folder).exists() else ""


def remembered(folder: Path) -> int:
    return len(Kept(folder).load(cue(folder).name))


WRITES = {
    "the first profile": Write(nothing, kept(NEW), read),
    "another profile": Write(kept(OLD), kept(NEW), read),
    "a profile forgotten": Write(kept(OLD), forget, read),
    "the first place": Write(nothing, noted(1), place),
    "another place": Write(noted(1), noted(2), place),
    "a place that is no more": Write(noted(1), lambda folder: Bookmarks(folder).remove(PAGE), place),
    "the first session": Write(nothing, begin, sessions),
    "another session": Write(begin, begin, sessions),
    "more of a session": Write(begin, update, sessions),
    "a journal erased": Write(begin, lambda folder: journal(folder).erase(), sessions),
    "a sound": Write(nothing, remember, remembered),
    "a sound in place of a broken one": Write(spoil, remember, remembered),
    "a cache cleared": Write(remember, cleared, remembered),
    "a script": Write(nothing, begun, script),
}


def done(write: Write, folder: Path) -> int:
    try:
        told = write.act(folder)
    except VoiceGuideError as error:
        told = str(error)
    lines = told.splitlines() if isinstance(told, str) else []
    return (FINE, TOLD)[len(lines)] if len(lines) < 2 else WRONG


def in_a_child(write: Write, folder: Path, number: int, fault: int, lasting: bool) -> int | None:
    """How it ends where the call of that number fails; None where there are fewer."""
    child = os.fork()
    if not child:
        end = WRONG
        try:
            SYSTEM.arm(os.fsencode(folder), number, fault, lasting)
            end = done(write, folder)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        finally:
            os._exit(end if SYSTEM.hits() else NONE)
    end = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return None if end == NONE else end


def wrong_after(write: Write, folder: Path, new: Any, end: int) -> str:
    """What is not as promised."""
    if end not in (FINE, TOLD, -signal.SIGKILL):
        return f"it left with {end}"
    try:
        found = write.look(folder)
        parts = [path.name for path in folder.iterdir() if path.suffix == ".part" and write.look is not remembered]
        done(write, folder)
        write.look(folder)
    except Exception as error:
        return f"the next start: {type(error).__name__}: {error}"
    if found != new and (end == FINE or found != before(write, folder.with_name("old"))):
        return f"{found!r} after it left with {end}"
    return f"left {parts}" if parts else ""


def before(write: Write, folder: Path) -> Any:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    write.before(folder)
    return write.look(folder)


def tried(write: Write, folder: Path) -> tuple[int, list[str]]:
    """How many faults there were, and what was wrong."""
    before(write, folder / "new")
    assert done(write, folder / "new") == FINE
    new, faults, wrong = write.look(folder / "new"), 0, []
    for fault, lasting in FAULTS:
        for number in count(1):
            before(write, folder / "it")
            end = in_a_child(write, folder / "it", number, fault, lasting)
            if end is None:
                break
            faults += 1
            if fine := wrong_after(write, folder / "it", new, end):
                wrong.append(f"{errno.errorcode.get(fault, 'killed')}{'...' * lasting} at {number}: {fine}")
    return faults, wrong


if __name__ == "__main__":
    print(json.dumps({name: tried(write, Path(sys.argv[1])) for name, write in WRITES.items()}))

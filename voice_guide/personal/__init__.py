"""What belongs to the listener alone: where it lies, and how a broken file of it is put aside, never deleted."""

import errno
import os
import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from voice_guide.errors import VoiceGuideError
from voice_guide.storage.bounded import read_bounded
from voice_guide.storage.folders import user_folder
from voice_guide.storage.whole import patiently, sweep

PROFILE, JOURNAL, OWN_VOICES = "profile.toml", "journal.sqlite", "voices"
"""The listener's files by their names in the folder, and the folder of voices that were recorded here; places to resume
from are `place-*.json` beside them."""


def data_folder() -> Path:
    """VOICE_GUIDE_DATA, else the user's data folder. It may not exist yet."""
    return user_folder("VOICE_GUIDE_DATA", "data")


def read(path: Path, largest: int) -> bytes | None:
    """The bytes of a file of the listener, one more than `largest` at the most; None where there never was one.

    OSError for anything else: a link whose target is away, as on a stick that was taken out, what is no file, or what
    may not be read. It is never waited for.
    """
    tidy(path)
    try:
        return read_bounded(path, largest)
    except FileNotFoundError:
        if away(path):
            raise OSError(errno.ENOENT, "a link or a drive leads to what is not there", str(path)) from None
        return None


def tidy(path: Path) -> None:
    """Remove what killed processes left half written beside a file of the listener, of it and of the others."""
    for name in {path.name, PROFILE, JOURNAL}:
        sweep(path.with_name(name))
    with suppress(OSError):
        for part in path.parent.glob(".place*.part"):
            part.unlink(missing_ok=True)


def forget(path: Path, beside: Callable[[Path], Iterable[Path]] = lambda one: ()) -> list[Path]:
    """Delete a file of the listener, all of it that was set aside, and what was half written; returns what is gone.

    `beside`: what belongs to a file. The file itself goes last, so that whoever is broken off finds that it is not
    forgotten. Raises VoiceGuideError where one stays: what a link leads to is named and not deleted, for it may be
    anything.
    """
    tidy(path)
    gone, linked = [], [os.path.realpath(path)] if path.is_symlink() else []
    faults: list[VoiceGuideError] = []
    for main in (*all_set_aside(path), path):
        for one in (main, *beside(main)):
            try:
                if os.path.lexists(one):
                    remove(one)
                    gone.append(one)
            except VoiceGuideError as fault:  # the others go all the same
                faults.append(fault)
    if faults:
        raise faults[0]
    if linked:
        raise VoiceGuideError(f"{path} was a link: what you told may still lie in {linked[0]}; delete that yourself")
    return gone


def remove(path: Path) -> None:
    """Delete a file of the listener, if it is there. Raises VoiceGuideError where it stays."""
    if not os.path.lexists(path):  # a disk that takes nothing refuses to remove what it does not have
        return
    try:
        patiently(lambda: path.unlink(missing_ok=True))
    except NotADirectoryError:
        return
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
        raise VoiceGuideError(f"{path} cannot be deleted: {reason}; delete it yourself") from None


def away(path: Path) -> Path | None:
    """The link on the way to a file, or the file itself, that leads to nothing; None where there is none.

    On Windows also a junction, which is no link to Python, and a drive or a share: with it goes all that is on it.
    """
    drive = Path(path.anchor)
    on_the_way = (path, *path.parents)
    return next((one for one in on_the_way if (os.path.lexists(one) or one == drive) and not one.exists()), None)


def set_aside(path: Path) -> Path:
    """Rename a broken file to `name.broken-1.suffix`, or the next number; returns the new path.

    Overwrites nothing, whoever else does the same at once. Raises VoiceGuideError where it cannot be renamed.
    """
    number = max((_number(path, other) for other in all_set_aside(path)), default=0)
    while True:
        number += 1
        aside = path.with_name(f"{path.stem}.broken-{number}{path.suffix}")
        try:
            if path.is_dir():  # takes the place of nothing but an empty folder
                return patiently(partial(path.rename, aside))
            aside.touch(exist_ok=False)
        except FileExistsError:
            continue
        except OSError as fault:
            raise _stays(path, fault) from None
        try:
            return patiently(partial(path.replace, aside))
        except OSError as fault:
            with suppress(OSError):
                aside.unlink()
            raise _stays(path, fault) from None


def set_aside_before(path: Path) -> Path | None:
    """The file last set aside and not replaced since: the strictest reading applies. None if there is none."""
    return None if os.path.lexists(path) else next(reversed(all_set_aside(path)), None)


def all_set_aside(path: Path) -> list[Path]:
    """What was set aside from here and still lies there, the newest last."""
    try:
        found = [other for other in path.parent.iterdir() if _number(path, other)]
    except OSError:
        return []
    return sorted(found, key=lambda other: _number(path, other))


def _number(path: Path, other: Path) -> int:
    found = re.fullmatch(rf"{re.escape(path.stem)}\.broken-(\d{{1,9}}){re.escape(path.suffix)}", other.name)
    return int(found[1]) if found else 0


def _stays(path: Path, fault: OSError) -> VoiceGuideError:
    reason = (fault.strerror or str(fault)).lower()
    return VoiceGuideError(f"{path} is broken and cannot be set aside: {reason}; move it elsewhere yourself")

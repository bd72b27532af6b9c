"""A named pipe that takes commands, a line each, from any other program: `echo pause > pipe`, or `voice-guide tell`.

It never waits and never fails a session: unknown lines mean nothing, of a flood the last few lines count. Where several
sessions play, the one that started last has it, and when that ends, or the pipe is lost, another takes it.
"""

import errno
import os
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from voice_guide.controls.button import PRESS, Button
from voice_guide.errors import VoiceGuideError
from voice_guide.player.command import Command
from voice_guide.storage.folders import PRIVATE, make_folder, others_may_change, user_folder

WORDS = {str(command): command for command in Command} | {"skip": Command.NEXT, "ready": Command.CONTINUE}
"""What a line may say; PRESS too, one press of the one button."""
CAPACITY = 65_536
FEW = 20
LONGEST = 64
"""Characters; no word is so long."""
UNFINISHED = 1.0
"""Seconds that a line may wait for its end, or it would take the next word with it."""
LOOKED_AFTER = 1.0
"""Seconds between looks at whether commands still come to anybody."""
NAME = "commands"
NOBODY = (errno.ENOENT, errno.ENXIO, errno.ENOTDIR)
"""What the system says of a pipe that is not there, or that no session reads."""


def pipe_path() -> Path:
    """The pipe of the session that plays, in VOICE_GUIDE_RUNTIME or the user's folder for such things."""
    return user_folder("VOICE_GUIDE_RUNTIME", "runtime") / NAME


class Pipe:
    """The end at which a session listens; where there can be none, it gives no commands and `fault` says why."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.fault = ""
        """One line; empty where the pipe is there."""
        self.path: Path | None = None
        """None where there is no pipe."""
        self._end, self._rest, self._now = -1, b"", now
        self._looked = self._came = now()
        self._button = Button()

    def __enter__(self) -> "Pipe":
        if sys.platform == "win32":
            self.fault = "this system has no named pipes"
            return self
        try:
            self._take()
        except VoiceGuideError as fault:
            self.fault = f"no pipe for commands: {fault}"
        except OSError as fault:
            self.fault = f"no pipe for commands: {fault.strerror or fault}; VOICE_GUIDE_RUNTIME names another folder"
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Take the pipe away, unless another session has it by now. Safe twice."""
        if self._end < 0:
            return
        path, self.path = self.path, None
        with suppress(OSError):
            if path and os.path.samestat(os.fstat(self._end), path.lstat()):
                path.unlink()
        os.close(self._end)
        self._end = -1

    def waiting(self) -> bool:
        """Something was written and not read yet, or the presses of the one button are over."""
        if self._end >= 0:
            import select

            self._look_after()
            if select.select([self._end], [], [], 0)[0]:
                return True
        return bool(_word(self._rest)) or self._button.due(self._now())

    def commands(self) -> list[Command]:
        """The commands written since the last call."""
        now, found = self._now(), []
        for word in self._lines():
            if word == PRESS:
                self._button.press(now)
            else:
                found.append(WORDS[word])
        return found + self._button.commands(now)

    def _lines(self) -> list[str]:
        if self._end < 0:
            return []
        try:
            written = os.read(self._end, CAPACITY)
            if self._now() - self._came > UNFINISHED:
                self._rest = b""
            self._came = self._now()
        except OSError:  # nothing was written
            written = b"\n" if _word(self._rest) else b""  # and who wrote a word without an end has gone
        *lines, rest = (self._rest + written).split(b"\n")
        self._rest = rest[-LONGEST:]
        return [word for line in lines[-10 * FEW :] if (word := _word(line))][-FEW:]

    def _look_after(self) -> None:
        """Take the name again where nobody has it: another session ended or was killed, or the folder was removed."""
        if self._now() - self._looked < LOOKED_AFTER:
            return
        self._looked = self._now()
        with suppress(VoiceGuideError, OSError):
            try:
                _write(pipe_path(), b"")
            except OSError as fault:
                if fault.errno in NOBODY:
                    self._take()

    def _take(self) -> None:
        """Make it under another name, so that whatever a killed session left gives way at once."""
        if sys.platform == "win32":  # where nobody asks for it
            return
        path = pipe_path()
        make_folder(path.parent, PRIVATE)
        _ours(path.parent)
        fresh = path.with_name(f"{NAME}.{os.getpid()}")
        fresh.unlink(missing_ok=True)
        os.mkfifo(fresh, 0o600)
        end = -1
        try:
            # For writing too, or it would be at its end whenever a writer leaves.
            end = os.open(fresh, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
            fresh.replace(path)
        except OSError:
            if end >= 0:
                os.close(end)
            fresh.unlink(missing_ok=True)
            raise
        if self._end >= 0:
            os.close(self._end)
        self._end, self.path = end, path


def tell(word: str) -> None:
    """Write one line for the session that plays. VoiceGuideError where none does, or where it does not read."""
    if sys.platform == "win32":
        raise VoiceGuideError("this system has no named pipes; press the keys of the session")
    try:
        _write(pipe_path(), f"\n{word}\n".encode())  # whatever line another program did not end
    except BlockingIOError:
        raise VoiceGuideError(f"the session does not listen, '{word}' is lost; was it stopped with Ctrl-Z?") from None
    except OSError as fault:
        if fault.errno in NOBODY:
            raise VoiceGuideError(f"no session is playing, '{word}' is lost; `voice-guide play` starts one") from None
        reason = fault.strerror or fault
        raise VoiceGuideError(
            f"'{word}' is lost: {fault.filename or NAME}: {reason}; see VOICE_GUIDE_RUNTIME"
        ) from None


def _write(path: Path, line: bytes) -> None:
    if sys.platform == "win32":  # where nobody asks for it
        return
    end = os.open(_ours(path.parent) / path.name, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW)
    try:
        if not stat.S_ISFIFO(os.fstat(end).st_mode):
            raise OSError(errno.EINVAL, "it is no pipe", str(path))
        os.write(end, line)
    finally:
        os.close(end)


def _ours(folder: Path) -> Path:
    """One that others may change is refused, or they could put their own pipe there."""
    if fault := others_may_change(folder):
        raise PermissionError(errno.EPERM, fault)
    return folder


def _word(line: bytes) -> str:
    """The word of a line that says one, else nothing."""
    word = line.decode(errors="replace").strip().lower()
    return word if word in WORDS or word == PRESS else ""

"""A file under its name, complete or not at all; it knows no format, so that whatever is written can use it."""

import errno
import os
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from voice_guide.errors import VoiceGuideError
from voice_guide.storage.folders import PRIVATE, make_folder
from voice_guide.storage.links import followed

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_ABANDONED = 3600.0  # seconds
_TRIES = 10
_PAUSES = (0.01, 0.03, 0.1, 0.3, 0.6)
"""Seconds between tries; who looks for viruses is done with a small file in less than the first few."""
_LONG = 260 - len(".") - len(".01234567.part")
"""Characters of a path that Windows takes, with what stands around the name of a half-written file."""
T = TypeVar("T")


class WholeFile:
    """A file that is under its name complete or not at all: written beside it, then renamed.

    Raises VoiceGuideError with the remedy when the folder is missing, read-only or full, or when
    something that is not a file has the name; whoever began it then drops it.
    """

    def __init__(self, path: Path, option: str = "-o", mode: int = 0o666) -> None:
        """`option` is what the remedy names; `mode` is who may read it."""
        self._shown, self._option = path, option
        with errors_told(path, option):
            self._path = followed(path.absolute())  # a link keeps pointing to the file it names
            if sys.platform == "win32" and ":" in self._path.name:  # a hidden part of the file named before it
                raise ValueError("Windows has no file with a colon in its name")
            if self._path.exists() and not self._path.is_file():
                what = "a folder" if self._path.is_dir() else "not a file"
                raise VoiceGuideError(f"cannot write {path}: it is {what}; give a file name with {option}")
            self._part = self._path.with_name(f".{self._path.name}.{os.urandom(4).hex()}.part")
            self._file = os.fdopen(os.open(self._part, NEW, mode), "wb")
        sweep(self._path, _ABANDONED)

    @property
    def part(self) -> Path:
        """Where it stands until it is kept; another process may write it there instead."""
        return self._part

    @property
    def closed(self) -> bool:
        """Whether it was kept or dropped."""
        return self._file.closed

    def write(self, data: bytes) -> None:
        """Add to the end."""
        with errors_told(self._shown, self._option):
            self._file.write(data)

    def rewrite(self, at: int, data: bytes) -> None:
        """Put `data` over what was written at byte `at`, and stay there."""
        with errors_told(self._shown, self._option):
            self._file.seek(at)
            self._file.write(data)

    def flush(self) -> None:
        """Have what was written where others find it, in `part`."""
        with errors_told(self._shown, self._option):
            self._file.flush()

    def keep(self, anew: bool = False) -> bool:
        """Have it on the disk, then under its name. False where it is to be `anew` and the name is taken."""
        with errors_told(self._shown, self._option):
            self._file.flush()
            _sync(self._file.fileno())
            self._file.close()
            if anew and not _named_anew(self._part, self._path):
                return False
            if not anew:
                self._rename()
        with suppress(OSError):  # a folder that cannot be opened, as on Windows: its system looks after the name
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return True

    def _rename(self) -> None:
        try:
            patiently(lambda: self._part.replace(self._path))
        except PermissionError as error:  # the folder took the half-written file, so it is this name that is held
            raise VoiceGuideError(
                f"cannot write {self._shown}: {error.strerror}; close the program that has it open, or choose another"
                f" with {self._option}"
            ) from error

    def drop(self) -> None:
        """Remove it, unless it was kept. Safe twice."""
        with suppress(OSError):  # closing writes what is left, which a full disk refuses once more
            self._file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


class Memory:
    """A file that is nowhere: what was written is its `data`, once it is kept."""

    def __init__(self) -> None:
        self.data = b""
        self.closed = False
        self._written = bytearray()

    def write(self, data: bytes) -> None:
        """Add to the end."""
        self._written += data

    def rewrite(self, at: int, data: bytes) -> None:
        """Put `data` over what was written at byte `at`."""
        self._written[at : at + len(data)] = data

    def keep(self) -> None:
        """Have it as `data`."""
        self.data, self.closed = bytes(self._written), True

    def drop(self) -> None:
        """Have nothing, unless it was kept."""
        self.closed = True


def _named_anew(part: Path, path: Path) -> bool:
    """Whether the name was free."""
    try:
        os.link(part, path)
    except OSError:  # it is taken, or the disk knows no links
        if os.path.lexists(path):
            return False
        part.rename(path)
    return True


def patiently(act: Callable[[], T]) -> T:
    """What renames or removes a file: on Windows a file cannot be while another program has it open.

    Who looks for viruses opens whatever was just written, for a moment. PermissionError where it stays open.
    """
    for pause in _PAUSES:
        with suppress(PermissionError):
            return act()
        time.sleep(pause)
    return act()


def _sync(number: int) -> None:
    """Have it on the disk; on macOS `fsync` is content with the disk's own memory."""
    if sys.platform == "darwin":
        import fcntl

        with suppress(OSError):  # a disk that does not know how
            fcntl.fcntl(number, fcntl.F_FULLFSYNC)
            return
    os.fsync(number)


def sweep(path: Path, older: float = 0.0) -> None:
    """Remove what killed processes left of a file; what is no `older` in seconds may still be being written.

    Of a small one all of it may go at any time: see `write_whole`.
    """
    with suppress(OSError):
        path = Path(os.path.realpath(path))
        for part in path.parent.glob(f".{escape(path.name)}.*.part"):
            if time.time() - part.lstat().st_mtime >= older:
                part.unlink(missing_ok=True)


class AllOrNothing(ABC):
    """What comes to be at close(), and leaves nothing where its `with` block, or its own work, ends in an exception."""

    @abstractmethod
    def close(self) -> None:
        """Finish it. Does nothing the second time, or after an abort."""

    @abstractmethod
    def abort(self) -> None:
        """Leave nothing behind. Does nothing after a close."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.abort()
            raise


def write_whole(path: Path, data: bytes, option: str = "-o", private: bool = False, anew: bool = False) -> bool:
    """A small file at once. False where it is to be `anew` and the name is taken. Raises VoiceGuideError.

    A `private` one is for its owner's eyes, and its folder is made. What a killed process left of it holds all that was
    told, so whoever reads such a file sweeps at once, and who is still writing and finds their part gone writes again.
    """
    for more in range(_TRIES - 1, -1, -1):
        try:
            return _written(path, data, option, private, anew)
        except VoiceGuideError as error:
            if not (private and more and isinstance(error.__cause__, FileNotFoundError)):
                raise
    raise AssertionError


def _written(path: Path, data: bytes, option: str, private: bool, anew: bool) -> bool:
    if private:
        with errors_told(path, option):
            make_folder(followed(path).parent, PRIVATE)
    file = WholeFile(path, option, 0o600 if private else 0o666)
    try:
        file.write(data)
        return file.keep(anew)
    finally:
        file.drop()


@contextmanager
def errors_told(path: Path, option: str = "-o") -> Iterator[None]:
    """Whatever the system refuses of `path` is a VoiceGuideError with the remedy; `option` is what that names."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        if sys.platform == "win32" and number == errno.ENOENT and len(os.path.abspath(path)) > _LONG:  # noqa: PTH100
            number = errno.ENAMETOOLONG  # which Windows does not tell from a folder that is not there
        remedy = _REMEDIES.get(number, "choose another place with {option}").format(option=option)
        raise VoiceGuideError(f"cannot write {path}: {error.strerror}; {remedy}") from error
    except ValueError as error:  # a null byte
        raise VoiceGuideError(f"cannot write {str(path)!r}: {error}; choose another name with {option}") from error


_REMEDIES = {
    errno.ENOENT: "make the folder first, or choose another with {option}",
    errno.ENOTDIR: "a file stands where the folder should be; choose another with {option}",
    errno.EACCES: "choose a folder you may write to with {option}",
    errno.EPERM: "choose a folder you may write to with {option}",
    errno.EROFS: "choose a folder you may write to with {option}",
    errno.ENOSPC: "make room there, or choose another disk with {option}",
    errno.EDQUOT: "make room there, or choose another disk with {option}",
    errno.ENAMETOOLONG: "choose a shorter name with {option}",
}

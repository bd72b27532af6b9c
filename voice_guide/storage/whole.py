"""A file under its name, complete or not at all; it knows no format, so that whatever is written can use it."""

import errno
import os
import stat
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from types import TracebackType
from typing import Self

from voice_guide.errors import VoiceGuideError
from voice_guide.storage.folders import PRIVATE, make_folder

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)

_ABANDONED = 3600.0  # seconds
_TRIES = 10
MOST_LINKS = 40
"""As many as Linux follows."""


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
            os.fsync(self._file.fileno())
            self._file.close()
            if anew and not _named_anew(self._part, self._path):
                return False
            if not anew:
                self._part.replace(self._path)
        with suppress(OSError):  # a folder that cannot be opened, as on Windows: its system looks after the name
            folder = os.open(self._path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        return True

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


def followed(path: Path) -> Path:
    """Where a path leads to, with no link left on the way, and else as it was.

    PermissionError where it is another user's link in a folder that all may write to, such as /tmp. Linux can be
    told to follow none of those, but neither is it always, nor is it asked by who reads a link and opens its target.
    """
    if not hasattr(os, "getuid"):
        return Path(os.path.realpath(path))
    here, rest, links = Path(path.anchor), _parts(path), 0
    while rest:
        there = here / rest.pop()
        try:
            link = there.lstat()
        except OSError:  # whoever makes it will be told
            link = None
        if link is None or not stat.S_ISLNK(link.st_mode):
            here = there
            continue
        if foreign(link, here.stat(), os.geteuid()):
            raise PermissionError(errno.EACCES, f"another user's link stands at {there}")
        if (links := links + 1) > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        target = there.readlink()
        here = Path(target.anchor) if target.is_absolute() else here
        rest += _parts(target)
    return here


def _parts(path: Path) -> list[str]:
    """What follows the anchor, the last first."""
    return [part for part in reversed(path.parts) if part != path.anchor]


def foreign(link: os.stat_result, folder: os.stat_result, us: int) -> bool:
    """Whether a link may be a trap: in a folder that everybody writes to, made by neither `us` nor its owner."""
    shared = stat.S_ISVTX | stat.S_IWOTH
    return folder.st_mode & shared == shared and link.st_uid not in (us, folder.st_uid)


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
        remedy = _REMEDIES.get(error.errno or 0, "choose another place with {option}").format(option=option)
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

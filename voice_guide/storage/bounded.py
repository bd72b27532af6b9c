"""A file from anywhere, read whole: never waited for, and never more of it than it may be."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path


def read_bounded(path: Path, largest: int, fits: Callable[[os.stat_result], bool] = lambda told: True) -> bytes:
    """The bytes of a file, one more than `largest` at the most; of one that is larger they are not all of it.

    Raises OSError for what is no file, such as a pipe or a device, which is not even opened, and for one that does not
    fit: `fits` is asked about the file that was opened, which nobody can exchange any more.
    """
    _is_file(path.stat(), path)
    end = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(end, "rb") as file:
        told = os.fstat(end)
        _is_file(told, path)
        if not fits(told):
            raise OSError(errno.EINVAL, "it is another file", str(path))
        return file.read(min(told.st_size, largest + 1))


def read_inside(folder: Path, name: str, largest: int) -> bytes:
    """The same of a file that lies in `folder`, or below it, and not where a link leads out of it. Raises OSError."""
    path = (folder / name).resolve(strict=True)
    if not path.is_relative_to(folder.resolve()):
        raise OSError(errno.EINVAL, "it is a link that leads out of the folder", str(folder / name))
    here = path.lstat()
    return read_bounded(path, largest, lambda told: os.path.samestat(here, told))


def _is_file(told: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(told.st_mode):
        raise OSError(errno.EINVAL, "it is no file", str(path))

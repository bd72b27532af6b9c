"""Scripts that were checked before are not checked again: their values are kept, named after all that decided them.

That is the bytes of the script and of the files it was checked against, and the program that checked: a change to any
of them, and no value that was kept before is found.
"""

import hashlib
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from voice_guide import __version__
from voice_guide.storage.forms import Form
from voice_guide.storage.kept import CHECKED, Kept, named

LARGEST = 256 * 1024
"""Bytes of a script; one of a hundred points has a tenth of it."""
PROGRAM = ("errors.py", "pcm.py", "routine", "compiler", "body", "pictures", "understanding", "storage", "library")
"""The files and rooms of ours that have a say in what a script becomes."""
JUDGES = ("yaml", "pydantic")
"""Libraries that have one too."""
T = TypeVar("T")


class Checked:
    """The values kept in a folder; where nothing can be kept, all is checked each time."""

    def __init__(self, folder: Path) -> None:
        self._kept = Kept(folder)

    def value(self, form: Form[T], made_of: tuple[str, ...], read: Callable[[], T]) -> T:
        """What `read` gives, or gave before for all that it is `made_of`; what is made of nothing is not kept."""
        value = self.kept(form, made_of)
        if value is None:
            value = read()
            self.keep(form, made_of, value)
        return value

    def kept(self, form: Form[T], made_of: tuple[str, ...]) -> T | None:
        """What was kept under all that, if it was."""
        name = _name(made_of)
        return form.read(self._kept.load(name, private=True)) if name else None

    def keep(self, form: Form[T], made_of: tuple[str, ...], value: T) -> None:
        """Keep it in place of what was kept before."""
        if name := _name(made_of):
            self._kept.store(name, form.written(value), private=True)


def _name(made_of: tuple[str, ...]) -> str:
    return named(CHECKED, _program(), *made_of) if all((_program(), *made_of)) else ""


def bytes_of(path: Path) -> bytes:
    """A script's bytes; none of what is no file of bounded size, which a Document then says in a fault."""
    try:
        if not path.is_file():  # a pipe would be waited for
            return b""
        with path.open("rb", buffering=0) as file:
            raw = file.read(LARGEST + 1)
    except (OSError, ValueError):
        return b""
    return raw if len(raw) <= LARGEST else b""


def digest(*data: bytes) -> str:
    """Of all of them, in this order; empty where one is: it was not read."""
    if not all(data):
        return ""
    return hashlib.sha256(b"".join(hashlib.sha256(one).digest() for one in data)).hexdigest()


@cache
def _program() -> str:
    """The version, and what is in the files, since in a checkout they change and the version does not."""
    rooms = (Path(__file__).parents[1] / name for name in PROGRAM)
    files = [path for room in rooms for path in (sorted(room.glob("*.py")) if room.is_dir() else [room])]
    return digest(f"{__version__} {sys.version} {[*map(_there, JUDGES)]}".encode(), *map(bytes_of, files))


def _there(library: str) -> tuple[str, int, int]:
    """Which one of a library is there, without loading it."""
    spec = find_spec(library)
    if spec is None or not spec.origin or not Path(spec.origin).is_file():
        return library, 0, 0
    told = Path(spec.origin).stat()
    return spec.origin, told.st_size, told.st_mtime_ns

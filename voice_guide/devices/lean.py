"""miniaudio as a session needs it: loaded without numpy, which is never used and takes longer than all the rest."""

import sys
from threading import get_ident
from typing import Any


class _Hidden:
    """A finder that says to one thread that there is no numpy."""

    def __init__(self) -> None:
        self._thread = get_ident()

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "numpy" and get_ident() == self._thread:
            raise ModuleNotFoundError("numpy is left out", name=name)


def miniaudio() -> Any:
    """The library. Raises ImportError."""
    hidden = _Hidden()
    sys.meta_path.insert(0, hidden)
    try:
        import miniaudio
    finally:
        sys.meta_path.remove(hidden)
    return miniaudio

"""Calls into a sound library that may never return, as where its server stands still: each in a thread of its own.

One that nobody waits for any more is left to itself, and counted until it comes back.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

MOST_LEFT = 4
"""So many calls may hang; nothing more is opened until one of them comes back."""

_left: list[threading.Thread] = []


def leave(thread: threading.Thread, patience: float = 0.0) -> None:
    """Wait for it no longer than so many seconds."""
    thread.join(patience)
    if thread.is_alive():
        _left.append(thread)


def left() -> int:
    """How many of those that were left hang until now."""
    for thread in [*_left]:
        if not thread.is_alive():
            _left.remove(thread)
    return len(_left)


class Call(Generic[T]):
    """One call of `work`, at once. What it gives when nobody waits any more goes to `late`, to be freed."""

    def __init__(self, name: str, work: Callable[[], T], late: Callable[[T], object] = lambda found: None) -> None:
        self._work, self._late = work, late
        self._lock = threading.Lock()
        self._found: list[T] = []
        self._fault: Exception | None = None
        self._awaited = True
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def over(self, patience: float) -> bool:
        """Whether it came back, within so many seconds."""
        self._thread.join(patience)
        return not self._thread.is_alive()

    def result(self) -> T:
        """What it gave, or raised, once it is over."""
        if self._fault:
            raise self._fault
        return self._found[0]

    def leave(self) -> None:
        """Wait for it no more."""
        with self._lock:
            self._awaited = False
        for found in self._found:  # it came back just now
            self._late(found)
        leave(self._thread)

    def _run(self) -> None:
        try:
            found = self._work()
        except Exception as fault:
            self._fault = fault
            return
        with self._lock:
            if self._awaited:
                self._found.append(found)
                return
        self._late(found)

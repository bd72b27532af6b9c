"""Signals that end a program end the session instead, so that its last words are heard."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")


class Caught:
    """What came from outside, and whether the session has still to hear of it."""

    any = unheard = False

    def signal(self, number: int, frame: object) -> None:
        """The handler. The first is enough: the last words are not said twice."""
        self.unheard |= not self.any
        self.any = True


@contextmanager
def caught_signals() -> Iterator[Caught]:
    """While this lasts, signals are only noted; then the former handlers are back."""
    caught = Caught()
    names = [name for name in ENDING if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), caught.signal) for name in names}
    try:
        yield caught
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)

"""Signals that end a program end the session instead, and one that stops it waits, so that its words are heard."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

ENDING = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
"""Those that there are; the last two are Ctrl-\\ on POSIX and Ctrl-Break on Windows."""
BEHIND = ("SIGTTIN", "SIGTTOU")
"""What stops a program in the background that reads from its terminal or writes to it."""
Handler = Callable[[int, object], None] | signal.Handlers
STOPPING = "SIGTSTP"
"""Ctrl-Z; there is none on Windows."""


class Caught:
    """What came from outside, and whether the session has still to hear of it."""

    any = unheard = False
    asleep = False
    """The process is to be stopped, and continued later."""

    def end(self, number: int, frame: object) -> None:
        """A handler. The first is enough: the last words are not said twice."""
        self.unheard |= not self.any
        self.any = True

    def doze(self, number: int, frame: object) -> None:
        """A handler."""
        self.asleep = True

    def sleep(self) -> None:
        """Stop now, as was asked; returns when the process is continued."""
        self.asleep = False
        number = getattr(signal, STOPPING)
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # of no effect where no shell is left that could continue it
        signal.signal(number, self.doze)


@contextmanager
def caught_signals() -> Iterator[Caught]:
    """While this lasts, signals are only noted; then the former handlers are back."""
    caught = Caught()
    handlers: dict[str, Handler] = {STOPPING: caught.doze}
    handlers.update(dict.fromkeys(ENDING, caught.end))
    handlers.update(dict.fromkeys(BEHIND, signal.SIG_IGN))
    with _handled(handlers):
        yield caught


@contextmanager
def unwinding() -> Iterator[None]:
    """While this lasts, whatever ends the program does so as Ctrl-C does, by KeyboardInterrupt, and once."""
    caught = Caught()

    def end(number: int, frame: object) -> None:
        caught.end(number, frame)
        if caught.unheard:
            caught.unheard = False
            raise KeyboardInterrupt

    with _handled(dict.fromkeys(ENDING, end)):
        yield


@contextmanager
def _handled(handlers: Mapping[str, Handler]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # whose program this is looks after them
        yield
        return
    numbers = {getattr(signal, name): handler for name, handler in handlers.items() if hasattr(signal, name)}
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_IGN:  # started with nohup
        del numbers[signal.SIGHUP]
    before = {number: signal.signal(number, handler) for number, handler in numbers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

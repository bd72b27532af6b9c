"""Signals that end a program end the session instead, and one that stops it waits, so that its words are heard."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

ENDING = (
    *("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK"),
    *("SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXCPU", "SIGPWR"),
)
"""Those that there are, SIGQUIT is Ctrl-\\ and SIGBREAK Ctrl-Break; whatever else would end a program with no words."""
BEHIND = ("SIGTTIN", "SIGTTOU")
"""What stops a program in the background that reads from its terminal or writes to it."""
GIVEN = 30.0
"""Seconds; Windows itself gives five."""
_CALLED: list[object] = []
Handler = Callable[[int, object], None] | signal.Handlers
STOPPING = "SIGTSTP"
"""Ctrl-Z; there is none on Windows."""


class Caught:
    """What came from outside, and whether the session has still to hear of it."""

    any = unheard = False
    asleep = False
    """The process is to be stopped, and continued later."""
    hung_up = False
    """Windows ends the program in a moment."""

    def end(self, number: int, frame: object) -> None:
        """A handler. The first is enough: the last words are not said twice."""
        self.unheard |= not self.any
        self.any = True

    def hang_up(self, kind: int, wait: Callable[[float], None] = time.sleep) -> bool:
        """A handler of Windows. Where a console is closed or a login ends, it ends the program when this returns."""
        if kind in (0, 1):  # Ctrl-C, Ctrl-Break: they are signals
            return False
        self.end(kind, None)
        self.hung_up = True
        wait(GIVEN)
        return True

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
    with _handled(handlers), _console(caught):
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
def _console(caught: Caught) -> Iterator[None]:
    """On Windows, what SIGHUP is elsewhere."""
    if sys.platform != "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return
    import ctypes

    handler = ctypes.WINFUNCTYPE(ctypes.c_int, ctypes.c_uint)(caught.hang_up)
    ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 1)
    try:
        yield
    finally:
        if caught.hung_up:
            _CALLED.append(handler)  # it goes on to the end of the program
        else:
            ctypes.windll.kernel32.SetConsoleCtrlHandler(handler, 0)


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

"""Single keys from the terminal, read without waiting; the terminal is given back as it was.

A session in the background has none: the terminal is another program's, and is not touched until `fg` brings it back.
"""

import os
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from voice_guide.controls.button import Button
from voice_guide.player.command import Command

KEYS = {
    " ": Command.TOGGLE,
    "n": Command.NEXT,
    "b": Command.BACK,
    "r": Command.REPEAT,
    "l": Command.LONGER,
    "+": Command.LOUDER,
    "=": Command.LOUDER,
    "-": Command.SOFTER,
    "?": Command.WHERE,
    "q": Command.STOP,
}
ARROWS = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O.|.)?")
"""Arrow and function keys, whose letters are no commands."""
ONE = re.compile(r"[ \r\nbB.]|\x1b(\[[\d;]*[A-D]|O[A-D]|\[[56](;\d+)?~)")
"""What pedals, presenters and page turners type: space, Enter, b, point, arrows, page up and page down."""
WINDOWS = {"H": "\x1b[A", "P": "\x1b[B", "M": "\x1b[C", "K": "\x1b[D", "I": "\x1b[5~", "Q": "\x1b[6~"}
"""The same as Windows tells them, after a mark."""
FLOOD = 256
"""Keys that are taken at once."""
BEHIND = "In the background: `fg` brings it back to its keys, `voice-guide tell stop` ends it."
HELP = "space pause · n next · b back · r repeat · l longer · +/- volume · ? where am I · q stop"


class Keys:
    """A terminal that gives keys one by one; without a terminal there are none.

    With `one_button` all that `ONE` names is that button; the other keys mean what they always do.
    """

    def __init__(
        self, one_button: bool = False, now: Callable[[], float] = time.monotonic, present: bool = True
    ) -> None:
        """`present` where they are wanted."""
        self._there = present and is_terminal(sys.stdin)
        self._held = False
        self._before: object = None
        self._one, self._now = one_button, now
        self._button = Button()

    def __enter__(self) -> "Keys":
        self._hold()
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._before is not None and self.present and sys.platform != "win32":
            import termios

            with suppress(termios.error, OSError):  # the terminal was closed
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]
        self._before, self._held = None, False

    @property
    def present(self) -> bool:
        """Somebody can press them."""
        return self._there and in_front(sys.stdin)

    @property
    def behind(self) -> bool:
        """Somebody could, were the session not in the background."""
        return self._there and not in_front(sys.stdin)

    def _hold(self) -> bool:
        """Whether there are keys now; the terminal is set to give them one by one each time it has become ours."""
        held, self._held = self._held, self.present
        if self._held and not held and sys.platform != "win32":
            import termios
            import tty

            try:
                before = termios.tcgetattr(sys.stdin)
                tty.setcbreak(sys.stdin)
                mode = termios.tcgetattr(sys.stdin)
                mode[0] &= ~termios.IXON  # or Ctrl-S would stop the session in the middle of a hold
                termios.tcsetattr(sys.stdin, termios.TCSANOW, mode)
                self._before = self._before or before
            except (termios.error, OSError):  # the terminal was closed
                self._there = self._held = False
        return self._held

    def waiting(self) -> bool:
        """A key was pressed and not read yet, or the presses of the one button are over."""
        return self._readable() or self._button.due(self._now())

    def commands(self) -> list[Command]:
        """The commands of the keys pressed since the last call; other keys mean nothing."""
        found, now = [], self._now()
        for key in _split(self._typed()):
            if self._one and ONE.fullmatch(key):
                self._button.press(now)
            elif key.lower() in KEYS:
                found.append(KEYS[key.lower()])
        return found + self._button.commands(now)

    def typed(self) -> str:
        """The keys pressed since the last call, as small letters."""
        return ARROWS.sub("", self._typed()).lower()

    def _typed(self) -> str:
        """Of a flood the first part, so that nothing else waits for it; the rest comes the next time."""
        text = ""
        while len(text) < FLOOD and self._readable():
            key = self._read()
            if not key:
                self._there = False
                break
            text += key
        return text

    def _readable(self) -> bool:
        if not self._hold():
            return False
        if sys.platform == "win32":
            import msvcrt

            return msvcrt.kbhit()
        import select

        return bool(select.select([sys.stdin], [], [], 0)[0])

    def _read(self) -> str:
        if sys.platform == "win32":
            import msvcrt

            key = msvcrt.getwch()
            if key in "\0\xe0" and msvcrt.kbhit():  # or Page Down would be a Q, which stops
                return WINDOWS.get(msvcrt.getwch(), "\x1b[~")
            return key
        try:
            # What is no letter is one that means nothing: none at all is a terminal that was closed.
            return os.read(sys.stdin.fileno(), 64).decode(errors="replace")
        except OSError:  # the terminal was closed
            return ""


def is_terminal(stream: TextIO | None) -> bool:
    """Somebody may sit at it; that Windows says so of its null device too would have questions wait for nobody."""
    if stream is None or not stream.isatty():
        return False
    raw = getattr(getattr(stream, "buffer", None), "raw", None)
    return sys.platform != "win32" or type(raw).__name__ == "_WindowsConsoleIO"


def in_front(terminal: TextIO) -> bool:
    """It is not lent to another program meanwhile, as it is of a session in the background."""
    if sys.platform == "win32":
        return True
    try:
        return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:  # it is nobody's but whose who opened it
        return True


def _split(text: str) -> list[str]:
    """Key by key."""
    return [key[0] for key in re.finditer(f"{ARROWS.pattern}|.", text, re.DOTALL)]

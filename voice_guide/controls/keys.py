"""Single keys from the terminal, read without waiting; the terminal is given back as it was."""

import re
import sys
from contextlib import suppress
from types import TracebackType

from voice_guide.session import Command

KEYS = {
    " ": Command.PAUSE,
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
HELP = "space pause · n next · b back · r repeat · l longer · +/- volume · ? where am I · q stop"


class Keys:
    """A terminal that gives keys one by one; without a terminal there are none."""

    def __init__(self) -> None:
        self.present = sys.stdin is not None and sys.stdin.isatty()
        self._before: object = None

    def __enter__(self) -> "Keys":
        if self.present and sys.platform != "win32":
            import termios
            import tty

            try:
                self._before = termios.tcgetattr(sys.stdin)
                tty.setcbreak(sys.stdin)
                mode = termios.tcgetattr(sys.stdin)
                mode[0] &= ~termios.IXON  # or Ctrl-S would stop the session in the middle of a hold
                termios.tcsetattr(sys.stdin, termios.TCSANOW, mode)
            except (termios.error, OSError):  # the terminal was closed
                self.present, self._before = False, None
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._before is not None and sys.platform != "win32":
            import termios

            with suppress(termios.error, OSError):  # the terminal was closed
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]
            self._before = None

    def waiting(self) -> bool:
        """A key was pressed and not read yet."""
        if not self.present:
            return False
        if sys.platform == "win32":
            import msvcrt

            return msvcrt.kbhit()
        import select

        return bool(select.select([sys.stdin], [], [], 0)[0])

    def pressed(self) -> list[Command]:
        """The commands of the keys pressed since the last call; other keys mean nothing."""
        return [KEYS[key] for key in self.typed() if key in KEYS]

    def typed(self) -> str:
        """The keys pressed since the last call, as small letters."""
        text = ""
        while self.waiting():
            key = self._read()
            if not key:
                self.present = False
                break
            text += key
        return ARROWS.sub("", text).lower()

    def _read(self) -> str:
        if sys.platform == "win32":
            import msvcrt

            return msvcrt.getwch()
        import os

        try:
            return os.read(sys.stdin.fileno(), 64).decode(errors="ignore")
        except OSError:  # the terminal was closed
            return ""

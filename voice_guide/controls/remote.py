"""Commands from the program that plays the session itself: a window, a server, a button of its own."""

from collections import deque

from voice_guide.errors import ChoiceError, did_you_mean
from voice_guide.player.command import Command


class Remote:
    """Any thread may send; the session takes what came, in order."""

    def __init__(self) -> None:
        self._came: deque[Command] = deque()

    def send(self, word: str) -> None:
        """A command, such as 'pause', 'continue', 'next' or 'stop'. Raises ChoiceError for any other word."""
        known = [*map(str, Command)]
        if word not in known:
            remedy = did_you_mean(word, known, f"there are {', '.join(known)}")
            raise ChoiceError(f"no command '{word}'; {remedy}")
        self._came.append(Command(word))

    def waiting(self) -> bool:
        """Something was sent that was not taken yet."""
        return bool(self._came)

    def commands(self) -> list[Command]:
        """What was sent since the last call."""
        return [self._came.popleft() for _ in range(len(self._came))]

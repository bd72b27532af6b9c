"""The rule of one button: one press pauses or goes on, two skip, three repeat, a long press stops.

Pure: the times of the presses come in. A terminal tells no end of a press, only that a key held down comes again and
again, so a long press is a run that no finger can press; where reading is late, a run still is one.
"""

import math
from collections.abc import Sequence

from voice_guide.player.command import Command

PRESS = "press"
"""How other programs call one press of the button."""
HELP = "one press pause, go on · two skip · three repeat · long stop"

TOGETHER = 0.5
"""Seconds without another press that end a group. A pause waits so long; a long press pauses first, where its key comes
again only later than this."""
LONG, LONG_TAKES = 8, 0.4
"""So many in so many seconds are a long press: a keyboard repeats every 25 to 40 ms, a finger takes 100 and more."""
HELD = ((2, 0.05), (3, 0.15))
"""So many within less than so many seconds are one key held down, also where keys are read every 60 ms only."""
FIRST_REPEAT = (0.2, 0.7)
"""Keyboards wait so long, 250 to 660 ms, before a key that is held down comes again."""
MEANING = {1: Command.TOGGLE, 2: Command.NEXT, 3: Command.REPEAT}
MANY = Command.PAUSE
"""More presses: somebody wants out, and is never sent on."""


class Button:
    """Gives one command for each group of presses, as soon as it is clear which."""

    def __init__(self) -> None:
        self._done: list[Command] = []
        self._group: list[float] = []
        self._last = self._before = -math.inf
        self._stopped = False

    def press(self, now: float) -> None:
        """The button came down, or its key came again, at `now` seconds of any clock that only goes on."""
        self._close(now)
        if not self._group:
            self._before = self._last
        self._last = now
        if self._stopped:
            return
        self._group.append(now)
        if len(self._group) >= LONG and now - self._group[-LONG] <= LONG_TAKES:
            self._stopped = True
            self._done.append(Command.STOP)

    def due(self, now: float) -> bool:
        """There is a command to be taken."""
        return bool(self._done) or self._over(now)

    def commands(self, now: float) -> list[Command]:
        """The commands of the groups that ended, in order; each is given once."""
        self._close(now)
        done, self._done = self._done, []
        return done

    def _over(self, now: float) -> bool:
        return bool(self._group) and now - self._last >= TOGETHER

    def _close(self, now: float) -> None:
        if not self._over(now):
            return
        count = 0 if self._stopped else presses(self._group, self._before)
        if count:
            self._done.append(MEANING.get(count, MANY))
        self._group, self._stopped = [], False


def presses(times: Sequence[float], before: float = -math.inf) -> int:
    """How often a finger came down, for the times of one group and of the press before it.

    A key held down counts once; none, where it is the press before that is held.
    """
    held = [False] * len(times)
    for many, seconds in HELD:
        for first in range(len(times) - many + 1):
            if times[first + many - 1] - times[first] < seconds:
                held[first : first + many] = [True] * many
    count = 0
    for at, (now, last) in enumerate(zip(times, (before, *times), strict=False)):
        goes_on = held[at] and at > 0 and held[at - 1]
        repeats = held[at] and FIRST_REPEAT[0] <= now - last <= FIRST_REPEAT[1]
        count += not (goes_on or repeats)
    return count

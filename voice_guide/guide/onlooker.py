"""Who looks on, apart from the sound: a line or a moment that nobody takes holds up nothing that is heard."""

import threading
from collections import deque

from voice_guide.controls.keys import in_front as in_front
from voice_guide.controls.keys import is_terminal as is_terminal
from voice_guide.guide.moment import Moment, Show, Tell

PATIENCE = 1.0
"""Seconds that who looks on has, at the end, to take what is left."""
MOST = 1000
"""Lines that wait to be taken; of more, the last."""


class Onlooker:
    """Gives lines, and moments in which something is said, in order; of all other moments the latest.

    All in a thread of its own: a terminal that is stopped, or that nobody reads, stops only that.
    """

    def __init__(self, tell: Tell, show: Show) -> None:
        self._tell, self._show = tell, show
        self._waiting: deque[str | Moment] = deque(maxlen=MOST)
        self._latest: Moment | None = None
        self._fault: Exception | None = None
        self._came, self._closing = threading.Event(), False
        self._thread = threading.Thread(target=self._work, name="onlooker", daemon=True)
        self._thread.start()

    def tell(self, line: str) -> None:
        """A line; returns at once."""
        self._waiting.append(line)
        self._came.set()

    def show(self, moment: Moment) -> None:
        """Where the session stands; returns at once."""
        if moment.said:
            self._waiting.append(moment)
        else:
            self._latest = moment
        self._came.set()

    def close(self) -> bool:
        """Whether all was taken. Raises what `tell` or `show` raised."""
        self._closing = True
        self._came.set()
        self._thread.join(PATIENCE)
        if self._fault:
            raise self._fault
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            while not self._closing or self._waiting or self._latest:
                self._came.wait()
                self._came.clear()
                self._give()
                if self._closing:
                    self._came.set()
        except Exception as fault:  # of who looks on, who shall hear of it when the session is over
            self._fault = fault

    def _give(self) -> None:
        while self._waiting:
            one = self._waiting.popleft()
            if isinstance(one, str):
                self._tell(one)
            else:
                self._show(one)
        moment, self._latest = self._latest, None
        if moment:
            self._show(moment)

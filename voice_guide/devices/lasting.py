"""A sink that outlives its device: one that is lost is opened again, and nothing is taken meanwhile.

Also when nothing was written for a while, as the process or the machine slept, it tells how long it was away.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from voice_guide.devices.calls import MOST_LEFT, Call, left
from voice_guide.devices.device import AWAY, LOST, awake_clock
from voice_guide.errors import SinkError
from voice_guide.pcm import RATE, Pcm, seconds
from voice_guide.player import Sink

PATIENCE = 60.0
"""Seconds awake without a device after which it is given up."""
BACKOFF = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between attempts to open it again; the last one for all that follow."""
NAP = 0.05
STANDING = 1.0
"""Seconds for which a device that takes nothing is waited for once nobody wants it any more."""
ATTEMPT = 0.3
"""The same of one that is being opened."""
LASTS = 5.0
"""Seconds of sound that show that a device is back for good."""


class Lasting:
    """The sink that `opened` gives, again and again. `unwanted` tells that nobody waits for it any more.

    The first one must be there: SinkError otherwise.
    """

    def __init__(
        self,
        opened: Callable[[], Sink],
        unwanted: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = awake_clock,
        waking: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`clock` goes on while the machine sleeps, and `waking` does not: patience is for the time awake."""
        self._open, self._unwanted = opened, unwanted
        self._clock, self._waking, self._sleep = clock, waking, sleep
        self._attempts, self._next, self._tried = 0, 0.0, 0.0
        self._gone: float | None = None
        """Since when there is no device that lasts."""
        self._away = 0.0
        self._taken = 0
        """Frames since it was opened; a device that is slow to wake is not one that slept."""
        self._opening: Call[Sink] | None = self._attempt()
        while not self._opening.over(NAP):
            if unwanted():
                self._opening.leave()
                raise SinkError("the sound device did not open until nobody waited for it any more")
        self._inner: Sink | None = self._opening.result()
        self._opening = None
        self.stretch = self._inner.stretch
        self._heard = self._moved = clock()

    @property
    def lost(self) -> bool:
        """There is no device now."""
        return self._inner is None

    def away(self) -> float:
        """Seconds that the sound was away since this was last asked, once it is back; else 0."""
        away, self._away = self._away, 0.0
        return away

    def write(self, block: Pcm) -> int:
        """As a sink does; takes nothing while there is no device. SinkError when there was none for `patience`."""
        if self._inner is None:
            self._reopen()
            return 0
        began = self._clock()
        if began - self._heard > AWAY:
            self._back()
            return 0
        try:
            taken = self._inner.write(block)
        except SinkError as fault:
            self._heard = began + seconds(fault.heard)
            self._lose()
            return fault.heard
        if taken or not block:
            self._moved = self._clock()
        elif self._unwanted() and self._clock() - self._moved > STANDING:
            raise SinkError(LOST)
        self._taken += taken
        if self._taken > RATE and self._clock() - began - seconds(taken) > AWAY:
            self._heard += seconds(taken)
            self._back()
        self._heard = self._clock()
        if self._taken > LASTS * RATE:
            self._gone = None
        return taken

    def rest(self) -> None:
        """Let the last frames be heard and free the device; the next write opens it again."""
        if self._inner:
            self._inner.close()
            self._heard = self._clock()
        self._inner, self._gone, self._next = None, None, self._waking()

    def close(self) -> None:
        """As a sink does."""
        if self._inner:
            self._inner.close()
        if self._opening:
            self._opening.leave()

    def _back(self) -> None:
        self._away += self._clock() - self._heard
        self._heard = self._clock()

    def _lose(self) -> None:
        lost, self._inner = self._inner, None
        if lost:
            _close(lost)
        if self._gone is None:
            self._gone, self._attempts = self._waking(), 0

    def _reopen(self) -> None:
        if self._gone is None:
            self._gone, self._attempts = self._waking(), 0
        if not self._opening and self._waking() >= self._next and left() < MOST_LEFT:
            self._next = self._waking() + BACKOFF[min(self._attempts, len(BACKOFF) - 1)]
            self._attempts += 1
            self._opening, self._tried = self._attempt(), self._waking()
        if self._opening is None:
            self._sleep(NAP)
        elif self._opening.over(NAP):
            opening, self._opening = self._opening, None
            with suppress(SinkError):
                self._inner, self._taken = opening.result(), 0
                self._moved = self._clock()
                self._back()
                return
        gone = self._waking() - self._gone
        left_alone = self._unwanted() and not (self._opening and self._waking() - self._tried < ATTEMPT)
        if left_alone or gone > PATIENCE:
            raise SinkError(
                f"the sound device is gone for {gone:.0f} seconds; come off slowly, and see that it is connected and"
                " that the sound server runs"
            )

    def _attempt(self) -> Call[Sink]:
        """In the background, as a server that stands still never answers."""
        return Call("opening", lambda: _opened(self._open), lambda late: late.close())


def _opened(attempt: Callable[[], Sink]) -> Sink:
    inner = attempt()
    try:
        inner.write(b"")
    except SinkError:
        inner.close()
        raise
    return inner


def _close(lost: Sink) -> None:
    """In the background: a device that lost its server may take its time."""
    with suppress(RuntimeError):  # there are too many threads
        threading.Thread(target=lost.close, name="lost device", daemon=True).start()

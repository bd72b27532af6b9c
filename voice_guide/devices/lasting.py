"""A sink that outlives its device: one that is lost is opened again, and nothing is taken meanwhile.

Also when nothing was written for a while, as the process or the machine slept, it tells how long it was away.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from voice_guide.devices.device import AWAY, awake_clock
from voice_guide.errors import SinkError
from voice_guide.pcm import RATE, Pcm, seconds
from voice_guide.player import Sink

PATIENCE = 60.0
"""Seconds awake without a device after which it is given up."""
BACKOFF = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between attempts to open it again; the last one for all that follow."""
NAP = 0.05
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
        self._opened, self._unwanted = opened, unwanted
        self._clock, self._waking, self._sleep = clock, waking, sleep
        self._attempts, self._next = 0, 0.0
        self._gone: float | None = None
        """Since when there is no device that lasts."""
        self._away = 0.0
        self._taken = 0
        """Frames since it was opened; a device that is slow to wake is not one that slept."""
        self._inner: Sink | None = opened()
        self.stretch = self._inner.stretch
        self._inner.write(b"")
        self._heard = clock()

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
        if self._waking() >= self._next:
            self._next = self._waking() + BACKOFF[min(self._attempts, len(BACKOFF) - 1)]
            self._attempts += 1
            if self._attempted():
                return
        gone = self._waking() - self._gone
        if self._unwanted() or gone > PATIENCE:
            raise SinkError(
                f"the sound device is gone for {gone:.0f} seconds; come off slowly, and see that it is connected and"
                " that the sound server runs"
            )
        self._sleep(NAP)

    def _attempted(self) -> bool:
        with suppress(SinkError):
            inner = self._opened()
            try:
                inner.write(b"")
            except SinkError:
                _close(inner)
                return False
            self._inner, self._taken = inner, 0
            self._back()
        return self._inner is not None


def _close(lost: Sink) -> None:
    """In the background: a device that lost its server may take its time."""
    with suppress(RuntimeError):  # there are too many threads
        threading.Thread(target=lost.close, name="lost device", daemon=True).start()

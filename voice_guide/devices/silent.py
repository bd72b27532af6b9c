"""Real time without a device: takes sound at the pace at which a speaker would."""

import time
from collections.abc import Callable

from voice_guide.devices.device import STRETCH
from voice_guide.pcm import Pcm, length, seconds

SLACK = 0.1  # seconds a late writer may catch up; past that, as with a device, the listener heard a gap


class Silent:
    """A sink nobody hears: each write returns when its last frame would have sounded, without drift."""

    stretch = STRETCH

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._due = clock()

    def write(self, block: Pcm) -> int:
        """Waits for as long as the block lasts; returns its frames."""
        now = self._clock()
        self._due = max(self._due, now - SLACK) + seconds(length(block))
        if self._due > now:
            self._sleep(self._due - now)
        return length(block)

    def close(self) -> None:
        """Nothing to free: what was taken has been waited for."""

"""The second speaker, through simpleaudio: a whole stretch as one buffer, as two never join without a gap."""

import sys
import time
from collections.abc import Callable
from typing import Any

from voice_guide.devices.alsa import hush, knock
from voice_guide.devices.calls import Call
from voice_guide.devices.device import AWAY, CONNECT, LOST, awake_clock
from voice_guide.errors import SinkError
from voice_guide.pcm import RATE, WIDTH, Pcm, frames, length, seconds, silence

POLL = 0.02  # seconds
EARLY = 0.5  # seconds: a buffer that ends sooner than this before its time was cut by a lost device
LATE = 3.0  # seconds: a sleeping device may take two to wake, and nothing tells how far the sound is
OPENING = 5.0  # seconds a device may take to answer
ASKED = 1.0  # seconds of that for which somebody who wants something waits
ENDING = 1.0  # seconds a buffer may take to end once it was stopped; it takes 0.2
DRAINED = 0.03  # seconds from a buffer's last sound until simpleaudio says that it is over


class SimpleAudio:
    """Plays all it is given at once; breaks off when `wanted` turns true.

    What simpleaudio has handed to the system is still heard then, some 0.2 seconds: it counts as taken.
    """

    stretch = frames(3600)

    def __init__(
        self, wanted: Callable[[int], bool], python: tuple[int, int] = (sys.version_info[0], sys.version_info[1])
    ) -> None:
        if python >= (3, 12):
            raise SinkError(
                f"simpleaudio crashes on Python 3.12 and later, and this is {python[0]}.{python[1]};"
                " use '--sink speaker', or Python 3.11"
            )
        try:
            import simpleaudio
        except ImportError as fault:
            raise SinkError(
                f"simpleaudio cannot be loaded ({fault}); 'pip install voice-guide[simpleaudio]'"
                " with a C compiler and, on Linux, the package libasound2-dev"
            ) from fault
        hush()
        self._play = simpleaudio.play_buffer
        self._fault: type[Exception] = simpleaudio._simpleaudio.SimpleaudioError
        self._wanted = wanted
        self._playing: Any = None

    def write(self, block: Pcm) -> int:
        """Blocks until `block` was heard, or `wanted` or a sleep broke it off; returns the frames heard.

        SinkError: there is no device, or it was lost. Nothing of it shows when a device only stands still.
        """
        if not block and self._playing:
            return 0
        began = last = awake_clock()
        self._playing = self._begun(block)
        end = began + seconds(length(block))
        while block and self._playing.is_playing():
            now = awake_clock()
            slept = now - last > AWAY
            if slept or self._wanted(_heard(block, now - began)):
                ended = self._end()
                taken = _heard(block, (last if slept else awake_clock()) - began)
                if not ended:
                    raise SinkError(LOST, taken)
                return taken
            if now > end + LATE:
                raise SinkError(LOST, length(block))
            last = now
            time.sleep(POLL)
        if awake_clock() < end - EARLY:
            raise SinkError(LOST, _heard(block, awake_clock() - began))
        return length(block)

    def close(self) -> None:
        """Ends what still sounds, which is only what a write left that was broken off; safe twice."""
        self._end()

    def _begun(self, block: Pcm) -> Any:
        self._reach(block)
        try:
            return self._play(block or silence(frames(POLL)), 1, WIDTH, RATE)
        except self._fault as fault:
            raise SinkError(f"no sound device answers ({fault}); {CONNECT}") from fault

    def _reach(self, block: Pcm) -> None:
        """simpleaudio would wait for half a minute, and the whole interpreter with it, where no server answers."""
        knocking, began = Call("simpleaudio", knock), time.monotonic()
        while not knocking.over(POLL):
            waited = time.monotonic() - began
            if waited > OPENING or (block and waited > ASKED and self._wanted(0)):
                knocking.leave()
                raise SinkError(f"the sound device did not open within {waited:.0f} seconds; {CONNECT}")

    def _end(self) -> bool:
        """Whether it ended: one does not where the sound server stands still."""
        playing, self._playing = self._playing, None
        if playing is None:
            return True
        playing.stop()
        ending = Call("simpleaudio ending", lambda: _await_end(playing))
        ended = ending.over(ENDING)
        ending.leave()
        return ended


def _await_end(playing: Any) -> None:
    while playing.is_playing():
        time.sleep(POLL / 4)


def _heard(block: Pcm, elapsed: float) -> int:
    """The frames of a block after so many seconds."""
    return min(length(block), frames(max(0.0, elapsed - DRAINED)))

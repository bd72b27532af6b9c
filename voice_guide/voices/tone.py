"""Beeps of the words' length: a voice for tests and for machines without any engine.

The first frame of a beep is its loudest, so that its onset can be found in a recording to the frame.
"""

import math
import struct

from voice_guide.compiler.speech import spoken_seconds
from voice_guide.pcm import RATE, WIDTH, Pcm, frames

_PERIOD = 49  # frames: 450 Hz, and a whole number of them, so that one period can be repeated
_LOUDNESS = 7_900  # about -16 LUFS, as loud as the dressed speech
_WAVE = [round(_LOUDNESS * math.cos(2 * math.pi * frame / _PERIOD)) for frame in range(_PERIOD)]
_FADE = RATE // 100


class Tone:
    """One even beep for each text, exactly as long as `spoken_seconds` says at `rate` words a minute."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self.key = f"tone 1, rate {rate}"

    def speak(self, text: str) -> Pcm:
        """The beep; no sound for a text without words."""
        count = frames(spoken_seconds(text, self._rate))
        period = struct.pack(f"<{_PERIOD}h", *_WAVE)
        beep = (period * (count // _PERIOD + 1))[: count * WIDTH]
        fade = min(_FADE, count)
        tail = [_WAVE[frame % _PERIOD] * (count - frame) // fade for frame in range(count - fade, count)]
        return beep[: (count - fade) * WIDTH] + struct.pack(f"<{fade}h", *tail)

    def close(self) -> None:
        """Nothing to free."""

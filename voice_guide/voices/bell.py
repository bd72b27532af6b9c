"""A voice that rings where a cue is a bell, and leaves the words to another.

It stands apart because every engine needs it alike.
"""

import math
from array import array

from voice_guide.compiler.cues import BELL
from voice_guide.pcm import RATE, Pcm, frames, silence
from voice_guide.voices.voice import Voice

_PARTIALS = ((660.0, 5_000), (1_320.0, 2_200), (1_985.0, 900))
"""Hertz and loudness: a small bell, as loud as the dressed speech."""
_SECONDS, _DYING = 0.8, 6.0
_ATTACK = RATE // 200
_SOFT, _SOFT_SECONDS, _MOMENT = 1_600, 0.25, frames(0.2)


class Belled:
    """Any voice, and a bell."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice

    @property
    def key(self) -> str:
        """The voice's own: the bell is always the same."""
        return self._voice.key

    def speak(self, text: str) -> Pcm:
        """The bell for a bell, the voice for words."""
        return ring() if text == BELL else self._voice.speak(text)

    def close(self) -> None:
        """Close the voice."""
        self._voice.close()


def ring() -> Pcm:
    """One stroke, that dies away."""
    count = int(_SECONDS * RATE)
    return array("h", (round(_sample(frame, count)) for frame in range(count))).tobytes()


def opening_tone() -> Pcm:
    """A soft tone, a moment after the words: the listener may speak."""
    count = int(_SOFT_SECONDS * RATE)
    swell = (math.sin(math.pi * frame / count) for frame in range(count))
    wave = (round(_SOFT * fade * math.sin(2 * math.pi * 523.0 * frame / RATE)) for frame, fade in enumerate(swell))
    return silence(_MOMENT) + array("h", wave).tobytes()


def _sample(frame: int, count: int) -> float:
    fade = min(1.0, frame / _ATTACK, (count - frame) / _ATTACK) * math.exp(-_DYING * frame / RATE)
    return fade * sum(loud * math.sin(2 * math.pi * pitch * frame / RATE) for pitch, loud in _PARTIALS)

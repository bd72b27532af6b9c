"""What a voice is: text in, sound out; and what may be asked of one."""

from dataclasses import dataclass
from typing import Protocol

from voice_guide.compiler.speech import USUAL_RATE
from voice_guide.pcm import Pcm

DEFAULT_RATE = USUAL_RATE
"""Words a minute."""

DEFAULT_PITCH = 45
"""A little below the middle of the engine's 0 to 99."""

PIPER = "piper:"
"""A voice whose name begins so is a model of the listener's, and its path follows."""

RATES = range(80, 301)
PITCHES = range(100)


class Voice(Protocol):
    """Turns text into sound."""

    @property
    def key(self) -> str:
        """All that changes the sound but the text: engine, engine version, speaker, speed, pitch.

        Raises VoiceError where there is no such speaker.
        """

    def speak(self, text: str) -> Pcm:
        """The words as sound, trimmed and levelled. Raises VoiceError, after one retry."""

    def close(self) -> None:
        """Free what it holds, from any thread; a `speak` under way ends in VoiceError. Safe twice."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One of the voices that this machine has. `language` is a tag such as `en-us`."""

    id: str
    name: str
    language: str = ""
    gender: str = ""

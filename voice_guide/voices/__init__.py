"""Voices: what turns the text of a cue into sound, chosen by name, each loaded only when it is asked for."""

from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

from voice_guide.errors import VoiceError
from voice_guide.pcm import Pcm
from voice_guide.script import USUAL_RATE

DEFAULT_RATE = USUAL_RATE
"""Words a minute."""

DEFAULT_PITCH = 45
"""A little below the middle of the engine's 0 to 99."""

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


def open_voice(
    name: str | None = None, rate: int = DEFAULT_RATE, pitch: int = DEFAULT_PITCH, at_once: bool = True
) -> Voice:
    """The voice of that name: `tone`, or a speaker's id, name or language; `None` is a clear English speaker.

    `rate` is in words a minute, `pitch` is 0 to 99. The engine's process starts at once and is waited for
    only when it is needed; or it starts only then. Close the voice after use. Raises VoiceError.
    """
    _within(RATES, "rate", rate)
    _within(PITCHES, "pitch", pitch)
    if name == "tone":
        from voice_guide.voices.tone import Tone

        return Tone(rate)
    from voice_guide.voices.engine import Engine

    return Engine(name, rate, pitch, at_once=at_once)


def speakers() -> list[Speaker]:
    """The speakers that this machine has, the engine's own choice first. Raises VoiceError."""
    from voice_guide.voices.engine import Engine

    with closing(Engine()) as voice:
        return voice.speakers


def _within(allowed: range, what: str, value: int) -> None:
    if value not in allowed:
        raise VoiceError(f"{what} {value} is outside {allowed[0]} to {allowed[-1]}; --{what} may be left out")

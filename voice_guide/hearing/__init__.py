"""Hearing: what was said to the microphone, offline, and what it means."""

from dataclasses import dataclass

MUTE = "the microphone gives only silence; is it muted? On macOS, may this program use it?"


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance. `start` and `end` are seconds of the sound given; `confidence` is 0 to 1.

    `meaning` is None where it is not wholly a phrase of the vocabulary. `likely` is then, where the vocabulary asks
    back, the meaning that comes nearest: to be asked, never to be acted on.
    """

    said: str
    meaning: str | None
    start: float
    end: float
    confidence: float
    likely: str | None = None

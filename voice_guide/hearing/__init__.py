"""Hearing: what was said to the microphone, offline, and what it means."""

from dataclasses import dataclass

MUTE = "the microphone gives only silence; is it muted? On macOS, may this program use it?"


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance. `start` and `end` are seconds of the sound given; `confidence` is 0 to 1.

    `meaning` is None where it is not wholly a phrase of the vocabulary.
    """

    said: str
    meaning: str | None
    start: float
    end: float
    confidence: float
    others: tuple[str, ...] = ()
    """What else was heard in it, where all that is said is told: at other speeds, so that one mistake is not all."""

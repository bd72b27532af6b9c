"""What is understood in a recording: for tests, for tuning, and for who was not heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voice_guide.devices.microphone import RATE
from voice_guide.formats.foreign import content_of, decoded
from voice_guide.hearing import Heard
from voice_guide.routine.vocabulary import Vocabulary

LONGEST = 600
"""Seconds of a recording."""


@dataclass(frozen=True, slots=True)
class Understood:
    """Its utterances, and phrases that cannot be heard on this machine."""

    heard: Sequence[Heard]
    left_out: Sequence[str]


def understood(file: Path, vocabularies: Sequence[Vocabulary], name: str) -> Understood:
    """A recording (WAV, FLAC, MP3 or Ogg) in the vocabulary of that name. Raises ChoiceError, HearingError."""
    from voice_guide.hearing.recogniser import Recogniser

    sound = decoded(content_of(file), file, RATE, LONGEST)  # as the recogniser wants it
    recogniser = Recogniser(vocabularies)
    recogniser.use(name)
    return Understood([*recogniser.hear(sound), *recogniser.end()], recogniser.left_out)

"""What is understood in a recording: for tests, for tuning, and for who was not heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voice_guide.devices import lean
from voice_guide.devices.microphone import RATE
from voice_guide.errors import ChoiceError
from voice_guide.hearing import Heard
from voice_guide.routine.vocabulary import Vocabulary
from voice_guide.storage.bounded import read_bounded

LARGEST = 64 * 1024**2
"""Bytes of a recording."""
LONGEST = 600
"""Seconds of one: a small file may tell of years of silence."""


@dataclass(frozen=True, slots=True)
class Understood:
    """Its utterances, and phrases that cannot be heard on this machine."""

    heard: Sequence[Heard]
    left_out: Sequence[str]


def understood(file: Path, vocabularies: Sequence[Vocabulary], name: str) -> Understood:
    """A recording (WAV, FLAC, MP3 or Ogg) in the vocabulary of that name. Raises ChoiceError, HearingError."""
    from voice_guide.hearing.recogniser import Recogniser

    sound = _sound(file)
    recogniser = Recogniser(vocabularies)
    recogniser.use(name)
    return Understood([*recogniser.hear(sound), *recogniser.end()], recogniser.left_out)


def _sound(file: Path) -> bytes:
    """As the recogniser wants it."""
    miniaudio = lean.miniaudio()
    content, sound = _content(file), bytearray()
    try:
        form = miniaudio.SampleFormat.SIGNED16
        for block in miniaudio.stream_memory(content, form, nchannels=1, sample_rate=RATE, frames_to_read=RATE):
            sound += block.tobytes()
            if len(sound) > LONGEST * RATE * 2:
                raise ChoiceError(f"{file}: longer than {LONGEST // 60} minutes; cut out what matters")
    except miniaudio.MiniaudioError:
        raise ChoiceError(f"{file}: not a recording that can be read; WAV, FLAC, MP3 and Ogg can") from None
    return bytes(sound)


def _content(file: Path) -> bytes:
    try:
        content = read_bounded(file, LARGEST)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise ChoiceError(f"{file}: {reason.lower()}; name a recording") from None
    if len(content) > LARGEST:
        raise ChoiceError(f"{file}: larger than {LARGEST // 1024**2} MB; cut out the minutes that matter")
    return content

"""What is understood in a recording: for tests, for tuning, and for who was not heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voice_guide.devices.microphone import RATE
from voice_guide.errors import ChoiceError
from voice_guide.hearing import Heard
from voice_guide.routine.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Understood:
    """Its utterances, and phrases that cannot be heard on this machine."""

    heard: Sequence[Heard]
    left_out: Sequence[str]


def understood(file: Path, vocabularies: Sequence[Vocabulary], name: str) -> Understood:
    """A recording (WAV, FLAC, MP3 or Ogg) in the vocabulary of that name. Raises ChoiceError, HearingError."""
    from voice_guide.hearing.recogniser import Recogniser

    recogniser = Recogniser(vocabularies)
    recogniser.use(name)
    return Understood([*recogniser.hear(_sound(file)), *recogniser.end()], recogniser.left_out)


def _sound(file: Path) -> bytes:
    """As the recogniser wants it."""
    import miniaudio

    try:
        content = file.read_bytes()
        decoded = miniaudio.decode(content, miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=RATE)
    except OSError as error:
        raise ChoiceError(f"{file}: {(error.strerror or str(error)).lower()}; name a recording") from None
    except miniaudio.MiniaudioError:
        raise ChoiceError(f"{file}: not a recording that can be read; WAV, FLAC, MP3 and Ogg can") from None
    return bytes(decoded.samples.tobytes())

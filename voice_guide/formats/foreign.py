"""A sound from anywhere, read and decoded: never waited for, never more of it than it may be."""

from pathlib import Path

from voice_guide.errors import ChoiceError
from voice_guide.storage.bounded import read_bounded, read_inside

LARGEST = 64 * 1024**2
"""Bytes of a file."""
TAKEN = (".wav", ".flac", ".mp3")
"""Of what ends in these, the rate is told without decoding."""


def content_of(file: Path, folder: Path | None = None) -> bytes:
    """The bytes of a file, of one that must lie in a `folder` only where it does. Raises ChoiceError."""
    try:
        content = read_inside(folder, file.name, LARGEST) if folder else read_bounded(file, LARGEST)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        raise ChoiceError(f"{file}: {reason.lower()}; name a recording") from None
    if len(content) > LARGEST:
        raise ChoiceError(f"{file}: larger than {LARGEST // 1024**2} MB; cut out the minutes that matter")
    return content


def decoded(content: bytes, file: Path, rate: int, longest: float) -> bytes:
    """WAV, FLAC, MP3 or Ogg as mono, signed 16-bit, `rate` frames a second; `file` is what an error names.

    Raises ChoiceError, so too for more than `longest` seconds: a small file may tell of years of silence.
    """
    import miniaudio

    sound = bytearray()
    try:
        form = miniaudio.SampleFormat.SIGNED16
        for block in miniaudio.stream_memory(content, form, nchannels=1, sample_rate=rate, frames_to_read=rate):
            sound += block.tobytes()
            if len(sound) > longest * rate * 2:
                most = f"{longest / 60:.0f} minutes" if longest >= 120 else f"{longest:.0f} seconds"
                raise ChoiceError(f"{file}: longer than {most}; cut out what matters")
    except miniaudio.MiniaudioError:
        raise ChoiceError(f"{file}: not a recording that can be read; WAV, FLAC, MP3 and Ogg can") from None
    return bytes(sound)


def rate_of(content: bytes, file: Path) -> int:
    """Frames a second of a file whose name ends in one of TAKEN. Raises ChoiceError."""
    import miniaudio

    look = {".wav": miniaudio.wav_get_info, ".flac": miniaudio.flac_get_info, ".mp3": miniaudio.mp3_get_info}
    ending = file.suffix.lower()
    try:
        return int(look[ending](content).sample_rate)
    except miniaudio.MiniaudioError:
        raise ChoiceError(f"{file}: not a recording that can be read; WAV, FLAC and MP3 can") from None

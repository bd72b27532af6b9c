"""The one door between seconds and frames.

Sound here is always mono, signed 16-bit little endian at RATE frames a second: what the natural voice gives, so
nothing of it is resampled on the way to the speaker or the file.
"""

import struct

RATE = 24_000
"""Frames a second."""

WIDTH = 2
"""Bytes a frame."""

Pcm = bytes
"""Mono, signed 16-bit little endian, RATE frames a second."""


_WAV = struct.Struct("<4sI4s4sIHHIIHH4sI")
WAV_HEAD = _WAV.size
"""Bytes before the sound of a WAV file of ours."""


def wav_head(size: int, after: int = 0) -> bytes:
    """What stands before `size` bytes of sound in a WAV file, with `after` bytes of other chunks behind them."""
    whole, plain, channels = WAV_HEAD + size + after - 8, 1, 1
    form = (16, plain, channels, RATE, RATE * WIDTH, WIDTH, 8 * WIDTH)
    return _WAV.pack(b"RIFF", whole, b"WAVE", b"fmt ", *form, b"data", size)


def frames(seconds: float) -> int:
    """Seconds to whole frames, to the nearest."""
    return round(seconds * RATE)


def seconds(count: int) -> float:
    """Frames to seconds."""
    return count / RATE


def length(sound: Pcm) -> int:
    """The frames in a sound."""
    return len(sound) // WIDTH


def silence(count: int) -> Pcm:
    """A silence of `count` frames."""
    return bytes(count * WIDTH)

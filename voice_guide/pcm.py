"""The one door between seconds and frames.

Sound here is always mono, signed 16-bit little endian at RATE frames a second: what the speech engines
give, so nothing is resampled on the way to the speaker or the file.
"""

RATE = 22_050
"""Frames a second."""

WIDTH = 2
"""Bytes a frame."""

Pcm = bytes
"""Mono, signed 16-bit little endian, RATE frames a second."""


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

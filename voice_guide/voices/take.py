"""What somebody said for a sentence, made fit for a session as an engine's words are, or refused with the reason."""

import audioop
import tempfile
import wave
from pathlib import Path

from voice_guide.compiler.speech import most_seconds, spoken_seconds
from voice_guide.pcm import RATE, WIDTH, Pcm
from voice_guide.voices.dress import dress, read
from voice_guide.voices.recorded import LONGEST, SILENT
from voice_guide.voices.worker import resample

RATES = range(16_000, 192_001)
"""Frames a second that can be taken: with fewer, as on a telephone, an s is no s."""
LEAST = 0.35
"""Of the seconds of a calm voice: less is another sentence, or half of one."""
ABOVE = 6.0
"""How much louder words are at least than the room."""
_BEFORE, _AFTER = 15, 25
"""Blocks of 10 ms around what is loud: an f at the beginning is not, and a word dies away."""
_EDGE = 0.1
"""Of the loudest block: what is louder is a word."""


def taken(sound: bytes, rate: int, text: str) -> Pcm:
    """Mono, signed 16-bit little endian, `rate` frames a second; trimmed, levelled, at RATE. ValueError: the reason."""
    if rate not in RATES:
        raise ValueError(f"{rate} frames a second; record at {RATES[0]} to {RATES[-1]}")
    if not sound or audioop.rms(sound, WIDTH) < SILENT:
        raise ValueError("nothing but silence")
    if clipped(sound, rate):
        raise ValueError("clipped; record it softer, or farther from the microphone")
    first, last = words_in(sound, rate)
    took, usual = (last - first) / 100, spoken_seconds(text)
    if took < LEAST * usual:
        raise ValueError(f"{took:.1f} seconds for words that take about {usual:.1f}; is it all of this sentence?")
    if took > (most := min(LONGEST, most_seconds(text)) - (_BEFORE + _AFTER) / 100):
        raise ValueError(f"{took:.1f} seconds for words that take about {usual:.1f}, at most {most:.1f}")
    block = rate // 100 * WIDTH
    return dress(_at_our_rate(sound[max(0, first - _BEFORE) * block : (last + _AFTER) * block], rate))


def clipped(sound: bytes, rate: int) -> bool:
    """It stays at its highest or lowest for a tenth of a millisecond, as no loud voice does."""
    low, high = audioop.minmax(sound, WIDTH)
    span = max(4, rate // 10_000)
    return any(
        abs(edge) > 8_000 and edge.to_bytes(WIDTH, "little", signed=True) * span in sound for edge in (low, high)
    )


def words_in(sound: bytes, rate: int) -> tuple[int, int]:
    """The first block of 10 ms that is a word, and the one after the last. ValueError: hardly louder than the room."""
    loud = loudness(sound, rate)
    ranked = sorted(loud)
    room, voice = ranked[0], ranked[len(ranked) * 95 // 100]
    if voice < max(SILENT, ABOVE * room):
        raise ValueError("hardly louder than the noise of the room; find a quieter one, or speak closer")
    spoken = [at for at, one in enumerate(loud) if one > max(_EDGE * voice, min(2 * room, voice / 2))]
    return spoken[0], spoken[-1] + 1


def loudness(sound: bytes, rate: int) -> list[int]:
    """Of each block of 10 ms."""
    block = rate // 100 * WIDTH
    return [audioop.rms(sound[at : at + block], WIDTH) for at in range(0, len(sound) - block + 1, block)] or [0]


def _at_our_rate(sound: bytes, rate: int) -> Pcm:
    if rate == RATE:
        return sound
    with tempfile.TemporaryDirectory(prefix="voice-guide-") as folder:
        file = Path(folder, "take.wav")
        with wave.open(str(file), "wb") as saved:
            saved.setparams((1, WIDTH, rate, 0, "NONE", ""))
            saved.writeframes(sound)
        resample(str(file), RATE)
        return read(file)

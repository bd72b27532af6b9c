"""What an engine saved, made fit for a session: our format, no silence at the ends, no clicks, one loudness.

Loudness is as in ITU-R BS.1770 (LUFS, gated), within half a unit for speech. All work on samples is done by
audioop, all else on blocks of ten milliseconds, so that dressing takes a third of the time of speaking.
"""

import audioop
import wave
from collections.abc import Callable
from itertools import accumulate, pairwise
from pathlib import Path

from voice_guide.pcm import RATE, WIDTH, Pcm, silence

VERSION = 2
"""To be raised with every change, here or in the worker, that changes the sound: it is in every key."""

LOUDNESS = -16.0  # LUFS
CEILING = 27_500  # 1.5 dB below full scale, for what MP3 adds to peaks

_STEPS = 10
_STEP = RATE // 1000 * WIDTH  # bytes: about a millisecond
_BLOCK = _STEP * _STEPS
_QUIET = 0.003  # of the loudest block; the f of "feel" is at 0.03
_SQUEEZE = 4.0  # the most by which a peak is held down: a click must not make the words beside it loud
_GOAL = 32_768**2 * 10 ** ((LOUDNESS + 0.691) / 10)


def read(file: Path) -> Pcm:
    """The samples of a WAV file, whatever its rate, width and channels. Raises ValueError or OSError."""
    try:
        with wave.open(str(file)) as saved:
            if (saved.getframerate(), saved.getsampwidth(), saved.getnchannels()) == (RATE, WIDTH, 1):
                return bytes(saved.readframes(saved.getnframes()))
    except (wave.Error, EOFError) as fault:
        raise ValueError(f"what is no WAV file: {fault}") from fault
    return _converted(file)


def _converted(file: Path) -> Pcm:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # at import it misses ffmpeg, which WAV does not need
        from pydub import AudioSegment
        from pydub.exceptions import PydubException
    try:
        sound = AudioSegment(file.read_bytes())
    except PydubException as fault:
        raise ValueError(f"what is no WAV file: {fault}") from fault
    return bytes(sound.set_channels(1).set_sample_width(WIDTH).set_frame_rate(RATE).raw_data)


def dress(sound: Pcm) -> Pcm:
    """The words alone, at LOUDNESS, no peak over CEILING. `sound` must not be silent."""
    sound += silence(-len(sound) % _BLOCK // WIDTH)
    energy = _blocks(sound, audioop.rms)
    quiet = max(energy) * _QUIET
    loud = [block for block, rms in enumerate(energy) if rms > quiet]
    first, last = max(0, loud[0] - 1), loud[-1] + 4  # a block to begin in, and a few to die away
    sound = sound[first * _BLOCK : last * _BLOCK]
    return _shaped(sound, _gains(sound, energy[first:last]))


def _blocks(sound: Pcm, measure: Callable[[memoryview, int], int]) -> list[int]:
    view = memoryview(sound)
    return [measure(view[at : at + _BLOCK], WIDTH) for at in range(0, len(sound), _BLOCK)]


def _gains(sound: Pcm, energy: list[int]) -> list[float]:
    """The gain at each edge of the blocks: what gives LOUDNESS, less around a peak, none at the ends."""
    peaks = _blocks(sound, audioop.max)
    around = [0, 0, *peaks, 0, 0]
    safe = [CEILING / max(1, *four) for four in zip(around, around[1:], around[2:], around[3:], strict=False)]
    bright = _brightness(sound)
    powers = [bright * rms * rms for rms in energy]
    most = CEILING / max(peaks) * _SQUEEZE
    gain = 1.0
    for _ in range(8):  # each round gives back what holding down the peaks took
        gains = [min(gain, limit) for limit in safe]
        heard = [power * a * b for power, (a, b) in zip(powers, pairwise(gains), strict=True)]
        lack = _GOAL / _loudness(heard)
        gain = min(most, gain * lack**0.5)
        if 0.98 < lack < 1.02:
            break
    return [0.0, *(min(gain, limit) for limit in safe[1:-1]), 0.0]


def _brightness(sound: Pcm) -> float:
    """How much louder than its power the ear hears it, from two seconds: treble is up by some 4 dB."""
    some = sound[: 2 * RATE * WIDTH]
    before = audioop.mul(some[:-WIDTH], WIDTH, -1 / 3)
    heard = 1.5 * audioop.rms(audioop.add(some[WIDTH:], before, WIDTH), WIDTH)
    return float(heard / max(1, audioop.rms(some, WIDTH))) ** 2


def _loudness(powers: list[float]) -> float:
    """The mean power of the windows of 400 ms that are within 10 dB of the mean, as BS.1770 gates."""
    sums = [0.0, *accumulate(powers)]
    wide = min(40, len(powers))
    means = [(sums[at + wide] - sums[at]) / wide for at in range(0, len(powers) - wide + 1, 10)]
    gate = sum(means) / len(means) / 10
    heard = [mean for mean in means if mean >= gate]
    return sum(heard) / len(heard)


def _shaped(sound: Pcm, gains: list[float]) -> Pcm:
    """Each block multiplied by a ramp from the gain at its first edge to the gain at its last."""
    view = memoryview(sound)
    shaped = []
    for at, (start, end) in zip(range(0, len(sound), _BLOCK), pairwise(gains), strict=True):
        if start == end:
            shaped.append(audioop.mul(view[at : at + _BLOCK], WIDTH, start))
            continue
        slope = (end - start) / _STEPS
        for step in range(_STEPS):
            piece = view[at + step * _STEP : at + (step + 1) * _STEP]
            shaped.append(audioop.mul(piece, WIDTH, start + slope * (step + 0.5)))
    return b"".join(shaped)

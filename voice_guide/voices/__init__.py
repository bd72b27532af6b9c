"""The TTS layer: voices turn the text of a cue into sound; each is chosen by name and loaded only when asked for."""

from collections.abc import Callable
from contextlib import closing

from voice_guide.errors import VoiceError
from voice_guide.routine.phrases import Sounds
from voice_guide.voices.voice import DEFAULT_PITCH, DEFAULT_RATE, PIPER, PITCHES, RATES, Speaker, Voice

NATURAL, ESPEAK, TONE = "natural", "espeak", "tone"
"""Voices that are not named after a speaker; `espeak` is the system's own choice where it has another engine."""
NAMES = (NATURAL, ESPEAK, TONE)


def open_voice(
    name: str | None = None,
    rate: int = DEFAULT_RATE,
    pitch: int = DEFAULT_PITCH,
    at_once: bool = True,
    sounds: Callable[[], Sounds] = dict,
) -> Voice:
    """The voice of that name: `natural`, `espeak`, `tone`, `piper:` with the path of a model, or a speaker's id, name
    or language; `None` is the natural one where it is installed, else `espeak`.

    `rate` is in words a minute, `pitch` is 0 to 99, which the natural voice does without. The engine's process starts
    at once and is waited for only when it is needed; or it starts only then. `sounds` tells how words are said. Close
    the voice after use. Raises VoiceError.
    """
    _within(RATES, "rate", rate)
    _within(PITCHES, "pitch", pitch)
    if name == TONE:
        from voice_guide.voices.tone import Tone

        return Tone(rate)
    from voice_guide.voices.engine import NATURAL as NATURAL_MAKE
    from voice_guide.voices.engine import Engine

    if name and name.startswith(PIPER):
        from voice_guide.voices.piper import piper

        return Engine(None, rate, pitch, at_once=at_once, make=piper(name), sounds=sounds)
    if name == NATURAL or (name is None and natural_is_here()):
        return Engine(None, rate, pitch, at_once=at_once, make=NATURAL_MAKE, sounds=sounds)
    return Engine(None if name == ESPEAK else name, rate, pitch, at_once=at_once, sounds=sounds)


def natural_is_here() -> bool:
    """What the natural voice needs is installed, whether it works or not; nothing of it is loaded."""
    from importlib.util import find_spec

    return all(find_spec(name) for name in ("hibari", "onnxruntime"))


def speakers() -> list[Speaker]:
    """The natural voice, then the speakers of the system, its own choice first. Raises VoiceError."""
    from voice_guide.voices.engine import NATURAL as NATURAL_MAKE
    from voice_guide.voices.engine import Engine

    found: list[Speaker] = []
    if natural_is_here():
        with closing(Engine(make=NATURAL_MAKE)) as voice:
            found += voice.speakers
    with closing(Engine()) as voice:
        return found + voice.speakers


def _within(allowed: range, what: str, value: int) -> None:
    if value not in allowed:
        raise VoiceError(f"{what} {value} is outside {allowed[0]} to {allowed[-1]}; --{what} may be left out")

"""The TTS layer: voices turn the text of a cue into sound; each is chosen by name and loaded only when asked for."""

from contextlib import closing

from voice_guide.errors import VoiceError
from voice_guide.voices.voice import DEFAULT_PITCH, DEFAULT_RATE, PITCHES, RATES, Speaker, Voice


def open_voice(
    name: str | None = None, rate: int = DEFAULT_RATE, pitch: int = DEFAULT_PITCH, at_once: bool = True
) -> Voice:
    """The voice of that name: `tone`, or a speaker's id, name or language; `None` is a clear English speaker.

    `rate` is in words a minute, `pitch` is 0 to 99. The engine's process starts at once and is waited for
    only when it is needed; or it starts only then. Close the voice after use. Raises VoiceError.
    """
    _within(RATES, "rate", rate)
    _within(PITCHES, "pitch", pitch)
    if name == "tone":
        from voice_guide.voices.tone import Tone

        return Tone(rate)
    from voice_guide.voices.engine import Engine

    return Engine(name, rate, pitch, at_once=at_once)


def speakers() -> list[Speaker]:
    """The speakers that this machine has, the engine's own choice first. Raises VoiceError."""
    from voice_guide.voices.engine import Engine

    with closing(Engine()) as voice:
        return voice.speakers


def _within(allowed: range, what: str, value: int) -> None:
    if value not in allowed:
        raise VoiceError(f"{what} {value} is outside {allowed[0]} to {allowed[-1]}; --{what} may be left out")

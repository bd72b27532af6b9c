"""Sentences that are heard apart from a session: a refusal, words to try, the voices one after the other."""

import re
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from voice_guide.devices import open_sink
from voice_guide.errors import SafetyError, SinkError, VoiceError
from voice_guide.guide.kit import Kit
from voice_guide.player.sentence import say
from voice_guide.voices.voice import Speaker


def say_aloud(refusal: SafetyError, kit: Kit, sink_name: str) -> None:
    """Where it is by a rule, and there are a voice and a device; others name files and options."""
    if sink_name == "silent" or not refusal.level:
        return
    with suppress(VoiceError, SinkError), closing(open_sink(sink_name)) as sink:
        text = as_spoken(refusal)
        say(text, kit.voice.speak(text), sink)


def as_spoken(refusal: SafetyError) -> str:
    """Without what only who types can do, and the signs that only who reads needs."""
    return re.sub(r" Nearest: .*|: --condition [^ ]*(?=\.)|[`']|--", "", str(refusal))


def say_words(text: str, kit: Kit, sink_name: str, output: Path | None) -> Path | None:
    """Any words, or into a WAV file, whose path is returned. Raises VoiceError, SinkError, ChoiceError."""
    sound = kit.voice.speak(text)
    if output is None:
        with closing(open_sink(sink_name)) as sink:
            say(text, sound, sink)
        return None
    from voice_guide.formats.wav import Wav
    from voice_guide.guide.writing import path_of

    path = path_of(output, ".wav", "said")
    with Wav(path) as file:
        file.write(sound)
    return path


def try_voices(voices: Iterable[Speaker], kit: Kit, sink_name: str) -> None:
    """The same words with each of them, named as it speaks; who cannot speak is told, and passed over."""
    for voice in voices:
        kit.tell(f"{voice.id}: {voice.name}")
        try:
            say_words(kit.library.phrases.sample, kit.twin(voice.id, kit.rate, kit.pitch), sink_name, None)
        except VoiceError as fault:
            kit.tell(str(fault))

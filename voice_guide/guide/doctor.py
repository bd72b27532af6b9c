"""What works on this machine, and the remedy for what does not: each thing is tried for real."""

import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from voice_guide.errors import VoiceError, VoiceGuideError
from voice_guide.guide.kit import Kit
from voice_guide.library import own_folder
from voice_guide.storage.folders import others_may_change

NEEDED = ("scripts", "cache", "voice")
"""What it takes to export a session at least."""
_REINSTALL = "`pip install --force-reinstall hibari-tts onnxruntime`"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: what it is, whether it works, and how, or the remedy."""

    what: str
    works: bool
    told: str

    @property
    def needed(self) -> bool:
        """Without it no session can even be exported."""
        return self.what in NEEDED


def examine(kit: Kit) -> Iterator[Finding]:
    """Everything, one after the other."""
    yield Finding(f"Python {platform.python_version()} on {platform.system()}", True, "")
    for what, look in _LOOKS.items():
        try:
            yield Finding(what, True, look(kit))
        except (VoiceGuideError, OSError, RuntimeError, MemoryError) as error:
            yield Finding(what, False, str(error) or "there is not enough memory")


def _scripts(kit: Kit) -> str:
    count = len(kit.library.routines)
    if kit.library.broken:
        raise VoiceGuideError("; ".join(kit.library.broken))
    return f"{count} routines; your own would be in {own_folder()}"


def _cache(kit: Kit) -> str:
    from voice_guide.voices.cache import remembering

    with remembering("tone", kit.rate, kit.pitch, kit.cache) as tone:
        tone.speak("doctor")
    if tone.warning:
        raise VoiceGuideError(tone.warning)
    if fault := others_may_change(kit.cache):
        return f"{kit.cache}; what others put there would be heard: {fault}"
    return str(kit.cache)


def _voice(kit: Kit) -> str:
    """The voice that would speak, and where it is not the natural one why, with the remedy."""
    if kit.voice.recorded:
        return f"{kit.voice.recorded.key}, else {_natural_or(kit)}"
    return _speaks(kit, kit.voice_name) if kit.voice_name is not None else _natural_or(kit)


def _natural_or(kit: Kit) -> str:
    from voice_guide.voices import ESPEAK, NATURAL, natural_is_here

    if not natural_is_here():
        return f"{_speaks(kit, ESPEAK)}; {_REINSTALL} brings the natural one, where onnxruntime can be installed"
    try:
        return _speaks(kit, NATURAL)
    except VoiceError as fault:
        return f"{_speaks(kit, ESPEAK)}, because {fault}; {_REINSTALL} may mend it"


def _speaks(kit: Kit, name: str) -> str:
    from voice_guide.voices import open_voice

    with closing(open_voice(name, kit.rate, kit.pitch)) as voice:
        voice.speak("One.")
        return voice.key


def _folder(kit: Kit) -> str:
    if fault := others_may_change(kit.data):
        raise VoiceGuideError(fault)
    return f"{kit.data}, for you alone"


def _profile(kit: Kit) -> str:
    if kit.profile is None:
        raise VoiceGuideError("not told yet; `voice-guide profile` takes a minute, and fits sessions to your body")
    return str(kit.profile_path)


def _journal(kit: Kit) -> str:
    if kit.journal.warning:
        raise VoiceGuideError(kit.journal.warning)
    return f"{len(kit.journal.known)} sessions in {kit.journal.path}"


def _sink(name: str) -> str:
    from voice_guide.devices import open_sink
    from voice_guide.pcm import RATE, silence

    with closing(open_sink(name)) as sink:
        sink.write(silence(sink.stretch if sink.stretch < 2 * RATE else RATE // 10))
    return "plays"


def _microphone(kit: Kit) -> str:
    from voice_guide.guide.vocabularies import vocabularies
    from voice_guide.hearing.ear import try_microphone

    return try_microphone(vocabularies(kit.library))


def _ffmpeg(kit: Kit) -> str:
    from voice_guide.formats.ffmpeg import installed

    found = installed()
    if not found:
        raise VoiceGuideError("not installed; MP3, WAV and pages need none, other formats do")
    return found


_LOOKS: Mapping[str, Callable[[Kit], str]] = {
    "scripts": _scripts,
    "cache": _cache,
    "voice": _voice,
    "your files": _folder,
    "profile": _profile,
    "journal": _journal,
    "speaker": lambda kit: _sink("speaker"),
    "simpleaudio": lambda kit: _sink("simpleaudio"),
    "microphone": _microphone,
    "ffmpeg": _ffmpeg,
}

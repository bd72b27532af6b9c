"""A cache is a voice that remembers: what it said once it says again, to the bit, without the engine."""

from pathlib import Path

from voice_guide.pcm import Pcm, length
from voice_guide.storage.kept import SOUND, Kept, named
from voice_guide.voices import open_voice
from voice_guide.voices.bell import Belled
from voice_guide.voices.voice import Voice

_FORMAT = 2


class Remembering:
    """A voice that keeps what `voice` says in a folder, which many processes may share."""

    def __init__(self, voice: Voice, folder: Path) -> None:
        self.hits = self.misses = 0
        self._voice, self.kept = voice, Kept(folder)

    @property
    def warning(self) -> str:
        """Why sounds could not be kept, if they could not; speaking goes on without."""
        return self.kept.warning

    @property
    def key(self) -> str:
        """The voice's own."""
        return self._voice.key

    def speak(self, text: str) -> Pcm:
        """What was said before, or the voice's sound, kept. Raises VoiceError."""
        sound = self.remembered(text)
        if sound:
            self.hits += 1
            return sound
        self.misses += 1
        sound = self._voice.speak(text)
        if not sound:
            return sound
        self.kept.store(self._name(text), sound)
        return self.remembered(text) or sound

    def length(self, text: str) -> int:
        """The frames it takes over the words. Raises VoiceError."""
        return length(self.speak(text))

    def remembered(self, text: str) -> Pcm:
        """What was said before, none where it was not; the voice is not asked."""
        return self.kept.load(self._name(text))

    def close(self) -> None:
        """Close the voice."""
        self._voice.close()

    def _name(self, text: str) -> str:
        return named(SOUND, _FORMAT, self.key, text)

    def __enter__(self) -> "Remembering":
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()


def remembering(name: str | None, rate: int, pitch: int, folder: Path, at_once: bool = True) -> Remembering:
    """The voice asked for, with a bell; its engine starts at once, or when it is needed. Raises VoiceError."""
    return Remembering(Belled(open_voice(name, rate, pitch, at_once)), folder)

"""A cache is a voice that remembers: what it said once it says again, to the bit, without the engine."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

from voice_guide.errors import VoiceError
from voice_guide.pcm import Pcm, length
from voice_guide.routine.phrases import Sounds
from voice_guide.storage.kept import SOUND, Kept, named
from voice_guide.voices import ESPEAK, NATURAL, natural_is_here, open_voice
from voice_guide.voices.bell import Belled
from voice_guide.voices.recorded import Recorded
from voice_guide.voices.voice import PIPER, Voice

_FORMAT = 2


class Remembering:
    """A voice that keeps what `voice` says in a folder, which many processes may share.

    Where the voice is lost, what it said before it still says; for other words its `spare` is opened, for good. What
    somebody `recorded` is said by them, whatever becomes of the others.
    """

    def __init__(
        self,
        voice: Voice,
        folder: Path,
        spare: Callable[[], Voice] | None = None,
        recorded: Recorded | None = None,
    ) -> None:
        self.hits = self.misses = 0
        self.kept = Kept(folder)
        self.lost: VoiceError | None = None
        """Why the spare speaks, where it does."""
        self.recorded = recorded
        self._voices, self._spare, self._turn = [voice], spare, Lock()

    @property
    def warning(self) -> str:
        """What was lost, and why sounds could not be kept; speaking goes on without. Empty where all is well."""
        speaks = self._voices[-1].key.partition(",")[0]
        lost = f"{self.lost}; the {speaks} speaks meanwhile" if self.lost else ""
        faults = self.recorded.faults if self.recorded else []
        return "\n".join(filter(None, (*faults, lost, self.kept.warning)))

    @property
    def key(self) -> str:
        """That of the voice which speaks now, and of all that was recorded."""
        own = f"{self.recorded.key}, else " if self.recorded else ""
        return own + self._voices[-1].key

    def speak(self, text: str) -> Pcm:
        """What was said before, or the voice's sound, kept. Raises VoiceError."""
        sound = self.remembered(text)
        if sound:
            self.hits += 1
            return sound
        self.misses += 1
        voice = self._voices[-1]
        try:
            sound = voice.speak(text)
        except VoiceError as fault:
            if not self._replaced(voice):
                raise
            sound = self.speak(text)
            self.lost = self.lost or fault
            return sound
        if not sound:
            return sound
        self.kept.store(entry_name(voice, text), sound)
        return self.remembered(text) or sound

    def _replaced(self, voice: Voice) -> bool:
        """Whether another voice than that one speaks now."""
        with self._turn:
            if self._spare:
                self._voices.append(self._spare())
                self._spare = None
            return self._voices[-1] is not voice

    def length(self, text: str) -> int:
        """The frames it takes over the words. Raises VoiceError."""
        return length(self.speak(text))

    def remembered(self, text: str) -> Pcm:
        """What was said before, none where it was not; no voice is asked."""
        said = self.recorded.speak(text) if self.recorded else b""
        found = (self.kept.load(entry_name(voice, text)) for voice in self._voices)
        return said or next(filter(None, found), b"")

    def close(self) -> None:
        """Close the voice, and its spare."""
        with self._turn:
            self._spare = None
        for voice in self._voices:
            voice.close()

    def __enter__(self) -> "Remembering":
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()


def entry_name(voice: Voice, text: str) -> str:
    """Under which a voice's sound of these words is kept."""
    return named(SOUND, _FORMAT, voice.key, text)


def remembering(
    name: str | None,
    rate: int,
    pitch: int,
    folder: Path,
    at_once: bool = True,
    sounds: Callable[[], Sounds] = dict,
) -> Remembering:
    """The voice asked for, with a bell; its engine starts at once, or when it is needed. Raises VoiceError.

    Who asked for none has the natural one, and eSpeak where that is lost; so has, for what was not recorded, who named
    the absolute path of a recorded voice. Where a model of theirs is lost, the natural one speaks.
    """

    def opened(name: str | None, at_once: bool) -> Voice:
        return Belled(open_voice(name, rate, pitch, at_once, sounds))

    recorded = Recorded(Path(name), rate) if name and Path(name).is_absolute() else None
    name = None if recorded else name
    best = NATURAL if natural_is_here() else ESPEAK
    spare = {None: ESPEAK if best == NATURAL else "", NATURAL: ESPEAK}.get(name, "")
    spare = best if name and name.startswith(PIPER) else spare
    return Remembering(opened(name, at_once), folder, (lambda: opened(spare, True)) if spare else None, recorded)

"""A voice that never leaves a listener without: when its engine is lost, a spare goes on in its place."""

from threading import Lock

from voice_guide.errors import VoiceError
from voice_guide.pcm import Pcm
from voice_guide.voices.cache import Remembering
from voice_guide.voices.voice import Voice


class Steady:
    """A voice, and the spare that takes over for the rest of the session.

    What the voice said before is still said as it said it. Any thread may speak, one at a time.
    """

    def __init__(self, voice: Remembering, spare: Voice) -> None:
        self.fault: VoiceError | None = None
        """Why the voice was lost, if it was."""
        self._voice, self._spare = voice, spare
        self._spoken = False
        self._turn = Lock()

    @property
    def key(self) -> str:
        """The voice's own."""
        return self._voice.key

    @property
    def warning(self) -> str:
        """One line for the screen about a voice that was lost, with the remedy."""
        return f"the voice was lost and a tone took its place: {self.fault}" if self.fault else ""

    def speak(self, text: str) -> Pcm:
        """The voice's sound, or the spare's. Raises VoiceError only where the voice has never spoken."""
        # A lost voice is not tried again: each time could take as long as the first.
        with self._turn:
            if not self.fault:
                try:
                    sound = self._voice.speak(text)
                    self._spoken |= bool(sound)
                    return sound
                except VoiceError as fault:
                    if not self._spoken:
                        raise
                    self.fault = fault
        return self._voice.remembered(text) or self._spare.speak(text)

    def close(self) -> None:
        """Close both."""
        self._voice.close()
        self._spare.close()

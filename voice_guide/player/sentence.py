"""A session of one sentence, for what is said apart from a routine."""

from voice_guide.compiler.cues import Cue
from voice_guide.compiler.timeline import Clip
from voice_guide.pcm import Pcm, frames, length
from voice_guide.player import Sink, play
from voice_guide.player.session import Session


def say(text: str, sound: Pcm, sink: Sink, quiet: float = 0.5) -> Session:
    """A sentence on its own, and so many seconds of quiet."""
    return play(saying(text, sound, quiet), sink)


def saying(text: str, sound: Pcm, quiet: float) -> Session:
    """A session of one sentence and so many seconds of quiet."""
    session = Session()
    session.feed([Clip(Cue("notice", text), sound, 0, length(sound) + frames(quiet))])
    session.whole = True
    return session

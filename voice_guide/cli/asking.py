"""A question asked aloud and answered with one key; who gives no answer is not left waiting for ever."""

from collections.abc import Callable, Iterator, Mapping

from voice_guide.controls.keys import Keys
from voice_guide.pcm import Pcm, frames, length
from voice_guide.player import Sink, play
from voice_guide.script import Cue
from voice_guide.session import Command, Session
from voice_guide.timeline import Clip

Answers = Mapping[str, int | None]
QUIT = -1
PASS = " \r\n"
YES_NO: Answers = {"y": 1, "q": QUIT, "n": 0}
PAIN: Answers = {**{str(number): number for number in range(10)}, "x": 10, **dict.fromkeys(PASS), "q": QUIT}
KEYS_FOR = {"check": "y yes · n no · q stop", "pain": "0 to 9 · x for ten · space to pass over · q stop"}


def say(text: str, sound: Pcm, sink: Sink, quiet: float = 0.5) -> Session:
    """A sentence on its own, and so many seconds of quiet."""
    return play(_saying(text, sound, quiet), sink)


def ask(
    text: str,
    sound: Pcm,
    keys: Keys,
    sink: Sink,
    answers: Answers,
    unwanted: Callable[[], bool],
    seconds: float,
) -> int | None:
    """The answer of the first key that has one; None after `seconds` of quiet, or when it is `unwanted`."""
    given: list[int | None] = []

    def arriving(session: Session) -> Iterator[Command]:
        typed = keys.typed()
        given.extend(answer for key, answer in answers.items() if key in typed)  # a yes before a no
        session.over = session.over or bool(given) or unwanted() or not keys.present
        yield from ()

    play(_saying(text, sound, seconds), sink, arriving)
    return given[0] if given else None


def _saying(text: str, sound: Pcm, quiet: float) -> Session:
    session = Session()
    session.feed([Clip(Cue("notice", text), sound, 0, length(sound) + frames(quiet))])
    session.whole = True
    return session

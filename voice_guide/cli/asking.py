"""What is asked aloud before a session and after it, each question answered with one key.

Who gives no answer is not left waiting for ever.
"""

from collections.abc import Callable, Iterator, Mapping

from voice_guide.cli.fitting import Fitted
from voice_guide.cli.parts import hint
from voice_guide.cli.told import refused
from voice_guide.controls.keys import Keys
from voice_guide.pcm import Pcm, frames, length
from voice_guide.player import Sink, play
from voice_guide.safety import Refusal, Today, adapt
from voice_guide.script import Cue
from voice_guide.session import Command, Session
from voice_guide.timeline import Clip
from voice_guide.voices import Voice

Answers = Mapping[str, int | None]
QUIT = -1
PASS = " \r\n"
YES_NO: Answers = {"y": 1, "q": QUIT, "n": 0}
PAIN: Answers = {**{str(number): number for number in range(10)}, "x": 10, **dict.fromkeys(PASS), "q": QUIT}
ANSWER = 120.0
"""Seconds that a question before the session waits."""
LATE_ANSWER = 45.0
"""Seconds that the question after it waits: the listener may not have got up."""
KEYS_FOR = {"check": "y yes · n no · q stop", "pain": "0 to 9 · x for ten · space to pass over · q stop"}


class Questions:
    """Those of one session; `unwanted` tells that nobody answers any more."""

    def __init__(self, fitted: Fitted, voice: Voice) -> None:
        self.stopped = False
        """The answer was to stop."""
        self._fitted, self._ask = fitted, fitted.library.phrases.ask
        rules = fitted.library.safety.rules
        self._worse = next(rule.say for rule in rules if "worse_today" in rule.when)
        self._sounds = {text: voice.speak(text) for text in (*self._ask.values(), self._worse)}

    def before(self, keys: Keys, sink: Sink, unwanted: Callable[[], bool]) -> tuple[bool, int | None]:
        """Warning signs, then pain: whether the first was answered, and the pain. SafetyError where there is a sign."""
        sign = self._asked("check", keys, sink, YES_NO, unwanted, ANSWER)
        if sign:
            library, today = self._fitted.library, Today({"warning_sign": ()})
            refusal = adapt(self._fitted.asked, today, library.safety, library.catalogue)
            assert isinstance(refusal, Refusal)
            raise refused(refusal, library, today)
        if unwanted() or self.stopped or self._fitted.asked.ending == "asleep":
            return sign is not None, None
        return sign is not None, self._asked("pain", keys, sink, PAIN, unwanted, ANSWER)

    def after(self, before: int, keys: Keys, sink: Sink, unwanted: Callable[[], bool]) -> int | None:
        """The pain now; who has more of it than `before` is told what to do."""
        after = self._asked("pain_after", keys, sink, PAIN, unwanted, LATE_ANSWER)
        if after is not None and after >= before + self._fitted.library.habits.worse_by:
            hint(self._worse)
            say(self._worse, self._sounds[self._worse], sink)
        return after

    def _asked(
        self, name: str, keys: Keys, sink: Sink, answers: Answers, unwanted: Callable[[], bool], patience: float
    ) -> int | None:
        text = self._ask[name]
        hint(f"{text}\n{KEYS_FOR[name.split('_')[0]]}")
        answer = ask(text, self._sounds[text], keys, sink, answers, unwanted, patience)
        self.stopped |= answer == QUIT
        return None if answer == QUIT else answer


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

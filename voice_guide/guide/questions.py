"""What is asked aloud before a session and after it, each question answered with one key or one word.

Who gives no answer is not left waiting for ever.
"""

import time
from collections.abc import Callable, Iterator, Mapping

from voice_guide.body.refusal import said_of
from voice_guide.guide.fitted import Fitted
from voice_guide.guide.moment import Tell, nobody
from voice_guide.guide.steering import Steering
from voice_guide.pcm import Pcm, frames, silence
from voice_guide.player import Sink, play
from voice_guide.player.sentence import say, saying
from voice_guide.player.session import Session
from voice_guide.voices.bell import opening_tone
from voice_guide.voices.voice import Voice

Answers = Mapping[str, int | None]
QUIT = -1
PASS = " \r\n"
STOP: Answers = {"q": QUIT, "stop": QUIT}
YES = ("y", "yes")
YES_NO: Answers = {**dict.fromkeys(YES, 1), **STOP, "n": 0, "no": 0}
PAIN: Answers = {**{str(number): number for number in range(11)}, "x": 10, **dict.fromkeys(PASS), **STOP}
MOMENT = 1.0
"""Seconds in which a one may still become a ten."""
ANSWER = 120.0
"""Seconds that a question before the session waits."""
LATE_ANSWER = 45.0
"""Seconds that the question after it waits: the listener may not have got up."""
SPOKEN_ANSWER = 15.0
"""Seconds that a question waits for a word, before it is asked once more."""
KEYS_FOR = {"check": "y yes · n no · q stop", "pain": "0 to 10 · space to pass over · q stop"}
SPOKEN_FOR = {"check": "yes or no", "pain": "number"}
"""The vocabulary of the answers."""


class Questions:
    """Those of one session; `unwanted` tells that nobody answers any more."""

    def __init__(self, fitted: Fitted, voice: Voice, tell: Tell = nobody) -> None:
        self.stopped = False
        """The answer was to stop."""
        phrases = fitted.library.phrases
        self._fitted, self._ask = fitted, phrases.ask
        self._taken, self._numbers = phrases.taken, (phrases.nothing, *map(str.capitalize, phrases.numbers))
        rules = fitted.library.safety.rules
        self._worse = next(rule.say for rule in rules if "worse_today" in rule.when)
        self._voice, self._tell = voice, tell
        voice.speak(self._ask["check"])  # while the sound device opens

    def before(self, steering: Steering, sink: Sink, unwanted: Callable[[], bool]) -> tuple[bool, int | None]:
        """Warning signs, then pain: whether the first was answered, and the pain. SafetyError where there is a sign."""
        sign = self._asked("check", steering, sink, YES_NO, unwanted, ANSWER)
        if sign:
            refusal = said_of(["warning_sign"], self._fitted.library)
            assert refusal
            raise refusal
        if unwanted() or self.stopped or self._fitted.fit.asked.ending == "asleep":
            return sign is not None, None
        return sign is not None, self._pain("pain", steering, sink, unwanted, ANSWER)

    def after(self, before: int, steering: Steering, sink: Sink, unwanted: Callable[[], bool]) -> int | None:
        """The pain now; who has more of it than `before` is told what to do."""
        after = self._pain("pain_after", steering, sink, unwanted, LATE_ANSWER)
        if after is not None and after >= before + self._fitted.library.habits.worse_by:
            self._aloud(self._worse, sink)
        return after

    def _pain(
        self, name: str, steering: Steering, sink: Sink, unwanted: Callable[[], bool], patience: float
    ) -> int | None:
        """A number, which is said back as it was understood."""
        pain = self._asked(name, steering, sink, PAIN, unwanted, patience)
        if pain is not None:
            self._aloud(self._taken.format(number=self._numbers[pain]), sink)
        return pain

    def _aloud(self, words: str, sink: Sink) -> None:
        self._tell(words)
        say(words, self._voice.speak(words), sink)

    def _asked(
        self, name: str, steering: Steering, sink: Sink, answers: Answers, unwanted: Callable[[], bool], patience: float
    ) -> int | None:
        if not steering.answers:
            return None
        what = name.split("_")[0]
        text = f"{self._ask[name]} {self._ask[f'{what}_spoken' if steering.hears else f'{what}_keys']}"
        self._tell(f"{text}\n{KEYS_FOR[what]}" if steering.keys.present else text)
        sound, kind = self._voice.speak(text) + (opening_tone() if steering.hears else b""), SPOKEN_FOR[what]
        answer, muddled = None, False
        for _ in range(2 if steering.hears else 1):
            wait = SPOKEN_ANSWER if steering.hears else patience
            found = ask(text, sound, steering, kind, sink, answers, unwanted, wait)
            if found:
                answer = found[0]
                break
            if muddled := steering.muddled and not unwanted():
                sound = (
                    self._voice.speak(self._fitted.library.phrases.answers["unclear"]) + silence(frames(0.5)) + sound
                )
        if muddled and answer is None and what == "check":  # it may have been a yes
            self._aloud(self._ask["check_unclear"], sink)
            answer = QUIT
        self.stopped |= answer == QUIT
        return None if answer == QUIT else answer


def ask(
    text: str,
    sound: Pcm,
    steering: Steering,
    kind: str,
    sink: Sink,
    answers: Answers,
    unwanted: Callable[[], bool],
    seconds: float,
) -> list[int | None]:
    """The answers of the first reply that has any; none after `seconds` of quiet, or when it is `unwanted`."""
    replies: list[str] = []
    since = time.monotonic()

    def arriving(session: Session) -> Iterator[str]:
        nonlocal since
        for reply in steering.replies(kind):
            if reply.isdigit() and replies and replies[-1] + reply in answers:  # a one, and then a nought
                replies[-1] += reply
            elif reply in answers:
                replies.append(reply)
                since = time.monotonic()
        taken = bool(replies) and (replies != ["1"] or time.monotonic() - since >= MOMENT)
        session.over = session.over or taken or unwanted() or steering.muddled or not steering.answers
        yield from ()

    play(saying(text, sound, seconds), sink, arriving, steering.hear)
    first = [reply for reply in replies if reply in YES] or replies  # a yes before a no
    return [answers[reply] for reply in first[:1]]

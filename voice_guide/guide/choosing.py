"""Choosing by voice: what was understood is read back, and what is unclear is asked, never guessed."""

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from voice_guide.body.refusal import danger_of
from voice_guide.body.wishes import Wishes
from voice_guide.controls.signals import caught_signals
from voice_guide.devices import open_sink
from voice_guide.devices.lasting import Lasting
from voice_guide.errors import SafetyError
from voice_guide.guide.fitted import fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.steering import Steering, hearer_of
from voice_guide.guide.vocabularies import NEED, SHORT, names_of, vocabularies
from voice_guide.hearing import Heard
from voice_guide.player import Sink, play
from voice_guide.player.command import Command
from voice_guide.player.sentence import saying
from voice_guide.player.session import Session
from voice_guide.routine.phrases import listed
from voice_guide.voices.bell import opening_tone

PATIENCE = 30.0
"""Seconds that a question waits."""
OBJECTION = 3.0 + 1.5
"""Seconds to say no: three to begin, and what it takes to end the word and to understand it."""
MOST_MISSED = 2
"""So often not understood, it makes suggestions."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the guide says next, which vocabulary it hears then, and for how many seconds of quiet."""

    say: str
    hear: str
    wait: float


def choosing(
    say: Mapping[str, str], name: Callable[[str], str], told: Callable[[str], Mapping[str, str]], three: Sequence[str]
) -> Generator[Turn, Heard | None, str | None]:
    """A talk, turn by turn, that is sent what was heard, or None for silence; returns the meaning that was chosen.

    `name` gives the words to ask back what is meant, `told` what 'chosen' tells of it, `three` are names to suggest.
    """
    words, missed, silent = say["which"], 0, False
    suggesting = say["three"].format(names=listed(three, " or "))
    while True:
        heard = yield Turn(words, "names", PATIENCE)
        meaning = heard.meaning if heard else None
        if heard is None and silent:
            yield Turn(say["nobody"], "names", 0.0)
            return None
        if heard and heard.likely and not meaning:
            given = yield from _asked(say["meant"].format(name=name(heard.likely)))
            meaning = {"yes": heard.likely, Command.STOP: Command.STOP}.get(given or "")
        if meaning == Command.STOP:
            return None
        if meaning:
            answer = yield Turn(say["chosen"].format(**told(meaning)), "yes or no", OBJECTION)
            given = answer.meaning if answer else "yes"
            if given is None:  # it may have been a no
                given = yield from _asked(say["meant"].format(name=name(meaning)))
            if given in ("yes", Command.STOP):
                return meaning if given == "yes" else None
        silent, missed = heard is None, missed + (heard is not None)
        words = suggesting if silent or missed >= MOST_MISSED else say["again"]


def _asked(question: str) -> Generator[Turn, Heard | None, str | None]:
    answer = yield Turn(question, "yes or no", PATIENCE)
    return answer.meaning if answer else None


@dataclass(frozen=True, slots=True)
class Choice:
    """As it would be typed: a name, or what hurts."""

    name: str = ""
    need: str = ""


class Talk:
    """One choice by speaking. HearingError where nobody can be heard."""

    def __init__(self, kit: Kit, sink: str, keys: bool = False) -> None:
        self._kit, self._sink, self._keys = kit, sink, keys
        self._library = kit.library

    def choose(self) -> Choice | None:
        """What was chosen; None where nobody chose. KeyboardInterrupt where a signal ended it."""
        library, talk = self._library, choosing(self._library.phrases.listen, self._name, self._told, self._three())
        hearer = hearer_of([*vocabularies(library), names_of(library)])
        with (
            caught_signals() as caught,
            Steering(hearer=hearer, keys=self._keys) as steering,
            closing(Lasting(lambda: open_sink(self._sink), lambda: caught.any)) as sink,
        ):
            turn = next(talk)
            while not caught.any:
                self._kit.tell(turn.say)
                sound = self._kit.voice.speak(turn.say)
                heard = _heard(turn, sound, steering, sink, lambda: caught.any or caught.asleep)
                if steering.ear and steering.ear.fault:
                    raise steering.ear.fault
                if caught.any:  # which is no silence that agrees
                    break
                if caught.asleep:
                    sink.rest()
                    with steering.resting():
                        caught.sleep()
                    continue
                try:
                    turn = talk.send(heard)
                except StopIteration as end:
                    return self._meant(end.value) if end.value else None
        raise KeyboardInterrupt

    def _meant(self, meaning: str) -> Choice:
        """SafetyError for a sign of danger."""
        if danger := danger_of([meaning], self._library):
            raise danger
        if meaning.startswith(NEED):
            return Choice(need=meaning.removeprefix(NEED))
        return Choice(self._short() if meaning == SHORT else meaning)

    def _fitted(self, meaning: str) -> tuple[str, float]:
        choice = self._meant(meaning)
        found = fitted(self._kit, choice.name, Wishes(need=choice.need))
        return found.routine.name, found.fit.length / 60

    def _name(self, meaning: str) -> str:
        """As somebody says it: what was not understood may be refused only once they meant it."""
        library = self._library
        if meaning in library.routines:
            return meaning
        return next(phrase for phrase, means in names_of(library).bare.items() if means == meaning).capitalize()

    def _told(self, meaning: str) -> dict[str, str]:
        (name, minutes), phrases = self._fitted(meaning), self._library.phrases
        number = phrases.numbers[max(1, min(round(minutes), len(phrases.numbers))) - 1]
        return {"name": name, "minutes": phrases.listen["minutes"].format(number=number)}

    def _fitting(self, names: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Those of the names that safety has nothing against today."""
        for name in names:
            try:
                yield self._fitted(name)
            except SafetyError:
                continue

    def _short(self) -> str:
        """One that is over soon, and not the one of last time. SafetyError where none is for today."""
        names, last = [*self._library.routines], self._kit.journal.records()[-1:]
        fitting = sorted(self._fitting(names), key=lambda one: one[1])
        if not fitting:
            self._fitted(names[0])
        most = self._library.phrases.hear.short_minutes
        short = [name for name, minutes in fitting if minutes <= most] or [fitting[0][0]]
        return next((name for name in short if name not in [record.name for record in last]), short[0])

    def _three(self) -> list[str]:
        """The last ones, and what is open to all."""
        library = self._library
        known = {card.id: name for name, card in library.cards.items()}
        ids = [record.routine for record in reversed(self._kit.journal.records())] + [*library.otherwise.routines]
        names = dict.fromkeys(known[one] for one in ids if one in known)
        return [name for name, _ in self._fitting([*names])][:3]


def _heard(turn: Turn, sound: bytes, steering: Steering, sink: Sink, unwanted: Callable[[], bool]) -> Heard | None:
    """What was said in this turn; `q` on the keyboard says stop."""
    found: list[Heard] = []
    began = time.monotonic()
    tone = opening_tone() if turn.wait else b""

    def arriving(session: Session) -> Iterator[str]:
        came = (heard for heard in steering.heard(turn.hear) if heard.start > began)  # no answer to an earlier turn
        found.extend(heard for heard in came if heard.said or heard.likely)
        if "q" in steering.keys.typed() or steering.stopped():
            found.append(Heard("stop", Command.STOP, 0.0, 0.0, 1.0))
        session.over = session.over or bool(found) or unwanted() or not steering.hears
        yield from ()

    play(saying(turn.say, sound + tone, turn.wait), sink, arriving, steering.hear)
    return found[0] if found else None

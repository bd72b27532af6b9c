"""Choosing by voice: what was understood is read back, and what is unclear is asked, never guessed."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

from voice_guide.body.wishes import Wishes, as_wishes
from voice_guide.controls.signals import caught_signals
from voice_guide.devices import open_sink
from voice_guide.devices.lasting import Lasting
from voice_guide.errors import ChoiceError, SafetyError
from voice_guide.guide.asked import typed
from voice_guide.guide.fitted import fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.steering import Steering, hearer_of
from voice_guide.guide.vocabularies import names_of, vocabularies
from voice_guide.hearing import Heard
from voice_guide.player import Sink, play
from voice_guide.player.command import Command
from voice_guide.player.sentence import saying
from voice_guide.player.session import Session
from voice_guide.routine.phrases import listed
from voice_guide.understanding import GRAVE, Meaning
from voice_guide.voices.bell import opening_tone

if TYPE_CHECKING:
    from voice_guide.hearing.recording import Understood
    from voice_guide.understanding.matcher import Matcher

PATIENCE = 30.0
"""Seconds that a question waits."""
OBJECTION = 3.0 + 1.5
"""Seconds to say no: three to begin, and what it takes to end the word and to understand it."""
MOST_ASKED = 2
"""So many may be asked back at once."""
MOST_MISSED = 2
"""So often not understood, it makes suggestions."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What the guide says next, which vocabulary it hears then, and for how many seconds of quiet."""

    say: str
    hear: str
    wait: float


@dataclass(frozen=True, slots=True)
class Choice:
    """As it would be typed: a name, or what hurts, with the wishes and the conditions that were told."""

    name: str = ""
    need: str = ""
    wishes: Mapping[str, Any] = field(default_factory=dict)
    conditions: Sequence[str] = ()

    @property
    def said(self) -> dict[str, Any]:
        """All but the name, as a session is prepared with."""
        return {"need": self.need, "conditions": tuple(self.conditions), **as_wishes(self.wishes)}


def choosing(
    say: Mapping[str, str],
    understand: Callable[[Heard], Meaning],
    settle: Callable[[Meaning], Choice],
    told: Callable[[Choice], Mapping[str, str]],
    three: Sequence[str],
) -> Generator[Turn, Heard | None, Choice | None]:
    """A talk, turn by turn, that is sent what was heard, or None for silence; returns what was chosen.

    `settle` makes a choice of what was meant, or raises SafetyError; `told` is what 'chosen' tells of it, `three` are
    names to suggest.
    """
    words, missed, silent = say["which"], 0, False
    suggesting = say["three"].format(names=listed(three, " or "))
    while True:
        heard = yield Turn(words, "names", PATIENCE)
        if heard is None and silent:
            yield Turn(say["nobody"], "names", 0.0)
            return None
        if heard and heard.meaning == Command.STOP:
            return None
        meaning = understand(heard) if heard else None
        if meaning and not meaning.clear and len(meaning.candidates) > 1:
            words, silent = say["either"].format(names=listed(meaning.candidates[:MOST_ASKED], ", or ")), False
            continue
        if meaning and not meaning.clear and meaning.candidates:
            given = yield from _asked(say["meant"].format(name=_capital(meaning.candidates[0])))
            if given == Command.STOP:
                return None
            asked = Heard(meaning.candidates[0], None, 0.0, 0.0, 1.0)
            meaning = understand(asked) if given == "yes" else None
        if meaning and (meaning.clear or meaning.wishes):
            choice = settle(meaning)
            answer = yield Turn(say["chosen"].format(**told(choice)), "yes or no", OBJECTION)
            given = answer.meaning if answer else "yes"
            if given is None:  # it may have been a no
                given = yield from _asked(say["meant"].format(name=told(choice)["name"]))
            if given in ("yes", Command.STOP):
                return choice if given == "yes" else None
        silent, missed = heard is None, missed + (heard is not None)
        words = suggesting if silent or missed >= MOST_MISSED else say["again"]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _asked(question: str) -> Generator[Turn, Heard | None, str | None]:
    answer = yield Turn(question, "yes or no", PATIENCE)
    return answer.meaning if answer else None


def understood(heard: Heard, matcher: Matcher) -> Meaning:
    """What was meant, by all that was heard in it: what two hearings agree on; else what may be, to be asked."""
    meanings = [matcher.meaning(text) for text in (heard.said, *heard.others) if text]
    first = meanings[0] if meanings else matcher.meaning(heard.said)
    if first.warning in GRAVE:
        return first
    meant = [one for one in meanings if _what(one)]
    agreed = [one for one in meant if sum(_what(one) == _what(other) for other in meant) > 1]
    if agreed or len(meanings) < 2 or not meant:
        return next(iter(agreed), first)
    if any(one.warning for one in meant):  # a danger that was heard once is neither told nor asked as something else
        return Meaning(first.phrase, question=first.question)
    likely = dict.fromkeys(name for one in meant if (name := one.name or matcher.need_name(one.need)))
    return Meaning(first.phrase, candidates=tuple(likely), question=first.question)


def chosen_in(found: Understood, matcher: Matcher) -> Understood:
    """What was said in a recording, each utterance with what it chooses."""
    return replace(found, heard=[_with_choice(heard, understood(heard, matcher), matcher) for heard in found.heard])


def _with_choice(heard: Heard, meaning: Meaning, matcher: Matcher) -> Heard:
    need = f"need {matcher.need_name(meaning.need)}" if meaning.need else None
    return replace(heard, meaning=heard.meaning or meaning.warning or meaning.name or need)


def _what(meaning: Meaning) -> object:
    """What two hearings have to agree on."""
    if meaning.warning or meaning.name or meaning.need:
        return meaning.warning, meaning.name, meaning.need
    return tuple(meaning.wishes.items()) or None


class Talk:
    """One choice by speaking. HearingError where nobody can be heard."""

    def __init__(self, kit: Kit, sink: str, keys: bool = False) -> None:
        self._kit, self._sink, self._keys = kit, sink, keys
        self._library = kit.library

    def choose(self) -> Choice | None:
        """What was chosen; None where nobody chose. KeyboardInterrupt where a signal ended it."""
        library = self._library
        talk = choosing(library.phrases.listen, self._understood, self._settled, self._told, self._three())
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
                    chosen: Choice | None = end.value
                    return chosen
        raise KeyboardInterrupt

    def _understood(self, heard: Heard) -> Meaning:
        return understood(heard, self._library.matcher)

    def _settled(self, meaning: Meaning) -> Choice:
        """SafetyError for a sign of danger, and where nothing is for today."""
        if meaning.warning:
            raise SafetyError(meaning.say, meaning.warning, meaning.rules)
        conditions = typed(meaning.conditions)
        if meaning.name or meaning.need:
            need = self._library.needs[meaning.need].name if meaning.need else ""
            return Choice(meaning.name, need, meaning.wishes, conditions)
        return Choice(self._any(meaning.wishes, conditions), "", meaning.wishes, conditions)

    def _fitted(self, choice: Choice) -> tuple[str, float]:
        """The routine that it will be, and its minutes. SafetyError where there is none for today."""
        found = fitted(self._kit, choice.name, Wishes(**choice.said))
        return found.routine.name, found.fit.length / 60

    def _told(self, choice: Choice) -> dict[str, str]:
        (name, minutes), phrases = self._fitted(choice), self._library.phrases
        number = phrases.numbers[max(1, min(round(minutes), len(phrases.numbers))) - 1]
        return {"name": name, "minutes": phrases.listen["minutes"].format(number=number)}

    def _fitting(self, names: Sequence[str], wishes: Mapping[str, Any], conditions: Sequence[str]) -> Iterator[str]:
        """Those of the names that can be had so, and that safety has nothing against today."""
        for name in names:
            try:
                self._fitted(Choice(name, "", wishes, conditions))
            except (SafetyError, ChoiceError):
                continue
            yield name

    def _any(self, wishes: Mapping[str, Any], conditions: Sequence[str]) -> str:
        """A routine that can be had so, and not the one of last time. SafetyError where there is none for today."""
        last = [record.name for record in self._kit.journal.records()[-1:]]
        names = sorted(self._library.cards, key=lambda name: (name in last, self._library.cards[name].seconds))
        found = next(self._fitting(names, wishes, conditions), "")
        if not found:
            self._fitted(Choice(names[0], "", wishes, conditions))
        return found

    def _three(self) -> list[str]:
        """The last ones, and what is open to all."""
        library = self._library
        known = {card.id: name for name, card in library.cards.items()}
        ids = [record.routine for record in reversed(self._kit.journal.records())] + [*library.otherwise.routines]
        names = dict.fromkeys(known[one] for one in ids if one in known)
        return [*islice(self._fitting([*names], {}, ()), 3)]


def _heard(turn: Turn, sound: bytes, steering: Steering, sink: Sink, unwanted: Callable[[], bool]) -> Heard | None:
    """What was said in this turn; `q` on the keyboard says stop."""
    found: list[Heard] = []
    began = time.monotonic()
    tone = opening_tone() if turn.wait else b""

    def arriving(session: Session) -> Iterator[str]:
        came = (heard for heard in steering.heard(turn.hear) if heard.start > began)  # no answer to an earlier turn
        found.extend(heard for heard in came if heard.said)
        if "q" in steering.keys.typed() or steering.stopped():
            found.append(Heard("stop", Command.STOP, 0.0, 0.0, 1.0))
        session.over = session.over or bool(found) or unwanted() or not steering.hears
        yield from ()

    play(saying(turn.say, sound + tone, turn.wait), sink, arriving, steering.hear)
    return found[0] if found else None

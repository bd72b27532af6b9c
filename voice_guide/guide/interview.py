"""The questions about the body, one by one, and the profile that their answers make, also where they end early."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from voice_guide.body.profile import Profile
from voice_guide.body.safety import with_what_it_means
from voice_guide.body.terms import Today, widened
from voice_guide.routine.phrases import listed

if TYPE_CHECKING:
    from voice_guide.library import Library

T = TypeVar("T")
OTHER = "long_term"
"""What an illness is kept as that is not known here."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which of the options are true. Without options, yes or no."""

    title: str
    options: Sequence[str] = ()
    otherwise: str = "none of these"
    """What it means to choose none."""
    most: int | None = None
    """So many options at the most."""
    place: str = ""
    """Which of how many it is."""
    words: bool = False
    """It may be answered in one's own words instead."""


Answer = Sequence[int] | str
"""The numbers of the options that are true, from 0; for yes or no, one number or none. Or words."""
Questions = Generator[Question, Answer, None]


@dataclass(slots=True)
class _Told:
    """What was answered up to now."""

    yes: dict[str, date] = field(default_factory=dict)
    no: dict[str, date] = field(default_factory=dict)
    agreed: dict[str, date] = field(default_factory=dict)
    where: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    began: date | None = None


class Interview:
    """All questions, most of them answered with one key. `before` is the profile that there is."""

    def __init__(self, library: Library, day: date, before: Profile | None = None) -> None:
        self._library, self._day, self._before = library, day, before
        self._answers: list[Answer] = []
        self._begin()

    def _begin(self) -> None:
        self._told = _Told()
        self._questions = _questions(self._library, self._day, self._told)
        self.question: Question | None = next(self._questions)
        """The one to be answered now; None after the last."""

    def answer(self, given: Answer) -> None:
        """The answer to the question."""
        self._answers.append(given)
        try:
            self.question = self._questions.send(given)
        except StopIteration:
            self.question = None

    def back(self) -> None:
        """To the question before, as if it had not been answered; the first one stays."""
        answers, self._answers = self._answers[:-1], []
        self._begin()
        for given in answers:
            self.answer(given)

    @property
    def begun(self) -> bool:
        """Something was answered."""
        return bool(self._answers)

    @property
    def profile(self) -> Profile:
        """What was told; where not everything was asked, with what the profile before says of the rest."""
        told = self._told
        new = Profile(told.yes, told.no, told.agreed, told.where, told.began, told.words)
        before = self._before
        if self.question is None or before is None:
            return new
        answered = {*told.yes, *told.no}

        def with_the_rest(new: Mapping[str, T], old: Mapping[str, T]) -> dict[str, T]:
            return {**{name: value for name, value in old.items() if name not in answered}, **new}

        return Profile(
            with_the_rest(new.yes, before.yes),
            with_the_rest(new.no, before.no),
            {**before.agreed, **new.agreed},
            with_the_rest(new.where, before.where),
            new.began or before.began,
            with_the_rest(new.told, before.told),
        )


def _questions(library: Library, day: date, told: _Told) -> Questions:
    conditions, groups = library.safety.conditions, library.questions.groups
    for number, (title, names) in enumerate(groups, 1):
        options = [conditions[name].name for name in names]
        question = Question(title, options, place=f"{number} of {len(groups)}", words=True)
        while isinstance(true := (yield question), str):
            yield from _in_words(true, library, day, told)
        for at, name in enumerate(names):
            if name not in told.yes:
                (told.yes if at in true else told.no)[name] = day
    parts = library.catalogue.parts
    for name in [name for name in told.yes if conditions[name].where and name not in told.where]:
        chosen = yield Question(f"Where is it: {conditions[name].name}?", parts, "everywhere")
        if chosen:
            told.where[name] = tuple(parts[number] for number in _numbers(chosen))
    today = Today({name: told.where.get(name, ()) for name in told.yes})
    meant = with_what_it_means(today, library.safety).conditions
    for name in [conditions[name].leads for name in meant if conditions[name].leads]:
        if (yield Question(conditions[name].ask)):
            told.yes[name] = day
    confirmed = {name for rule in library.safety.rules if rule.do == "confirm" for name in rule.when}
    for name in [name for name in {**told.yes, **meant} if name in confirmed]:
        if (yield Question(f"{conditions[name].name}: has a doctor agreed that you do this?")):
            told.agreed[name] = day
    began = yield onset(library, "no pain just now")
    if began:
        ages = [*library.questions.ages.values()]
        told.began = day - timedelta(days=ages[_numbers(began)[0]][1])


def _in_words(words: str, library: Library, day: date, told: _Told) -> Questions:
    """Words are read back as the conditions that they mean; what is not known is for a doctor."""
    conditions = library.safety.conditions
    named, denied = library.matcher.conditions.meant(words)
    if denied and not named:
        return
    if not named and library.matcher.meaning(words).need:
        yield Question(f"'{words}' is what hurts, and no illness: tell it to `voice-guide play`. Go on?")
        return
    names = [conditions[name].name for name in named]
    asked = f"'{words}' means {listed(names, ' and ')}: is that right?"
    unknown = f"'{words}' is not known here; keep it as {conditions[OTHER].name}, for a doctor?"
    if not (yield Question(asked if names else unknown)):
        return
    for name, parts in (named or {OTHER: ()}).items():
        told.yes[name] = day
        told.words[name] = words
        told.no.pop(name, None)
        if parts:
            told.where[name] = widened(told.where.get(name), parts)


def _numbers(given: Answer) -> Sequence[int]:
    return [] if isinstance(given, str) else given


def onset(library: Library, otherwise: str = "none of these") -> Question:
    """Since when it hurts."""
    return Question(library.questions.onset, [say for say, _ in library.questions.ages.values()], otherwise, most=1)

"""The questions about the body, one by one, and the profile that their answers make."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from voice_guide.body.profile import Profile
from voice_guide.body.safety import with_what_it_means
from voice_guide.body.terms import Today

if TYPE_CHECKING:
    from voice_guide.library import Library


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: which of the options are true. Without options, yes or no."""

    title: str
    options: Sequence[str] = ()
    otherwise: str = "none of these"
    """What it means to choose none."""
    most: int | None = None
    """So many options at the most."""


Interview = Generator[Question, Sequence[int], Profile]
"""Is sent the numbers of the options that are true, from 0; for yes or no, one number or none."""


def interview(library: Library, day: date) -> Interview:
    """All questions, most of them answered with one key; returns the profile."""
    conditions = library.safety.conditions
    yes: dict[str, date] = {}
    no: dict[str, date] = {}
    for title, names in library.questions.groups:
        true = yield Question(title, [conditions[name].name for name in names])
        for number, name in enumerate(names):
            (yes if number in true else no)[name] = day
    where: dict[str, tuple[str, ...]] = {}
    parts = library.catalogue.parts
    for name in [name for name in yes if conditions[name].where]:
        chosen = yield Question(f"Where is it: {conditions[name].name}?", parts, "everywhere")
        if chosen:
            where[name] = tuple(parts[number] for number in chosen)
    told = Today({name: where.get(name, ()) for name in yes})
    meant = with_what_it_means(told, library.safety).conditions
    for name in [conditions[name].leads for name in meant if conditions[name].leads]:
        if (yield Question(conditions[name].ask)):
            yes[name] = day
    confirmed = {name for rule in library.safety.rules if rule.do == "confirm" for name in rule.when}
    agreed = {}
    for name in [name for name in {**yes, **meant} if name in confirmed]:
        if (yield Question(f"{conditions[name].name}: has a doctor agreed that you do this?")):
            agreed[name] = day
    began = yield onset(library, "no pain just now")
    profile = Profile(yes, no, agreed, where)
    ages = [*library.questions.ages.values()]
    return profile.beginning(day - timedelta(days=ages[began[0]][1])) if began else profile


def onset(library: Library, otherwise: str = "none of these") -> Question:
    """Since when it hurts."""
    return Question(library.questions.onset, [say for say, _ in library.questions.ages.values()], otherwise, most=1)

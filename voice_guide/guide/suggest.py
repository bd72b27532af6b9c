"""Routines for what hurts, and the reason for each; safety has nothing against them today."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from voice_guide.body.wishes import Wishes
from voice_guide.errors import ChoiceError, SafetyError, VoiceGuideError
from voice_guide.guide.asked import need_meant, typed
from voice_guide.guide.fitted import fitted
from voice_guide.guide.kit import Kit
from voice_guide.routine import Routine

if TYPE_CHECKING:
    from voice_guide.body.listeners import Need
    from voice_guide.library import Library
    from voice_guide.understanding import Meaning

MOST = 3
WITHIN = re.compile(r"^(with)?in( the last)? ")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One routine. `minutes` are about."""

    name: str
    minutes: int
    why: str


@dataclass(frozen=True, slots=True)
class Suggestions:
    """At least one, the best first, and the conditions to be said when one of them is played, as typed."""

    found: Sequence[Suggestion]
    conditions: Sequence[str]


def stage_of(kit: Kit, since: str) -> str:
    """The condition that says since when it hurts, by the words of the question or its id. Raises ChoiceError."""
    ages = kit.library.questions.ages
    for name, (say, _) in ages.items():
        if WITHIN.sub("", since.lower()) in (WITHIN.sub("", say), name):
            return name
    raise ChoiceError(f"--since '{since}' is not one of {', '.join(repr(say) for say, _ in ages.values())}")


def known_stage(kit: Kit, meaning: Meaning) -> str:
    """The condition that says since when it hurts, as the words or the profile tell it; empty where neither does."""
    profile = kit.profile
    told = kit.today(profile, kit.journal.records()).conditions if profile else {}
    return next((age for age in kit.library.questions.ages for known in (meaning.conditions, told) if age in known), "")


def suggest(kit: Kit, what: str, since: str, conditions: Sequence[str], doctor_agreed: bool) -> Suggestions:
    """Up to three routines for what hurts `since`; where that is told and there is a profile, it knows it from now on.

    Raises NameUnclear for what is no need, SafetyError where nothing is open today.
    """
    meaning = need_meant(kit.library, what)
    need, stage = kit.library.needs[meaning.need], stage_of(kit, since) if since else known_stage(kit, meaning)
    known = [*typed(kit.library.matcher.conditions.typed(conditions)), *typed(meaning.conditions)]
    told = [stage] if stage and not _remembered(kit, stage) else []
    extra = tuple(dict.fromkeys((*told, *known, *need.means)))
    wishes = Wishes(conditions=extra, doctor_agreed=doctor_agreed)
    faults: list[SafetyError] = []
    found: list[Suggestion] = []
    for routine, why in _candidates(kit, need, stage):
        if len(found) == MOST:
            break
        try:
            session = fitted(kit, routine.name, wishes)
        except SafetyError as error:
            faults.append(error)
            continue
        reason = " ".join((why, *session.routine.today))
        found.append(Suggestion(routine.name, round(session.fit.length / 60), reason))
    if not found:
        raise faults[0]  # something is open to pain of any age, so only safety can have said no
    return Suggestions(found, [_plainly(one, kit.library) for one in extra])


def _plainly(typed: str, library: Library) -> str:
    """A condition with its part, by its name."""
    name, colon, part = typed.partition(":")
    return library.safety.conditions[name].name + colon + part


def _remembered(kit: Kit, stage: str) -> bool:
    profile = kit.profile
    if profile is None:
        return False
    if stage in kit.today(profile, kit.journal.records()).conditions:
        return True
    day = kit.day - timedelta(days=kit.library.questions.ages[stage][1])
    try:
        kit.keep_profile(profile.beginning(day))
    except VoiceGuideError as error:
        kit.tell(str(error))
        return False
    return True


def _candidates(kit: Kit, need: Need, stage: str) -> Iterator[tuple[Routine, str]]:
    """Those for the need, the best first, then those that are open to pain of any age; each with the reason."""
    library = kit.library
    for name in dict.fromkeys((*need.routines, *library.otherwise.routines)):
        routine = library.by_id(name)
        if not routine.stages or stage in routine.stages:
            yield routine, (need if routine.id in need.routines else library.otherwise).why

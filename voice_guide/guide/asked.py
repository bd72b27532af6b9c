"""What somebody asked for in their own words, as routines with wishes and conditions; a warning sign ends it here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING

from voice_guide.body.wishes import Wishes, as_wishes
from voice_guide.errors import ChoiceError, NameUnclear, SafetyError
from voice_guide.routine import Routine

if TYPE_CHECKING:
    from voice_guide.body.listeners import Need
    from voice_guide.library import Library
    from voice_guide.understanding import Meaning


@dataclass(frozen=True, slots=True)
class Asked:
    """The routines that fit, the best first; at least one."""

    routines: Sequence[Routine]
    wishes: Wishes
    means: Sequence[str] = ()
    """Conditions that come with the need, by id."""


def asked_for(library: Library, name: str, wishes: Wishes) -> Asked:
    """What the words of `name`, and of the need in `wishes`, ask for. What is wished for besides them wins.

    Raises NameUnclear where it is to be asked back, SafetyError for a warning sign, ChoiceError where nothing is asked.
    """
    if not name and not wishes.need:
        raise ChoiceError("name a routine, or what hurts with --need; `voice-guide list` shows them all")
    need = None
    if wishes.need:
        meaning = need_meant(library, wishes.need)
        need, wishes = library.needs[meaning.need], _with(wishes, meaning)
    means = need.means if need else ()
    if name and (routine := library.named(name)):
        return Asked([routine], wishes, means)
    if name:
        meaning = meant(library, name)
        wishes = _with(wishes, meaning)
        if meaning.name:
            return Asked([library.routines[meaning.name]], wishes, means)
        need = need or library.needs[meaning.need]
    assert need
    return Asked([library.by_id(one) for one in need.routines], wishes, need.means)


def meant(library: Library, phrase: str) -> Meaning:
    """A routine or a need. Raises NameUnclear, SafetyError."""
    meaning = library.matcher.meaning(phrase)
    if meaning.warning and not meaning.need:
        raise SafetyError(meaning.say, meaning.warning, meaning.rules)
    if not meaning.clear:
        raise NameUnclear(meaning.question, meaning.candidates)
    return meaning


def need_meant(library: Library, phrase: str) -> Meaning:
    """What hurts, or what is wanted. Raises NameUnclear, SafetyError."""
    meaning = meant(library, phrase)
    if not meaning.need:
        known = ", ".join(need.name for need in library.needs.values())
        raise NameUnclear(f"'{meaning.phrase}' is a routine, and no need; there are {known}", [meaning.name])
    return meaning


def need_of(library: Library, phrase: str) -> Need:
    """The same, as the need."""
    return library.needs[need_meant(library, phrase).need]


def _with(wishes: Wishes, meaning: Meaning) -> Wishes:
    """With what was wished for in words, where nothing else was; and with the conditions that were told."""
    usual = {field.name: field.default for field in fields(Wishes)}
    free = {
        option: value for option, value in as_wishes(meaning.wishes).items() if getattr(wishes, option) == usual[option]
    }
    return replace(wishes, **free, conditions=(*wishes.conditions, *typed(meaning.conditions)))


def typed(conditions: Mapping[str, Sequence[str]]) -> list[str]:
    """Conditions as they are typed."""
    return [f"{name}:{part}" if part else name for name, parts in conditions.items() for part in parts or ("",)]


def retold(library: Library, meaning: Meaning) -> list[str]:
    """What was understood, for a reader: the warning; or the routines that fit, with the options that say the rest."""
    if meaning.warning:
        return [meaning.say]
    need = library.needs[meaning.need] if meaning.need else None
    fitting = ", ".join(library.by_id(one).name for one in need.routines) if need else ""
    what = meaning.name or f"{need.name if need else ''}: {fitting}"
    names = [library.safety.conditions[one].name for one in meaning.conditions]
    options = [f"--{option} {value}" for option, value in meaning.wishes.items()]
    return ["  ".join((what, *options, *(f"--condition {shlex.quote(name)}" for name in names)))]

"""What may be said in each situation, as the scripts have it: commands, answers, the names of routines and needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from voice_guide.routine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from voice_guide.library import Library

NEED, SHORT = "need ", "short"


def vocabularies(library: Library) -> list[Vocabulary]:
    """What may be said in a session: commands, ready where it waits, and the answers to its questions."""
    hear, numbers = library.phrases.hear, library.phrases.numbers
    stop = _meanings(hear.bare)
    events, sure = library.safety.events.values(), frozenset(hear.sure)
    bare = stop | {phrase: event.id for event in events for phrase in event.say}
    commands = _meanings(hear.commands) | {phrase: event.id for event in events for phrase in event.after}
    counted = {word: str(number) for number, word in enumerate(numbers[:10], 1)} | dict.fromkeys(hear.none, "0")
    agreed = dict.fromkeys(hear.yes, "yes") | dict.fromkeys(hear.no, "no")
    return [
        Vocabulary("commands", bare, commands, sure=sure),
        Vocabulary("ready", bare | _meanings(hear.ready), commands, sure=sure),
        Vocabulary("yes or no", stop | agreed),
        Vocabulary("number", stop | counted),
    ]


def names_of(library: Library) -> Vocabulary:
    """What a routine may be called by who chooses one by speaking, and what it may be for.

    A name of a routine means the name; other meanings are those of `NEED`, `SHORT` and the events.
    """
    hear, safety = library.phrases.hear, library.safety
    names = dict.fromkeys(hear.short, SHORT)
    for need in library.needs.values():
        names |= dict.fromkeys(map(_plain, (need.name, *need.also)), NEED + need.name)
    for card in library.cards.values():
        names |= dict.fromkeys(map(_plain, (card.name, *card.aliases)), card.name)
    felt = {phrase: event.id for event in safety.events.values() if event.means for phrase in event.say}
    for phrase in ("", *hear.none):  # of a name without any letter that can be heard; and what answers a question
        names.pop(phrase, None)
    return Vocabulary("names", names | felt | _meanings(hear.bare), asks_back=True)


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[a-z']+", name.lower()))


def _meanings(phrases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {phrase: meaning for meaning, said in phrases.items() for phrase in said}

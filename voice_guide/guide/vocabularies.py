"""What may be said in each situation, as the scripts have it: commands, answers, the names of routines and needs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from voice_guide.routine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from voice_guide.library import Library


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
    """What is likely to be said by who chooses by speaking: of its meanings only a stop counts; all else is
    for the matcher."""
    hear, safety, words = library.phrases.hear, library.safety, library.words
    usual = [*library.called, *words.heard]
    said = [text for aliases in library.called.values() for text in aliases]
    for need in library.needs.values():
        said += [need.name, *need.also, *need.hints]
    said += [phrase for event in safety.events.values() if event.means for phrase in event.say]
    often = _spoken(usual)
    likely = [phrase for phrase in (*often, *_spoken(said)) if phrase not in hear.none]  # which is an answer
    phrases = dict.fromkeys(likely, "") | _meanings(hear.bare)
    return Vocabulary("names", phrases, free=True, usual=frozenset(often), around=words.around)


def _spoken(texts: Sequence[str]) -> list[str]:
    """Those that can be said, but for the words that are ours alone."""
    return [plain for text in texts if not any(c.isdecimal() for c in text) and (plain := _plain(text))]


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[a-z']+", name.lower()))


def _meanings(phrases: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {phrase: meaning for meaning, said in phrases.items() for phrase in said}

"""What people say they have, as conditions: by the words of safety.yaml in a phrase, never by how a word sounds.

All that a phrase names holds. What is spelled otherwise is asked back with the nearest word, the strictest of near
ones, and never taken; nor is what somebody says they do not have.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import get_args

from voice_guide.body.plain_words import JOIN, NO, PLACES, forms, plain, tokens
from voice_guide.body.scripts import Scripts
from voice_guide.body.terms import LEVELS, Action, Safety, widened
from voice_guide.errors import ChoiceError, did_you_mean

Named = dict[str, tuple[str, ...]]
"""Conditions by id, each with the parts of the body that were named; none of them for everywhere."""
STRICT = get_args(Action)
NEAR = 0.84
LONG = 5
OTHER = 'an illness that a doctor treats or follows is --condition "other long illness"'


@dataclass(frozen=True, slots=True)
class Found:
    """A condition, the places of the words in a phrase that name it, and the parts of the body beside them."""

    name: str
    at: frozenset[int]
    parts: tuple[str, ...] = ()


def condition_words(scripts: Scripts) -> list[tuple[str, str]]:
    """Every way to name a condition, with its id; a word may name several."""
    said = [
        (word, one.id)
        for one in scripts.safety.conditions.values()
        for word in (one.name, one.aloud, *one.also, one.id)
        if word
    ]
    return said + [(say, name) for name, (say, _) in scripts.questions.ages.items()]


def conditions_of(typed: Iterable[str], scripts: Scripts) -> Named:
    """All that was typed, in words or as WORDS:PART. Raises ChoiceError with the nearest."""
    named: Named = {}
    for text in typed:
        words, _, part = text.partition(":")
        found, denied = meant(words, scripts)
        if not found:
            raise ChoiceError(_unknown(plain(words), denied, scripts))
        placed = [name for name in found if scripts.safety.conditions[name].where]
        if part.strip() and not placed:
            raise ChoiceError(f"'{plain(words)}' has no part of the body; leave out ':{plain(part)}'")
        if part.strip():
            found |= dict.fromkeys(placed, _parts(plain(part), scripts))
        for name, parts in found.items():
            named[name] = widened(named.get(name), parts)
    return named


def meant(text: str, scripts: Scripts) -> tuple[Named, bool]:
    """What a phrase says of the body, and whether it says of something that it does not hold."""
    said = tokens(text)
    found = _in_full(_found(said, scripts))
    denied = _denied(said, found)
    loosening = {name for rule in scripts.safety.rules for name in rule.unless}
    holding = [one for one in found if not one.at <= denied]
    strict = [one for one in holding if one.name not in loosening]
    named: Named = {}
    for one in strict or holding:
        named[one.name] = widened(named.get(one.name), one.parts)
    return named, bool(denied)


def strictness(name: str, safety: Safety) -> tuple[int, int]:
    """The strictest that rules make of a condition; the smaller, the stricter."""
    rules = [(STRICT.index(r.do), LEVELS.index(r.level)) for r in safety.rules if name in r.when]
    return min(rules, default=(len(STRICT), 0))


def _found(said: Sequence[str], scripts: Scripts) -> list[Found]:
    """The words of conditions that stand side by side in a phrase, in any order; or around a word that names none."""
    known, alike = scripts.safety.conditions, [forms(word) for word in said]
    there = set().union(*alike)
    known_words = _by_first(tuple(condition_words(scripts)))
    words = [one for first in there for one in known_words.get(first, ()) if there.issuperset(one[0])]
    found = [Found(name, at) for wanted, name in words for at in _together(wanted, alike, len(wanted))]
    named = frozenset[int]().union(*(one.at for one in found))
    silent = {place for place, word in enumerate(said) if place not in named and word not in NO | JOIN}
    around = [(at, name) for wanted, name in words for at in _together(wanted, alike, len(wanted) + 1)]
    found += [Found(name, at) for at, name in around if silent.issuperset({*range(min(at), max(at))} - at)]
    named = named.union(*(one.at for one in found))
    return [_placed(one, said, named) if known[one.name].where else one for one in found]


@lru_cache(2)
def _by_first(words: Sequence[tuple[str, str]]) -> dict[str, list[tuple[Sequence[str], str]]]:
    """Every name as the words that count, with its condition, by the first of them."""
    found: dict[str, list[tuple[Sequence[str], str]]] = {}
    for word, name in words:
        wanted = tokens(word)
        for first in wanted[:1]:
            found.setdefault(first, []).append((wanted, name))
    return found


def _together(wanted: Sequence[str], alike: Sequence[set[str]], width: int) -> Iterator[frozenset[int]]:
    """The places of all the wanted words, wherever so many words hold them."""
    for first in range(len(alike) - width + 1):
        at = [place for place in range(first, first + width) if alike[place].intersection(wanted)]
        if set().union(*(alike[place] for place in at)).issuperset(wanted):
            yield frozenset(at)


def _in_full(found: Sequence[Found]) -> list[Found]:
    """Without what is only a piece of a longer name."""
    return [one for one in found if not any(one.at < other.at for other in found)]


def _denied(said: Sequence[str], found: Sequence[Found]) -> set[int]:
    """The places of what follows a 'no', and of what such a thing is joined to by an 'or'."""
    named = frozenset[int]().union(*(one.at for one in found))
    denied: set[int] = set()
    for one in sorted(found, key=lambda one: min(one.at)):
        before = min(one.at) - 1
        if before >= 0 and before not in named:
            chained = said[before] in ("or", "nor") and before - 1 in denied
            denied |= one.at if said[before] in NO or chained else set()
    return denied


def _placed(one: Found, said: Sequence[str], taken: frozenset[int]) -> Found:
    """With the parts that stand beside it; everywhere, where one that is joined to them is unknown."""
    at, places = set(one.at), []
    for step, place in ((1, max(one.at) + 1), (-1, min(one.at) - 1)):
        beside: list[int] = []
        while 0 <= place < len(said) and ((said[place] in JOIN and beside) or forms(said[place]) & PLACES.keys()):
            beside.append(place)
            place += step
        if beside and said[beside[-1]] in JOIN and 0 <= place < len(said) and place not in taken:
            places.append("")
        at.update(beside)
        places += [PLACES[form] for near in beside for form in forms(said[near]) & PLACES.keys()]
    named = () if "" in places else tuple(dict.fromkeys(part for part in ",".join(places).split(",") if part))
    return Found(one.name, frozenset(at), named)


def _parts(part: str, scripts: Scripts) -> tuple[str, ...]:
    """A part of the body that was typed, as the parts that points lie on."""
    known = scripts.catalogue.parts
    places = [PLACES[form] for word in tokens(part) for form in forms(word) & PLACES.keys()]
    if part not in known and not places:
        remedy = did_you_mean(part, known, f"there are {', '.join(known)}")
        raise ChoiceError(f"no part of the body '{part}'; {remedy}")
    everywhere = "" in places
    return (part,) if part in known else () if everywhere else tuple(dict.fromkeys(",".join(places).split(",")))


def _unknown(name: str, denied: bool, scripts: Scripts) -> str:
    """What is wrong with words that name nothing, and the remedy; of near words the strictest."""
    if denied:
        return f"'{name}' says what you do not have; --condition is for what you have"
    from difflib import get_close_matches

    known = {plain(word): one for word, one in condition_words(scripts)}
    typed = [name, *(word for word in tokens(name) if len(word) >= LONG)]
    near = [word for one in typed for word in get_close_matches(one, known, 3, NEAR)]
    if near:
        best = min(near, key=lambda word: strictness(known[word], scripts.safety))
        return f"no condition '{name}'; did you mean '{best}'?"
    return f"no condition '{name}'; `voice-guide conditions` lists them, and {OTHER}"

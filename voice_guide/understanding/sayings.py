"""Where what may be meant stands in what was said: its words side by side, in any order, or around a silent one."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from voice_guide.understanding.words import Language, forms, united

SURE = 3
"""Words that belong together even with a comma among them."""
Kind = Literal["condition", "name", "need", "hint", "wish"]
"""A 'hint' means a need only where no other is named in full."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is meant, and the places of the words that say it; of a condition, the parts of the body beside them."""

    kind: Kind
    means: str
    at: frozenset[int]
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Saying:
    """Words that mean something."""

    words: Sequence[str]
    kind: Kind
    means: str


class Sayings:
    """Many of them, found by the words they hold."""

    def __init__(self, language: Language, said: Iterable[tuple[str, Kind, str]]) -> None:
        self._language = language
        self._by_first: dict[str, list[Saying]] = {}
        for text, kind, means in said:
            words = language.tokens(text)
            for first in words[:1]:
                self._by_first.setdefault(first, []).append(Saying(words, kind, means))

    def found(self, said: Sequence[str]) -> list[Found]:
        """All of them, as they were said, each with its places; what is only a piece of a longer one as well."""
        alike = [forms(word) for word in said]
        there = frozenset[str]().union(*alike)
        likely = [one for first in there for one in self._by_first.get(first, ()) if there.issuperset(one.words)]
        found = [Found(one.kind, one.means, at) for one in likely for at in _together(one.words, alike, len(one.words))]
        named = named_in(found)
        silent = {place for place, word in enumerate(said) if place not in named and word not in self._language.deny}
        around = ((at, one) for one in likely for at in _together(one.words, alike, len(one.words) + 1))
        found += [
            Found(one.kind, one.means, at)
            for at, one in around
            if len(at) > 1 and self._joins(one, said, {*range(min(at), max(at))} - at, silent)
        ]
        return sorted(dict.fromkeys(found), key=lambda one: (min(one.at), -len(one.at), one.kind, one.means))

    def _joins(self, one: Saying, said: Sequence[str], between: set[int], silent: set[int]) -> bool:
        """Whether the word between says nothing; a comma only where there are enough words to be sure."""
        joined = any(said[place] in self._language.join for place in between)
        return between <= silent and (not joined or len(one.words) >= SURE)


def named_in(found: Iterable[Found]) -> frozenset[int]:
    """The places of the words that mean something."""
    return frozenset[int]().union(*(one.at for one in found))


def in_full(found: Sequence[Found]) -> list[Found]:
    """Without what is only a piece of something longer."""
    return [one for one in found if not any(one.at < other.at for other in found)]


def denied_in(said: Sequence[str], found: Iterable[Found], language: Language) -> set[int]:
    """The places of what follows a 'no', and of what such a thing is joined to by an 'or'."""
    found = list(found)
    named = named_in(found)
    denied: set[int] = set()
    for one in sorted(found, key=lambda one: min(one.at)):
        before = min(one.at) - 1
        if before >= 0 and before not in named and language.until.isdisjoint(said[before:]):
            chained = said[before] in ("or", "nor") and not denied.isdisjoint((before - 1, before - 2))
            denied |= one.at if said[before] in language.deny or chained else set()
    return denied


def _together(wanted: Sequence[str], alike: Sequence[frozenset[str]], width: int) -> Iterator[frozenset[int]]:
    """The places of all the wanted words, wherever so many words hold them."""
    for first in range(len(alike) - width + 1):
        at = [place for place in range(first, first + width) if not alike[place].isdisjoint(wanted)]
        if frozenset[str]().union(*(alike[place] for place in at)).issuperset(wanted):
            yield frozenset(at)


def placed(one: Found, said: Sequence[str], taken: Collection[int], language: Language) -> Found:
    """With the parts that stand beside it; everywhere, where one that is joined to them is unknown."""
    at, places = set(one.at), list[tuple[str, ...]]()
    for step, place in ((1, max(one.at) + 1), (-1, min(one.at) - 1)):
        beside: list[int] = []
        while 0 <= place < len(said) and (
            (said[place] in language.join and beside) or language.parts(said[place]) is not None
        ):
            beside.append(place)
            place += step
        if beside and said[beside[-1]] in language.join and 0 <= place < len(said) and place not in taken:
            places.append(())
        at.update(beside)
        named = (language.parts(said[near]) for near in beside)
        places += [parts for parts in named if parts is not None]
    return Found(one.kind, one.means, frozenset(at), united(places))

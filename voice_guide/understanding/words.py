"""Words as they are compared: what says the same is one word, what says nothing is left out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

QUOTES = "'`\u00b4\u2018\u2019"
UNSEEN = frozenset(("Mn", "Me", "Cf"))
"""Accents, and letters that nobody sees."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of the language, as words.yaml has them: small letters, no hyphens, no apostrophes."""

    filler: tuple[str, ...]
    deny: tuple[str, ...]
    """What follows one of them is not so."""
    until: tuple[str, ...]
    """What is denied until now is so."""
    meanwhile: tuple[str, ...]
    """Beside minutes, they say that these are not wished for."""
    alone: tuple[str, ...]
    """They name a condition only where hardly anything else is said."""
    well: tuple[str, ...]
    """A place of which one of them is said is not meant."""
    join: tuple[str, ...]
    same: Mapping[str, str]
    """A word, or words, and the regular expression of what says the same."""
    places: Mapping[str, tuple[str, ...]]
    """Plain words for the parts of the body that points lie on; no parts for everywhere."""
    wishes: Mapping[str, Mapping[str, tuple[str, ...]]]
    """By option and value, how people say it."""
    heard: tuple[str, ...]
    """What is likely for the ear, besides names and needs."""
    around: tuple[str, ...]
    """How it stands in what is said, with '*' for it."""


@dataclass(frozen=True, slots=True)
class Said:
    """A word that counts, and what was said for it."""

    word: str
    spoken: str


class Language:
    """Hears the words that count in what people say."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.deny, self.join, self.until = frozenset(words.deny), frozenset(words.join), frozenset(words.until)
        self._filler = frozenset(words.filler)
        self._same = [*words.same]
        each = (rf"(?P<w{at}>\b(?:{said})\b)" for at, said in enumerate(words.same.values()))
        self._alike = re.compile("|".join(each))
        self._known: dict[str, tuple[str, ...]] = {}

    def said(self, text: str) -> tuple[Said, ...]:
        """The words that count, those that say the same as one."""
        text, found, place = plain(text), list[Said](), 0
        for match in self._alike.finditer(text):
            found += [Said(word, word) for word in text[place : match.start()].split()]
            same = self._same[int((match.lastgroup or "")[1:])]
            found += [Said(word, match.group()) for word in same.split()]
            place = match.end()
        found += [Said(word, word) for word in text[place:].split()]
        return tuple(one for one in found if one.word not in self._filler)

    def tokens(self, text: str) -> tuple[str, ...]:
        """The same, without what was said for them."""
        if text not in self._known:
            self._known[text] = tuple(one.word for one in self.said(text))
        return self._known[text]

    def parts(self, word: str) -> tuple[str, ...] | None:
        """The parts of the body that a word names; none of them for everywhere, None where it names no place."""
        places = self.words.places
        named = [places[form] for form in sorted(forms(word) & places.keys())]
        if not named:
            return None
        return united(named)


def united(places: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The parts of several places, each once; everywhere, where one of them is."""
    return () if () in places else tuple(dict.fromkeys(part for parts in places for part in parts))


def plain(text: str) -> str:
    """Words as they are compared: small letters, no hyphens, a comma as an 'and'."""
    text = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if unicodedata.category(c) not in UNSEEN)
    text = re.sub(f"[{QUOTES}]s\\b", "", re.sub(f"[{QUOTES}]ll\\b", " will", text))
    text = re.sub(f"[{QUOTES}]", "", text.replace("_", " ").replace("-", " "))
    return " ".join(re.sub(r"[^\w\s]+", " ", re.sub(r"[,;.](?=\s)", " and ", text)).split())


@lru_cache(1 << 14)
def forms(word: str) -> frozenset[str]:
    """A word, what it is one or more of, and the simple forms of a verb; but one leg is never two."""
    bases = {word, "back" if word == "lumbar" else word}
    if len(word) > 3:
        bases |= {word.removesuffix("s"), word.removesuffix("es") if word[-3] in "chosxz" else word}
    for end in (end for end in ("ing", "ed") if word.endswith(end) and len(word) > len(end) + 2):
        base = word.removesuffix(end)
        bases |= {base, base + "e", base[:-1] if base[-1] == base[-2] else base}
    verbs = {base.removesuffix("e") + end for base in bases if len(base) > 2 for end in ("ing", "ed")}
    verbs |= {base + base[-1:] + end for base in bases if len(base) > 2 for end in ("ing", "ed")}
    return frozenset(
        bases | verbs | {base + "s" for base in bases - {"leg", "foot"} if len(base) > 2 and base[-1] not in "ius"}
    )

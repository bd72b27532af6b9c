"""What people say they have, as conditions: by the words of safety.yaml in a phrase, never by how a word sounds.

All that a phrase names holds. What is spelled otherwise is asked back with the nearest word, the strictest of near
ones, and never taken; nor is what somebody says they do not have.
"""

from collections.abc import Iterable, Sequence
from typing import get_args

from voice_guide.body.scripts import Scripts
from voice_guide.body.terms import LEVELS, Action, Safety, widened
from voice_guide.errors import ChoiceError, did_you_mean
from voice_guide.understanding.sayings import Found, Sayings, denied_in, in_full, named_in, placed
from voice_guide.understanding.words import Language, plain, united

Named = dict[str, tuple[str, ...]]
"""Conditions by id, each with the parts of the body that were named; none of them for everywhere."""
STRICT = get_args(Action)
NEAR = 0.84
LONG = 5
OTHER = 'an illness that a doctor treats or follows is --condition "other long illness"'


class Conditions:
    """Every condition by the words for it."""

    def __init__(self, scripts: Scripts, language: Language) -> None:
        self._scripts, self._language = scripts, language
        self._sayings = Sayings(language, ((word, "condition", name) for word, name in condition_words(scripts)))
        self._loosening = {name for rule in scripts.safety.rules for name in rule.unless}

    def found(self, said: Sequence[str]) -> list[Found]:
        """Every condition in these words, with its parts, whether it is denied or not."""
        known, found = self._scripts.safety.conditions, self._sayings.found(said)
        taken = named_in(found)
        beside = [placed(one, said, taken, self._language) if known[one.means].where else one for one in found]
        whole = {*in_full(found)}
        in_place = {*in_full(beside)}
        return [there for one, there in zip(found, beside, strict=True) if one in whole or there in in_place]

    def holding(self, found: Sequence[Found]) -> Named:
        """Those that hold; what loosens a rule only where nothing else is named."""
        strict = [one for one in found if one.means not in self._loosening]
        named: Named = {}
        for one in strict or found:
            named[one.means] = widened(named.get(one.means), one.parts)
        return named

    def meant(self, text: str) -> tuple[Named, bool]:
        """What a phrase says of the body, and whether it says of something that it does not hold."""
        said = self._language.tokens(text)
        found = self.found(said)
        denied = denied_in(said, found, self._language)
        return self.holding([one for one in found if not one.at <= denied]), bool(denied)

    def typed(self, typed: Iterable[str]) -> Named:
        """All that was typed, in words or as WORDS:PART. Raises ChoiceError with the nearest."""
        named: Named = {}
        for text in typed:
            words, _, part = text.partition(":")
            found, denied = self.meant(words)
            if not found:
                raise ChoiceError(self._unknown(plain(words), denied))
            where = [name for name in found if self._scripts.safety.conditions[name].where]
            if part.strip() and not where:
                raise ChoiceError(f"'{plain(words)}' has no part of the body; leave out ':{plain(part)}'")
            if part.strip():
                found |= dict.fromkeys(where, self._parts(plain(part)))
            for name, parts in found.items():
                named[name] = widened(named.get(name), parts)
        return named

    def _parts(self, part: str) -> tuple[str, ...]:
        """A part of the body that was typed, as the parts that points lie on."""
        known = self._scripts.catalogue.parts
        named = [parts for word in self._language.tokens(part) if (parts := self._language.parts(word)) is not None]
        if part not in known and not named:
            remedy = did_you_mean(part, known, f"there are {', '.join(known)}")
            raise ChoiceError(f"no part of the body '{part}'; {remedy}")
        return (part,) if part in known else united(named)

    def _unknown(self, name: str, denied: bool) -> str:
        """What is wrong with words that name nothing, and the remedy; of near words the strictest."""
        if denied:
            return f"'{name}' says what you do not have; --condition is for what you have"
        from difflib import get_close_matches

        known = {plain(word): one for word, one in condition_words(self._scripts)}
        typed = [name, *(word for word in self._language.tokens(name) if len(word) >= LONG)]
        near = [word for one in typed for word in get_close_matches(one, known, 3, NEAR)]
        if near:
            best = min(near, key=lambda word: strictness(known[word], self._scripts.safety))
            return f"no condition '{name}'; did you mean '{best}'?"
        return f"no condition '{name}'; `voice-guide conditions` lists them, and {OTHER}"


def condition_words(scripts: Scripts) -> list[tuple[str, str]]:
    """Every way to name a condition, with its id; a word may name several."""
    said = [
        (word, one.id)
        for one in scripts.safety.conditions.values()
        for word in (one.name, one.aloud, *one.also, one.id)
        if word
    ]
    return said + [(say, name) for name, (say, _) in scripts.questions.ages.items()]


def strictness(name: str, safety: Safety) -> tuple[int, int]:
    """The strictest that rules make of a condition; the smaller, the stricter."""
    rules = [(STRICT.index(r.do), LEVELS.index(r.level)) for r in safety.rules if name in r.when]
    return min(rules, default=(len(STRICT), 0))

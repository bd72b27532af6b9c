"""Takes words as people say them, and gives what they mean; nothing else here matches words."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from voice_guide.body.listeners import Need
from voice_guide.body.refusal import said_of
from voice_guide.body.scripts import Scripts
from voice_guide.body.terms import LEVELS, Level, Rule
from voice_guide.errors import NameUnclear
from voice_guide.understanding import GRAVE, Meaning
from voice_guide.understanding.conditions import Conditions, condition_words
from voice_guide.understanding.names import NUMBERS, POLITE, SHORTLIST, Names, alike, either, told
from voice_guide.understanding.sayings import Found, Kind, Sayings, denied_in, in_full, named_in
from voice_guide.understanding.spelling import Spelling
from voice_guide.understanding.words import Language, Said, Words, forms, plain

LONGEST = 4000
"""Characters of what may be said: what is longer is not understood in part."""
A_NAME = 6
"""Words of the longest name; what has more is looked through, and not compared as a whole."""
HARDLY = 2
"""Words beside which a single one still counts for itself."""
WARNINGS = (*GRAVE, "doctor")
REFUSES: dict[str, Level] = {"confirm": "doctor", "replace": "instead"}
"""What a rule comes to that is no block."""


class Tables(Scripts, Protocol):
    """The scripts, as the matcher asks of them."""

    @property
    def words(self) -> Words:
        """The words of the language."""

    @property
    def needs(self) -> Mapping[str, Need]:
        """What somebody may want help with, by id."""

    @property
    def called(self) -> Mapping[str, Sequence[str]]:
        """Every routine's name, with its aliases."""

    @property
    def names(self) -> Names:
        """The same, by spelling and by sound."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A routine or a need that is wanted, with the words that decided; or what to ask."""

    name: str = ""
    need: str = ""
    because: frozenset[int] = frozenset()
    whole: bool = False
    """All that was said is the name."""
    candidates: tuple[str, ...] = ()
    question: str = ""


class Matcher:
    """The words for everything: indexed once, asked many times."""

    def __init__(self, tables: Tables) -> None:
        self._tables, self._language = tables, Language(tables.words)

    @cached_property
    def conditions(self) -> Conditions:
        """The words for what people have."""
        return Conditions(self._tables, self._language)

    def meaning(self, phrase: str) -> Meaning:
        """All that this phrase means."""
        if self._tables.names.numbered(phrase):
            return self._numbered(phrase)
        if len(phrase) > LONGEST:
            return Meaning(told(phrase), question=f"that is {len(phrase)} letters; say it in a sentence or two")
        said = self._language.said(phrase)
        words = [one.word for one in said]
        conditions, others = self._apart(words, self.conditions.found(words), self._sayings.found(words))
        denied = denied_in(words, [*conditions, *others], self._language)
        conditions = [one for one in conditions if not one.at <= denied and not self._is_well(words, one)]
        unwished = {one.means for one in others if one.kind == "wish" and one.at <= denied}
        unnamed = any(one.kind == "name" and one.at <= denied for one in others)
        others = [one for one in others if not one.at <= denied and one.means not in unwished]
        others = [one for one in others if not self._is_well(words, one)]
        wishes, spent = self._wishes(words, others)
        if "ball=tennis" in unwished:  # who does not want the ball has none
            wishes.setdefault("ball", "none")
        named = self.conditions.holding(conditions)
        refused = said_of(named, self._tables) if named else None
        warning = refused.level if refused and refused.level in WARNINGS else ""
        choice = Choice() if warning in GRAVE else self._choice(phrase, said, others, spent, unnamed)
        if choice.whole:
            wishes, spent = {}, frozenset()
        deciding = sorted(named_in(one for one in conditions if one.means in named) | spent | choice.because)
        return Meaning(
            told(phrase),
            "" if warning else choice.name,
            choice.need,
            wishes,
            named,
            warning,
            str(refused) if warning else "",
            refused.rules if refused and warning else (),
            () if warning else choice.candidates,
            tuple(dict.fromkeys(said[place].spoken for place in deciding)),
            "" if warning else choice.question,
        )

    def _numbered(self, phrase: str) -> Meaning:
        """A point's number names no routine, and is asked back."""
        try:
            return Meaning(told(phrase), self._tables.names.find(phrase))
        except NameUnclear as unclear:
            return Meaning(told(phrase), candidates=unclear.candidates, question=str(unclear))

    def tables(self) -> dict[str, Any]:
        """All that it matches by, as plain values: for a page, whose script does the same."""
        words, tokens = self._tables.words, self._language.tokens
        return {
            "filler": words.filler,
            "deny": words.deny,
            "join": words.join,
            "until": words.until,
            "meanwhile": words.meanwhile,
            "alone": words.alone,
            "well": words.well,
            "polite": sorted(POLITE),
            "numbers": NUMBERS,
            "same": [*words.same.items()],
            "conditions": [(tokens(text), "condition", name) for text, name in condition_words(self._tables)],
            "sayings": [(tokens(text), kind, means) for text, kind, means in self._said() if kind != "name"],
            "levels": self._levels,
            "warnings": {name: self._warning(name) for name, level in self._levels.items() if level in WARNINGS},
            "needs": {
                need.id: {"means": need.means, "last": need.last, "over": need.over}
                for need in self._tables.needs.values()
            },
        }

    def _warning(self, condition: str) -> str:
        """What the strictest rule says of it."""
        return next(rule.say for rule, level in self._refusing(condition) if level == self._levels[condition])

    def need_name(self, need: str) -> str:
        """The name of a need by its id; empty for none."""
        return self._tables.needs[need].name if need else ""

    @cached_property
    def _sayings(self) -> Sayings:
        return Sayings(self._language, self._said())

    def _said(self) -> Iterator[tuple[str, Kind, str]]:
        for need in self._tables.needs.values():
            yield from ((text, "need", need.id) for text in (need.name, *need.also))
            yield from ((text, "hint", need.id) for text in need.hints)
        for option, values in self._tables.words.wishes.items():
            yield from ((text, "wish", f"{option}={value}") for value, said in values.items() for text in said)
        for name, aliases in self._tables.called.items():  # one word alone may be a word of any sentence
            several = (text for text in (name, *aliases) if len(self._language.tokens(text)) > 1)
            yield from ((text, "name", name) for text in several)

    def _apart(
        self, said: Sequence[str], conditions: list[Found], others: list[Found]
    ) -> tuple[list[Found], list[Found]]:
        """The conditions, and all else, without what is only a piece of something longer."""
        if len({*said} - POLITE) > HARDLY:
            alone = self._tables.words.alone
            conditions = [one for one in conditions if not (len(one.at) == 1 and said[min(one.at)] in alone)]
        others = [one for one in in_full(others) if not any(one.at < condition.at for condition in conditions)]
        return [one for one in conditions if not any(self._covers(other, one) for other in others)], others

    def _covers(self, other: Found, condition: Found) -> bool:
        """Whether a condition is only a word of something else: 'fall asleep' is no fall; a warning stays one."""
        if not condition.at <= other.at:
            return False
        level = self._levels.get(condition.means, "")
        if other.kind == "name":
            return level not in GRAVE
        need = self._tables.needs.get(other.means)
        if need and condition.means in need.means:
            return False
        return condition.at < other.at or (bool(level) and level not in GRAVE and other.kind == "need")

    def _is_well(self, words: Sequence[str], found: Found) -> bool:
        """'My hips are fine' is not about the hips."""
        after = words[max(found.at) + 1 : max(found.at) + 2]
        return found.kind != "wish" and len(found.at) == 1 and bool(set(after) & set(self._tables.words.well))

    @cached_property
    def _levels(self) -> dict[str, Level]:
        """By condition, the strictest that is said of it, for those that refuse a session."""
        levels = {name: [level for _, level in self._refusing(name)] for name in self._tables.safety.conditions}
        return {name: min(refused, key=LEVELS.index) for name, refused in levels.items() if refused}

    def _refusing(self, condition: str) -> Iterator[tuple[Rule, Level]]:
        """The rules that refuse a session with it, whatever is played, each with its level."""
        for rule in self._tables.safety.rules:
            if condition in rule.when and not rule.points and rule.do in ("block", *REFUSES):
                yield rule, REFUSES.get(rule.do, rule.level)

    def _wishes(self, words: Sequence[str], found: Iterable[Found]) -> tuple[dict[str, Any], frozenset[int]]:
        """What is wished for, by option, the last that was said, and the places of the words."""
        wished: dict[str, Any] = {}
        spent = set[int]()
        for one in sorted((one for one in found if one.kind == "wish"), key=lambda one: max(one.at)):
            option, _, wish = one.means.partition("=")
            wished[option] = int(wish) if wish.isdecimal() else wish
            spent |= one.at
        for value, at in _minutes(words, self._tables.words.meanwhile):
            wished["minutes"] = value
            spent |= at
        return wished, frozenset(spent)

    def _choice(
        self, phrase: str, said: Sequence[Said], found: Sequence[Found], spent: Collection[int], unnamed: bool
    ) -> Choice:
        names = _meant(found, "name")
        if not unnamed and (exact := self._tables.names.exact(phrase)):
            return Choice(exact, because=frozenset(range(len(said))), whole=True)
        if len(names) == 1:
            return Choice(names[0], because=named_in(one for one in found if one.kind == "name"))
        if names:
            return Choice(candidates=tuple(names), question=_which(phrase, names))
        words = [one.word for one in said]
        if len(words) <= A_NAME and (spelled := self._spelling.corrected(words)) != words:
            if any(self._levels.get(one.means) in GRAVE for one in self.conditions.found(spelled)):
                return Choice(question=f"'{told(phrase)}' may be a sign of danger; say it in other words")
            if not self._needs(found):
                found = in_full(self._sayings.found(spelled))
        needs = self._needs(found)
        because = named_in(one for one in found if one.kind in ("need", "hint") and one.means in needs)
        telling = {place for place, one in enumerate(said) if place not in spent and one.word not in POLITE}
        unclear: NameUnclear | None = None
        if telling and not unnamed and len(telling) <= A_NAME and not (needs and telling <= because):
            rest = " ".join(said[place].spoken for place in range(len(said)) if place not in spent)
            for asked in (phrase, rest) if spent else (phrase,):
                try:
                    return Choice(self._tables.names.find(asked), "", frozenset(telling), asked is phrase)
                except NameUnclear as error:
                    unclear = unclear or error
        if len(needs) == 1:
            return Choice(need=needs[0], because=because)
        if needs:
            likely = tuple(self._tables.needs[need].name for need in needs[:SHORTLIST])
            return Choice(candidates=likely, because=because, question=_which(phrase, likely))
        return self._asked(phrase, said, unclear)

    def _needs(self, found: Sequence[Found]) -> list[str]:
        """What hurts, by what says so in full, else by what hints at it; what nearly everybody has comes last."""
        last = {need.id for need in self._tables.needs.values() if need.last}
        first = [one for one in found if one.means not in last]
        needs = _meant(first, "need") or _meant(first, "hint") or _meant(found, "need", "hint")
        part = {other for need in needs for other in self._tables.needs[need].over}
        return [need for need in needs if need not in part]

    @cached_property
    def _spelling(self) -> Spelling:
        wanted = [text for text, kind, _ in self._said() if kind in ("need", "hint")]
        meant = self._words_of((*wanted, *(text for text, _ in condition_words(self._tables))))
        return Spelling((*meant, *self._words_of(text for text, _, _ in self._said())), meant)

    def _words_of(self, texts: Iterable[str]) -> list[str]:
        return [word for text in texts for word in self._language.tokens(text)]

    def _asked(self, phrase: str, said: Sequence[Said], unclear: NameUnclear | None) -> Choice:
        """What to ask where nothing was understood; what is asked back holds something that was said."""
        heard, called = _forms(said), self._tables.called
        unsure = unclear.candidates if unclear else ()
        likely = tuple(name for name in unsure if _shared((name, *called.get(name, ())), heard))
        if likely:
            return Choice(candidates=likely, question=f"no routine '{told(phrase)}'; did you mean {either(likely)}?")
        safest = [self._tables.by_id(name).name for name in self._tables.otherwise.routines[:3]]
        asked = f"'{told(phrase)}': what hurts, or which routine? Three that are for everybody are {either(safest)}"
        return Choice(question=asked if said else "nothing was said; `voice-guide list` shows all routines")


def _forms(said: Iterable[Said]) -> set[str]:
    return {form for one in said for word in one.spoken.split() if word not in POLITE for form in forms(word)}


def _shared(names: Iterable[str], heard: Collection[str]) -> bool:
    """Whether one of the names holds something that was heard, or may have been."""
    words = {word for text in names for word in plain(text).split()}
    return any(alike(word, other) for word in words - POLITE for other in heard)


def _meant(found: Iterable[Found], *kinds: Kind) -> list[str]:
    """What is meant by these kinds, the longest first."""
    ranked = sorted((one for one in found if one.kind in kinds), key=lambda one: -len(one.at))
    return list(dict.fromkeys(one.means for one in ranked))


def _which(phrase: str, likely: Sequence[str]) -> str:
    return f"'{told(phrase)}' could mean {either(likely)}: which one?"


def _minutes(words: Sequence[str], meanwhile: Collection[str]) -> Iterator[tuple[int, frozenset[int]]]:
    """How long, wherever that is wished for: not how long ago it was, nor how long a walk."""
    for end, word in enumerate(words):
        if word != "minute":
            continue
        start = end
        while start and end - start < 2 and _number(words[start - 1]) is not None:
            start -= 1
        values = [value for one in words[start:end] if (value := _number(one)) is not None]
        if len(values) == 2 and not (values[0] >= 20 and values[1] < 10):
            start, values = start + 1, values[1:]
        if sum(values) and not {*words[max(0, start - 1) : start], *words[end + 1 : end + 2]} & {*meanwhile}:
            yield sum(values), frozenset(range(start, end + 1))


def _number(word: str) -> int | None:
    return int(word) if word.isdecimal() and len(word) < 4 else NUMBERS.get(word)

"""A spoken-like name becomes the routine that was meant, or a question: never a guess, never a point.

What was asked is compared with every name and alias by spelling and by sound. The numbers below were measured
on mishearings, on everyday phrases and on pieces of running text, so that nothing unmeant is ever chosen.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from voice_guide.errors import NameUnclear
from voice_guide.routine.phrases import listed

SURE = 0.49  # a label at least this near is what was meant ...
APART = 0.1  # ... unless another meaning comes this close behind
HINT = SURE - APART  # the most that only a part of what was asked can give
NEAR = 0.25  # a label less near than this is not worth suggesting
SPELLING = 0.5  # the share of spelling in a difference; the rest is sound
SHORT = 8  # differences count double in a phrase of this many letters, and more in a shorter one
SAME_WORD = 0.35  # words that differ by less may be one word misheard
OTHER_COUNT = 0.1  # taken off when words were split or joined, so that they cannot be compared one by one
LEFT_OUT = 0.75  # taken off, times the share of words left out
SWAPPED = 0.15  # taken off for words in another order, or left out
SHORTLIST = 5
SIFTED = 20  # labels looked at closely, for each way of sifting
LONGEST = 160  # characters that are read of what was asked
REMEDY = "'voice-guide list' shows them all"


def _listed(words: str) -> tuple[str, ...]:
    return tuple(words.split())


KIND = "set"
KINDS = frozenset(_listed("exercise exercises program programme routine session set"))
ARTICLES = frozenset(_listed("a an the"))
POLITE = KINDS.union(
    ARTICLES,
    _listed("again and begin can choose could do for give go guide hear hello hey hi i id im in it just launch"),
    _listed("lets like listen load me my need now of ok okay on one open pick please play put run select"),
    _listed("start thank thanks that then this time to today tonight try uh um us voice wanna want with"),
    _listed("would you"),
)

UNITS = _listed(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    " seventeen eighteen nineteen"
)
TENS = _listed("twenty thirty forty fifty sixty seventy eighty ninety")
NUMBERS = {word: n for n, word in enumerate(UNITS)} | {word: 10 * n for n, word in enumerate(TENS, 2)}

CHANNELS = {
    "BL": "bl b ub bladder urinarybladder",
    "GB": "gb gallbladder",
    "GV": "gv du governorvessel governingvessel",
    "CV": "cv ren conceptionvessel",
    "KI": "ki kd k kidney",
    "PC": "pc p pericardium",
    "SI": "si smallintestine",
    "LI": "li largeintestine",
}
CHANNEL = {spelling: code for code, spellings in CHANNELS.items() for spelling in spellings.split()}

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One routine's everyday names."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words ready to compare, by spelling and by sound; also run together, because spaces cannot be heard."""

    words: Words
    sounds: Words
    spelled: str
    sounded: str


@dataclass(frozen=True)
class Label:
    """Words and what they may mean: one routine for certain, or a point, which only ever asks back."""

    words: Words
    means: tuple[str, ...]
    certain: bool
    is_name: bool

    @cached_property
    def phrase(self) -> Phrase:
        """The words ready to compare, which takes longer than to look them up."""
        return _phrase(self.words)


class Names:
    """Every way to say the routines' names: indexed once, asked many times."""

    def __init__(
        self,
        entries: Iterable[Entry],
        codes: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """`codes`: a point's number ("BL54") or everyday name ("waist point") -> the names to ask with."""
        self._labels: list[Label] = []
        self._codes: dict[str, tuple[str, ...]] = {}
        # a name wins over an alias of the same letters, and both over one that only says "set" for "routine"
        self._names: dict[str, list[Label]] = defaultdict(list)
        self._aliases: dict[str, list[Label]] = defaultdict(list)
        self._loose: dict[str, list[Label]] = defaultdict(list)
        for entry in entries:
            for text in (entry.name, *entry.aliases):
                self._add(text, (entry.name,), certain=True, is_name=text is entry.name)
        for text, means in (codes or {}).items():
            self._add(text, tuple(means), certain=False, is_name=False)

    def _add(self, text: str, means: tuple[str, ...], certain: bool, is_name: bool) -> None:
        words = _words(text)
        code, is_whole = _code(words)
        if is_whole:  # so a routine that calls itself by a number cannot be chosen by it either
            self._codes[code] = (*self._codes.get(code, ()), *means)
        if is_whole or not words:
            return
        label = Label(words, means, certain, is_name)
        self._labels.append(label)
        (self._names if is_name else self._aliases)["".join(words)].append(label)
        self._loose["".join(_loose(words))].append(label)

    def find(self, asked: str) -> str:
        """The name of the routine meant, or NameUnclear with the likely names, best first."""
        words, said = _words(asked), told(asked)
        if not words:
            raise NameUnclear(f"no name given; {REMEDY}")
        if exact := self._exactly(words):
            return _decide(said, exact)
        code, _ = _code(words)
        if code:
            likely = self._codes.get(code, ())[:SHORTLIST]
            question = f"did you mean {either(likely)}?" if likely else REMEDY
            raise NameUnclear(f"'{said}' is a point's number, not a routine; {question}", likely)
        ranked = self._ranked(words)
        best = ranked[0][0] if ranked else 0.0
        if best >= SURE:
            # a point holds a routine back only by being nearer: it could not be played anyway
            rivals = [label for score, label in ranked if score >= best - (APART if label.certain else 0)]
            return _decide(said, rivals)
        worth = max(NEAR, best - APART / 2)
        likely = _meanings(label for score, label in ranked if score >= worth and label.certain)
        if not likely:
            raise NameUnclear(f"no routine '{said}'; {REMEDY}")
        raise NameUnclear(f"no routine '{said}'; did you mean {either(likely)}?", likely)

    def exact(self, asked: str) -> str:
        """The one routine of just this name, polite words apart; empty where there is none."""
        labels = self._exactly(_words(asked))
        likely = _meanings(labels)
        return likely[0] if len(likely) == 1 and all(label.certain for label in labels) else ""

    def numbered(self, asked: str) -> bool:
        """It is the number of a point, and no more than that."""
        return any(_code(core)[1] for core in _cores(_words(asked)))

    def _exactly(self, words: Words) -> list[Label]:
        """The labels of just these letters, with the fewest polite words taken off."""
        for core in _cores(words):
            key = "".join(core)
            if found := self._names.get(key) or self._aliases.get(key):
                return found
        keys = ("".join(_loose(core)) for core in _cores(words))
        return next((self._loose[key] for key in keys if key in self._loose), [])

    def _ranked(self, words: Words) -> list[tuple[float, Label]]:
        *_, core = _cores(words)
        phrases = [_phrase(core)] if core else []
        if KINDS.intersection(words[-2:]):
            phrases.append(_phrase((*core, KIND)))
        labels = [self._labels[index] for index in sorted(self._sift(phrases[-1]))] if phrases else []
        scored = [(max(_nearness(phrase, label) for phrase in phrases), label) for label in labels]
        return sorted(scored, key=lambda pair: -pair[0])

    @cached_property
    def _holding(self) -> dict[str, list[int]]:
        """The labels that hold a word of this sound."""
        holding: dict[str, list[int]] = defaultdict(list)
        for index, label in enumerate(self._labels):
            for word, sound in zip(label.phrase.words, label.phrase.sounds, strict=True):
                if word != KIND:  # which every third label holds
                    holding[sound].append(index)
        return holding

    def _sift(self, phrase: Phrase) -> set[int]:
        """The few labels worth a close look, out of perhaps many thousands."""
        from rapidfuzz import fuzz, process

        every = [label.phrase for label in self._labels]
        spelled = process.extract(phrase.spelled, [one.spelled for one in every], scorer=fuzz.ratio, limit=SIFTED)
        sounded = process.extract(phrase.sounded, [one.sounded for one in every], scorer=fuzz.ratio, limit=SIFTED)
        sharing = Counter(index for sound in set(phrase.sounds) for index in self._holding.get(sound, ()))
        return {hit[2] for hit in spelled + sounded} | {index for index, _ in sharing.most_common(SIFTED)}


def _nearness(asked: Phrase, label: Label) -> float:
    """1 for the same, falling with the differences; at SURE and above the label was meant."""
    known = label.phrase
    if set(known.words) < set(asked.words) - POLITE:
        return HINT  # the label and more is another phrase ("soft landing page")
    ends_in_kind = len(known.words) > 1 and known.words[-1] == KIND
    stretch = 1 + SHORT / (len(known.spelled) - len(KIND) * ends_in_kind)
    whole = 1 - stretch * _difference(asked.spelled, asked.sounded, known.spelled, known.sounded)
    if len(asked.words) == len(known.words):
        pairs = zip(asked.words, asked.sounds, known.words, known.sounds, strict=True)
        # one word quite different is another phrase, however well the others fit ("lavender oil")
        whole -= max(0.0, max(_difference(*pair) for pair in pairs) - SAME_WORD)
    else:
        whole -= OTHER_COUNT
    return max(whole, _word_by_word(asked, label, stretch))


def _word_by_word(asked: Phrase, label: Label, stretch: float) -> float:
    """Nearness with words swapped or left out; a hint below SURE when only some of the words fit."""
    known = label.phrase
    free = list(range(len(known.words)))
    differences: list[float] = []
    letters = 0
    for word, sound in zip(asked.words, asked.sounds, strict=True):
        options = [(_difference(word, sound, known.words[i], known.sounds[i]), i) for i in free]
        difference, index = min(options, default=(1.0, 0))
        if difference < SAME_WORD:
            free.remove(index)
            differences.append(difference)
            letters += len(word)
    if not differences or len(differences) * 2 < len(asked.words):
        return 0.0
    average = sum(differences) / len(differences)
    score = 1 - stretch * average - SWAPPED - LEFT_OUT * len(free) / len(known.words)
    # an alias is an everyday phrase ("lie down ball"): a part of it ("lie down") does not name a routine
    enough = not free or (label.is_name and len(differences) > max(1, len(free)))
    if enough and len(differences) == len(asked.words):
        return score
    if average > SAME_WORD / 2:
        return 0.0
    share = letters / max(len(asked.spelled), len(known.spelled))
    return NEAR + (HINT - NEAR) * share * (1 - average)


def _difference(spelled: str, sounded: str, other_spelled: str, other_sounded: str) -> float:
    """0 for the same, 1 for nothing in common."""
    from rapidfuzz.distance import OSA

    spelling = OSA.normalized_distance(spelled, other_spelled)
    return SPELLING * spelling + (1 - SPELLING) * OSA.normalized_distance(sounded, other_sounded)


def alike(word: str, other: str) -> bool:
    """Whether two words may be one, misheard or misspelled."""
    return _difference(word, _sound(word), other, _sound(other)) < SAME_WORD


def _words(text: str) -> Words:
    """Lower case without accents, digits as words."""
    folded = unicodedata.normalize("NFKD", text[:LONGEST].casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c) and c not in "'’")
    return tuple(word for found in re.findall(r"[^\W\d_]+|\d+", plain) for word in _number(found))


def _number(word: str) -> Words:
    if not word.isdecimal() or len(word) > 2:
        return (word,)
    tens, units = divmod(int(word), 10)
    if tens < 2:
        return (UNITS[int(word)],)
    return (TENS[tens - 2], UNITS[units]) if units else (TENS[tens - 2],)


def _code(words: Words) -> tuple[str, bool]:
    """The point's number among the words, in the standard spelling ("BL54" or ""), and whether it is all."""
    if NUMBERS.keys().isdisjoint(words):
        return "", False
    for start in range(len(words)):
        for end in (start + 1, start + 2):
            channel = CHANNEL.get("".join(words[start:end]))
            number = [NUMBERS[word] for word in words[end : end + 2] if word in NUMBERS]
            if not channel or not number or words[end] not in NUMBERS:
                continue
            if len(number) == 2 and number[1] < 10 and (number[0] < 10 or number[0] >= 20):
                value = number[1] + number[0] * (10 if number[0] < 10 else 1)
                return f"{channel}{value}", start == 0 and end + 2 == len(words)
            return f"{channel}{number[0]}", start == 0 and end + 1 == len(words)
    return "", False


def _cores(words: Words) -> Iterator[Words]:
    """The words, then with ever more polite ones taken off at both ends."""
    front = next((i for i, word in enumerate(words) if word not in POLITE), len(words))
    back = next((i for i, word in enumerate(reversed(words)) if word not in POLITE), len(words))
    for taken in range(front + back + 1):
        for first in range(max(0, taken - back), min(front, taken) + 1):
            yield words[first : len(words) - (taken - first)]


def _loose(words: Words) -> Words:
    """Without articles, and with one word for all kinds of routine."""
    return tuple(KIND if word in KINDS else word for word in words if word not in ARTICLES) or words


def _phrase(words: Words) -> Phrase:
    words = _loose(words)
    spelled = "".join(words)
    return Phrase(words, tuple(_sound(word) for word in words), spelled, _sound(spelled))


@lru_cache(1 << 14)
def _sound(spelled: str) -> str:
    from jellyfish import metaphone

    # metaphone misses the "ch" of "ritual" and "nature", and hears nothing at all in other alphabets
    return metaphone(re.sub("t(?=u[aeor])", "ch", spelled)) or spelled


def _decide(said: str, labels: Sequence[Label]) -> str:
    likely = _meanings(labels)
    if len(likely) == 1 and all(label.certain for label in labels):
        return likely[0]
    raise NameUnclear(f"'{said}' could mean {either(likely)}: which one?", likely)


def _meanings(labels: Iterable[Label]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for label in labels for name in label.means))[:SHORTLIST]


def told(asked: str) -> str:
    """As it was said, on one line."""
    return " ".join("".join(c if c.isprintable() else " " for c in asked[:LONGEST]).split())


def either(names: Sequence[str]) -> str:
    """To be asked which."""
    return listed([f"'{name}'" for name in names], " or ")

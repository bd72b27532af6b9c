"""What may be said, and what it means: phrases, and the language model in which only they are likely."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

PREFIX = "guide"
"""What comes before a command, so that talk in the room commands nothing."""

PHRASE = "*"
"""Stands for a phrase in what is said around it."""

_PHRASES = 0.7
"""The share of utterances that are taken to be phrases; the others are filler."""
_KEPT = 0.9
"""Within a phrase, how sure its next word is."""
_AFTER_PREFIX = 0.99
"""How sure it is that a phrase follows the prefix."""
_COMMANDS = 10
"""How much more often what needs the prefix is said after it than what does not."""
_SURE = 20
"""The same for what needs no second hearing, with and without the prefix."""
_USUAL = 8
"""The same for what is said much more often than others."""
_LAST = 0.1
"""How likely a filler word is the last."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What may be said in one situation, and what it means. Phrases are small letters, words apart by one space."""

    name: str
    bare: Mapping[str, str]
    """Phrase to meaning: counts alone, and after the prefix."""
    prefixed: Mapping[str, str] = field(default_factory=dict)
    """Phrase to meaning: what is expected after the prefix, as in "guide pause"; without it only if `bare` too."""
    free: bool = False
    """All that was said is told: phrases are no more than likely."""
    usual: frozenset[str] = frozenset()
    """Phrases that are said much more often than the others."""
    around: tuple[str, ...] = ()
    """How phrases stand in what is said, with '*' for one; empty where they are all of it."""
    sure: frozenset[str] = frozenset()
    """Phrases that need no second hearing: to hear them wrongly costs little, to miss them much."""

    def meaning(self, said: str) -> str | None:
        """What it means, where it is wholly a phrase."""
        return self.sentences.get(said) or None

    @property
    def sentences(self) -> dict[str, str]:
        """All that counts, with the prefix where it may stand, and its meaning."""
        if not self.prefixed:
            return dict(self.bare)
        after = {f"{PREFIX} {phrase}": meaning for phrase, meaning in (*self.prefixed.items(), *self.bare.items())}
        return {**self.bare, **after}

    @property
    def words(self) -> frozenset[str]:
        """Every word of every phrase."""
        spoken = (*self.sentences, *self.around)
        return frozenset(word for sentence in spoken for word in sentence.split() if word != PHRASE)

    def without(self, words: Collection[str]) -> "Vocabulary":
        """The same but for the phrases in which one of these words stands."""

        def kept(phrases: Mapping[str, str]) -> dict[str, str]:
            return {phrase: means for phrase, means in phrases.items() if not set(words) & set(phrase.split())}

        around = tuple(text for text in self.around if not set(words) & set(text.split()))
        return replace(self, bare=kept(self.bare), prefixed=kept(self.prefixed), around=around)

    def arpa(self, filler: Sequence[str]) -> str:
        """A bigram model, as ARPA text, of these phrases and of `filler` words, the most usual first."""
        pairs = self._pairs()
        outgoing: Counter[str] = Counter()
        for (word, _), count in pairs.items():
            outgoing[word] += count
        ones = _unigrams([*filler, *sorted(self.words - set(filler))])
        lines = ["\\data\\", f"ngram 1={len(ones)}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
        lines += [f"{_log(chance)} {word} {_log(_rest(word, outgoing))}" for word, chance in ones.items()]
        lines += ["", "\\2-grams:"]
        for (word, after), count in sorted(pairs.items()):
            lines.append(f"{_log((1 - _rest(word, outgoing)) * count / outgoing[word])} {word} {after}")
        return "\n".join([*lines, "", "\\end\\", ""])

    def _pairs(self) -> Counter[tuple[str, str]]:
        """How often a word follows another."""
        pairs: Counter[tuple[str, str]] = Counter()
        firsts: Counter[str] = Counter()
        lasts: Counter[str] = Counter()
        around = self.around or (PHRASE,)
        for sentence in self.sentences:
            often, words = self._often(sentence), sentence.split()
            firsts[words[0]] += often
            lasts[words[-1]] += often
            for pair in pairwise(words):
                pairs[pair] += often * len(around)
        for text in around:
            for before, after in pairwise(("<s>", *text.split(), "</s>")):
                if before == PHRASE:
                    for word, often in lasts.items():
                        pairs[word, after] += often
                elif after == PHRASE:
                    for word, often in firsts.items():
                        pairs[before, word] += often
                else:
                    pairs[before, after] += firsts.total()
        return pairs

    def _often(self, sentence: str) -> int:
        if sentence.removeprefix(f"{PREFIX} ") in self.sure:
            return _SURE
        if sentence in self.usual:
            return _USUAL
        return _COMMANDS if self.is_command(sentence) else 1

    def grammar(self, commands: bool = False) -> str:
        """A grammar, as JSGF text, in which nothing can be heard but what counts alone, or the `commands`."""
        heard = [f"{PREFIX} {phrase}" for phrase in self.prefixed] if commands else list(self.bare)
        return f"#JSGF V1.0;\ngrammar g;\npublic <g> = {' | '.join(heard)};\n"

    def is_command(self, said: str) -> bool:
        """Whether this is the prefix and one of the phrases listed for it."""
        return said.startswith(f"{PREFIX} ") and said.removeprefix(f"{PREFIX} ") in self.prefixed


def _unigrams(words: Sequence[str]) -> dict[str, float]:
    """By Zipf's law."""
    shares = {word: 1 / (place + 10) for place, word in enumerate(words)}
    whole = sum(shares.values()) / (1 - _LAST)
    return {"<s>": 1e-10, "</s>": _LAST} | {word: share / whole for word, share in shares.items()}


def _rest(word: str, outgoing: Mapping[str, int]) -> float:
    """What is left, after this word, for words that no phrase has there."""
    if word not in outgoing:
        return 1.0
    return 1 - {"<s>": _PHRASES, PREFIX: _AFTER_PREFIX}.get(word, _KEPT)


def _log(chance: float) -> str:
    return f"{math.log10(chance):.4f}"

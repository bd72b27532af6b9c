"""What may be said, and what it means: phrases, and the language model in which only they are likely."""

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

PREFIX = "guide"
"""What comes before a command, so that talk in the room commands nothing."""

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
    asks_back: bool = False
    """The nearest phrase is wanted where none was said, to be asked back."""
    sure: frozenset[str] = frozenset()
    """Phrases that need no second hearing: to hear them wrongly costs little, to miss them much."""

    def meaning(self, said: str) -> str | None:
        """What it means, where it is wholly a phrase."""
        return self.sentences.get(said)

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
        return frozenset(word for sentence in self.sentences for word in sentence.split())

    def without(self, words: Collection[str]) -> "Vocabulary":
        """The same but for the phrases in which one of these words stands."""

        def kept(phrases: Mapping[str, str]) -> dict[str, str]:
            return {phrase: means for phrase, means in phrases.items() if not set(words) & set(phrase.split())}

        return replace(self, bare=kept(self.bare), prefixed=kept(self.prefixed))

    def arpa(self, filler: Sequence[str]) -> str:
        """A bigram model, as ARPA text, of these phrases and of `filler` words, the most usual first."""
        pairs: Counter[tuple[str, str]] = Counter()
        outgoing: Counter[str] = Counter()
        for sentence in self.sentences:
            often = self._often(sentence)
            for pair in pairwise(("<s>", *sentence.split(), "</s>")):
                pairs[pair] += often
                outgoing[pair[0]] += often
        ones = _unigrams([*filler, *sorted(self.words - set(filler))])
        lines = ["\\data\\", f"ngram 1={len(ones)}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
        lines += [f"{_log(chance)} {word} {_log(_rest(word, outgoing))}" for word, chance in ones.items()]
        lines += ["", "\\2-grams:"]
        for (word, after), count in sorted(pairs.items()):
            lines.append(f"{_log((1 - _rest(word, outgoing)) * count / outgoing[word])} {word} {after}")
        return "\n".join([*lines, "", "\\end\\", ""])

    def _often(self, sentence: str) -> int:
        if sentence.removeprefix(f"{PREFIX} ") in self.sure:
            return _SURE
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

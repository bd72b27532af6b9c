"""Orders that no sentence may give, found in free words: what the rules forbid, unless the words forbid it too.

The words are data (`scripts/safety.yaml`). They find what is ordered plainly; no list finds everything.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from voice_guide.compiler.speech import LATIN

BETWEEN = (
    r"(?:(?!(?:beside|from|sides?|next|near|by|towards?|off|outside|away|before|not|never|above|below)\b)[\w']+ ){0,6}?"
)
"""A few words that lead to no other place than the one named after them."""
FOREIGN = re.compile(rf"[^\0-{LATIN}‘’“”…–—\u1d00-\u1dbf\u2100-\u214f\ufb00-\ufb06\uff01-\uff5e\U0001d400-\U0001d7ff]+")
"""What is no letter that may stand for one of ours: words of other alphabets are quickly passed over."""
PARTS = re.compile(r"[.,;:!?\n()–—…]|\b(?:but|then)\b")
NEGATED = re.compile(
    r"\b(?:never|not|no|nor|neither|avoid|without|cannot|nobody|nothing|instead of|rather than|\w+n't)\b"
)
UNDONE = re.compile(
    r"\b(?:afraid|worry|hesitate|stop|forget|mind|shy|only|just|harm|danger|problem|wrong|fear|matter|fail|scared|"
    r"give up|let go|come off|while|until|and|less than|longer)\b"
)
"""After these a negation forbids nothing: "do not be afraid to"."""
SUPPOSED = re.compile(
    r"\b(?:if|in case|should|whether|before|unless)(?: ever)? (?:you|it|they|your \w+|the \w+|somebody)(?: \w+)?$"
)
FORBIDDEN = re.compile(r"(?: \w+){0,2} (?:is|are) (?:never|not|forbidden|dangerous|too much)\b")


@dataclass(frozen=True, slots=True)
class Order:
    """One kind of order: `words` are patterns, of which each finds it."""

    rule: str
    source: str
    words: tuple[str, ...]


class Orders:
    """All of them. `groups` are the words that patterns name in capitals."""

    def __init__(self, orders: Sequence[Order], groups: Mapping[str, str]) -> None:
        self._orders, self._groups = orders, groups

    def __len__(self) -> int:
        return len(self._orders)

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Order]]:
        return [(re.compile(self._whole(words)), order) for order in self._orders for words in order.words]

    def _whole(self, words: str) -> str:
        for name, group in self._groups.items():
            words = re.sub(rf"\b{name}\b", lambda found, group=group: f"(?:{group})", words)  # type: ignore[misc]
        return rf"\b(?:{words.replace(' ~ ', f' {BETWEEN}')})(?!\w)"

    def given(self, text: str) -> tuple[str, Order] | None:
        """The words of a text that order what is forbidden, and the order; None where there are none."""
        for part in dict.fromkeys(_parts(text)):
            for pattern, order in self._patterns:
                for found in pattern.finditer(part):
                    if not _forbids(part, found):
                        return found[0].strip(), order
        return None


def _parts(text: str) -> Iterator[str]:
    plain = unicodedata.normalize("NFKC", FOREIGN.sub(".", text)).lower().replace("’", "'")
    for part in PARTS.split(plain):
        yield " ".join(re.findall(r"[\w']+", part))


def _forbids(part: str, found: re.Match[str]) -> bool:
    """Whether the words before say not to, only suppose it, or the words after say that it is never done."""
    before, after = part[: found.start()].rstrip(), part[found.end() :]
    negations = [*NEGATED.finditer(before)]
    if negations and not UNDONE.search(before, negations[-1].end()):
        return True
    return bool(SUPPOSED.search(before) or (found[0].split()[0].endswith("ing") and FORBIDDEN.match(after)))

"""A word that is not known, and is one letter away from one that is, is that one: never where two are as near."""

from collections.abc import Iterable, Sequence

from voice_guide.understanding.words import forms

LETTERS = 7
"""Of the shortest word that is known where it is misspelled; near a shorter one is often another word."""


class Spelling:
    """`words` are all that say something; of those in `meant` one that is misspelled may be one."""

    def __init__(self, words: Iterable[str], meant: Iterable[str]) -> None:
        self._known = frozenset(words)
        self._meant = [word for word in dict.fromkeys(meant) if len(word) >= LETTERS]

    def corrected(self, words: Sequence[str]) -> list[str]:
        """The same words, with known ones in place of the misspelled."""
        return [self._nearest(word) if len(word) >= LETTERS - 1 else word for word in words]

    def _nearest(self, word: str) -> str:
        if not self._known.isdisjoint(forms(word)):
            return word
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = [hit[0] for hit in process.extract(word, self._meant, scorer=OSA.distance, score_cutoff=1, limit=4)]
        bases = {min(forms(one), key=len) for one in near}
        return near[0] if len(bases) == 1 else word

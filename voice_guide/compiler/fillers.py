"""Which filler is said: one that suits place and moment, and was not heard for five minutes.

It follows from the routine and the day alone, so that a session can be made again to the byte.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

APART = 300.0
"""Seconds before the same filler is said again."""


class Fillers:
    """Remembers what was said when. Times are the least there can be, so that none comes too soon for any voice."""

    def __init__(self, lines: Mapping[str, Sequence[str]], seed: str) -> None:
        self._lines, self._seed = lines, seed
        self._said: dict[str, float] = {}

    def choose(self, pools: Iterable[str], at: float) -> str:
        """A line of these pools, at so many seconds of the session; empty where all were heard of late."""
        lines = [line for pool in pools for line in self._lines.get(pool, ())]
        free = [line for line in lines if at - self._said.get(line, -APART) >= APART]
        if not free:
            return ""
        chosen = min(free, key=lambda line: (self._said.get(line, -APART), self._order(line)))
        self._said[chosen] = at
        return chosen

    def _order(self, line: str) -> str:
        return hashlib.sha256(f"{self._seed}\n{line}".encode("utf-8", "surrogatepass")).hexdigest()

"""What there is to see of a session while it is heard or written: values, for whatever shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from voice_guide.compiler.timeline import Clip
    from voice_guide.player.command import Place

Tell = Callable[[str], None]
"""Takes a line for those who look."""
Progress = Callable[[int, int], None]
"""How many of all parts are done."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where a session stands now. Seconds; `hold_left` is None outside a hold, `left` until all is rendered."""

    title: str
    """Of the step; empty while nothing was rendered yet."""
    said: str
    """Words whose sound began since the moment before; mostly none."""
    hold_left: float | None
    left: float | None
    paused: bool
    waiting: bool
    """The listener is waited for."""
    keys: str = ""
    """What the keys of the terminal do; empty where they do nothing."""


Show = Callable[[Moment], None]


def unseen(moment: Moment) -> None:
    """Nobody looks."""


def unmoved(done: int, total: int) -> None:
    """Nobody looks."""


def nobody(line: str) -> None:
    """Nobody looks."""


class Moments:
    """The moments of one session; `titles` are those of its steps, `answers` the words of answers by name."""

    def __init__(self, titles: Sequence[str], answers: Mapping[str, str], keys: str = "") -> None:
        self._titles, self._answers, self._keys = titles, answers, keys
        self._clip: Clip | None = None
        self._answer: tuple[str, ...] = ()

    def at(self, place: Place) -> Moment:
        """To be asked after each block of sound."""
        title = self._titles[place.step] if place.clip else ""
        said = self._said(place)
        return Moment(title, said, place.hold_left, place.left, place.paused, place.waiting, self._keys)

    def _said(self, place: Place) -> str:
        if place.answering != self._answer:
            self._answer = place.answering
            return " ".join(filter(None, map(self._answers.get, place.answering)))
        if place.answering or place.clip is self._clip or not place.clip:
            return ""
        self._clip = place.clip
        return place.clip.cue.text

"""A picture as a list of shapes on a page, in greys only, so that any printer and any file format can show it.

Distances are page units from the top left corner; greys go from 0, black, to 1, white.
"""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

Spot = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Anchor = Literal["start", "middle", "end"]

CURVE = 6
"""Straight pieces between two spots of a curve."""
ASCENT, DESCENT = 0.75, 0.23
"""Shares of a text's size above and below its baseline."""
BOLD = 1.04
"""How much wider bold text is."""
WIDTHS = {
    0.25: " ,.:;'jil|!",
    0.32: "-I]f/\\`{}[t",
    0.35: '()r"',
    0.52: "szx?_vy",
    0.56: "kacJe*",
    0.66: "RVXBA&",
    0.75: "UCDGNHQO%",
    0.8: "w",
    0.88: "@mM",
    0.96: "W",
}
WIDTH = {char: width for width, chars in WIDTHS.items() for char in chars}
USUAL_WIDTH = 0.62


@dataclass(frozen=True, slots=True)
class Line:
    """A line through `points`, drawn unless `width` is 0; with `fill` also the area it encloses."""

    points: tuple[Spot, ...]
    width: float = 2.0
    grey: float = 0.0
    fill: float | None = None
    closed: bool = False
    dash: float = 0.0
    """The length of dashes and of the gaps between them; 0 is a whole line."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle around a spot."""

    at: Spot
    radius: float
    width: float = 2.0
    grey: float = 0.0
    fill: float | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text; `at` is on its baseline."""

    at: Spot
    text: str
    size: float
    anchor: Anchor = "start"
    bold: bool = False
    grey: float = 0.0

    @property
    def width(self) -> float:
        """The room it takes sideways; never less in any font of ours."""
        return text_width(self.text, self.size, self.bold)

    @property
    def box(self) -> Box:
        """The room it takes."""
        left = self.at[0] - self.width * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]
        return left, self.at[1] - ASCENT * self.size, left + self.width, self.at[1] + DESCENT * self.size


Shape = Line | Circle | Text
Sizes = Sequence[Callable[[float], tuple[float, float]]]
"""For each part of a page, its width and height at a scale."""


@dataclass(frozen=True, slots=True)
class Spotlight:
    """A circle that can be lit to show where `point` is on one `side`; "" is the middle, or its name."""

    point: str
    side: str
    at: Spot
    radius: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page; later shapes lie over earlier ones. `title` and `description` are for those who cannot see it."""

    width: float
    height: float
    title: str
    description: str
    shapes: tuple[Shape, ...]
    spots: tuple[Spotlight, ...] = ()
    """What can be lit, where something lit can be shown."""


def text_width(text: str, size: float, bold: bool = False) -> float:
    """An estimate on the safe side for one line of a plain sans-serif face."""
    return sum(map(_char_width, text)) * size * (BOLD if bold else 1)


def _char_width(char: str) -> float:
    if char.isascii():
        return WIDTH.get(char, USUAL_WIDTH)
    return 1.0 if unicodedata.east_asian_width(char) in "WF" else 0.75


def fitting(text: str, size: float, room: float, bold: bool = False) -> float:
    """The largest size up to `size` at which the text takes no more than `room`."""
    return min(size, size * room / max(text_width(text, size, bold), 1))


def smooth(points: Sequence[Spot]) -> tuple[Spot, ...]:
    """A curve through all points (Catmull-Rom), from the first to the last."""
    return _smooth(tuple(points))


@lru_cache(1 << 10)  # the same bodies are drawn again and again
def _smooth(points: tuple[Spot, ...]) -> tuple[Spot, ...]:
    padded = [points[0], *points, points[-1]]
    curve = []
    for before, start, end, after in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        curve += [_between(before, start, end, after, step / CURVE) for step in range(CURVE)]
    return (*curve, points[-1])


def _between(before: Spot, start: Spot, end: Spot, after: Spot, part: float) -> Spot:
    def one(a: float, b: float, c: float, d: float) -> float:
        return b + part / 2 * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)))

    x, y = (one(*four) for four in zip(before, start, end, after, strict=True))
    return x, y


def hatched(box: Box, gap: float, width: float = 2.0) -> list[Shape]:
    """A box filled with slanting lines, which stay apart from any grey."""
    left, top, right, bottom = box
    shapes: list[Shape] = []
    offset = gap
    while offset < right - left + bottom - top:
        start = (min(left + offset, right), top + max(0.0, offset - (right - left)))
        end = (left + max(0.0, offset - (bottom - top)), min(top + offset, bottom))
        shapes.append(Line((start, end), width))
        offset += gap
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return [*shapes, Line(corners, width * 1.5, closed=True)]


def columns(sizes: Sizes, width: float, height: float) -> tuple[float, list[Box]]:
    """The largest scale at which all parts fit on a page in columns, in their order, and a box for each."""
    cuts = range(2 ** (len(sizes) - 1))
    scale, groups = max(((_largest(cut, width, height), cut) for cut in (_cut(sizes, n) for n in cuts)), key=_first)
    boxes = []
    left = 0.0
    wide = [max(size(scale)[0] for size in group) for group in groups]
    for group, least in zip(groups, wide, strict=True):
        right = left + least + (width - sum(wide)) / len(groups)
        top, spare = 0.0, (height - sum(size(scale)[1] for size in group)) / len(group)
        for size in group:
            bottom = top + size(scale)[1] + spare
            boxes.append((left, top, right, bottom))
            top = bottom
        left = right
    return scale, boxes


def _cut(sizes: Sizes, where: int) -> list[Sizes]:
    """The parts in groups; a bit of `where` begins a new one."""
    starts = [0, *(n for n in range(1, len(sizes)) if where >> (n - 1) & 1), len(sizes)]
    return [sizes[start:end] for start, end in pairwise(starts)]


def _largest(groups: list[Sizes], width: float, height: float) -> float:
    low, high = 0.0, 100.0
    while high - low > 0.01:
        scale = (low + high) / 2
        found = [[size(scale) for size in group] for group in groups]
        wide = sum(max(w for w, _ in group) for group in found)
        tall = max(sum(h for _, h in group) for group in found)
        low, high = (scale, high) if wide <= width and tall <= height else (low, scale)
    return low


def _first(pair: tuple[float, list[Sizes]]) -> float:
    return pair[0]

"""What a chart is made of: views of the body, landmarks, places of points; and the measures of a page."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from voice_guide.pictures.drawing import Anchor, Box, Spot

PAGE = 1000.0
EDGE = 16.0
TITLE, CAPTION, SIDES, NAME, LABEL, NOTE = 54.0, 28.0, 28.0, 34.0, 26.0, 26.0
"""Sizes of text; the page is 360 pixels wide on a phone."""
WHOLE = "back"
"""The view that shows somebody even where there is no point to show."""
HEAD = 78.0
FOOT = 46.0
ROW = 48.0
"""Heights of the title, of the note below, of a row of names."""
CAPTIONS = 72.0
"""The height of what stands above a view: its caption, and which side is which."""
ASIDE = 48.0
"""The least distance of "left" and "right" from the axis."""
GAP = 12.0
NUMBER, SMALLEST = 20.0, 15.0
"""The radius of a number, and the least to be read."""
APART = 2.3
"""Numbers stand this many of their radius apart."""
MARK = 8.0
"""What a landmark's mark needs around its middle to be seen."""
LEADER = 12.0
"""From here on a line leads from a label to what it names."""
DOT = 6.5
SMALL = 3.5
WAYS = (1, -1)
"""The right half and the left."""
SKIN, FAINT, INK = 0.93, 0.45, 0.0
CLOSEST = 0.88
"""Of the least scales; below, the page grows."""


@dataclass(frozen=True, slots=True)
class Landmark:
    """Something to feel or see; `text` is where its label stands."""

    at: Spot
    mark: Literal["cross", "bump", "ring", "none"] = "cross"
    label: str = ""
    text: Spot = (0.0, 0.0)
    anchor: Anchor = "start"
    both: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """What part of another view this one shows, larger."""

    of: str
    box: Box


@dataclass(frozen=True, slots=True)
class View:
    """The right half of a picture; the left half mirrors it at x = `axis`. See `scripts/charts.yaml`."""

    title: str
    axis: float
    box: Box
    least: float
    outline: tuple[tuple[Spot, ...], ...]
    lines: tuple[tuple[Spot, ...], ...]
    landmarks: Mapping[str, Landmark]
    reach: float = math.inf
    facing: bool = False
    aside: Spot | None = None
    frame: Frame | None = None

    @property
    def whole(self) -> bool:
        """Both halves are one body; hands and feet are two."""
        return self.box[0] < self.axis

    @property
    def middle(self) -> float:
        """How far from the axis the middle of a half is, or of what is seen of it."""
        return (self.box[2] - self.axis) * 0.6 if self.whole else (self.box[0] + self.box[2]) / 2 - self.axis


Place = tuple[float, ...]
"""The right side of a point on a view: a spot, or the box of an area."""


@dataclass(frozen=True, slots=True)
class Charts:
    """All views, and where each point lies on which of them; the first view of a point shows it best."""

    views: Mapping[str, View]
    places: Mapping[str, Mapping[str, Place]]


@dataclass(frozen=True, slots=True)
class Marker:
    """A point on one view."""

    point: str
    number: int
    pressed: bool
    place: Place
    small: bool
    """Shown better on another view; here only where it is."""

    @property
    def area(self) -> bool:
        """It is a stretch of muscle, not a spot."""
        return len(self.place) == 4

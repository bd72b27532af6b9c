"""Which views are shown, and how much room each takes on the page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from voice_guide.pictures.drawing import Box, Spot, columns, text_width
from voice_guide.pictures.views import (
    APART,
    ASIDE,
    CAPTION,
    CAPTIONS,
    GAP,
    LABEL,
    SIDES,
    SMALLEST,
    WHOLE,
    Charts,
    Landmark,
    Marker,
    View,
)
from voice_guide.routine import Point

Reach = tuple[float, float]
"""How far something reaches from the axis: units of the grid, and units of the page more."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One view with its markers; `least` is the scale it should have."""

    view: View
    markers: tuple[Marker, ...]
    landmarks: tuple[Landmark, ...]
    frame: Box | None
    least: float
    around: tuple[Reach, ...]
    """What it takes on either side of the axis."""
    labels: tuple[Reach, ...]
    """What it takes on the right."""

    def size(self, share: float) -> tuple[float, float]:
        """Its width and height on the page at a share of `least`."""
        scale = share * self.least
        height = (self.view.box[3] - self.view.box[1]) * scale
        return self.left(scale) + self.right(scale) + GAP, height + CAPTIONS + GAP

    def left(self, scale: float) -> float:
        """What it takes on the left of its axis."""
        return max(reach * scale + more for reach, more in self.around)

    def right(self, scale: float) -> float:
        """What it takes on the right of its axis."""
        return max(reach * scale + more for reach, more in (*self.around, *self.labels))

    def within(self, box: Box) -> tuple[float, float, float]:
        """Its axis, its top and its scale, as large as the box allows and in the middle of it."""
        share, _ = columns([self.size], box[2] - box[0], box[3] - box[1])
        scale = share * self.least
        centre = (box[0] + box[2] + self.left(scale) - self.right(scale)) / 2
        top = (box[1] + box[3] - self.size(share)[1] + GAP) / 2 + CAPTIONS
        return centre, top, scale


def panels(charts: Charts, named: Mapping[int, Point]) -> list[Panel]:
    """The views that show each point best, and for a part alone the body around it."""
    best = {number: next(iter(charts.places[point.id])) for number, point in named.items()}
    shown = set(best.values()) or {WHOLE}
    frames = {view.frame.of: view.frame.box for name, view in charts.views.items() if name in shown and view.frame}
    if len(shown) == 1:  # a part alone is hard to recognise
        shown |= set(frames)
    return [_panel(charts, name, named, best, frames.get(name)) for name in charts.views if name in shown]


def _panel(charts: Charts, name: str, named: Mapping[int, Point], best: Mapping[int, str], frame: Box | None) -> Panel:
    view = charts.views[name]
    markers = tuple(
        Marker(point.id, number, point.hold is not None, charts.places[point.id][name], best[number] != name)
        for number, point in named.items()
        if name in charts.places[point.id]
    )
    spots = [marker.place[:2] for marker in markers if not marker.small]
    marks = tuple(
        mark for mark in view.landmarks.values() if any(math.dist(mark.at, spot) <= view.reach for spot in spots)
    )
    side = text_width("right", SIDES) / 2
    around = (
        (view.box[2] - view.axis, 0.0),
        (0.0, text_width(view.title, CAPTION, bold=True) / 2),
        (view.middle, side),
        (0.0, ASIDE + side),
    )
    labels = tuple(
        (mark.text[0] - view.axis, text_width(line, LABEL) * {"start": 1.0, "middle": 0.5, "end": 0.0}[mark.anchor])
        for mark in marks
        for line in mark.label.split("/")
    )
    least = max(view.least, SMALLEST * crowded(view, markers))
    return Panel(view, markers, marks, frame, least, around, labels)


def crowded(view: View, markers: Sequence[Marker]) -> float:
    """The scale, for each unit of their radius, at which numbers stand clear of each other."""
    spots = [spot for marker in markers if not (marker.small or marker.area) for spot in _pair(view, marker)]
    apart = min((math.dist(*pair) for pair in combinations(spots, 2)), default=math.inf)
    return 0.0 if view.aside else APART / apart


def _pair(view: View, marker: Marker) -> list[Spot]:
    x, y = marker.place
    return [(x, y)] if x == view.axis else [(x, y), (2 * view.axis - x, y)]

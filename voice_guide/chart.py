"""A chart: points as numbers on outlines of the body, both sides, with what to feel for, fit for a phone and for ink.

Only the views that the points need are drawn, as large as the page allows; where not all fit well, the page grows.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from voice_guide.drawing import (
    Anchor,
    Box,
    Circle,
    Drawing,
    Line,
    Shape,
    Spot,
    Text,
    columns,
    fitting,
    hatched,
    smooth,
    text_width,
)
from voice_guide.routine import Point

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
AID = "This chart is only an aid: find the spot with your fingers."


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


def draw_chart(charts: Charts, points: Sequence[Point], title: str) -> Drawing:
    """A page 1000 wide, and as high unless there is too much on it, with all `points`, numbered in their order."""
    named = numbered(points)
    panels = _panels(charts, named)
    below = math.ceil(len(named) / _names_abreast(named)) * ROW + FOOT
    height = PAGE
    sizes = [panel.size for panel in panels]
    while (found := columns(sizes, PAGE - 2 * EDGE, height - HEAD - below))[0] < CLOSEST:
        height += 100
    heading = Text((PAGE / 2, 58), title, fitting(title, TITLE, PAGE - 2 * EDGE, bold=True), "middle", bold=True)
    shapes: list[Shape] = [heading]
    for panel, (left, top, right, bottom) in zip(panels, found[1], strict=True):
        shapes += panel.draw((left + EDGE, top + HEAD, right + EDGE, bottom + HEAD))
    shapes += _legend(named, height - below)
    shapes.append(Text((PAGE / 2, height - 18), AID, NOTE, "middle"))
    return Drawing(PAGE, height, title, " ".join([*described(points), AID]), tuple(shapes))


def numbered(points: Sequence[Point]) -> dict[int, Point]:
    """Each point once, with the number that stands for it on a chart."""
    return dict(enumerate({point.id: point for point in points}.values(), 1))


def described(points: Sequence[Point]) -> list[str]:
    """The chart in words: for each point its number, its name, its sides, and where to find it."""
    return [
        f"{number}: {point.name}, {sides(point)}{'' if point.hold else ', not pressed'}. {point.find or point.place}"
        for number, point in numbered(points).items()
    ]


def sides(point: Point) -> str:
    """Where a chart shows the point."""
    if point.midline:
        return "in the middle"
    return "left and right" if point.part == "side" else f"left and right {point.part}"


@dataclass(frozen=True, slots=True)
class _Marker:
    number: int
    pressed: bool
    place: Place
    small: bool
    """Shown better on another view; here only where it is."""

    @property
    def area(self) -> bool:
        return len(self.place) == 4


Reach = tuple[float, float]
"""How far something reaches from the axis: units of the grid, and units of the page more."""


@dataclass(frozen=True, slots=True)
class _Panel:
    """One view with its markers; `least` is the scale it should have."""

    view: View
    markers: tuple[_Marker, ...]
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

    def draw(self, box: Box) -> Iterator[Shape]:
        """Everything of it, as large as the box allows and in the middle of it."""
        share, _ = columns([self.size], box[2] - box[0], box[3] - box[1])
        scale = share * self.least
        centre = (box[0] + box[2] + self.left(scale) - self.right(scale)) / 2
        top = (box[1] + box[3] - self.size(share)[1] + GAP) / 2 + CAPTIONS
        return _Picture(self, centre, top, scale).shapes()


def _panels(charts: Charts, named: Mapping[int, Point]) -> list[_Panel]:
    best = {number: next(iter(charts.places[point.id])) for number, point in named.items()}
    shown = set(best.values()) or {WHOLE}
    frames = {view.frame.of: view.frame.box for name, view in charts.views.items() if name in shown and view.frame}
    if len(shown) == 1:  # a part alone is hard to recognise
        shown |= set(frames)
    return [_panel(charts, name, named, best, frames.get(name)) for name in charts.views if name in shown]


def _panel(charts: Charts, name: str, named: Mapping[int, Point], best: Mapping[int, str], frame: Box | None) -> _Panel:
    view = charts.views[name]
    markers = tuple(
        _Marker(number, point.hold is not None, charts.places[point.id][name], best[number] != name)
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
    least = max(view.least, SMALLEST * _crowded(view, markers))
    return _Panel(view, markers, marks, frame, least, around, labels)


def _crowded(view: View, markers: Sequence[_Marker]) -> float:
    """The scale, for each unit of their radius, at which numbers stand clear of each other."""
    spots = [spot for marker in markers if not (marker.small or marker.area) for spot in _pair(view, marker)]
    apart = min((math.dist(*pair) for pair in combinations(spots, 2)), default=math.inf)
    return 0.0 if view.aside else APART / apart


def _pair(view: View, marker: _Marker) -> list[Spot]:
    x, y = marker.place
    return [(x, y)] if x == view.axis else [(x, y), (2 * view.axis - x, y)]


@dataclass(frozen=True, slots=True)
class _Picture:
    """A panel at its place: `top` is the top of the view's box, `centre` its axis."""

    panel: _Panel
    centre: float
    top: float
    scale: float

    @property
    def view(self) -> View:
        return self.panel.view

    def shapes(self) -> Iterator[Shape]:
        yield from self._body()
        yield from self._frame()
        yield from self._landmarks()
        yield from self._small()
        yield from self._numbers()
        yield from self._captions()

    def _spot(self, spot: Sequence[float], way: int = 1) -> Spot:
        """On the page; `way` -1 is the left half."""
        x, y = spot
        return self.centre + way * (x - self.view.axis) * self.scale, self.top + (y - self.view.box[1]) * self.scale

    def _box(self, box: Sequence[float], way: int) -> Box:
        (x0, top), (x1, bottom) = self._spot(box[:2], way), self._spot(box[2:], way)
        return min(x0, x1), top, max(x0, x1), bottom

    def _curve(self, spots: Sequence[Spot], way: int) -> tuple[Spot, ...]:
        return tuple(self._spot(spot, way) for spot in smooth(spots))

    def _body(self) -> Iterator[Shape]:
        halves = [[self._curve(run, way) for run in self.view.outline] for way in WAYS]
        right, left = ([spot for run in half for spot in run] for half in halves)
        for area in [[*right, *reversed(left)]] if self.view.whole else [right, left]:
            yield Line(tuple(area), width=0, fill=SKIN)
        for half in halves:
            yield from (Line(run, 3) for run in half)
        for way in WAYS:
            yield from (Line(self._curve(line, way), 2, FAINT) for line in self.view.lines)

    def _frame(self) -> Iterator[Shape]:
        if self.panel.frame:
            left, top, right, bottom = self._box(self.panel.frame, 1)
            yield Line(((left, top), (right, top), (right, bottom), (left, bottom)), 2, dash=8, closed=True)

    def _landmarks(self) -> Iterator[Shape]:
        for mark in self.panel.landmarks:
            for way in self._ways(mark.at[0]):
                yield from _mark(self._spot(mark.at, way), mark.mark)
            if texts := self._label(mark):
                yield from self._leaders(mark, texts)
                yield from texts

    def _label(self, mark: Landmark) -> list[Text]:
        x, y = self._spot(mark.text)
        words = mark.label.split("/") if mark.label else []
        return [Text((x, y + n * LABEL), word, LABEL, mark.anchor) for n, word in enumerate(words)]

    def _leaders(self, mark: Landmark, texts: Sequence[Text]) -> Iterator[Shape]:
        lefts, tops, rights, bottoms = zip(*(text.box for text in texts), strict=True)
        for way in WAYS if mark.both else WAYS[:1]:
            x, y = at = self._spot(mark.at, way)
            near = (min(max(x, min(lefts) - 4), max(rights) + 4), min(max(y, min(tops)), max(bottoms)))
            if math.dist(near, at) > LEADER:
                yield Line((near, at), 1.5, FAINT)

    def _ways(self, x: float) -> Sequence[int]:
        return WAYS if x != self.view.axis else WAYS[:1]

    def _small(self) -> Iterator[Shape]:
        for marker in self.panel.markers:
            for way in self._ways(marker.place[0]):
                if marker.area:
                    gap, width = (6, 1) if marker.small else (11, 2)
                    yield from hatched(self._box(marker.place, way), gap, width)
                elif marker.small:
                    yield Circle(self._spot(marker.place, way), SMALL, fill=INK if marker.pressed else 1)

    def _numbers(self) -> Iterator[Shape]:
        taken: list[Circle] = []
        for marker in sorted(self.panel.markers, key=lambda marker: marker.area):
            if marker.small:
                continue
            circle = self._free(marker, taken) if marker.area else self._circle(marker)
            taken.append(circle)
            for way in self._ways(marker.place[0]):
                at = (self.centre + way * (circle.at[0] - self.centre), circle.at[1])
                if self.view.aside:
                    dot = self._spot(marker.place, way)
                    yield Line((dot, at), 2.5)
                    yield Circle(dot, DOT, 2, fill=INK if marker.pressed else 1)
                yield from _number(marker.number, marker.pressed, at, circle.radius)

    def _circle(self, marker: _Marker) -> Circle:
        """The number of a spot: on it, or aside, and not over other numbers or a landmark."""
        x, y = marker.place
        if self.view.aside:
            return Circle(self._spot((x + self.view.aside[0], y + self.view.aside[1])), NUMBER)
        crowded = _crowded(self.view, self.panel.markers)
        clear = self.scale / crowded if crowded else NUMBER
        marks = [mark.at for mark in self.view.landmarks.values() if mark.mark == "cross"]
        seen = min((math.dist(at, (x, y)) for at in marks), default=math.inf) * self.scale - MARK
        return Circle(self._spot((x, y)), min(NUMBER, clear, max(SMALLEST, seen)))

    def _free(self, marker: _Marker, taken: Sequence[Circle]) -> Circle:
        """The number of an area: clear of those already there, and near its middle."""
        left, top, right, bottom = self._box(marker.place, 1)
        middle = ((left + right) / 2, (top + bottom) / 2)
        across = [left + (right - left) * part / 4 for part in (2, 1, 3)]
        spots = [(x, top + (bottom - top) * part / 20) for x in across for part in range(1, 20)]

        def room(spot: Spot) -> float:
            return min((math.dist(spot, c.at) - c.radius * (APART - 1) for c in taken), default=NUMBER)

        best = max(spots, key=lambda spot: (min(room(spot), NUMBER), -math.dist(spot, middle)))
        return Circle(best, max(SMALLEST / 2, min(NUMBER, room(best))))

    def _captions(self) -> list[Text]:
        away = max(self.view.middle * self.scale, ASIDE)
        title = Text((self.centre, self.top - CAPTIONS + 26), self.view.title, CAPTION, "middle", bold=True)
        names = ("left", "right") if self.view.facing else ("right", "left")
        sides = zip(WAYS, names, strict=True)
        return [title, *(Text((self.centre + way * away, self.top - 16), name, SIDES, "middle") for way, name in sides)]


def _mark(at: Spot, kind: str) -> Iterator[Shape]:
    x, y = at
    if kind == "cross":
        yield Line(((x - 6, y), (x + 6, y)), 2.5)
        yield Line(((x, y - 6), (x, y + 6)), 2.5)
    elif kind == "bump":
        yield Circle(at, 6, 2, FAINT, fill=1)
    elif kind == "ring":
        yield Circle(at, 3, 1.5)


def _number(number: int, pressed: bool, at: Spot, radius: float) -> Iterator[Shape]:
    """Filled when it is pressed, hollow when it is only named; a white rim sets it off."""
    yield Circle(at, radius + 1.5, 3, grey=1)
    yield Circle(at, radius - 1.5, 3, fill=INK if pressed else 1)
    size = radius * (1.35 if number < 10 else 1.1)
    yield Text((at[0], at[1] + 0.36 * size), str(number), size, "middle", bold=True, grey=1 if pressed else INK)


def _names_abreast(named: Mapping[int, Point]) -> int:
    return 1 if len(named) < 4 else 2


def _legend(named: Mapping[int, Point], top: float) -> Iterator[Shape]:
    width = (PAGE - 2 * EDGE) / _names_abreast(named)
    rows = math.ceil(len(named) / _names_abreast(named))
    for index, (number, point) in enumerate(named.items()):
        left = EDGE + width * (index // rows)
        middle = top + ROW * (index % rows + 0.5)
        yield from _number(number, point.hold is not None, (left + NUMBER + 10, middle), NUMBER)
        name = point.name if point.hold else f"{point.name} (not pressed)"
        start = left + 2 * NUMBER + 26
        size = fitting(name, NAME, left + width - start)
        yield Text((start, middle + 0.36 * size), name, size)

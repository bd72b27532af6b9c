"""One view on the page: the body, what to feel for, and the numbers of the points."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from voice_guide.pictures.drawing import Box, Circle, Line, Shape, Spot, Spotlight, Text, hatched, smooth
from voice_guide.pictures.panel import Panel, crowded
from voice_guide.pictures.views import (
    APART,
    ASIDE,
    CAPTION,
    CAPTIONS,
    DOT,
    FAINT,
    INK,
    LABEL,
    LEADER,
    MARK,
    NUMBER,
    SIDES,
    SKIN,
    SMALL,
    SMALLEST,
    WAYS,
    Landmark,
    Marker,
    View,
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A panel at its place: `top` is the top of the view's box, `centre` its axis."""

    panel: Panel
    centre: float
    top: float
    scale: float

    @property
    def view(self) -> View:
        """What is shown."""
        return self.panel.view

    def shapes(self) -> Iterator[Shape]:
        """All of it, from the back to the front."""
        yield from self._body()
        yield from self._frame()
        yield from self._landmarks()
        yield from self._small()
        yield from self._numbers()
        yield from self._captions()

    def spots(self) -> Iterator[Spotlight]:
        """Each point at all its places, to be lit on its side."""
        for marker, circle in self._circles():
            for way in self._ways(marker.place[0]):
                yield self._spotlight(marker, way, self._mirrored(circle.at, way), circle.radius)
                if self.view.aside:
                    yield self._spotlight(marker, way, self._spot(marker.place, way), DOT)
        for marker in self.panel.markers:
            if marker.small:
                for way in self._ways(marker.place[0]):
                    left, top, right, bottom = self._box([*marker.place, *marker.place][:4], way)
                    middle = ((left + right) / 2, (top + bottom) / 2)
                    yield self._spotlight(marker, way, middle, max(SMALL, (right - left) / 2))

    def _spotlight(self, marker: Marker, way: int, at: Spot, radius: float) -> Spotlight:
        side = dict(self._sides)[way] if marker.place[0] != self.view.axis else ""
        return Spotlight(marker.point, side, at, radius)

    @property
    def _sides(self) -> Sequence[tuple[int, str]]:
        """What is seen each way."""
        names = ("left", "right") if self.view.facing else ("right", "left")
        return tuple(zip(WAYS, names, strict=True))

    def _mirrored(self, at: Spot, way: int) -> Spot:
        """A spot of the page's right half, on the half of that way."""
        return self.centre + way * (at[0] - self.centre), at[1]

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
                yield from landmark_mark(self._spot(mark.at, way), mark.mark)
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

    def _circles(self) -> Iterator[tuple[Marker, Circle]]:
        """Where the numbers stand, on the right half."""
        taken: list[Circle] = []
        for marker in sorted(self.panel.markers, key=lambda marker: marker.area):
            if marker.small:
                continue
            circle = self._free(marker, taken) if marker.area else self._circle(marker)
            taken.append(circle)
            yield marker, circle

    def _numbers(self) -> Iterator[Shape]:
        for marker, circle in self._circles():
            for way in self._ways(marker.place[0]):
                at = self._mirrored(circle.at, way)
                if self.view.aside:
                    dot = self._spot(marker.place, way)
                    yield Line((dot, at), 2.5)
                    yield Circle(dot, DOT, 2, fill=INK if marker.pressed else 1)
                yield from number_mark(marker.number, marker.pressed, at, circle.radius)

    def _circle(self, marker: Marker) -> Circle:
        """The number of a spot: on it, or aside, and not over other numbers or a landmark."""
        x, y = marker.place
        if self.view.aside:
            return Circle(self._spot((x + self.view.aside[0], y + self.view.aside[1])), NUMBER)
        closest = crowded(self.view, self.panel.markers)
        clear = self.scale / closest if closest else NUMBER
        marks = [mark.at for mark in self.view.landmarks.values() if mark.mark == "cross"]
        seen = min((math.dist(at, (x, y)) for at in marks), default=math.inf) * self.scale - MARK
        return Circle(self._spot((x, y)), min(NUMBER, clear, max(SMALLEST, seen)))

    def _free(self, marker: Marker, taken: Sequence[Circle]) -> Circle:
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
        across = [(self.centre + way * away, name) for way, name in self._sides]
        return [title, *(Text((x, self.top - 16), name, SIDES, "middle") for x, name in across)]


def landmark_mark(at: Spot, kind: str) -> Iterator[Shape]:
    """A cross, a bump or a ring, in units of the page."""
    x, y = at
    if kind == "cross":
        yield Line(((x - 6, y), (x + 6, y)), 2.5)
        yield Line(((x, y - 6), (x, y + 6)), 2.5)
    elif kind == "bump":
        yield Circle(at, 6, 2, FAINT, fill=1)
    elif kind == "ring":
        yield Circle(at, 3, 1.5)


def number_mark(number: int, pressed: bool, at: Spot, radius: float) -> Iterator[Shape]:
    """Filled when it is pressed, hollow when it is only named; a white rim sets it off."""
    yield Circle(at, radius + 1.5, 3, grey=1)
    yield Circle(at, radius - 1.5, 3, fill=INK if pressed else 1)
    size = radius * (1.35 if number < 10 else 1.1)
    yield Text((at[0], at[1] + 0.36 * size), str(number), size, "middle", bold=True, grey=1 if pressed else INK)

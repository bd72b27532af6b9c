"""A chart: points as numbers on outlines of the body, both sides, with what to feel for, fit for a phone and for ink.

Only the views that the points need are drawn, as large as the page allows; where not all fit well, the page grows.
"""

import math
from collections.abc import Iterator, Mapping, Sequence

from voice_guide.pictures.drawing import Drawing, Shape, Spot, Spotlight, Text, columns, fitting
from voice_guide.pictures.panel import panels as shown
from voice_guide.pictures.picture import Picture, number_mark
from voice_guide.pictures.views import (
    CLOSEST,
    EDGE,
    FOOT,
    HEAD,
    NAME,
    NOTE,
    NUMBER,
    PAGE,
    ROW,
    TITLE,
    Charts,
    Frame,
    Landmark,
    Place,
    View,
)
from voice_guide.routine import Point, sided

AID = "This chart is only an aid: find the spot with your fingers."


def draw_chart(charts: Charts, points: Sequence[Point], title: str) -> Drawing:
    """A page 1000 wide, and as high unless there is too much on it, with all `points`, numbered in their order."""
    named = numbered(points)
    panels = shown(charts, named)
    below = math.ceil(len(named) / _names_abreast(named)) * ROW + FOOT
    height = PAGE
    sizes = [panel.size for panel in panels]
    while (found := columns(sizes, PAGE - 2 * EDGE, height - HEAD - below))[0] < CLOSEST:
        height += 100
    heading = Text((PAGE / 2, 58), title, fitting(title, TITLE, PAGE - 2 * EDGE, bold=True), "middle", bold=True)
    shapes: list[Shape] = [heading]
    spots: list[Spotlight] = []
    for panel, (left, top, right, bottom) in zip(panels, found[1], strict=True):
        picture = Picture(panel, *panel.within((left + EDGE, top + HEAD, right + EDGE, bottom + HEAD)))
        shapes += picture.shapes()
        spots += picture.spots()
    for number, at in _rows(named, height - below):
        shapes += _name(number, named[number], at, _name_width(named))
        spots.append(Spotlight(named[number].id, "", at, NUMBER))
    shapes.append(Text((PAGE / 2, height - 18), AID, NOTE, "middle"))
    return Drawing(PAGE, height, title, " ".join([*described(points), AID]), tuple(shapes), tuple(spots))


def numbered(points: Sequence[Point]) -> dict[int, Point]:
    """Each point once, with the number that stands for it on a chart."""
    return dict(enumerate({point.id: point for point in points}.values(), 1))


def described(points: Sequence[Point]) -> list[str]:
    """The chart in words: for each point its number, its name, its sides, and where to find it."""
    return [
        f"{number}: {point.name}, {sides(point)}{'' if point.hold else ', not pressed'}. "
        f"{sided(point.find, None) or point.place}"
        for number, point in numbered(points).items()
    ]


def sides(point: Point) -> str:
    """Where a chart shows the point."""
    if point.midline:
        return "in the middle"
    return "left and right" if point.part == "side" else f"left and right {point.part}"


def _names_abreast(named: Mapping[int, Point]) -> int:
    return 1 if len(named) < 4 else 2


def _name_width(named: Mapping[int, Point]) -> float:
    return (PAGE - 2 * EDGE) / _names_abreast(named)


def _rows(named: Mapping[int, Point], top: float) -> Iterator[tuple[int, Spot]]:
    """Where the numbers stand beside their names."""
    rows = math.ceil(len(named) / _names_abreast(named))
    for index, number in enumerate(named):
        left = EDGE + _name_width(named) * (index // rows)
        yield number, (left + NUMBER + 10, top + ROW * (index % rows + 0.5))


def _name(number: int, point: Point, at: Spot, width: float) -> Iterator[Shape]:
    yield from number_mark(number, point.hold is not None, at, NUMBER)
    name = point.name if point.hold else f"{point.name} (not pressed)"
    start = at[0] + NUMBER + 16
    size = fitting(name, NAME, width - 2 * NUMBER - 26)
    yield Text((start, at[1] + 0.36 * size), name, size)


__all__ = ["AID", "Charts", "Frame", "Landmark", "Place", "View", "described", "draw_chart", "numbered", "sides"]

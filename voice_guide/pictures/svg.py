"""A drawing as SVG that any viewer shows alike: no script, no style, no font to load."""

import re
from collections.abc import Iterable
from html import escape

from voice_guide.pictures.drawing import Circle, Drawing, Line, Shape, Spot, Spotlight, Text

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
FONT = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"

CLEAR = 6
"""How far from what it shows the light of a spot runs around it."""


def svg(drawing: Drawing, inline: bool = False) -> str:
    """The drawing as an SVG document, with its title and description for screen readers.

    `inline` is for a part of an HTML page: ids unlike those of the page, and what can be lit as invisible circles of
    the class `spot` with `data-point` and `data-side`.
    """
    width, height = _number(drawing.width), _number(drawing.height)
    title, description = ("chart-title", "chart-description") if inline else ("title", "description")
    return "\n".join(
        [
            *([] if inline else ['<?xml version="1.0" encoding="UTF-8"?>']),
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"'
            f' aria-labelledby="{title} {description}">',
            f'<title id="{title}">{_plain(drawing.title)}</title>',
            f'<desc id="{description}">{_plain(drawing.description)}</desc>',
            f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
            f'<g font-family="{FONT}" stroke-linecap="round" stroke-linejoin="round">',
            *map(_shape, drawing.shapes),
            "</g>",
            *(map(_spotlight, drawing.spots) if inline else ()),
            "</svg>",
            "",
        ]
    )


def _shape(shape: Shape) -> str:
    if isinstance(shape, Text):
        return _text(shape)
    paint = f'fill="{"none" if shape.fill is None else _grey(shape.fill)}"'
    if shape.width:
        paint += f' stroke="{_grey(shape.grey)}" stroke-width="{_number(shape.width)}"'
    if isinstance(shape, Circle):
        x, y = map(_number, shape.at)
        return f'<circle cx="{x}" cy="{y}" r="{_number(shape.radius)}" {paint}/>'
    if shape.dash:
        paint += f' stroke-dasharray="{_number(shape.dash)}" stroke-linecap="butt"'
    return f'<{_line_kind(shape)} points="{_points(shape.points)}" {paint}/>'


def _spotlight(spot: Spotlight) -> str:
    x, y = map(_number, spot.at)
    told = f'data-point="{_plain(spot.point)}" data-side="{_plain(spot.side)}"'
    return f'<circle class="spot" {told} cx="{x}" cy="{y}" r="{_number(spot.radius + CLEAR)}" fill="none"/>'


def _line_kind(line: Line) -> str:
    return "polygon" if line.closed else "polyline"


def _text(text: Text) -> str:
    x, y = map(_number, text.at)
    weight = ' font-weight="bold"' if text.bold else ""
    # the length keeps any font inside the room that was measured for it
    return (
        f'<text x="{x}" y="{y}" font-size="{_number(text.size)}" text-anchor="{text.anchor}"{weight}'
        f' textLength="{_number(text.width)}" lengthAdjust="spacingAndGlyphs"'
        f' fill="{_grey(text.grey)}">{_plain(text.text)}</text>'
    )


def _points(points: Iterable[Spot]) -> str:
    return " ".join(f"{_number(x)},{_number(y)}" for x, y in points)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _grey(value: float) -> str:
    return f"#{round(value * 255):02x}" + 2 * f"{round(value * 255):02x}"


def _plain(text: str) -> str:
    return escape(NOT_XML.sub("\ufffd", text))

"""A drawing as PNG, in greys, the same bytes for the same drawing, with the font that Pillow brings along."""

import io
import math
import struct
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from voice_guide.pictures.drawing import Circle, Drawing, Line, Spot, Text

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

FINER = 3
"""Drawn this much larger, then reduced, so that edges are smooth."""
HEAVIER = 0.018
"""What makes the built-in face bold, as a share of the size."""
ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
LIKE = str.maketrans("‘’“”–—−×", "''\"\"---x")


def png(drawing: Drawing, scale: float = 1.0) -> bytes:
    """The drawing as a PNG file, `scale` pixels to a page unit."""
    from PIL import Image, ImageDraw

    size = _size(drawing, scale)
    image = Image.new("L", (size[0] * FINER, size[1] * FINER), 255)
    pen = _Pen(ImageDraw.Draw(image), scale * FINER)
    for shape in drawing.shapes:
        pen.draw(shape)
    file = io.BytesIO()
    image.reduce(FINER).save(file, "PNG")
    return file.getvalue()


def is_png(data: bytes, drawing: Drawing, scale: float = 1.0) -> bool:
    """Whether it is a picture as large as `png` makes of the drawing, and nothing else.

    What it shows is not looked at; whoever shows it needs no more memory than for ours.
    """
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", *_size(drawing, scale), 8, 0, 0, 0, 0))
    whole, at = data.startswith(head), len(head)
    while whole and data[at + 4 : at + 8] == b"IDAT":
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        whole, at = data[at:end] == _chunk(b"IDAT", data[at + 8 : end - 4]), end
    return whole and data[at:] == _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def _size(drawing: Drawing, scale: float) -> tuple[int, int]:
    return round(drawing.width * scale), round(drawing.height * scale)


class _Pen:
    def __init__(self, draw: "ImageDraw.ImageDraw", scale: float) -> None:
        self._draw = draw
        self._scale = scale

    def draw(self, shape: Line | Circle | Text) -> None:
        if isinstance(shape, Line):
            self._line(shape)
        elif isinstance(shape, Circle):
            self._circle(shape)
        else:
            self._text(shape)

    def _line(self, line: Line) -> None:
        points = [self._spot(spot) for spot in line.points]
        if line.fill is not None:
            self._draw.polygon(points, fill=_grey(line.fill))
        if not line.width:
            return
        width = max(1, round(line.width * self._scale))
        whole = [*points, points[0]] if line.closed else points
        for piece in _dashes(whole, line.dash * self._scale) if line.dash else [whole]:
            self._draw.line(piece, _grey(line.grey), width, joint="curve")
        if not line.dash and width > 2:
            for end in (whole[0], whole[-1]):
                self._disc(end, width / 2, _grey(line.grey))

    def _circle(self, circle: Circle) -> None:
        centre, half = self._spot(circle.at), circle.width * self._scale / 2
        radius = circle.radius * self._scale
        if circle.fill is not None:
            self._disc(centre, radius, _grey(circle.fill))
        if circle.width:
            x, y, outer = *centre, radius + half
            box = (x - outer, y - outer, x + outer, y + outer)
            self._draw.ellipse(box, outline=_grey(circle.grey), width=max(1, round(2 * half)))

    def _disc(self, at: Spot, radius: float, grey: int) -> None:
        self._draw.ellipse((at[0] - radius, at[1] - radius, at[0] + radius, at[1] + radius), fill=grey)

    def _text(self, text: Text) -> None:
        grey, size = _grey(text.grey), text.size * self._scale
        stroke = round(HEAVIER * size) if text.bold else 0
        self._draw.text(
            self._spot(text.at),
            _drawable(text.text),
            grey,
            _font(round(size)),
            ANCHORS[text.anchor],
            stroke_width=stroke,
            stroke_fill=grey,
        )

    def _spot(self, spot: Spot) -> Spot:
        return spot[0] * self._scale, spot[1] * self._scale


@cache
def _font(size: int) -> "ImageFont.ImageFont | ImageFont.FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.load_default(size)


def _drawable(text: str) -> str:
    """The built-in face has plain letters only: accents come off, other alphabets become question marks."""
    folded = unicodedata.normalize("NFKD", text.translate(LIKE))
    plain = "".join(char for char in folded if not unicodedata.combining(char))
    return "".join(char if " " <= char <= "~" else "?" for char in plain)


def _dashes(points: Sequence[Spot], length: float) -> Iterator[list[Spot]]:
    """The pieces of a line that are drawn: every second stretch of `length`."""
    piece, left, drawn = [points[0]], length, True
    for (x0, y0), (x1, y1) in pairwise(points):
        whole = math.hypot(x1 - x0, y1 - y0)
        done = 0.0
        while whole - done > left:
            done += left
            turn = (x0 + (x1 - x0) * done / whole, y0 + (y1 - y0) * done / whole)
            if drawn:
                yield [*piece, turn]
            piece, left, drawn = [turn], length, not drawn
        left -= whole - done
        piece.append((x1, y1))
    if drawn and len(piece) > 1:
        yield piece


def _grey(value: float) -> int:
    return round(value * 255)

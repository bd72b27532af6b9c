"""Pain before and after each session over time, from none to ten, told apart by shape and not by colour."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import pairwise

from voice_guide.pictures.drawing import Box, Circle, Drawing, Line, Shape, Text, fitting

Record = tuple[date, int | None, int | None]
"""When a session was, and the pain before and after it, 0 to 10, where the listener told."""

Told = tuple[float, int | None, int | None]
"""The same with days as a number, or with the place from left to right."""

WIDTH, HEIGHT = 1000.0, 640.0
FIELD: Box = (96, 130, 910, 520)
"""Where the marks lie."""
WORST = 10
DATES = 5
"""The most dates along the bottom."""
TITLE, WORDS = 44.0, 26.0
LARGEST, SMALLEST = 11.0, 5.0
INNER = 0.6
"""The mark after as a share of the mark before, which stays to be seen around it."""
NEXT = 0.1
"""Days; sessions of which only the date is known stand this far apart."""
FAINT, GRID = 0.35, 0.8
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def draw_pain(sessions: Sequence[Record], title: str) -> Drawing:
    """A page 1000 by 640: hollow marks before, filled marks after, joined for each session."""
    told = _in_order(sessions)
    across = _Across([day for day, _, _ in told])
    shapes: list[Shape] = [
        Text((WIDTH / 2, 50), title, fitting(title, TITLE, WIDTH - 40, bold=True), "middle", bold=True),
        *_legend(),
        *_scale(),
        *across.dates(),
    ]
    if told:
        shapes += _marks([(across.at(day), before, after) for day, before, after in told])
    else:
        shapes.append(Text((WIDTH / 2, (FIELD[1] + FIELD[3]) / 2), "no sessions yet", WORDS, "middle"))
    return Drawing(WIDTH, HEIGHT, title, _described(told), tuple(shapes))


class _Across:
    """Where days lie from left to right."""

    def __init__(self, days: Sequence[float]) -> None:
        self._days = days
        first, last = (days[0], days[-1]) if days else (0.0, 0.0)
        self._middle, self._span = (first + last) / 2, max(last - first, 1.0)

    def at(self, day: float) -> float:
        """The place of a day; the sessions of a single day stand in the middle."""
        left, _, right, _ = FIELD
        return (left + right) / 2 + (right - left - 4 * LARGEST) * (day - self._middle) / self._span

    def dates(self) -> Iterator[Shape]:
        """The first session of each of a few days, so far apart that no two dates meet."""
        room = (FIELD[2] - FIELD[0]) / DATES
        free, last = -math.inf, ""
        for day in self._days:
            x, words = self.at(day), _date(day)
            if x >= free and words != last:
                free, last = x + room, words
                yield Line(((x, FIELD[3]), (x, FIELD[3] + 10)), 2)
                yield Text((x, FIELD[3] + 40), words, WORDS, "middle")


def _marks(told: Sequence[Told]) -> Iterator[Shape]:
    spaces = [b[0] - a[0] for a, b in pairwise(told)]
    radius = min(LARGEST, max(SMALLEST, 0.45 * min(spaces, default=LARGEST * 3)))
    for x, before, after in told:
        if before is not None and after is not None:
            yield Line(((x, _height(before)), (x, _height(after))), 2, FAINT)
    for x, before, after in told:
        if before is not None:
            yield Circle((x, _height(before)), radius, 2.5, fill=1)
        if after is not None:
            yield Circle((x, _height(after)), radius * INNER, 0, fill=0)


def _scale() -> Iterator[Shape]:
    left, _, right, bottom = FIELD
    for pain in range(WORST + 1):
        y = _height(pain)
        yield Line(((left, y), (right, y)), 2 if pain == 0 else 1, 0 if pain == 0 else GRID)
        if pain % 2 == 0:
            yield Text((left - 14, y + 9), str(pain), WORDS, "end")
    yield Text((20, FIELD[1] - 24), "pain", WORDS)
    yield Text(((left + right) / 2, bottom + 88), "day of the session", WORDS, "middle")


def _legend() -> Iterator[Shape]:
    y = FIELD[1] - 33
    yield Circle((390, y), LARGEST, 2.5, fill=1)
    yield Text((412, y + 9), "before", WORDS)
    yield Circle((570, y), LARGEST * INNER, 0, fill=0)
    yield Text((588, y + 9), "after", WORDS)


def _height(pain: int) -> float:
    return FIELD[3] - (FIELD[3] - FIELD[1]) * min(max(pain, 0), WORST) / WORST


def _in_order(sessions: Sequence[Record]) -> list[Told]:
    told: list[Told] = []
    for when, before, after in sorted(sessions, key=lambda session: _day(session[0])):
        day = max(_day(when), told[-1][0] + NEXT) if told else _day(when)
        told.append((day, before, after))
    return told


def _day(when: date) -> float:
    """Days and their parts, by the clock on the wall."""
    clock = when.hour / 24 + when.minute / 1440 if isinstance(when, datetime) else 0.0
    return when.toordinal() + clock


def _date(day: float) -> str:
    when = date.fromordinal(math.floor(day))
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def _described(told: Sequence[Told]) -> str:
    if not told:
        return "No sessions yet."
    lines = [f"{_date(day)}: {_told(before)} before, {_told(after)} after." for day, before, after in told]
    return " ".join(["Pain from 0 to 10.", *lines])


def _told(pain: int | None) -> str:
    return "not told" if pain is None else str(pain)

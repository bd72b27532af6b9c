"""What the scripts say, read and checked: points, tools, postures, steps, routines. Values only.

Body facts come from `scripts/points.yaml`, which names the source of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Side = Literal["left", "right", "both"]
Doing = Literal["press", "rest", "breathe", "say"]
Talk = Literal["full", "short", "bells"]
"""First-timer's words; regular's words; bells, with only names, changes and safety spoken."""


NOTHING = "nothing"
"""The part of the body of a step that touches none."""


def sided(text: str, side: Side | None) -> str:
    """With left and right for {side} and {other}; without a side the words stand without them."""
    other = {"left": "right", "right": "left"}.get(side or "")
    if other is None:
        return text.replace("{other} side", "other side").replace("{side} ", "").replace("{other} ", "other ")
    return text.replace("{side}", str(side)).replace("{other}", other)


@dataclass(frozen=True, slots=True)
class Tool:
    """What presses: a hand, a ball. Seconds are caps on one hold."""

    id: str
    name: str
    postures: tuple[str, ...]
    press: str
    """Said as the hold begins."""
    release: str
    """Said as the hold ends."""
    take: str
    """How a hand comes to press, with whose {hand}; empty for a ball."""
    take_both: str
    """The same, for both sides at once."""
    off: float
    """The seconds to come off, with the words."""
    need: str = ""
    """What to have at hand, said at the start; empty for a hand."""
    ball: str = ""
    """The kind of ball: tennis, lacrosse; empty for what is none."""
    longest: float = 120.0
    by_choice: bool = False
    """Never taken in place of another: only where a script or the listener names it."""


@dataclass(frozen=True, slots=True)
class Posture:
    """How the listener sits, stands or lies."""

    id: str
    name: str
    enter: str
    leave: str = ""
    """Said before the next posture, where leaving needs care."""
    time: float = 7.0
    """Quiet seconds to get into it or out of it, after the words."""
    turn: str = ""
    """Said before the place for a ball is looked for."""
    ready: str = ""
    """Said before a ball goes to a place."""
    onto: str = "{ball}"
    """How the ball gets under the listener, around the point's own words."""
    onto_again: str = "{ball}"
    """The same, for who did so a moment ago."""
    after: str = ""
    """Said after each release, where it is no posture to stay in; then it is taken again for the next."""
    change: str = ""
    """Said when the other side comes and the posture stays."""
    need: str = ""
    caution: str = ""
    """A safety sentence of its own, said where it is first taken."""
    avoid: tuple[str, ...] = ()
    on: tuple[str, ...] = ()
    """Where it is done: floor, wall, chair, bed."""
    company: str = ""
    """Whose hands press: partner; empty for the listener's own."""
    by_choice: bool = False
    """Never taken in place of another."""

    @property
    def base(self) -> str:
        """Where the body is carried: chair, wall (standing), floor."""
        return next((place for place in ("chair", "wall") if place in self.on), "floor")


@dataclass(frozen=True, slots=True)
class Hold:
    """Seconds of pressing one spot, each side."""

    min: float
    usual: float
    max: float
    by_hand: float | None = None
    """A larger cap that holds for hands only."""

    def cap(self, tool: Tool) -> float:
        """The longest hold with this tool, in seconds: the smallest of all caps."""
        if self.by_hand and not tool.ball:
            return self.by_hand
        return min(self.max, tool.longest)


@dataclass(frozen=True, slots=True)
class Pressure:
    """Levels from one (resting contact) to four (firm); five, deep, is never cued."""

    start: int
    target: int
    max: int


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the body. Without a `hold` it is for reference only and is never pressed."""

    id: str
    name: str
    place: str
    """Where it is, for reading: the standard's words in ours."""
    source: str
    also: tuple[str, ...] = ()
    code: str = ""
    """Its code in the standard, for asking back; never spoken."""
    region: str = ""
    """The part of the body it lies on, as a listener names it."""
    part: str = "side"
    """What a side of it is called: side, leg, foot, hand."""
    midline: bool = False
    both: bool = False
    """Both sides may be held at once, by hand."""
    find: str = ""
    again: str = ""
    before: str = ""
    press: str = ""
    ball: str = ""
    floor: str = ""
    """Said besides, where the listener lies: before a hand looks for it, and once the ball is there."""
    floor_off: str = ""
    """Said after the release, where the listener lies."""
    wall: str = ""
    """Said before the ball goes there, where the listener stands."""
    hand: str = ""
    """Whose hand presses, in words: "your {other}"; empty for that of the same side, none where `find` tells."""
    take: str = ""
    """How the hand comes to press it, in place of the tool's own words."""
    circles: bool = False
    """By hand it is pressed in circles."""
    feel: str = ""
    """What to aim for, said at the first hold."""
    search: float = 0.0
    """Seconds more to find it: a tender spot is searched for."""
    places: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    """The spot of each place: the id of the point it is too, empty where there is none."""
    tools: tuple[str, ...] = ()
    postures: tuple[str, ...] = ()
    hold: Hold | None = None
    pressure: Pressure | None = None
    avoid: tuple[str, ...] = ()
    never: str = ""
    """Why it is not offered, or which tools it forbids and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do: a point to press on its sides, a rest, breathing, or an instruction.

    `seconds` is the hold of one side at one place, or the time the whole step takes at least; it may become
    as short as `shortest` and as long as `longest`.
    """

    do: Doing
    seconds: float
    shortest: float = 0.0
    longest: float = 0.0
    text: str = ""
    plain: bool = False
    """The text is the usual one, and fits any posture."""
    point: Point | None = None
    tool: Tool | None = None
    posture: Posture | None = None
    avoid: tuple[str, ...] = ()
    """Conditions in which a step without a point is left out."""
    part: str = ""
    """The part of the body that a step without a point is about."""
    sides: tuple[Side | None, ...] = (None,)
    places: tuple[str, ...] = ("",)
    caution: str = ""
    """Said in place of the point's own caution."""
    pressure: int = 0
    breath: str = "natural"
    repeat: int = 1
    short: bool = True
    """It belongs to the short cut."""
    short_places: tuple[str, ...] = ()
    """The places that belong to the short cut, where not all do."""
    source: str = ""

    def using(self, tool: Tool, posture: Posture) -> "Step":
        """This hold with another tool and posture: never longer, and a ball goes to one side at a time."""
        assert self.point and self.point.hold
        cap = self.point.hold.cap(tool)
        return replace(
            self,
            tool=tool,
            posture=posture,
            sides=("left", "right") if tool.ball and self.sides == ("both",) else self.sides,
            seconds=min(self.seconds, cap),
            longest=min(self.longest, cap),
            shortest=min(self.shortest, cap),
        )


@dataclass(frozen=True, slots=True)
class Routine:
    """A script read and checked."""

    id: str
    name: str
    about: str
    steps: tuple[Step, ...]
    source: str
    seconds: float = 0.0
    """How long the script itself takes in the usual voice, whatever safety or time made of it since."""
    aliases: tuple[str, ...] = ()
    avoid: Mapping[str, str] = field(default_factory=dict)
    """Conditions, each with its phrase fit to be spoken after 'leave this one out'."""
    own_avoid: tuple[str, ...] = ()
    """The conditions that the script itself names, besides those of its points and postures."""
    fits: tuple[str, ...] = ()
    """Conditions it is made for."""
    answered: tuple[str, ...] = ()
    """Conditions that the listener told of, as so or as not so: nothing is said of them again."""
    stages: tuple[str, ...] = ()
    """How old the pain is that it is suggested for, as conditions; empty for any."""
    before: str = ""
    """A safety sentence of its own, said in the opening."""
    today: tuple[str, ...] = ()
    """What is different today, as sentences said in the opening."""
    ending: str = "awake"
    file: str = ""
    replaces: bool = False
    """It stands in for a shipped routine of the same name."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, counts and days that nothing may pass; see `scripts/safety.yaml`."""

    session: float
    useful: float
    hold_floor: float
    passes: int
    short_points: int
    rest: float
    agreed_days: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything a script may name."""

    points: Mapping[str, Point]
    tools: Mapping[str, Tool]
    postures: Mapping[str, Posture]
    conditions: Mapping[str, str]
    covers: Mapping[str, Sequence[str]]
    limits: Limits
    words: Mapping[str, Point] = field(init=False)
    """Every id, name and other name of a point, lower-case."""

    def __post_init__(self) -> None:
        named = ((word, point) for point in self.points.values() for word in (*point.also, point.name, point.id))
        object.__setattr__(self, "words", {word.lower(): point for word, point in named})

    def spots(self, point: Point, place: str) -> set[str]:
        """The points that are pressed there, whatever they are called; a place of other words may be any of its."""
        if place in point.places and point.same:
            return {point.same[point.places.index(place)] or point.id}
        return {point.id, *point.same} - {""}

    @property
    def parts(self) -> list[str]:
        """The parts of the body that a point lies on, in the listener's words."""
        return list(dict.fromkeys(point.region for point in self.points.values() if point.hold))

    def avoided(self, steps: Sequence[Step], own: Sequence[str], fits: Sequence[str]) -> dict[str, str]:
        """The conditions that these steps ask to be left out in, each with its phrase; the wider one alone, the
        most serious first."""
        asked = [*own]
        for step in steps:
            asked += step.point.avoid if step.point else ()
            asked += step.posture.avoid if step.posture else ()
        said = [name for name in dict.fromkeys(asked) if name not in fits]
        covered = {name for wide in said for name in self.covers.get(wide, ())}
        left = {name for name in said if name not in covered}
        return {name: words for name, words in self.conditions.items() if name in left and words}

"""What may stand in each of our YAML files, key by key; pydantic reports every fault at once.

Shapes differ from the values of the core where a person writes less than a program needs.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from voice_guide.library.slugs import LONGEST_NAME
from voice_guide.routine.phrases import Timing

Seconds = Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_NAME)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
RoundShape = dict[str, Seconds]
MOST_PLACES = 12


class Shape(BaseModel):
    """Nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


def tupled(shape: Shape) -> dict[str, Any]:
    """The fields of a shape as values of the core take them."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in shape.model_dump().items()}


class StepShape(Shape):
    """One step as written: exactly one of press, rest, breathe and say, and what goes with it."""

    press: Name | None = None
    rest: Seconds | None = None
    breathe: Seconds | None = None
    say: Text | None = None
    seconds: Seconds | None = Field(None, alias="for")
    hold: Seconds | None = None
    side: Literal["left", "right", "both", "each"] | None = None
    tool: Name | None = None
    posture: Name | None = None
    part: Name | None = None
    places: list[Name] | None = Field(None, min_length=1, max_length=MOST_PLACES)
    pressure: Annotated[int, Field(ge=1, le=4)] | None = None
    breath: Name | None = None
    before: Text | None = None
    avoid: list[Name] | None = Field(None, min_length=1, max_length=12)
    repeat: Annotated[int, Field(ge=1, le=20)] | None = None
    short: bool | Annotated[list[int], Field(max_length=MOST_PLACES)] | None = None
    source: Text | None = None


class RoutineShape(Shape):
    """One routine as written."""

    name: Name
    about: Text
    steps: list[StepShape] = Field(min_length=1, max_length=100)
    aliases: list[Name] = Field([], max_length=12)
    source: Text = "yours"
    avoid: list[Name] = Field([], max_length=30)
    fits: list[Name] = Field([], max_length=30)
    stages: list[Name] = Field([], max_length=10)
    before: Text | None = None
    ending: Name = "awake"
    tool: Name | None = None
    posture: Name | None = None


class PostureShape(Shape):
    """One way to sit, stand or lie."""

    name: Name
    enter: Text
    leave: str = ""
    time: Seconds = 7.0
    turn: str = ""
    ready: str = ""
    onto: Text = "{ball}"
    onto_again: Text = "{ball}"
    after: str = ""
    change: str = ""
    need: str = ""
    caution: str = ""
    avoid: list[Name] = []
    on: list[Name] = []
    company: str = ""
    by_choice: bool = False


class ToolShape(Shape):
    """One thing that presses."""

    name: Name
    press: Text
    release: Text
    take: str = ""
    take_both: str = ""
    off: Seconds
    postures: list[Name]
    longest: Seconds
    need: str = ""
    ball: str = ""
    by_choice: bool = False


class HoldShape(Shape):
    """Seconds on one spot."""

    min: Seconds
    usual: Seconds
    max: Seconds
    by_hand: Seconds | None = None


class PressureShape(Shape):
    """Levels from one to four."""

    start: int
    target: int
    max: int


class PointShape(Shape):
    """One point of the body."""

    name: Name
    place: Text
    source: Text
    region: Name
    also: list[Name] = []
    code: str = ""
    part: str = "side"
    reference: bool = False
    midline: bool = False
    both: bool = False
    find: str = ""
    again: str = ""
    before: str = ""
    press: str = ""
    ball: str = ""
    floor: str = ""
    floor_off: str = ""
    wall: str = ""
    feel: str = ""
    hand: str = ""
    take: str = ""
    circles: bool = False
    search: float = 0.0
    places: list[Text] = []
    same: list[str] = []
    tools: list[Name] = []
    postures: list[Name] = []
    hold: HoldShape | None = None
    pressure: PressureShape | None = None
    avoid: list[Name] = []
    never: str = ""


class PointsShape(Shape):
    """points.yaml."""

    postures: dict[str, PostureShape]
    tools: dict[str, ToolShape]
    points: dict[str, PointShape]
    old_numbers: dict[str, list[Text]]


class HearShape(Shape):
    """What may be said."""

    commands: dict[Name, list[Text]]
    bare: dict[Name, list[Text]]
    sure: list[Text]
    ready: dict[Name, list[Text]]
    yes: list[Text]
    no: list[Text]
    none: list[Text]


class FillersShape(Shape):
    """What is said between the breaths, by moment and place."""

    first: list[Text]
    later: list[Text]
    side: list[Text]
    late: list[Text]
    last: list[Text]
    breath: list[Text]
    rest: list[Text]
    lying: list[Text]
    wall: list[Text]
    chair: list[Text]


_WORD = r"[^\W\d_]+(['’-][^\W\d_]+)*"
Word = Annotated[str, StringConstraints(pattern=rf"^{_WORD}$", max_length=40)]
Sound = Annotated[
    str, StringConstraints(pattern=rf"^({_WORD}( {_WORD})*|/[^\s/\[\]()]+( [^\s/\[\]()]+)*/)$", max_length=60)
]
"""A respelling, or phonemes between slashes."""


class PronunciationsShape(Shape):
    """pronunciations.yaml: of each word, how it sounds for an engine."""

    words: dict[Word, dict[Literal["natural", "system", "piper"], Sound]]


class WordsShape(Shape):
    """words.yaml: words apart by spaces, and regular expressions."""

    filler: str
    deny: str
    until: str
    meanwhile: str
    alone: str
    well: str
    join: str
    same: dict[Name, str]
    places: dict[Name, list[Name]]
    heard: list[Text]
    around: list[Text]
    wishes: dict[Literal["minutes", "surface", "ball", "side", "with", "talk"], dict[Name, list[Text]]]


class PhrasesShape(Shape):
    """phrases.yaml."""

    timing: Timing
    sample: Text
    name: Text
    bells: Text
    hold: Text
    holds: Text
    calm: Text
    need: Text
    join: str
    avoid: Text
    avoid_also: Text
    either: str
    or_else: str
    instead: Text
    off: Text
    check: Text
    signs: Text
    signs_answered: list[Name]
    skin: Text
    skin_answered: list[Name]
    sober: Text
    notice: Text
    ask: dict[str, Text]
    taken: Text
    nothing: Text
    first: Text
    next: Text
    side: Text
    stop: Text
    sides: dict[str, Text]
    arrive: dict[str, Text]
    arrive_seconds: Seconds
    search: Text
    ways: dict[str, Text]
    levels: dict[int, Text]
    resting: Text
    circling: Text
    cautions: list[Text]
    eyes: Text
    eyes_again: Text
    half: Text
    countdown: list[Text]
    rest: Text
    breathe: Text
    stay: list[RoundShape]
    breaths: dict[str, list[RoundShape]]
    fillers: FillersShape
    parting: list[Text]
    closing: dict[str, list[Text]]
    where: Text
    where_rest: Text
    answers: dict[str, Text]
    resume: dict[str, Text]
    numbers: list[Text]
    left: list[Text]
    hear: HearShape
    listen: dict[str, Text]

"""The sentences that belong to no single point or routine, and the least times around them. Values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Sounds = Mapping[str, Mapping[str, str]]
"""How words are said, by engine and word in small letters: a respelling, or phonemes between slashes."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A line said at a fixed place inside a hold or a rest, and the seconds it has."""

    seconds: float
    say: str = ""


FILLER = "*"
"""What a beat says where a filler stands."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Least seconds for the phases around a hold."""

    intro: float
    next: float
    way: float
    find: float
    """Of quiet, after the words that tell where a point is."""
    again: float
    """Of quiet, when the place is known."""
    press: float
    caution: float
    """Of a hold, before the first line inside it."""
    close: float


@dataclass(frozen=True, slots=True)
class Hear:
    """What may be said to the guide, in small letters. Keys are what it means: commands, and answers."""

    commands: Mapping[str, Sequence[str]]
    """Only after the prefix."""
    bare: Mapping[str, Sequence[str]]
    """Without it too."""
    sure: Sequence[str]
    """Of these, heard once is enough: to hear them wrongly costs little, to miss them much."""
    ready: Mapping[str, Sequence[str]]
    """Without it where the listener is waited for."""
    yes: Sequence[str]
    no: Sequence[str]
    none: Sequence[str]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Every sentence that belongs to no single point or routine; see `scripts/phrases.yaml`."""

    timing: Timing
    sample: str
    """To choose a voice by."""
    name: str
    bells: str
    """What each bell means."""
    hold: str
    holds: str
    """What is pressed, where it is more than can be named."""
    calm: str
    """What is done, where nothing is pressed."""
    need: str
    avoid: str
    avoid_also: str
    join: str
    either: str
    or_else: str
    """In place of `either`, where one of them has it inside."""
    instead: str
    """Where to go, for whom it is not."""
    off: str
    check: str
    signs: str
    signs_answered: tuple[str, ...]
    """Conditions: to who told of all of them, `signs` is not said."""
    skin: str
    skin_answered: tuple[str, ...]
    """Conditions: to who told of all of them, `skin` is not said."""
    sober: str
    notice: str
    ask: Mapping[str, str]
    """Questions that can be answered: check, pain, pain_after; and how, with keys and spoken."""
    taken: str
    """The pain that was understood, with its {number}."""
    nothing: str
    """No pain, as a number is said."""
    first: str
    next: str
    side: str
    stop: str
    sides: Mapping[str, str]
    arrive: Mapping[str, str]
    """How a session begins, by where the listener is: chair, wall, floor."""
    arrive_seconds: float
    search: str
    ways: Mapping[str, str]
    """From where somebody is to where the next posture is: start, chair, wall, floor."""
    levels: Mapping[int, str]
    breaths: Mapping[str, Sequence[tuple[Beat, ...]]]
    resting: str
    """Said as a hold of the lowest level begins, by hand."""
    circling: str
    """Said as a hold begins that circles, by hand."""
    cautions: tuple[str, ...]
    """By turns the first filler of a hold, which is safety, and said to everybody."""
    eyes: str
    eyes_again: str
    half: str
    countdown: tuple[str, ...]
    rest: str
    breathe: str
    stay: Sequence[tuple[Beat, ...]]
    fillers: Mapping[str, tuple[str, ...]]
    """By moment and place: first, later, side, late, last, breath, rest; lying, wall, chair."""
    parting: tuple[str, ...]
    """One of them is a filler of the closing."""
    closing: Mapping[str, tuple[str, ...]]
    where: str
    where_rest: str
    answers: Mapping[str, str]
    resume: Mapping[str, str]
    """What is said where a session that was broken off goes on: name, count."""
    numbers: tuple[str, ...]
    """One, two, and so on, as words."""
    left: tuple[str, ...]
    """What is left of the session, by whole minutes from none."""
    hear: Hear
    listen: Mapping[str, str]
    """What is said where somebody chooses by voice."""


def listed(words: Sequence[str], join: str) -> str:
    """Several words as one phrase: commas between them, and `join` before the last."""
    return join.join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)

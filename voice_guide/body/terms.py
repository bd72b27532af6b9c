"""The words of safety: conditions, rules, what is known today, and what comes of it. Values only."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from voice_guide.routine import Posture, Routine, Tool

Action = Literal["block", "confirm", "replace", "skip", "lighten", "shorten", "warn", "allow"]
Level = Literal["emergency", "urgent", "doctor", "today", "instead"]
LEVELS: tuple[Level, ...] = ("emergency", "urgent", "doctor", "today", "instead")


@dataclass(frozen=True, slots=True)
class Condition:
    """Something a listener may say about their body."""

    id: str
    name: str
    ask: str = ""
    aloud: str = ""
    """Ends the sentence 'leave this one out ...'; empty where everybody is told in every session."""
    also: tuple[str, ...] = ()
    lasts: str = "session"
    """How long an answer stands: session, week, month, always; journal, where past sessions tell."""
    where: bool = False
    """It has a place on the body."""
    leads: str = ""
    """The condition that is asked about besides, where this one holds."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do when a condition holds. Seconds; `factor` is of a hold. Without `points` it is for all."""

    id: str
    do: Action
    say: str
    source: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    level: Level = "today"
    points: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    postures: tuple[str, ...] = ()
    where: bool = False
    """Only on the part of the body that the listener named."""
    only: tuple[str, ...] = ()
    """The routines that are offered, by id, the first one first."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """A tool, and the one that takes its place."""
    without: tuple[str, ...] = ()
    """Points left out besides."""
    pressure: int = 4
    factor: float = 1.0
    keeps: bool = False
    """No hold is left out because the factor would make it too short: it stays as short as any may be."""
    hold: float = math.inf
    session: float = math.inf


@dataclass(frozen=True, slots=True)
class Together:
    """Conditions that mean another one besides, where all of them hold."""

    when: tuple[tuple[str, str], ...]
    """Each with a part of the body, empty for anywhere."""
    means: str
    source: str


Then = Literal["tell", "offer", "leave_out", "breathe", "end"]
"""After an event: only words; off, and offered softer once; off, and the point is left out; off, slow breaths, and
the end; off, and the end."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a listener may feel while they listen. Its words are the answer of that name."""

    id: str
    say: tuple[str, ...]
    """How it is told, in small letters."""
    after: tuple[str, ...]
    """The same, but only after the prefix."""
    words: str
    """The name of the answer."""
    then: Then
    source: str
    again: Then = "end"
    """The second time; at the same point where that is then left out."""
    means: str = ""
    """The condition that it shows: its rule is told after the end."""


@dataclass(frozen=True, slots=True)
class Safety:
    """All conditions and rules, and the sentences around them."""

    conditions: Mapping[str, Condition]
    rules: tuple[Rule, ...]
    together: tuple[Together, ...]
    last_resort: str
    """The routine that is offered when the rules agree on none."""
    hold_floor: float
    words: Mapping[str, str]
    events: Mapping[str, Event]
    """By id, in the order they are asked about."""


def widened(before: tuple[str, ...] | None, parts: Sequence[str]) -> tuple[str, ...]:
    """The parts of the body for a condition that is told again: both places; none of them is everywhere."""
    return () if not parts or before == () else tuple(dict.fromkeys((*(before or ()), *parts)))


@dataclass(frozen=True, slots=True)
class Today:
    """What is known about a listener today."""

    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Those that hold, each with the parts of the body it is for; none of them for everywhere."""
    denied: frozenset[str] = frozenset()
    """Those that are known not to hold."""
    agreed: frozenset[str] = frozenset()
    """Those for which a doctor agreed."""

    def has(self, name: str, part: str = "") -> bool:
        """Whether a condition holds there; one that is told without a part holds everywhere."""
        return name in self.conditions and (not part or not self.conditions[name] or part in self.conditions[name])


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different, and why; `rule` is an id, or the condition of a point's own list."""

    what: Literal["skipped", "lightened", "shortened", "exchanged", "warned"]
    name: str
    rule: str
    why: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A routine made fit for today. `session` is the longest it may last, in seconds."""

    routine: Routine
    changes: tuple[Change, ...] = ()
    session: float = math.inf


@dataclass(frozen=True, slots=True)
class Refusal:
    """No session: why, and what to do now. `instead` are the ids of routines that are offered."""

    level: Level
    say: str
    rules: tuple[str, ...]
    instead: tuple[str, ...] = ()


Has = Callable[[Tool, Posture], bool]
"""Whether a listener has this tool, and a place for this posture."""

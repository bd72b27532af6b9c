"""What the scripts say about listeners: what to ask them, what follows from the answers, what they may need. Values."""

from collections.abc import Mapping
from dataclasses import dataclass

from voice_guide.body.habits import Habits
from voice_guide.body.terms import Safety


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody wants help with. `routines` are ids, the first one suggested first."""

    id: str
    name: str
    also: tuple[str, ...]
    hints: tuple[str, ...]
    """Words that mean it only where no other need is named in full."""
    routines: tuple[str, ...]
    means: tuple[str, ...]
    """Conditions that hold for whoever has this need."""
    why: str
    source: str
    last: bool = False
    """It is meant only where no other need is."""
    over: tuple[str, ...] = ()
    """Needs, by id, that are part of it where both are named."""


@dataclass(frozen=True, slots=True)
class Questions:
    """What `voice-guide profile` asks."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    onset: str
    ages: Mapping[str, tuple[str, int]]
    """By condition: the answer, and the latest day the pain can have begun, in days ago."""


@dataclass(frozen=True, slots=True)
class Rules:
    """All of safety.yaml that is about listeners."""

    safety: Safety
    habits: Habits
    questions: Questions

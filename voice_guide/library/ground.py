"""What the shipped files say besides the routines: what a script is checked against, and whom it is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice_guide.body.habits import Habits
from voice_guide.compiler.phrases import Phrases
from voice_guide.routine import Catalogue


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody wants help with. `routines` are ids, the first one suggested first."""

    id: str
    name: str
    also: tuple[str, ...]
    routines: tuple[str, ...]
    means: tuple[str, ...]
    """Conditions that hold for whoever has this need."""
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class Questions:
    """What `voice-guide profile` asks."""

    groups: tuple[tuple[str, tuple[str, ...]], ...]
    onset: str
    ages: Mapping[str, tuple[str, int]]
    """By condition: the answer, and the latest day the pain can have begun, in days ago."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every command needs of points.yaml, phrases.yaml and safety.yaml."""

    catalogue: Catalogue
    phrases: Phrases
    habits: Habits
    questions: Questions
    claims: tuple[str, ...]
    """Words that promise too much, and are never spoken."""
    old_numbers: Mapping[str, Sequence[str]]
    """What to ask back, by an old code of a point."""

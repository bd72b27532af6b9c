"""What the body asks of the scripts: conditions and rules, points and postures, and what else could be played."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from voice_guide.body.habits import Habits
from voice_guide.body.terms import Safety
from voice_guide.routine import Catalogue, Routine


class Questions(Protocol):
    """What is asked about the body once."""

    @property
    def groups(self) -> Sequence[tuple[str, Sequence[str]]]:
        """Titles, each with the conditions that are asked together."""

    @property
    def ages(self) -> Mapping[str, tuple[str, int]]:
        """By condition: since when it hurts, and the latest day that can have begun, in days ago."""


class Offered(Protocol):
    """Routines that may be offered."""

    @property
    def routines(self) -> Sequence[str]:
        """Their ids."""


class Scripts(Protocol):
    """The scripts as values."""

    catalogue: Catalogue
    habits: Habits

    @property
    def questions(self) -> Questions:
        """What the profile asks."""

    @property
    def safety(self) -> Safety:
        """Conditions, rules and events."""

    @property
    def otherwise(self) -> Offered:
        """What is open to pain of any age."""

    def by_id(self, name: str) -> Routine:
        """The routine of that id."""

"""What the body asks of the scripts: conditions and rules, points and postures, and what else could be played."""

from typing import Protocol

from voice_guide.body.habits import Habits
from voice_guide.body.listeners import Need, Questions
from voice_guide.body.terms import Safety
from voice_guide.routine import Catalogue, Routine


class Scripts(Protocol):
    """The scripts as values."""

    catalogue: Catalogue

    @property
    def habits(self) -> Habits:
        """The limits over days."""

    @property
    def questions(self) -> Questions:
        """What the profile asks."""

    @property
    def safety(self) -> Safety:
        """Conditions, rules and events."""

    @property
    def otherwise(self) -> Need:
        """What is open to pain of any age."""

    def by_id(self, name: str) -> Routine:
        """The routine of that id."""

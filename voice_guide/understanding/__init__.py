"""What people say they want, in their own words: a routine, a need, wishes, conditions, a warning sign, or a question.

Never a guess: what could mean two things is asked back, and a warning sign wins over whatever else was said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

GRAVE = ("emergency", "urgent")
"""Warnings that win over whatever else was said."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """All that was understood in a phrase."""

    phrase: str
    """As it was said, on one line."""
    name: str = ""
    """The routine."""
    need: str = ""
    """The id of what hurts, or what is wanted."""
    wishes: Mapping[str, Any] = field(default_factory=dict)
    """By the name of the option."""
    conditions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By id, each with the parts of the body that were named."""
    warning: str = ""
    """'emergency', 'urgent' or 'doctor': what safety says to anybody with these conditions."""
    say: str = ""
    """The words of that warning."""
    rules: Sequence[str] = ()
    """Their ids."""
    candidates: Sequence[str] = ()
    """Routines and needs, by name, the likelier first, where it is to be asked."""
    because: Sequence[str] = ()
    """The words that decided."""
    question: str = ""
    """What is to be asked, on one line; empty where it is clear."""

    @property
    def clear(self) -> bool:
        """There is something to be done, and nothing to be asked."""
        return bool(self.name or self.need or self.warning)


__all__ = ["GRAVE", "Meaning"]

"""Cues: each thing the voice says, and the plan that a routine becomes. Values only.

A cue's `span` is the least time from its first frame to the next cue's. Longer words stretch it, except
inside a hold, which runs from the `press` cue's first frame to the `release` cue's and is exact.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal

from voice_guide.routine import Side

Kind = Literal["intro", "notice", "move", "locate", "press", "breathe", "count", "release", "rest", "close"]


BELL = "♪"
"""The text of a cue that is not spoken but rung."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing the voice says. Seconds; `step` counts points times sides, rests and the rest, from zero."""

    kind: Kind
    text: str
    span: float = 0.0
    step: int = 0
    side: Side | None = None
    optional: bool = False
    """Left out where its words do not fit; only inside a hold, a rest or breathing."""
    point: str | None = None
    spare: float = 0.0
    """How much longer this hold may become, in seconds."""
    number: int = -1
    """Its place in the script; negative in a line that stands in none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A routine compiled: its cues, and for each step a title to read and an answer to 'where am I'."""

    cues: tuple[Cue, ...]
    titles: tuple[str, ...]
    wheres: tuple[str, ...]
    returns: tuple[tuple[Cue, ...], ...]
    """What brings back to the step somebody who got up: into the posture, to the place."""

    @property
    def digest(self) -> str:
        """Of all that is said and when: the same for the same session, whatever script it was compiled from."""
        told = repr([(cue.kind, cue.text, cue.span, cue.step, cue.optional) for cue in self.cues])
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()

"""What may be sent to a session, and what a session tells of itself."""

import math
from dataclasses import dataclass
from enum import StrEnum

from voice_guide.compiler.cues import Cue
from voice_guide.compiler.timeline import Clip, Mark


class Command(StrEnum):
    """What a key, a button or a spoken word becomes; also the name of the voice's answer."""

    PAUSE = "pause"
    CONTINUE = "continue"  # out of a pause, or where the listener is waited for
    TOGGLE = "toggle"  # the one of these two that is meant
    NEXT = "next"
    BACK = "back"
    REPEAT = "repeat"
    LONGER = "longer"
    LOUDER = "louder"
    SOFTER = "softer"
    SLOWER = "slower"
    WHERE = "where"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands. Seconds; `hold_left` is None outside a hold, `left` until all is rendered."""

    step: int
    clip: Clip | None
    hold_left: float | None
    left: float | None
    paused: bool
    answering: tuple[str, ...] = ()
    """The names of the answer being heard."""
    released: tuple[Cue, ...] = ()
    """The releases that were heard, in order."""
    noticed: tuple[Cue, ...] = ()
    """The words of caution that were heard to their end."""
    mark: Mark | None = None
    """Where to go on, were it broken off here; None in a line that the script does not have."""
    room: float = math.inf
    """Seconds that the whole may still become longer."""
    waiting: bool = False
    """The listener may say that they are ready."""
    sounding: bool = False
    """In what was read last something was to be heard."""
    told: tuple[str, ...] = ()
    """The events that the listener told, in order."""

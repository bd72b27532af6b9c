"""What a listener wishes of a session: how long, where, with which ball, on which side, in how many words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from voice_guide.errors import ChoiceError, did_you_mean
from voice_guide.routine import Posture, Talk, Tool

SURFACES = ("floor", "wall", "chair", "bed")
BALLS = ("tennis", "lacrosse", "none")
SIDES = ("left", "right", "both")
TALKS = ("full", "short", "bells")
COMPANY = ("partner",)
OPTIONS = {"surface": SURFACES, "ball": BALLS, "side": SIDES, "company": COMPANY, "talk": TALKS}


TYPED = {"company": "with"}
"""How options are typed that are not called so here."""


def flag(option: str) -> str:
    """How it is typed."""
    return f"--{TYPED.get(option, option)}"


def as_wishes(typed: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of options as they are typed, by those of `Wishes`."""
    ours = {name: option for option, name in TYPED.items()}
    return {ours.get(name, name): value for name, value in typed.items()}


@dataclass(frozen=True, slots=True)
class Wishes:
    """Empty where nothing is wished for: the script decides. Raises ChoiceError for a wish that there is not."""

    need: str = ""
    """What hurts, in the listener's words, in place of a name."""
    conditions: tuple[str, ...] = ()
    """As typed: an id or a name, with ':PART' of the body."""
    doctor_agreed: bool = False
    minutes: float | None = None
    surface: str = ""
    ball: str = ""
    side: str = ""
    company: str = ""
    """A partner, whose hands press the back where they can."""
    talk: Talk = "full"

    def __post_init__(self) -> None:
        if not isinstance(self.conditions, str | Iterable):
            raise ChoiceError(f"conditions: give a list of names, not {self.conditions!r}")
        if not isinstance(self.conditions, str):  # what can be gone through once only would be forgotten the next time
            object.__setattr__(self, "conditions", tuple(self.conditions))
        if not isinstance(self.doctor_agreed, bool):
            raise ChoiceError(f"doctor_agreed: give true or false, not {self.doctor_agreed!r}")
        if isinstance(self.conditions, str) or not all(isinstance(one, str) for one in self.conditions):
            raise ChoiceError(f"conditions: give a list of names, not {self.conditions!r}")
        if self.minutes is not None and not isinstance(self.minutes, int | float):
            raise ChoiceError(f"minutes: give a number, not {self.minutes!r}")
        for option, known in OPTIONS.items():
            value = getattr(self, option)
            if not isinstance(value, str):
                raise ChoiceError(f"{option}: give one of {', '.join(known)}, not {value!r}")
            if value not in known and (value or option == "talk"):
                remedy = did_you_mean(value, known, f"there are {', '.join(known)}")
                raise ChoiceError(f"{flag(option)}: there is no '{value}'; {remedy}")

    def has(self, tool: Tool, posture: Posture) -> bool:
        """Whether the listener has this tool, and a place for this posture."""
        ball = not tool.ball or tool.ball == self.ball or (not self.ball and not tool.by_choice)
        return ball and (not self.surface or self.surface in posture.on)

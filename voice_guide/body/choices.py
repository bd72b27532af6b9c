"""What a listener chooses about a session: where, with which ball, on which side. Safety comes after it.

A choice that a point forbids is refused with the point's own reason and what would do instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from voice_guide.errors import SafetyError
from voice_guide.routine import Catalogue, Point, Posture, Routine, Step, Tool

SURFACES = ("floor", "wall", "chair", "bed")
BALLS = ("tennis", "lacrosse", "none")
SIDES = ("left", "right", "both")
OPTIONS = {"surface": SURFACES, "ball": BALLS, "side": SIDES}
HOW = {"surface": "on the {}", "ball": "with the ball you chose ({})", "side": "on the {} side"}
ABOUT_FLOORS = ("floor_hard", "balance_problem")
"""Conditions that a bed is no trouble for."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Empty where nothing was chosen: the script decides."""

    surface: str = ""
    ball: str = ""
    side: str = ""

    def has(self, tool: Tool, posture: Posture) -> bool:
        """Whether the listener has this tool, and a place for this posture."""
        ball = not tool.ball or tool.ball == self.ball or (not self.ball and not tool.by_choice)
        return ball and (not self.surface or self.surface in posture.on)


def choose(routine: Routine, choices: Choices, catalogue: Catalogue) -> Routine:
    """The routine as it was asked for. Raises SafetyError."""
    if fault := _fault(routine, choices, catalogue):
        ways = [HOW[option].format(value) for option, value in _made(choices)]
        nearest = _nearest(routine, choices, catalogue)
        raise SafetyError(f"'{routine.name}' cannot be done {' and '.join(ways)}: {fault} Nearest: {nearest}")
    steps = tuple(_steps(routine, choices, catalogue))
    fits = (*routine.fits, *ABOUT_FLOORS) if choices.surface == "bed" else routine.fits
    if not _made(choices):
        return routine
    return replace(routine, steps=steps, fits=fits, avoid=catalogue.avoided(steps, routine.own_avoid, fits))


def _made(choices: Choices) -> list[tuple[str, str]]:
    return [(option, value) for option in OPTIONS if (value := getattr(choices, option))]


def _nearest(routine: Routine, choices: Choices, catalogue: Catalogue) -> str:
    """What would do: another value of one option, or one option fewer."""
    for option, value in reversed(_made(choices)):
        for other in (*OPTIONS[option], ""):
            if other != value and not _fault(routine, replace(choices, **{option: other}), catalogue):
                return f"try --{option} {other}" if other else f"leave out --{option}"
    return "leave out " + " and ".join(f"--{option}" for option, _ in _made(choices))


def _fault(routine: Routine, choices: Choices, catalogue: Catalogue) -> str:
    """Why it cannot be had; empty where it can."""
    for step in routine.steps:
        if step.point and not _way(step, step.point, choices, catalogue):
            return _reason(step, step.point, choices, catalogue)
    if any(step.point for step in routine.steps) and not any(s.point for s in _steps(routine, choices, catalogue)):
        return f"there is nothing on the {choices.side} side."
    return ""


def _reason(step: Step, point: Point, choices: Choices, catalogue: Catalogue) -> str:
    if choices.ball and not _way(step, point, replace(choices, surface=""), catalogue):
        return f"not on the {point.name}. {point.never}".strip()
    postures = [step.posture, *(catalogue.postures[name] for name in point.postures)]
    places = dict.fromkeys(place for p in postures if p and not p.by_choice for place in p.on)
    return f"the {point.name} is for the {' or the '.join(places)}."


def _steps(routine: Routine, choices: Choices, catalogue: Catalogue) -> list[Step]:
    """What is left; rests that now stand before everything, or side by side, are one too many."""
    steps = list(_kept(routine, choices, catalogue))
    if len(steps) == len(routine.steps) or choices.side not in ("left", "right"):
        return steps
    while steps and steps[0].do == "rest":
        del steps[0]
    following = [*steps[1:], None]
    return [
        s for s, after in zip(steps, following, strict=True) if not (s.do == "rest" and after and after.do == "rest")
    ]


def _kept(routine: Routine, choices: Choices, catalogue: Catalogue) -> Iterator[Step]:
    for step in routine.steps:
        if step.point:
            way = _way(step, step.point, choices, catalogue)
            sides = _sides(step, choices.side)
            if way and sides:
                yield replace(step, sides=sides).using(*way)
        elif other := _other(step, choices, catalogue):
            yield other


def _sides(step: Step, side: str) -> tuple[Any, ...]:
    if side in ("", "both") or step.sides == (None,):
        return step.sides
    return (side,) if side in step.sides or step.sides == ("both",) else ()


def _other(step: Step, choices: Choices, catalogue: Catalogue) -> Step | None:
    """A rest, breathing or an instruction: where its words name a ball or a place that is not had, it goes."""
    if step.tool and not _tool_fits(step.tool, step.tool, choices):
        return None
    if not step.posture or _posture_fits(step.posture, choices):
        return step
    seats = (p for p in catalogue.postures.values() if _posture_fits(p, choices) and not p.by_choice)
    seat = next(seats, None)
    return replace(step, posture=seat) if step.plain and seat else None


def _way(step: Step, point: Point, choices: Choices, catalogue: Catalogue) -> tuple[Tool, Posture] | None:
    """The tool and the posture nearest to the step's own that fit what was chosen."""
    assert step.tool and step.posture
    tools = [step.tool, *(catalogue.tools[name] for name in point.tools)]
    postures = [step.posture, *(catalogue.postures[name] for name in point.postures)]
    for tool in tools:
        for posture in postures:
            asked = tool == step.tool or not tool.by_choice or _asked_for(tool, choices)
            able = posture.id in tool.postures and (posture == step.posture or not posture.by_choice)
            if asked and able and _tool_fits(tool, step.tool, choices) and _posture_fits(posture, choices):
                return tool, posture
    return None


def _asked_for(tool: Tool, choices: Choices) -> bool:
    """A tool that is never taken unasked: the hard ball by its name, a ball on the floor by the floor."""
    return choices.ball == "lacrosse" if tool.ball == "lacrosse" else choices.surface == "floor"


def _tool_fits(tool: Tool, before: Tool, choices: Choices) -> bool:
    """What was done with a ball is done with the one that was chosen; what was done by hand stays so, if it can."""
    if choices.ball == "none":
        return not tool.ball
    if choices.ball and before.ball:
        return tool.ball == choices.ball
    if not choices.surface:
        return not tool.ball or bool(before.ball)
    return not tool.ball or choices.ball in ("", tool.ball)


def _posture_fits(posture: Posture, choices: Choices) -> bool:
    return not choices.surface or choices.surface in posture.on

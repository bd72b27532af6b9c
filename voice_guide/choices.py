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
HOW = {"surface": "on the {}", "ball": "with the ball you chose ({})", "side": "on the {} side"}
ABOUT_FLOORS = ("floor_hard", "balance_problem")
"""Conditions that a bed is no trouble for."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Empty where nothing was chosen: the script decides."""

    surface: str = ""
    ball: str = ""
    side: str = ""


def choose(routine: Routine, choices: Choices, catalogue: Catalogue) -> Routine:
    """The routine as it was asked for. Raises SafetyError."""
    for option in ("surface", "ball", "side"):
        value = getattr(choices, option)
        if not value:
            continue
        chosen = Choices(**{option: value})
        fault = _fault(routine, chosen, catalogue)
        if fault:
            others = {"surface": SURFACES, "ball": BALLS, "side": SIDES}[option]
            fitting = [o for o in others if not _fault(routine, Choices(**{option: o}), catalogue)]
            remedy = f"try --{option} {fitting[0]}" if fitting else f"leave out --{option}"
            raise SafetyError(f"'{routine.name}' cannot be done {HOW[option].format(value)}: {fault} Nearest: {remedy}")
        steps = tuple(_steps(routine, chosen, catalogue))
        fits = (*routine.fits, *ABOUT_FLOORS) if value == "bed" else routine.fits
        avoid = catalogue.avoided(steps, routine.own_avoid, fits)
        routine = replace(routine, steps=steps, fits=fits, avoid=avoid)
    return routine


def _fault(routine: Routine, choices: Choices, catalogue: Catalogue) -> str:
    """Why it cannot be had; empty where it can."""
    for step in routine.steps:
        if step.point and not _way(step, step.point, choices, catalogue):
            return _reason(step, step.point, choices, catalogue)
    if any(step.point for step in routine.steps) and not any(s.point for s in _steps(routine, choices, catalogue)):
        return f"there is nothing on the {choices.side} side."
    return ""


def _reason(step: Step, point: Point, choices: Choices, catalogue: Catalogue) -> str:
    if choices.ball:
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
            asked = tool == step.tool or not tool.by_choice or _asked_for(tool, posture, choices)
            able = posture.id in tool.postures and (posture == step.posture or not posture.by_choice)
            if asked and able and _tool_fits(tool, step.tool, choices) and _posture_fits(posture, choices):
                return tool, posture
    return None


def _asked_for(tool: Tool, posture: Posture, choices: Choices) -> bool:
    """A tool that is never taken unasked: the hard ball by its name, a ball on the floor by the floor."""
    return tool.ball == choices.ball or (bool(tool.ball) and choices.surface == "floor" and tool.ball != "lacrosse")


def _tool_fits(tool: Tool, before: Tool, choices: Choices) -> bool:
    """A choice of ball is for what was done with a ball; what was done by hand stays so."""
    if not choices.ball or not before.ball:
        return bool(choices.surface) or bool(tool.ball) <= bool(before.ball)
    return tool.ball == ("" if choices.ball == "none" else choices.ball)


def _posture_fits(posture: Posture, choices: Choices) -> bool:
    return not choices.surface or choices.surface in posture.on

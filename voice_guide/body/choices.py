"""What a listener chooses about a session: where, with which ball, on which side. Safety comes after it.

A choice that a point forbids is refused with the point's own reason and what would do instead.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from voice_guide.body.wishes import OPTIONS, Wishes, flag
from voice_guide.errors import SafetyError
from voice_guide.routine import Catalogue, Point, Posture, Routine, Step, Tool

HOW = {
    "surface": "on the {}",
    "ball": "with the ball you chose ({})",
    "side": "on the {} side",
    "company": "with a {}",
}
ABOUT_FLOORS = ("floor_hard", "balance_problem")
"""Conditions that a bed is no trouble for."""


def choose(routine: Routine, wishes: Wishes, catalogue: Catalogue) -> Routine:
    """The routine as it was asked for. Raises SafetyError."""
    if fault := _fault(routine, wishes, catalogue):
        ways = [HOW[option].format(value) for option, value in _made(wishes)]
        nearest = _nearest(routine, wishes, catalogue)
        raise SafetyError(f"'{routine.name}' cannot be done {' and '.join(ways)}: {fault} Nearest: {nearest}")
    steps = tuple(_steps(routine, wishes, catalogue))
    if not _made(wishes):
        return routine
    return replace(routine, steps=steps, fits=_fits(routine, wishes.surface))


def _fits(routine: Routine, surface: str) -> tuple[str, ...]:
    """What is no trouble where it is done: what a script meant for the bed is not so elsewhere."""
    if not surface:
        return routine.fits
    elsewhere = tuple(name for name in routine.fits if name not in ABOUT_FLOORS)
    return (*elsewhere, *ABOUT_FLOORS) if surface == "bed" else elsewhere


def _made(wishes: Wishes) -> list[tuple[str, str]]:
    return [(option, value) for option in HOW if (value := getattr(wishes, option))]


def _nearest(routine: Routine, wishes: Wishes, catalogue: Catalogue) -> str:
    """What would do: another value of one option, or one option fewer."""
    for option, value in reversed(_made(wishes)):
        for other in (*OPTIONS[option], ""):
            instead: dict[str, Any] = {option: other}
            if other != value and not _fault(routine, replace(wishes, **instead), catalogue):
                return f"try {flag(option)} {other}" if other else f"leave out {flag(option)}"
    return "leave out " + " and ".join(flag(option) for option, _ in _made(wishes))


def _fault(routine: Routine, wishes: Wishes, catalogue: Catalogue) -> str:
    """Why it cannot be had; empty where it can."""
    for step in routine.steps:
        if step.point and not _way(step, step.point, wishes, catalogue):
            return _reason(step, step.point, wishes, catalogue)
    if any(step.point for step in routine.steps) and not any(s.point for s in _steps(routine, wishes, catalogue)):
        return f"there is nothing on the {wishes.side} side."
    return ""


def _reason(step: Step, point: Point, wishes: Wishes, catalogue: Catalogue) -> str:
    if wishes.ball and not _way(step, point, replace(wishes, surface=""), catalogue):
        return f"not on the {point.name}. {point.never}".strip()
    postures = [step.posture, *(catalogue.postures[name] for name in point.postures)]
    places = dict.fromkeys(place for p in postures if p and not p.by_choice for place in p.on)
    return f"the {point.name} is for the {' or the '.join(places)}."


def _steps(routine: Routine, wishes: Wishes, catalogue: Catalogue) -> list[Step]:
    """What is left; rests that now stand before everything, or side by side, are one too many."""
    steps = list(_kept(routine, wishes, catalogue))
    if len(steps) == len(routine.steps) or wishes.side not in ("left", "right"):
        return steps
    while steps and steps[0].do == "rest":
        del steps[0]
    following = [*steps[1:], None]
    return [
        s for s, after in zip(steps, following, strict=True) if not (s.do == "rest" and after and after.do == "rest")
    ]


def _kept(routine: Routine, wishes: Wishes, catalogue: Catalogue) -> Iterator[Step]:
    for step in routine.steps:
        if step.point:
            way = _way(step, step.point, wishes, catalogue)
            sides = _sides(step, wishes.side)
            if way and sides:
                yield replace(step, sides=sides).using(*way)
        elif other := _other(step, wishes, catalogue):
            yield other


def _sides(step: Step, side: str) -> tuple[Any, ...]:
    if side in ("", "both") or step.sides == (None,):
        return step.sides
    return (side,) if side in step.sides or step.sides == ("both",) else ()


def _other(step: Step, wishes: Wishes, catalogue: Catalogue) -> Step | None:
    """A rest, breathing or an instruction: where its words name a ball or a place that is not had, it goes."""
    if step.tool and not _tool_fits(step.tool, step.tool, wishes):
        return None
    if not step.posture or _posture_fits(step.posture, wishes):
        return step
    seats = (p for p in catalogue.postures.values() if _posture_fits(p, wishes) and not p.by_choice)
    seat = next(seats, None)
    return replace(step, posture=seat) if step.plain and seat else None


def _way(step: Step, point: Point, wishes: Wishes, catalogue: Catalogue) -> tuple[Tool, Posture] | None:
    """The tool and the posture nearest to the step's own that fit what was chosen."""
    assert step.tool and step.posture
    tools = [step.tool, *(catalogue.tools[name] for name in point.tools)]
    postures = [step.posture, *(catalogue.postures[name] for name in point.postures)]
    if wishes.company:
        for posture in postures:
            helped = posture.company == wishes.company and _posture_fits(posture, wishes)
            hands = (tool for tool in tools if not tool.ball and posture.id in tool.postures)
            if helped and (hand := next(hands, None)):
                return hand, posture
    for tool in tools:
        for posture in postures:
            asked = tool == step.tool or not tool.by_choice or _asked_for(tool, wishes)
            able = posture.id in tool.postures and (posture == step.posture or not posture.by_choice)
            if asked and able and _tool_fits(tool, step.tool, wishes) and _posture_fits(posture, wishes):
                return tool, posture
    return None


def _asked_for(tool: Tool, wishes: Wishes) -> bool:
    """A tool that is never taken unasked: the hard ball by its name, a ball on the floor by the floor."""
    return wishes.ball == "lacrosse" if tool.ball == "lacrosse" else wishes.surface == "floor"


def _tool_fits(tool: Tool, before: Tool, wishes: Wishes) -> bool:
    """What was done with a ball is done with the one that was chosen; what was done by hand stays so, if it can."""
    if wishes.ball == "none":
        return not tool.ball
    if wishes.ball and before.ball:
        return tool.ball == wishes.ball
    if not wishes.surface:
        return not tool.ball or bool(before.ball)
    return not tool.ball or wishes.ball in ("", tool.ball)


def _posture_fits(posture: Posture, wishes: Wishes) -> bool:
    return not wishes.surface or wishes.surface in posture.on

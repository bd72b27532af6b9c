"""A routine made as long as a listener has time for, within every cap and floor, the same every time.

Shorter: the holds, with rests and breathing, down to their least; then the short cut; then fewer points, from the
end. Longer: the holds up to their caps; then a rest at the end.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

from voice_guide.errors import ChoiceError
from voice_guide.routine import Limits, Posture, Routine, Step

LEAST_QUIET = 60.0
"""Seconds that a rest or a stretch of breathing keeps, where it had as many; 004:55, 003:68."""
ENOUGH = 0.5
"""So many seconds too short are near enough."""
SLACK = 1e-6

Measure = Callable[[Routine], float]
"""The whole length of a routine, in seconds."""


def fit(
    routine: Routine, seconds: float, limits: Limits, measure: Measure, rest: Step, most: float = math.inf
) -> Routine:
    """The routine in `seconds`, or in the longest it may last where that is less than it takes.

    `rest` is the step that fills what is left at the end; `most` is a cap of today. Raises ChoiceError.
    """
    cap = min(limits.session, most)
    shortest, longest = _range(routine, limits, measure)
    longest = min(cap, longest)
    if not max(shortest, limits.useful) - SLACK <= seconds <= longest + SLACK:
        low, high = math.ceil(max(shortest, limits.useful) / 60), math.floor((longest + SLACK) / 60)
        possible = f"{low} to {high}" if low < high else f"about {round(longest / 60)}"
        raise ChoiceError(
            f"'{routine.name}' in {seconds / 60:g} minutes is not possible; it can last {possible} minutes"
        )
    for smaller in _smaller(routine, limits):
        if measure(_held(smaller, -1)) <= seconds + SLACK:
            found = _exactly(smaller, seconds, measure, rest)
            if abs(measure(found) - seconds) < 1:
                return found
    raise ChoiceError(f"'{routine.name}' in {seconds / 60:g} minutes is not possible; try a little more or less")


def within(routine: Routine, most: float, limits: Limits, measure: Measure, rest: Step) -> Routine:
    """The routine as it is where it lasts no longer than `most`, otherwise in so many seconds."""
    if measure(routine) <= min(most, limits.session):
        return routine
    return fit(routine, min(most, limits.session), limits, measure, rest)


def _range(routine: Routine, limits: Limits, measure: Measure) -> tuple[float, float]:
    *_, smallest = _smaller(routine, limits)
    last = routine.steps[-1]
    rest = max(0.0, limits.rest - (last.seconds * last.repeat if last.do == "rest" else 0.0))
    return measure(_held(smallest, -1)), measure(_held(routine, 1)) + rest


def _exactly(routine: Routine, seconds: float, measure: Measure, rest: Step) -> Routine:
    """Between the least, the usual and the most; what is left becomes rest."""
    least, usual, most = (measure(_held(routine, share)) for share in (-1, 0, 1))
    if seconds > most + ENOUGH and routine.steps[-1].do != "rest":
        for posture in (_seat(routine, rest), None):  # to sit down takes time that may not be there
            longer = replace(routine, steps=(*routine.steps, replace(rest, posture=posture)))
            found = [measure(_held(longer, share)) for share in (-1, 0, 1)]
            if found[0] <= seconds:
                routine, (least, usual, most) = longer, found
                break
    if seconds > most and routine.steps[-1].do == "rest":
        return _rested(_held(routine, 1), seconds, measure)
    low, high, start = (least, usual, -1) if seconds <= usual else (usual, most, 0)
    share = (seconds - low) / (high - low) if high > low else 0.0
    return _held(routine, start + min(1.0, max(0.0, share)))


def _held(routine: Routine, share: float) -> Routine:
    """Every hold from its least (-1) over the usual (0) to its cap (1)."""
    return replace(routine, steps=tuple(_stretched(step, share) for step in routine.steps))


def _stretched(step: Step, share: float) -> Step:
    shortest, longest = step.shortest, step.longest
    if step.do in ("rest", "breathe"):
        shortest, longest = min(step.seconds, LEAST_QUIET), step.seconds
    elif step.do == "say":
        return step
    end = shortest if share < 0 else longest
    return replace(step, seconds=step.seconds + abs(share) * (end - step.seconds))


def _rested(routine: Routine, seconds: float, measure: Measure) -> Routine:
    """In so many seconds: the last step rests longer."""
    for _ in range(2):  # words longer than the rest they begin are found out by measuring again
        last = routine.steps[-1]
        more = (seconds - measure(routine)) / last.repeat
        routine = replace(routine, steps=(*routine.steps[:-1], replace(last, seconds=max(0.0, last.seconds + more))))
    return routine


def _seat(routine: Routine, rest: Step) -> Posture | None:
    """Where the listener is; a rest is not for leaning at a wall."""
    last = next((step.posture for step in reversed(routine.steps) if step.posture), None)
    return rest.posture if last and "wall" in last.on else last


def _smaller(routine: Routine, limits: Limits) -> Iterator[Routine]:
    """The routine, its short cut, then without its last point, again and again; then with fewer places."""
    yield routine
    short = tuple(replace(step, places=step.short_places or step.places) for step in routine.steps if step.short)
    names = list(dict.fromkeys(step.point.id for step in short if step.point))
    if not names:
        return
    kept = names[: limits.short_points]
    while kept:
        routine = replace(routine, steps=tuple(s for s in short if not s.point or s.point.id in kept))
        yield routine
        kept = kept[:-1]
    while max((len(step.places) for step in routine.steps if step.point), default=1) > 1:
        steps = tuple(replace(s, places=s.places[:-1]) if len(s.places) > 1 else s for s in routine.steps)
        routine = replace(routine, steps=steps)
        yield routine

"""A session that was broken off, as a plan of what is still to be heard: where one is, how to get back, and on.

No cue is left out, at most the one that was cut is said twice, and no word of caution is passed over unheard.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from voice_guide.pcm import seconds
from voice_guide.script import Cue, Phrases, Plan
from voice_guide.timeline import Mark, sketch

NOWHERE = -1
MOMENT = 0.1
"""Seconds of quiet that a hold which is taken up again begins with, at least."""
TOO_SHORT = 10.0
"""Seconds of a hold that are not worth getting back onto the ball for."""


def resumed(plan: Plan, mark: Mark, noticed: Collection[str], phrases: Phrases, name: str, rate: float) -> Plan:
    """The plan from `mark` on; `noticed` are the words of caution that were heard, `name` is the routine's.

    Its cues keep their numbers in the script, and the lines that are added have none.
    """
    first = plan.cues[mark.cue]
    rest = tuple(_rest(plan.cues, mark, phrases))
    left = seconds(sketch(rest, rate).length)
    words = " ".join((phrases.resume["name"].format(name=name), *_where(plan, first.step, phrases)))
    minutes = phrases.left[min(len(phrases.left) - 1, int(left // 60))]
    unheard = [cue for cue in plan.cues[: mark.cue] if cue.kind == "notice" and cue.step in (0, first.step)]
    opening = [
        Cue("intro", f"{words} {minutes}", 0.0, first.step, first.side, point=first.point),
        *(replace(cue, step=first.step, number=NOWHERE) for cue in unheard if cue.text not in noticed),
        *_back(plan.returns[first.step], [cue for cue in rest if cue.step == first.step]),
    ]
    return replace(plan, cues=(*opening, *rest))


def mark_of(plan: Plan, step: int, title: str) -> Mark | None:
    """The start of the step with that title, the nearest to number `step`; None where there is none."""
    same = [number for number, other in enumerate(plan.titles) if other == title]
    nearest = min(same, key=lambda number: abs(number - step), default=None)
    return next((Mark(cue.number) for cue in plan.cues if cue.step == nearest), None)


def _where(plan: Plan, step: int, phrases: Phrases) -> Iterator[str]:
    presses = list(dict.fromkeys(cue.step for cue in plan.cues if cue.kind == "press"))
    if step not in presses:
        return
    yield plan.wheres[step]
    if len(presses) <= len(phrases.numbers):
        number, count = (phrases.numbers[n] for n in (presses.index(step), len(presses) - 1))
        yield phrases.resume["count"].format(number=number, count=count)


def _back(returns: Collection[Cue], coming: Collection[Cue]) -> Iterator[Cue]:
    """What of the way back does not come anyway; to the place only where it will be pressed."""
    kinds = {cue.kind for cue in coming}
    for cue in returns:
        if cue.kind == "locate" and "press" in kinds and "locate" not in kinds:
            yield cue
        if cue.kind == "move" and not any(cue.text in other.text for other in coming):
            yield cue


def _rest(cues: tuple[Cue, ...], mark: Mark, phrases: Phrases) -> Iterator[Cue]:
    """The cues from the mark on; a hold or a rest that was broken off goes on with what was left of it."""
    first = cues[mark.cue]
    lead = next(cue for cue in reversed(cues[: mark.cue + 1]) if not cue.optional)
    if first.kind == "release" and mark.wait:
        lead = next(cue for cue in reversed(cues[: mark.cue]) if cue.kind == "press")
    if lead is first:
        yield from cues[mark.cue :]
        return
    if lead.kind == "press":
        release = next(number for number in range(mark.cue, len(cues)) if cues[number].kind == "release")
        if mark.wait + sum(cue.span for cue in cues[mark.cue : release]) < TOO_SHORT:
            yield from cues[release:]
            return
        words = phrases.answers["press_again"]
        yield Cue("move", words, 0.0, lead.step, lead.side, point=lead.point)
    most = sum(cue.span for cue in cues[lead.number : mark.cue]) + lead.spare
    yield replace(lead, text="", span=max(MOMENT, min(mark.wait, most)), spare=0.0, number=NOWHERE)
    yield from cues[mark.cue :]

"""A session that was broken off, as a plan of what is still to be heard: where one is, how to get back, and on.

No cue is left out, at most the one that was cut is said twice, and no word of caution is passed over unheard. Whoever
goes on is up and presses nothing: words that only take somebody off are not for them.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from voice_guide.compiler.cues import BELL, Cue, Plan
from voice_guide.compiler.speech import sentences, spoken_seconds
from voice_guide.compiler.timeline import Mark, sketch
from voice_guide.pcm import seconds
from voice_guide.routine.phrases import Phrases

NOWHERE = -1
MOMENT = 0.1
"""Seconds of quiet in place of words that are left out."""
TOO_SHORT = 10.0
"""Seconds of a hold that are not worth getting back onto the ball for, and of a rest that are not worth its words."""


def resumed(plan: Plan, mark: Mark, noticed: Collection[str], phrases: Phrases, name: str, rate: float) -> Plan:
    """The plan from `mark` on; `noticed` are the words of caution that were heard, `name` is the routine's.

    Its cues keep their numbers in the script, and the lines that are added have none.
    """
    rest = tuple(_rest(plan.cues, mark, phrases, rate))
    step = next(cue for cue in rest if cue.text).step
    if step == plan.cues[-1].step:  # at its end, nobody has to get up
        rest = tuple(cue for cue in rest if cue.kind != "move")
    left = seconds(sketch(rest, rate).length)
    words = " ".join((phrases.resume["name"].format(name=name), *_where(plan, step, phrases)))
    minutes = phrases.left[min(len(phrases.left) - 1, int(left // 60))]
    unheard = [cue for cue in plan.cues[: mark.cue] if cue.kind == "notice" and cue.step in (0, step)]
    opening = [
        Cue("intro", f"{words} {minutes}", step=step),
        *(replace(cue, step=step, number=NOWHERE) for cue in unheard if cue.text not in noticed),
        *_back(plan.returns[step], [cue for cue in rest if cue.step == step]),
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
    said = {sentence for cue in coming if cue.kind == "move" for sentence in sentences(cue.text)}
    for cue in returns:
        if cue.kind == "locate" and "press" in kinds and "locate" not in kinds:
            yield cue
        if cue.kind == "move" and (words := [sentence for sentence in sentences(cue.text) if sentence not in said]):
            yield replace(cue, text=" ".join(words))


def _rest(cues: Sequence[Cue], mark: Mark, phrases: Phrases, rate: float) -> Iterator[Cue]:
    """The cues from the mark on; a hold or a rest that was broken off goes on with what was left of it."""
    first = cues[mark.cue]
    lead = next(cue for cue in reversed(cues[: mark.cue + (not mark.wait)] or cues[:1]) if not cue.optional)
    held = lead.kind == "press" and lead is not first
    most = sum(cue.span for cue in cues[lead.number : mark.cue]) + lead.spare
    wait = min(mark.wait, most - spoken_seconds(lead.text, rate) if held else most)
    if held:
        release = next(number for number in range(mark.cue, len(cues)) if cues[number].kind == "release")
        if wait + sum(cue.span for cue in cues[mark.cue : release]) >= TOO_SHORT:
            words = phrases.answers["press_again"]
            if lead.text != BELL:
                words = f"{phrases.answers['continue']} {lead.text}"
            yield Cue("move", words, step=lead.step, side=lead.side, point=lead.point)
            yield replace(lead, text="", span=max(MOMENT, wait), spare=0.0, number=NOWHERE)
            yield from cues[mark.cue :]
            return
        mark = Mark(release)
    elif first.optional or (wait >= TOO_SHORT and lead.kind in ("rest", "breathe", "move") and _alone(lead, cues)):
        span = max(wait, spoken_seconds(lead.text, rate) + 1)
        yield replace(lead, span=span, number=NOWHERE)
        yield from cues[mark.cue :]
        return
    if cues[mark.cue].kind == "release":
        yield replace(cues[mark.cue], text="", span=MOMENT)
        mark = Mark(mark.cue + 1)
    yield from cues[mark.cue :]


def _alone(lead: Cue, cues: Sequence[Cue]) -> bool:
    """Nothing is pressed in its step: its quiet is what it is for."""
    return not any(cue.step == lead.step and cue.kind == "press" for cue in cues)

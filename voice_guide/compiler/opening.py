"""The longer sentences of an opening: what we do, and for whom it is not, each short enough to be followed."""

from collections.abc import Iterator, Sequence

from voice_guide.compiler.speech import MOST_WORDS
from voice_guide.routine import Routine
from voice_guide.routine.phrases import Phrases, listed

NAMED = 2
"""Places that are named before a session; more are counted."""


def what_we_do(phrases: Phrases, places: Sequence[str]) -> str:
    """What is pressed: "We press two places."."""
    if not places:
        return phrases.calm
    number = phrases.numbers[min(len(places), len(phrases.numbers)) - 1]
    counted = phrases.holds.format(number=number)
    return phrases.hold.format(places=listed(places, phrases.join) if len(places) <= NAMED else counted)


def what_it_needs(routine: Routine, phrases: Phrases) -> Iterator[str]:
    """What to have at hand: "You need a chair and a tennis ball."; nothing where it needs nothing."""
    needs = [step.posture.need for step in routine.steps if step.posture]
    needs += [step.tool.need for step in routine.steps if step.tool]
    if things := list(dict.fromkeys(filter(None, needs))):
        yield phrases.need.format(things=listed(things, phrases.join))


def who_leaves_it_out(conditions: Sequence[str], phrases: Phrases) -> Iterator[str]:
    """A few conditions in a sentence, and at the end where to go instead; nothing where there are none."""
    frame, group = phrases.avoid, list[str]()
    for condition in conditions:
        whole = frame.format(conditions=_either([*group, condition], phrases))
        if group and len(whole.split()) > MOST_WORDS:
            yield frame.format(conditions=_either(group, phrases))
            frame, group = phrases.avoid_also, []
        group.append(condition)
    if group:
        yield frame.format(conditions=_either(group, phrases))
        yield phrases.instead


def _either(conditions: Sequence[str], phrases: Phrases) -> str:
    inside = any(phrases.either in condition for condition in conditions)
    return listed(conditions, phrases.or_else if inside else phrases.either)

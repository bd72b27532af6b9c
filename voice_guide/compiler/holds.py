"""What is said inside a hold or a rest: lines at fixed offsets, in whole rounds while they fit."""

from collections import deque
from collections.abc import Iterator

from voice_guide.routine.phrases import Beat, Phrases

Rounds = deque[tuple[Beat, ...]]
"""Lines that belong together, such as a breath in, a breath out and a word of advice."""


def hold_beats(
    length: float, breath: Rounds, phrases: Phrases, caution: str, unbroken: bool = False, counting: bool = True
) -> Iterator[tuple[float, Beat]]:
    """The lines inside a hold of `length` seconds, each with its offset: caution, breath, half way, countdown.

    An `unbroken` breath goes through the whole hold, without a word about its half; without `counting` it ends softly.

    The rounds that were said go to the end of `breath`, so that the next hold goes on from there.
    """
    ending, half = length - len(phrases.countdown) * counting, length / 2
    room = phrases.timing.press + phrases.timing.caution * bool(caution)
    if caution and room <= ending:
        yield phrases.timing.press, Beat(phrases.timing.caution, caution)
    if unbroken:
        yield from fill(breath, room, ending)
    elif room <= half and half + 3 <= ending:
        yield from fill(breath, room, half)
        yield half, Beat(3, phrases.half)
        yield from fill(breath, half + 3, ending)
    if ending >= room and counting:
        for number, word in enumerate(phrases.countdown):
            yield ending + number, Beat(1, word)


def fill(rounds: Rounds, at: float, end: float) -> Iterator[tuple[float, Beat]]:
    """Whole rounds while they fit; the last may lose its third line, never the breath out."""
    while rounds:
        lines = rounds[0]
        fitting = lines if at + sum(line.seconds for line in lines) <= end else lines[:2]
        if at + sum(line.seconds for line in fitting) > end:
            return
        for line in fitting:
            yield at, line
            at += line.seconds
        rounds.rotate(-1)

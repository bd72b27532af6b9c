"""The timeline: cues and their sounds laid on one ruler of frames. Everything that has a time asks here.

Holds are sacred: a hold is exact to the frame for every voice and speed, and on a grid to half of it. An optional cue
whose words do not fit its place is left out; the hold never moves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TypeVar, cast

from voice_guide.compiler.cues import Cue
from voice_guide.compiler.speech import USUAL_RATE, spoken_seconds
from voice_guide.pcm import WIDTH, Pcm, frames, length, silence

GAP = frames(0.5)
"""The least silence after words that are not inside a hold, so that sentences do not run together."""

Said = tuple[Cue, Pcm]
Takes = Callable[[str], int]
"""The frames a voice takes over words."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clip:
    """A cue rendered. `start` and `length` are frames; the length reaches to the next clip's start."""

    cue: Cue
    sound: Pcm
    start: int
    length: int

    @property
    def end(self) -> int:
        """The frame after the last word."""
        return self.start + length(self.sound)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where to go on: the number of the next cue to be said, and the seconds of quiet before it."""

    cue: int
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Timeline:
    """A whole session."""

    clips: tuple[Clip, ...]

    @property
    def length(self) -> int:
        """Frames from the first word to the end."""
        return self.clips[-1].start + self.clips[-1].length if self.clips else 0

    def steps(self) -> Iterator[tuple[int, int, int]]:
        """Each step that sounds: its number, first frame and the frame after its last."""
        for step, clips in groupby(self.clips, lambda clip: clip.cue.step):
            inside = list(clips)
            first, last = inside[0], inside[-1]
            yield step, first.start, last.start + last.length


def lay(said: Iterable[Said], grid: int = 1) -> Iterator[Clip]:
    """Lay cues with their sounds one after the other, as they come.

    A hold is yielded only when its release is there to follow, so that nobody is left pressing. On a `grid` every cue
    begins at a multiple of so many frames, for a file that can only begin sounds there: the same cues, equal holds
    equal still, each to the nearest; what that moves is made up for outside the holds, so that nothing drifts.
    """
    start = exact = 0
    for block in blocks(said, lambda one: one[0]):
        clips, total = _laid(block)
        exact += total
        words = max(offset + length(sound) for _, sound, offset in clips)
        if block[0][0].kind == "press":
            end = start + _near(total, grid)
        else:
            end = max(_near(exact, grid), start - (-words // grid) * grid)
        offsets = [_near(offset, grid) for _, _, offset in clips] + [end - start]
        for (cue, sound, _), (offset, following) in zip(clips, pairwise(offsets), strict=True):
            room = following - offset
            yield Clip(cue, sound[: room * WIDTH], start + offset, room)
        start = end


def _near(count: int, grid: int) -> int:
    return (count + grid // 2) // grid * grid


def blocks(items: Iterable[T], cue_of: Callable[[T], Cue]) -> Iterator[list[T]]:
    """Each cue with the optional ones inside its time, as soon as the next one begins."""
    block: list[T] = []
    for item in items:
        if block and not cue_of(item).optional:
            yield block
            block = []
        block.append(item)
    if block:
        yield block


def left_out(cues: Sequence[Cue], clips: Sequence[Clip]) -> list[Cue]:
    """The cues that found no room, in order."""
    kept = iter([clip.cue for clip in clips] + [None])
    expected = next(kept)
    missing = []
    for cue in cues:
        if cue is expected:
            expected = next(kept)
        else:
            missing.append(cue)
    return missing


def _laid(block: Sequence[Said]) -> tuple[list[tuple[Cue, Pcm, int]], int]:
    """One leading cue and those optional ones that fit inside its time, with their offsets; and the whole time."""
    (lead, sound), optional = block[0], block[1:]
    total = frames(sum(cue.span for cue, _ in block))
    if lead.kind == "press":
        sound = sound[: total * WIDTH]
    elif not optional:
        total = max(total, length(sound) + GAP)
    else:
        total = max(total, length(sound))
    kept = [(lead, sound, 0)]
    at = lead.span
    for cue, words in optional:
        room = frames(at + cue.span) - frames(at)
        if length(kept[-1][1]) + kept[-1][2] <= frames(at) and length(words) <= room:
            kept.append((cue, words, frames(at)))
        at += cue.span
    return kept, total


def sketch(cues: Sequence[Cue], rate: float = USUAL_RATE, takes: Takes | None = None) -> Timeline:
    """The timeline as it would be with a calm voice of `rate` words a minute, without rendering any.

    With what a voice `takes` its length is the real one: only what moves it is asked for, which optional cues do not.
    """
    spoken = [takes(cue.text) if takes and not cue.optional else frames(spoken_seconds(cue.text, rate)) for cue in cues]
    return measured(cues, spoken)


def measured(cues: Sequence[Cue], lengths: Sequence[int], grid: int = 1) -> Timeline:
    """The timeline of cues whose words last so many frames; its sounds are silent."""
    # One silence that all share: a catalogue is sketched at every start.
    quiet = cast(Pcm, memoryview(silence(max(lengths, default=0))))
    return Timeline(tuple(lay(((cue, quiet[: count * WIDTH]) for cue, count in zip(cues, lengths, strict=True)), grid)))

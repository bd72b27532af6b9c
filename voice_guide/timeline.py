"""The timeline: cues and their sounds laid on one ruler of frames. Everything that has a time asks here.

Holds are sacred: a hold is exact to the frame for every voice and speed. An optional cue whose words do
not fit its place is left out; the hold never moves.
"""

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar, cast

from voice_guide.pcm import WIDTH, Pcm, frames, length, silence
from voice_guide.script import USUAL_RATE, Cue, spoken_seconds

GAP = frames(0.5)
"""The least silence after words that are not inside a hold, so that sentences do not run together."""

Said = tuple[Cue, Pcm]
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


def lay(said: Iterable[Said]) -> Iterator[Clip]:
    """Lay cues with their sounds one after the other, as they come.

    A hold is yielded only when its release is there to follow, so that nobody is left pressing.
    """
    start = 0
    for block in blocks(said, lambda one: one[0]):
        start = yield from _laid(block, start)


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


def _laid(block: Sequence[Said], start: int) -> Generator[Clip, None, int]:
    """One leading cue and the optional ones inside its time; returns the frame where the next begins."""
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
    ends = [offset for _, _, offset in kept[1:]] + [total]
    for (cue, words, offset), end in zip(kept, ends, strict=True):
        yield Clip(cue, words, start + offset, end - offset)
    return start + total


def sketch(cues: Sequence[Cue], rate: float = USUAL_RATE, voice: Callable[[str], Pcm] | None = None) -> Timeline:
    """The timeline as it would be with a calm voice of `rate` words a minute, without rendering any.

    With a `voice` its length is the real one: only what moves it is spoken, which optional cues do not.
    """
    spoken = [
        length(voice(cue.text)) if voice and not cue.optional else frames(spoken_seconds(cue.text, rate))
        for cue in cues
    ]
    # One silence that all share: a catalogue is sketched at every start.
    quiet = cast(Pcm, memoryview(silence(max(spoken, default=0))))
    return Timeline(tuple(lay((cue, quiet[: count * WIDTH]) for cue, count in zip(cues, spoken, strict=True))))

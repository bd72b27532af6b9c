"""Captions: the words and the chapters of a session with their times, as the files beside an export carry them.

Everything here comes from the one timeline. It has a room of its own because the MP3, the page and each kind of file
need the same values, and none of them needs the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from voice_guide.pcm import seconds
from voice_guide.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Chapter:
    """A stretch of the session a player can jump to, from frame `start` up to frame `end`."""

    title: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Word:
    """Words a player can show while they are said, from frame `start` up to frame `end`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Captions:
    """A session to read: a chapter a step, in order and without gaps, and every cue at its time."""

    title: str
    chapters: tuple[Chapter, ...]
    words: tuple[Word, ...]
    language: str = "en"
    """A tag such as `en`."""


def captions(title: str, titles: Sequence[str], timeline: Timeline) -> Captions:
    """What the timeline of a session says and when; `titles` are those of its steps."""
    return Captions(
        title,
        tuple(Chapter(titles[step], start, end) for step, start, end in timeline.steps()),
        tuple(Word(clip.cue.text, clip.start, clip.end) for clip in timeline.clips),
    )


def milliseconds(count: int) -> int:
    """Frames as captions count time."""
    return round(1000 * seconds(count))

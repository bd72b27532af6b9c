"""Captions: the words and the chapters of a session with their times, as the files beside an export carry them.

Everything here comes from the one timeline. It has a room of its own because the MP3, the page and each kind of file
need the same values, and none of them needs the others. A script may come from a stranger: in no file can its words
leave their line, become a time, or be read as markup.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from voice_guide.compiler.speech import JOINERS
from voice_guide.compiler.timeline import Timeline
from voice_guide.pcm import seconds

QUIET = 500
"""Milliseconds of silence that clear the lyrics; shorter ones would only flicker."""

VTT_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
SRT_TEXT = str.maketrans("<>{}\\", "‹›()/")
"""Players take `<b>`, `{\\an8}` and `\\N` for orders, and SRT cannot escape them: what looks alike stands for them."""
LRC_TEXT = str.maketrans("<>[]", "‹›()")
"""The same for `[00:01.00]` and `<00:01.00>`, which are times, and `[ti:]`, which is a tag."""

Timed = tuple[str, int, int]
"""Text on one line, start, end; milliseconds."""


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

    def told(self) -> Iterator[tuple[Chapter, Sequence[Word]]]:
        """Each chapter with its words."""
        for chapter in self.chapters:
            at = [bisect_left(self.words, edge, key=lambda word: word.start) for edge in (chapter.start, chapter.end)]
            yield chapter, self.words[slice(*at)]


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


def vtt(told: Captions) -> str:
    """WebVTT, for browsers and podcast players."""
    cues = (
        f"{timestamp(start)} --> {timestamp(end)}\n{text.translate(VTT_TEXT)}\n" for text, start, end in _cues(told)
    )
    return "\n".join(("WEBVTT\n", *cues))


def srt(told: Captions) -> str:
    """SubRip, for video players; numbered from one."""
    return "\n".join(
        f"{number}\n{timestamp(start, ',')} --> {timestamp(end, ',')}\n{text.translate(SRT_TEXT)}\n"
        for number, (text, start, end) in enumerate(_cues(told), 1)
    )


def lrc(told: Captions) -> str:
    """Lyrics for music players: where each line begins, in hundredths, and an empty line where silence follows."""
    lines = [f"[ti:{_line(told.title).translate(LRC_TEXT)}]"]
    cues = list(_cues(told))
    for (text, start, end), following in zip_longest(cues, cues[1:]):
        lines.append(f"[{_minutes(start)}]{text.translate(LRC_TEXT)}")
        if following is None or following[1] - end > QUIET:
            lines.append(f"[{_minutes(end)}]")
    return "\n".join(lines) + "\n"


def chapters_json(told: Captions) -> str:
    """The chapters as podcast players load them: the JSON chapters 1.2.0 of Podcasting 2.0, times in seconds."""
    import json

    chapters = [
        {
            "startTime": milliseconds(chapter.start) / 1000,
            "endTime": milliseconds(chapter.end) / 1000,
            "title": _line(chapter.title),
        }
        for chapter in told.chapters
    ]
    content = {"version": "1.2.0", "title": _line(told.title), "chapters": chapters}
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def plain(told: Captions) -> str:
    """The words to read, on paper or by a screen reader: a paragraph a chapter, a line a sentence, none broken."""
    paragraphs = [_line(told.title)]
    for chapter, words in told.told():
        lines = [f"{_clock(chapter.start)} {_line(chapter.title)}".rstrip()]
        lines += filter(None, (_line(word.text) for word in words))
        paragraphs.append("\n".join(lines))
    return "\n\n".join(paragraphs) + "\n"


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A kind of file beside an export: what its name ends with, and what is in it, as text to be written as UTF-8."""

    ending: str
    write: Callable[[Captions], str]


SIDECARS: Mapping[str, Sidecar] = {
    "vtt": Sidecar(".vtt", vtt),
    "srt": Sidecar(".srt", srt),
    "lrc": Sidecar(".lrc", lrc),
    "chapters": Sidecar(".chapters.json", chapters_json),
    "txt": Sidecar(".txt", plain),
}
"""By the name a user asks for it with."""


def _cues(told: Captions) -> Iterator[Timed]:
    """The words that show anything; each lasts a millisecond or more, and none begins before the last one ends."""
    end = 0
    for word in told.words:
        if text := _line(word.text):
            start = max(milliseconds(word.start), end)
            end = max(milliseconds(word.end), start + 1)
            yield text, start, end


def _line(text: str) -> str:
    """The text on one line, with a space for all that nobody sees."""
    return " ".join("".join(c if c.isprintable() or c in JOINERS else " " for c in text).split())


def timestamp(time: int, point: str = ".") -> str:
    """Milliseconds as hours, minutes, seconds and thousandths."""
    return f"{time // 3_600_000:02d}:{time // 60_000 % 60:02d}:{time // 1000 % 60:02d}{point}{time % 1000:03d}"


def _minutes(time: int) -> str:
    return f"{time // 60_000:02d}:{time // 1000 % 60:02d}.{time // 10 % 100:02d}"


def _clock(count: int) -> str:
    """Frames as players show time."""
    minutes, second = divmod(milliseconds(count) // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{second:02d}" if minutes >= 60 else f"{minutes}:{second:02d}"

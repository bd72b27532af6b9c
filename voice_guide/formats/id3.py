"""The tags of an exported MP3: its titles, chapters, cover and timed words, as every player reads them, and back."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import chain, pairwise, zip_longest
from typing import Any, BinaryIO

from voice_guide.formats.captions import Chapter, Word, milliseconds
from voice_guide.formats.tag import ENCODINGS, OURS, Frame, Tag, number, text_at

HEAD = 10
"""Bytes before the tags that tell their version and size."""

MOST_TAGS = 1 << 23
"""Bytes of tags that no session needs: what a lie may cost."""

Cue = tuple[str, int, int]
"""Words, start, end; milliseconds."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What a player shows. `lyrics` and `words` are in `language`, three letters of ISO 639-2."""

    title: str
    artist: str
    album: str
    genre: str
    lyrics: str = ""
    chapters: tuple[Chapter, ...] = ()
    cover: bytes = b""
    """A PNG."""
    language: str = "eng"
    words: tuple[Word, ...] = ()
    """In the order of time; none begins before the one before it ends."""


def id3(tags: Tags) -> bytes:
    """The tags as ID3v2.3, which goes before the first frame.

    2.3 and not 2.4: old car players read no 2.4, and some podcast players take the frame sizes of 2.4,
    which have seven bits a byte, for plain numbers and lose every chapter with a long title.
    """
    lib = _mutagen()
    frames = [
        lib.TIT2(**_text(tags.title)),
        lib.TPE1(**_text(tags.artist)),
        lib.TALB(**_text(tags.album)),
        lib.TCON(**_text(tags.genre)),
    ]
    if tags.lyrics:
        frames.append(lib.USLT(lang=tags.language, desc="", **_text(tags.lyrics)))
    if tags.words:
        frames.append(_synchronised(tags))
    if tags.cover:
        front = lib.PictureType.COVER_FRONT
        frames.append(lib.APIC(mime="image/png", type=front, data=tags.cover, **_named("cover")))
    body = b"".join(map(_rendered, frames + _contents(tags) + _chapters(tags)))
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    return bytes([*b"ID3", OURS, 0, 0]) + size + body


def _synchronised(tags: Tags) -> Any:
    """The words at their times, and nothing where silence follows, so that a player clears the line.

    A newline begins each line, as ID3 asks: its entries are syllables, and players that hold to that show all words
    as one line without. The first line has it too, by which some know the others; an empty entry ends the line.
    """
    lib = _mutagen()
    entries: list[tuple[str, int]] = []
    for word, following in zip_longest(tags.words, tags.words[1:]):
        entries.append(("\n" + _readable(word.text), milliseconds(word.start)))
        if following is None or milliseconds(following.start) > milliseconds(word.end):
            entries.append(("", milliseconds(word.end)))
    encoding = _encoding("".join(text for text, _ in entries))
    return lib.SYLT(encoding=encoding, lang=tags.language, format=2, type=1, desc="", text=entries)


def _chapters(tags: Tags) -> list[Any]:
    lib = _mutagen()
    return [
        lib.CHAP(
            element_id=f"chp{number}",
            start_time=milliseconds(chapter.start),
            end_time=milliseconds(chapter.end),
            sub_frames=[lib.TIT2(**_text(chapter.title))],
        )
        for number, chapter in enumerate(tags.chapters)
    ]


def _contents(tags: Tags) -> list[Any]:
    """The table of contents; a table counts its entries in one byte, so many chapters need several."""
    lib = _mutagen()
    names = [f"chp{number}" for number in range(len(tags.chapters))]
    parts = {f"toc{first}": names[first : first + 255] for first in range(0, len(names), 255)}

    def table(name: str, flags: int, entries: list[str]) -> Any:
        title = [lib.TIT2(**_text(tags.title))]  # some players show no chapters without it
        return lib.CTOC(element_id=name, flags=flags, child_element_ids=entries, sub_frames=title)

    ordered, top = lib.CTOCFlags.ORDERED, lib.CTOCFlags.ORDERED | lib.CTOCFlags.TOP_LEVEL
    if len(parts) < 2:
        return [table("toc", top, part) for part in parts.values()]
    return [table("toc", top, list(parts)), *(table(name, ordered, part) for name, part in parts.items())]


def _text(text: str) -> dict[str, Any]:
    return {"encoding": _encoding(text), "text": _readable(text)}


def _readable(text: str) -> str:
    return text.encode("utf-16", "replace").decode("utf-16").replace("\0", " ")


def _encoding(text: str) -> Any:
    """One that all players read: 2.3 has no UTF-8, and the simplest players know no UTF-16."""
    encoding = _mutagen().Encoding
    return encoding.LATIN1 if text.isascii() else encoding.UTF16


def _named(text: str) -> dict[str, Any]:
    return {"encoding": _mutagen().Encoding.LATIN1, "desc": text}


def _rendered(frame: Any) -> bytes:
    """One frame's bytes. All in one tag, mutagen would order the chapters by size, and players show that."""
    tag, file = _mutagen().ID3(), BytesIO()
    tag.add(frame)
    tag.save(file, v1=0, v2_version=3, padding=lambda _: 0)
    return _open_ended(file.getvalue()[HEAD:])


def _open_ended(frame: bytes) -> bytes:
    """A text without the zeros at its end, which no player needs.

    Taggers write them: a tag that one of them has rewritten is longer than ours, and so told from a damaged one.
    """
    if not frame.startswith(b"T"):
        return frame
    zeros = b"\0\0" if frame[HEAD] else b"\0"
    body = frame[HEAD:].removesuffix(zeros)
    return frame[:4] + len(body).to_bytes(4, "big") + frame[8:HEAD] + body


def _mutagen() -> Any:
    """Late, and as Any: it says that it is typed, and is not."""
    import mutagen.id3

    return mutagen.id3


def read_tags(file: BinaryIO, head: bytes) -> Tag:
    """What follows the HEAD. Raises ValueError."""
    size = number(head[6:], 7) if len(head) == HEAD else -1
    if not 0 <= size <= MOST_TAGS:
        raise ValueError(f"its tags claim a size of {head[6:].hex(' ')}, more than any session needs")
    tags = file.read(size)
    if len(tags) < size:
        raise ValueError(f"it breaks off inside its tags, at byte {HEAD + len(tags)} of {HEAD + size}")
    return Tag(tags, head[3])


def read_timeline(tag: Tag, ordered: bool = True) -> tuple[bytes, "array[int]"]:
    """The synchronised lyrics, and the edges of the chapters in milliseconds. Raises ValueError.

    Taggers put chapters into another order: they stand in that of time only where they are `ordered`.
    """
    lyrics, edges = b"", array("Q", [0])
    for name, body in tag.frames() if ordered else sorted(tag.frames(), key=_times):
        if name == b"SYLT" and lyrics:
            raise ValueError("it carries two timelines")
        if name == b"SYLT":
            lyrics = body
        elif name == b"CHAP":
            start, end = _times((name, body))
            if start != edges[-1] or start >= end:
                raise ValueError(
                    f"chapter {len(edges)} goes from {exact(start)} to {exact(end)}, "
                    f"and the one before ends at {exact(edges[-1])}"
                )
            edges.append(end)
    if not lyrics or len(edges) < 2:
        raise ValueError(f"it carries no {'chapters' if lyrics else 'timeline'}")
    return lyrics, edges


def _times(frame: Frame) -> tuple[int, int]:
    """From where to where a chapter goes; of other frames it means nothing."""
    times = frame[1][frame[1].find(b"\0") + 1 :]
    return number(times[:4], 8), number(times[4:8], 8)


def cues(lyrics: bytes, end: int) -> Iterator[Cue]:
    """The cues of the lyrics; each lasts to the next entry, which is empty where silence follows.

    Older files have no newline at the beginning of a line.
    """
    for (text, start), (_, following) in pairwise(chain(_entries(lyrics), [("", end)])):
        if line := text.removeprefix("\n"):
            yield line, start, following


def _entries(lyrics: bytes) -> Iterator[tuple[str, int]]:
    encoding = lyrics[0]
    if encoding >= ENCODINGS or lyrics[4:6] != b"\2\1":  # in milliseconds, and lyrics
        raise ValueError(f"its timeline begins with {lyrics[:6].hex(' ')}, and not as voice-guide writes it")
    _, at = text_at(lyrics, 6, encoding, strict=False)
    while at < len(lyrics):
        text, at = text_at(lyrics, at, encoding, strict=False)
        yield text, int.from_bytes(lyrics[at : at + 4], "big")
        at += 4


def exact(time: int) -> str:
    """Milliseconds, as minutes and seconds."""
    return f"{time // 60_000}:{time // 1000 % 60:02d}.{time % 1000:03d}"

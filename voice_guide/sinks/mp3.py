"""A session as an MP3 with titles, chapters and words: the whole file under its name, or no file.

The same sound and tags give the same bytes: nothing of the clock or the machine is in them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import zip_longest
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from voice_guide.errors import VoiceGuideError
from voice_guide.pcm import RATE, Pcm, length, seconds
from voice_guide.sinks.xing import FRAME, SIZE, VBR, FrameCount
from voice_guide.whole import WholeFile


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


class Mp3:
    """A sink that encodes what it is given into `path`, which comes to be, or is replaced, at close().

    Leave its `with` block by an exception, or call abort(), and nothing is left of it. So it is when it
    cannot be made: VoiceGuideError, of a bad path before anything is encoded.
    """

    stretch = 100 * FRAME

    def __init__(self, path: Path, tags: Tags) -> None:
        head = id3(tags)
        self._encoder = _encoder()
        self._count = FrameCount()
        self._length = 0
        self._info_at = len(head)
        self._file = WholeFile(path)
        with self._or_nothing():
            self._file.write(head + bytes(SIZE))  # the info frame is known at the end

    def write(self, block: Pcm) -> int:
        """Encode a block of any length; answers the frames taken, which is all of them."""
        with self._or_nothing():
            self._add(self._encoder.encode(block))
        self._length += length(block)
        return length(block)

    def close(self) -> None:
        """Finish the file and give it its name. Does nothing the second time, or after an abort."""
        if self._file.closed:
            return
        with self._or_nothing():
            self._add(self._encoder.flush())
            self._file.rewrite(self._info_at, self._count.info_frame(self._length))
            self._file.keep()

    def abort(self) -> None:
        """Leave nothing behind. Does nothing after a close."""
        self._file.drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _add(self, stream: bytes) -> None:
        self._count.add(stream)
        self._file.write(stream)

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        try:
            yield
        except (ValueError, RuntimeError) as error:
            self.abort()
            raise VoiceGuideError(f"cannot encode MP3: {error}; reinstall lameenc") from error
        except BaseException:
            self.abort()
            raise


def _encoder() -> Any:
    import lameenc

    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(RATE)
    encoder.set_out_sample_rate(RATE)  # or LAME chooses one for the quality
    encoder.set_vbr(lameenc.VBR_MTRH)
    encoder.set_vbr_quality(VBR)
    encoder.encode(b"")  # it starts with its first block, and cannot end before; a session may have none
    return encoder


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
    return b"ID3\3\0\0" + size + body


def milliseconds(count: int) -> int:
    """Frames as the tags count time."""
    return round(1000 * seconds(count))


def _synchronised(tags: Tags) -> Any:
    """The words at their times, and nothing where silence follows, so that a player clears the line."""
    lib = _mutagen()
    entries: list[tuple[str, int]] = []
    for word, following in zip_longest(tags.words, tags.words[1:]):
        entries.append((_readable(word.text), milliseconds(word.start)))
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
    return file.getvalue()[10:]


def _mutagen() -> Any:
    """Late, and as Any: it says that it is typed, and is not."""
    import mutagen.id3

    return mutagen.id3

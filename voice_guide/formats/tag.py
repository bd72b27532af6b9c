"""The frames of an ID3 tag, and what each says: the same whichever program wrote it, in whatever order and encoding.

They are read without mutagen, which inflates, nests, and takes the square of their length for the lyrics: the time
and memory that a foreign file costs go with its size, whatever it says of itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

OURS, NEWER = 3, 4
"""The versions of ID3v2 that are read: what we write, and what many taggers make of it."""

Frame = tuple[bytes, bytes]
"""Its name, and its body."""

_CODECS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
ENCODINGS = len(_CODECS)
"""Of texts; the first version knows half of them."""

_BOMS = (b"\xff\xfe", b"\xfe\xff")
_TIMES = 16
"""Bytes of a chapter's start and end, in time and in the file."""


@dataclass(frozen=True, slots=True)
class Tag:
    """The bytes of a tag but for the ten of its head."""

    data: bytes
    version: int = OURS

    def frames(self) -> Iterator[Frame]:
        """Each in its order. Raises ValueError where none begins and the rest is not zeros."""
        return _frames(self.data, self.version)

    @property
    def padded(self) -> bool:
        """Whether room was left behind the frames. Raises ValueError as frames() does."""
        return sum(10 + len(body) for _, body in self.frames()) < len(self.data)

    def says(self, frame: Frame) -> bytes:
        """What a frame of the kinds that we write says, in a form of its own. Raises ValueError if it is damaged."""
        name, body = frame
        if name == b"CHAP":
            told, at = _until_zero(body, 0)
            return self._with_inner((told, body[at : at + _TIMES]), body[at + _TIMES :])
        if name == b"CTOC":
            return self._table(body)
        if name in (b"USLT", b"SYLT"):
            return self._words(name, body)
        if name == b"APIC":
            kind, at = _until_zero(body, 1)
            about, end = text_at(body, at + 1, self._encoding(body))
            return _packed(kind, body[at : at + 1], about.encode(), body[end:])
        return _decoded(body[1:], self._encoding(body)).rstrip("\0").encode()

    def _words(self, name: bytes, body: bytes) -> bytes:
        encoding, head = self._encoding(body), 6 if name == b"SYLT" else 4
        about, at = text_at(body, head, encoding)
        told = [body[1:head], about.encode()]
        if name == b"USLT":
            return _packed(*told, _decoded(body[at:], encoding).rstrip("\0").encode())
        while at < len(body):
            text, at = text_at(body, at, encoding)
            told += [text.encode(), body[at : at + 4]]
            at += 4
        return _packed(*told)

    def _table(self, body: bytes) -> bytes:
        name, at = _until_zero(body, 0)
        told = [name, body[at : at + 2]]
        at, count = at + 2, int.from_bytes(body[at + 1 : at + 2], "big")
        for _ in range(count):
            entry, at = _until_zero(body, at)
            told.append(entry)
        return self._with_inner(told, body[at:])

    def _with_inner(self, told: "list[bytes] | tuple[bytes, ...]", rest: bytes) -> bytes:
        """What a chapter or a table says, with the frames in it; inside these nothing is looked for."""
        inner = [
            _packed(name, self.says((name, body)) if name.startswith(b"T") else body)
            for name, body in _frames(rest, self.version)
        ]
        return _packed(*told, *inner)

    def _encoding(self, body: bytes) -> int:
        encoding = body[0] if body else ENCODINGS
        if encoding >= (ENCODINGS // 2 if self.version == OURS else ENCODINGS):
            raise ValueError(f"a text has the encoding {encoding}, which ID3v2.{self.version} has not")
        return encoding


def text_at(data: bytes, start: int, encoding: int, strict: bool = True) -> tuple[str, int]:
    """The text from a byte on, and the byte after its end. Raises ValueError."""
    width = 2 if encoding in (1, 2) else 1
    end = data.find(bytes(width), start)
    while end >= 0 and (end - start) % width:
        end = data.find(bytes(width), end + 1)
    if end < 0:
        raise ValueError(f"its timeline breaks off at byte {start} of {len(data)}")
    text = data[start:end]
    return _decoded(text, encoding) if strict else text.decode(_CODECS[encoding], "replace"), end + width


def _decoded(text: bytes, encoding: int) -> str:
    """Each text in one way only: no damage gives the same."""
    if encoding == 1 and text.strip(b"\0") and not text.startswith(_BOMS):
        raise ValueError("a text tells no order of its bytes")
    return text.decode(_CODECS[encoding])


def _frames(tags: bytes, version: int) -> Iterator[Frame]:
    at, bits = 0, 8 if version == OURS else 7
    while at < len(tags):
        name, body = tags[at : at + 4], at + 10
        size = number(tags[at + 4 : at + 8], bits)
        if not name.isalnum() or any(tags[at + 8 : body]) or not 0 <= size <= len(tags) - body:
            if not any(tags[at:]):
                return
            raise ValueError(f"its tags are damaged at byte {10 + at}, where {tags[at:body].hex(' ')} stands")
        at = body + size
        yield name, tags[body:at]


def number(data: bytes, bits: int) -> int:
    """A number of so many bits a byte, the highest first; -1 where a byte has more."""
    total = 0
    for byte in data:
        if byte >> bits:
            return -1
        total = total << bits | byte
    return total


def _until_zero(body: bytes, start: int) -> tuple[bytes, int]:
    end = body.find(b"\0", start)
    if end < 0:
        raise ValueError(f"a name breaks off at byte {start} of {len(body)}")
    return body[start:end], end + 1


def _packed(*fields: bytes) -> bytes:
    return b"".join(len(field).to_bytes(4, "big") + field for field in fields)

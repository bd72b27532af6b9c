"""The stamp of a file that is not ours to lay out: a comment in it with a digest of every byte but its own digits.

Whoever writes the file puts BLANK where comments go; stamp() then finds it and fills in the digits. Any change is told,
and so is one by a player: which of its tags is another cannot be said.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import reduce
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

_MARK = b"voice-guide sha256 "
_DIGITS = 64
BLANK = _MARK.decode() + "0" * _DIGITS
"""The comment, until the file is done."""

_PIECE = 1 << 20
_PAGE = 1 << 16
"""Bytes that no page of Ogg exceeds, nearly."""
_CHECKSUM_AT, _CHECKSUM = 22, struct.Struct("<I")

Gap = tuple[int, int]
"""Where in a file, and how many bytes."""


def stamp(path: Path) -> None:
    """Fill in the digits; of a file without BLANK nothing."""
    with path.open("r+b") as file:
        digits_at = _find(file, BLANK.encode(), len(_MARK))
        if digits_at < 0:
            return
        page = _page(file, digits_at)
        digits = _digest(file, digits_at, page)
        file.seek(digits_at)
        file.write(digits)
        if page:
            checksum = _checksum(file, page)
            file.seek(page[0] + _CHECKSUM_AT)
            file.write(checksum)


def has_stamp(file: BinaryIO) -> bool:
    """Whether there is one, right or wrong."""
    return _find(file, _MARK) >= 0


def is_as_stamped(file: BinaryIO) -> bool:
    """Whether every byte is as it was when the file got its stamp."""
    digits_at = _find(file, _MARK, len(_MARK))
    page = _page(file, digits_at)
    if page:
        file.seek(page[0] + _CHECKSUM_AT)
        if file.read(_CHECKSUM.size) != _checksum(file, page):
            return False
    expected = _digest(file, digits_at, page)
    file.seek(digits_at)
    return file.read(_DIGITS) == expected


def _find(file: BinaryIO, what: bytes, beyond: int = 0) -> int:
    """The first place of some bytes, or so far beyond; -1 where they are not."""
    at, before = 0, b""
    for piece in _pieces(file):
        found = (before + piece).find(what)
        if found >= 0:
            return at - len(before) + found + beyond
        at += len(piece)
        before = (before + piece)[-len(what) :]
    return -1


def _digest(file: BinaryIO, digits_at: int, page: Gap | None) -> bytes:
    """Of all bytes, with zeros for the digits, and for the checksum that depends on them."""
    gaps = [(digits_at, _DIGITS)] + ([(page[0] + _CHECKSUM_AT, _CHECKSUM.size)] if page else [])
    made, at = sha256(), 0
    for piece in _pieces(file):
        made.update(_without(piece, at, gaps))
        at += len(piece)
    return made.hexdigest().encode()


def _without(piece: bytes, at: int, gaps: Sequence[Gap]) -> bytes:
    for start, size in gaps:
        first, last = max(0, start - at), min(len(piece), start + size - at)
        if first < last:
            piece = piece[:first] + bytes(last - first) + piece[last:]
    return piece


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(_PIECE):
        yield piece


def _page(file: BinaryIO, at: int) -> Gap | None:
    """The page of Ogg around a byte, which has a checksum of its own; none in other containers."""
    file.seek(0)
    if file.read(4) != b"OggS":
        return None
    first = max(0, at - _PAGE)
    file.seek(first)
    start = first + max(0, file.read(at - first).rfind(b"OggS"))
    file.seek(start)
    head = file.read(27)
    sizes = file.read(head[-1])
    return start, len(head) + len(sizes) + sum(sizes)


def _checksum(file: BinaryIO, page: Gap) -> bytes:
    file.seek(page[0])
    data = _without(file.read(page[1]), 0, [(_CHECKSUM_AT, _CHECKSUM.size)])
    return _CHECKSUM.pack(reduce(lambda crc, byte: (crc << 8 & 0xFFFFFFFF) ^ _TABLE[crc >> 24 ^ byte], data, 0))


def _shifted(crc: int) -> int:
    return crc << 1 & 0xFFFFFFFF ^ (0x04C11DB7 if crc >> 31 else 0)


_TABLE = [reduce(lambda crc, _: _shifted(crc), range(8), byte << 24) for byte in range(256)]

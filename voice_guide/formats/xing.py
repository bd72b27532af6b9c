"""The silent first frame of an MP3 that tells a player its length, where to seek, and what to trim.

Without it a player guesses the length of a variable bit rate file from its first frames, and plays the
encoder's lead-in and padding as sound. The layout is Xing's with LAME's extension: what players read.
"""

import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, reduce
from hashlib import sha256

from voice_guide.pcm import RATE

FRAME = 576
"""Samples an MP3 frame holds at RATE (MPEG-2, Layer III)."""

DELAY = 576
"""Samples LAME puts before the sound."""

DECODER_DELAY = 529
"""Samples every decoder adds before that; players know it and take it off at the start."""

SIZE = 240
"""Bytes of the info frame."""

SEAL = 38
"""Bytes of a seal, for which the info frame has room."""

VBR = 5
"""LAME's variable bit rate setting, 0 the largest files, 9 the smallest."""

_KBPS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_SYNC = b"\xff\xf3"
_RATE = 0b01
"""How a header says RATE."""
_HEADER = _SYNC + b"\x94\xc4" + bytes(9)  # 80 kbit/s, RATE, mono; then side information that says: no sound
_LAYOUT = struct.Struct(">4sIII100sI9sBB8sBB3sBBHIH")  # and last its own checksum
_OWN_AT = len(_HEADER) + _LAYOUT.size
_SEAL_AT = _OWN_AT + 2
_SEALED = 1 << 15
"""A bit of the setting that LAME leaves unused: a seal follows the checksum, where LAME writes zeros."""


class FrameCount:
    """Counts the frames of a stream as it passes, in any pieces, and makes the info frame of the whole."""

    def __init__(self) -> None:
        self._sizes = array("H")
        self._bytes = 0
        """Of all whole frames so far."""
        self._checksum = Checksum()
        self._digest = sha256()
        self._rest = b""

    def add(self, stream: bytes, sizes: "array[int] | None" = None) -> None:
        """Count a piece, or whole frames of known sizes. Raises ValueError where no frame of ours begins."""
        self._checksum.add(stream)
        self._digest.update(stream)
        if sizes is not None and not self._rest:
            self._sizes.extend(sizes)
            self._bytes += len(stream)
            return
        data, at = self._rest + stream, 0
        while len(data) - at >= 4 and len(data) - at >= (size := frame_size(data[at : at + 4])):
            self._sizes.append(size)
            at += size
        self._bytes += at
        self._rest = data[at:]

    @property
    def frames(self) -> int:
        """The whole MP3 frames so far."""
        return len(self._sizes)

    @property
    def rest(self) -> int:
        """The bytes so far of a frame that is not whole yet."""
        return len(self._rest)

    def silence(self, count: int, kbps: int = 0) -> tuple[bytes, "array[int]"]:
        """So many silent MP3 frames to come next, and their sizes: the smallest, or of the constant bit rate."""
        kinds = [
            _SYNC + bytes([_KBPS.index(kbps or _KBPS[1]) << 4 | _RATE << 2 | padded << 1, 0xC4]) for padded in (0, 1)
        ]
        plain, longer = (kind.ljust(frame_size(kind), b"\0") for kind in kinds)
        if not kbps:
            return plain * count, array("H", [len(plain)]) * count
        frames, total = [], self._bytes
        for number in range(len(self._sizes) + 1, len(self._sizes) + count + 1):
            frames.append(longer if total + len(longer) <= number * 72_000 * kbps // RATE else plain)
            total += len(frames[-1])
        return b"".join(frames), array("H", map(len, frames))

    @property
    def digest(self) -> bytes:
        """The SHA-256 of all bytes so far."""
        return self._digest.digest()

    def info_frame(self, length: int, kbps: int = 0, sealed: bool = False) -> bytes:
        """The info frame, SIZE bytes, of a stream that holds `length` frames of sound (samples).

        `kbps` is its bit rate where that is constant; with_seal() has to follow where it is `sealed`.
        """
        count, size = len(self._sizes), SIZE + self._bytes
        padding = count * FRAME - DELAY - length
        if self._rest or not DECODER_DELAY <= padding < 1 << 12:
            raise ValueError(f"{count} MP3 frames and {len(self._rest)} bytes do not hold {length} samples")
        frame = _HEADER + _LAYOUT.pack(
            b"Info" if kbps else b"Xing",
            0b1111,  # with count, size, seek table and quality
            count,
            size,
            self._seek_table(size),
            100 - 10 * VBR,
            b"LAME3.100",  # what players look for before they trim; the encoder's own is in its frames
            1 if kbps else 4,  # constant, or variable by LAME's newer method
            0,  # lowpass, and then peak and gains: not known
            bytes(8),
            0,
            kbps or _KBPS[1],
            (DELAY << 12 | padding).to_bytes(3, "big"),
            0,
            0,
            500 - 10 * VBR | _SEALED * sealed,
            size,
            self._checksum.value(),
        )
        own = Checksum()
        own.add(frame)
        return (frame + own.value().to_bytes(2, "big")).ljust(SIZE, b"\0")

    def _seek_table(self, size: int) -> bytes:
        """For each hundredth of the time, how many 256ths of the file come before it."""
        table, before, counted = bytearray(), SIZE, 0
        for hundredth in range(100):
            upto = hundredth * len(self._sizes) // 100
            before += sum(self._sizes[counted:upto])
            counted = upto
            table.append(256 * before // size)
        return bytes(table)


@dataclass(frozen=True, slots=True)
class Info:
    """What an info frame tells of its stream: MP3 frames, frames of sound (samples), the checksum of all bytes."""

    frames: int
    length: int
    checksum: int
    seal: bytes = b""
    """None in files of the first versions."""


def with_seal(frame: bytes, seal: bytes) -> bytes:
    """An info frame that is `sealed`, with its seal of SEAL bytes."""
    return (frame[:_SEAL_AT] + seal).ljust(SIZE, b"\0")


def read_info(frame: bytes) -> Info:
    """What an info frame of ours tells. Raises ValueError for any other bytes."""
    if len(frame) < SIZE or not frame.startswith(_HEADER + b"Xing"):
        raise ValueError("its sound does not begin with the header that tells its length")
    own = Checksum()
    own.add(frame[:_OWN_AT])
    told, is_so = int.from_bytes(frame[_OWN_AT : _OWN_AT + 2], "big"), own.value()
    if told != is_so:
        raise ValueError(f"the header of its sound was changed: its checksum is {is_so:04x} and it says {told:04x}")
    _, _, count, *_, trim, _, _, setting, _, checksum = _LAYOUT.unpack_from(frame, len(_HEADER))
    delay, padding = divmod(int.from_bytes(trim, "big"), 1 << 12)
    seal = frame[_SEAL_AT : _SEAL_AT + SEAL] if setting & _SEALED else b""
    return Info(count, count * FRAME - delay - padding, checksum, seal)


@cache  # of a few thousand that there can be
def frame_size(header: bytes) -> int:
    """Bytes of the frame that begins with these four. Raises ValueError if it is not a frame of ours."""
    rate, padded, index, mono = header[2] >> 2 & 0b11, header[2] >> 1 & 1, header[2] >> 4, header[3] >> 6 == 0b11
    if header[:2] != _SYNC or rate != _RATE or not 0 < index < len(_KBPS) or not mono:
        raise ValueError(f"no mono MP3 frame of {RATE} samples a second begins with {header.hex(' ')}")
    return 72_000 * _KBPS[index] // RATE + padded


class Checksum:
    """CRC-16 of LAME's info tag (polynomial 0x8005, low bit first) over a stream in pieces.

    Byte by byte in Python it would take a good part of the encoding time. But x has order 32,767 modulo
    this polynomial, so blocks of 32,767 bytes, and at last of 32,767 bits, may be XORed into one, which big
    integers do in no time, and only that one is worked through.
    """

    _PERIOD = 32_767
    _MASK = (1 << _PERIOD) - 1

    def __init__(self) -> None:
        self._folded = 0
        self._rest = b""

    def add(self, stream: bytes) -> None:
        """Take the next piece in."""
        data, at = self._rest + stream, 0
        while len(data) - at >= self._PERIOD:
            self._folded ^= int.from_bytes(data[at : at + self._PERIOD], "little")
            at += self._PERIOD
        self._rest = data[at:]

    def value(self) -> int:
        """The checksum of all pieces so far, 16 bits."""
        data = self._folded.to_bytes(self._PERIOD, "little") + self._rest
        bits, folded = int.from_bytes(data, "little") << -8 * len(data) % self._PERIOD, 0
        while bits:
            folded ^= bits & self._MASK
            bits >>= self._PERIOD
        return _crc((folded << 1).to_bytes(self._PERIOD // 8 + 1, "little"))


def _crc(data: Iterable[int]) -> int:
    return reduce(lambda crc, byte: crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF], data, 0)


_TABLE = [reduce(lambda crc, _: crc >> 1 ^ (0xA001 if crc & 1 else 0), range(8), byte) for byte in range(256)]

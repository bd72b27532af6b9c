"""A session as an MP3: the whole file under its name, or no file.

The same sound and tags give the same bytes: nothing of the clock or the machine is in them.
"""

from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from voice_guide.errors import VoiceGuideError
from voice_guide.formats.id3 import HEAD, Tags, id3
from voice_guide.formats.seal import seal
from voice_guide.formats.tag import Tag
from voice_guide.formats.xing import DECODER_DELAY, DELAY, FRAME, SIZE, VBR, FrameCount, frame_size, with_seal
from voice_guide.pcm import RATE, Pcm, length
from voice_guide.storage.whole import AllOrNothing, Memory, WholeFile


@dataclass(frozen=True, slots=True)
class Stream:
    """Whole MP3 frames that were encoded by themselves, and their sizes in bytes."""

    data: bytes
    sizes: "array[int]"

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Frames of ours. Raises ValueError for anything else."""
        sizes, at = array("H"), 0
        while at < len(data):
            sizes.append(frame_size(data[at : at + 4]))
            at += sizes[-1]
        return cls(data, sizes)


class Mp3(AllOrNothing):
    """A sink that encodes what it is given into `path`, which comes to be, or is replaced, at close().

    Leave its `with` block by an exception, or call abort(), and nothing is left of it. So it is when it
    cannot be made: VoiceGuideError, of a bad path before anything is encoded.
    """

    stretch = 100 * FRAME

    def __init__(self, path: Path | Memory, tags: Tags, kbps: int = 0) -> None:
        """`kbps` is a constant bit rate; else it varies with the sound."""
        head = id3(tags)
        self._kbps = kbps
        self._encoder: Any = None
        self._count = FrameCount()
        self._length = 0
        self._tag = Tag(head[HEAD:])
        self._info_at = len(head)
        self._file = path if isinstance(path, Memory) else WholeFile(path)
        with self._or_nothing():
            self._file.write(head + bytes(SIZE))  # the info frame is known at the end

    def write(self, block: Pcm) -> int:
        """Encode a block of any length; answers the frames taken, which is all of them."""
        with self._or_nothing():
            self._encoder = self._encoder or encoder(self._kbps)
            self._add(self._encoder.encode(block))
        self._length += length(block)
        return length(block)

    def join(self, streams: Iterable[tuple[int, Stream]], count: int) -> None:
        """A whole session of `count` frames of sound, in place of write(): nothing is encoded.

        Each stream begins at its MP3 frame, counted from the start of the session and not before the end of the one
        before; between them is silence.
        """
        with self._or_nothing():
            for start, stream in streams:
                if start < self._count.frames:
                    raise ValueError(f"a stream begins at MP3 frame {start}, inside the one before")
                self._silence(start - self._count.frames)
                self._count.add(stream.data, stream.sizes)
                self._file.write(stream.data)
            self._silence(-(-(count + DELAY + DECODER_DELAY) // FRAME) - self._count.frames)
        self._length = count

    def _silence(self, count: int) -> None:
        data, sizes = self._count.silence(count, self._kbps)
        self._count.add(data, sizes)
        self._file.write(data)

    def close(self) -> None:
        """Finish the file and give it its name. Does nothing the second time, or after an abort."""
        if self._file.closed:
            return
        with self._or_nothing():
            if not self._count.frames or self._encoder:
                self._encoder = self._encoder or encoder(self._kbps)
                self._add(self._encoder.flush())
            info = self._count.info_frame(self._length, self._kbps, sealed=True)
            self._file.rewrite(self._info_at, with_seal(info, seal(self._tag, self._count.digest, info)))
            self._file.keep()

    def abort(self) -> None:
        """Leave nothing behind. Does nothing after a close."""
        self._file.drop()

    def _add(self, stream: bytes) -> None:
        self._count.add(stream)
        self._file.write(stream)

    @contextmanager
    def _or_nothing(self) -> Iterator[None]:
        with super()._or_nothing():
            try:
                yield
            except (ValueError, RuntimeError) as error:
                raise VoiceGuideError(f"cannot encode MP3: {error}; reinstall lameenc") from error


def encoder(kbps: int = 0) -> Any:
    """LAME, as every session is encoded: starting afresh; at a constant bit rate, or one that varies.

    Raises VoiceGuideError where there is none, as on systems that its wheels are not made for.
    """
    lameenc = _lameenc()
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(RATE)
    encoder.set_out_sample_rate(RATE)  # or LAME chooses one for the quality
    if kbps:
        encoder.set_bit_rate(kbps)
    else:
        encoder.set_vbr(lameenc.VBR_MTRH)
        encoder.set_vbr_quality(VBR)
    encoder.encode(b"")  # it starts with its first block, and cannot end before; a session may have none
    return encoder


@cache
def encoder_version() -> str:
    """Of LAME's package. Raises VoiceGuideError where there is none."""
    from importlib.metadata import version

    return version(_lameenc().__name__)


def _lameenc() -> Any:
    try:
        import lameenc
    except ImportError as fault:
        remedy = "pip install lameenc, or write .wav, or another format with ffmpeg"
        raise VoiceGuideError(f"no MP3 on this machine: {fault}; {remedy}") from fault
    return lameenc

"""A session as an MP3: the whole file under its name, or no file.

The same sound and tags give the same bytes: nothing of the clock or the machine is in them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from voice_guide.errors import VoiceGuideError
from voice_guide.pcm import RATE, Pcm, length
from voice_guide.sinks.id3 import Tags, id3
from voice_guide.sinks.xing import FRAME, SIZE, VBR, FrameCount
from voice_guide.whole import WholeFile


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

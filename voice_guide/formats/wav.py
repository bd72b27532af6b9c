"""A session as a WAV, sample by sample as it is played: the whole file under its name, or no file.

It has no chapters: those of a WAV are read by sound editors, and by none of the players people have. It ends with its
stamp, as a comment.
"""

import struct
from pathlib import Path

from voice_guide.errors import VoiceGuideError
from voice_guide.formats.stamp import BLANK, stamp
from voice_guide.pcm import WAV_HEAD, WIDTH, Pcm, frames, length, seconds, wav_head
from voice_guide.storage.whole import AllOrNothing, WholeFile, errors_told

_COMMENT = BLANK.encode() + b"\0"
_STAMP = struct.pack("<4sI4s4sI", b"LIST", len(_COMMENT) + 12, b"INFO", b"ICMT", len(_COMMENT)) + _COMMENT
_MOST = (1 << 32) - WAV_HEAD - len(_STAMP)
"""Bytes of sound; a WAV counts itself in four bytes."""


class Wav(AllOrNothing):
    """A sink that writes what it is given into `path`, which comes to be, or is replaced, at close().

    Leave its `with` block by an exception, or call abort(), and nothing is left of it. So it is when it
    cannot be made: VoiceGuideError.
    """

    stretch = frames(1)

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = 0
        self._file = WholeFile(path)
        with self._or_nothing():
            self._file.write(bytes(WAV_HEAD))  # its sizes are known at the end

    def write(self, block: Pcm) -> int:
        """Write a block of any length; answers the frames taken, which is all of them."""
        with self._or_nothing():
            if self._size + len(block) > _MOST:
                hours = seconds(_MOST // WIDTH) / 3600
                raise VoiceGuideError(
                    f"cannot write {self._path}: a WAV holds {hours:.0f} hours at most;"
                    " choose a name ending in .mp3 or .flac with -o"
                )
            self._file.write(block)
        self._size += len(block)
        return length(block)

    def close(self) -> None:
        """Finish the file and give it its name. Does nothing the second time, or after an abort."""
        if self._file.closed:
            return
        with self._or_nothing():
            self._file.write(_STAMP)
            self._file.rewrite(0, wav_head(self._size, len(_STAMP)))
            self._file.flush()
            with errors_told(self._path):
                stamp(self._file.part)
            self._file.keep()

    def abort(self) -> None:
        """Leave nothing behind. Does nothing after a close."""
        self._file.drop()

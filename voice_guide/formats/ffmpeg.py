"""A session as m4a, m4b, Opus or FLAC, which ffmpeg encodes: the whole file under its name, or no file.

The same sound, tags and ffmpeg give the same bytes: nothing of the clock or the machine is in them. All four carry the
title, artist, album, genre, lyrics, chapters and cover: m4a and m4b with the chapters as a track and as a table, as
players of audiobooks read them, Opus and FLAC with the chapters as comments. The timed words have no place in any. As
a comment they carry their stamp.
"""

import errno
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import shorten
from typing import IO, NoReturn, cast

from voice_guide.errors import VoiceGuideError
from voice_guide.formats.captions import Chapter, milliseconds, timestamp
from voice_guide.formats.id3 import Tags
from voice_guide.formats.stamp import BLANK, stamp
from voice_guide.pcm import RATE, Pcm, frames, length
from voice_guide.storage.whole import AllOrNothing, WholeFile, errors_told

_MP4 = ("-c:a", "aac", "-b:a", "64k", "-movflags", "+faststart", "-f", "ipod")
_OPUS = ("-c:a", "libopus", "-b:a", "32k", "-application", "voip", "-ar", "24000", "-f", "opus")
_FLAC = ("-c:a", "flac", "-sample_fmt", "s16", "-f", "flac")
FORMATS = {".m4a": _MP4, ".m4b": _MP4, ".opus": _OPUS, ".flac": _FLAC}
"""The endings, and what is asked of ffmpeg for each."""

_OTHERWISE = "choose a name ending in .mp3 or .wav with -o"
_INSTALL = {"darwin": "'brew install ffmpeg'", "win32": "'winget install ffmpeg'"}
_FULL = (errno.ENOSPC, errno.EDQUOT)
_GRACE = 1.0
"""Seconds in which an ffmpeg that takes no more sound has said why and ended."""


class Ffmpeg(AllOrNothing):
    """A sink that has ffmpeg encode what it is given into `path`, which comes to be, or is replaced, at close().

    `path` ends in one of FORMATS. Leave the `with` block by an exception, or call abort(), and nothing is left of
    it, neither file nor process. So it is when it cannot be made: VoiceGuideError, at once where there is no ffmpeg.
    """

    stretch = frames(1)

    def __init__(self, path: Path, tags: Tags) -> None:
        ending = path.suffix.lower()
        program = installed()
        if program is None:
            install = _INSTALL.get(sys.platform, "with your package manager, as in 'apt install ffmpeg'")
            raise VoiceGuideError(
                f"cannot write {path}: a {ending} is made by ffmpeg, and there is none; install it, {install},"
                f" or {_OTHERWISE}"
            )
        self._path = path
        self._length = 0
        self._file = WholeFile(path)
        self._end = ExitStack()
        self._end.callback(self._file.drop)
        with self._or_nothing():
            try:
                folder = self._end.enter_context(TemporaryDirectory(prefix="voice-guide-", ignore_cleanup_errors=True))
                self._start([program, *_words(Path(folder), ending, tags)], Path(folder, "told"))
            except OSError as error:
                reason = f"ffmpeg cannot be started: {error.strerror}"
                raise VoiceGuideError(f"cannot write {path}: {reason}; {_OTHERWISE}") from error

    def _start(self, words: list[str], told: Path) -> None:
        self._told = told
        # In a session, or console, of its own: it has no terminal to read from, and Ctrl-C leaves it to abort().
        with told.open("wb") as told_to:
            self._child = subprocess.Popen(
                [*words, f"file:{self._file.part}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=told_to,
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._sound = cast(IO[bytes], self._child.stdin)
        self._end.callback(self._kill)

    def write(self, block: Pcm) -> int:
        """Give it a block of any length; answers the frames taken, which is all of them."""
        with self._or_why():
            self._sound.write(block)
        self._length += length(block)
        return length(block)

    def close(self) -> None:
        """Finish the file and give it its name. Does nothing the second time, or after an abort."""
        if self._file.closed:
            return
        with self._or_why():
            if not self._length:  # of which ffmpeg makes files that cannot be read
                raise VoiceGuideError(f"cannot write {self._path}: there is no sound to write; {_OTHERWISE}")
            self._sound.close()
            if self._child.wait() or not self._file.part.stat().st_size:
                self._fail()
            with errors_told(self._path):
                stamp(self._file.part)
            self._file.keep()
        self._end.close()

    def abort(self) -> None:
        """Leave nothing behind. Does nothing after a close."""
        self._end.close()

    def _kill(self) -> None:
        self._child.kill()
        self._child.wait()
        with suppress(OSError):  # sound that it never took
            self._sound.close()

    @contextmanager
    def _or_why(self) -> Iterator[None]:
        with self._or_nothing():
            try:
                yield
            except OSError:  # it takes no more
                self._fail()

    def _fail(self) -> NoReturn:
        """Raise what ffmpeg says is wrong. Its first line has the cause, those that follow what came of it."""
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_GRACE)
        with self._told.open("rb") as file:
            told = file.read(1 << 16).decode(errors="replace")
        for code in _FULL:
            if os.strerror(code) in told:
                with errors_told(self._path):
                    raise OSError(code, os.strerror(code))
        status = self._child.returncode
        lines = (re.sub(r"^(\[[^]]*] *)+", "", _seen(line)).strip() for line in told.splitlines())
        reason = next(filter(None, lines), f"it ended too early, with exit code {status}")
        if status is None:
            reason = "it takes no more sound"
        elif status < 0:
            reason = f"it was ended by signal {-status} ({signal.strsignal(-status)})"
        reason = shorten(reason, 200, placeholder="...")
        raise VoiceGuideError(
            f"cannot write {self._path}: ffmpeg failed: {reason}; try another ffmpeg, or {_OTHERWISE}"
        )


def installed() -> str | None:
    """The program; not one that happens to lie in the folder one is in, where Windows looks first."""
    found = shutil.which("ffmpeg")
    return found if found and Path(found).is_absolute() else None


def _words(folder: Path, ending: str, tags: Tags) -> list[str]:
    """What to ask of ffmpeg, but for the file to write; what it has to read besides the sound is put into `folder`."""
    metadata, cover = folder / "metadata", folder / "cover"
    metadata.write_bytes(_metadata(ending, tags))
    words = ["-nostdin", "-y", "-v", "error", "-xerror"]  # the last, or it calls a file done that a full disk cut off
    words += ["-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "pipe:0", "-f", "ffmetadata", "-i", f"file:{metadata}"]
    picture = []
    if tags.cover and ending != ".opus":
        cover.write_bytes(tags.cover)
        words += ["-f", "png_pipe", "-i", f"file:{cover}"]
        picture = ["-map", "2:v", "-c:v", "copy", "-disposition:v", "attached_pic"]
        picture += ["-metadata:s:v", "comment=Cover (front)"]
    words += ["-map", "0:a", *picture, "-map_metadata", "1", "-map_chapters", "1"]
    words += ["-metadata:s:a", f"language={tags.language}", "-fflags", "+bitexact", "-flags", "+bitexact"]
    return words + list(FORMATS[ending])


def _metadata(ending: str, tags: Tags) -> bytes:
    """The tags in ffmpeg's own format."""
    fields = {"comment": BLANK}  # first, where a page of Ogg ends before none of it
    fields |= {name: getattr(tags, name) for name in ("title", "artist", "album", "genre", "lyrics")}
    sections = ""
    if FORMATS[ending] is _MP4:
        sections = "".join(map(_section, tags.chapters))
    else:
        fields |= _comments(tags.chapters)
    if ending == ".m4b":
        fields["media_type"] = "2"  # an audiobook: players keep the place in it
    if ending == ".opus" and tags.cover:
        fields["METADATA_BLOCK_PICTURE"] = b64encode(_picture(tags.cover)).decode()
    head = "".join(_field(key, text) for key, text in fields.items() if text)
    return f";FFMETADATA1\n{head}{sections}".encode()


def _section(chapter: Chapter) -> str:
    # ffmpeg would cut there itself, even through a letter, and some readers then refuse the whole file.
    title = _seen(chapter.title).encode()[:255].decode(errors="ignore")
    return f"[CHAPTER]\nTIMEBASE=1/{RATE}\nSTART={chapter.start}\nEND={chapter.end}\n" + _field("title", title)


def _comments(chapters: Sequence[Chapter]) -> dict[str, str]:
    """Chapters as comments: of its own, ffmpeg writes none into FLAC, and into Opus some a second late."""
    comments = {}
    for number, chapter in enumerate(chapters):
        comments[f"CHAPTER{number:03}"] = timestamp(milliseconds(chapter.start))
        comments[f"CHAPTER{number:03}NAME"] = chapter.title
    return comments


def _field(key: str, text: str) -> str:
    escaped = re.sub(r"[=;#\\\n]", r"\\\g<0>", _seen(text))
    # A line that ends in a backslash, even an escaped one, would take the next line for its own.
    return f"{key}={escaped}{' ' if escaped.endswith(chr(92)) else ''}\n"


def _seen(text: str) -> str:
    """The text with a space for each control character but the newline."""
    return re.sub(r"[\0-\x09\x0b-\x1f\x7f-\x9f]", " ", text.encode(errors="replace").decode())


def _picture(png: bytes) -> bytes:
    """The front cover as FLAC and Opus describe a PNG."""
    front, mime, name, size, depth, colours = 3, b"image/png", b"", png[16:24], 24, 0
    head = struct.pack(f">II{len(mime)}sI", front, len(mime), mime, len(name)) + name + size
    return head + struct.pack(">III", depth, colours, len(png)) + png

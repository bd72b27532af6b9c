"""A cache is a voice that remembers: what it said once it says again, to the bit, without the engine.

An entry is a WAV file that any player plays, named after all that makes its sound, with a digest of its
name and samples at the end: under another's name it is no entry, lest a listener hear the wrong words. One
that is not exactly what we would write is a miss, and is replaced.
"""

import hashlib
import os
import re
import shutil
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from voice_guide.pcm import RATE, WIDTH, Pcm
from voice_guide.voices import Voice

_FORMAT = 2
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
_DIGEST = struct.Struct("<4sI32s")
_ENTRY = re.compile(r"[0-9a-f]{64}\.wav")
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.part")
_ABANDONED = 24 * 3600  # seconds


class Remembering:
    """A voice that keeps what `voice` says in a folder, which many processes may share."""

    def __init__(self, voice: Voice, folder: Path) -> None:
        self.hits = self.misses = 0
        self.warning = ""
        """Why sounds could not be kept, if they could not; speaking goes on without."""
        self._voice, self._folder = voice, folder

    @property
    def key(self) -> str:
        """The voice's own."""
        return self._voice.key

    def speak(self, text: str) -> Pcm:
        """What was said before, or the voice's sound, kept. Raises VoiceError."""
        sound = self.remembered(text)
        if sound:
            self.hits += 1
            return sound
        self.misses += 1
        sound = self._voice.speak(text)
        if not sound:
            return sound
        try:
            _store(self._entry(text), sound)
        except OSError as fault:
            self.warning = (
                f"cannot keep rendered cues in {self._folder}: {fault.strerror or fault}; "
                "set VOICE_GUIDE_CACHE to another folder"
            )
        return self.remembered(text) or sound

    def remembered(self, text: str) -> Pcm:
        """What was said before, none where it was not; the voice is not asked."""
        return _load(self._entry(text))

    def close(self) -> None:
        """Close the voice."""
        self._voice.close()

    def _entry(self, text: str) -> Path:
        return self._folder / _name(self.key, text)

    def __enter__(self) -> "Remembering":
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Info:
    """What a folder holds: its entries, good or broken, and their bytes."""

    entries: int
    bytes: int


def cache_folder() -> Path:
    """VOICE_GUIDE_CACHE; else `audio_cache/` of the checkout that this is; else the user's cache folder."""
    if named := os.environ.get("VOICE_GUIDE_CACHE"):
        return Path(named).expanduser()
    checkout = Path(__file__).parents[2]
    if (checkout / "pyproject.toml").is_file() and (checkout / "audio_cache").is_dir():
        return checkout / "audio_cache"
    import platformdirs

    return Path(platformdirs.user_cache_dir("voice-guide", appauthor=False))


def info(folder: Path) -> Info:
    """Counted without reading; nothing in a folder that is not there."""
    sizes: list[int] = []
    for entry in _entries(folder):
        with suppress(FileNotFoundError):  # another process may be clearing
            sizes.append(entry.lstat().st_size)
    return Info(len(sizes), sum(sizes))


def verify(folder: Path) -> list[Path]:
    """Read every entry, and remove and return the broken ones; remove what killed processes left."""
    _sweep(folder)
    broken = [entry for entry in _entries(folder) if not _load(entry)]
    for entry in broken:
        _remove(entry)
    return broken


def clear(folder: Path) -> int:
    """Remove every entry, and nothing else that may be in the folder; returns how many there were."""
    _sweep(folder)
    entries = list(_entries(folder))
    for entry in entries:
        _remove(entry)
    return len(entries)


def _name(key: str, text: str) -> str:
    everything = f"{_FORMAT}\n{key}\n{text}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(everything).hexdigest() + ".wav"


def _whole(name: str, sound: Pcm) -> bytes:
    """The file of that name for a sound."""
    size = _HEADER.size + len(sound) + _DIGEST.size
    kind = (16, 1, 1, RATE, RATE * WIDTH, WIDTH, WIDTH * 8)
    header = _HEADER.pack(b"RIFF", size - 8, b"WAVE", b"fmt ", *kind, b"data", len(sound))
    return header + sound + _DIGEST.pack(b"sha2", 32, hashlib.sha256(name.encode() + sound).digest())


def _load(entry: Path) -> Pcm:
    """The sound of a good entry, none of any other."""
    try:
        found = entry.read_bytes() if entry.is_file() else b""  # a pipe would be waited for
    except OSError:
        return b""
    sound = found[_HEADER.size : -_DIGEST.size]
    return sound if found == _whole(entry.name, sound) else b""


def _store(entry: Path, sound: Pcm) -> None:
    """Whole or not at all. Not synced, which is slow: what a power cut tears has a wrong digest: a miss."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    unfinished = entry.with_name(f".{os.urandom(8).hex()}.part")
    try:
        unfinished.write_bytes(_whole(entry.name, sound))
        if entry.is_dir():
            _remove(entry)
        unfinished.replace(entry)
    finally:
        unfinished.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in folder.iterdir() if _ENTRY.fullmatch(path.name))


def _sweep(folder: Path) -> None:
    """What is younger may still be being written."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        with suppress(OSError):
            if _UNFINISHED.fullmatch(path.name) and time.time() - path.lstat().st_mtime > _ABANDONED:
                _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

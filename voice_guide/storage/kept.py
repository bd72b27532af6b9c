"""What was made once and need not be made again: small files in a folder that many processes may share.

It stands apart from what is kept because sounds, MP3 frames and pictures are kept alike. An entry is named after all
that makes it, and carries a digest of its name and its bytes: under another's name it is no entry, lest a listener hear
the wrong words. One that is not exactly what we would write is a miss, and is replaced. A sound is a WAV file that any
player plays.

Whoever may write to the folder can put other sounds in it, but sounds cannot lengthen a hold or leave out a rule of
safety. What could, a script that was checked, is private: it counts only where the file is the listener's own and
nobody else may write to it.
"""

import hashlib
import os
import re
import stat
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from voice_guide.pcm import WAV_HEAD, wav_head
from voice_guide.storage.whole import NEW

SOUND, FRAMES, PICTURE, CHECKED = ".wav", ".frames", ".png", ".checked"
"""What can be kept, by the ending of its name."""

_DIGEST = struct.Struct("<4sI32s")
_ENTRY = re.compile(rf"[0-9a-f]{{64}}({SOUND}|{FRAMES}|{PICTURE}|{CHECKED})")
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.part")
_ABANDONED = 24 * 3600  # seconds
_LARGEST = 64 * 1024**2  # bytes: ten minutes of words in one breath would be less


class Kept:
    """A folder of entries."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warning = ""
        """Why entries could not be kept, if they could not; whoever made them goes on without."""

    def load(self, name: str, private: bool = False) -> bytes:
        """The bytes of a good entry, none of any other; of a `private` one, only those that the listener wrote."""
        return _load(self.folder / name, private)

    def store(self, name: str, data: bytes, private: bool = False) -> None:
        """Keep it whole or not at all; a `private` one for the listener's eyes."""
        try:
            _store(self.folder / name, data, 0o600 if private else 0o666)
        except OSError as fault:
            self.warning = (
                f"cannot keep rendered cues in {self.folder}: {fault.strerror or fault}; "
                "set VOICE_GUIDE_CACHE to another folder"
            )


def named(ending: str, *made_of: object) -> str:
    """The name of an entry, after all that makes it."""
    everything = "\n".join(map(str, made_of)).encode("utf-8", "surrogatepass")
    return hashlib.sha256(everything).hexdigest() + ending


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


def _around(name: str, data: bytes) -> tuple[bytes, bytes]:
    """What stands before and after the data in the file of that name."""
    made = hashlib.sha256(name.encode())
    made.update(data)
    digest = made.digest()
    if not name.endswith(SOUND):
        return b"", digest
    return wav_head(len(data), _DIGEST.size), _DIGEST.pack(b"sha2", len(digest), digest)


def _load(entry: Path, private: bool = False) -> bytes:
    """The bytes of a good entry, none of any other."""
    try:
        found = _read(entry, private) if entry.is_file() else b""  # a pipe would be waited for
    except OSError:
        return b""
    data = found[WAV_HEAD : -_DIGEST.size] if entry.suffix == SOUND else found[: -hashlib.sha256().digest_size]
    head, tail = _around(entry.name, data)
    whole = len(found) == len(head) + len(data) + len(tail) and found.startswith(head) and found.endswith(tail)
    return data if whole else b""


def _read(entry: Path, private: bool) -> bytes:
    with entry.open("rb", buffering=0) as file:
        told = os.fstat(file.fileno())
        return file.read() if told.st_size <= _LARGEST and (not private or _only_ours(told)) else b""


def _only_ours(file: os.stat_result) -> bool:
    """Nobody but the listener, and who may do all things anyway, can have written it. Windows tells no owner."""
    others = stat.S_IWGRP | stat.S_IWOTH
    return not hasattr(os, "getuid") or (file.st_uid in (os.getuid(), 0) and not file.st_mode & others)


def _store(entry: Path, data: bytes, mode: int) -> None:
    """Whole or not at all. Not synced, which is slow: what a power cut tears has a wrong digest: a miss."""
    entry.parent.mkdir(parents=True, exist_ok=True)
    unfinished = entry.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with os.fdopen(os.open(unfinished, NEW, mode), "wb") as file:
            head, tail = _around(entry.name, data)
            file.write(head + data + tail)
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
        import shutil

        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)

"""What was made once and need not be made again: small files in a folder that many processes may share.

It stands apart from what is kept because sounds, MP3 frames and pictures are kept alike. An entry is named after all
that makes it, and carries a digest of its name and its bytes: under another's name it is no entry, lest a listener hear
the wrong words. One that is not exactly what we would write is a miss, and is replaced. A sound is a WAV file that any
player plays.

The digest finds damage and no forgery, for there is no key: whoever may write to the folder decides what is heard and
shown, and a folder that we make is for its owner's writing alone. Sounds cannot lengthen a hold or leave out a rule of
safety. What could, a script that was checked, is private: it counts only where the file is the listener's own and
nobody else may write to it. All are read as if a stranger had made them.
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

from voice_guide.pcm import WIDTH, wav_head
from voice_guide.storage.bounded import read_bounded
from voice_guide.storage.folders import SHARED, make_folder, user_folder
from voice_guide.storage.links import followed
from voice_guide.storage.whole import NEW, patiently

SOUND, FRAMES, PICTURE, CHECKED = ".wav", ".frames", ".png", ".checked"
"""What can be kept, by the ending of its name."""
LARGEST = {SOUND: 40 << 20, FRAMES: 40 << 20, PICTURE: 1 << 20, CHECKED: 4 << 20}
"""Bytes of data; what is larger is not kept, and is not read.

The longest cue, 3,000 letters, takes the slowest voice twelve minutes: 36 MB, and less as MP3. A picture is of a
thousand by a thousand pixels of a byte, packed. Of a script of 256 KB the values are a few times as large.
"""

_DIGEST = struct.Struct("<4sI32s")
_ENTRY = re.compile(rf"[0-9a-f]{{64}}({SOUND}|{FRAMES}|{PICTURE}|{CHECKED})")
_UNFINISHED = re.compile(r"\.[0-9a-f]{16}\.part")
_ABANDONED = 24 * 3600  # seconds


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
        """Keep it whole or not at all, unless it is too large; a `private` one for the listener's eyes."""
        entry = self.folder / name
        if len(data) > LARGEST[entry.suffix]:
            return
        try:
            _store(entry, data, 0o600 if private else 0o644)
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
    checkout = Path(__file__).parents[2]
    ours = (checkout / "pyproject.toml").is_file() and (checkout / "audio_cache").is_dir()
    if ours and not os.environ.get("VOICE_GUIDE_CACHE"):
        return checkout / "audio_cache"
    return user_folder("VOICE_GUIDE_CACHE", "cache")


def info(folder: Path) -> Info:
    """Counted without reading; nothing in a folder that is not there."""
    sizes: list[int] = []
    for entry in _entries(folder):
        with suppress(OSError):  # another process may be clearing
            sizes.append(entry.lstat().st_size)
    return Info(len(sizes), sum(sizes))


def verify(folder: Path) -> list[Path]:
    """Read every entry, and remove the broken ones and what killed processes left.

    Returns the broken ones; one that may not be removed, as in a folder shared with others, is still there.
    """
    _sweep(folder)
    broken = [entry for entry in _entries(folder) if not _load(entry)]
    for entry in broken:
        _remove(entry)
    return broken


def clear(folder: Path) -> int:
    """Remove every entry that may be removed, and nothing else that is in the folder; returns how many went."""
    _sweep(folder)
    return sum(map(_remove, [*_entries(folder)]))


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
    head, tail = (len(part) for part in _around(entry.name, b""))
    largest = head + LARGEST[entry.suffix] + tail

    def acceptable(told: os.stat_result) -> bool:
        return told.st_size <= largest and (not private or _only_ours(entry, told))

    try:
        found = read_bounded(entry, largest, acceptable)
    except OSError:
        return b""
    data = found[head:-tail]
    if entry.suffix == SOUND and len(data) % WIDTH:
        return b""
    before, after = _around(entry.name, data)
    whole = len(found) == head + len(data) + tail and found.startswith(before) and found.endswith(after)
    return data if whole else b""


def _only_ours(entry: Path, file: os.stat_result) -> bool:
    """Nobody but the listener, and who may do all things anyway, can have written it.

    Windows tells no owner, but keeps others out of a home.
    """
    if not hasattr(os, "getuid"):
        home = os.path.realpath(os.path.expanduser("~"))  # noqa: PTH111 - Path would raise where there is none
        return Path(os.path.realpath(entry)).is_relative_to(home)
    others = stat.S_IWGRP | stat.S_IWOTH
    return file.st_uid in (os.getuid(), 0) and not file.st_mode & others


def _store(entry: Path, data: bytes, mode: int) -> None:
    """Whole or not at all. Not synced, which is slow: what a power cut tears has a wrong digest: a miss."""
    entry = followed(entry.parent) / entry.name
    make_folder(entry.parent, SHARED)
    unfinished = entry.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with os.fdopen(os.open(unfinished, NEW, mode), "wb") as file:
            head, tail = _around(entry.name, data)
            file.write(head + data + tail)
        if entry.is_dir():
            _remove(entry)
        patiently(lambda: unfinished.replace(entry))
    finally:
        unfinished.unlink(missing_ok=True)


def _entries(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        yield from [path for path in folder.iterdir() if _ENTRY.fullmatch(path.name)]


def _sweep(folder: Path) -> None:
    """What is younger may still be being written."""
    if not folder.is_dir():
        return
    for path in [path for path in folder.iterdir() if _UNFINISHED.fullmatch(path.name)]:
        with suppress(OSError):
            if time.time() - path.lstat().st_mtime > _ABANDONED:
                _remove(path)


def _remove(path: Path) -> bool:
    """Whether it is gone."""
    if path.is_dir() and not path.is_symlink():
        import shutil

        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            patiently(lambda: path.unlink(missing_ok=True))
    return not os.path.lexists(path)

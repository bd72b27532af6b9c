"""The file behind the journal: what a row is, how it is made, and short visits whose faults are one line.

It keeps SQLite's rollback journal: write-ahead logging shares memory between processes, which a folder on a
network does not give. Every change is synced, and so is the folder.
"""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from voice_guide.body.habits import Record
from voice_guide.errors import VoiceGuideError
from voice_guide.personal import away
from voice_guide.storage.links import followed
from voice_guide.storage.whole import write_whole

if TYPE_CHECKING:
    import sqlite3

_VERSION = 1
_ENDS = ("finished", "stopped", "interrupted")
COLUMNS = "id, started, routine, name, seconds, done, skipped, pain_before, pain_after, ended, light"
_SCHEMA = f"""
CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  started TEXT NOT NULL,  -- ISO 8601, with the offset of the listener's clock
  routine TEXT NOT NULL,
  name TEXT NOT NULL,
  seconds REAL NOT NULL DEFAULT 0 CHECK (seconds BETWEEN 0 AND 1e9),
  done TEXT NOT NULL DEFAULT '[]',  -- JSON: names of points
  skipped TEXT NOT NULL,  -- JSON: [name, reason] of points
  pain_before INTEGER CHECK (pain_before IN {tuple(range(11))}),
  pain_after INTEGER CHECK (pain_after IN {tuple(range(11))}),
  ended TEXT CHECK (ended IN {_ENDS}),  -- NULL until it ends
  light INTEGER NOT NULL CHECK (light IN (0, 1))
);
PRAGMA user_version = {_VERSION};
"""
_SIDES = ("-journal", "-wal", "-shm")
_FAULTY = (1, 11, 26)
"""SQLITE_ERROR (it has other tables), SQLITE_CORRUPT, SQLITE_NOTADB; all others are the system's."""


class Broken(VoiceGuideError):
    """The file is no journal, or no longer."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the journal cannot be read ({' '.join(reason.split())})")


@contextmanager
def visit(path: Path, patience: float, make: bool = False) -> Iterator["sqlite3.Connection"]:
    """The file, open; raises Broken where it is at fault, VoiceGuideError where it is out of reach."""
    import sqlite3

    try:
        real = followed(path.absolute())
        if make and inode(path) is None:
            _make(path)
        if not path.is_file() and path.exists():  # a pipe would be waited for
            raise Broken("is a folder" if path.is_dir() else "is no file")
        place = f"{address(real)}?mode=rw"
        options: dict[str, Any] = {"uri": True, "timeout": patience, "isolation_level": None}
        with closing(sqlite3.connect(place, **options)) as database:
            database.execute("PRAGMA synchronous = EXTRA")
            database.execute("PRAGMA fullfsync = ON")  # on macOS, or the disk may keep it in its own memory
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version > _VERSION:
                raise VoiceGuideError(f"journal {path} is of a newer voice-guide: bring this one up to date")
            if version < _VERSION:
                raise Broken("not written by voice-guide")
            yield database
        return
    except sqlite3.Error as fault:
        if getattr(fault, "sqlite_errorcode", 1) & 0xFF in _FAULTY:
            raise Broken(str(fault)) from None
        reason = str(fault)
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
    raise VoiceGuideError(f"journal {path} cannot be used: {reason}; VOICE_GUIDE_DATA names another folder")


def address(path: PurePath) -> str:
    """Of an absolute path, as SQLite takes it: with no name of a server, which belongs to the path on Windows."""
    uri = path.as_uri()
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def _make(path: Path) -> None:
    """A new journal for the listener alone, whole from its first instant; another process may make it first."""
    import sqlite3

    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_SCHEMA)
        empty = database.serialize()
    write_whole(path, empty, "VOICE_GUIDE_DATA", private=True, anew=True)


def sides(path: Path) -> list[Path]:
    """What SQLite may leave beside it."""
    return [path.with_name(path.name + side) for side in _SIDES]


def inode(path: Path) -> int | None:
    """What tells a file from a later one of its name; None where there never was one, -1 where that cannot be seen."""
    try:
        return path.lstat().st_ino
    except (FileNotFoundError, NotADirectoryError):
        return -1 if away(path) else None
    except OSError:
        return -1


def record(row: tuple[Any, ...]) -> Record:
    """A row as we write them; raises Broken for any other."""
    number, started, routine, name, seconds, done, skipped, before, after, ended, light = row
    try:
        when, points = datetime.fromisoformat(started), json.loads(done)
        pairs = [(point, reason) for point, reason in json.loads(skipped)]
        texts = [routine, name, *points, *(text for pair in pairs for text in pair)]
        fits = when.utcoffset() is not None and isinstance(points, list) and 0 <= seconds <= 1e9
        fits = fits and {before, after} <= {None, *range(11)} and ended in (None, *_ENDS) and light in (0, 1)
        fits = fits and all(isinstance(text, str) for text in texts)
    except (TypeError, ValueError, RecursionError):
        fits = False
    if not fits:
        raise Broken(f"session {number} makes no sense")
    end = ended or "broken off"
    return Record(number, when, routine, name, seconds, tuple(points), tuple(pairs), before, after, end, bool(light))

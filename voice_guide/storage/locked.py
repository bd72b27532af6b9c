"""A folder that one process has for itself, until it closes what it was given, or ends in whatever way."""

import os
import sys
from pathlib import Path

NAME = ".voice-guide.lock"
"""On Windows, where no folder can be locked: a file that goes with whoever holds it."""


def locked(folder: Path) -> int | None:
    """What is to be closed in the end; None where the disk knows no locks. BlockingIOError: another process has it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            lock = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_TEMPORARY)
        except OSError:
            return None
        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            os.close(lock)
            raise BlockingIOError(error.errno, error.strerror, str(folder)) from None
        return lock
    import fcntl

    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise
    except OSError:
        os.close(lock)
        return None
    return lock

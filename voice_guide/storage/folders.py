"""The user's own folders, in which nobody else changes anything: named, made so, and told where they are not.

One that is no certain place is refused, never guessed.
"""

import os
import stat
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from shlex import quote

from voice_guide.errors import VoiceGuideError

PRIVATE, SHARED = 0o700, 0o755
"""Who may look into a folder that is made: its owner alone, or all. Nobody else may write there, whatever the umask."""


def make_folder(folder: Path, mode: int) -> None:
    """Make it, and what is missing above it; one that is there stays as it is. Raises OSError."""
    try:
        folder.mkdir(mode, exist_ok=True)
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        make_folder(folder.parent, mode)
        folder.mkdir(mode, exist_ok=True)


def others_may_change(folder: Path) -> str:
    """How others could change what lies in a folder, and the remedy, in one line; empty where they cannot.

    A folder above counts where others may put another one in its place: it is theirs, or everybody may write to it and
    no sticky bit keeps them from renaming. One of a group is let pass there, for many systems make a home so.
    """
    with suppress(OSError):
        return _told(folder.resolve(strict=True))
    return ""


def _told(folder: Path) -> str:
    if sys.platform == "win32":  # which tells no owner; what lies in a profile there is that user's alone
        return ""
    here = folder.stat()
    ours = {os.geteuid(), 0, Path("/").stat().st_uid}  # and whom nothing binds; in a container the last is the second
    if here.st_uid not in ours:
        return f"{folder} belongs to another user, who may change what lies there: name a folder of yours"
    if here.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return f"others may change what lies in {folder}: chmod 700 {quote(str(folder))}"
    for above in folder.parents:
        told = above.stat()
        if told.st_uid not in ours:
            return f"{above} belongs to another user, who may replace {folder}: name a folder elsewhere"
        if told.st_mode & stat.S_IWOTH and not told.st_mode & stat.S_ISVTX:
            return f"others may replace {folder}: chmod o-w {quote(str(above))}"
    return ""


def user_folder(variable: str, kind: str, below: str = "") -> Path:
    """The folder that a variable names, else what is `below` the user's one for data, cache or runtime.

    It may not exist yet. Raises VoiceGuideError: what is kept in a folder that depends on where somebody is would be
    lost the next time, and a profile with it.
    """
    if named := os.environ.get(variable):
        try:
            return Path(named).expanduser()
        except RuntimeError:
            raise VoiceGuideError(f"{variable} is '{named}', and nobody has that home; name another folder") from None
    import platformdirs

    try:
        with warnings.catch_warnings():  # about the runtime folder of another user, for which it gives a better one
            warnings.simplefilter("ignore")
            folder = Path(getattr(platformdirs, f"user_{kind}_path")("voice-guide", appauthor=False), below)
    except RuntimeError:
        folder = Path("~")
    if not folder.is_absolute():  # older ones of platformdirs do not tell
        raise VoiceGuideError(f"you have no home folder to keep files in; set HOME, or {variable}")
    return folder

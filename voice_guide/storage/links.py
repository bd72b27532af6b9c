"""Where a path leads to, without a step through a link that somebody else may have laid as a trap."""

import errno
import os
import stat
import sys
from pathlib import Path

MOST_LINKS = 40
"""As many as Linux follows."""


def followed(path: Path) -> Path:
    """Where a path leads to, with no link left on the way, and else as it was.

    PermissionError where it is another user's link in a folder that all may write to, such as /tmp. Linux can be
    told to follow none of those, but neither is it always, nor is it asked by who reads a link and opens its target.
    """
    if sys.platform == "win32":  # which tells no owner
        return Path(os.path.realpath(path))
    here, rest, links = Path(path.anchor), _parts(path), 0
    while rest:
        there = here / rest.pop()
        try:
            link = there.lstat()
        except OSError:  # whoever makes it will be told
            link = None
        if link is None or not stat.S_ISLNK(link.st_mode):
            here = there
            continue
        if foreign(link, here.stat(), os.geteuid()):
            raise PermissionError(errno.EACCES, f"another user's link stands at {there}")
        if (links := links + 1) > MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        target = there.readlink()
        here = Path(target.anchor) if target.is_absolute() else here
        rest += _parts(target)
    return here


def _parts(path: Path) -> list[str]:
    """What follows the anchor, the last first."""
    return [part for part in reversed(path.parts) if part != path.anchor]


def foreign(link: os.stat_result, folder: os.stat_result, us: int) -> bool:
    """Whether a link may be a trap: in a folder that everybody writes to, made by neither `us` nor its owner."""
    shared = stat.S_ISVTX | stat.S_IWOTH
    return folder.st_mode & shared == shared and link.st_uid not in (us, folder.st_uid)

"""A routine's name as a file name: on every disk, and never a device."""

import re
import unicodedata

LONGEST_NAME = 60
LONGEST_ID = 80
"""Bytes; with what is put around it while it is written, a file name that every disk takes."""
DEVICES = re.compile("(con|prn|aux|nul|(com|lpt)[0-9])")
"""Names that are no files on Windows, whatever follows the dot."""


def slug(name: str) -> str:
    """A name as a file name: small letters and hyphens."""
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFKC", name).lower()).strip("-")
    short = words.encode("utf-8", "ignore")[:LONGEST_ID].decode("utf-8", "ignore").strip("-") or "routine"
    return f"{short}-routine" if DEVICES.fullmatch(short) else short

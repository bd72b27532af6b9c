"""Drawings become files: SVG for print and screen readers, PNG for covers and phones."""

import os
from contextlib import suppress
from pathlib import Path

from voice_guide.drawing import Drawing
from voice_guide.errors import VoiceGuideError
from voice_guide.pictures.png import png
from voice_guide.pictures.svg import svg


def save(drawing: Drawing, path: Path) -> None:
    """Write the file that the name ends in, .png or .svg, whole or not at all.

    Raises VoiceGuideError for any other ending, and where the file cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in (".png", ".svg"):
        raise VoiceGuideError(f"a picture is written as .png or .svg, and '{path}' ends in neither; change the name")
    data = png(drawing) if kind == ".png" else svg(drawing).encode()
    try:
        target = Path(os.path.realpath(path))  # a link keeps pointing to the file it names
        if target.exists() and not target.is_file():
            raise VoiceGuideError(f"{path} cannot be written: it is not a file; choose another with -o")
        part = target.with_name(f".{os.urandom(8).hex()}.part")
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(target)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or "not a file name").lower()
        raise VoiceGuideError(f"{path} cannot be written: {reason}; choose another with -o") from None


__all__ = ["png", "save", "svg"]

"""Drawings become files: SVG for print and screen readers, PNG for covers and phones."""

from pathlib import Path

from voice_guide.errors import VoiceGuideError
from voice_guide.pictures.drawing import Drawing
from voice_guide.pictures.png import is_png, png
from voice_guide.pictures.svg import svg
from voice_guide.storage.whole import write_whole


def save(drawing: Drawing, path: Path, option: str = "-o") -> None:
    """Write the file that the name ends in, .png or .svg, whole or not at all.

    Raises VoiceGuideError for any other ending, and where the file cannot be written; `option` is what its remedy
    names.
    """
    kind = path.suffix.lower()
    if kind not in (".png", ".svg"):
        raise VoiceGuideError(f"a picture is written as .png or .svg, and '{path}' ends in neither; change the name")
    write_whole(path, png(drawing) if kind == ".png" else svg(drawing).encode(), option)


__all__ = ["is_png", "png", "save", "svg"]

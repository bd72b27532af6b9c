"""Rendering without a cache, against the engine's own program."""

import subprocess
from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from row import Row, medians, need, seconds_of

CUES = 60


def sixty_cues(folder: Path) -> Iterator[Row]:
    """The engine's start, speaking, dressing and keeping, against `espeak-ng -w` started for each cue."""
    need("espeak-ng")
    from voice_guide.library import Library
    from voice_guide.script import compile_script
    from voice_guide.voices import open_voice
    from voice_guide.voices.cache import Remembering

    library = Library(own=folder)
    cues = [cue.text for routine in library.routines.values() for cue in compile_script(routine, library.phrases).cues]
    texts = list(dict.fromkeys(cues))[:CUES]
    fresh = count()

    def render() -> None:
        with Remembering(open_voice(), folder / f"cache{next(fresh)}") as voice:
            for text in texts:
                voice.speak(text)

    def espeak() -> None:
        settings = ["-v", "gmw/en-us", "-s", "118", "-p", "45"]  # what the worker asks of the same engine
        for text in texts:
            subprocess.run(["espeak-ng", *settings, "-w", str(folder / "said.wav"), text], check=True)

    with closing(open_voice()) as once:
        once.speak("Once.")  # imports are not rendering
    ours, theirs = medians(3, lambda: seconds_of(render), lambda: seconds_of(espeak))
    yield Row(
        "render 60 cues, nothing in the cache", f"{ours / theirs:.2f} x espeak-ng -w", "<= 1.2", ours <= 1.2 * theirs,
        f"{ours:.2f} s from starting the engine's process to the last cue in the cache, trimmed and levelled;\n"
        f"{theirs:.2f} s for a process each, neither trimmed nor levelled",
    )  # fmt: skip

"""What needs no sound server: rendering, choosing a name, the help, and for engineers the tests."""

import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, islice, product
from pathlib import Path

from table import VOICE_GUIDE, CannotRun, Row, environment, medians, run, seconds_of

from voice_guide.compiler import compile_script
from voice_guide.errors import NameUnclear
from voice_guide.library import Library
from voice_guide.routine.names import Entry, Names
from voice_guide.voices import open_voice
from voice_guide.voices.cache import Remembering

CUES = 60
MANY = 10_000


def sixty_cues(folder: Path) -> Iterator[Row]:
    """The engine's start, speaking, dressing and keeping, against `espeak-ng -w` started for each cue."""
    if not shutil.which("espeak-ng"):
        raise CannotRun("espeak-ng is not installed")
    library = Library(own=folder / "own")
    plans = [compile_script(routine, library.phrases) for routine in library.routines.values()]
    texts = list(dict.fromkeys(cue.text for plan in plans for cue in plan.cues))[:CUES]
    fresh = count()

    def render() -> None:
        with Remembering(open_voice(), folder / f"cache{next(fresh)}") as voice:
            for text in texts:
                voice.speak(text)

    def espeak() -> None:
        settings = ["-v", "gmw/en-us", "-s", "118", "-p", "45"]  # what our engine is asked for
        for text in texts:
            subprocess.run(["espeak-ng", *settings, "-w", str(folder / "said.wav"), text], check=True)

    render()  # imports are not rendering
    ours, theirs = medians(3, lambda: seconds_of(render), lambda: seconds_of(espeak))
    notes = [f"{ours:.2f} s from starting the engine to the last cue in the cache, trimmed and levelled;"]
    notes += [f"{theirs:.2f} s for `espeak-ng -w` started for each cue, neither trimmed nor levelled"]
    yield Row(f"render {CUES} cues, nothing in the cache", ours / theirs, 1.2, "x espeak-ng", notes)


def ten_thousand_names(folder: Path) -> Iterator[Row]:
    """Names made of the words of the shipped ones, so that many are alike; asked as they are misheard."""
    shipped = list(Library(own=folder / "own").routines)
    words = [sorted({name.split()[place] for name in shipped}) for place in (0, -1, -1)]
    made = [" ".join(name) for name in islice(product(*words), MANY - len(shipped))]
    names: list[Names] = []
    building = seconds_of(lambda: names.append(Names([Entry(name) for name in (*shipped, *made)])))

    def find(asked: str) -> None:
        with suppress(NameUnclear):
            names[0].find(asked)

    forms = [form for name in (*shipped[::3], *made[::1500]) for form in _misheard(name)]
    took = [1000 * medians(3, lambda form=form: seconds_of(lambda: find(form)))[0] for form in forms]
    notes = [f"the slowest of {len(took)} ways of asking; the index was built before, in {1000 * building:.0f} ms"]
    yield Row(f"choose among {MANY:,} routines", max(took), 20, "ms", notes)


def _misheard(name: str) -> list[str]:
    first, *rest = name.split()
    swapped = " ".join([*rest, first])
    return [name, f"play the {name} please", name[:2] + name[3:], swapped, f"{first} something quite different"]


def help_text(folder: Path) -> Iterator[Row]:
    """`voice-guide --help` over a Python that does nothing."""
    env = environment(folder)
    commands = [VOICE_GUIDE, "--help"], [sys.executable, "-c", "pass"]
    ours, bare = medians(15, *(lambda words=words: 1000 * seconds_of(lambda: run(words, env)) for words in commands))
    yield Row("voice-guide --help, over bare Python", ours - bare, 100, "ms", [f"{ours:.0f} ms against {bare:.0f} ms"])


def test_suite(folder: Path) -> Iterator[Row]:
    """All tests that need no sound server and no media tool."""
    command = [sys.executable, "-m", "pytest", "-m", "not device", "-p", "no:cacheprovider"]
    said: list[str] = []

    def tests() -> None:
        top = Path(__file__).parents[2]
        done = subprocess.run(command, cwd=top, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        said.append((done.stdout or done.stderr).strip().rpartition("\n")[2])

    took = seconds_of(tests)
    yield Row("the tests without a sound server", took, 60, "s", [f"on Python {platform.python_version()}: {said[0]}"])

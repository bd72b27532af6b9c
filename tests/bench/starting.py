"""What needs no sound server: rendering, choosing a name, the help, and for engineers the tests."""

import platform
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import count, islice, product
from pathlib import Path

from table import VOICE_GUIDE, CannotRun, Row, environment, medians, run, seconds_of

from voice_guide.compiler.script import compile_script
from voice_guide.errors import NameUnclear
from voice_guide.library import Library
from voice_guide.pcm import seconds
from voice_guide.understanding.names import Entry, Names
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
        with Remembering(open_voice("espeak"), folder / f"cache{next(fresh)}") as voice:
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


def every_cue(folder: Path) -> Iterator[Row]:
    """All texts of all routines in the natural voice; then Soft Landing as a file, against eSpeak with all rendered."""
    library = Library(own=folder / "own")
    plans = [compile_script(routine, library.phrases) for routine in library.routines.values()]
    texts = list(dict.fromkeys(cue.text for plan in plans for cue in plan.cues))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Remembering(open_voice("natural"), folder / "natural") as voice:
        spoken = sum(seconds(voice.length(text)) for text in texts)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    took = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    notes = [f"{len(texts)} texts, {spoken:.0f} s of speech, of the voice's process, which ends with them"]
    yield Row("all texts of all routines, natural, cold", took, 25, "s of processor", notes)
    yield Row("peak memory of the voice's process", after.ru_maxrss / 1024, 400, "MB")
    fresh = count()

    def export(voice: str, cache: str) -> float:
        env = environment(folder) | {"VOICE_GUIDE_CACHE": str(folder / cache)}
        words = [VOICE_GUIDE, "export", "soft", "landing", "--voice", voice, "-o", str(folder / "soft.mp3")]
        return seconds_of(lambda: run(words, env))

    export("espeak", "warm")
    cold, warm = medians(3, lambda: export("natural", f"cold{next(fresh)}"), lambda: export("espeak", "warm"))
    notes = [f"{cold:.2f} s, against {warm:.2f} s by eSpeak, all cues in the cache"]
    yield Row("Soft Landing, natural, cold", cold / warm, 3, "x eSpeak warm", notes)


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


def starting_warm(folder: Path) -> Iterator[Row]:
    """The processor's time of `list` and `show` over a Python that does nothing, where all they need is kept."""
    env = environment(folder)
    commands = [VOICE_GUIDE, "list"], [VOICE_GUIDE, "show", "soft landing"], [sys.executable, "-c", "pass"]
    for command in commands:
        run(command, env)
    listing, showing, bare = medians(15, *(lambda words=words: _processor(words, env) for words in commands))
    for name, took in (("list", listing), ("show", showing)):
        notes = [f"of the processor, its children with it; {bare:.0f} ms of them for a Python that does nothing"]
        yield Row(f"voice-guide {name}, warm", took, 120, "ms", notes)
    loading = [_loading([sys.executable, "-X", "importtime", VOICE_GUIDE, "list"], env) for _ in range(5)]
    parts = {part: min(took.get(part, 0.0) for took in loading) for part in loading[0]}
    notes = [f"{took:5.1f} ms {part}" for part, took in sorted(parts.items(), key=lambda pair: -pair[1]) if took >= 1]
    yield Row("what voice-guide list loads, as traced", sum(parts.values()), 100, "ms", notes)


def _processor(words: list[str], env: dict[str, str]) -> float:
    """Milliseconds that it takes, and whatever it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(words, env)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _loading(words: list[str], env: dict[str, str]) -> dict[str, float]:
    """Milliseconds to load each library and each room of ours, without what it loads in turn."""
    told = subprocess.run(words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True).stderr
    parts: dict[str, float] = {}
    for took, name in re.findall(r"import time: +(\d+) \| +\d+ \| +(\S+)", told):
        top, _, inner = name.partition(".")
        part = f"{top}.{inner.partition('.')[0]}" if top == "voice_guide" else top
        part = "Python's own" if top in sys.stdlib_module_names else part
        parts[part] = parts.get(part, 0.0) + int(took) / 1000
    return parts


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

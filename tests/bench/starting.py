"""What takes time before there is any sound: choosing a name, the help, and for us the tests."""

import platform
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path

from row import VOICE_GUIDE, Row, environment, medians, run, seconds_of

MANY = 10_000


def ten_thousand_names(folder: Path) -> Iterator[Row]:
    """Names made of the words of the shipped ones, so that many are alike; asked as they are misheard."""
    from voice_guide.errors import NameUnclear
    from voice_guide.library import Library
    from voice_guide.names import Entry, Names

    shipped = list(Library(own=folder).routines)
    words = [sorted({name.split()[place] for name in shipped}) for place in (0, -1)]
    made = [" ".join(name) for name in islice(product(*words, words[1]), MANY - len(shipped))]
    names: list[Names] = []
    building = seconds_of(lambda: names.append(Names([Entry(name) for name in (*shipped, *made)])))

    def find(asked: str) -> float:
        def once() -> None:
            try:
                names[0].find(asked)
            except NameUnclear:
                pass

        once()
        return medians(5, lambda: seconds_of(once))[0]

    asked = [form for name in (*shipped[:8], *made[::1500]) for form in misheard(name)]
    took = sorted(1000 * find(form) for form in asked)
    worst = took[-1]
    yield Row(
        f"choose among {MANY:,} routines", f"{worst:.1f} ms", "<= 20 ms", worst <= 20,
        f"the slowest of {len(asked)} ways of asking; half are below {took[len(took) // 2]:.1f} ms; "
        f"the index, built before, took {building:.1f} s",
    )  # fmt: skip


def misheard(name: str) -> list[str]:
    """As it is, politely, run together, with a letter lost, with words swapped, and something else."""
    first, *rest = name.split()
    return [
        name,
        f"play the {name} please",
        name.replace(" ", ""),
        name[:2] + name[3:],
        " ".join([*rest, first]),
        f"{first} something quite different",
    ]


def help_text(folder: Path) -> Iterator[Row]:
    """`voice-guide --help` over a Python that does nothing."""
    env = environment(folder)
    ours, bare = medians(
        15,
        lambda: seconds_of(lambda: run([VOICE_GUIDE, "--help"], env)),
        lambda: seconds_of(lambda: run([sys.executable, "-c", "pass"], env)),
    )
    over = 1000 * (ours - bare)
    yield Row(
        "voice-guide --help, over bare Python", f"{over:.0f} ms", "<= 100 ms", over <= 100,
        f"{1000 * ours:.0f} ms against {1000 * bare:.0f} ms",
    )  # fmt: skip


def test_suite(folder: Path) -> Iterator[Row]:
    """Everything that needs no sound server and no media tool."""
    top = Path(__file__).parents[2]
    said: list[str] = []

    def tests() -> None:
        command = [sys.executable, "-m", "pytest", "-m", "not device", "-p", "no:cacheprovider"]
        done = subprocess.run(command, cwd=top, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        said.extend(done.stdout.splitlines()[-1:])

    took = seconds_of(tests)
    yield Row(
        "the tests without a sound server", f"{took:.0f} s", "<= 60 s", took <= 60,
        f"on Python {platform.python_version()}: {' '.join(said)}",
    )  # fmt: skip

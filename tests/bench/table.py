"""A row of the table, and what every measurement shares."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

VOICE_GUIDE = str(Path(sys.executable).with_name("voice-guide"))


class CannotRun(Exception):
    """Why a row cannot be measured here."""


@dataclass(frozen=True, slots=True)
class Row:
    """A figure that shall not be over the bar, and lines on what was counted."""

    what: str
    figure: float
    bar: float
    unit: str
    notes: Sequence[str] = ()


def seconds_of(action: Callable[[], object]) -> float:
    """The time it takes once."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def medians(times: int, *figures: Callable[[], float]) -> list[float]:
    """The median of each. They take turns, so that a slow moment of the machine hits all."""
    rounds = [[figure() for figure in figures] for _ in range(times)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def environment(folder: Path, env: dict[str, str] | None = None) -> dict[str, str]:
    """`folder` is home and holds the cache. Bytecode is kept, as for a listener, whatever the shell says."""
    mine = dict.fromkeys(("HOME", "XDG_DATA_HOME", "TMPDIR"), str(folder)) | {"NO_COLOR": "1"}
    kept = {name: value for name, value in (env or os.environ).items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | mine | {"VOICE_GUIDE_CACHE": str(folder / "cache"), "VOICE_GUIDE_SCRIPTS": str(folder / "own")}


def run(command: Sequence[str], env: dict[str, str]) -> str:
    """Its stdout; CannotRun with its last words when it fails."""
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise CannotRun(f"{Path(command[0]).name} left with {done.returncode}: {said[-1] if said else ''}")
    return done.stdout

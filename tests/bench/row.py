"""What every measurement shares: a row of the table, a median, a clean environment for what is measured."""

import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

VOICE_GUIDE = str(Path(sys.executable).with_name("voice-guide"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `ok` is None where nothing could be measured; `note` says what was counted."""

    what: str
    figure: str
    bar: str
    ok: bool | None
    note: str = ""


class CannotRun(Exception):
    """Why a row cannot be measured here."""


def need(*programs: str) -> None:
    """Raises CannotRun, naming those that this machine lacks."""
    if missing := [program for program in programs if not shutil.which(program)]:
        raise CannotRun(f"not installed: {', '.join(missing)}")


def seconds_of(action: Callable[[], object]) -> float:
    """The time it takes once."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def medians(times: int, *actions: Callable[[], float]) -> list[float]:
    """The median of what each returns. They take turns, so that a slow moment of the machine hits all."""
    rounds = [[action() for action in actions] for _ in range(times)]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def environment(folder: Path, env: dict[str, str] | None = None) -> dict[str, str]:
    """A home of its own for voice-guide, with its cache in `folder`/cache, so that nothing of a person is used.

    Bytecode is kept, as for a listener, even where the shell says that it shall not be.
    """
    home = dict.fromkeys(("HOME", "XDG_DATA_HOME", "TMPDIR", "VOICE_GUIDE_SCRIPTS"), str(folder))
    kept = {name: value for name, value in (env or os.environ).items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | home | {"VOICE_GUIDE_CACHE": str(folder / "cache"), "NO_COLOR": "1"}


def run(command: Sequence[str], env: dict[str, str] | None = None) -> str:
    """Its stdout; raises CannotRun with its last words when it fails."""
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise CannotRun(f"{Path(command[0]).name} left with {done.returncode}: {said[-1] if said else ''}")
    return done.stdout

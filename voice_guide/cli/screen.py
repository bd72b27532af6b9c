"""What people see on a terminal: lines, one line of live progress, captions, a progress bar."""

from __future__ import annotations

import os
import select
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from voice_guide.guide.moment import Moment, Progress

PATIENCE = 1.0
"""Seconds that a terminal has to take a line."""


class Screen:
    """One line of live progress on a terminal; captions, a line a cue, where there is no sound."""

    def __init__(self, captions: bool = False) -> None:
        self.live = sys.stderr is not None and sys.stderr.isatty()
        self._captions, self._shown, self._begun = captions, "", False

    def tell(self, line: str) -> None:
        """A line of its own."""
        self.end()
        self._put(f"{line}\n")

    def show(self, moment: Moment) -> None:
        """Called after every block of sound; a session in the background paints nothing over other programs."""
        from voice_guide.guide.onlooker import in_front

        if self.live and moment.keys and not self._begun:
            self.tell(moment.keys)
        self._begun = True
        if self._captions and moment.said:
            self.end()
            self._put(moment.said + "\n")
        if not self.live or not in_front(sys.stderr):
            return
        text = " · ".join(_parts(moment))[: shutil.get_terminal_size().columns - 1]
        if text != self._shown:
            self._shown = text
            self._put(f"\r\x1b[K{text}")

    def end(self) -> None:
        """Leave the terminal clean."""
        if self.live and self._shown:
            self._put("\r\x1b[K", PATIENCE)
            self._shown = ""

    def _put(self, text: str, patience: float | None = None) -> None:
        """Nothing here may stop the session: a terminal that was closed shows no more."""
        try:
            put(text, patience)
        except (OSError, ValueError, AttributeError):
            self.live = self._captions = False


def _parts(moment: Moment) -> Iterator[str]:
    yield moment.title or "One moment"
    if moment.hold_left is not None:
        yield f"hold {clock(moment.hold_left)}"
    if moment.left is not None:
        yield f"{clock(moment.left)} to go"
    if moment.paused:
        yield "paused"
    elif moment.waiting:
        yield "waiting for you"


@contextmanager
def bar(what: str) -> Iterator[Progress]:
    """A progress bar for who looks at a terminal; what it gives is told how many of all parts are done."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def hint(text: str) -> None:
    """A line for those who look, if there is one; a terminal that was closed, or takes nothing, is none."""
    if text:
        with suppress(OSError, ValueError, AttributeError):
            put(f"{text}\n", PATIENCE)


def put(text: str, patience: float | None) -> None:
    """On stderr, if it takes anything within `patience` seconds, None for ever.

    Past Python's own buffer: whoever waited for a stopped terminal would hold that at the end of the program.
    """
    sys.stderr.flush()
    if sys.platform == "win32":
        click.echo(text, nl=False, err=True)
    elif select.select([], [sys.stderr], [], patience)[1]:
        data = text.encode(errors="backslashreplace")
        while data:
            data = data[os.write(sys.stderr.fileno(), data) :]


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, for reading."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"

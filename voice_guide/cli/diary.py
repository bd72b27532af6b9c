"""Tells the journal how a session goes, in a thread of its own, so that no disk ever holds up the sound."""

import time
from collections.abc import Callable
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import Literal

from voice_guide.cli.fitting import Fitted
from voice_guide.personal.journal import Journal
from voice_guide.script import Plan
from voice_guide.session import Place

Ended = Literal["finished", "stopped", "interrupted"]
PATIENCE = 5.0
"""Seconds that the end of a program waits for the disk."""


class Diary:
    """One session in the journal: begun, gone on with at every release, ended."""

    def __init__(self, journal: Journal, fitted: Fitted, plan: Plan) -> None:
        self._journal, self._fitted = journal, fitted
        self._number = self._heard = 0
        self._done: list[str] = []
        self._wanted: dict[str, set[int]] = {}
        """By point, the steps that it is released in."""
        for cue in plan.cues:
            if cue.kind == "release" and cue.point:
                self._wanted.setdefault(cue.point, set()).add(cue.step)
        self._begun = time.monotonic()
        self._todo: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._write, name="journal", daemon=True)
        self._thread.start()

    def begin(self, pain: int | None) -> None:
        """The first words are about to be heard."""
        started, fitted = datetime.now().astimezone(), self._fitted
        self._begun = time.monotonic()

        def write() -> None:
            routine = fitted.routine
            self._number = self._journal.begin(routine.id, routine.name, started, fitted.light, self._left_out())
            self._journal.update(self._number, pain_before=pain)

        self._todo.put(write)

    def see(self, place: Place) -> None:
        """Called after every block of sound: a point is done when all its releases were heard."""
        if len(place.released) == self._heard:
            return
        self._heard = len(place.released)
        steps = {cue.step for cue in place.released}
        points = [name for name, wanted in self._wanted.items() if wanted <= steps]
        names = self._fitted.library.catalogue.points
        self._done = [names[point].name for point in points]
        done, seconds = self._done, time.monotonic() - self._begun
        self._todo.put(lambda: self._journal.update(self._number, seconds=seconds, done=done))

    def end(self, ended: Ended, pain: int | None) -> None:
        """The last words were heard."""
        done, seconds = self._done, time.monotonic() - self._begun
        why = "passed over" if ended == "finished" else "not reached"
        points = dict.fromkeys(step.point.name for step in self._fitted.routine.steps if step.point)
        skipped = [*self._left_out(), *((name, why) for name in points if name not in done)]
        self._todo.put(
            lambda: self._journal.update(
                self._number, seconds=seconds, done=done, skipped=skipped, pain_after=pain, ended=ended
            )
        )

    def _left_out(self) -> list[tuple[str, str]]:
        """The points that safety left out, each with its reason."""
        changes = self._fitted.changes
        return [*{change.name: change.why for change in changes if change.what == "skipped"}.items()]

    def close(self) -> None:
        """Wait for the disk a moment."""
        self._todo.put(None)
        self._thread.join(PATIENCE)

    def _write(self) -> None:
        while todo := self._todo.get():
            todo()

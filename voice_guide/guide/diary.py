"""What is kept of a session as it goes: its row in the journal and the bookmark to go on from.

Written in threads of their own, so that no disk ever holds up the sound.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from queue import SimpleQueue
from threading import Thread
from typing import Literal

from voice_guide.body.habits import IN_PART
from voice_guide.compiler.cues import Plan
from voice_guide.compiler.timeline import Mark
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.fitted import Fitted
from voice_guide.personal.bookmark import MOST, Bookmark, Bookmarks
from voice_guide.personal.journal import Journal
from voice_guide.player.command import Place

Ended = Literal["finished", "stopped", "interrupted"]
PATIENCE = 5.0
"""Seconds that the end of a program waits for the disk."""
EVERY = 5.0
"""Seconds after which the place is written, though no other cue has come."""


class Diary:
    """One session, begun or gone on with: `page` tells what it is, and what was heard of it before."""

    def __init__(self, journal: Journal, fitted: Fitted, plan: Plan, page: Bookmark, pages: Bookmarks) -> None:
        """`plan` is the whole of it, wherever it goes on. What cannot be kept is told in `warning`."""
        self.warning = ""
        self._journal, self._fitted, self._plan, self._bookmarks = journal, fitted, plan, pages
        self._page = self._latest = page
        self.kept = Mark(page.cue, page.wait) if page.cue else None
        """Where one would go on."""
        self._number = self._heard = 0
        self._closed = False
        self._done: list[str] = []
        self._touched: set[str] = set()
        """Points whose pressing began, by id."""
        self._wanted: dict[str, set[int]] = {}
        """By point, the steps that it is released in."""
        for cue in plan.cues:
            if cue.kind == "release" and cue.point:
                self._wanted.setdefault(cue.point, set()).add(cue.step)
        self._begun = self._kept_at = time.monotonic()
        self._rows, self._pages = _Aside("journal"), _Aside("bookmark")
        self._count_done(())

    def begin(self, pain: int | None) -> None:
        """The first words are about to be heard."""
        fitted, begun = self._fitted, self._page.started
        started = datetime.fromisoformat(begun) if begun else datetime.now().astimezone()
        self._begun, self._since = time.monotonic(), datetime.now().astimezone()
        self._page = replace(self._page, pain=pain, started=started.isoformat())
        self._keep(lambda: self._bookmarks.clear(keep=MOST))

        def write() -> None:
            routine = fitted.routine
            number = self._journal.number(started) if begun else 0
            if number == 0:
                number = self._journal.begin(routine.id, routine.name, started, fitted.fit.light, fitted.fit.left_out)
            self._number = number or 0
            self._journal.update(self._number, pain_before=pain)

        self._rows.put(write)

    def see(self, place: Place) -> None:
        """Called after every block of sound: a point is done when all its releases were heard."""
        if len(place.released) != self._heard:
            self._heard = len(place.released)
            self._count_done(cue.step for cue in place.released)
            done, seconds = self._done, self._seconds()
            self._rows.put(lambda: self._journal.update(self._number, seconds=seconds, done=done))
        cue = place.clip and place.clip.cue
        if cue and cue.kind == "press" and cue.point and cue.point not in self._touched:
            self._touched.add(cue.point)
            skipped = self._skipped("")
            self._rows.put(lambda: self._journal.update(self._number, skipped=skipped))
        events = self._fitted.library.safety.events
        if any(events[name].then != "tell" for name in place.told):
            self._close_the_book()
            return
        mark, now = place.mark or self.kept, time.monotonic()  # getting back there, one is still there
        if mark and (self.kept is None or mark.cue != self.kept.cue or now - self._kept_at >= EVERY):
            self.kept, self._kept_at = mark, now
            self._turn(place, mark)

    def _close_the_book(self) -> None:
        """Nobody is led back to where something hurt, by an earlier session neither: the next one is another."""
        if not self._closed:
            self._closed, self.kept = True, None
            self._latest = replace(self._latest)  # what waits to be written is not
            self._keep(self._bookmarks.clear)

    def _turn(self, place: Place, mark: Mark) -> None:
        cue = self._plan.cues[mark.cue]
        noticed = [*self._page.noticed, *(cue.text for cue in place.noticed)]
        page = replace(
            self._page,
            saved=datetime.now().astimezone().isoformat(),
            cue=mark.cue,
            wait=mark.wait,
            step=cue.step,
            title=self._plan.titles[cue.step],
            noticed=list(dict.fromkeys(noticed)),
            released=sorted({*self._page.released, *(cue.step for cue in place.released)}),
            seconds=self._seconds(),
            room=place.room,
        )
        self._latest = page
        self._keep(lambda: self._write(page))

    def _write(self, page: Bookmark) -> None:
        if page is self._latest:  # or a slow disk would fall behind what is heard
            self._bookmarks.write(page)

    def _keep(self, act: Callable[[], None]) -> None:
        def told() -> None:
            try:
                act()
            except VoiceGuideError as error:
                self.warning = str(error)

        self._pages.put(told)

    def end(self, ended: Ended, pain: int | None) -> None:
        """The last words were heard."""
        done, seconds = self._done, self._seconds()
        skipped = self._skipped("passed over" if ended == "finished" else "not reached")
        self._rows.put(
            lambda: self._journal.update(
                self._number, seconds=seconds, done=done, skipped=skipped, pain_after=pain, ended=ended
            )
        )
        if ended == "finished":
            self._keep(lambda: self._bookmarks.remove(self._page))
            self._keep(lambda: self._bookmarks.clear(before=self._since))

    def _skipped(self, untouched: str) -> list[tuple[str, str]]:
        """Points that are not done, each with the reason; those that nobody came to yet, only with one for them."""
        points = dict.fromkeys(step.point for step in self._fitted.routine.steps if step.point)
        reasons = {p.name: IN_PART if p.id in self._touched else untouched for p in points if p.name not in self._done}
        return [*self._fitted.fit.left_out, *((name, why) for name, why in reasons.items() if why)]

    def close(self) -> None:
        """Wait for the disk a moment."""
        for thread in (self._rows, self._pages):
            thread.close()

    def _count_done(self, steps: Iterable[int]) -> None:
        heard = {*self._page.released, *steps}
        points = [name for name, wanted in self._wanted.items() if wanted <= heard]
        self._done = [self._fitted.library.catalogue.points[point].name for point in points]

    def _seconds(self) -> float:
        return self._page.seconds + time.monotonic() - self._begun


class _Aside:
    """Does one thing after the other, out of the way of the sound."""

    def __init__(self, name: str) -> None:
        self._todo: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, act: Callable[[], None]) -> None:
        self._todo.put(act)

    def close(self) -> None:
        self._todo.put(None)
        self._thread.join(PATIENCE)

    def _work(self) -> None:
        while act := self._todo.get():
            act()

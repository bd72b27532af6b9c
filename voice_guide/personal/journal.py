"""Past sessions in one SQLite file: a row from the moment one begins, so that a kill leaves it 'broken off'.

No fault of the file stops a session: what cannot be read or kept is told in `warning`.
"""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

from voice_guide.body.habits import Record
from voice_guide.errors import VoiceGuideError
from voice_guide.personal import JOURNAL, all_set_aside, data_folder, forget, remove, set_aside, tidy
from voice_guide.personal.database import COLUMNS, Broken, inode, record, sides, visit
from voice_guide.storage.whole import patiently

WEEK = 7
"""Days that a journal begun anew must span: the limits look back no further, so it knows what the lost one knew."""


class Journal:
    """The journal at `path`, else in the data folder; made when the first session begins.

    One that is broken is set aside. `patience`: seconds to wait for another process.
    """

    def __init__(self, path: Path | None = None, patience: float = 1.0) -> None:
        self.path = path or data_folder() / JOURNAL
        self.warning = ""
        """One line: what could not be read or kept."""
        self.broken = False
        """Sessions may be missing, so the strictest reading applies: the file cannot be read, or one was set aside,
        is still there, and the new one does not span a week yet."""
        self._patience = patience
        self.known = self.records()
        """The sessions before this one, oldest first."""

    def records(self) -> list[Record]:
        """Every session, oldest first; none where they cannot be read, and then `broken`."""
        try:
            found, unread = self._read(), False
        except VoiceGuideError as fault:
            found, unread = [], True
            self._warn(fault)
        aside = all_set_aside(self.path)
        days = [session.day for session in found]
        self.broken = unread or bool(aside and (not days or (max(days) - min(days)).days < WEEK))
        if self.broken and aside and not self.warning:
            self._warn(f"an earlier journal lies in {aside[-1]}: put it back, or sessions stay light for a week")
        return found

    def begin(
        self, routine: str, name: str, started: datetime, light: bool, skipped: Sequence[tuple[str, str]] = ()
    ) -> int:
        """A session begins; returns its number for `update`, 0 where it cannot be kept."""
        if started.utcoffset() is None:
            raise ValueError(f"{started} has no offset: give an aware time")
        texts = (text.encode(errors="replace").decode() for text in (started.isoformat(), routine, name))
        insert = "INSERT INTO session (started, routine, name, light, skipped) VALUES (?, ?, ?, ?, ?)"
        try:
            with visit(self.path, self._patience, make=True) as database:
                return database.execute(insert, (*texts, light, json.dumps(skipped))).lastrowid or 0
        except VoiceGuideError as fault:
            self._warn(fault)
            return 0

    def number(self, started: datetime) -> int | None:
        """Of the session that began then; 0 where there is none, None where that cannot be seen."""
        if inode(self.path) is None:
            return 0
        try:
            with visit(self.path, self._patience) as database:
                row = database.execute("SELECT id FROM session WHERE started = ?", (started.isoformat(),)).fetchone()
        except VoiceGuideError as fault:
            self._warn(fault)
            return None
        return int(row[0]) if row else 0

    def update(
        self,
        number: int,
        *,
        seconds: float | None = None,
        done: Sequence[str] | None = None,
        skipped: Sequence[tuple[str, str]] | None = None,
        pain_before: int | None = None,
        pain_after: int | None = None,
        ended: Literal["finished", "stopped", "interrupted"] | None = None,
    ) -> None:
        """What became known of session `number`; None leaves what was told before. Pain is 0 to 10."""
        for pain in (pain_before, pain_after):
            if pain is not None and pain not in range(11):
                raise ValueError(f"pain {pain}: give 0 to 10")
        lists = {"done": done, "skipped": skipped}
        told: dict[str, Any] = {name: json.dumps(points) for name, points in lists.items() if points is not None}
        told |= {"seconds": seconds, "pain_before": pain_before, "pain_after": pain_after, "ended": ended}
        told = {column: value for column, value in told.items() if value is not None}
        if not number or not told:
            return
        columns = ", ".join(f"{column} = ?" for column in told)
        try:
            with visit(self.path, self._patience) as database:
                database.execute(f"UPDATE session SET {columns} WHERE id = ?", (*told.values(), number))
        except VoiceGuideError as fault:
            self._warn(fault)

    def erase(self) -> None:
        """Delete the journal and all that was set aside. Raises VoiceGuideError where a file stays."""
        forget(self.path, sides)

    def _read(self) -> list[Record]:
        """The rows of a journal that is whole; one that is not is set aside, and VoiceGuideError says so."""
        tidy(self.path)
        seen = inode(self.path)
        if seen is None:
            for side in sides(self.path):  # who erased the journal was killed; they would be taken for the next one's
                remove(side)
            return []
        try:
            with visit(self.path, self._patience) as database:
                (state,) = database.execute("PRAGMA quick_check(1)").fetchone()
                if state != "ok":
                    raise Broken(state)
                found = [record(row) for row in database.execute(f"SELECT {COLUMNS} FROM session")]
            return sorted(found, key=lambda session: (session.started.timestamp(), session.id))
        except Broken as fault:
            if inode(self.path) != seen:  # another process has just set it aside
                return self._read()
            aside = set_aside(self.path)
            for side, beside in zip(sides(self.path), sides(aside), strict=True):
                with suppress(OSError):
                    patiently(partial(side.rename, beside))
            raise VoiceGuideError(f"{fault}: set aside as {aside}; it starts anew") from None

    def _warn(self, line: object) -> None:
        if str(line) not in self.warning:
            self.warning = "; ".join(filter(None, (self.warning, str(line))))

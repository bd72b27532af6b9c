"""A session that is prepared: found, made safe, fitted; to be heard, written, or only looked at."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from voice_guide.body.terms import Change
from voice_guide.compiler.cues import Cue
from voice_guide.compiler.timeline import Mark
from voice_guide.errors import ChoiceError, NoSpeaker, VoiceGuideError
from voice_guide.guide.fitted import Fitted, fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.moment import Progress, Show, unmoved, unseen
from voice_guide.player.resume import mark_of
from voice_guide.routine import Routine

if TYPE_CHECKING:
    from voice_guide.guide.diary import Ended
    from voice_guide.guide.steering import Control
    from voice_guide.personal.bookmark import Bookmark


STALE = 3600.0
"""Seconds after which a session is prepared anew before it is heard: the limits of the day may be others."""


@dataclass(slots=True)
class Prepared:
    """What `Guide.prepare` and `Guide.resume` give. It may be written often, and is heard once, within the hour."""

    kit: Kit
    fitted: Fitted
    heard: bool = True
    """It was prepared to be heard."""
    place: Bookmark | None = None
    """That of the session that was broken off."""
    mark: Mark | None = None
    """Where it goes on; None from the first word."""
    _since: float = field(default_factory=time.monotonic, init=False)

    @property
    def routine(self) -> Routine:
        """The routine as it is fit for today: its name, steps, and what is told of today."""
        return self.fitted.routine

    @property
    def seconds(self) -> float:
        """How long it takes: exact where minutes were asked for, else as a calm voice would take."""
        return self.fitted.fit.length

    @property
    def light(self) -> bool:
        """Nothing is pressed harder than lightly."""
        return self.fitted.fit.light

    @property
    def changes(self) -> Sequence[Change]:
        """What is different today, and why."""
        return self.fitted.fit.changes

    @property
    def cues(self) -> Sequence[Cue]:
        """All that will be said, in order."""
        return self.fitted.plan().cues

    def play(
        self,
        sink: str = "speaker",
        *,
        listen: bool = False,
        one_button: bool = False,
        keys: bool = False,
        controls: Sequence[Control] = (),
        show: Show = unseen,
    ) -> Ended:
        """Have it heard, and return how it ended: finished, stopped by the listener, or interrupted by a signal.

        `sink` is speaker, simpleaudio or silent. What steers it: the microphone where it is to `listen`, one button,
        the terminal's `keys`, and `controls` of your own, such as a `Remote`. `show` is given a Moment as it goes, in
        a thread of its own, so that it holds up nothing that is heard; what it raises is raised at the end.

        Raises NoSpeaker where there is no sound device, SafetyError after a sign of danger, another VoiceGuideError.
        """
        from voice_guide.guide.listening import Listening, Manner

        if not self.heard or time.monotonic() - self._since > STALE:
            raise ChoiceError("this session was not prepared to be heard now; prepare it again")
        with self.kit.looked_on(show) as aside:
            manner = Manner(sink, listen, one_button, keys, controls, aside)
            began = self.place.started if self.place else ""
            listening = Listening(self.kit, self.fitted, manner, self.place if self.mark else None, began)
            self.heard = False
            try:
                ended = listening.listen(self.mark)
            except NoSpeaker:
                self.heard = True
                self.kit.tell(self.fitted.remark)
                raise
        self.kit.tell(self.fitted.remark)
        return ended

    def export(
        self,
        output: Path | str = "",
        *,
        format: str | None = None,
        captions: Iterable[str] = (),
        verify: bool = False,
        progress: Progress = unmoved,
    ) -> list[Path]:
        """Write it to a file, or into a folder under the routine's name; returns the paths, the sound's first.

        The format is what the name ends in, or `format`: mp3, m4a, m4b, opus, flac, wav. `captions` stand beside it:
        vtt, srt, lrc, chapters, txt, cover, or all. `verify` reads the file again and holds it to its digest,
        an MP3 to its timeline too. Raises VoiceGuideError.
        """
        from voice_guide.formats.verify import verify as verified
        from voice_guide.guide.writing import ending_of, path_of, sidecars_of

        path = path_of(Path(output), ending_of(format) if format else None, self.routine.id)
        paths = self._written(path, sidecars_of(captions), progress)
        if verify:
            verified(paths[0])
        return paths

    def page(self, output: Path | str = "", *, progress: Progress = unmoved) -> Path:
        """Write it as a page for a phone's browser, sound and all in one file. Raises VoiceGuideError."""
        from voice_guide.guide.writing import PAGE, path_of

        return self._written(path_of(Path(output), PAGE, self.routine.id), (), progress)[0]

    def _written(self, path: Path, beside: tuple[str, ...], progress: Progress) -> list[Path]:
        from voice_guide.controls.signals import unwinding
        from voice_guide.guide.writing import Export, write

        with unwinding():
            export = Export(self.routine.name, self.fitted.plan(), self.fitted.chart(), path, beside)
            total, done = len(export.plan.cues), count(1)
            progress(0, total)
            return write(export, self.kit.studio, lambda: progress(next(done), total))


def resumed(kit: Kit, asked: bool) -> Prepared:
    """The last session from where it stood, in the voice of before unless another was named; `asked`: where it is
    another session by now, the questions of its opening are to be asked.

    Raises VoiceGuideError where there is none to go on with, SafetyError where there is to be none today.
    """
    places = kit.bookmarks.read()
    if not places:
        raise VoiceGuideError("there is no session to go on with; `voice-guide list` shows what to play")
    place = places[0]
    if len(places) > 1:
        kit.tell(f"Of {len(places)} sessions to go on with, this is the one heard last: {place.when:%d %B, %H:%M}.")
    kit = kit.twin(kit.voice_name or place.voice, place.rate, place.pitch)
    kit.start_voice()
    past = kit.journal.records()
    wishes, hours = place.wishes, (datetime.now().astimezone() - place.when).total_seconds() / 3600
    if abs(hours) < kit.library.habits.hours_apart:
        past = [one for one in past if one.started.isoformat() != place.started]
    else:  # another session: asked, limited and told as any, and a doctor's word was for that one
        wishes = replace(wishes, doctor_agreed=False)
        place = replace(place, started="", asked=False, pain=None, noticed=[], released=[], seconds=0.0, room=math.inf)
    found = fitted(kit, place.routine, wishes, kit.voice.length, asked=place.asked, heard=True, past=past)
    plan, mark = found.plan(place.asked), None
    if (plan.digest, kit.voice.key) == (place.plan, place.key) and place.cue < len(plan.cues):
        mark = Mark(place.cue, place.wait)
    else:
        mark = mark_of(plan, place.step, place.title)
    found = replace(found, asked=asked)
    if mark is None:
        return Prepared(kit, found)
    place = replace(place, key=kit.voice.key, plan=plan.digest)
    return Prepared(kit, found, True, place, mark if mark.cue else None)

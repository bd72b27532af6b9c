"""A routine by name or need, as it will be heard today: found in the library, fitted to the body, ready to compile."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from voice_guide.body.fitting import Body, Fit, Measure, Reckoned
from voice_guide.body.habits import FIRST_TIME, NEW_HERE, is_first_week
from voice_guide.body.profile import Profile
from voice_guide.body.today import asked_again
from voice_guide.body.wishes import Wishes
from voice_guide.compiler.cues import Plan
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import most_seconds
from voice_guide.compiler.timeline import Takes, sketch
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.asked import asked_for
from voice_guide.guide.kit import Kit
from voice_guide.pcm import frames, seconds
from voice_guide.routine import Routine, Step

if TYPE_CHECKING:
    from voice_guide.body.habits import Record
    from voice_guide.library import Library
    from voice_guide.pictures.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Fitted:
    """A session that was not heard yet."""

    library: Library
    fit: Fit
    wishes: Wishes
    rate: int
    """Of the voice, in words a minute."""
    asked: bool = False
    """The questions of the opening are to be asked, and not only said."""
    day: int = 0
    """Of the calendar, where it is heard now: from day to day it is said otherwise. A file is always the same."""
    remark: str = ""
    """About the profile, for those who look."""

    @property
    def routine(self) -> Routine:
        """As it is fit for today."""
        return self.fit.routine

    def plan(self, asked: bool = False) -> Plan:
        """Its cues; `asked`: the questions of the opening were asked already."""
        return compile_script(self.routine, self.library.phrases, self.rate, self.wishes.talk, asked, self.day)

    def chart(self) -> Drawing | None:
        """Its points on a body; nothing where none is pressed."""
        from voice_guide.pictures.chart import draw_chart

        points = list(dict.fromkeys(step.point for step in self.routine.steps if step.point))
        return draw_chart(self.library.charts, points, self.routine.name) if points else None


def fitted(
    kit: Kit,
    name: str,
    wishes: Wishes,
    takes: Takes | None = None,
    *,
    asked: bool = False,
    heard: bool = False,
    past: Sequence[Record] | None = None,
) -> Fitted:
    """The routine meant, made fit. Raises SafetyError with what to do now where there is to be no session.

    `takes` tells how long words really take; `asked`: the questions of the opening are to be asked; `heard`: it is
    about to be heard, so somebody's first session begins with a word about doctors. `past` are the sessions before
    it; None means those of the journal as it is now.
    """
    library: Library = kit.library
    profile, past = kit.profile, kit.journal.records() if past is None else past
    asked_words = asked_for(library, name, wishes)
    routines, wishes = asked_words.routines, asked_words.wishes
    kit.tell_broken()
    first = heard and not past and not kit.journal.broken
    means = (*asked_words.means, *_first_week(kit, profile, past, heard))
    today = kit.today(profile, past, wishes.conditions, means, wishes.doctor_agreed)
    body = Body(library, today, wishes, _measure(kit, wishes, takes, asked), _rest(library), first)
    day = kit.day.toordinal() if heard else 0
    return Fitted(library, body.fit(routines), wishes, kit.rate, asked, day, _remark(kit, profile, first))


def _first_week(kit: Kit, profile: Profile | None, past: Sequence[Record], heard: bool) -> Sequence[str]:
    """Who begins here begins mildly, unless they told that they know it already."""
    told = profile is not None and (FIRST_TIME in profile.no or FIRST_TIME in profile.yes)
    return [NEW_HERE] if heard and not told and is_first_week(past, kit.day) else []


def all_fitted(kit: Kit, wishes: Wishes, takes: Takes) -> Iterator[tuple[Routine, Fitted | VoiceGuideError]]:
    """Every routine there is, with what it becomes today, or why it is not offered."""
    today = kit.today(kit.profile, kit.journal.records(), wishes.conditions, agreed=wishes.doctor_agreed)
    body = Body(kit.library, today, wishes, _measure(kit, wishes, takes, asked=False), _rest(kit.library))
    routines = kit.library.routines.values()
    kit.tell_broken()
    for routine in routines:
        try:
            yield routine, Fitted(kit.library, body.fit([routine]), wishes, kit.rate)
        except VoiceGuideError as error:
            yield routine, error


def _measure(kit: Kit, wishes: Wishes, takes: Takes | None, asked: bool) -> Measure:
    def measure(routine: Routine, reckoned: Reckoned) -> float:
        cues = compile_script(routine, kit.library.phrases, kit.rate, wishes.talk, asked).cues
        if reckoned != "most":
            return seconds(sketch(cues, kit.rate, takes if reckoned == "real" else None).length)
        most = {cue.text: most_seconds(cue.text, kit.rate) for cue in cues if not cue.optional}
        if math.inf in most.values():
            return math.inf
        return seconds(sketch(cues, kit.rate, lambda text: frames(most[text])).length)

    return measure


def _rest(library: Library) -> Step:
    """What fills time that is left."""
    seat = next(iter(library.catalogue.postures.values()))
    return Step("rest", 0.0, text=library.phrases.rest, plain=True, posture=seat)


def _remark(kit: Kit, profile: Profile | None, first: bool) -> str:
    if profile is None:
        return "`voice-guide profile` takes a minute, and fits every session to your body" if first else ""
    old = asked_again(profile, kit.library, kit.day)
    return f"your profile is old in places ({', '.join(old)}); `voice-guide profile` asks again" if old else ""

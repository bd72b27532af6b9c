"""The listener's body today: what a routine becomes for it, or why there is to be no session.

One entrance: what was wished for comes first, then safety, and time last, within what safety left.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from voice_guide.body.choices import choose
from voice_guide.body.fit import fit, within
from voice_guide.body.refusal import refused
from voice_guide.body.safety import adapt, anything, refusal_of
from voice_guide.body.scripts import Scripts
from voice_guide.body.terms import Adapted, Change, Refusal, Today
from voice_guide.body.wishes import Wishes
from voice_guide.errors import ChoiceError, SafetyError
from voice_guide.routine import Routine, Step

Reckoned = Literal["usual", "most", "real"]
"""With a calm voice; with one that takes as long as any may; with the listener's own, whose words are then spoken."""
Measure = Callable[[Routine, Reckoned], float]
"""The length of a routine in seconds; the most is endless where nothing but the real one tells it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A routine as it will be heard today."""

    asked: Routine
    """Before anything was changed."""
    routine: Routine
    changes: tuple[Change, ...]
    length: float
    """Seconds."""
    room: float
    """Seconds that it may still become longer."""

    @property
    def light(self) -> bool:
        """Nothing is pressed harder than lightly."""
        return all(step.pressure <= 2 for step in self.routine.steps if step.point)

    @property
    def left_out(self) -> list[tuple[str, str]]:
        """The points that are left out, each with its reason."""
        return [*{change.name: change.why for change in self.changes if change.what == "skipped"}.items()]


@dataclass(frozen=True, slots=True)
class Body:
    """Makes routines fit for one listener on one day, one like the other."""

    scripts: Scripts
    today: Today
    wishes: Wishes
    measure: Measure
    rest: Step
    """What fills the time that is left."""
    first: bool = False
    """Somebody's first session begins with a word about doctors."""

    def fit(self, routines: Sequence[Routine]) -> Fit:
        """The first that is not refused. SafetyError or ChoiceError: the reason of the first one, where all are."""
        faults = []
        for routine in routines:
            try:
                return self._fit(routine)
            except (SafetyError, ChoiceError) as error:
                faults.append(error)
        raise faults[0]

    def _fit(self, asked: Routine) -> Fit:
        adapted = self._adapted(asked)
        if isinstance(adapted, Refusal):
            raise refused(adapted, self.scripts, self.today)
        cap = min(self.scripts.catalogue.limits.session, adapted.session)
        routine = adapted.routine
        if self.wishes.minutes is not None or self.measure(routine, "most") > cap:
            routine = self._timed(adapted)
            length = self._exactly(routine)
        else:
            length = self.measure(routine, "usual")
        changes = (*adapted.changes, *self._no_time(adapted.routine, routine))
        return Fit(asked, routine, changes, length, max(0.0, cap - length))

    def _adapted(self, asked: Routine) -> Adapted | Refusal:
        """As it was wished for, and made safe."""
        scripts, today = self.scripts, self.today
        refusal = refusal_of(asked, today, scripts.safety)
        if refusal and refusal.level != "instead":  # no choice may hide it
            return refusal
        chosen = choose(asked, self.wishes, scripts.catalogue)
        has = anything if chosen is asked else self.wishes.has
        adapted = adapt(chosen, today, scripts.safety, scripts.catalogue, has)
        if not self.first or isinstance(adapted, Refusal):
            return adapted
        words = (scripts.safety.words["first_start"], *adapted.routine.today)
        return replace(adapted, routine=replace(adapted.routine, today=words))

    def _timed(self, adapted: Adapted) -> Routine:
        """As long as wished, and never longer than today allows."""
        limits, routine = self.scripts.catalogue.limits, adapted.routine
        if self.wishes.minutes is not None:
            return fit(routine, self.wishes.minutes * 60, limits, self._exactly, self.rest, adapted.session)
        try:
            return within(routine, adapted.session, limits, self._exactly, self.rest)
        except ChoiceError:
            words = self.scripts.safety.words["too_long"].format(name=routine.name)
            refusal = Refusal("instead", " ".join((*routine.today, words)), ())
            raise refused(refusal, self.scripts, self.today) from None

    def _exactly(self, routine: Routine) -> float:
        return self.measure(routine, "real")

    def _no_time(self, before: Routine, after: Routine) -> list[Change]:
        """The points that time left out."""
        kept, why = _points(after), self.scripts.safety.words["no_time"]
        return [Change("skipped", name, "time", why) for name in _points(before) if name not in kept]


def _points(routine: Routine) -> dict[str, None]:
    return dict.fromkeys(step.point.name for step in routine.steps if step.point)

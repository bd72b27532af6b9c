"""The scripts on disk become values, and every fault of a script is named with its file and line.

Nothing in a script can run code, name another file, or grow past bounds that are checked here.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from voice_guide.body.terms import Safety
from voice_guide.compiler.phrases import Beat, Hear, Phrases
from voice_guide.errors import RoutineError, VoiceGuideError
from voice_guide.library.document import Document, printable
from voice_guide.library.rules import (
    Need,
    SafetyShape,
    habits_of,
    limits_of,
    questions_of,
    read_needs,
    read_safety,
)
from voice_guide.library.shapes import PhrasesShape, PointsShape, RoutineShape, tupled
from voice_guide.library.steps import Reader, slug
from voice_guide.routine import Catalogue, Hold, Point, Posture, Pressure, Routine, Tool
from voice_guide.routine.names import Entry, Names
from voice_guide.routine.vocabulary import PREFIX

if TYPE_CHECKING:
    from voice_guide.pictures.chart import Charts


def shipped_folder() -> Path:
    """The scripts of this checkout, or those inside the installed package."""
    inside = Path(__file__).parents[1] / "scripts"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "scripts"


def own_folder() -> Path:
    """Where a listener's own scripts live: VOICE_GUIDE_SCRIPTS, or the user's data folder."""
    if named := os.environ.get("VOICE_GUIDE_SCRIPTS"):
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("voice-guide", appauthor=False) / "scripts"


class Library:
    """All routines by name: the shipped ones, and the listener's own, which win over shipped namesakes."""

    def __init__(self, shipped: Path | None = None, own: Path | None = None) -> None:
        self.shipped = shipped or shipped_folder()
        self.own = own or own_folder()
        points = Document(self.shipped / "points.yaml").read_as(PointsShape)
        self._safety = Document(self.shipped / "safety.yaml")
        safety = self._rules = self._safety.read_as(SafetyShape)
        self.phrases = _phrases(Document(self.shipped / "phrases.yaml").read_as(PhrasesShape))
        self.catalogue = _catalogue(points, safety)
        self.claims = tuple(safety.claims)
        self.habits, self.questions = habits_of(safety), questions_of(safety)
        self.old_numbers = points.old_numbers
        self.broken: list[str] = []
        """A line for each script of the listener's own that cannot be used."""

    @cached_property
    def commanding(self) -> frozenset[str]:
        """What may be said to command the guide, and must never be what it says itself."""
        hear = self.phrases.hear
        bare = [phrase for said in (*hear.bare.values(), *hear.ready.values()) for phrase in said]
        felt = [phrase for event in self._rules.events.values() for phrase in event.say]
        after = [phrase for said in hear.commands.values() for phrase in said]
        after += [phrase for event in self._rules.events.values() for phrase in event.after]
        return frozenset([*bare, *felt, *(f"{PREFIX} {phrase}" for phrase in (*bare, *felt, *after))])

    @cached_property
    def safety(self) -> Safety:
        """What follows from what a listener says about their body."""
        return read_safety(self._safety, self._rules, self.catalogue, self._shipped_ids())

    @property
    def needs(self) -> Mapping[str, Need]:
        """What somebody may want help with, by id."""
        return self._needs[0]

    @property
    def otherwise(self) -> Need:
        """What is open to pain of any age."""
        return self._needs[1]

    @cached_property
    def _needs(self) -> tuple[Mapping[str, Need], Need]:
        return read_needs(self.shipped / "needs.yaml", self._rules.conditions, self._shipped_ids())

    def _shipped_ids(self) -> list[str]:
        return [path.stem for path in (self.shipped / "routines").glob("*.yaml")]

    def need(self, asked: str) -> Need:
        """The need meant by these words; raises NameUnclear."""
        names = Names(
            [Entry(need.name, need.also) for need in self.needs.values()],
            what="need",
            remedy=f"there are {', '.join(need.name for need in self.needs.values())}",
        )
        found = names.find(asked)
        return next(need for need in self.needs.values() if need.name == found)

    @cached_property
    def routines(self) -> Mapping[str, Routine]:
        """Every routine that can be played, by name, in the order of names."""
        found = {}
        for path in sorted((self.shipped / "routines").glob("*.yaml")):
            routine = self.read(path)
            found[routine.name] = routine
        shipped = {routine.id: routine.name for routine in found.values()}
        home = os.path.realpath(self.own)
        for path in self._own_scripts():
            shown = printable(str(path))
            if not Path(os.path.realpath(path)).is_relative_to(home):  # an archive may bring links to any file
                self.broken.append(f"{shown}: a link to a file elsewhere is left out; copy the file to {self.own}")
                continue
            try:
                routine = self.read(path, mine=True, shipped=shipped)
            except RoutineError as error:
                first, *more = str(error).splitlines()
                others = f" (and {len(more)} more)" if more else ""
                self.broken.append(f"{first}{others}; it is left out until `voice-guide check {shown}` finds no fault")
                continue
            found.pop(shipped.get(routine.id, ""), None)
            found[routine.name] = routine
        return dict(sorted(found.items()))

    def _own_scripts(self) -> list[Path]:
        try:
            return sorted(self.own.glob("*.yaml")) if self.own.is_dir() else []
        except OSError as error:
            reason = (error.strerror or "").lower()
            raise VoiceGuideError(f"{self.own} cannot be read: {reason}; set VOICE_GUIDE_SCRIPTS") from None

    def read(self, path: Path, mine: bool = False, shipped: Mapping[str, str] | None = None) -> Routine:
        """One script; raises RoutineError with a line for every fault in it."""
        document = Document(path)
        shape = document.read_as(RoutineShape)
        reader = Reader(document, self.catalogue, self.phrases, self.claims, self.commanding)
        return reader.routine(shape, file=str(path) if mine else "", replaces=slug(shape.name) in (shipped or {}))

    def find(self, asked: str) -> Routine:
        """The routine meant by a name as spoken or typed, or a script by its path; raises NameUnclear."""
        if asked.endswith((".yaml", ".yml")):
            return self.read(Path(asked), mine=True)
        exact = self.shipped / "routines" / f"{slug(asked)}.yaml"
        if exact.is_file() and not self._own_scripts():  # one file to read instead of all
            return self.read(exact)
        return self.routines[self.names.find(asked)]

    def by_id(self, name: str) -> Routine:
        """The shipped routine of that id, or the listener's own in its place."""
        return next(routine for routine in self.routines.values() if routine.id == name)

    @cached_property
    def charts(self) -> "Charts":
        """Where the points lie on the drawn body."""
        from voice_guide.library.charts import read_charts

        return read_charts(self.shipped)

    @cached_property
    def names(self) -> Names:
        """The index for choosing by name."""
        return Names([Entry(r.name, r.aliases) for r in self.routines.values()], self._codes())

    def _codes(self) -> dict[str, list[str]]:
        """Point codes and names, with what to ask back: they name a place, never a routine."""
        pressing: dict[str, list[str]] = {}
        for routine in self.routines.values():
            for step in routine.steps:
                if step.point and routine.name not in pressing.setdefault(step.point.id, []):
                    pressing[step.point.id].append(routine.name)
        asked: dict[str, list[str]] = dict(self.old_numbers)
        for point in self.catalogue.points.values():
            answers = pressing.get(point.id) or [f"{point.name} (not offered)"]
            for word in (point.code, point.name, *point.also):
                if word and word not in self.old_numbers:
                    asked[word] = [*asked.get(word, []), *answers]
        return {word: list(dict.fromkeys(answers)) for word, answers in asked.items()}


def _catalogue(shape: PointsShape, safety: SafetyShape) -> Catalogue:
    tools = {key: Tool(id=key, **tupled(tool)) for key, tool in shape.tools.items()}
    postures = {key: Posture(id=key, **tupled(posture)) for key, posture in shape.postures.items()}
    points = {}
    for key, point in shape.points.items():
        values = tupled(point)
        pressed = not values.pop("reference") and point.hold and point.pressure
        values["hold"] = Hold(**values["hold"]) if pressed else None
        values["pressure"] = Pressure(**values["pressure"]) if pressed else None
        points[key] = Point(id=key, **values)
    words = {word.lower(): point for point in points.values() for word in (*point.also, point.name, point.id)}
    aloud = {name: condition.aloud for name, condition in safety.conditions.items()}
    return Catalogue(points, tools, postures, aloud, safety.covers, limits_of(safety), words)


def _phrases(shape: PhrasesShape) -> Phrases:
    plain = {name: getattr(shape, name) for name in type(shape).model_fields}
    breaths = {name: _rounds(rounds) for name, rounds in shape.breaths.items()}
    plain |= {"breaths": breaths, "stay": _rounds(shape.stay)}
    plain |= {"countdown": tuple(shape.countdown), "left": tuple(shape.left), "numbers": tuple(shape.numbers)}
    plain["hear"] = Hear(**shape.hear.model_dump())
    plain |= {"closing": {ending: tuple(lines) for ending, lines in shape.closing.items()}}
    return Phrases(**plain)


def _rounds(written: list[dict[str, float]]) -> tuple[tuple[Beat, ...], ...]:
    return tuple(tuple(Beat(length, line) for line, length in lines.items()) for lines in written)


__all__ = ["Library", "own_folder", "shipped_folder", "slug"]

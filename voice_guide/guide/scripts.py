"""Looks at scripts: their cues with times, their points on a body, their faults; and a new one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voice_guide.compiler.cues import Cue
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import MOST_WORDS, sentences, unspoken
from voice_guide.compiler.timeline import left_out, sketch
from voice_guide.errors import ChoiceError, VoiceGuideError
from voice_guide.guide.kit import Kit
from voice_guide.pcm import seconds
from voice_guide.routine import Point, Routine
from voice_guide.storage.folders import PRIVATE, make_folder
from voice_guide.storage.links import followed
from voice_guide.storage.whole import errors_told, write_whole

if TYPE_CHECKING:
    from voice_guide.pictures.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Line:
    """A cue with the seconds at which its words begin and end."""

    start: float
    end: float
    cue: Cue


@dataclass(frozen=True, slots=True)
class Shown:
    """A routine as it stands in its script, spoken. `titles` are those of its steps."""

    routine: Routine
    seconds: float
    lines: Sequence[Line]
    titles: Sequence[str]
    voice: str
    """The key of the voice."""


def show(kit: Kit, name: str) -> Shown:
    """Every cue of a routine with its time, in the guide's voice. Raises NameUnclear, VoiceError."""
    from voice_guide.voices.rendering import rendered

    routine = kit.library.find(name)
    kit.tell_broken()
    plan = compile_script(routine, kit.library.phrases, kit.rate)
    timeline = rendered(plan, kit.voice)
    lines = [Line(seconds(clip.start), seconds(clip.end), clip.cue) for clip in timeline.clips]
    return Shown(routine, seconds(timeline.length), lines, plan.titles, kit.voice.key)


@dataclass(frozen=True, slots=True)
class Place:
    """A point as a chart numbers it."""

    number: int
    point: Point
    sides: Sequence[str]

    @property
    def pressed(self) -> bool:
        """It is not for reference only."""
        return self.point.hold is not None


@dataclass(frozen=True, slots=True)
class Charted:
    """The points of a routine, or one point, on a body."""

    title: str
    id: str
    """Fit for a file's name."""
    places: Sequence[Place]
    words: Sequence[str]
    """The chart for a screen reader, a line each."""
    drawing: Drawing

    def save(self, path: Path) -> None:
        """Write a .png or .svg. Raises VoiceGuideError."""
        from voice_guide.pictures import save

        save(self.drawing, path)


def chart(kit: Kit, name: str) -> Charted:
    """What the name means, a point first. Raises NameUnclear; VoiceGuideError where there is nothing to draw."""
    from voice_guide.pictures.chart import described, draw_chart, numbered, sides

    title, slug, points = _drawn(kit, " ".join(name.split()))
    if not points:
        raise VoiceGuideError(f"'{title}' presses no point, so there is nothing to draw")
    places = [Place(number, point, sides(point)) for number, point in numbered(points).items()]
    return Charted(title, slug, places, described(points), draw_chart(kit.library.charts, points, title))


def _drawn(kit: Kit, name: str) -> tuple[str, str, tuple[Point, ...]]:
    """Title, file name and points."""
    if point := _point(kit, name):
        return point.name, point.id, (point,)
    routine = kit.library.find(name)
    kit.tell_broken()
    return routine.name, routine.id, tuple(step.point for step in routine.steps if step.point)


def _point(kit: Kit, name: str) -> Point | None:
    """The point of just that name or number; a number with two meanings is asked back by the names of routines."""
    number = name.upper().replace(" ", "").replace("-", "")
    if number in kit.library.old_numbers:
        return None
    catalogue = kit.library.catalogue
    named = catalogue.words.get(name.lower())
    return named or next((point for point in catalogue.points.values() if number and point.code == number), None)


@dataclass(frozen=True, slots=True)
class Checked:
    """A script without faults; what is said in it and finds no room, each with the title of its step."""

    routine: Routine
    seconds: float
    left_out: Sequence[tuple[str, str]]
    long: Sequence[str]
    """Sentences of more words than somebody with closed eyes can follow."""
    placeless: Sequence[str]
    """What steps say that do not tell which part of the body they are about."""
    orders: int
    """How many kinds of forbidden orders its words were looked over for."""
    sentences: int
    """As many as it takes, with the answers to keys."""
    recorded: int | None
    """So many of them the guide's voice has, where that was recorded."""


def check(kit: Kit, path: Path) -> Checked:
    """Look over a script, or a routine by its name. Raises RoutineError with a line for every fault, NameUnclear."""
    from voice_guide.guide.recording import spoken

    named = not path.suffix and not path.exists()
    routine = kit.library.find(str(path)) if named else kit.library.read(path, mine=True)
    plan = compile_script(routine, kit.library.phrases)
    timeline = sketch(plan.cues)
    missing = [(cue.text, plan.titles[cue.step]) for cue in left_out(plan.cues, timeline.clips)]
    texts, voice = spoken(plan, kit.library.phrases), kit.voice.recorded if kit.voice_name else None
    recorded = voice.has(texts) if voice else None
    said = dict.fromkeys(sentence for cue in plan.cues for sentence in sentences(cue.text))
    long = [sentence for sentence in said if len(sentence.split()) > MOST_WORDS]
    about = [step for step in routine.steps if step.do == "say" or (step.tool and not step.point)]
    placeless = [step.text for step in about if not step.part]
    orders = len(kit.library.orders)
    return Checked(routine, seconds(timeline.length), missing, long, placeless, orders, len(texts), recorded)


def new_script(kit: Kit, name: str, path: Path | None = None) -> Path:
    """Start a script that plays, with a comment on each line; in the listener's own folder unless a path is given.

    Raises ChoiceError for a name that cannot be spoken, VoiceGuideError where the file is there or cannot be written.
    """
    from voice_guide.library import LONGEST_NAME, slug

    if unspoken(name) or not any(c.isalpha() for c in name) or not name.isprintable():
        raise ChoiceError(f"{name!r} is not a name to be spoken; use letters, and numbers as words")
    if len(name) > LONGEST_NAME:
        raise ChoiceError(f"a name of {len(name)} letters; {LONGEST_NAME} are enough")
    path = path or kit.library.own / f"{slug(name)}.yaml"
    start = (kit.library.shipped / "new.yaml").read_text(encoding="utf-8")
    text = start.replace("NAME", json.dumps(name, ensure_ascii=False))
    with errors_told(path):
        make_folder(followed(path).parent, PRIVATE)
    if not write_whole(path, text.encode(), anew=True):
        raise VoiceGuideError(f"{path} is there already; choose another name, or -o FILE")
    return path

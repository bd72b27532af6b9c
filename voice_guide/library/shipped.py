"""The shipped files but for the routines, read and checked; loaded only where no value was kept of them."""

from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_guide.body.listeners import Need, Rules
from voice_guide.library.document import Document
from voice_guide.library.ground import Ground
from voice_guide.library.orders import Order
from voice_guide.library.rules import SafetyShape, limits_of, read_needs, read_rules
from voice_guide.library.shapes import PhrasesShape, PointsShape, PronunciationsShape, WordsShape, tupled
from voice_guide.routine import Catalogue, Hold, Point, Posture, Pressure, Tool
from voice_guide.routine.phrases import Beat, Hear, Phrases, Sounds
from voice_guide.understanding.words import Words

if TYPE_CHECKING:
    from voice_guide.pictures.chart import Charts


class Shipped:
    """A folder of them. `raw` holds what was read of each before; every fault is a RoutineError."""

    def __init__(self, folder: Path, raw: Mapping[str, bytes]) -> None:
        self._folder, self._raw = folder, raw

    def ground(self) -> Ground:
        """What every command needs."""
        points = self._document("points").read_as(PointsShape)
        _, safety = self._safety
        return Ground(
            _catalogue(points, safety),
            _phrases(self._document("phrases").read_as(PhrasesShape)),
            tuple(safety.claims),
            tuple(Order(one.rule, one.source, tuple(one.words)) for one in safety.orders.values()),
            safety.order_words,
            {number: tuple(answers) for number, answers in points.old_numbers.items()},
        )

    def rules(self, catalogue: Catalogue, routines: Collection[str]) -> Rules:
        """What to ask a listener, and what follows from the answers."""
        return read_rules(*self._safety, catalogue, routines)

    def needs(self, conditions: Collection[str], routines: Collection[str]) -> tuple[Mapping[str, Need], Need]:
        """What somebody may want help with, and what is open to all."""
        return read_needs(self._document("needs"), conditions, routines)

    def words(self) -> Words:
        """The words of the language, for whoever says what they want."""
        shape = self._document("words").read_as(WordsShape)
        return Words(
            tuple(shape.filler.split()),
            tuple(shape.deny.split()),
            tuple(shape.until.split()),
            tuple(shape.meanwhile.split()),
            tuple(shape.alone.split()),
            tuple(shape.well.split()),
            tuple(shape.join.split()),
            shape.same,
            {word: tuple(parts) for word, parts in shape.places.items()},
            {option: {value: tuple(said) for value, said in values.items()} for option, values in shape.wishes.items()},
            tuple(shape.heard),
            tuple(shape.around),
        )

    def charts(self) -> "Charts":
        """Where the points lie on the drawn body."""
        from voice_guide.library.charts import read_charts  # late: few commands draw

        return read_charts(self._document("charts"))

    def pronunciations(self) -> Sounds:
        """How words sound for each engine, as lists of words."""
        return read_sounds(self._document("pronunciations"))

    @cached_property
    def _safety(self) -> tuple[Document, SafetyShape]:
        document = self._document("safety")
        return document, document.read_as(SafetyShape)

    def _document(self, name: str) -> Document:
        return Document(self._folder / f"{name}.yaml", self._raw.get(name, b""))


def read_sounds(document: Document) -> Sounds:
    """How words sound, by engine and word in small letters. Raises RoutineError."""
    found: dict[str, dict[str, str]] = {}
    for word, engines in document.read_as(PronunciationsShape).words.items():
        for engine, sound in engines.items():
            found.setdefault(engine, {})[word.casefold()] = sound
    return found


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
    aloud = {name: condition.aloud for name, condition in safety.conditions.items()}
    covers = {wide: tuple(names) for wide, names in safety.covers.items()}
    return Catalogue(points, tools, postures, aloud, covers, limits_of(safety))


def _phrases(shape: PhrasesShape) -> Phrases:
    plain = {name: getattr(shape, name) for name in type(shape).model_fields}
    breaths = {name: _rounds(rounds) for name, rounds in shape.breaths.items()}
    plain |= {"breaths": breaths, "stay": _rounds(shape.stay)}
    plain |= {name: tuple(lines) for name, lines in plain.items() if isinstance(lines, list) and name != "stay"}
    plain |= {"fillers": _tuples(shape.fillers.model_dump())}
    plain["hear"] = Hear(**{key: _tuples(value) for key, value in shape.hear.model_dump().items()})
    plain |= {"closing": {ending: tuple(lines) for ending, lines in shape.closing.items()}}
    return Phrases(**plain)


def _rounds(written: list[dict[str, float]]) -> tuple[tuple[Beat, ...], ...]:
    return tuple(tuple(Beat(length, line) for line, length in lines.items()) for lines in written)


def _tuples(heard: Any) -> Any:
    """With a tuple for each list."""
    if isinstance(heard, dict):
        return {key: tuple(phrases) for key, phrases in heard.items()}
    return tuple(heard) if isinstance(heard, list) else heard

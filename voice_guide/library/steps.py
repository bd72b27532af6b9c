"""From a routine as written to a routine that can be played: names looked up, gaps filled, limits held."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import unspoken
from voice_guide.compiler.timeline import sketch
from voice_guide.library.document import Document, Where, clipped
from voice_guide.library.orders import Orders
from voice_guide.library.shapes import RoutineShape, StepShape
from voice_guide.library.slugs import slug
from voice_guide.library.spots import pressed_once
from voice_guide.pcm import seconds
from voice_guide.routine import NOTHING, Catalogue, Doing, Point, Posture, Routine, Side, Step, Tool
from voice_guide.routine.phrases import Phrases
from voice_guide.routine.vocabulary import PREFIX

GOES_WITH = {
    "press": {
        "press",
        "hold",
        "side",
        "tool",
        "posture",
        "places",
        "pressure",
        "breath",
        "before",
        "repeat",
        "short",
        "source",
    },
    "rest": {"rest", "say", "tool", "posture", "part", "avoid", "repeat", "short", "source"},
    "breathe": {"breathe", "say", "breath", "tool", "posture", "part", "avoid", "repeat", "short", "source"},
    "say": {"say", "seconds", "tool", "posture", "part", "avoid", "repeat", "short", "source"},
}
DOING: tuple[Doing, ...] = ("press", "rest", "breathe")
ON_THE_BALL = 60.0
"""Seconds on a ball that is not pressed: to lie down on it and to find the place, and no more."""
T = TypeVar("T")


def commands_in(text: str, commanding: Collection[str]) -> str:
    """Words of the voice that would be a command if the microphone heard them, empty where there are none.

    An ear cuts at every comma, so that a part between two of them must be none either.
    """
    plain = text.lower().replace("’", "'")
    clauses = [" ".join(re.findall(r"[\w']+", clause)) for clause in re.split(r"[.,;:!?]", plain)]
    whole = f" {' '.join(clauses)} "
    prefixed = [phrase for phrase in commanding if phrase.startswith(f"{PREFIX} ") and f" {phrase} " in whole]
    return next((clause for clause in clauses if clause in commanding), next(iter(prefixed), ""))


class Reader:
    """Reads one document; every fault goes to the document, so that all are reported together."""

    def __init__(
        self,
        document: Document,
        catalogue: Catalogue,
        phrases: Phrases,
        claims: Iterable[str],
        commanding: Collection[str],
        orders: Orders,
        shipped: bool,
    ) -> None:
        self.document, self.catalogue, self.phrases = document, catalogue, phrases
        self.commanding, self.orders, self.shipped = commanding, orders, shipped
        self.claims = re.compile(rf"\b({'|'.join(map(re.escape, claims))})\b", re.I)

    def routine(self, shape: RoutineShape) -> Routine:
        """The routine, or RoutineError with every fault."""
        self._spoken(("name",), shape.name)
        if shape.before:
            self._spoken(("before",), shape.before)
        if shape.fits and not self.shipped:
            self.document.fault(("fits",), "a script of your own lifts no exclusion; leave 'fits' out")
        if shape.ending not in self.phrases.closing:
            self._unknown(("ending",), "ending", shape.ending, self.phrases.closing)
        read = [self._step(number, step, shape) for number, step in enumerate(shape.steps)]
        steps = tuple(step for step in read if step)
        pressed_once(steps, self.catalogue, self.document)
        conditions = self.catalogue.conditions
        lists: list[tuple[Where, Sequence[str]]] = [
            (("avoid",), shape.avoid),
            (("fits",), shape.fits),
            (("stages",), shape.stages),
        ]
        lists += [(("steps", number, "avoid"), step.avoid or ()) for number, step in enumerate(shape.steps)]
        for where, names in lists:
            for number, name in enumerate(names):
                if name not in conditions:
                    self._unknown((*where, number), "condition", name, conditions)
        self.document.settle()
        routine = Routine(
            id=slug(shape.name),
            name=shape.name,
            about=" ".join(shape.about.split()),
            steps=steps,
            source=shape.source,
            aliases=tuple(shape.aliases),
            avoid=self.catalogue.avoided(steps, shape.avoid, shape.fits),
            own_avoid=tuple(shape.avoid),
            fits=tuple(shape.fits),
            stages=tuple(shape.stages),
            before=shape.before or "",
            ending=shape.ending,
        )
        return replace(routine, seconds=self._whole(routine))

    def _whole(self, routine: Routine) -> float:
        """Its length, which is a fault where it is over what a session may last."""
        limit = self.catalogue.limits.session
        length = sum(s.seconds * s.repeat * len(s.sides) * len(s.places) for s in routine.steps)
        if length <= limit:  # a bomb of repeats is not compiled
            length = seconds(sketch(compile_script(routine, self.phrases).cues).length)
        if length > limit:
            self.document.fault(
                ("steps",),
                f"'{routine.name}' lasts {length / 60:.0f} minutes, a session at most {limit / 60:.0f}; "
                "shorten holds or leave out a point",
            )
        self.document.settle()
        return length

    def _step(self, number: int, shape: StepShape, routine: RoutineShape) -> Step | None:
        where: Where = ("steps", number)
        given = {name for name in type(shape).model_fields if getattr(shape, name) is not None}
        kinds: list[Doing] = [kind for kind in DOING if kind in given]
        if not kinds and "say" in given:
            kinds.append("say")
        if len(kinds) != 1:
            what = " and ".join(kinds) or "nothing to do"
            self.document.fault(where, f"a step with {what}; give exactly one of press, rest, breathe, say")
            return None
        kind = kinds[0]
        for name in sorted(given - GOES_WITH[kind]):
            written = "for" if name == "seconds" else name
            self.document.fault((*where, written), f"'{written}' does not go with '{kind}'; leave it out")
        for name in ("say", "before"):
            if name in given:
                self._spoken((*where, name), getattr(shape, name))
        if kind == "press":
            return self._press(where, shape, routine)
        return self._other(where, kind, shape, routine)

    def _other(self, where: Where, kind: Doing, shape: StepShape, routine: RoutineShape) -> Step:
        posture = self._lookup(
            (*where, "posture"), "posture", shape.posture or routine.posture, self.catalogue.postures
        )
        length = {"rest": shape.rest, "breathe": shape.breathe}.get(kind, shape.seconds)
        tool = self._lookup((*where, "tool"), "tool", shape.tool, self.catalogue.tools)
        if tool and tool.ball and posture and "ball" in posture.id and (length or 0.0) > ON_THE_BALL:
            self.document.fault(
                (*where, kind),
                f"{length:g} seconds on the ball without an end that is said, {ON_THE_BALL:g} at most; press a point",
            )
        usual = {"rest": self.phrases.rest, "breathe": self.phrases.breathe}.get(kind, "")
        return Step(
            do=kind,
            seconds=length or 0.0,
            text=shape.say or usual,
            plain=not shape.say,
            tool=tool,
            posture=posture,
            part=self._part(where, shape),
            avoid=tuple(shape.avoid or ()),
            short=self._short(where, shape, ())[0],
            breath=self._breath(where, shape, "easy"),
            repeat=shape.repeat or 1,
            source=shape.source or "",
        )

    def _press(self, where: Where, shape: StepShape, routine: RoutineShape) -> Step | None:
        name = (shape.press or "").lower()
        point = self.catalogue.words.get(name)
        if point is None:
            self._unknown((*where, "press"), "point", shape.press or "", self.catalogue.words)
            return None
        if point.hold is None or point.pressure is None:
            self.document.fault(
                (*where, "press"), f"'{shape.press}' is for reference only and never pressed. {point.never}"
            )
            return None
        tool, posture = self._way(where, shape, routine, point)
        if tool is None or posture is None:
            return None
        for number, place in enumerate(shape.places or ()):
            self._spoken((*where, "places", number), place)
        hold = self._hold(where, shape, point, tool)
        places = tuple(shape.places or point.places or ("",))
        short, short_places = self._short(where, shape, places)
        return Step(
            do="press",
            seconds=hold,
            shortest=min(hold, point.hold.min),
            longest=point.hold.cap(tool),
            text=shape.before or "",
            point=point,
            tool=tool,
            posture=posture,
            sides=self._sides(where, shape, point, tool),
            places=places,
            short=short,
            short_places=short_places,
            pressure=self._pressure(where, shape, point),
            breath=self._breath(where, shape, "natural"),
            repeat=shape.repeat or 1,
            source=shape.source or "",
        )

    def _way(
        self, where: Where, shape: StepShape, routine: RoutineShape, point: Point
    ) -> tuple[Tool | None, Posture | None]:
        """The tool and the posture, given or the first of the point's that go together."""
        tools, postures = self.catalogue.tools, self.catalogue.postures
        tool = self._lookup((*where, "tool"), "tool", shape.tool or routine.tool, tools)
        posture = self._lookup((*where, "posture"), "posture", shape.posture or routine.posture, postures)
        if tool and tool.id not in point.tools:
            allowed = ", ".join(point.tools)
            self.document.fault((*where, "tool"), f"no {tool.id} on the {point.name}: {point.never} Allowed: {allowed}")
            return None, None
        if posture and posture.id not in point.postures:
            allowed = ", ".join(point.postures)
            self.document.fault(
                (*where, "posture"), f"the {point.name} is not pressed in '{posture.id}'; allowed: {allowed}"
            )
            return None, None
        pairs = [
            (tools[t], postures[p])
            for t in ([tool.id] if tool else point.tools)
            for p in ([posture.id] if posture else point.postures)
            if p in tools[t].postures
        ]
        if not pairs:
            chosen = " in ".join(given.id for given in (tool, posture) if given)
            fits = ", ".join(tool.postures if tool else point.postures)
            self.document.fault(where, f"{chosen} does not work on the {point.name}; postures that do: {fits}")
        return pairs[0] if pairs else (None, None)

    def _hold(self, where: Where, shape: StepShape, point: Point, tool: Tool) -> float:
        assert point.hold is not None
        cap, floor = point.hold.cap(tool), self.catalogue.limits.hold_floor
        hold = shape.hold if shape.hold is not None else min(point.hold.usual, cap)
        if hold > cap:
            self.document.fault(
                (*where, "hold"),
                f"a hold of {hold:g} seconds is over the cap of the {point.name} with {tool.name}; "
                f"write {cap:g} or less",
            )
        if hold < floor:
            self.document.fault(
                (*where, "hold"),
                f"a hold of {hold:g} seconds is too short; write {floor:g} or more, or leave it out",
            )
        return hold

    def _sides(self, where: Where, shape: StepShape, point: Point, tool: Tool) -> tuple[Side | None, ...]:
        if point.midline:
            if shape.side:
                self.document.fault((*where, "side"), f"the {point.name} lies in the middle; leave 'side' out")
            return (None,)
        if shape.side == "both" and (tool.ball or not point.both):
            self.document.fault((*where, "side"), f"the {point.name} is held one side at a time; write 'each'")
        if shape.side in (None, "each"):
            return ("left", "right")
        return (shape.side,)  # type: ignore[return-value]

    def _pressure(self, where: Where, shape: StepShape, point: Point) -> int:
        assert point.pressure is not None
        if (shape.pressure or 0) > point.pressure.max:
            self.document.fault(
                (*where, "pressure"),
                f"pressure {shape.pressure} is over the cap of the {point.name}; write {point.pressure.max}",
            )
        return shape.pressure or point.pressure.target

    def _breath(self, where: Where, shape: StepShape, usual: str) -> str:
        name = shape.breath or usual
        if name not in self.phrases.breaths:
            self._unknown((*where, "breath"), "breath", name, self.phrases.breaths)
        return name

    def _part(self, where: Where, shape: StepShape) -> str:
        parts = {part: part for part in (*self.catalogue.parts, NOTHING)}
        return self._lookup((*where, "part"), "part of the body", shape.part, parts) or ""

    def _short(self, where: Where, shape: StepShape, places: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
        """Whether the step belongs to the short cut, and which of its places do."""
        if not isinstance(shape.short, list):
            return shape.short is not False, ()
        if not all(1 <= number <= len(places) for number in shape.short) or not shape.short:
            self.document.fault(
                (*where, "short"),
                f"short {shape.short} names no places; write false, or numbers from 1 to {len(places)}",
            )
            return True, ()
        return True, tuple(places[number - 1] for number in shape.short)

    def _lookup(self, where: Where, what: str, name: str | None, known: Mapping[str, T]) -> T | None:
        if name is not None and name not in known:
            self._unknown(where, what, name, known)
        return known.get(name or "")

    def _unknown(self, where: Where, what: str, name: str, known: Iterable[str]) -> None:
        names = sorted(known)
        remedy = self.document.meant(name.lower(), names, f"there are {', '.join(names[:12])}")
        self.document.fault(where, f"no {what} '{name}'; {remedy}")

    def _spoken(self, where: Where, text: str) -> None:
        """Words fit for the voice: no digits, codes, signs or promises, nothing that engine or guide could obey."""
        sign, text = unspoken(text), unicodedata.normalize("NFKC", text)  # so that no digit looks like another letter
        if found := re.search(r"\b[A-Z]{1,3}[ -]?\d+\b|\d+", text):
            self.document.fault(where, f"'{found[0]}' is not spoken; write numbers as words, and places by their names")
        elif found := re.search(r"[<>{}]|\[\[|\]\]", text):
            self.document.fault(where, f"{found[0]!r} is not spoken; write plain sentences")
        elif sign:
            self.document.fault(where, f"'{sign}' is not spoken as a word; write it as one, or leave it out")
        elif found := self.claims.search(text):
            self.document.fault(where, f"'{found[0]}' promises too much; say what to do, not what it does")
        elif given := self.orders.given(text):
            words, order = given
            self.document.fault(where, f"'{words}' orders what the rules forbid: {order.rule} ({order.source})")
        elif found_command := commands_in(text, self.commanding):
            remedy = "say it inside a longer sentence"
            self.document.fault(where, f"'{found_command}' would command the guide, were its own voice heard; {remedy}")
        elif not any(letter.isalpha() for letter in text):
            self.document.fault(where, f"'{clipped(text)}' has too few words; write a sentence")

"""Cues are written one after the other, each knowing where the listener is, and whether their eyes are open."""

from collections.abc import Iterator
from dataclasses import replace

from voice_guide.compiler.cues import BELL, Cue, Kind
from voice_guide.compiler.fillers import Fillers
from voice_guide.compiler.speech import spoken_seconds
from voice_guide.routine import Posture, Routine, Side, Talk, sided
from voice_guide.routine.phrases import FILLER, Beat, Phrases

OPEN, PARTING = "Open your eyes.", "parting"


class Saying:
    """What was said so far, and where that left the listener."""

    def __init__(self, routine: Routine, phrases: Phrases, rate: float, talk: Talk, day: int) -> None:
        self.routine, self.phrases, self.timing, self.rate = routine, phrases, phrases.timing, rate
        self.regular, self.bells = talk != "full", talk == "bells"
        self.cues: list[Cue] = []
        self.titles: list[str] = []
        self.wheres: list[str] = []
        self.point: str | None = None
        self.side: Side | None = None
        self.posture: Posture | None = None
        self.last: tuple[str, Side | None, str] | None = None
        """The spot pressed last: point, side, place."""
        self.other = False
        """The spot was pressed on the other side just before."""
        self.fillers = Fillers({**phrases.fillers, PARTING: phrases.parting}, f"{routine.id} {day or ''}")
        self.clock = 0.0
        """The least seconds that all so far takes."""
        self.pressed = 0
        self.presses = sum(len(s.sides) * len(s.places) * s.repeat for s in routine.steps if s.do == "press")
        self.shut = self.offered = self.eyed = False
        """Eyes may be closed; it was said that they may be, since they were opened; or ever."""

    def say(self, kind: Kind, text: str, span: float = 0.0, quiet: float = 0.0, spare: float = 0.0) -> None:
        """A cue of at least `span` seconds, and `quiet` seconds after its words."""
        cue = replace(self.cue(kind, self.opened(text), span, quiet), spare=spare, number=len(self.cues))
        self.cues.append(cue)
        self.clock += cue.span

    def cue(self, kind: Kind, text: str, span: float = 0.0, quiet: float = 0.0) -> Cue:
        """One that is not said yet, of this step and side."""
        text = sided(text, self.side)
        span = max(span, spoken_seconds(text, self.rate) + quiet) if quiet else span
        return Cue(kind, text, span, len(self.titles) - 1, self.side, False, self.point)

    def opened(self, text: str) -> str:
        """Nobody is told to open their eyes who keeps them open."""
        if OPEN not in text:
            return text
        text = text if self.shut else " ".join(text.replace(OPEN, "").split())
        self.shut = self.offered = False
        return text

    def begin(self, title: str, where: str, point: str | None = None, side: Side | None = None) -> None:
        """The next step, or the next side of one; `where` answers where the listener is."""
        self.titles.append(title)
        self.wheres.append(where)
        self.point, self.side = point, side

    def block(
        self, kind: Kind, text: str, seconds: float, beats: Iterator[tuple[float, Beat]], spare: float = 0.0
    ) -> None:
        """A cue that lasts `seconds`, with optional lines inside at fixed offsets."""
        inside = list(self.worded(kind, beats))
        counted = (*self.phrases.countdown, self.phrases.half) if kind == "press" else ()
        if self.bells and kind == "press":
            kept = (*counted, *self.phrases.cautions)
            text, inside = BELL, [(at, line) for at, line in inside if line in kept]
        elif self.bells:
            inside = []
        ends = [at for at, _ in inside[1:]] + [seconds] * bool(inside)
        self.say(kind, text, inside[0][0] if inside else seconds, spare=spare)
        for (at, line), end in zip(inside, ends, strict=True):
            inner: Kind = "count" if line in counted else "breathe"
            words = BELL if self.bells and line in counted else line
            self.cues.append(replace(self.cue(inner, words, end - at), optional=True, number=len(self.cues)))
            self.clock += end - at
        self.shut = self.shut or (kind in ("press", "rest", "breathe") and self.base != "wall")

    @property
    def base(self) -> str:
        """Where the body is carried."""
        return self.posture.base if self.posture else "chair"

    def worded(self, kind: Kind, beats: Iterator[tuple[float, Beat]]) -> Iterator[tuple[float, str]]:
        """The lines with words, fillers among them; a regular hears none of these but in a rest."""
        for at, beat in beats:
            if beat.say != FILLER:
                yield from [(at, beat.say)] * bool(beat.say)
            elif (kind not in ("press", "breathe") or not self.regular) and (
                line := self.fillers.choose(self.moment(kind), self.clock + at)
            ):
                yield at, line

    def moment(self, kind: Kind) -> Iterator[str]:
        """The fillers that suit here and now."""
        if kind != "press":
            yield "breath" if kind == "breathe" else "rest"
            return
        yield {"floor": "lying"}.get(self.base, self.base)
        yield "first" if self.last is None else "later"
        if self.other:
            yield "side"
        if self.pressed * 4 >= self.presses * 3:
            yield "late"
        if self.pressed + 1 == self.presses:
            yield "last"

"""The script compiler: a routine becomes the cues of a session, in order, with every word it will say."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from voice_guide.compiler.cues import BELL, Cue, Kind, Plan
from voice_guide.compiler.fillers import Fillers
from voice_guide.compiler.holds import fill, hold_beats
from voice_guide.compiler.opening import what_we_do, who_leaves_it_out
from voice_guide.compiler.speech import USUAL_RATE, sentences, spoken_seconds
from voice_guide.routine import Point, Posture, Routine, Side, Step, Talk, Tool, sided
from voice_guide.routine.phrases import FILLER, Beat, Phrases

STAY_BEFORE_END = 20.0
"""No word of patience in the last seconds of a rest."""
SETTLED = 20.0
"""Seconds of a first step that let somebody arrive."""


def compile_script(
    routine: Routine, phrases: Phrases, rate: float = USUAL_RATE, talk: Talk = "full", asked: bool = False
) -> Plan:
    """The whole session in cues: the opening, each step on each side, place and repetition, the closing.

    `rate` is the voice's, in words a minute, so that there is quiet after the words that need it. `asked`: the
    questions of the opening were asked and answered already.
    """
    compiler = _Compiler(routine, phrases, rate, talk)
    compiler.opening(asked)
    for step in routine.steps:
        for _ in range(step.repeat):
            compiler.step(step)
    compiler.closing()
    return Plan(tuple(compiler.cues), tuple(compiler.titles), tuple(compiler.wheres), tuple(compiler.returns))


class _Compiler:
    """Writes cues one after the other; knows where the last step left the listener."""

    def __init__(self, routine: Routine, phrases: Phrases, rate: float, talk: Talk) -> None:
        self.routine, self.phrases, self.timing, self.rate = routine, phrases, phrases.timing, rate
        self.regular, self.bells = talk != "full", talk == "bells"
        self.cues: list[Cue] = []
        self.titles: list[str] = []
        self.wheres: list[str] = []
        self.returns: list[tuple[Cue, ...]] = []
        self.point: str | None = None
        self.side: Side | None = None
        self.posture: Posture | None = None
        self.last: tuple[str, Side | None, str] | None = None
        """The spot pressed last: point, side, place."""
        self.other = False
        """The spot was pressed on the other side just before."""
        self.found: set[str] = set()
        self.felt: set[str] = {""}
        self.handled: set[str] = set()
        """Postures where it was said how the ball is held until it holds by itself."""
        self.cautioned: set[str] = set()
        """Postures whose caution was said."""
        self.notices = ""
        """How the pain is noticed, until it was said."""
        self.breaths = {name: deque(rounds) for name, rounds in phrases.breaths.items()}
        self.fillers = Fillers(phrases.fillers, routine.id)
        self.clock = 0.0
        """The least seconds that all so far takes."""
        self.pressed = 0
        self.presses = sum(len(s.sides) * len(s.places) * s.repeat for s in routine.steps if s.do == "press")
        self.closed = {"wall"}
        """Where it was said that eyes may be closed; never at a wall."""

    def say(self, kind: Kind, text: str, span: float = 0.0, quiet: float = 0.0, spare: float = 0.0) -> None:
        """A cue of at least `span` seconds, and `quiet` seconds after its words."""
        cue = replace(self.cue(kind, text, span, quiet), spare=spare, number=len(self.cues))
        self.cues.append(cue)
        self.clock += cue.span

    def cue(self, kind: Kind, text: str, span: float = 0.0, quiet: float = 0.0) -> Cue:
        text = sided(text, self.side)
        span = max(span, spoken_seconds(text, self.rate) + quiet) if quiet else span
        return Cue(kind, text, span, len(self.titles) - 1, self.side, False, self.point)

    def begin(self, title: str, where: str, point: str | None = None, side: Side | None = None) -> None:
        self.titles.append(title)
        self.wheres.append(where)
        self.returns.append(())
        self.point, self.side = point, side

    def block(
        self, kind: Kind, text: str, seconds: float, beats: Iterator[tuple[float, Beat]], spare: float = 0.0
    ) -> None:
        """A cue that lasts `seconds`, with optional lines inside at fixed offsets."""
        inside = list(self.worded(kind, beats))
        counted = (*self.phrases.countdown, self.phrases.half) if kind == "press" else ()
        if self.bells and kind == "press":
            text, inside = BELL, [(at, line) for at, line in inside if line in (*counted, self.phrases.caution)]
        elif self.bells:
            inside = []
        ends = [at for at, _ in inside[1:]] + [seconds] * bool(inside)
        self.say(kind, text, inside[0][0] if inside else seconds, spare=spare)
        for (at, line), end in zip(inside, ends, strict=True):
            inner: Kind = "count" if line in counted else "breathe"
            words = BELL if self.bells and line in counted else line
            self.cues.append(replace(self.cue(inner, words, end - at), optional=True, number=len(self.cues)))
            self.clock += end - at

    def worded(self, kind: Kind, beats: Iterator[tuple[float, Beat]]) -> Iterator[tuple[float, str]]:
        """The lines with words, fillers among them: the first of a hold is its caution; a regular hears no other."""
        cautioned = kind != "press"
        for at, beat in beats:
            if beat.say != FILLER:
                yield from [(at, beat.say)] * bool(beat.say)
            elif not cautioned:
                cautioned = True
                yield at, self.phrases.caution
            elif kind != "press" and kind != "breathe":
                if line := self.fillers.choose(["rest"], self.clock + at):
                    yield at, line
            elif not self.regular and (line := self.fillers.choose(self.moment(kind), self.clock + at)):
                yield at, line

    def moment(self, kind: Kind) -> Iterator[str]:
        """The fillers that suit here and now."""
        place = self.posture.base if self.posture else "chair"
        if kind == "breathe":
            yield "breath"
            return
        yield {"floor": "lying"}.get(place, place)
        yield "first" if self.last is None else "side" if self.other else "later"
        if self.pressed * 4 >= self.presses * 3:
            yield "late"
        if self.other:
            yield "later"

    def opening(self, asked: bool) -> None:
        routine, phrases = self.routine, self.phrases
        self.begin(routine.name, phrases.where_rest)
        self.say("intro", phrases.name.format(name=routine.name))
        if self.bells:
            self.say("intro", phrases.bells)
        self.notices = "" if asked or self.bells or routine.ending == "asleep" else phrases.notice
        points = list(dict.fromkeys(f"the {step.point.name}" for step in routine.steps if step.point))
        if not self.regular:
            self.say("intro", what_we_do(routine, phrases, points), self.timing.intro)
        if not asked:
            self.say("notice", phrases.check, quiet=2)
        for words in who_leaves_it_out([*routine.avoid.values()], phrases):
            self.say("notice", words)
        off = phrases.off if points else ""
        for caution in dict.fromkeys(filter(None, (*routine.today, routine.before, off))):
            self.say("notice", caution)

    def settle_down(self) -> None:
        """Half a minute that begins a session, unless breathing or a quiet minute does already."""
        first = self.routine.steps[0]
        if self.bells or not self.posture or (first.do != "press" and first.seconds >= SETTLED):
            return
        length, text = self.phrases.arrive_seconds, self.phrases.arrive[self.posture.base]
        room = spoken_seconds(text, self.rate) + 1
        self.block("breathe", text, length, fill(self.breaths["easy"], room, length))

    def arrive(self) -> None:
        """Once the listener sits, stands or lies, and before any place is touched: a breath or two, and the pain."""
        if len(self.titles) == 2:
            if not set(self.phrases.skin_answered) <= set(self.routine.answered):
                self.say("notice", self.phrases.skin)
            self.settle_down()
        if self.notices:
            self.say("intro", self.notices, quiet=3)
        self.notices = ""

    def step(self, step: Step) -> None:
        if step.do == "press":
            for side in step.sides:
                for place in step.places:
                    self.press(step, side, place)
            return
        self.begin(_title(step.text), self.phrases.where_rest)
        self.settle(step.posture)
        self.arrive()
        self.returning()
        self.last = self.last and (self.last[0], None, self.last[2])
        kind: Kind = {"rest": "rest", "breathe": "breathe"}.get(step.do, "move")  # type: ignore[assignment]
        if step.do == "breathe":
            room = max(self.timing.press, spoken_seconds(step.text, self.rate) + 1)
            beats = fill(self.breaths[step.breath], room, step.seconds)
        else:
            beats = fill(deque(self.phrases.stay), 0.0, step.seconds - STAY_BEFORE_END)
        self.block(kind, step.text, step.seconds, beats)

    def settle(self, posture: Posture | None, lead: str = "", then: str = "") -> None:
        """Out of the old posture and into the new, if it is another: what comes, and how to be there."""
        if posture is None or posture == self.posture:
            if lead or then:
                turning = posture.time if posture and then and then == posture.change else 0.0
                self.say("move", _once(lead, then), quiet=max(turning, self.timing.next))
            return
        before, self.posture = self.posture, posture
        way = self.phrases.ways.get(f"{before.base if before else 'start'}_{posture.base}", "")
        leave = sided(before.leave, self.last[1] if self.last else None) if before else ""
        words = _once(leave, lead, way, posture.enter, then)
        self.say("move", words, quiet=max(posture.time, before.time if before else 0.0))
        if posture.caution and posture.id not in self.cautioned:
            self.say("notice", posture.caution)
        self.cautioned.add(posture.id)

    def press(self, step: Step, side: Side | None, place: str) -> None:
        point, tool, posture, phrases = step.point, step.tool, step.posture, self.phrases
        assert point is not None and tool is not None and posture is not None
        named = phrases.sides[side].format(part=point.part) if side else ""
        title = ", ".join(filter(None, (point.name, named, place)))
        self.begin(_title(title), phrases.where.format(place=title), point.id, side)
        self.settle(posture, self.lead(point, side, place, title), self.ready(posture, tool, side))
        self.arrive()
        self.locate(point, tool, posture)
        onto = self.onto(point, posture) if tool.ball else ""
        self.returning(
            posture.ready if tool.ball else "",
            self.cue("locate", _once(point.again, onto), quiet=self.timing.find + point.search),
        )
        lighter = self.bells and point.pressure and step.pressure < point.pressure.target
        level = phrases.levels[step.pressure] if lighter else ""
        if not self.regular and posture.base not in self.closed:
            self.say("locate", phrases.eyes)
            self.closed.add(posture.base)
        for caution in filter(None, (step.text, level, step.caution or point.before)):
            self.say("notice", caution)
        breath = self.breaths[step.breath]
        unbroken = not any(line.say == FILLER for lines in breath for line in lines)
        beats = hold_beats(step.seconds, self.timing.press, breath, phrases, unbroken)
        words = f"{tool.press} {phrases.levels[step.pressure]}"
        self.block("press", words, step.seconds, beats, max(0.0, step.longest - step.seconds))
        self.say("release", tool.release, tool.off)
        self.pressed += 1
        self.last = (point.id, side, place)

    def returning(self, ready: str = "", *place: Cue) -> None:
        """How somebody who got up gets back to this step."""
        way = self.phrases.ways.get(f"start_{self.posture.base}", "") if self.posture else ""
        words = _once(way, self.posture.enter, ready) if self.posture else ""
        into = [self.cue("move", words, quiet=self.posture.time)] if self.posture else []
        self.returns[-1] = (*into, *place)

    def lead(self, point: Point, side: Side | None, place: str, title: str) -> str:
        """The name of what comes, as short as the spot before allows."""
        self.other = False
        if self.last is None:
            return self.phrases.first.format(place=title)
        if place and self.last[:2] == (point.id, side):
            return self.phrases.stop.format(place=place)
        known = self.other = self.last[0] == point.id and self.last[2] == place
        return (self.phrases.side if known else self.phrases.next).format(place=title)

    def ready(self, posture: Posture, tool: Tool, side: Side | None) -> str:
        """What a hand or a leg does first, unless the release just before left it so."""
        turned = self.last is None or self.last[1] != side
        if tool.ball:
            return posture.ready if turned or posture != self.posture else ""
        return posture.change if turned and self.last and side and posture == self.posture else ""

    def locate(self, point: Point, tool: Tool, posture: Posture) -> None:
        """Where it is, the first time in full, and how the ball gets there or the hand presses."""
        first = point.id not in self.found
        self.found.add(point.id)
        if self.bells:
            self.say("locate", BELL, quiet=self.timing.find + self.timing.again * bool(tool.ball) + point.search)
            return
        if first and self.regular:
            self.say("locate", point.again, quiet=self.timing.again + point.search)
        elif first:
            self.say("locate", point.find, quiet=self.timing.find + point.search)
        if tool.ball:
            if point.search and not first:
                self.say("locate", self.phrases.search, quiet=point.search)
            known = posture.id in self.handled
            words = self.ball(point, posture) if known else self.onto(point, posture)
            self.say("locate", words, quiet=self.timing.again)
            self.handled.add(posture.id)
        elif first:
            if not self.regular:
                self.say("locate", point.press)
        else:
            self.say("locate", point.again, quiet=self.timing.again + point.search)
        if first and not self.regular and point.feel not in self.felt:
            self.say("locate", point.feel)
            self.felt.add(point.feel)

    def onto(self, point: Point, posture: Posture) -> str:
        """How the ball gets there, and how the listener gets onto it."""
        return posture.onto.replace("{ball}", self.ball(point, posture))

    @staticmethod
    def ball(point: Point, posture: Posture) -> str:
        return _once(point.ball, point.floor if posture.base == "floor" else "")

    def closing(self) -> None:
        seated = f"{self.routine.ending}_seated" if self.posture and self.posture.base == "chair" else ""
        lines = self.phrases.closing.get(seated) or self.phrases.closing[self.routine.ending]
        self.begin(_title(lines[0]), self.phrases.where_rest)
        if self.routine.ending == "asleep":
            self.returning()
        if self.posture and self.posture.leave and self.routine.ending != "asleep":
            self.say("move", self.posture.leave, quiet=self.posture.time)
        for line in lines:
            self.say("close", line, self.timing.close / len(lines))


def _once(*texts: str) -> str:
    """The sentences of all texts, each said once."""
    return " ".join(dict.fromkeys(sentence for text in texts for sentence in sentences(text)))


def _title(text: str) -> str:
    sentence = re.split(r"(?<=[.?!]) ", text)[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]

"""The script compiler: a routine becomes the cues of a session, in order, with every word it will say.

A cue's `span` is the least time from its first frame to the next cue's. Longer words stretch it, except
inside a hold, which runs from the `press` cue's first frame to the `release` cue's and is exact.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from voice_guide.names import listed
from voice_guide.routine import Point, Posture, Routine, Side, Step, Tool

Kind = Literal["intro", "notice", "move", "locate", "press", "breathe", "count", "release", "rest", "close"]


@dataclass(frozen=True, slots=True)
class Cue:
    """One thing the voice says. Seconds; `step` counts points times sides, rests and the rest, from zero."""

    kind: Kind
    text: str
    span: float = 0.0
    step: int = 0
    side: Side | None = None
    optional: bool = False
    """Left out where its words do not fit; only inside a hold, a rest or breathing."""
    point: str | None = None
    spare: float = 0.0
    """How much longer this hold may become, in seconds."""
    number: int = -1
    """Its place in the script; negative in a line that stands in none."""


@dataclass(frozen=True, slots=True)
class Beat:
    """A line said at a fixed place inside a hold or a rest, and the seconds it has."""

    seconds: float
    say: str = ""


Talk = Literal["full", "short", "bells"]
"""First-timer's words; regular's words; bells, with only names, changes and safety spoken."""
BELL = "♪"
"""The text of a cue that is not spoken but rung."""
USUAL_RATE = 140
"""Words a minute: calm, and slow enough to follow with closed eyes."""
STAY_BEFORE_END = 20.0
"""No word of patience in the last seconds of a rest."""

Rounds = deque[tuple[Beat, ...]]
"""Lines that belong together, such as a breath in, a breath out and a word of advice."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Least seconds for the phases around a hold."""

    intro: float
    next: float
    find: float
    """Of quiet, after the words that tell where a point is."""
    again: float
    """Of quiet, when the place is known."""
    press: float
    """Of a hold, before the first line inside it."""
    close: float


@dataclass(frozen=True, slots=True)
class Hear:
    """What may be said to the guide, in small letters. Keys are what it means: commands, and answers."""

    commands: Mapping[str, Sequence[str]]
    """Only after the prefix."""
    bare: Mapping[str, Sequence[str]]
    """Without it too."""
    sure: Sequence[str]
    """Of these, heard once is enough: to hear them wrongly costs little, to miss them much."""
    ready: Mapping[str, Sequence[str]]
    """Without it where the listener is waited for."""
    yes: Sequence[str]
    no: Sequence[str]
    none: Sequence[str]
    short: Sequence[str]
    """Any routine that is over soon."""
    short_minutes: float


@dataclass(frozen=True, slots=True)
class Phrases:
    """Every sentence that belongs to no single point or routine; see `scripts/phrases.yaml`."""

    timing: Timing
    name: str
    bells: str
    """What each bell means."""
    need: str
    avoid: str
    join: str
    check: str
    skin: str
    notice: str
    ask: Mapping[str, str]
    """Questions that can be answered: check, pain, pain_after; and how, with keys and spoken."""
    first: str
    next: str
    side: str
    stop: str
    sides: Mapping[str, str]
    levels: Mapping[int, str]
    breaths: Mapping[str, Sequence[tuple[Beat, ...]]]
    caution: str
    """The line of the breaths that is safety, and said to everybody."""
    half: str
    countdown: tuple[str, ...]
    rest: str
    breathe: str
    stay: Sequence[tuple[Beat, ...]]
    closing: Mapping[str, tuple[str, ...]]
    where: str
    where_rest: str
    answers: Mapping[str, str]
    resume: Mapping[str, str]
    """What is said where a session that was broken off goes on: name, count."""
    numbers: tuple[str, ...]
    """One, two, and so on, as words."""
    left: tuple[str, ...]
    """What is left of the session, by whole minutes from none."""
    hear: Hear
    listen: Mapping[str, str]
    """What is said where somebody chooses by voice."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A routine compiled: its cues, and for each step a title to read and an answer to 'where am I'."""

    cues: tuple[Cue, ...]
    titles: tuple[str, ...]
    wheres: tuple[str, ...]
    returns: tuple[tuple[Cue, ...], ...]
    """What brings back to the step somebody who got up: into the posture, to the place."""

    @property
    def digest(self) -> str:
        """Of all that is said and when: the same for the same session, whatever script it was compiled from."""
        told = repr([(cue.kind, cue.text, cue.span, cue.step, cue.optional) for cue in self.cues])
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(1 << 14)
def spoken_seconds(text: str, rate: float = USUAL_RATE) -> float:
    """About how long a calm voice takes over these words at `rate` words a minute, in seconds.

    The figures were fitted to eSpeak NG over every shipped sentence.
    """
    letters = sum(map(len, re.findall(r"\w+", text)))
    if not letters:
        return 0.0
    commas, stops = len(re.findall(r"[,;:]", text)), len(re.findall(r"[.?!] ", text))
    return round((0.25 + letters * 0.088 + commas * 0.48 + stops * 0.75) * USUAL_RATE / rate, 3)


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


def hold_beats(length: float, room: float, breath: Rounds, phrases: Phrases) -> Iterator[tuple[float, Beat]]:
    """The lines inside a hold of `length` seconds, each with its offset: breath, half way, countdown.

    The rounds that were said go to the end of `breath`, so that the next hold goes on from there.
    """
    ending, half = length - len(phrases.countdown), length / 2
    if half >= room and half + 3 <= ending:
        yield from _fill(breath, room, half)
        yield half, Beat(3, phrases.half)
        yield from _fill(breath, half + 3, ending)
    if ending >= room:
        for number, word in enumerate(phrases.countdown):
            yield ending + number, Beat(1, word)


def _fill(rounds: Rounds, at: float, end: float) -> Iterator[tuple[float, Beat]]:
    """Whole rounds while they fit; the last may lose its third line, never the breath out."""
    while rounds:
        lines = rounds[0]
        fitting = lines if at + sum(line.seconds for line in lines) <= end else lines[:2]
        if at + sum(line.seconds for line in fitting) > end:
            return
        for line in fitting:
            yield at, line
            at += line.seconds
        rounds.rotate(-1)


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
        self.found: set[str] = set()
        self.breaths = {name: deque(self.breath(lines) for lines in rounds) for name, rounds in phrases.breaths.items()}

    def breath(self, lines: tuple[Beat, ...]) -> tuple[Beat, ...]:
        """For a regular, a breath in and a breath out without advice, but for what is safety."""
        return lines[:2] + tuple(line for line in lines[2:] if not self.regular or line.say == self.phrases.caution)

    def say(self, kind: Kind, text: str, span: float = 0.0, quiet: float = 0.0, spare: float = 0.0) -> None:
        """A cue of at least `span` seconds, and `quiet` seconds after its words."""
        self.cues.append(replace(self.cue(kind, text, span, quiet), spare=spare, number=len(self.cues)))

    def cue(self, kind: Kind, text: str, span: float = 0.0, quiet: float = 0.0) -> Cue:
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
        inside = [(at, beat.say) for at, beat in beats if beat.say]
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

    def opening(self, asked: bool) -> None:
        routine, phrases = self.routine, self.phrases
        self.begin(routine.name, phrases.where_rest)
        self.say("intro", phrases.name.format(name=routine.name))
        if self.bells:
            self.say("intro", phrases.bells)
        needs = [step.posture.need for step in routine.steps if step.posture]
        needs += [step.tool.need for step in routine.steps if step.tool]
        if not self.regular and (things := self.listed(needs)):
            self.say("intro", phrases.need.format(things=things), self.timing.intro)
        if conditions := self.listed([*routine.avoid.values()]):
            self.say("notice", phrases.avoid.format(conditions=conditions))
        self.say("notice", phrases.skin)
        cautions = [step.posture.caution for step in routine.steps if step.posture]
        for caution in dict.fromkeys(filter(None, (*routine.today, routine.before, *cautions))):
            self.say("notice", caution)
        if asked:
            return
        self.say("notice", phrases.check, quiet=2)
        if routine.ending != "asleep" and not self.bells:
            self.say("intro", phrases.notice, quiet=3)

    def listed(self, words: Sequence[str]) -> str:
        return listed(list(dict.fromkeys(filter(None, words))), self.phrases.join)

    def step(self, step: Step) -> None:
        if step.do == "press":
            for side in step.sides:
                for place in step.places:
                    self.press(step, side, place)
            return
        self.begin(_title(step.text), self.phrases.where_rest)
        self.settle(step.posture)
        self.returning()
        self.last = self.last and (self.last[0], None, self.last[2])
        kind: Kind = {"rest": "rest", "breathe": "breathe"}.get(step.do, "move")  # type: ignore[assignment]
        if step.do == "breathe":
            room = max(self.timing.press, spoken_seconds(step.text, self.rate) + 1)
            beats = _fill(self.breaths[step.breath], room, step.seconds)
        else:
            beats = _fill(deque(self.phrases.stay), 0.0, step.seconds - STAY_BEFORE_END)
        self.block(kind, step.text, step.seconds, beats)

    def settle(self, posture: Posture | None, lead: str = "", then: str = "") -> None:
        """Out of the old posture and into the new, if it is another: what comes, and how to be there."""
        if posture is None or posture == self.posture:
            if lead or then:
                turning = posture.time if posture and then and then == posture.change else 0.0
                self.say("move", _once(lead, then), quiet=max(turning, self.timing.next))
            return
        before, self.posture = self.posture, posture
        words = _once(before.leave if before else "", lead, posture.enter, then)
        self.say("move", words, quiet=max(posture.time, before.time if before else 0.0))

    def press(self, step: Step, side: Side | None, place: str) -> None:
        point, tool, posture, phrases = step.point, step.tool, step.posture, self.phrases
        assert point is not None and tool is not None and posture is not None
        named = phrases.sides[side].format(part=point.part) if side else ""
        title = ", ".join(filter(None, (point.name, named, place)))
        self.begin(_title(title), phrases.where.format(place=title), point.id, side)
        self.settle(posture, self.lead(point, side, place, title), self.ready(posture, tool, side))
        self.locate(point, tool, posture)
        onto = posture.onto.format(ball=point.ball) if tool.ball else ""
        self.returning(
            posture.ready if tool.ball else "",
            self.cue("locate", _once(point.again, onto), quiet=self.timing.find + point.search),
        )
        lighter = self.bells and point.pressure and step.pressure < point.pressure.target
        level = phrases.levels[step.pressure] if lighter else ""
        for caution in filter(None, (step.text, level, step.caution or point.before)):
            self.say("notice", caution)
        beats = hold_beats(step.seconds, self.timing.press, self.breaths[step.breath], phrases)
        words = f"{tool.press} {phrases.levels[step.pressure]}"
        self.block("press", words, step.seconds, beats, max(0.0, step.longest - step.seconds))
        self.say("release", tool.release, tool.off)
        self.last = (point.id, side, place)

    def returning(self, ready: str = "", *place: Cue) -> None:
        """How somebody who got up gets back to this step."""
        words = _once(self.posture.enter, ready) if self.posture else ""
        into = [self.cue("move", words, quiet=self.posture.time)] if self.posture else []
        self.returns[-1] = (*into, *place)

    def lead(self, point: Point, side: Side | None, place: str, title: str) -> str:
        """The name of what comes, as short as the spot before allows."""
        if self.last is None:
            return self.phrases.first.format(place=title)
        if place and self.last[:2] == (point.id, side):
            return self.phrases.stop.format(place=place)
        known = self.last[0] == point.id and self.last[2] == place
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
            self.say(
                "locate", posture.onto.format(ball=point.ball), quiet=self.timing.again + point.search * (not first)
            )
        elif first:
            if not self.regular:
                self.say("locate", point.press)
        else:
            self.say("locate", point.again, quiet=self.timing.again + point.search)

    def closing(self) -> None:
        seated = f"{self.routine.ending}_seated" if self.posture and "chair" in self.posture.on else ""
        lines = self.phrases.closing.get(seated) or self.phrases.closing[self.routine.ending]
        self.begin(_title(lines[0]), self.phrases.where_rest)
        if self.routine.ending == "asleep":
            self.returning()
        if self.posture and self.posture.leave and self.routine.ending != "asleep":
            self.say("move", self.posture.leave, quiet=self.posture.time)
        for line in lines:
            self.say("close", line, self.timing.close / len(lines))


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [sentence for sentence in re.split(r"(?<=[.?!]) ", text) if sentence]


def _once(*texts: str) -> str:
    """The sentences of all texts, each said once."""
    return " ".join(dict.fromkeys(sentence for text in texts for sentence in sentences(text)))


def _title(text: str) -> str:
    sentence = re.split(r"(?<=[.?!]) ", text)[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]

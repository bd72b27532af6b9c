"""The script compiler: a routine becomes the cues of a session, in order, with every word it will say.

A cue's `span` is the least time from its first frame to the next cue's. Longer words stretch it, except
inside a hold, which runs from the `press` cue's first frame to the `release` cue's and is exact.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from voice_guide.routine import Posture, Routine, Side, Step, Tool

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


@dataclass(frozen=True, slots=True)
class Beat:
    """A line said at a fixed place inside a hold or a rest, and the seconds it has."""

    seconds: float
    say: str = ""


STAY_BEFORE_END = 20.0
"""No word of patience in the last seconds of a rest."""

Rounds = Sequence[tuple[Beat, ...]]
"""Lines that belong together, such as a breath in, a breath out and a word of advice."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Least seconds for the phases around a hold."""

    intro: float
    check: float
    posture: float
    next: float
    find: float
    again: float
    press: float
    release: float
    close: float


@dataclass(frozen=True, slots=True)
class Phrases:
    """Every sentence that belongs to no single point or routine; see `scripts/phrases.yaml`."""

    timing: Timing
    name: str
    need: str
    avoid: str
    join: str
    check: str
    notice: str
    first: str
    next: str
    side: str
    sides: Mapping[str, str]
    levels: Mapping[int, str]
    breaths: Mapping[str, Rounds]
    half: str
    countdown: tuple[str, ...]
    rest: str
    breathe: str
    stay: Rounds
    closing: Mapping[str, tuple[str, ...]]
    where: str
    where_rest: str
    answers: Mapping[str, str]
    left: tuple[str, ...]
    """What is left of the session, by whole minutes from none."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A routine compiled: its cues, and for each step a title to read and an answer to 'where am I'."""

    cues: tuple[Cue, ...]
    titles: tuple[str, ...]
    wheres: tuple[str, ...]


def spoken_seconds(text: str, rate: float = 140) -> float:
    """About how long a calm voice takes over these words at `rate` words a minute, in seconds.

    The figures were fitted to eSpeak NG over every shipped sentence.
    """
    letters = sum(map(len, re.findall(r"\w+", text)))
    if not letters:
        return 0.0
    commas, stops = len(re.findall(r"[,;:]", text)), len(re.findall(r"[.?!] ", text))
    return round((0.25 + letters * 0.088 + commas * 0.48 + stops * 0.75) * 140 / rate, 3)


def compile_script(routine: Routine, phrases: Phrases) -> Plan:
    """The whole session in cues: the opening, each step on each side, place and repetition, the closing."""
    compiler = _Compiler(routine, phrases)
    compiler.opening()
    for step in routine.steps:
        for _ in range(step.repeat):
            compiler.step(step)
    compiler.closing()
    return Plan(tuple(compiler.cues), tuple(compiler.titles), tuple(compiler.wheres))


def hold_beats(length: float, room: float, breath: Rounds, phrases: Phrases) -> Iterator[tuple[float, Beat]]:
    """The lines inside a hold of `length` seconds, each with its offset: breath, half way, countdown."""
    ending, half = length - len(phrases.countdown), length / 2
    rounds = cycle(breath)
    if half >= room and half + 3 <= ending:
        yield from _fill(rounds, room, half)
        yield half, Beat(3, phrases.half)
        yield from _fill(rounds, half + 3, ending)
    if ending >= room:
        for number, word in enumerate(phrases.countdown):
            yield ending + number, Beat(1, word)


def _fill(rounds: Iterator[tuple[Beat, ...]], at: float, end: float) -> Iterator[tuple[float, Beat]]:
    """Whole rounds while they fit; the last may lose its third line, never the breath out."""
    for lines in rounds:
        fitting = lines if at + sum(line.seconds for line in lines) <= end else lines[:2]
        if at + sum(line.seconds for line in fitting) > end:
            return
        for line in fitting:
            yield at, line
            at += line.seconds


class _Compiler:
    """Writes cues one after the other; knows the posture and tool the last step left the listener in."""

    def __init__(self, routine: Routine, phrases: Phrases) -> None:
        self.routine, self.phrases, self.timing = routine, phrases, phrases.timing
        self.cues: list[Cue] = []
        self.titles: list[str] = []
        self.wheres: list[str] = []
        self.posture: Posture | None = None
        self.tool: Tool | None = None
        self.found: set[tuple[str, str]] = set()
        self.pressed = False

    def say(self, kind: Kind, text: str, span: float = 0.0, *, spare: float = 0.0) -> None:
        self.cues.append(Cue(kind, text, span, len(self.titles) - 1, self.side, False, self.point, spare))

    def begin(self, title: str, where: str, point: str | None = None, side: Side | None = None) -> None:
        self.titles.append(title)
        self.wheres.append(where)
        self.point, self.side = point, side

    def block(
        self, kind: Kind, text: str, seconds: float, beats: Iterator[tuple[float, Beat]], spare: float = 0.0
    ) -> None:
        """A cue that lasts exactly `seconds`, with optional lines inside at fixed offsets."""
        inside = [(at, beat.say) for at, beat in beats if beat.say]
        ends = [at for at, _ in inside[1:]] + [seconds] * bool(inside)
        self.say(kind, text, inside[0][0] if inside else seconds, spare=spare)
        for (at, line), end in zip(inside, ends, strict=True):
            inner: Kind = (
                "count" if kind == "press" and line in (*self.phrases.countdown, self.phrases.half) else "breathe"
            )
            step = len(self.titles) - 1
            self.cues.append(Cue(inner, line, end - at, step, self.side, True, self.point))

    def opening(self) -> None:
        routine, phrases = self.routine, self.phrases
        self.begin(routine.name, phrases.where_rest)
        self.say("intro", phrases.name.format(name=routine.name))
        needs = [step.posture.need for step in routine.steps if step.posture]
        needs += [step.tool.need for step in routine.steps if step.tool]
        if things := self.listed(needs):
            self.say("intro", phrases.need.format(things=things), self.timing.intro)
        if conditions := self.listed(routine.avoid):
            self.say("notice", phrases.avoid.format(conditions=conditions))
        if routine.before:
            self.say("notice", routine.before)
        self.say("notice", phrases.check, self.timing.check)
        if routine.ending != "asleep":
            self.say("intro", phrases.notice, self.timing.next)

    def listed(self, words: Sequence[str]) -> str:
        once = list(dict.fromkeys(filter(None, words)))
        return ", ".join(once[:-1]) + self.phrases.join + once[-1] if len(once) > 1 else "".join(once)

    def step(self, step: Step) -> None:
        if step.do == "press":
            for side in step.sides:
                for place in step.places:
                    self.press(step, side, place)
            return
        self.begin(_title(step.text), self.phrases.where_rest)
        self.settle(step)
        kind: Kind = {"rest": "rest", "breathe": "breathe"}.get(step.do, "move")  # type: ignore[assignment]
        if step.do == "breathe":
            room = max(self.timing.press, spoken_seconds(step.text) + 1)
            beats = _fill(cycle(self.phrases.breaths[step.breath]), room, step.seconds)
        else:
            beats = _fill(cycle(self.phrases.stay), 0.0, step.seconds - STAY_BEFORE_END)
        self.block(kind, step.text, step.seconds, beats)

    def settle(self, step: Step) -> str:
        """Say how to leave the old posture and enter the new; what is left to say of it comes back."""
        if step.posture is None or step.posture == self.posture:
            return "" if step.posture is None or not self.pressed else step.posture.shift
        leave, enter = self.posture.leave if self.posture else "", step.posture.enter
        opening = leave.partition(". ")[0] + ". "
        words = " ".join(filter(None, (leave, enter.removeprefix(opening))))
        self.posture = step.posture
        self.say("move", words, self.timing.posture)
        return ""

    def press(self, step: Step, side: Side | None, place: str) -> None:
        point, tool, phrases = step.point, step.tool, self.phrases
        assert point is not None and tool is not None
        named = phrases.sides[side].format(part=point.part) if side else ""
        title = ", ".join(filter(None, (point.name, named, place)))
        self.begin(_title(title), phrases.where.format(place=title), point.id, side)
        shift = self.settle(step) if tool.ball or step.posture != self.posture else ""
        known = (point.id, place) in self.found
        lead = phrases.side if known else phrases.next if self.pressed else phrases.first
        self.say("move", " ".join(filter(None, (shift, lead.format(place=title)))), self.timing.next)
        first = all(point.id != found for found, _ in self.found)
        placing = self.posture.onto.format(ball=point.ball) if tool.ball and self.posture else ""
        if first:
            self.say("locate", point.find, self.timing.find)
            self.say("locate", placing or point.press)
        else:
            self.say("locate", placing or point.again, self.timing.again)
        self.found.add((point.id, place))
        if step.text:
            self.say("notice", step.text)
        if point.before:
            self.say("notice", point.before)
        beats = hold_beats(step.seconds, self.timing.press, phrases.breaths[step.breath], phrases)
        words = f"{tool.press} {phrases.levels[step.pressure]}"
        self.block("press", words, step.seconds, beats, self.spare(step))
        self.say("release", tool.release, self.timing.release)
        self.pressed, self.tool = True, tool

    def spare(self, step: Step) -> float:
        assert step.point is not None and step.tool is not None and step.point.hold is not None
        return max(0.0, step.point.hold.cap(step.tool) - step.seconds)

    def closing(self) -> None:
        lines = self.phrases.closing[self.routine.ending]
        self.begin(_title(lines[0]), self.phrases.where_rest)
        if self.posture and self.posture.leave and self.routine.ending != "asleep":
            self.say("move", self.posture.leave, self.timing.posture)
        for line in lines:
            self.say("close", line, self.timing.close / len(lines))


def _title(text: str) -> str:
    sentence = re.split(r"(?<=[.?!]) ", text)[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]

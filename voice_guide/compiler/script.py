"""The script compiler: a routine becomes the cues of a session, in order, with every word it will say."""

from collections import deque

from voice_guide.compiler.cues import BELL, Cue, Kind, Plan
from voice_guide.compiler.holds import fill, hold_beats
from voice_guide.compiler.opening import what_it_needs, what_we_do, who_leaves_it_out
from voice_guide.compiler.pressing import by_hand, into, once, onto
from voice_guide.compiler.saying import OPEN, PARTING, Saying
from voice_guide.compiler.speech import USUAL_RATE, sentences, spoken_seconds
from voice_guide.routine import Point, Posture, Routine, Side, Step, Talk, Tool, sided
from voice_guide.routine.phrases import FILLER, Phrases

STAY_BEFORE_END = 20.0
"""No word of patience in the last seconds of a rest."""
SETTLED = 20.0
"""Seconds of a first step that let somebody arrive."""


def compile_script(
    routine: Routine,
    phrases: Phrases,
    rate: float = USUAL_RATE,
    talk: Talk = "full",
    asked: bool = False,
    day: int = 0,
) -> Plan:
    """The whole session in cues: the opening, each step on each side, place and repetition, the closing.

    `rate` is the voice's, in words a minute, so that there is quiet after the words that need it. `asked`: the
    questions of the opening were asked and answered already. On another `day` it is said a little otherwise.
    """
    compiler = _Compiler(routine, phrases, rate, talk, day)
    compiler.opening(asked)
    for step in routine.steps:
        for _ in range(step.repeat):
            compiler.step(step)
    compiler.closing()
    return Plan(tuple(compiler.cues), tuple(compiler.titles), tuple(compiler.wheres), tuple(compiler.returns))


class _Compiler(Saying):
    """Knows what comes after what, and what was said once."""

    def __init__(self, routine: Routine, phrases: Phrases, rate: float, talk: Talk, day: int) -> None:
        super().__init__(routine, phrases, rate, talk, day)
        self.returns: list[tuple[Cue, ...]] = []
        self.found: set[str] = set()
        self.felt: set[str] = {""}
        self.handled: set[str] = set()
        """Postures where it was said how the ball is held until it holds by itself."""
        self.cautioned: set[str] = set()
        """Postures whose caution was said."""
        self.notices = self.sober = ""
        """How the pain is noticed, and what is not said to who was asked about it; empty where it is not said."""
        self.breaths = {name: deque(rounds) for name, rounds in phrases.breaths.items()}
        self.cautions = deque(phrases.cautions)
        self.arrived = self.warned = False
        """What comes between taking the first place and the first pressing was said."""

    def begin(self, title: str, where: str, point: str | None = None, side: Side | None = None) -> None:
        super().begin(title, where, point, side)
        self.returns.append(())

    def opening(self, asked: bool) -> None:
        routine, phrases = self.routine, self.phrases
        self.begin(routine.name, phrases.where_rest)
        self.say("intro", phrases.name.format(name=routine.name))
        if self.bells:
            self.say("intro", phrases.bells)
        self.notices = "" if asked or self.bells or routine.ending == "asleep" else phrases.notice
        points = list(dict.fromkeys(f"the {step.point.name}" for step in routine.steps if step.point))
        doing = [*([] if self.regular else [what_we_do(phrases, points)]), *what_it_needs(routine, phrases)]
        if doing and not self.bells:
            self.say("intro", " ".join(doing), self.timing.intro)
        self.sober = "" if asked else phrases.sober
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
        self.offer_to_close()
        length, text = self.phrases.arrive_seconds, self.phrases.arrive[self.posture.base]
        room = spoken_seconds(text, self.rate) + 1
        self.block("breathe", text, length, fill(self.breaths["easy"], room, length))

    def arrive(self) -> None:
        """Once the listener sits, stands or lies, and before any place is touched: a breath or two, and the pain."""
        if self.arrived:
            return
        self.arrived = True
        self.warn()
        self.settle_down()
        if self.notices:
            self.say("intro", self.notices, quiet=3)

    def warn(self) -> None:
        """What was not asked, once, before the listener lies down or anything is touched."""
        if self.warned:
            return
        self.warned = True
        phrases, answered = self.phrases, set(self.routine.answered)
        unasked = [phrases.signs] * (not set(phrases.signs_answered) <= answered)
        unasked += [phrases.skin] * (not set(phrases.skin_answered) <= answered)
        for words in filter(None, (self.sober, *unasked)):
            self.say("notice", words)

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
        if kind != "move":
            self.offer_to_close()
        self.block(kind, step.text, step.seconds, beats)

    def settle(self, posture: Posture | None, lead: str = "", change: str = "") -> None:
        """Out of the old posture and into the new, if it is another, move by move; and what comes.

        On a chair it is told before the legs are crossed for it; elsewhere once the listener stands or lies.
        """
        before = self.posture
        if posture is None or posture == before:
            self.arrive()
            self.move(lead)
            if posture:
                self.move(posture.enter if posture.after and self.last else change, posture.time)
            return
        last = self.last[1] if self.last else None
        if before:
            self.move(sided(before.leave, last), before.time if before.base == "floor" else 0.0)
        self.posture = posture
        way = sentences(self.phrases.ways.get(f"{before.base if before else 'start'}_{posture.base}", ""))
        if OPEN in way:
            way[:2] = [" ".join(way[:2])]
        for one in way:
            self.say("move", one, quiet=self.timing.way)
        self.warn()
        if posture.base == "chair":
            self.arrive()
            self.move(lead)
        self.move(posture.enter, posture.time)
        if posture.caution and posture.id not in self.cautioned:
            self.say("notice", posture.caution)
        self.cautioned.add(posture.id)
        self.arrive()
        if posture.base != "chair":
            self.move(lead)

    def move(self, text: str, quiet: float = 0.0) -> None:
        """One thing to do, and the time for it."""
        if text:
            self.say("move", text, quiet=max(quiet, self.timing.next))

    def press(self, step: Step, side: Side | None, place: str) -> None:
        point, tool, posture, phrases = step.point, step.tool, step.posture, self.phrases
        assert point is not None and tool is not None and posture is not None
        named = phrases.sides[side].format(part=point.part) if side else ""
        title = ", ".join(filter(None, (point.name, named, place)))
        self.begin(_title(title), phrases.where.format(place=title), point.id, side)
        along = self.last is not None and self.last[:2] == (point.id, side)
        turned = self.last is not None and self.last[1] != side and side is not None and not tool.ball
        self.settle(posture, self.lead(point, side, place, title), posture.change if turned else "")
        self.locate(step, point, tool, posture, place)
        there = onto(point, posture, again=True) if tool.ball else by_hand(point, tool, side)
        self.returning(
            posture.ready if tool.ball else "",
            self.cue("locate", once(point.again, there), quiet=self.timing.find + point.search),
        )
        lighter = self.bells and point.pressure and step.pressure < point.pressure.target
        level = phrases.levels[step.pressure] if lighter else ""
        self.offer_to_close()
        before = "" if along and not step.caution else step.caution or point.before
        for caution in filter(None, (step.text if not along else "", level, before)):
            self.say("notice", caution)
        breath = self.breaths[step.breath]
        unbroken = not any(line.say == FILLER for lines in breath for line in lines)
        counting = self.routine.ending != "asleep"
        warned = "come off" in before  # the same was said just now
        beats = hold_beats(step.seconds, breath, phrases, "" if warned else self.cautions[0], unbroken, counting)
        self.cautions.rotate(-1 + warned)
        words = f"{into(step, point, tool, phrases)} {phrases.levels[step.pressure]}"
        self.block("press", words, step.seconds, beats, max(0.0, step.longest - step.seconds))
        off = point.floor_off if posture.base == "floor" and not tool.ball else ""
        self.say("release", once(tool.release, off), tool.off + self.timing.again * bool(off))
        self.move(posture.after, self.timing.again)
        self.pressed += 1
        self.last = (point.id, side, place)

    def offer_to_close(self) -> None:
        """Once it is safe: never where somebody stands."""
        if not self.regular and self.base != "wall" and not self.shut and not self.offered:
            self.say("locate", self.phrases.eyes_again if self.eyed else self.phrases.eyes)
            self.offered = self.eyed = True

    def returning(self, ready: str = "", *place: Cue) -> None:
        """How somebody who got up gets back to this step."""
        way = self.phrases.ways.get(f"start_{self.posture.base}", "") if self.posture else ""
        words = once(way, self.posture.enter, ready) if self.posture else ""
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

    def locate(self, step: Step, point: Point, tool: Tool, posture: Posture, place: str) -> None:
        """Where it is, the first time in full, and how the ball or the hand gets there."""
        first = point.id not in self.found
        self.found.add(point.id)
        new = first and not self.regular
        self.move(posture.turn if tool.ball else "")
        if self.bells:
            self.take(tool, posture)
            self.say("locate", BELL, quiet=self.timing.find + self.timing.again * bool(tool.ball) + point.search)
            return
        lying = point.floor if posture.base == "floor" and not tool.ball else ""
        if new:
            self.say("locate", once(lying, point.find), quiet=self.timing.find + point.search)
        elif point.search and not first:
            self.say("locate", self.phrases.search, quiet=self.timing.find + point.search)
        elif not place:
            self.say("locate", once(lying, point.again), quiet=self.timing.again)
        self.take(tool, posture)
        if tool.ball:
            self.say("locate", onto(point, posture, posture.id in self.handled), quiet=self.timing.again)
            self.handled.add(posture.id)
        elif hand := by_hand(point, tool, self.side):
            self.say("locate", hand, quiet=self.timing.next)
        if new and not tool.ball and point.press:
            self.say("locate", point.press)
        usual = point.pressure is None or step.pressure >= min(2, point.pressure.target)
        if new and usual and point.feel not in self.felt:
            self.say("locate", point.feel)
            self.felt.add(point.feel)

    def take(self, tool: Tool, posture: Posture) -> None:
        """The ball in hand, unless it is in that hand since the hold before."""
        held = posture.base == "wall" and self.last is not None and self.last[1] == self.side
        self.move(posture.ready if tool.ball and not held else "")

    def closing(self) -> None:
        where = {"chair": "seated", "wall": "standing"}.get(self.base, "lying")
        closing, ending = self.phrases.closing, self.routine.ending
        lines = closing.get(f"{ending}_{where}") or closing[ending]
        self.begin(_title(lines[0]), self.phrases.where_rest)
        if ending == "asleep":
            self.returning()
        elif self.posture:
            self.move(self.posture.leave, self.posture.time)
        for line in lines:
            line = self.fillers.choose([PARTING], self.clock) if line == FILLER else line
            self.say("close", line, self.timing.close / len(lines), quiet=self.timing.next)


def _title(text: str) -> str:
    sentence = sentences(text)[0].rstrip(".")
    return sentence[:1].upper() + sentence[1:]

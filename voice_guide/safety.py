"""What a listener told about their body makes a routine smaller, or refuses it; never larger.

The rules are data (`scripts/safety.yaml`). Of all that match, the strictest wins: block, confirm, replace, skip,
lighten, shorten, warn, allow; of numbers the smallest, and factors multiply.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from voice_guide.routine import Catalogue, Point, Posture, Routine, Step, Tool

Action = Literal["block", "confirm", "replace", "skip", "lighten", "shorten", "warn", "allow"]
Level = Literal["emergency", "urgent", "doctor", "today", "instead"]
SLACK = 1e-6
WORTHWHILE = 60.0
"""Seconds of breathing that make a session of their own."""
LEVELS: tuple[Level, ...] = ("emergency", "urgent", "doctor", "today", "instead")


@dataclass(frozen=True, slots=True)
class Condition:
    """Something a listener may say about their body."""

    id: str
    name: str
    ask: str = ""
    aloud: str = ""
    """Ends the sentence 'leave this one out ...'; empty where everybody is told in every session."""
    also: tuple[str, ...] = ()
    lasts: str = "session"
    """How long an answer stands: session, week, month, always; journal, where past sessions tell."""
    where: bool = False
    """It has a place on the body."""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do when a condition holds. Seconds; `factor` is of a hold. Without `points` it is for all."""

    id: str
    do: Action
    say: str
    source: str
    when: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    level: Level = "today"
    points: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    postures: tuple[str, ...] = ()
    where: bool = False
    """Only on the part of the body that the listener named."""
    only: tuple[str, ...] = ()
    """The routines that are offered, by id, the first one first."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """A tool, and the one that takes its place."""
    without: tuple[str, ...] = ()
    """Points left out besides."""
    pressure: int = 4
    factor: float = 1.0
    hold: float = math.inf
    session: float = math.inf


@dataclass(frozen=True, slots=True)
class Safety:
    """All conditions and rules, and the sentences around them."""

    conditions: Mapping[str, Condition]
    rules: tuple[Rule, ...]
    last_resort: str
    """The routine that is offered when the rules agree on none."""
    hold_floor: float
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Today:
    """What is known about a listener today."""

    conditions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Those that hold, each with the parts of the body it is for; none of them for everywhere."""
    denied: frozenset[str] = frozenset()
    """Those that are known not to hold."""
    agreed: frozenset[str] = frozenset()
    """Those for which a doctor agreed."""


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different, and why; `rule` is an id, or the condition of a point's own list."""

    what: Literal["skipped", "lightened", "shortened", "exchanged", "warned"]
    name: str
    rule: str
    why: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Adapted:
    """A routine made fit for today. `session` is the longest it may last, in seconds."""

    routine: Routine
    changes: tuple[Change, ...] = ()
    session: float = math.inf


@dataclass(frozen=True, slots=True)
class Refusal:
    """No session: why, and what to do now. `instead` are the ids of routines that are offered."""

    level: Level
    say: str
    rules: tuple[str, ...]
    instead: tuple[str, ...] = ()


Has = Callable[[Tool, Posture], bool]
"""Whether a listener has this tool, and a place for this posture."""


def adapt(
    routine: Routine,
    today: Today,
    safety: Safety,
    catalogue: Catalogue,
    has: Has = lambda tool, posture: True,
) -> Adapted | Refusal:
    """The routine as it may be played today, or why it may not; with what the listener `has`."""
    rules = matching(today, safety)
    refusal = _refusal(routine, rules, today, safety)
    return refusal or _Adapter(today, rules, safety, catalogue, has).adapted(routine)


def matching(today: Today, safety: Safety) -> list[Rule]:
    """The rules whose condition holds; one without a condition always does, but for its `unless`."""
    holding = today.conditions.keys()
    return [
        rule for rule in safety.rules if (not rule.when or holding & set(rule.when)) and not holding & set(rule.unless)
    ]


def offered(rules: Sequence[Rule], safety: Safety) -> tuple[str, ...] | None:
    """The ids of the only routines that are offered, or None for all of them."""
    narrowing = [rule.only for rule in rules if rule.only]
    if not narrowing:
        return None
    common = tuple(name for name in narrowing[0] if all(name in others for others in narrowing))
    return common or (safety.last_resort,)


def _refusal(routine: Routine, rules: Sequence[Rule], today: Today, safety: Safety) -> Refusal | None:
    pressed = {step.point.id for step in routine.steps if step.point}
    blocks = [r for r in rules if r.do == "block" and (not r.points or pressed & set(r.points))]
    if blocks:
        level = min((rule.level for rule in blocks), key=LEVELS.index)
        return _refused(level, [rule for rule in blocks if rule.level == level])
    unagreed = today.conditions.keys() - today.agreed
    confirms = [rule for rule in rules if rule.do == "confirm" and unagreed & set(rule.when)]
    if confirms:
        return _refused("doctor", confirms)
    names = offered(rules, safety)
    if names is not None and routine.id not in names:
        return _refused("instead", [rule for rule in rules if rule.only], names)
    return None


def _refused(level: Level, rules: Sequence[Rule], instead: tuple[str, ...] = ()) -> Refusal:
    return Refusal(level, " ".join(_once(rule.say for rule in rules)), tuple(rule.id for rule in rules), instead)


def _once(texts: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(texts))


class _Adapter:
    """Goes through the steps of one routine and notes what it changes."""

    def __init__(self, today: Today, rules: Sequence[Rule], safety: Safety, catalogue: Catalogue, has: Has) -> None:
        self.today, self.rules, self.safety, self.catalogue, self.has = today, rules, safety, catalogue, has
        self.changes: list[Change] = []
        self.say: list[str] = []
        self.left: dict[str, list[str]] = {}
        """Names of points that are left out, by the reason that is not a rule's own sentence."""
        self.fits: tuple[str, ...] = ()

    def adapted(self, routine: Routine) -> Adapted | Refusal:
        self.fits = routine.fits
        steps = [new for step in routine.steps if (new := self.step(step))]
        warnings = [rule.say for rule in self.rules if rule.do == "warn" and not rule.points]
        session = min((rule.session for rule in self.rules), default=math.inf)
        self.say += [rule.say for rule in self.rules if rule.session == session < math.inf]
        left_out = [self.left_out_words(names, why) for why, names in self.left.items()]
        if any(step.point for step in routine.steps) and not any(step.point for step in steps):
            steps = [step for step in steps if step.do == "breathe"]
            if sum(step.seconds * step.repeat for step in steps) < WORTHWHILE:
                why = self.safety.words["nothing_left"].format(name=routine.name)
                rules = tuple(_once(change.rule for change in self.changes))
                return Refusal("instead", " ".join(_once(iter([*self.say, why]))), rules)
            left_out.append(self.safety.words["only_breathing"])
        if unanswered := self.unanswered(routine):
            why = self.safety.conditions[unanswered].name
            return Refusal("instead", self.safety.words["not_this"].format(name=routine.name, why=why), (unanswered,))
        known = self.today.conditions.keys() | self.today.denied
        smaller = replace(
            routine,
            steps=tuple(steps),
            avoid=self.catalogue.avoided(steps, routine.own_avoid, (*routine.fits, *known)),
            today=tuple(_once(iter([*routine.today, *warnings, *self.say, *left_out]))),
        )
        return Adapted(smaller, tuple(dict.fromkeys(self.changes)), session)

    def unanswered(self, routine: Routine) -> str:
        """A condition that the script says it is not for, and that no rule has changed anything for."""
        fired = {change.rule for change in self.changes}
        answered = fired | {name for rule in self.rules if rule.id in fired for name in rule.when}
        own = (name for name in routine.own_avoid if name in self.today.conditions and name not in routine.fits)
        return next((name for name in own if name not in answered), "")

    def step(self, step: Step) -> Step | None:
        return self.press(step, step.point) if step.point else self.other(step)

    def other(self, step: Step) -> Step | None:
        """A rest, breathing or an instruction: left out where its tool or posture is, seated where it may be."""
        name = step.text.split(".")[0]
        for rule in self.rules:
            if step.part and rule.where and not rule.tools and self.is_there(rule.when, step.part):
                self.note("skipped", name, rule.id, rule.say)
                return None
        if step.tool and (why := self.forbidden(step.tool, part=step.part)):
            self.note("skipped", name, *why)
            return None
        if not step.posture or not (why := self.forbidden(step.posture)):
            return step
        seats = (p for p in self.catalogue.postures.values() if not p.by_choice and not self.forbidden(p))
        if step.plain and (seat := next(seats, None)):
            self.note("exchanged", name, *why, step.posture.name, seat.name)
            return replace(step, posture=seat)
        self.note("skipped", name, *why)
        return None

    def press(self, step: Step, point: Point) -> Step | None:
        if why := self.left_out(point):
            self.leave(point, *why)
            return None
        way = self.way(step, point)
        if not way:
            assert step.tool and step.posture
            why = self.forbidden(step.tool, point) or self.forbidden(step.posture, point)
            assert why
            self.leave(point, why[0], "")
            return None
        noted, said = len(self.changes), len(self.say)
        step = self.shorter(self.lighter(self.exchanged(step, point, *way), point), point)
        if step.seconds < self.safety.hold_floor:
            del self.changes[noted:], self.say[said:]
            rule = next(rule for rule in self.rules if self.shortens(rule, point))
            self.say.append(rule.say)
            self.leave(point, rule.id, "")
            return None
        return self.warned(step, point)

    def left_out(self, point: Point) -> tuple[str, str] | None:
        """The rule, or the condition of the point's own list, that keeps it from being pressed; and the words."""
        for rule in self.rules:
            bare = rule.do == "skip" and not rule.tools and not rule.postures
            named = point.id in rule.points or (rule.where and self.is_there(rule.when, point.region))
            if bare and named:
                return rule.id, rule.say
            if point.id in rule.without:
                return rule.id, ""
        for name in point.avoid:
            lightened = any(r.do == "lighten" and name in r.when and point.id in r.points for r in self.rules)
            if name in self.today.conditions and not lightened and self.is_there((name,), point.region):
                return name, self.safety.conditions[name].name
        return None

    def leave(self, point: Point, rule: str, why: str) -> None:
        """Leave a point out: the rule's own sentence says so, or one sentence for all of the same reason."""
        if any(one.id == rule and one.say == why for one in self.rules):
            self.note("skipped", point.name, rule, why)
            return
        names = self.left.setdefault(why, [])
        if point.name not in names:
            names.append(point.name)
        self.changes.append(Change("skipped", point.name, rule, self.left_out_words([point.name], why)))

    def left_out_words(self, names: Sequence[str], why: str) -> str:
        words = self.safety.words
        listed = [words["point"].format(name=name) for name in names]
        points = words["join"].join(filter(None, (", ".join(listed[:-1]), listed[-1])))
        return words["left_out" if why else "left_out_plain"].format(points=points, why=why)

    def is_there(self, conditions: Sequence[str], part: str) -> bool:
        """Whether one of the conditions holds on that part of the body; an unknown part may be any."""
        named = [self.today.conditions[name] for name in conditions if name in self.today.conditions]
        return any(not parts or not part or part in parts for parts in named)

    def touches(self, rule: Rule, point: Point | None, part: str = "") -> bool:
        """Whether a rule speaks of this point; of a step without one, where it speaks of no point."""
        if rule.where and not self.is_there(rule.when, point.region if point else part):
            return False
        return not rule.points or (point is not None and point.id in rule.points)

    def forbidden(self, thing: Tool | Posture, point: Point | None = None, part: str = "") -> tuple[str, str] | None:
        """The rule, or the condition of the posture's own list, that forbids it there; and the words."""
        for rule in self.rules:
            if self.in_bed(thing, rule.when):
                continue
            if thing.id in (rule.tools if isinstance(thing, Tool) else rule.postures) and self.touches(
                rule, point, part
            ):
                return rule.id, rule.say
        if isinstance(thing, Posture):
            for name in thing.avoid:
                if name in self.today.conditions and not self.in_bed(thing, (name,)):
                    return name, self.safety.words["not_so"].format(how=thing.name)
        return None

    def in_bed(self, thing: Tool | Posture, conditions: Sequence[str]) -> bool:
        """A posture that the routine means for the bed, where a condition is only about the floor."""
        return isinstance(thing, Posture) and "bed" in thing.on and bool(set(conditions) & set(self.fits))

    def way(self, step: Step, point: Point) -> tuple[Tool, Posture] | None:
        """The tool and the posture of the step, or the nearest that are allowed: the same tool first."""
        tools, postures = self.catalogue.tools, self.catalogue.postures
        assert step.tool and step.posture
        taking = [rule.instead[step.tool.id] for rule in self.rules if step.tool.id in rule.instead]
        others = [name for name in (*taking, *point.tools) if name in point.tools and not tools[name].by_choice]
        if not step.tool.ball:  # a hand gives way to a hand
            others.sort(key=lambda name: bool(tools[name].ball))
        for tool in (step.tool, *(tools[name] for name in others)):
            seats = [postures[name] for name in point.postures if not postures[name].by_choice]
            for posture in (step.posture, *seats):
                allowed = posture.id in tool.postures and not self.forbidden(posture, point)
                same = tool == step.tool and posture == step.posture
                if allowed and not self.forbidden(tool, point) and (same or self.has(tool, posture)):
                    return tool, posture
        return None

    def exchanged(self, step: Step, point: Point, tool: Tool, posture: Posture) -> Step:
        assert step.tool and step.posture
        for old, new in ((step.tool, tool), (step.posture, posture)):
            why = self.forbidden(old, point)
            if old != new and why:
                self.note("exchanged", point.name, *why, old.name, new.name)
                break  # one reason is enough
        return step.using(tool, posture)

    def lighter(self, step: Step, point: Point) -> Step:
        for rule in self.rules:
            if rule.pressure < step.pressure and self.touches(rule, point):
                self.note("lightened", point.name, rule.id, rule.say, str(step.pressure), str(rule.pressure))
                step = replace(step, pressure=rule.pressure)
        return step

    def shortens(self, rule: Rule, point: Point) -> bool:
        return (rule.factor < 1 or rule.hold < math.inf) and self.touches(rule, point)

    def shorter(self, step: Step, point: Point) -> Step:
        """Whole seconds, rounded down; the floor is for the caller to hold."""
        rules = [rule for rule in self.rules if self.shortens(rule, point)]
        if not rules:
            return step
        for rule in rules:
            hold = min(rule.hold, step.seconds * rule.factor)
            if hold < step.seconds:
                self.note(
                    "shortened", point.name, rule.id, rule.say, f"{step.seconds:g}", f"{math.floor(hold + SLACK)}"
                )
        cap = min(rule.hold for rule in rules)
        seconds, longest = (self.scaled(length, rules, cap) for length in (step.seconds, step.longest))
        shortest = min(max(int(self.safety.hold_floor), self.scaled(step.shortest, rules, cap)), seconds)
        return replace(step, seconds=seconds, shortest=shortest, longest=max(seconds, longest))

    def scaled(self, length: float, rules: Sequence[Rule], cap: float) -> int:
        """Factors multiply, together never below the floor; one that goes below it alone leaves the point out."""
        alone = length * min(rule.factor for rule in rules)
        together = length * math.prod(rule.factor for rule in rules)
        floor = self.safety.hold_floor if alone >= self.safety.hold_floor else 0.0
        return math.floor(min(max(together, floor), alone, cap) + SLACK)

    def warned(self, step: Step, point: Point) -> Step:
        for rule in self.rules:
            if rule.do == "warn" and point.id in rule.points:
                self.changes.append(Change("warned", point.name, rule.id, rule.say))
                step = replace(step, caution=rule.say)
        return step

    def note(
        self,
        what: Literal["skipped", "lightened", "shortened", "exchanged"],
        name: str,
        rule: str,
        why: str,
        before: str = "",
        after: str = "",
    ) -> None:
        self.changes.append(Change(what, name, rule, why, before, after))
        self.say.append(why)

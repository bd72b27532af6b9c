"""One routine made smaller, step by step: what is left out, exchanged, lightened, shortened, and why."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from voice_guide.body.terms import Adapted, Change, Has, Refusal, Rule, Safety, Today
from voice_guide.routine import NOTHING, Catalogue, Point, Posture, Routine, Step, Tool
from voice_guide.routine.phrases import listed

SLACK = 1e-6
WORTHWHILE = 60.0
"""Seconds of breathing that make a session of their own."""


class Adapter:
    """Goes through the steps of one routine and notes what it changes."""

    def __init__(self, today: Today, rules: Sequence[Rule], safety: Safety, catalogue: Catalogue, has: Has) -> None:
        self._today, self._rules, self._safety, self._catalogue, self._has = today, rules, safety, catalogue, has
        self._changes: list[Change] = []
        self._say: list[str] = []
        self._left: dict[str, list[str]] = {}
        """Names of points that are left out, by the reason that is not a rule's own sentence."""
        self._fits: tuple[str, ...] = ()

    def adapted(self, routine: Routine) -> Adapted | Refusal:
        """The routine with every step gone through, or a refusal where nothing is left of it."""
        self._fits = routine.fits
        steps = [new for step in routine.steps if (new := self._step(step))]
        steps = self._without_what_is_gone(routine, steps)
        warnings = [rule.say for rule in self._rules if rule.do == "warn" and not rule.points]
        session = min((rule.session for rule in self._rules), default=math.inf)
        self._say += [rule.say for rule in self._rules if rule.session == session < math.inf]
        left_out = [self._left_out_words(names, why) for why, names in self._left.items()]
        if any(step.point for step in routine.steps) and not any(step.point for step in steps):
            steps = [step for step in steps if step.do == "breathe"]
            if sum(step.seconds * step.repeat for step in steps) < WORTHWHILE:
                why = self._safety.words["nothing_left"].format(name=routine.name)
                rules = tuple(once(change.rule for change in self._changes))
                return Refusal("instead", " ".join(once([*self._say, why])), rules)
            left_out.append(self._safety.words["only_breathing"])
        if unanswered := self._unanswered(routine):
            why = self._safety.conditions[unanswered].name
            return Refusal("instead", self._safety.words["not_this"].format(name=routine.name, why=why), (unanswered,))
        known = self._today.conditions.keys() | self._today.denied
        smaller = replace(
            routine,
            steps=tuple(steps),
            answered=tuple(sorted(known)),
            avoid=self._catalogue.avoided(steps, routine.own_avoid, (*routine.fits, *known)),
            today=tuple(once([*routine.today, *warnings, *self._say, *left_out])),
        )
        return Adapted(smaller, tuple(dict.fromkeys(self._changes)), session)

    @staticmethod
    def _without_what_is_gone(routine: Routine, steps: list[Step]) -> list[Step]:
        """Nobody is told to put away a ball that is not there any more."""
        pressing = {step.tool for step in routine.steps if step.point} - {step.tool for step in steps if step.point}
        return [step for step in steps if step.point or not step.tool or step.tool not in pressing]

    def _unanswered(self, routine: Routine) -> str:
        """A condition that the script says it is not for, and that no rule has changed anything for."""
        fired = {change.rule for change in self._changes}
        answered = fired | {name for rule in self._rules if rule.id in fired for name in rule.when}
        own = (name for name in routine.own_avoid if name in self._today.conditions and name not in routine.fits)
        return next((name for name in own if name not in answered), "")

    def _step(self, step: Step) -> Step | None:
        return self._press(step, step.point) if step.point else self._other(step)

    def _other(self, step: Step) -> Step | None:
        """A rest, breathing or an instruction: left out where its tool or posture is, seated where it may be."""
        name = step.text.split(".")[0]
        for rule in self._rules:
            if step.part and rule.where and not rule.tools and self._is_there(rule.when, step.part):
                self._note("skipped", name, rule.id, rule.say)
                return None
        if condition := next((one for one in step.avoid if one in self._today.conditions), ""):
            self._changes.append(Change("skipped", name, condition, self._safety.conditions[condition].name))
            return None
        if step.tool and (why := self._forbidden(step.tool, part=step.part)):
            self._note("skipped", name, *why)
            return None
        if not step.posture or not (why := self._forbidden(step.posture)):
            return step
        seats = (p for p in self._catalogue.postures.values() if not p.by_choice and not self._forbidden(p))
        if step.plain and (seat := next(seats, None)):
            self._note("exchanged", name, *why, step.posture.name, seat.name)
            return replace(step, posture=seat)
        self._note("skipped", name, *why)
        return None

    def _press(self, step: Step, point: Point) -> Step | None:
        if why := self._left_out(point):
            self._leave(point, *why)
            return None
        way = self._way(step, point)
        if not way:
            assert step.tool and step.posture
            why = self._forbidden(step.tool, point) or self._forbidden(step.posture, point)
            assert why
            self._leave(point, why[0], "")
            return None
        noted, said = len(self._changes), len(self._say)
        step = self._shorter(self._lighter(self._exchanged(step, point, *way), point), point)
        if step.seconds < self._safety.hold_floor:
            del self._changes[noted:], self._say[said:]
            rule = next(rule for rule in self._rules if self._shortens(rule, point))
            self._say.append(rule.say)
            self._leave(point, rule.id, "")
            return None
        return self._warned(step, point)

    def _left_out(self, point: Point) -> tuple[str, str] | None:
        """The rule, or the condition of the point's own list, that keeps it from being pressed; and the words."""
        for rule in self._rules:
            bare = rule.do == "skip" and not rule.tools and not rule.postures
            named = point.id in rule.points or (rule.where and self._is_there(rule.when, point.region))
            if bare and named:
                return rule.id, rule.say
            if point.id in rule.without:
                return rule.id, ""
        for name in point.avoid:
            lightened = any(r.do == "lighten" and name in r.when and point.id in r.points for r in self._rules)
            if name in self._today.conditions and not lightened and self._is_there((name,), point.region):
                return name, self._safety.conditions[name].name
        return None

    def _leave(self, point: Point, rule: str, why: str) -> None:
        """Leave a point out: the rule's own sentence says so, or one sentence for all of the same reason."""
        if any(one.id == rule and one.say == why for one in self._rules):
            self._note("skipped", point.name, rule, why)
            return
        names = self._left.setdefault(why, [])
        if point.name not in names:
            names.append(point.name)
        self._changes.append(Change("skipped", point.name, rule, self._left_out_words([point.name], why)))

    def _left_out_words(self, names: Sequence[str], why: str) -> str:
        words = self._safety.words
        points = listed([words["point"].format(name=name) for name in names], words["join"])
        return words["left_out" if why else "left_out_plain"].format(points=points, why=why)

    def _is_there(self, conditions: Sequence[str], part: str) -> bool:
        """Whether one of the conditions holds on that part of the body; an unknown part may be any, nothing is none."""
        return part != NOTHING and any(self._today.has(name, part) for name in conditions)

    def _touches(self, rule: Rule, point: Point | None, part: str = "") -> bool:
        """Whether a rule speaks of this point; of a step without one, where it speaks of no point."""
        if rule.where and not self._is_there(rule.when, point.region if point else part):
            return False
        return not rule.points or (point is not None and point.id in rule.points)

    def _forbidden(self, thing: Tool | Posture, point: Point | None = None, part: str = "") -> tuple[str, str] | None:
        """The rule, or the condition of the posture's own list, that forbids it there; and the words."""
        for rule in self._rules:
            if self._in_bed(thing, rule.when):
                continue
            if thing.id in (rule.tools if isinstance(thing, Tool) else rule.postures) and self._touches(
                rule, point, part
            ):
                return rule.id, rule.say
        if isinstance(thing, Posture):
            for name in thing.avoid:
                if name in self._today.conditions and not self._in_bed(thing, (name,)):
                    return name, self._safety.words["not_so"].format(how=thing.name)
        return None

    def _in_bed(self, thing: Tool | Posture, conditions: Sequence[str]) -> bool:
        """A posture that the routine means for the bed, where a condition is only about the floor."""
        return isinstance(thing, Posture) and "bed" in thing.on and bool(set(conditions) & set(self._fits))

    def _way(self, step: Step, point: Point) -> tuple[Tool, Posture] | None:
        """The tool and the posture of the step, or the nearest that are allowed: the same tool first."""
        tools, postures = self._catalogue.tools, self._catalogue.postures
        assert step.tool and step.posture
        taking = [rule.instead[step.tool.id] for rule in self._rules if step.tool.id in rule.instead]
        others = [name for name in (*taking, *point.tools) if name in point.tools and not tools[name].by_choice]
        if not step.tool.ball:  # a hand gives way to a hand
            others.sort(key=lambda name: bool(tools[name].ball))
        for tool in (step.tool, *(tools[name] for name in others)):
            seats = [postures[name] for name in point.postures if not postures[name].by_choice]
            for posture in (step.posture, *seats):
                allowed = posture.id in tool.postures and not self._forbidden(posture, point)
                same = tool == step.tool and posture == step.posture
                if allowed and not self._forbidden(tool, point) and (same or self._has(tool, posture)):
                    return tool, posture
        return None

    def _exchanged(self, step: Step, point: Point, tool: Tool, posture: Posture) -> Step:
        assert step.tool and step.posture
        for old, new in ((step.tool, tool), (step.posture, posture)):
            why = self._forbidden(old, point)
            if old != new and why:
                self._note("exchanged", point.name, *why, old.name, new.name)
                break  # one reason is enough
        return step.using(tool, posture)

    def _lighter(self, step: Step, point: Point) -> Step:
        for rule in self._rules:
            if rule.pressure < step.pressure and self._touches(rule, point):
                self._note("lightened", point.name, rule.id, rule.say, str(step.pressure), str(rule.pressure))
                step = replace(step, pressure=rule.pressure)
        return step

    def _shortens(self, rule: Rule, point: Point) -> bool:
        return (rule.factor < 1 or rule.hold < math.inf) and self._touches(rule, point)

    def _shorter(self, step: Step, point: Point) -> Step:
        """Whole seconds, rounded down; the floor is for the caller to hold."""
        rules = [rule for rule in self._rules if self._shortens(rule, point)]
        if not rules:
            return step
        for rule in rules:
            hold = min(rule.hold, step.seconds * rule.factor)
            if hold < step.seconds:
                self._note(
                    "shortened", point.name, rule.id, rule.say, f"{step.seconds:g}", f"{math.floor(hold + SLACK)}"
                )
        cap = min(rule.hold for rule in rules)
        seconds = self._scaled(step.seconds, rules, cap)
        shorter = any(rule.factor < 1 for rule in rules)  # then no wish may make it longer again
        longest = seconds if shorter else math.floor(min(step.longest, cap) + SLACK)
        shortest = min(max(int(self._safety.hold_floor), self._scaled(step.shortest, rules, cap)), seconds)
        return replace(step, seconds=seconds, shortest=shortest, longest=max(seconds, longest))

    def _scaled(self, length: float, rules: Sequence[Rule], cap: float) -> int:
        """Factors multiply, together never below the floor; one that goes below it alone leaves the point out."""
        least = self._safety.hold_floor
        alone = min(max(length * rule.factor, least) if rule.keeps else length * rule.factor for rule in rules)
        together = length * math.prod(rule.factor for rule in rules)
        floor = least if alone >= least else 0.0
        return math.floor(min(max(together, floor), alone, cap) + SLACK)

    def _warned(self, step: Step, point: Point) -> Step:
        for rule in self._rules:
            if rule.do == "warn" and point.id in rule.points:
                self._changes.append(Change("warned", point.name, rule.id, rule.say))
                step = replace(step, caution=rule.say)
        return step

    def _note(
        self,
        what: Literal["skipped", "lightened", "shortened", "exchanged"],
        name: str,
        rule: str,
        why: str,
        before: str = "",
        after: str = "",
    ) -> None:
        self._changes.append(Change(what, name, rule, why, before, after))
        self._say.append(why)


def once(texts: Iterable[str]) -> list[str]:
    """Each of them once, in order."""
    return list(dict.fromkeys(texts))

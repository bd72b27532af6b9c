"""What is said about the body and what follows from it, as written: conditions, rules, questions and needs.

It stands apart from the shapes of scripts so that safety can be read, and grow, in one place.
"""

import math
from collections.abc import Collection, Mapping
from typing import Annotated

from pydantic import Field

from voice_guide.body.habits import Habits
from voice_guide.body.listeners import Need, Questions, Rules
from voice_guide.body.terms import Action, Condition, Event, Level, Rule, Safety, Then, Together
from voice_guide.errors import did_you_mean
from voice_guide.library.document import Document
from voice_guide.library.shapes import Name, Seconds, Shape, Text, tupled
from voice_guide.routine import Catalogue, Limits

Lasts = Annotated[str, Field(pattern="^(session|week|month|always|journal)$")]


class LimitsShape(Shape):
    """Seconds, counts and days."""

    session: Seconds
    useful: Seconds
    hold_floor: Seconds
    passes: int
    short_points: int
    rest: Seconds
    agreed_days: int


class HabitsShape(Shape):
    """Limits over days."""

    a_day: int
    hours_apart: float
    light_days: int
    worse_by: int
    review_new_days: int
    review_days: list[int] = Field(min_length=2, max_length=2)
    new_bout_days: int


class GroupShape(Shape):
    """Questions asked together."""

    title: Text
    ask: list[Name]


class AgeShape(Shape):
    """One answer to since when it hurts."""

    say: Text
    days: int


class OnsetShape(Shape):
    """Since when it hurts."""

    question: Text
    answers: dict[str, AgeShape]


class ConditionShape(Shape):
    """One condition."""

    name: Text
    source: Text
    lasts: Lasts
    ask: str = ""
    aloud: str = ""
    also: list[Text] = []
    where: bool = False
    leads: str = ""


class TogetherShape(Shape):
    """What means another condition besides."""

    when: list[Text] = Field(min_length=1)
    means: Name
    source: Text


class RuleShape(Shape):
    """One rule."""

    do: Action
    say: Text
    source: Text
    when: Name | list[Name] = []
    unless: Name | list[Name] = []
    level: Level = "today"
    points: list[Name] = []
    tools: list[Name] = []
    postures: list[Name] = []
    where: bool = False
    only: list[Name] = []
    instead: dict[str, Name] = {}
    without: list[Name] = []
    pressure: Annotated[int, Field(ge=1, le=4)] = 4
    factor: Annotated[float, Field(gt=0, le=1)] = 1.0
    keeps: bool = False
    hold: Seconds | None = None
    session: Seconds | None = None


class EventShape(Shape):
    """One event."""

    say: list[Text] = Field(min_length=1)
    after: list[Text] = []
    then: Then
    source: Text
    words: str = ""
    again: Then = "end"
    means: str = ""


class OrderShape(Shape):
    """What no sentence may order."""

    rule: Text
    source: Text
    words: list[str]


class SafetyShape(Shape):
    """safety.yaml."""

    limits: LimitsShape
    habits: HabitsShape
    questions: list[GroupShape]
    onset: OnsetShape
    events: dict[str, EventShape]
    conditions: dict[str, ConditionShape]
    together: list[TogetherShape]
    covers: dict[str, list[str]]
    claims: list[str]
    order_words: dict[str, str]
    orders: dict[str, OrderShape]
    last_resort: Name
    words: dict[str, str]
    rules: dict[str, RuleShape]


class NeedShape(Shape):
    """One need, as a listener would say it."""

    name: Text
    also: list[Text] = []
    hints: list[Text] = []
    last: bool = False
    over: list[Name] = []
    routines: list[Name]
    means: list[Name] = []
    why: Text
    source: Text


class OtherwiseShape(Shape):
    """What is open to all."""

    routines: list[Name]
    why: Text


class NeedsShape(Shape):
    """needs.yaml."""

    otherwise: OtherwiseShape
    needs: dict[str, NeedShape]


def limits_of(shape: SafetyShape) -> Limits:
    """The limits as values."""
    return Limits(**shape.limits.model_dump())


def _habits(shape: SafetyShape) -> Habits:
    """The limits over days as values."""
    values = shape.habits.model_dump()
    return Habits(**{**values, "review_days": tuple(values["review_days"])})


def _questions(shape: SafetyShape) -> Questions:
    """The questions as values."""
    groups = tuple((group.title, tuple(group.ask)) for group in shape.questions)
    ages = {name: (age.say, age.days) for name, age in shape.onset.answers.items()}
    return Questions(groups, shape.onset.question, ages)


def read_rules(document: Document, shape: SafetyShape, catalogue: Catalogue, routines: Collection[str]) -> Rules:
    """All that is about listeners; raises RoutineError where a rule names what is not there."""
    safety = _safety(document, shape, catalogue, routines)
    return Rules(safety, _habits(shape), _questions(shape))


def _safety(document: Document, shape: SafetyShape, catalogue: Catalogue, routines: Collection[str]) -> Safety:
    conditions = {name: Condition(id=name, **tupled(one)) for name, one in shape.conditions.items()}
    known: dict[str, Collection[str]] = {
        "when": conditions,
        "unless": conditions,
        "points": catalogue.points,
        "without": catalogue.points,
        "tools": catalogue.tools,
        "postures": catalogue.postures,
        "only": routines,
    }
    rules = tuple(_rule(name, rule) for name, rule in shape.rules.items())
    for rule in rules:
        for key, names in known.items():
            for name in getattr(rule, key):
                _check(document, ("rules", rule.id, key), name, names)
        for pair in rule.instead.items():
            for name in pair:
                _check(document, ("rules", rule.id, "instead"), name, catalogue.tools)
    together = tuple(_together(one) for one in shape.together)
    for number, meant in enumerate(together):
        for name in (*[name for name, _ in meant.when], meant.means):
            _check(document, ("together", number), name, conditions)
        for part in filter(None, [part for _, part in meant.when]):
            _check(document, ("together", number, "when"), part, catalogue.parts)
    for one in conditions.values():
        if one.leads:
            _check(document, ("conditions", one.id, "leads"), one.leads, conditions)
    for group in shape.questions:
        for name in group.ask:
            _check(document, ("questions",), name, conditions)
    events = {name: Event(id=name, **{**tupled(one), "words": one.words or name}) for name, one in shape.events.items()}
    for event in events.values():
        if event.means:
            _check(document, ("events", event.id, "means"), event.means, conditions)
    document.settle()
    return Safety(conditions, rules, together, shape.last_resort, shape.limits.hold_floor, shape.words, events)


def _together(shape: TogetherShape) -> Together:
    pairs = [text.partition(":") for text in shape.when]
    return Together(tuple((name, part) for name, _, part in pairs), shape.means, shape.source)


def _rule(name: str, shape: RuleShape) -> Rule:
    values = tupled(shape)
    for key in ("when", "unless"):
        values[key] = (values[key],) if isinstance(values[key], str) else values[key]
    for key in ("hold", "session"):
        values[key] = values[key] or math.inf
    return Rule(id=name, **values)


def read_needs(
    document: Document, conditions: Collection[str], routines: Collection[str]
) -> tuple[Mapping[str, Need], Need]:
    """Every need by its id, in the order of the file, and one that is open to all; raises RoutineError."""
    shape = document.read_as(NeedsShape)
    needs = {}
    for key, need in shape.needs.items():
        needs[key] = Need(id=key, **tupled(need))
        for name in need.means:
            _check(document, ("needs", key, "means"), name, conditions)
        for name in need.routines:
            _check(document, ("needs", key, "routines"), name, routines)
        for name in need.over:
            _check(document, ("needs", key, "over"), name, shape.needs)
    for name in shape.otherwise.routines:
        _check(document, ("otherwise",), name, routines)
    document.settle()
    otherwise = Need("", "", (), (), tuple(shape.otherwise.routines), (), shape.otherwise.why, "")
    return needs, otherwise


def _check(document: Document, where: tuple[str | int, ...], name: str, known: Collection[str]) -> None:
    if name not in known:
        document.fault(where, f"no '{name}'; {did_you_mean(name, known, 'leave it out')}")

"""What a listener told about their body makes a routine smaller, or refuses it; never larger.

The rules are data (`scripts/safety.yaml`). Of all that match, the strictest wins: block, confirm, replace, skip,
lighten, shorten, warn, allow; of numbers the smallest, and factors multiply.
"""

from collections.abc import Sequence

from voice_guide.body.adapter import Adapter, once
from voice_guide.body.terms import (
    LEVELS,
    Adapted,
    Has,
    Level,
    Refusal,
    Rule,
    Safety,
    Today,
)
from voice_guide.routine import Catalogue, Posture, Routine, Tool


def anything(tool: Tool, posture: Posture) -> bool:
    """Who chose nothing has what every script needs."""
    return True


def adapt(
    routine: Routine,
    today: Today,
    safety: Safety,
    catalogue: Catalogue,
    has: Has = anything,
) -> Adapted | Refusal:
    """The routine as it may be played today, or why it may not; with what the listener `has`."""
    today = with_what_it_means(today, safety)
    refusal = refusal_of(routine, today, safety)
    return refusal or Adapter(today, matching(today, safety), safety, catalogue, has).adapted(routine)


def refusal_of(routine: Routine, today: Today, safety: Safety) -> Refusal | None:
    """Why there is no session, whatever were left of the routine."""
    today = with_what_it_means(today, safety)
    rules = matching(today, safety)
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


def with_what_it_means(today: Today, safety: Safety) -> Today:
    """With the conditions that those of today mean together; a doctor who agreed to all of them agreed to that."""
    for one in safety.together:
        if one.means not in today.conditions and all(today.has(name, part) for name, part in one.when):
            agreed = {one.means} if {name for name, _ in one.when} <= today.agreed else set()
            today = Today({**today.conditions, one.means: ()}, today.denied - {one.means}, today.agreed | agreed)
    return today


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


def _refused(level: Level, rules: Sequence[Rule], instead: tuple[str, ...] = ()) -> Refusal:
    return Refusal(level, " ".join(once(rule.say for rule in rules)), tuple(rule.id for rule in rules), instead)

"""Why there is no session, said with what to do now: the listener's next step, or another routine."""

from collections.abc import Collection, Sequence

from voice_guide.body.safety import adapt
from voice_guide.body.scripts import Scripts
from voice_guide.body.terms import Adapted, Refusal, Today
from voice_guide.errors import SafetyError
from voice_guide.routine import Routine

MOST_OFFERED = 3


def refused(refusal: Refusal, scripts: Scripts, today: Today) -> SafetyError:
    """The refusal as an error, with what to do now."""
    others = _others(refusal, scripts, today)
    remedy = _remedy(refusal, [routine.name for routine in others], scripts, today)
    return SafetyError(refusal.say + remedy, refusal.level, refusal.rules, [routine.id for routine in others])


def _others(refusal: Refusal, scripts: Scripts, today: Today) -> list[Routine]:
    names = refusal.instead or (scripts.otherwise.routines if refusal.level == "instead" else ())
    others = (scripts.by_id(name) for name in names)
    open_today = [o for o in others if isinstance(adapt(o, today, scripts.safety, scripts.catalogue), Adapted)]
    return open_today[:MOST_OFFERED]


def _remedy(refusal: Refusal, others: Sequence[str], scripts: Scripts, today: Today) -> str:
    safety = scripts.safety
    blocked = any(rule.id in refusal.rules and rule.do == "block" for rule in safety.rules)
    placeless = [name for name, parts in today.conditions.items() if safety.conditions[name].where and not parts]
    if refusal.level == "doctor" and blocked:
        return " When a doctor has cleared you, answer `voice-guide profile` again."
    if refusal.level == "doctor":
        return " When a doctor has agreed, tell `voice-guide profile`, or say --doctor-agreed with --condition."
    if refusal.level == "instead" and placeless:
        return f" Say where it is, and only that place is left out: --condition {placeless[0]}:foot."
    if others:
        return f" Instead: {', '.join(others)}."
    return " `voice-guide suggest` finds one." if refusal.level == "instead" else ""


def danger_of(told: Sequence[str], scripts: Scripts) -> SafetyError | None:
    """What safety says to what a listener feels, by the ids of events; nothing where it is no sign of danger."""
    events = scripts.safety.events
    return said_of([events[name].means for name in told if name in events and events[name].means], scripts)


def said_of(conditions: Collection[str], scripts: Scripts) -> SafetyError | None:
    """What safety says to anybody with these conditions, whatever they want to play."""
    today = Today(dict.fromkeys(conditions, ()))
    anything = scripts.by_id(scripts.safety.last_resort)
    refusal = adapt(anything, today, scripts.safety, scripts.catalogue) if conditions else None
    return refused(refusal, scripts, today) if isinstance(refusal, Refusal) else None

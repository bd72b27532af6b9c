"""What the listener told, in the profile, in the journal and on the command line, as what holds today."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from voice_guide.body.habits import signs
from voice_guide.body.profile import Profile, together
from voice_guide.body.safety import Adapted, Refusal, Today, adapt
from voice_guide.errors import ChoiceError, SafetyError, closest, did_you_mean
from voice_guide.personal.journal import Journal
from voice_guide.personal.profile import read_profile, write_profile

if TYPE_CHECKING:
    from voice_guide.library import Library

MOST_OFFERED = 3


def today_of(
    library: "Library", profile: Profile | None, journal: Journal, extra: dict[str, tuple[str, ...]], agreed: bool
) -> Today:
    """What holds today; `extra` is said of this session, and `agreed` that a doctor agreed to that."""
    questions, limits = library.questions, library.catalogue.limits
    ages = {name: days for name, (_, days) in questions.ages.items()}
    known = profile.today(date.today(), library.safety, ages, limits.agreed_days) if profile else Today()
    told = signs(journal.known, datetime.now().astimezone(), library.habits, profile.began if profile else None)
    past = dict.fromkeys((*told, *(["journal_lost"] if journal.broken else [])), ())
    return together(together(known, past), extra, extra if agreed else ())


def profile_of(library: "Library") -> Profile | None:
    """The listener's profile; raises SafetyError where it is broken."""
    return read_profile(library.safety.conditions, library.catalogue.parts)


def keep_profile(profile: Profile, library: "Library") -> Path:
    """Write it where it is read from; returns the path."""
    return write_profile(profile, {name: one.name for name, one in library.safety.conditions.items()})


def asked_again(profile: Profile, library: "Library") -> list[str]:
    """What the conditions are called whose answers are too old, or were never given."""
    questions = [name for _, names in library.questions.groups for name in names]
    due = profile.due(date.today(), library.safety, library.catalogue.limits.agreed_days, questions)
    return [library.safety.conditions[name].name for name in due]


def condition_words(library: "Library") -> dict[str, str]:
    """Every way to name a condition, and its id."""
    known = library.safety.conditions.values()
    return {" ".join(_plain(word)): one.id for one in known for word in (one.id, one.name, *one.also)}


def _plain(text: str) -> list[str]:
    return text.lower().replace("_", " ").replace("-", " ").split()


def conditions_of(typed: Sequence[str], library: "Library") -> dict[str, tuple[str, ...]]:
    """Conditions by id, each with the parts of the body. Raises ChoiceError with the nearest."""
    known = library.safety.conditions
    words = condition_words(library)
    found: dict[str, tuple[str, ...]] = {}
    for text in typed:
        name, _, part = (" ".join(_plain(piece)) for piece in text.partition(":"))
        if name not in words:
            near = closest(name, words)
            ids = f"did you mean '{words[near]}'?" if near else f"there are {', '.join(known)}"
            raise ChoiceError(f"no condition '{name}'; {ids}")
        if part and not known[words[name]].where:
            raise ChoiceError(f"'{name}' has no part of the body; leave out ':{part}'")
        if part and part not in library.catalogue.parts:
            raise ChoiceError(f"no part of the body '{part}'; {nearest(part, library.catalogue.parts)}")
        before = found.get(words[name])
        found[words[name]] = () if not part or before == () else (*(before or ()), part)
    return found


def nearest(name: str, known: Sequence[str]) -> str:
    """What was probably meant, or what there is."""
    return did_you_mean(name, known, f"there are {', '.join(known[:12])}")


def danger_of(told: Sequence[str], library: "Library") -> SafetyError | None:
    """What safety says to what a listener feels, by the ids of events; nothing where it is no sign of danger."""
    events = library.safety.events
    today = Today({events[name].means: () for name in told if name in events and events[name].means})
    anything = library.by_id(library.safety.last_resort)
    refusal = adapt(anything, today, library.safety, library.catalogue) if today.conditions else None
    return refused(refusal, library, today) if isinstance(refusal, Refusal) else None


def refused(refusal: Refusal, library: "Library", today: Today) -> SafetyError:
    """The refusal as an error, with what to do now."""
    remedy = ""
    names = refusal.instead or (library.otherwise.routines if refusal.level == "instead" else ())
    others = [library.by_id(name) for name in names]
    others = [o for o in others if isinstance(adapt(o, today, library.safety, library.catalogue), Adapted)][
        :MOST_OFFERED
    ]
    blocked = any(rule.id in refusal.rules and rule.do == "block" for rule in library.safety.rules)
    placeless = [
        name for name, parts in today.conditions.items() if library.safety.conditions[name].where and not parts
    ]
    if refusal.level == "doctor" and blocked:
        remedy = " When a doctor has cleared you, answer `voice-guide profile` again."
    elif refusal.level == "doctor":
        remedy = " When a doctor has agreed, tell `voice-guide profile`, or say --doctor-agreed with --condition."
    elif refusal.level == "instead" and placeless:
        remedy = f" Say where it is, and only that place is left out: --condition {placeless[0]}:foot."
    elif others:
        remedy = f" Instead: {', '.join(routine.name for routine in others)}."
    elif refusal.level == "instead":
        remedy = " `voice-guide suggest` finds one."
    return SafetyError(refusal.say + remedy, refusal.level, refusal.rules, [routine.id for routine in others])

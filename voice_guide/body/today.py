"""What holds today, of all that the listener told: in the profile, by past sessions, and of this one besides."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from voice_guide.body.habits import Record, signs
from voice_guide.body.profile import Profile, together
from voice_guide.body.scripts import Scripts
from voice_guide.body.terms import Today


def today_of(
    scripts: Scripts,
    profile: Profile | None,
    records: Sequence[Record],
    now: datetime,
    *,
    lost: bool = False,
    extra: Mapping[str, tuple[str, ...]] | None = None,
    agreed: bool = False,
) -> Today:
    """What holds at `now`, the listener's aware local time; `records` are past sessions, and `lost` that some may be
    missing. `extra` are conditions said of this session, and `agreed` that a doctor agreed to that.
    """
    ages = {name: days for name, (_, days) in scripts.questions.ages.items()}
    agreed_days = scripts.catalogue.limits.agreed_days
    known = profile.today(now.date(), scripts.safety, ages, agreed_days) if profile else Today()
    told = signs(records, now, scripts.habits, profile.began if profile else None)
    past = dict.fromkeys((*told, *(["journal_lost"] if lost else [])), ())
    extra = extra or {}
    return together(together(known, past), extra, extra if agreed else ())


def asked_again(profile: Profile, scripts: Scripts, day: date) -> list[str]:
    """What the conditions are called whose answers are too old, or were never given."""
    questions = [name for _, names in scripts.questions.groups for name in names]
    due = profile.due(day, scripts.safety, scripts.catalogue.limits.agreed_days, questions)
    return [scripts.safety.conditions[name].name for name in due]

"""What past sessions say about today: the limits over days, to be spoken; nothing is hidden because of them.

A day is the one that the listener's clock showed when the session began, so a journey or the change to
summer time moves no session to another day. Hours are real ones. What lies more than a day ahead comes from
a clock that was wrong, and is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

SIGNS = (
    "worse_today",
    "enough_today",
    "too_soon",
    "worse_last_time",
    "light_day_due",
    "no_better_in_three_days",
    "look_back_four_weeks",
    "look_back_six_weeks",
)
"""Every sign there is, in the order they are given."""
IN_PART = "in part"
"""Why a point that was pressed is not among those done."""
FIRST_TIME, NEW_HERE = "first_time", "new_here"
"""The conditions of who told that it is their first week, and of whom the journal tells it."""
FIRST_WEEK = 7
"""Days from the first session that pressed something."""
ANEW = 60
"""After so many days without a session, the weeks to a look back are counted anew."""
_DAY = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Record:
    """One past session. Pain is 0 to 10, None where it was not told."""

    id: int
    started: datetime
    """Aware, with the offset of the listener's clock."""
    routine: str
    name: str
    seconds: float
    """Listened."""
    done: tuple[str, ...]
    """Names of points."""
    skipped: tuple[tuple[str, str], ...]
    """Names of points, each with the reason."""
    pain_before: int | None
    pain_after: int | None
    ended: str
    """finished, stopped, interrupted; broken off where no end is known, or not yet."""
    light: bool

    @property
    def pressed(self) -> bool:
        """Something was pressed; a session without counts as none, but its pain counts."""
        return bool(self.done) or any(reason == IN_PART for _, reason in self.skipped)

    @property
    def day(self) -> date:
        """The day on the listener's clock, where they were."""
        return self.started.date()


@dataclass(frozen=True, slots=True)
class Habits:
    """Limits over days; see `scripts/safety.yaml`."""

    a_day: int
    hours_apart: float
    light_days: int
    """In seven, today among them; a day without a session is one."""
    worse_by: int
    """So much more pain after than before: today's last session, and the next is light."""
    review_new_days: int
    review_days: tuple[int, int]
    """From the first session; for pain that lasts long."""
    new_bout_days: int
    """Fewer since the bout began, and it is new; else it lasts long."""


def signs(records: Sequence[Record], now: datetime, habits: Habits, began: date | None) -> tuple[str, ...]:
    """Which of SIGNS hold at `now`, the listener's aware local time; `began`: the bout, None for long ago."""
    today = now.date()
    past = [record for record in records if _ago(record, now) > -_DAY]
    past.sort(key=lambda record: (record.started.timestamp(), record.id))
    counted = [record for record in past if record.pressed]
    held = set[str]()
    of_today = [record for record in past if record.day >= today]  # or of tomorrow, to who has travelled west since
    if any(_worse(record, habits) for record in of_today):
        held.add("worse_today")
    if sum(record in counted for record in of_today) >= habits.a_day:
        held.add("enough_today")
    elif any(_ago(record, now) - record.seconds < habits.hours_apart * 3600 for record in counted):
        held.add("too_soon")
    told = [record for record in past if None not in (record.pain_before, record.pain_after)]
    if any(_worse(record, habits) for record in told[-1:]):
        held.add("worse_last_time")
    week = [[record for record in counted if (today - record.day).days == back] for back in range(1, 7)]
    if sum(all(record.light for record in day) for day in week) < habits.light_days:
        held.add("light_day_due")
    if began and (today - began).days < habits.new_bout_days:
        if not any(record.day == today for record in counted) and _no_better(past, today, habits, began):
            held.add("no_better_in_three_days")
    else:
        held |= _look_back({record.day for record in counted}, today, habits)
    return tuple(sign for sign in SIGNS if sign in held)


def is_first_week(records: Sequence[Record], day: date) -> bool:
    """Whether nothing was pressed yet more than a week before `day`."""
    return not any(record.pressed and (day - record.day).days >= FIRST_WEEK for record in records)


def _ago(record: Record, now: datetime) -> float:
    """Seconds since it began. Two times of one zone would be subtracted as the clock shows them."""
    return now.timestamp() - record.started.timestamp()


def _worse(record: Record, habits: Habits) -> bool:
    before, after = record.pain_before, record.pain_after
    return before is not None and after is not None and after >= before + habits.worse_by


def _no_better(past: Sequence[Record], today: date, habits: Habits, began: date) -> bool:
    """The first and the latest number told in this bout; one alone says nothing, and no pain is better."""
    bout = [record for record in past if record.day >= began]
    told = [(r.day, pain) for r in bout for pain in (r.pain_before, r.pain_after) if pain is not None]
    if len(told) < 2 or (today - told[0][0]).days < habits.review_new_days:
        return False
    return told[-1][1] >= max(told[0][1], 1)


def _look_back(days: set[date], today: date, habits: Habits) -> set[str]:
    """The latest look back that came due since the last session, so it is spoken once."""
    first = last = today
    for day in sorted(day for day in days if day <= today):
        first = day if first == today or (day - last).days >= ANEW else first
        last = day
    if (today - last).days >= ANEW:
        return set()
    due = [at for at in habits.review_days if (last - first).days < at <= (today - first).days]
    return {SIGNS[-2:][habits.review_days.index(max(due))]} if due else set()

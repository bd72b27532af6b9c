"""What a listener told about their body, and what of it holds on a given day.

A 'no' ends when its time is over, and is then unknown. A 'yes' stays until it is answered again, and a doctor's
word for it is asked for again after a while: safety never forgets by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from voice_guide.body.terms import Condition, Safety, Today, widened

WEEK = 7
LASTS = {"session": 1, "week": WEEK, "month": 28, "always": 36_500}
"""Days that a 'no' stands."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Answers by condition, with the day each was given."""

    yes: Mapping[str, date] = field(default_factory=dict)
    no: Mapping[str, date] = field(default_factory=dict)
    agreed: Mapping[str, date] = field(default_factory=dict)
    """A doctor agreed."""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Parts of the body, for the conditions that have a place."""
    began: date | None = None
    """The latest day that the present bout of pain can have begun."""
    told: Mapping[str, str] = field(default_factory=dict)
    """By condition, the words in which it was told."""

    def today(self, day: date, safety: Safety, ages: Mapping[str, int], agreed_days: int) -> Today:
        """What holds on `day`; `ages` are conditions by the days since the bout began, from the youngest."""
        conditions = {
            name: self.where.get(name, ()) for name, since in self.yes.items() if _is(name, since, day, safety)
        }
        denied = {name for name, since in self.no.items() if _stands(safety.conditions[name], since, day)}
        if self.began:
            days = max(0, (day - self.began).days)
            stage = [name for name, least in ages.items() if least <= days][-1]
            conditions[stage] = ()
            denied |= ages.keys() - {stage}
        agreed = {name for name, since in self.agreed.items() if 0 <= (day - since).days < agreed_days}
        return Today(conditions, frozenset(denied - conditions.keys()), frozenset(agreed))

    def due(self, day: date, safety: Safety, agreed_days: int, asked: Iterable[str] = ()) -> tuple[str, ...]:
        """What to ask again: answers that are too old, of a day's ones a 'yes' over a week; a doctor's word that is;
        and which of those `asked` were never answered.
        """

        def old(name: str, since: date, daily: int) -> bool:
            condition = safety.conditions[name]
            return (day - since).days >= (daily if condition.lasts == "session" else LASTS[condition.lasts])

        never = LASTS["always"]
        due = [name for name, since in self.no.items() if old(name, since, never)]
        due += [name for name, since in self.yes.items() if _is(name, since, day, safety) and old(name, since, WEEK)]
        due += [name for name in asked if name not in self.yes and name not in self.no]
        due += [name for name, since in self.agreed.items() if (day - since).days >= agreed_days]
        return tuple(dict.fromkeys(due))

    def beginning(self, day: date) -> "Profile":
        """With a bout that began on this day at the latest."""
        return replace(self, began=day)


def _is(name: str, since: date, day: date, safety: Safety) -> bool:
    """A first week ends by itself; nothing else does."""
    return safety.conditions[name].lasts != "week" or (day - since).days < WEEK


def _stands(condition: Condition, since: date, day: date) -> bool:
    return 0 <= (day - since).days < LASTS.get(condition.lasts, 1)


def together(today: Today, extra: Mapping[str, tuple[str, ...]], agreed: Iterable[str] = ()) -> Today:
    """What is known, and what is said of this session besides; a place named twice is both places."""
    conditions = dict(today.conditions)
    for name, where in extra.items():
        conditions[name] = widened(conditions.get(name), where)
    return Today(conditions, today.denied - conditions.keys(), today.agreed | frozenset(agreed))

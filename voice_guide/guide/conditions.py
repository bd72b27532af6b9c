"""What a listener may say about their body, in the groups of the profile's questions and in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass

from voice_guide.body.scripts import Scripts

TODAY = "Today"
"""The group of all that the profile does not ask."""


@dataclass(frozen=True, slots=True)
class Sayable:
    """A condition: its name, other words for it, and the parts of the body it may be told of."""

    group: str
    name: str
    also: Sequence[str]
    parts: Sequence[str]


def sayable(scripts: Scripts) -> list[Sayable]:
    """All that somebody may say, group by group; not what past sessions tell."""
    known, ages = scripts.safety.conditions, scripts.questions.ages
    asked = {name: title for title, names in scripts.questions.groups for name in names}
    today = [name for name, one in known.items() if name not in asked and one.lasts != "journal"]
    found = []
    for name, group in (asked | dict.fromkeys(today, TODAY)).items():
        one = known[name]
        said = [ages[name][0]] if name in ages else []
        also = [word for word in dict.fromkeys((*said, *one.also)) if word != one.name]
        found.append(Sayable(group, one.name, also, scripts.catalogue.parts if one.where else ()))
    return found

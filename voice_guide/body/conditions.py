"""Conditions as people name them: an id, a name or another word for it, with the part of the body where it has one."""

from collections.abc import Iterable, Sequence

from voice_guide.body.scripts import Scripts
from voice_guide.errors import ChoiceError, closest, did_you_mean


def condition_words(scripts: Scripts) -> dict[str, str]:
    """Every way to name a condition, and its id."""
    known = scripts.safety.conditions.values()
    return {plain(word): one.id for one in known for word in (one.id, one.name, *one.also)}


def plain(text: str) -> str:
    """Words as they are compared."""
    return " ".join(text.lower().replace("_", " ").replace("-", " ").split())


def conditions_of(typed: Iterable[str], scripts: Scripts) -> dict[str, tuple[str, ...]]:
    """Conditions by id, each with the parts of the body. Raises ChoiceError with the nearest."""
    known, words = scripts.safety.conditions, condition_words(scripts)
    found: dict[str, tuple[str, ...]] = {}
    for text in typed:
        name, _, part = (plain(piece) for piece in text.partition(":"))
        if name not in words:
            near = closest(name, words)
            ids = f"did you mean '{words[near]}'?" if near else f"there are {', '.join(known)}"
            raise ChoiceError(f"no condition '{name}'; {ids}")
        if part and not known[words[name]].where:
            raise ChoiceError(f"'{name}' has no part of the body; leave out ':{part}'")
        if part and part not in scripts.catalogue.parts:
            raise ChoiceError(f"no part of the body '{part}'; {nearest(part, scripts.catalogue.parts)}")
        before = found.get(words[name])
        found[words[name]] = () if not part or before == () else (*(before or ()), part)
    return found


def nearest(name: str, known: Sequence[str]) -> str:
    """What was probably meant, or what there is."""
    return did_you_mean(name, known, f"there are {', '.join(known[:12])}")

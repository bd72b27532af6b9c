"""A spot of the body is pressed once in a session, and so has its hold, whatever a script calls it (B07)."""

from collections import Counter
from collections.abc import Iterable

from voice_guide.library.document import Document
from voice_guide.routine import Catalogue, Point, Step

SEARCHED = 2
"""Spots of a place that is searched for, as the long muscle beside the spine is in two halves."""
Spot = tuple[str, str | None]
"""A point's id, and the side."""


def pressed_once(steps: Iterable[Step], catalogue: Catalogue, document: Document) -> None:
    """A fault in the document for each step that presses a spot again."""
    seen: set[tuple[str, str | None, str]] = set()
    counted: Counter[Spot] = Counter()
    pressed: dict[Spot, Point] = {}
    for number, step in enumerate(steps):
        point = step.point
        if not point:
            continue
        sides = [one for side in step.sides for one in (("left", "right") if side == "both" else (side,))]
        places = {(point.id, side, place.casefold()) for side in sides for place in step.places}
        again = places & seen or len(places) < len(sides) * len(step.places)
        if again or step.repeat > catalogue.limits.passes:
            _fault(document, number, f"'{point.name}' is pressed twice on one spot")
        spots = _spots(point, places, catalogue)
        other = next((pressed[spot] for spot in sorted(spots, key=str) if pressed.get(spot, point) is not point), None)
        if other:
            _fault(document, number, f"'{point.name}' presses a spot of the '{other.name}' again")
        pressed |= dict.fromkeys(spots, point)
        seen |= places
        counted.update((point.id, side) for _, side, _ in places)
        most = len(point.places) or (SEARCHED if point.search else 1)
        if not again and any(counted[point.id, side] > most for side in sides):
            spots_of = "one spot" if most == 1 else f"{most} spots at most"
            document.fault(
                ("steps", number),
                f"'{point.name}' has {spots_of} on a side, whatever they are called; leave 'places' out",
            )


def _spots(point: Point, places: Iterable[tuple[str, str | None, str]], catalogue: Catalogue) -> set[Spot]:
    """Where these places are, also under the names of other points."""
    own = {place.casefold(): place for place in point.places}
    return {(spot, side) for _, side, place in places for spot in catalogue.spots(point, own.get(place, place))}


def _fault(document: Document, number: int, what: str) -> None:
    remedy = "a spot is pressed once in a session: leave it out, or give other 'places'"
    document.fault(("steps", number), f"{what}; {remedy}")

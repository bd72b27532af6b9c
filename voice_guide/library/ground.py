"""What every command needs of the shipped files, and a script is checked against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voice_guide.library.orders import Order
from voice_guide.routine import Catalogue
from voice_guide.routine.phrases import Phrases


@dataclass(frozen=True, slots=True)
class Ground:
    """Of points.yaml, phrases.yaml and safety.yaml."""

    catalogue: Catalogue
    phrases: Phrases
    claims: tuple[str, ...]
    """Words that promise too much, and are never spoken."""
    orders: tuple[Order, ...]
    """What no sentence may order."""
    order_words: Mapping[str, str]
    old_numbers: Mapping[str, Sequence[str]]
    """What to ask back, by an old code of a point."""

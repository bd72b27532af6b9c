"""What a desktop shows of a session and may ask of it: apart, as the bus is loaded late and the player is not."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class State:
    """What a desktop shows; equal where only time went on. Seconds; `length` is None until it is known."""

    status: str
    step: int
    title: str
    routine: str
    position: float = field(compare=False)
    length: float | None
    volume: float


class Shown(Protocol):
    """A player, as the bus sees it."""

    closing: bool

    @property
    def state(self) -> State:
        """What is to be shown."""

    def take(self, what: str | float) -> None:
        """What came from the bus: a Command, or a volume."""

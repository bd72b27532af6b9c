"""The listener is waited for: prompts and quiet, counted in frames. Who says nothing twice is not left there."""

from dataclasses import dataclass, replace

from voice_guide.pcm import frames


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is still to come of a wait."""

    prompts: tuple[tuple[str, int], ...]
    """The names of what is said, each with the frames of quiet after it."""
    ends: bool
    """Who answers none of them ends the session; otherwise it goes on."""
    offered: bool = False
    """A hold was left, and may be taken up again, softer."""
    quiet: int = 0
    """Frames until the next prompt."""

    def after(self, count: int) -> "Waiting":
        """The same, so many frames of quiet later."""
        return replace(self, quiet=self.quiet - count)

    def prompted(self) -> tuple[str, "Waiting"]:
        """The next prompt, and what is left after it."""
        (name, quiet), *more = self.prompts
        return name, replace(self, prompts=tuple(more), quiet=quiet)


def prompts(first: str, again: str) -> tuple[tuple[str, int], ...]:
    """A prompt, half a minute, a reminder, and a minute."""
    return (first, frames(30)), (again, frames(60))


SETTLING = Waiting(prompts("ready", "ready_again"), ends=False)
"""After a change of position, when nothing is pressed yet."""
BEFORE_A_PRESS = Waiting(prompts("ready", "ready_again"), ends=True)
"""Facts, no_answer: a prompt that is not answered twice ends the session."""
OFFERED = Waiting(prompts("offer", "offer"), ends=True, offered=True, quiet=frames(10))
"""Facts, sharp_shooting: ten seconds, then half the pressure is offered once."""

"""All that a listener can steer with, as one: keys, the one button, other programs, and what they say.

It stands between the controls, which know no session, and the session, which knows no device.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol, TypeVar

from voice_guide.controls.keys import Keys
from voice_guide.controls.pipe import Pipe
from voice_guide.errors import HearingError
from voice_guide.guide.moment import Tell, nobody
from voice_guide.hearing import Heard
from voice_guide.player.command import Command, Place
from voice_guide.player.session import Session
from voice_guide.routine.vocabulary import PREFIX, Vocabulary

T = TypeVar("T")
COMMANDS = frozenset(map(str, Command))
LAG = 0.25
"""Seconds until the last sound that was written has left the speaker."""


class Control(Protocol):
    """A key, a button, another program."""

    def commands(self) -> list[Command]:
        """Those that came since the last call."""

    def waiting(self) -> bool:
        """There is something to be taken."""


class Hearer(Protocol):
    """What understands the listener; see `voice_guide.hearing.ear`."""

    ready: bool
    unheard: str
    """Why nobody is heard at the moment, though it listens."""

    @property
    def fault(self) -> HearingError | None:
        """Why it does not listen any more."""

    def use(self, name: str) -> None:
        """The vocabulary from now on."""

    def deafen(self, seconds: float) -> None:
        """Our own voice sounds from now on for so long."""

    def heard(self) -> list[Heard]:
        """What was said since this was last asked."""

    def close(self) -> None:
        """Listen no more."""


def hearer_of(heard: Sequence[Vocabulary]) -> Callable[[], Hearer]:
    """What begins to listen when it is called; loaded only then."""

    def hearer() -> Hearer:
        from voice_guide.hearing.ear import Ear

        return Ear(heard)

    return hearer


class Guarded:
    """A control of somebody else's, that is let go of when it fails: a session goes on without it."""

    def __init__(self, control: Control, tell: Tell) -> None:
        self._control: Control | None = control
        self._tell = tell

    def commands(self) -> list[Command]:
        """As a control does; what is no command means nothing."""
        return self._asked(lambda control: [Command(word) for word in control.commands() if word in COMMANDS], [])

    def waiting(self) -> bool:
        """As a control does."""
        return self._asked(lambda control: bool(control.waiting()), False)

    def _asked(self, ask: Callable[[Control], T], otherwise: T) -> T:
        try:
            return ask(self._control) if self._control else otherwise
        except Exception as fault:  # whatever it is, nobody may be left pressing for it
            self._control = None
            self._tell(f"a control failed, and steers no more: {type(fault).__name__}: {fault}")
            return otherwise


class Steering:
    """While it is entered, everything that came is taken in turn."""

    def __init__(
        self,
        one_button: bool = False,
        hearer: Callable[[], Hearer] | None = None,
        controls: Sequence[Control] = (),
        keys: bool = True,
        tell: Tell = nobody,
    ) -> None:
        """`hearer` begins to listen, where that is wanted; `keys` are those of the terminal."""
        self.keys = Keys(one_button, present=keys)
        self._tell = tell
        self.ear = hearer() if hearer else None
        self._hearer = hearer
        self._one_button = one_button
        self._pipe = Pipe()
        self._controls: list[Control] = [self.keys, self._pipe, *(Guarded(one, tell) for one in controls)]
        self._held = ExitStack()
        self._told = self._asked = False
        """Somebody was told that they are heard; or was asked something aloud."""
        self._warned = False
        """They were told that they are not heard."""
        self.muddled = False
        """Something was said that is no answer."""
        self._using = ""

    def __enter__(self) -> "Steering":
        self._held.enter_context(self.keys)
        self._held.enter_context(self._pipe)
        return self

    def __exit__(self, *error: object) -> None:
        self._held.close()
        self._deaf()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Meanwhile the terminal is as it was, and nobody listens."""
        self.keys.__exit__()
        heard = self.hears
        self._deaf()
        try:
            yield
        finally:
            self.keys.__enter__()
            if heard and self._hearer:
                self.ear, self._using = self._hearer(), ""

    def join(self, control: Control) -> None:
        """One more."""
        self._controls.append(control)

    @property
    def answers(self) -> bool:
        """Somebody can answer a question."""
        return self.keys.present or self.hears

    @property
    def hears(self) -> bool:
        """What is said is heard, or will be in a moment."""
        return self.ear is not None and self.ear.fault is None

    def waiting(self) -> bool:
        """Something came that was not taken yet."""
        return any(control.waiting() for control in self._controls)

    def commands(self, session: Session) -> list[str]:
        """What is to be sent; the session is told what it must know of who can answer."""
        found: list[str] = [command for control in self._controls for command in control.commands()]
        if self.ear:
            quiet = session.paused or session.place.waiting
            for heard in self.heard("ready" if quiet else "commands"):
                if heard.meaning:
                    found.append(heard.meaning)
                elif heard.said.startswith(f"{PREFIX} "):
                    session.say("unclear")
        self._introduce(session)
        return found

    def _introduce(self, session: Session) -> None:
        """Once it can be answered it waits; once it cannot, it does not any more."""
        unheard = self.ear.unheard if self.ear else ""
        session.gated = self._one_button or (self.hears and self._told and not unheard)
        session.by_button = self._one_button and not self.hears
        if self.ear and self.ear.fault:
            self._tell(str(self.ear.fault))
            session.unheard()
            if self._told or self._asked:
                session.tell("deaf")
            self._deaf()
        elif unheard and self._told and not self._warned:
            self._warned = True
            self._tell(unheard)
            session.tell("deaf")
        elif self.ear and self.ear.ready and not self._told:
            self._told = True
            session.tell("listening")
        elif self._one_button and not self.ear and not self._told:
            self._told = True
            session.tell("listening_button")

    def replies(self, kind: str) -> list[str]:
        """Keys, and the meanings of what was said, since the last call; `kind` is the vocabulary of the question."""
        found = [*self.keys.typed(), *([Command.STOP] if self.stopped() else [])]
        said = self.heard(kind)
        self._asked |= self.hears
        self.muddled = any(heard.said and not heard.meaning for heard in said)
        return found + [heard.meaning for heard in said if heard.meaning]

    def stopped(self) -> bool:
        """Another program says stop; whatever else it said is no answer to a question."""
        return Command.STOP in [command for control in self._controls[1:] for command in control.commands()]

    def heard(self, kind: str) -> list[Heard]:
        """What was said since the last call."""
        if not (self.ear and self.hears):
            return []
        self._use(kind)
        return self.ear.heard()

    def hear(self, place: Place) -> None:
        """Half duplex: while something sounds nobody is listened to."""
        if self.ear and place.sounding:
            self.ear.deafen(LAG)

    def _deaf(self) -> None:
        if self.ear:
            self.ear.close()
        self.ear = None

    def _use(self, name: str) -> None:
        if self.ear and name != self._using:
            self.ear.use(name)
            self._using = name

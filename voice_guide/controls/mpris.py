"""Media keys, headsets and the players' remotes of a Linux desktop, by MPRIS 2 on its session bus.

All of the bus happens in a thread of its own, so that no desktop can delay a sound. Where there is no bus, or not the
library for it, there are no media keys, and that is no fault of a session.
"""

import math
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType

from voice_guide.controls.button import PRESS, Button
from voice_guide.controls.shown import State
from voice_guide.player.command import Command, Place
from voice_guide.player.session import LOUDER, LOUDEST, SOFTEST

FEW = 20
"""Of a flood the last so many count."""
UNSTEADY = 1.0
"""Seconds by which the length may change before that is told."""


class Mpris:
    """A player on the bus. `titles` are those of the steps; with `one_button` play and pause are presses of it."""

    def __init__(
        self,
        routine: str,
        titles: Sequence[str],
        one_button: bool = False,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.fault = ""
        """Why there are no media keys, in one line; empty where there are, or it is not known yet."""
        self.closing = False
        """The thread is to end."""
        self._routine, self._titles, self._one = routine, titles, one_button
        self._now = now
        self._came: deque[tuple[float, str | float]] = deque(maxlen=FEW)
        """When, and what: a command, PRESS, or a volume."""
        self._button = Button()
        self._place: Place | None = None
        self._gain, self._heard, self._shown = 1.0, 0.0, 0.0
        self._whole: float | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "Mpris":
        if address := _address():
            self._thread = threading.Thread(target=self._serve, args=(address,), name="mpris", daemon=True)
            try:
                self._thread.start()
            except RuntimeError as error:  # there are too many threads
                self._thread, self.fault = None, f"no media keys: {error}"
        else:
            self.fault = "no media keys: there is no session bus"
        return self

    def __exit__(self, *error: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Leave the bus. Safe twice."""
        self.closing = True
        if self._thread:
            self._thread.join(timeout=1)  # one that hangs in a bus that hangs ends with the program
            self._thread = None

    def waiting(self) -> bool:
        """Something came, or the presses of the one button are over."""
        return bool(self._came) or self._button.due(self._now())

    def commands(self) -> list[Command]:
        """The commands that came since the last call."""
        found: list[Command] = []
        while self._came:
            at, what = self._came.popleft()
            if isinstance(what, float):
                found += self._turned(what)
            elif what == PRESS:
                self._button.press(at)
            else:
                found.append(Command(what))
        return found + self._button.commands(self._now())

    def show(self, place: Place, gain: float) -> None:
        """Where the session stands, and how loud: to be told after each block of sound."""
        now = self._now()
        if self._place and not _still(self._place):
            self._heard += now - self._shown
        self._place, self._gain, self._shown = place, gain, now
        whole = None if place.left is None else self._heard + place.left
        if whole is None or self._whole is None or abs(whole - self._whole) > UNSTEADY:
            self._whole = whole

    @property
    def state(self) -> State:
        """What is to be shown, for the thread of the bus."""
        place = self._place
        if place is None:
            return State("Stopped", 0, "", self._routine, 0.0, None, self._gain)
        status = "Paused" if _still(place) else "Playing"
        title = self._titles[place.step] if place.step < len(self._titles) else ""
        return State(status, place.step, title, self._routine, self._heard, self._whole, self._gain)

    def take(self, what: str | float) -> None:
        """What came from the bus: a Command, or a volume."""
        still = self._place is not None and _still(self._place)
        if isinstance(what, str) and self._one:
            if what == (Command.CONTINUE if not still else Command.PAUSE):
                return  # of no effect; a headset that tells play from pause goes by what the desktop shows
            if what in (Command.TOGGLE, Command.CONTINUE, Command.PAUSE):
                what = PRESS
        self._came.append((self._now(), what))

    def _turned(self, volume: float) -> list[Command]:
        """The steps from the gain of now to the one nearest to a volume, at least one."""
        steps = math.log(min(LOUDEST, max(SOFTEST, volume)) / self._gain, LOUDER)
        if abs(steps) < 0.02:  # the volume of now, told back
            return []
        count = max(1, round(abs(steps)))
        self._gain *= LOUDER ** math.copysign(count, steps)
        return [Command.LOUDER if steps > 0 else Command.SOFTER] * count

    def _serve(self, address: str) -> None:
        try:
            from voice_guide.controls.bus import serve

            serve(self, address)
        except Exception as fault:  # of the library, of the desktop: whatever it is, it is no fault of the session
            self.fault = f"no media keys: {str(fault) or type(fault).__name__}"


def _still(place: Place) -> bool:
    """Paused, or waiting for the listener: a key that says play goes on."""
    return place.paused or place.waiting


def _address() -> str:
    """The session bus, empty where there is none; that of the user's own folder where no desktop names it."""
    if named := os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return named
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "")) / "bus"
    return f"unix:path={path}" if path.is_absolute() and path.is_socket() else ""

"""One listener's way through a timeline: clips and commands in, samples out.

No clock, no thread, no device: time is the frames that were read. Whatever is sent, a hold that began
ends in a spoken release, on time; a late clip lengthens a silence between steps, never a hold.
"""

import copy
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from voice_guide.pcm import WIDTH, Pcm, frames, length, silence
from voice_guide.script import Cue
from voice_guide.session.track import IN_HAND, Track
from voice_guide.timeline import Clip, Mark

LONGER = 15.0
"""Seconds that one 'longer' adds."""
LAST_CALL = frames(5)
"""'Longer' adds its time before the countdown, which has the last seconds of a hold."""
LOUDER, LOUDEST, SOFTEST = 1.25, 4.0, 0.1
PATIENCE = frames(1)
"""The most silence in one read while nothing can be said yet."""
WAITED, WAITED_ON = frames(5), frames(30)
"""Of that silence, how much before the voice says so, and how much before it says so again."""
MOST_MINUTES = 20
"""Above this, what is left is said as 'more than'."""
_END = -1


class Command(StrEnum):
    """What a key, a button or a spoken word becomes; also the name of the voice's answer."""

    PAUSE = "pause"  # and continue, when paused
    NEXT = "next"
    BACK = "back"
    REPEAT = "repeat"
    LONGER = "longer"
    LOUDER = "louder"
    SOFTER = "softer"
    WHERE = "where"
    STOP = "stop"


COMING_OFF = (Command.PAUSE, Command.NEXT, Command.BACK, Command.STOP)
"""Their answers take the listener off the point: only each other and GOING_ON may cut them short."""
GOING_ON = ("continue", "press_again")
RELEASE = "release"
"""The name of a release whose words an answer waits for."""
TIME_TO_COME_OFF = frames(6)
"""Quiet before the next step, where a hold was left."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a session stands. Seconds; `hold_left` is None outside a hold, `left` until all is rendered."""

    step: int
    clip: Clip | None
    hold_left: float | None
    left: float | None
    paused: bool
    answering: tuple[str, ...] = ()
    """The names of the answer being heard."""
    released: tuple[Cue, ...] = ()
    """The releases that were heard, in order."""
    noticed: tuple[Cue, ...] = ()
    """The words of caution that were heard to their end."""
    mark: Mark | None = None
    """Where to go on, were it broken off here; None in a line that the script does not have."""
    room: float = math.inf
    """Seconds that the whole may still become longer."""


class Session:
    """Reads like a file of samples: `feed` clips as they are rendered, `send` commands as they come."""

    def __init__(self) -> None:
        self.answers: dict[str, Pcm] = {}
        """Sounds by command, 'continue', 'press_again', 'longest', 'wait', 'returned', 'where N' of step N, 'left N'
        minutes."""
        self.room = math.inf
        """Seconds that the whole may still become longer."""
        self.late = 0
        """Frames of silence spent waiting for a clip that was not rendered yet."""
        self.paused = self.over = False
        self.gain = 1.0
        self._track = Track()
        self._answer: Pcm = b""
        self._names: tuple[str, ...] = ()
        self._over_hold = False
        """The answer is heard over a hold, whose time runs on."""
        self._target: int | None = None
        """The step to go to when the answer is over."""
        self._patience = WAITED
        """Frames of waiting until the voice says so."""
        self._untouched = True
        """Nothing of the timeline was read since it began or came back."""

    def feed(self, clips: Iterable[Clip]) -> None:
        """The next clips of the timeline, in order."""
        self._track.feed(clips)

    @property
    def whole(self) -> bool:
        """All clips were fed."""
        return self._track.whole

    @whole.setter
    def whole(self, whole: bool) -> None:
        self._track.whole = whole

    def copy(self) -> "Session":
        """The session as it stands, to go back to when a device took less than was read."""
        twin = copy.copy(self)
        twin._track = copy.copy(self._track)
        return twin

    def read(self, count: int) -> Pcm:
        """Up to `count` frames; fewer in a pause or where a clip is awaited, empty when the session is over."""
        parts: list[Pcm] = []
        wanted = count
        while wanted and (part := self._part(wanted)):
            parts.append(part)
            wanted -= length(part)
            if self._waiting() or self.paused:
                break
        return _louder(b"".join(parts), self.gain)

    @property
    def place(self) -> Place:
        """Where the session stands now."""
        track, clip = self._track, self._track.clip
        answering = self._names if self._answer else ()
        return Place(
            clip.cue.step if clip else 0, clip, track.hold_left, track.left, self.paused, answering, track.released,
            track.noticed, track.mark, self.room,
        )  # fmt: skip

    def send(self, command: Command) -> None:
        """Obey, and let the voice answer."""
        if self.over or self._target == _END:
            return
        clip = self._track.clip
        step = self._target if self._target is not None else clip.cue.step if clip else 0
        match command:
            case Command.PAUSE if self.paused:
                self._continue()
            case Command.PAUSE:
                self.paused = True
                self._say(command)
            case Command.NEXT:
                self._go(command, (min(step, self._track.last_step) if self.whole else step) + 1)
            case Command.BACK:
                self._go(command, max(0, step - 1))
            case Command.STOP:
                self._go(command, _END)
            case Command.REPEAT:
                self._repeat()
            case Command.LONGER:
                self._longer()
            case Command.LOUDER | Command.SOFTER:
                factor = LOUDER if command is Command.LOUDER else 1 / LOUDER
                self.gain = min(LOUDEST, max(SOFTEST, self.gain * factor))
                self._say(command)
            case Command.WHERE:
                self._say(f"where {step}", *self._minutes())

    def came_back(self, away: float) -> None:
        """The sound was lost for `away` seconds: say so and go on; words that were cut are said again.

        Whoever was pressing was still pressing, so that a hold ends when it would have, or at once.
        """
        cut = self._names if self._answer and not self._over_hold else ()
        cut = tuple(name for name in cut if name != "returned")
        self._answer, self._over_hold = b"", False
        if self.over:
            return
        if self.paused:
            cut = (Command.PAUSE,)
        elif not cut or RELEASE in cut:
            swallowed = 0 if self._untouched else IN_HAND
            self._track.rewind(swallowed)
            self._track.pass_over(frames(away) + swallowed)
            self._over_hold = self._track.holding
            if not self._over_hold:
                self._track.again(whole=False)
        self._untouched = True
        self._names = ("returned", *cut)
        self._answer = self._sound(self._names)
        if self._target not in (None, _END):
            self._answer += silence(TIME_TO_COME_OFF)

    def _minutes(self) -> Iterator[str]:
        if (left := self._track.left) is not None:
            yield f"left {min(MOST_MINUTES, int(left // 60))}"

    def _part(self, wanted: int) -> Pcm:
        """Some frames of what comes next: an answer, a pause, the timeline, or the wait for it."""
        if self._answer and not self._over_hold:
            return self._spoken(wanted)
        if self._target is not None:
            self._arrive()
        if self.paused and not self.over:
            return silence(min(wanted, PATIENCE))
        if self._waiting():
            if not self.whole:
                return self._wait(min(wanted, PATIENCE))
            self.over = True
        return b"" if self.over else self._timeline(wanted)

    def _wait(self, count: int) -> Pcm:
        count = min(count, self._patience)
        self.late += count if self._track.begun else 0
        self._patience -= count
        if not self._patience:
            self._patience = WAITED_ON
            self._say("wait")
        return silence(count)

    def _spoken(self, wanted: int) -> Pcm:
        part, self._answer = self._answer[: wanted * WIDTH], self._answer[wanted * WIDTH :]
        return part

    def _timeline(self, wanted: int) -> Pcm:
        self._patience, self._untouched = WAITED, False
        part = self._track.part(wanted, self._answer)
        self._answer = self._answer[len(part) :]
        if self._over_hold and not self._track.holding:
            self._answer = b""
        return part

    def _waiting(self) -> bool:
        """Nothing can be said or held yet."""
        return not (self._answer or self.paused or self.over) and self._track.waiting

    def _sound(self, names: Iterable[str]) -> Pcm:
        return b"".join(self.answers.get(name, b"") for name in names)

    def _say(self, *names: str) -> None:
        """An answer inside a hold is heard over it, elsewhere before it; cut words are said again."""
        sound = self._sound(names)
        if self._answer and self._waits(names[0]):
            self._names, self._answer = self._names + names, self._answer + sound
            return
        if self._target is None and names[0] not in COMING_OFF and (left := self._track.release_words()):
            names, sound = (RELEASE, *names), left + sound
        self._names, self._answer = names, sound
        self._over_hold = self._track.holding and not self.paused and self._target is None
        if not self._track.holding:
            self._track.again(whole=False)

    def _waits(self, name: str) -> bool:
        """An answer waits for words that take the listener off, unless it does so too."""
        if self._target is not None:
            return name not in (Command.NEXT, Command.BACK, Command.STOP)
        owed = not {*COMING_OFF, RELEASE}.isdisjoint(self._names)
        return owed and name not in (*COMING_OFF, *GOING_ON)

    def _continue(self) -> None:
        self._say("press_again" if self._target is None and self._track.pressing else "continue")
        self.paused = False

    def _go(self, command: Command, step: int) -> None:
        pressing = self._track.holding
        self.paused, self._target = False, step
        self._say(command)
        if pressing and step != _END:
            self._answer += silence(TIME_TO_COME_OFF)

    def _arrive(self) -> None:
        """At the first clip of the wanted step, as soon as it is there."""
        if self._target == _END:
            self.over = True
        elif self._track.go(self._target or 0) or self.whole:
            self._target = None

    def _repeat(self) -> None:
        if self._target is not None:
            return
        if self.paused:
            self._continue()
        if self._track.holding:
            words = self._track.lead().sound or self._sound(["press_again"])  # a hold that was taken up again has none
            self._names, self._answer, self._over_hold = (), words, True
        else:
            self._track.again()

    def _longer(self) -> None:
        if self._track.ended:
            return
        if self.room < LONGER or not self._track.longer(LONGER, LAST_CALL):
            self._say("longest")
            return
        self.room -= LONGER
        self._say(Command.LONGER)


def _louder(sound: Pcm, gain: float) -> Pcm:
    if gain == 1.0:
        return sound
    import audioop

    return audioop.mul(sound, WIDTH, gain)

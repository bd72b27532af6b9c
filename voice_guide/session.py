"""One listener's way through a timeline: clips and commands in, samples out.

No clock, no thread, no device: time is the frames that were read. Whatever is sent, a hold that began
ends in a spoken release, on time; a late clip lengthens a silence between steps, never a hold.
"""

import copy
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from voice_guide.pcm import WIDTH, Pcm, frames, length, seconds, silence
from voice_guide.script import Cue
from voice_guide.timeline import Clip

LONGER = 15.0
"""Seconds that one 'longer' adds."""
LAST_CALL = frames(5)
"""'Longer' adds its time before the countdown, which has the last seconds of a hold."""
LOUDER, LOUDEST, SOFTEST = 1.25, 4.0, 0.1
PATIENCE = frames(1)
"""The most silence in one read while nothing can be said yet."""
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


class Session:
    """Reads like a file of samples: `feed` clips as they are rendered, `send` commands as they come."""

    def __init__(self) -> None:
        self.answers: dict[str, Pcm] = {}
        """Sounds by command, 'continue', 'press_again', 'longest', 'where N' of step N, 'left N' minutes."""
        self.room = math.inf
        """Seconds that the whole may still become longer."""
        self.late = 0
        """Frames of silence spent waiting for a clip that was not rendered yet."""
        self.whole = False
        """All clips were fed."""
        self.paused = self.over = False
        self.gain = 1.0
        self._clips: list[Clip] = []
        self._at = self._offset = 0
        self._answer: Pcm = b""
        self._names: tuple[str, ...] = ()
        self._over_hold = False
        """The answer is heard over a hold, whose time runs on."""
        self._muted = -1
        """The clip whose words an answer covered."""
        self._target: int | None = None
        """The step to go to when the answer is over."""
        self._released: tuple[Cue, ...] = ()

    def feed(self, clips: Iterable[Clip]) -> None:
        """The next clips of the timeline, in order."""
        self._clips.extend(clips)

    def copy(self) -> "Session":
        """The session as it stands, to go back to when a device took less than was read."""
        twin = copy.copy(self)
        twin._clips = list(self._clips)
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
        clips, at = self._clips, self._at
        clip = clips[at] if at < len(clips) else clips[-1] if clips else None
        release = self._release()
        left = seconds(max(0, sum(c.length for c in clips[at:]) - self._offset)) if self.whole else None
        answering = self._names if self._answer else ()
        hold = None if release is None else seconds(sum(c.length for c in clips[at:release]) - self._offset)
        step = clip.cue.step if clip else 0
        return Place(step, clip, hold, left, self.paused, answering, self._released)

    def send(self, command: Command) -> None:
        """Obey, and let the voice answer."""
        if self.over or self._target == _END:
            return
        step = self.place.step if self._target is None else self._target
        match command:
            case Command.PAUSE if self.paused:
                self._continue()
            case Command.PAUSE:
                self.paused = True
                self._say(command)
            case Command.NEXT:
                last = self._clips[-1].cue.step if self.whole and self._clips else step
                self._go(command, min(step, last) + 1)
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

    def _minutes(self) -> Iterator[str]:
        if (left := self.place.left) is not None:
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
            if self.whole:
                self.over = True
            else:
                count = min(wanted, PATIENCE)
                self.late += count if self._clips else 0
                return silence(count)
        return b"" if self.over else self._timeline(wanted)

    def _spoken(self, wanted: int) -> Pcm:
        part, self._answer = self._answer[: wanted * WIDTH], self._answer[wanted * WIDTH :]
        return part

    def _timeline(self, wanted: int) -> Pcm:
        clip = self._clips[self._at]
        count = min(wanted, clip.length - self._offset)
        if clip.cue.kind == "release" and (not self._released or self._released[-1] is not clip.cue):
            self._released += (clip.cue,)
        if self._answer:
            words, self._muted = self._spoken(count), self._at
        elif self._muted == self._at:
            words = b""
        else:
            words = clip.sound[self._offset * WIDTH : (self._offset + count) * WIDTH]
        self._offset += count
        if self._offset >= clip.length:
            self._at, self._offset, self._muted = self._at + 1, 0, -1
            if self._over_hold and self._release() is None:
                self._answer = b""
        return words + silence(count - length(words))

    def _waiting(self) -> bool:
        """The next clip is not there, or it begins a hold whose release is not there."""
        if self._answer or self.paused or self.over:
            return False
        if self._at >= len(self._clips):
            return True
        return self._clips[self._at].cue.kind == "press" and self._release() is None

    def _release(self) -> int | None:
        """Inside a hold, the index of the release that ends it."""
        for index in range(self._at, len(self._clips)):
            cue = self._clips[index].cue
            if not cue.optional and (cue.kind != "press" or index > self._at):
                return index if cue.kind == "release" and index > self._at else None
        return None

    def _say(self, *names: str) -> None:
        """An answer inside a hold is heard over it, elsewhere before it; cut words are said again."""
        sound = b"".join(self.answers.get(name, b"") for name in names)
        if self._answer and self._waits(names[0]):
            self._names, self._answer = self._names + names, self._answer + sound
            return
        if names[0] not in COMING_OFF and (left := self._release_words()):
            names, sound = (RELEASE, *names), left + sound
            self._offset = length(self._clips[self._at].sound)
        self._names, self._answer = names, sound
        holding = self._release() is not None
        self._over_hold = holding and not self.paused and self._target is None
        if not holding and self._at < len(self._clips):
            clip = self._clips[self._at]
            if self._offset < length(clip.sound):
                self._offset = 0

    def _waits(self, name: str) -> bool:
        """An answer waits for words that take the listener off, unless it does so too."""
        if self._target is not None:
            return name not in (Command.NEXT, Command.BACK, Command.STOP)
        owed = self._names[:1] and self._names[0] in (*COMING_OFF, RELEASE)
        return bool(owed) and name not in (*COMING_OFF, *GOING_ON)

    def _release_words(self) -> Pcm:
        """What is still to be said of a release that has begun."""
        clip = self._clips[self._at] if self._at < len(self._clips) else None
        if clip is None or clip.cue.kind != "release" or self._target is not None:
            return b""
        return clip.sound[self._offset * WIDTH :]

    def _continue(self) -> None:
        pressing = (
            self._target is None
            and self._release() is not None
            and not (self._offset == 0 and self._clips[self._at].cue.kind == "press")
        )
        self._say("press_again" if pressing else "continue")
        self.paused = False

    def _go(self, command: Command, step: int) -> None:
        pressing = self._release() is not None
        self.paused, self._target = False, step
        self._say(command)
        if pressing and step != _END:
            self._answer += silence(TIME_TO_COME_OFF)

    def _arrive(self) -> None:
        """At the first clip of the wanted step, as soon as it is there."""
        if self._target == _END:
            self.over = True
            return
        there = (i for i, clip in enumerate(self._clips) if clip.cue.step >= (self._target or 0))
        found = next(there, None)
        self._at, self._offset, self._muted = len(self._clips) if found is None else found, 0, -1
        if found is not None or self.whole:
            self._target = None

    def _lead(self) -> int:
        return max(i for i in range(self._at + 1) if self._clips[i].cue.kind == "press")

    def _repeat(self) -> None:
        if self._target is not None:
            return
        if self.paused:
            self._continue()
        if self._release() is None:
            self._offset, self._muted = 0, -1
        else:
            self._names, self._answer, self._over_hold = (), self._clips[self._lead()].sound, True

    def _longer(self) -> None:
        if self._at >= len(self._clips):
            return
        release, longest = self._release(), self._at
        if self.room < LONGER:
            self._say("longest")
            return
        if release is not None:
            lead = self._lead()
            pressed = self._clips[lead].cue
            if pressed.spare < LONGER:
                self._say("longest")
                return
            self._clips[lead] = replace(self._clips[lead], cue=replace(pressed, spare=pressed.spare - LONGER))
            last = self._clips[release].start - LAST_CALL
            longest = max([self._at, *(i for i in range(self._at, release) if self._clips[i].start < last)])
        clip = self._clips[longest]
        self._clips[longest] = replace(clip, length=clip.length + frames(LONGER))
        self.room -= LONGER
        self._say(Command.LONGER)


def _louder(sound: Pcm, gain: float) -> Pcm:
    if gain == 1.0:
        return sound
    import audioop

    return audioop.mul(sound, WIDTH, gain)

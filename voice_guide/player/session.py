"""One listener's way through a timeline: clips and commands in, samples out.

No clock, no thread, no device: time is the frames that were read. Whatever is sent, a hold that began
ends in a spoken release, on time; a late clip lengthens a silence between steps, never a hold. Who is asked
and gives no answer twice is told to come off, and the session ends.
"""

import copy
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from voice_guide.body.terms import Event
from voice_guide.compiler.timeline import Clip
from voice_guide.pcm import WIDTH, Pcm, frames, length, seconds, silence
from voice_guide.player.answer import GOING_ON, LAST_BREATHS, RELEASE, TIME_TO_COME_OFF, sound_of, takes_off
from voice_guide.player.command import Command, Place
from voice_guide.player.track import IN_HAND, Track, slowed_by
from voice_guide.player.waiting import BEFORE_A_PRESS, OFFERED, SETTLING, Waiting

LONGER = 15.0
"""Seconds that one 'longer' adds."""
LAST_CALL = frames(5)
"""'Longer' adds its time before the countdown, which has the last seconds of a hold."""
SLOWER = 3.0
"""Seconds of quiet that one 'slower' adds after the words that lead to each place."""
LOUDER, LOUDEST, SOFTEST = 1.25, 4.0, 0.1
PATIENCE = frames(1)
"""The most silence in one read while nothing can be said yet."""
WAITED, WAITED_ON = frames(5), frames(30)
"""Of that silence, how much before the voice says so, and how much before it says so again."""
MOST_MINUTES = 20
"""Above this, what is left is said as 'more than'."""
OPEN = frames(4)
"""Quiet of this length is marked with the opening tone: there is time to say something."""
_END = -1


class Session:
    """Reads like a file of samples: `feed` clips as they are rendered, `send` commands as they come."""

    def __init__(self) -> None:
        self.answers: dict[str, Pcm] = {}
        """Sounds by command, event and prompt, 'press_again', 'longest', 'wait', 'returned', 'where N' of step N,
        'left N' minutes."""
        self.events: Mapping[str, Event] = {}
        """What somebody may tell while they listen, by id."""
        self.gated = False
        """The listener can answer, and is waited for where they may need time."""
        self.by_button = False
        """They answer with a button only: nobody would hear them."""
        self.opening: Pcm = b""
        """The tone at the start of quiet in which the listener is heard; none where nobody hears them."""
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
        self._waiting: Waiting | None = None
        """The listener is waited for."""
        self._slack = 0
        """Frames of quiet more after words that lead to a place."""
        self._softened = -1
        """The step whose hold was taken up again, softer."""
        self._left_out: frozenset[str | None] = frozenset()
        """Points that are not pressed any more."""
        self._news: tuple[str, ...] = ()
        """Names of what is said when the words of now are over."""
        self._told: tuple[str, ...] = ()
        self._reports: frozenset[str] = frozenset()
        """What was told already, for events of a place with its point."""
        self._sounding = False

    def feed(self, clips: Iterable[Clip]) -> None:
        """The next clips of the timeline, in order."""
        self._track.feed(self._toned(self._slowed(clip)) for clip in clips)

    def tell(self, name: str) -> None:
        """Have this said when the words of now are over."""
        self._news += (name,)

    def unheard(self) -> None:
        """Nobody hears the listener any more: no tone says so from now on."""
        self._track.without(self.opening)
        self.opening = b""

    def say(self, name: str) -> None:
        """Have this said now, as the answer to a command is."""
        if not (self.over or self.stopped):
            self._say(name)

    @property
    def stopped(self) -> bool:
        """It ends, or ended, before its time."""
        return self._target == _END

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
            if self._starved() or self.paused:
                break
        sound = b"".join(parts)
        self._sounding = bool(sound.strip(b"\0"))
        return _louder(sound, self.gain)

    @property
    def place(self) -> Place:
        """Where the session stands now."""
        track, clip = self._track, self._track.clip
        answering = self._names if self._answer else ()
        return Place(
            clip.cue.step if clip else 0, clip, track.hold_left, track.left, self.paused, answering, track.released,
            track.noticed, track.mark, self.room, self._waiting is not None or self._settling,
            self._sounding, self._told,
        )  # fmt: skip

    def send(self, command: str) -> None:
        """Obey a Command, or answer the event of that id; what is neither means nothing."""
        if command in self.events:
            self._told += (command,)
        if self.over or self.stopped:
            self._cut_breaths(command)
            return
        step = self._step
        match command:
            case Command.TOGGLE:
                awaited = self.paused or self._settling or (self._waiting and not self._unasked)
                self.send(Command.CONTINUE if awaited else Command.PAUSE)
            case Command.PAUSE:
                self.paused = True
                self._say(command)
            case Command.CONTINUE:
                self._continue()
            case Command.NEXT:
                if self._offered:
                    self._leave_out()
                self._go(command, self._onward(step))
            case Command.BACK:
                if self._offered:
                    self._leave_out()
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
            case Command.SLOWER:
                self._slower()
            case Command.WHERE:
                self._say(f"where {step}", *self._minutes())
            case _ if command in self.events:
                self._answer_to(self.events[command])

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
        elif self._waiting:
            cut = cut or (self._prompt("offer" if self._offered else "ready_again"),)
        elif not cut or RELEASE in cut:
            swallowed = 0 if self._untouched else IN_HAND
            self._track.rewind(swallowed)
            self._track.pass_over(frames(away) + swallowed)
            self._over_hold = self._track.holding
            if not self._over_hold:
                self._track.again(whole=False)
        self._untouched = True
        self._names = ("returned", *cut)
        self._answer = sound_of(self._names, self.answers)
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
        if not self.over and self._passes_by():
            return self._part(wanted)
        if not self.over and (self._waiting or self._stands()):
            return self._await(wanted)
        if self._starved():
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
        if self._ripe and self._track.pressing != self._track.begins:
            self._say_news()
            return self._part(wanted)
        part = self._track.part(wanted, self._answer)
        self._answer = self._answer[len(part) :]
        if self._over_hold and not self._track.holding:
            self._answer = b""
        return part

    def _starved(self) -> bool:
        """Nothing can be said or held yet."""
        return not (self._answer or self.paused or self.over or self._waiting) and self._track.waiting

    def _say(self, *names: str) -> None:
        """An answer inside a hold is heard over it, elsewhere before it; cut words are said again."""
        sound = sound_of(names, self.answers)
        if self._answer and self._waits(names[0]):
            self._names, self._answer = self._names + names, self._answer + sound
            return
        if self._target is None and not takes_off(names[0], self.events) and (left := self._track.release_words()):
            names, sound = (RELEASE, *names), left + sound
        still = self.paused or self._waiting or self._target is not None
        self._over_hold = self._track.pressing and not still
        quiet = self.paused or self._waiting is not None
        after = self.opening if quiet else silence(0 if self._over_hold else length(self.opening))
        self._names, self._answer = names, sound + after
        if not self._track.holding:
            self._track.again(whole=False)

    @property
    def _ripe(self) -> bool:
        """There are news, and words for them."""
        return bool(self._news) and (self.whole or all(name in self.answers for name in self._news))

    def _say_news(self) -> None:
        names, self._news = self._news, ()
        self._say(*names)

    def _waits(self, name: str) -> bool:
        """An answer waits for words that take the listener off, unless it does so too."""
        off = takes_off(name, self.events)
        if self._target is not None:
            return not off or name == Command.PAUSE
        owed = RELEASE in self._names or any(takes_off(other, self.events) for other in self._names)
        return owed and not off and name not in GOING_ON

    def _continue(self) -> None:
        if self._unasked:  # the offer comes when its ten seconds are over
            self.paused = False
            return
        left = self._target is None and self._track.pressing and (self.paused or self._offered)
        self._say("softer_again" if left and self._offered else "press_again" if left else Command.CONTINUE)
        if left and self._offered:
            self._softened = self._step
            self._track.pass_over(frames((self._track.hold_left or 0.0) / 2))
        elif self.gated and not (self.paused or self._offered):
            self._track.pass_gate()
        self.paused, self._waiting = False, None

    def _go(self, command: str, step: int, *more: str) -> None:
        pressing = self._track.holding
        self.paused, self._waiting, self._target = False, None, step
        self._say(command, *more)
        if pressing and step != _END:
            self._answer += self.opening + silence(TIME_TO_COME_OFF)

    def _arrive(self) -> None:
        """At the first clip of the wanted step, as soon as it is there."""
        if self._target == _END:
            self.over = True
        elif self._track.go(self._target or 0) or self.whole:
            self._target = None

    @property
    def _step(self) -> int:
        clip = self._track.clip
        return self._target if self._target is not None else clip.cue.step if clip else 0

    def _beyond(self) -> int:
        """The step after the one that is left, or further where the listener is going there already."""
        clip = self._track.clip
        here = self._onward(clip.cue.step if clip else 0)
        return here if self._target is None else max(here, self._target)

    def _onward(self, step: int) -> int:
        return (min(step, self._track.last_step) if self.whole else step) + 1

    def _slowed(self, clip: Clip) -> Clip:
        slowed = slowed_by(self._slack, clip)
        more = seconds(slowed.length - clip.length)
        if more > self.room:
            return clip
        self.room -= more
        return slowed

    def _toned(self, clip: Clip) -> Clip:
        """Where there is time to say something, a tone tells so."""
        if not self.opening or clip.length - length(clip.sound) < OPEN:
            return clip
        return replace(clip, sound=clip.sound + self.opening)

    @property
    def _offered(self) -> bool:
        return self._waiting is not None and self._waiting.offered

    @property
    def _unasked(self) -> bool:
        """Off the point, before it is offered to take it up again."""
        return self._waiting is not None and self._waiting.prompts == OFFERED.prompts

    def _prompt(self, name: str) -> str:
        """The words for who cannot be heard, and has a button."""
        return f"{name}_button" if self.by_button else name

    @property
    def _settling(self) -> bool:
        """The listener has the time they need, and may say that it is enough."""
        return self.gated and self._target is None and self._track.settling

    def _stands(self) -> bool:
        """At a gate, where the listener is waited for from now on."""
        gate = self._track.gate if self.gated else None
        if gate:
            self._waiting = BEFORE_A_PRESS if gate == "press" else SETTLING
        return bool(gate)

    def _passes_by(self) -> bool:
        """At a place that is left out, or waiting where nobody can answer any more."""
        clip = self._track.clip if self._track.begins else None
        if clip and clip.cue.point in self._left_out and clip.cue.kind != "move":
            self._go("left_out", self._onward(clip.cue.step))
            return True
        if self._waiting and not (self.gated or self._offered or self._ripe):
            self._track.pass_gate()
            self._waiting = None
        return False

    def _await(self, wanted: int) -> Pcm:
        waiting = self._waiting
        assert waiting is not None
        if self._ripe:
            self._say_news()
        elif waiting.quiet:
            count = min(wanted, waiting.quiet)
            self._waiting = waiting.after(count)
            return silence(count)
        elif waiting.prompts:
            name, self._waiting = waiting.prompted()
            self._say(self._prompt(name))
        elif waiting.ends:
            self.gain = min(LOUDEST, self.gain * LOUDER**2)
            self._go("no_answer", _END)
        else:
            self._track.pass_gate()
            self._waiting = None
        return self._part(wanted)

    def _answer_to(self, event: Event) -> None:
        """What the listener feels comes before the plan."""
        pressing = self._track.pressing and self._target is None
        point = self._track.clip.cue.point if self._track.clip else None
        report = f"{event.id} {point}" if event.again == "leave_out" else event.id
        then = event.again if report in self._reports else event.then
        self._reports |= {report}
        if then == "offer" and not pressing:  # there is nothing to take up again
            then = "leave_out"
        match then:
            case "tell":
                self._say(event.words)
            case "offer":
                self.paused, self._waiting = False, OFFERED
                self._say(event.words)
            case "leave_out":
                self._leave_out()
                self._go(event.words, self._beyond(), "left_out")
            case "end":
                self._go(event.words if event.then == "end" else Command.STOP, _END)
            case "breathe":
                self._go(event.words, _END, *LAST_BREATHS, "breathed")

    def _cut_breaths(self, command: str) -> None:
        """In the last minute of breaths, only a stop and a sign of danger are heard."""
        event = self.events.get(command)
        if not self.over and "breathed" in self._names and (command == Command.STOP or (event and event.then == "end")):
            self._names, self._answer = (), b""
            self._go(event.words if event else command, _END)

    def _leave_out(self) -> None:
        """Nothing is pressed any more where the listener is, nor where they just were."""
        sore = [self._track.clip.cue.point] if self._track.clip else []
        if not self._track.holding:
            sore += [cue.point for cue in self._track.released[-1:]]
        self._left_out |= set(filter(None, sore))

    def _repeat(self) -> None:
        if self._target is not None:
            return
        if self.paused:
            self._continue()
        if self._offered:
            self._say(self._prompt("offer"))
            return
        if self._waiting:
            self._waiting = None
            self._track.before()
            return
        if self._track.holding:
            words = self._track.lead().sound or sound_of(["press_again"], self.answers)
            if self._softened == self._step:
                words = sound_of(["softer_again"], self.answers)
            self._names, self._answer, self._over_hold = (), words, True
        else:
            self._track.again()

    def _slower(self) -> None:
        more = self._track.slower(frames(SLOWER), self.room)
        if more is None:
            self._say("longest")
            return
        self.room -= more
        self._slack += frames(SLOWER)
        self._say(Command.SLOWER)

    def _longer(self) -> None:
        if self._waiting:
            self._waiting = self._waiting.after(-frames(LONGER))
            self._say(Command.LONGER)
            return
        if self._track.ended or self._target is not None:
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

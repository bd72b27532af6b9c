"""The clips of a session as they come, and where the listener is among them; of commands it knows nothing.

The list of clips is replaced and never changed, so that a copy of a track costs nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice, takewhile

from voice_guide.compiler.cues import Cue, Kind
from voice_guide.compiler.timeline import Clip, Mark
from voice_guide.pcm import WIDTH, Pcm, frames, length, seconds, silence

IN_HAND = frames(0.5)
"""What a lost device may have taken and not played."""
SOUNDED = frames(0.3)
"""Words count as heard only so long after their end: a device that lives plays them by then."""
POSITION = frames(5)
"""So much quiet after the words shows that they ask for another position, or that somebody wants more time."""


def _is_way(clip: Clip) -> bool:
    return clip.cue.kind == "move" and clip.length - length(clip.sound) >= POSITION


class Track:
    """Reads like a tape: `part` gives samples and moves on."""

    def __init__(self) -> None:
        self.whole = False
        """No more clips will come."""
        self.released: tuple[Cue, ...] = ()
        """The releases that were begun, in order."""
        self.noticed: tuple[Cue, ...] = ()
        """The words of caution that were heard to their end."""
        self._clips: list[Clip] = []
        self._at = self._offset = self._ahead = 0
        self._muted = -1
        """The clip whose words are not heard any more."""
        self._opened = -1
        """The clip whose gate was passed."""

    def feed(self, clips: Iterable[Clip]) -> None:
        """The next clips, in order."""
        if more := list(clips):
            self._clips = [*self._clips, *more]
            self._ahead += sum(clip.length for clip in more)

    @property
    def begun(self) -> bool:
        """There is a first clip."""
        return bool(self._clips)

    @property
    def last_step(self) -> int:
        """The step of the last clip that came."""
        return self._clips[-1].cue.step if self._clips else 0

    @property
    def clip(self) -> Clip | None:
        """The clip being heard; the last one when all were."""
        return self._clips[min(self._at, len(self._clips) - 1)] if self._clips else None

    @property
    def ended(self) -> bool:
        """Every clip that came was heard."""
        return self._at >= len(self._clips)

    @property
    def waiting(self) -> bool:
        """The next clip is not there, or it begins a hold whose release is not there."""
        return self.ended or (self._clips[self._at].cue.kind == "press" and not self.holding)

    @property
    def left(self) -> float | None:
        """Seconds until the end; None until it is known."""
        return seconds(max(0, self._ahead)) if self.whole else None

    @property
    def holding(self) -> bool:
        """Inside a hold."""
        return self._release() is not None

    @property
    def hold_left(self) -> float | None:
        """Inside a hold, the seconds until its release."""
        release = self._release()
        return None if release is None else seconds(self._until(release))

    @property
    def pressing(self) -> bool:
        """Inside a hold whose first words have begun."""
        return self.holding and not (self._offset == 0 and self._clips[self._at].cue.kind == "press")

    @property
    def begins(self) -> bool:
        """At the first frame of a clip."""
        return not self._offset and not self.ended

    @property
    def gate(self) -> Kind | None:
        """Where somebody may need time: before a hold 'press', after a change of position 'move'."""
        return self._gate(self._at) if self.begins and self._opened != self._at else None

    @property
    def settling(self) -> bool:
        """In the quiet before a gate."""
        clip = self.clip
        return bool(clip and self._offset >= length(clip.sound) and self._offset and self._gate(self._at + 1))

    def pass_gate(self) -> None:
        """Through the gate, or through the quiet before it; elsewhere nothing."""
        if self.settling:
            self._move(self._at + 1)
        self._opened = self._at if self.begins else -1

    def before(self) -> None:
        """Back to the words that led to the gate."""
        if self._at:
            self._move(self._at - 1)
        self._opened = -1

    def _gate(self, index: int) -> Kind | None:
        """Before a press, and where somebody has arrived: after the last of the moves that lead there."""
        if index >= len(self._clips):
            return None
        if self._clips[index].cue.kind == "press":
            return "press"
        before = self._clips[index - 1] if index else None
        following = takewhile(lambda clip: clip.cue.kind == "move", islice(self._clips, index, None))
        arrived = before and before.cue.point and _is_way(before) and not any(map(_is_way, following))
        return "move" if arrived else None

    @property
    def mark(self) -> Mark | None:
        """Where to go on, were it broken off now: at words that were not heard to their end."""
        clip, wait = self.clip, 0.0
        if clip and not self.ended and self._offset >= length(clip.sound) + SOUNDED and self._at + 1 < len(self._clips):
            wait = seconds(clip.length - self._offset)
            clip = self._clips[self._at + 1]
        return Mark(clip.cue.number, wait) if clip and clip.cue.number >= 0 else None

    def part(self, wanted: int, over: Pcm = b"") -> Pcm:
        """At most `wanted` frames of one clip; with `over`, that instead of its words. Only where not `waiting`."""
        clip = self._clips[self._at]
        count = min(wanted, clip.length - self._offset)
        if clip.cue.kind == "release" and (not self.released or self.released[-1] is not clip.cue):
            self.released += (clip.cue,)
        if over:
            words, self._muted = over[: count * WIDTH], self._at
        elif self._muted == self._at:
            words = b""
        else:
            words = clip.sound[self._offset * WIDTH : (self._offset + count) * WIDTH]
            self._notice(clip, self._offset + count)
        self._offset += count
        self._ahead -= count
        if self._offset >= clip.length:
            self._move(self._at + 1)
        return words + silence(count - length(words))

    def _notice(self, clip: Clip, upto: int) -> None:
        if clip.cue.kind == "notice" and self._offset < length(clip.sound) <= upto:
            self.noticed += (clip.cue,)

    def again(self, whole: bool = True) -> None:
        """The words of this clip once more; unless `whole`, only where they were not heard to their end."""
        if not self.ended and (whole or self._offset < length(self._clips[self._at].sound)):
            self._move(self._at)

    def release_words(self) -> Pcm:
        """What is still to be said of a release that has begun; it is then taken as said."""
        if self.ended or self._clips[self._at].cue.kind != "release":
            return b""
        sound = self._clips[self._at].sound
        left = sound[self._offset * WIDTH :]
        if left:
            self._move(self._at, length(sound))
        return left

    def lead(self) -> Clip:
        """Inside a hold, its first clip."""
        return self._clips[self._lead()]

    def go(self, step: int) -> bool:
        """To the first clip of the step, or past all that came; whether it is there."""
        there = (index for index, clip in enumerate(self._clips) if clip.cue.step >= step)
        found = next(there, None)
        self._move(len(self._clips) if found is None else found)
        self._opened = -1
        return found is not None

    def rewind(self, count: int) -> None:
        """So many frames back, at most to the start."""
        while count > self._offset and self._at > 0:
            count -= self._offset
            self._move(self._at - 1, self._clips[self._at - 1].length)
        self._move(self._at, max(0, self._offset - count))

    def pass_over(self, count: int) -> None:
        """Inside a hold, so many frames on, at most to its release, without what would have been said."""
        release = self._release()
        if release is None:
            return
        left = min(count, self._until(release))
        while left and left >= (here := self._clips[self._at].length - self._offset):
            left -= here
            self._move(self._at + 1)
        if left:
            self._move(self._at, self._offset + left)
            self._muted = self._at

    def without(self, tone: Pcm) -> None:
        """The clips, without this at the end of their words."""
        self._clips = [replace(clip, sound=clip.sound.removesuffix(tone)) for clip in self._clips]

    def slower(self, more: int, room: float) -> float | None:
        """So many frames of quiet more after the words that lead to a place, in all clips to come that are there.

        The seconds that this takes; None, and nothing done, where it is more than the `room`.
        """
        upcoming = range(self._at + 1, len(self._clips))
        slowed = [slowed_by(more, clip) if i in upcoming else clip for i, clip in enumerate(self._clips)]
        added = sum(clip.length for clip in slowed) - sum(clip.length for clip in self._clips)
        if seconds(added) > room:
            return None
        self._clips, self._ahead = slowed, self._ahead + added
        return seconds(added)

    def longer(self, more: float, last_call: int) -> bool:
        """Inside a hold `more` seconds, before its last `last_call` frames, as far as it may; else in this clip."""
        if self.ended:
            return False
        release, longest = self._release(), self._at
        changed = list(self._clips)
        if release is not None:
            lead = self._lead()
            pressed = changed[lead].cue
            if pressed.spare < more:
                return False
            changed[lead] = replace(changed[lead], cue=replace(pressed, spare=pressed.spare - more))
            last = changed[release].start - last_call
            longest = max([self._at, *(i for i in range(self._at, release) if changed[i].start < last)])
        changed[longest] = replace(changed[longest], length=changed[longest].length + frames(more))
        self._clips, self._ahead = changed, self._ahead + frames(more)
        return True

    def _move(self, at: int, offset: int = 0) -> None:
        low, high = sorted((self._at, at))
        between = sum(clip.length for clip in self._clips[low:high])
        self._ahead += self._offset - offset + (between if at < self._at else -between)
        self._at, self._offset, self._muted = at, offset, -1

    def _until(self, index: int) -> int:
        return sum(clip.length for clip in self._clips[self._at : index]) - self._offset

    def _lead(self) -> int:
        return max(i for i in range(self._at + 1) if self._clips[i].cue.kind == "press")

    def _release(self) -> int | None:
        """Inside a hold, the index of the release that ends it."""
        for index in range(self._at, len(self._clips)):
            cue = self._clips[index].cue
            if not cue.optional and (cue.kind != "press" or index > self._at):
                return index if cue.kind == "release" and index > self._at else None
        return None


def slowed_by(more: int, clip: Clip) -> Clip:
    """The clip with so many frames of quiet more, where its words lead to a place."""
    return replace(clip, length=clip.length + more) if clip.cue.kind in ("move", "locate") else clip

"""Renders the cues of a plan: all of them, or ahead of the listener: the first sounds before the last is there.

Ahead of a listener the answers to keys and the words that end holds are rendered right after the first words, before
anybody presses anything: a voice that is lost later leaves nobody without them.
"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from itertools import chain
from threading import Event, Thread

from voice_guide.compiler.cues import Cue, Plan
from voice_guide.compiler.timeline import Clip, Said, Timeline, blocks, lay
from voice_guide.errors import VoiceError
from voice_guide.pcm import Pcm
from voice_guide.player.command import Command
from voice_guide.player.session import Session
from voice_guide.routine.phrases import Phrases
from voice_guide.voices.steady import Steady
from voice_guide.voices.voice import Voice

VOICELESS = "voiceless"
"""The name of the words that tell of a loss."""
_OPENING = 3
"""A block is laid when the next is there: two can be heard while the answers are rendered."""


def rendered(plan: Plan, voice: Voice, step: Callable[[], None] = lambda: None, grid: int = 1) -> Timeline:
    """The whole timeline, on a grid of frames; `step` is called after each cue. Cues of the same words share one."""
    speak = cache(voice.speak)

    def said() -> Iterator[Said]:
        for cue in plan.cues:
            yield cue, speak(cue.text)
            step()

    return Timeline(tuple(lay(said(), grid)))


class Ahead:
    """Clips and answers rendered in a thread of their own, for `deliver` to hand over in that of the session."""

    def __init__(self, plan: Plan, phrases: Phrases, voice: Voice) -> None:
        self.fault: Exception | None = None
        """Why rendering ended early."""
        self.words = dict(answers(plan, phrases))
        """The text of every answer, by its name."""
        self._plan, self._voice, self._speak = plan, voice, cache(voice.speak)
        self._clips: deque[Clip] = deque()
        self._answers: deque[tuple[str, bytes]] = deque()
        self._begun, self._done, self._unwanted = Event(), Event(), Event()
        Thread(target=self._render, name="voice", daemon=True).start()

    def deliver(self, session: Session) -> bool:
        """Feed the session what is ready; true once everything was fed."""
        done = self._done.is_set()
        while self._answers:
            name, sound = self._answers.popleft()
            session.answers[name] = sound
        clips = [self._clips.popleft() for _ in range(len(self._clips))]
        session.feed(clips)
        session.whole = done and not self._clips
        return session.whole

    def ready(self, whole: bool) -> bool:
        """Whether the first clip is there, or all of them; waits a moment for it, so that a signal is heard."""
        return (self._done if whole else self._begun).wait(0.05)

    def stop(self) -> None:
        """Render no more; a cue that is being spoken is not waited for."""
        self._unwanted.set()

    def _render(self) -> None:
        try:
            for clip in lay(self._said()):
                self._clips.append(clip)
                self._begun.set()
        except Exception as error:  # told in the thread of the session, which ends with its last words
            self.fault = None if self._unwanted.is_set() else error
        finally:
            self._done.set()
            self._begun.set()

    @property
    def _lost(self) -> VoiceError | None:
        """Why the voice was lost, if it was and a spare speaks in its place."""
        return self._voice.fault if isinstance(self._voice, Steady) else None

    def _said(self) -> Iterator[Said]:
        all_blocks = list(blocks(self._plan.cues, lambda cue: cue))  # so that a loss in one is told before it
        opening, rest = all_blocks[:_OPENING], all_blocks[_OPENING:]
        for cue in chain(*opening):
            yield cue, self._surely(cue.text)
        step, told = opening[-1][0].step, False
        later = {f"where {other}" for other in range(step + 1, len(self._plan.wheres))}
        for name, words in self.words.items():
            if name not in later:
                self._answers.append((name, self._surely(words)))
        for cue in self._plan.cues:
            if cue.kind == "release":
                self._surely(cue.text)  # kept until its turn
        for block in rest:
            lead = block[0]
            if lead.step != step:
                step = lead.step
                name = f"where {step}"
                self._answers.append((name, self._spoken(self.words[name])))
            said = [(cue, self._spoken(cue.text)) for cue in block]
            if self._lost and not told and lead.kind != "release":
                told = True
                text = self.words[VOICELESS]
                yield Cue("notice", text, step=lead.step, side=lead.side), self._spoken(text)
            yield from said

    def _surely(self, text: str) -> Pcm:
        """In the voice that was asked for. Raises VoiceError where that is lost: nothing was pressed yet."""
        sound = self._spoken(text)
        if self._lost:
            raise self._lost
        return sound

    def _spoken(self, text: str) -> Pcm:
        if self._unwanted.is_set():
            raise VoiceError("nobody listens any more")
        return self._speak(text)


def answers(plan: Plan, phrases: Phrases) -> Iterator[tuple[str, str]]:
    """The text of each, by its name. What stops comes first: it is what a listener must always be able to hear."""
    yield Command.STOP, phrases.answers[Command.STOP]
    yield from phrases.answers.items()
    yield from ((f"where {step}", words) for step, words in enumerate(plan.wheres))
    yield from ((f"left {minutes}", words) for minutes, words in enumerate(phrases.left))

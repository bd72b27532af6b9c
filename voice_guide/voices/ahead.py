"""Renders ahead of the listener in a thread of its own: the first cue sounds before the last is rendered.

The answers to keys are rendered right after the first words, before anybody presses anything.
"""

from collections import deque
from collections.abc import Iterator
from functools import cache
from threading import Event, Thread

from voice_guide.script import Cue, Phrases, Plan
from voice_guide.session import Command, Session
from voice_guide.timeline import Clip, Said, lay
from voice_guide.voices import Voice


class Ahead:
    """Clips and answers as they are rendered, for `deliver` to hand over in the thread of the session."""

    def __init__(self, plan: Plan, phrases: Phrases, voice: Voice) -> None:
        self.fault: Exception | None = None
        """Why rendering ended early."""
        self.words = dict(_answers(plan, phrases))
        """The text of every answer, by its name."""
        self._plan, self._speak = plan, cache(voice.speak)
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
            self.fault = error
        finally:
            self._done.set()
            self._begun.set()

    def _said(self) -> Iterator[Said]:
        opening, rest = self._plan.cues[:2], self._plan.cues[2:]
        for cue in opening:
            yield from self._spoken(cue)
        later = {f"where {step}" for step in range(1, len(self._plan.wheres))}
        for name, words in self.words.items():
            if self._unwanted.is_set():
                return
            if name not in later:
                self._answers.append((name, self._speak(words)))
        step = 0
        for cue in rest:
            if cue.step != step:
                step = cue.step
                name = f"where {step}"
                self._answers.append((name, self._speak(self.words[name])))
            yield from self._spoken(cue)

    def _spoken(self, cue: Cue) -> Iterator[Said]:
        if not self._unwanted.is_set():
            yield cue, self._speak(cue.text)


def _answers(plan: Plan, phrases: Phrases) -> Iterator[tuple[str, str]]:
    """What stops comes first: it is what a listener must always be able to hear."""
    yield Command.STOP, phrases.answers[Command.STOP]
    yield from phrases.answers.items()
    yield from ((f"where {step}", words) for step, words in enumerate(plan.wheres))
    yield from ((f"left {minutes}", words) for minutes, words in enumerate(phrases.left))

"""What a listener sees while they listen; apart from the playing, so that no terminal can touch what is heard."""

import shutil
import sys
from collections.abc import Mapping

import click

from voice_guide.cli.parts import clock
from voice_guide.compiler.cues import Plan
from voice_guide.compiler.timeline import Clip
from voice_guide.player.command import Place


class Line:
    """One line of live progress on a terminal; captions, a line a cue, where there is no sound."""

    def __init__(self, plan: Plan, answers: Mapping[str, str], captions: bool) -> None:
        self.live = sys.stderr is not None and sys.stderr.isatty()
        self._plan, self._answers, self._captions = plan, answers, captions
        self._clip: Clip | None = None
        self._answer: tuple[str, ...] = ()
        self._shown = ""

    def show(self, place: Place) -> None:
        """Called after every block of sound."""
        if self._captions:
            self._caption(place)
        if not self.live:
            return
        parts = [self._plan.titles[place.step] if place.clip else "One moment"]
        if place.hold_left is not None:
            parts.append(f"hold {clock(place.hold_left)}")
        if place.left is not None:
            parts.append(f"{clock(place.left)} to go")
        if place.paused:
            parts.append("paused")
        elif place.waiting:
            parts.append("waiting for you")
        text = " · ".join(parts)[: shutil.get_terminal_size().columns - 1]
        if text != self._shown:
            self._shown = text
            self._put(f"\r\x1b[K{text}")

    def _caption(self, place: Place) -> None:
        words = ""
        if place.answering != self._answer:
            self._answer = place.answering
            words = " ".join(filter(None, map(self._answers.get, place.answering)))
        elif not place.answering and place.clip is not self._clip and place.clip:
            words, self._clip = place.clip.cue.text, place.clip
        if words:
            self._erase()
            self._put(words + "\n")

    def _erase(self) -> None:
        if self.live:
            self._put("\r\x1b[K")
            self._shown = ""

    def _put(self, text: str) -> None:
        """Nothing here may stop the session: a terminal that was closed shows no more."""
        try:
            click.echo(text, nl=False, err=True)
        except (OSError, ValueError):
            self.live = self._captions = False

    def end(self) -> None:
        """Leave the terminal clean."""
        self._erase()

"""Commands that make sound: play and export. They differ in the sink and in nothing else."""

import shutil
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_guide.cli import INTERRUPTED
from voice_guide.cli.parts import chosen, clock, name_argument, remembering, rendered, voice_options
from voice_guide.controls.keys import HELP, Keys
from voice_guide.errors import SinkError
from voice_guide.library import Library
from voice_guide.pcm import RATE, seconds
from voice_guide.player import Sink, play
from voice_guide.routine import Routine
from voice_guide.script import Plan, compile_script
from voice_guide.session import Command, Place, Session
from voice_guide.sinks import open_sink
from voice_guide.timeline import Timeline
from voice_guide.voices.ahead import Ahead
from voice_guide.voices.cache import Remembering

if TYPE_CHECKING:
    from voice_guide.sinks.mp3 import Tags

WHOLE = 10 * RATE
"""A sink that wants more frames than this at once plays whole stretches: all is rendered before it starts."""


@click.command("play")
@name_argument
@voice_options
@click.option(
    "--sink",
    default="speaker",
    show_default=True,
    help="speaker, simpleaudio, or silent (words on the screen).",
)
@click.option("--or-export", is_flag=True, help="Where there is no sound device, write the MP3 instead.")
@click.pass_context
def play_command(
    ctx: click.Context,
    name: tuple[str, ...],
    voice: str | None,
    rate: int,
    pitch: int,
    sink: str,
    or_export: bool,
) -> None:
    """Guide you through a routine, hands-free.

    \b
    voice-guide play soft landing
    voice-guide play the hip pocket ball please
    voice-guide play winter warmer --rate 120

    Keys: space pauses and continues, n next, b back, r repeat, l longer, + louder, - softer,
    ? where am I, q stop. Every way out ends with the words that take you off the ball.
    """
    with remembering(voice, rate, pitch) as speaker:
        library, routine = chosen(name)
        plan = compile_script(routine, library.phrases)
        try:
            code = _listen(plan, library, speaker, sink)
        except SinkError as error:
            if not or_export:
                raise
            click.echo(f"{error} Writing the MP3 instead.", err=True)
            click.echo(_export(routine, plan, speaker, Path(f"{routine.id}.mp3")))
            code = 0
        warn(speaker)
    ctx.exit(code)


def _listen(plan: Plan, library: Library, voice: Remembering, sink_name: str) -> int:
    """Play to the end; returns the exit code."""
    ahead = Ahead(plan, library.phrases, voice)
    try:
        with _signals() as caught, Keys() as keys:
            sink = open_sink(sink_name, lambda: bool(caught) or keys.waiting())
            line = Line(plan, ahead.words, captions=sink_name == "silent")
            if keys.present and line.live:
                click.echo(HELP, err=True)
            if sink.stretch > WHOLE:
                ahead.wait()
            session = _play(sink, ahead, keys, caught, line)
    finally:
        ahead.close()
    if ahead.fault:
        raise ahead.fault
    if session.late > RATE // 10:
        click.echo(f"The voice was late by {seconds(session.late):.1f} seconds in all, between steps.", err=True)
    return INTERRUPTED if caught else 0


def _play(sink: Sink, ahead: Ahead, keys: Keys, caught: list[int], line: "Line") -> Session:
    stopped = False

    def arriving(session: Session) -> Iterator[Command]:
        nonlocal stopped
        if not session.whole:
            ahead.deliver(session)
        yield from keys.pressed()
        if (caught or ahead.fault) and not stopped:
            stopped = True
            yield Command.STOP

    try:
        return play(Session(), sink, arriving, line.show)
    finally:
        line.end()
        sink.close()


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Signals that end a program end the session instead, with its last words."""
    caught: list[int] = []
    names = [n for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
    before = {n: signal.signal(getattr(signal, n), lambda number, frame: caught.append(number)) for n in names}
    try:
        yield caught
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


class Line:
    """One line of live progress on a terminal; captions, a line a cue, where there is no sound."""

    def __init__(self, plan: Plan, answers: Mapping[str, str], captions: bool) -> None:
        self.live = sys.stderr.isatty()
        self._plan, self._answers, self._captions = plan, answers, captions
        self._said: object = None
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
        parts.append(f"{clock(place.left)} to go")
        if place.paused:
            parts.append("paused")
        text = " · ".join(parts)[: shutil.get_terminal_size().columns - 1]
        if text != self._shown:
            self._shown = text
            click.echo(f"\r\x1b[K{text}", nl=False, err=True)

    def _caption(self, place: Place) -> None:
        saying: object = place.answering or place.clip
        if saying is None or saying is self._said:
            return
        self._said = saying
        words = [self._answers[name] for name in place.answering]
        self._erase()
        click.echo(" ".join(words) if words else place.clip and place.clip.cue.text, err=True)

    def _erase(self) -> None:
        if self.live:
            click.echo("\r\x1b[K", nl=False, err=True)
            self._shown = ""

    def end(self) -> None:
        """Leave the terminal clean."""
        self._erase()


@click.command("export")
@name_argument
@voice_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder; the routine's name here else.")
def export_command(name: tuple[str, ...], voice: str | None, rate: int, pitch: int, output: Path | None) -> None:
    """Write a routine as an MP3 for the phone, with a chapter for each step.

    \b
    voice-guide export soft landing
    voice-guide export hip pocket ball -o ~/Music
    """
    with remembering(voice, rate, pitch) as speaker:
        library, routine = chosen(name)
        plan = compile_script(routine, library.phrases)
        path = output or Path()
        if path.is_dir():
            path = path / f"{routine.id}.mp3"
        click.echo(_export(routine, plan, speaker, path))
        warn(speaker)


def _export(routine: Routine, plan: Plan, voice: Remembering, path: Path) -> Path:
    from rich.console import Console
    from rich.progress import Progress

    from voice_guide.sinks.mp3 import Mp3

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Speaking", total=len(plan.cues))
        timeline = rendered(plan, voice, lambda: progress.advance(bar))
        session = Session()
        session.feed(timeline.clips)
        session.whole = True
        bar = progress.add_task("Writing", total=seconds(timeline.length))
        length = seconds(timeline.length)
        with Mp3(path, tags(routine, plan, timeline)) as sink:
            play(session, sink, progress=lambda place: progress.update(bar, completed=length - place.left))
    return path


def tags(routine: Routine, plan: Plan, timeline: Timeline) -> "Tags":
    """What a phone shows of a session: its name, a chapter for each step, every word as lyrics."""
    from voice_guide.sinks.mp3 import Chapter, Tags

    chapters = tuple(Chapter(plan.titles[step], start, end) for step, start, end in timeline.steps())
    lyrics: list[str] = []
    for step, start, end in timeline.steps():
        lyrics += ["", plan.titles[step]]
        lyrics += [clip.cue.text for clip in timeline.clips if start <= clip.start < end]
    return Tags(
        title=routine.name,
        artist="voice_guide",
        album="voice_guide sessions",
        genre="Speech",
        lyrics="\n".join(lyrics).strip(),
        chapters=chapters,
    )


def warn(voice: Remembering) -> None:
    """Say once what kept the cache from remembering."""
    if voice.warning:
        click.echo(voice.warning, err=True)

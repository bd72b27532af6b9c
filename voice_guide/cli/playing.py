"""The command that guides a listener: keys in, one line of progress out, and the last words on every way out."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_guide.cli import INTERRUPTED
from voice_guide.cli.line import Line
from voice_guide.cli.parts import chosen, name_argument, remembering, voice_options, warn
from voice_guide.controls.keys import HELP, Keys
from voice_guide.errors import SinkError
from voice_guide.pcm import RATE, seconds
from voice_guide.player import Sink, play
from voice_guide.script import Plan, compile_script
from voice_guide.session import Command, Session
from voice_guide.sinks import SINKS, open_sink
from voice_guide.voices.ahead import Ahead
from voice_guide.voices.cache import Remembering

if TYPE_CHECKING:
    from voice_guide.library import Library

WHOLE = 10 * RATE
"""A sink that wants more frames than this at once plays whole stretches: all is rendered before it starts."""


class SilentMachine(SinkError):
    """There is no sound device: nothing was heard yet."""


@click.command("play")
@name_argument
@voice_options
@click.option(
    "--sink",
    type=click.Choice([*SINKS, "miniaudio"]),
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
        plan = compile_script(routine, library.phrases, rate)
        try:
            code = _listen(plan, library, speaker, sink)
        except SilentMachine as error:
            if not or_export:
                raise
            from voice_guide.cli.exporting import write_mp3

            click.echo(f"{error}; writing the MP3 instead", err=True)
            click.echo(write_mp3(routine, plan, speaker, Path(f"{routine.id}.mp3")))
            code = 0
        warn(speaker)
    ctx.exit(code)


def _listen(plan: Plan, library: "Library", voice: Remembering, sink_name: str) -> int:
    """Play to the end; returns the exit code."""
    ahead = Ahead(plan, library.phrases, voice)
    try:
        with _signals() as caught, Keys() as keys:
            sink = _opened(sink_name, lambda: caught.unheard or keys.waiting())
            line = Line(plan, ahead.words, captions=sink_name == "silent")
            if keys.present and line.live:
                click.echo(HELP, err=True)
            while not ahead.ready(whole=sink.stretch > WHOLE):
                if caught.any:  # nothing was heard yet
                    sink.close()
                    return INTERRUPTED
            session = _play(sink, ahead, keys, caught, line)
    finally:
        ahead.stop()
    if ahead.fault:
        raise ahead.fault
    if session.late > RATE // 10:
        click.echo(f"The voice was late by {seconds(session.late):.1f} seconds in all, between steps.", err=True)
    return INTERRUPTED if caught.any else 0


def _opened(name: str, wanted: Callable[[], bool]) -> Sink:
    """The sink, once its device is there; the first words are rendered meanwhile."""
    try:
        sink = open_sink(name, wanted)
        sink.write(b"")
    except SinkError as error:
        raise SilentMachine(str(error)) from error
    return sink


def _play(sink: Sink, ahead: Ahead, keys: Keys, caught: "Caught", line: Line) -> Session:
    def arriving(session: Session) -> Iterator[Command]:
        if not session.whole:
            ahead.deliver(session)
            caught.unheard |= ahead.fault is not None
        for command in keys.pressed():
            if command is Command.STOP:
                caught.unheard = True
            else:
                yield command
        if caught.unheard and (Command.STOP in session.answers or session.whole):  # the last words are there
            caught.unheard = False
            yield Command.STOP

    try:
        return play(Session(), sink, arriving, line.show)
    finally:
        line.end()
        sink.close()


class Caught:
    """Whether a signal came, and whether the session has still to hear of it."""

    any = unheard = False

    def signal(self, number: int, frame: object) -> None:
        """The handler. The first is enough: the last words are not said twice."""
        self.unheard |= not self.any
        self.any = True


@contextmanager
def _signals() -> Iterator[Caught]:
    """Signals that end a program end the session instead, with its last words."""
    caught = Caught()
    names = [n for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
    before = {n: signal.signal(getattr(signal, n), caught.signal) for n in names}
    try:
        yield caught
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)

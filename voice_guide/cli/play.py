"""The commands that guide a listener: a session from its start, or on from where the last one stood."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click

from voice_guide.cli import INTERRUPTED
from voice_guide.cli.options import (
    name_or_need,
    questions_option,
    sink_option,
    there_are_keys,
    voice_options,
    wishes_options,
)
from voice_guide.cli.screen import Screen, bar
from voice_guide.errors import NoSpeaker, SafetyError
from voice_guide.guide import Guide

if TYPE_CHECKING:
    from voice_guide.guide.prepared import Prepared

listen_option = click.option("--listen", is_flag=True, help="Steer by speaking: 'guide, pause', 'ready', 'stop'.")
button_option = click.option(
    "--one-button", is_flag=True, help="One key, headset or pedal: once pauses, twice skips, three times repeats."
)


@click.command("play")
@name_or_need
@voice_options
@wishes_options
@sink_option
@click.option("--or-export", is_flag=True, help="Where there is no sound device, write the MP3 instead.")
@questions_option
@listen_option
@button_option
@click.pass_context
def play_command(
    ctx: click.Context,
    name: tuple[str, ...],
    wishes: dict[str, Any],
    voice: dict[str, Any],
    sink: str,
    or_export: bool,
    questions: bool,
    listen: bool,
    one_button: bool,
) -> None:
    """Guide you through a routine, hands-free.

    \b
    voice-guide play soft landing
    voice-guide play --need "leg pain" --minutes 12
    voice-guide play winter warmer --ball none --talk short

    The session is fitted to your `voice-guide profile`. Keys: space pauses and continues, n next, b back,
    r repeat, l longer, + louder, - softer, ? where am I, q stop. Every way out ends with the words that
    take you off the ball, and `voice-guide resume` goes on from there.

    With --listen or --one-button it waits at each place until you are ready, and ends where you give no answer
    twice. The microphone is on only with --listen; what it hears is not kept.
    """
    screen = Screen(captions=sink == "silent")
    ask = questions and (listen or there_are_keys())
    with Guide(**voice, tell=screen.tell) as guide:

        def prepare() -> Prepared:
            return guide.prepare(" ".join(name), ask=ask, **wishes)

        code = heard(guide, prepare, screen, sink, or_export, listen=listen, one_button=one_button)
    ctx.exit(code)


@click.command("resume")
@click.option("--voice", help="Another voice; the one of before else.")
@sink_option
@questions_option
@listen_option
@button_option
@click.pass_context
def resume_command(
    ctx: click.Context, voice: str | None, sink: str, questions: bool, listen: bool, one_button: bool
) -> None:
    """Go on with the last session, where it was broken off or stopped.

    \b
    voice-guide resume

    It says where you are, gives you time to get back there, and goes on; a hold has what was left of it.
    After a change of the routine or the voice it goes on at the start of that step. Hours later it is a new
    session for the journal, and every word of caution is said again.
    """
    screen = Screen(captions=sink == "silent")
    ask = questions and (listen or there_are_keys())
    with Guide(voice, tell=screen.tell) as guide:
        code = heard(guide, lambda: guide.resume(ask=ask), screen, sink, listen=listen, one_button=one_button)
    ctx.exit(code)


def heard(
    guide: Guide,
    prepare: Callable[[], Prepared],
    screen: Screen,
    sink: str,
    or_export: bool = False,
    listen: bool = False,
    one_button: bool = False,
) -> int:
    """Have it heard, a refusal too; returns the exit code."""
    try:
        session = prepare()
        try:
            ended = session.play(sink, listen=listen, one_button=one_button, keys=True, show=screen.show)
        except NoSpeaker as error:
            if not or_export:
                raise
            screen.tell(f"{error}; writing the MP3 instead")
            with bar("Speaking") as progress:
                click.echo(session.export(progress=progress)[0])
            return 0
        finally:
            screen.end()
    except SafetyError as error:
        return refused(error, guide, screen, sink)
    return INTERRUPTED if ended == "interrupted" else 0


def refused(error: SafetyError, guide: Guide, screen: Screen, sink: str) -> int:
    """Show a refusal and have it heard; returns the exit code."""
    screen.tell(str(error))  # before it is spoken: it may be urgent
    with suppress(KeyboardInterrupt):
        guide.say(error, sink)
    return error.exit_code

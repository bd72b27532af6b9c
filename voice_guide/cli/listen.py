"""The command that chooses by voice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from voice_guide.cli.options import questions_option, sink_option, voice_options
from voice_guide.cli.play import heard, refused
from voice_guide.cli.screen import Screen
from voice_guide.errors import SafetyError
from voice_guide.guide import Guide

if TYPE_CHECKING:
    from voice_guide.guide.prepared import Prepared


@click.command("listen")
@voice_options
@sink_option
@questions_option
@click.pass_context
def listen_command(ctx: click.Context, voice: dict[str, Any], sink: str, questions: bool) -> None:
    """Choose a routine by saying its name, what hurts, or "something short"; then steer by speaking.

    \b
    voice-guide listen

    It says what it understood, and starts unless you say no. The microphone is on until the end; what it hears
    is not kept and does not leave this machine. Speech is understood offline, best in a quiet room.
    """
    screen = Screen(captions=sink == "silent")
    with Guide(**voice, tell=screen.tell) as guide:
        try:
            choice = guide.choose(sink, keys=True)
        except SafetyError as error:
            ctx.exit(refused(error, guide, screen, sink))
        if choice is None:
            return

        def prepare() -> Prepared:
            return guide.prepare(choice.name, ask=questions, **choice.said)

        code = heard(guide, prepare, screen, sink, listen=True)
    ctx.exit(code)

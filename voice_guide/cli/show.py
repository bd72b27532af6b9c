"""The command that shows every cue of a routine with its time."""

import json
from typing import Any

import click

from voice_guide.cli.options import json_option, name_argument, voice_options
from voice_guide.cli.screen import clock, hint
from voice_guide.guide import Guide


@click.command("show")
@name_argument
@voice_options
@json_option
def show_command(name: tuple[str, ...], voice: dict[str, Any], as_json: bool) -> None:
    """Every cue of a routine, with the time it is said.

    \b
    voice-guide show hip pocket ball
    voice-guide show soft landing --voice tone --json
    """
    with Guide(**voice, tell=hint) as guide:
        shown = guide.show(" ".join(name))
    if as_json:
        cues = [
            {
                "start": line.start,
                "end": line.end,
                "kind": line.cue.kind,
                "point": line.cue.point,
                "side": line.cue.side,
                "text": line.cue.text,
            }
            for line in shown.lines
        ]
        data = {"routine": shown.routine.name, "voice": shown.voice, "seconds": shown.seconds, "cues": cues}
        click.echo(json.dumps(data, indent=2))
        return
    routine = shown.routine
    click.echo(f"{routine.name}, {clock(shown.seconds)}. {routine.about} Source: {routine.source}")
    step = -1
    for line in shown.lines:
        if line.cue.step != step:
            step = line.cue.step
            click.echo(f"\n{shown.titles[step]}")
        click.echo(f"{clock(line.start):>6}  {line.cue.kind:8} {line.cue.text}")

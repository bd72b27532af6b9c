"""The command that lists voices."""

import json
from dataclasses import asdict

import click

from voice_guide.cli.options import json_option
from voice_guide.guide import Guide


@click.command("voices")
@click.argument("language", required=False, default="")
@json_option
def voices_command(language: str, as_json: bool) -> None:
    """The voices this machine has; LANGUAGE narrows the list.

    \b
    voice-guide voices en
    voice-guide play soft landing --voice gmw/en-gb-scotland
    """
    found = Guide().voices(language)
    if as_json:
        click.echo(json.dumps([asdict(speaker) for speaker in found], indent=2))
        return
    for speaker in found:
        click.echo(f"{speaker.language:10} {speaker.id:28} {speaker.name}")
    click.echo(f"{'':10} {'tone':28} beeps, for machines without a voice")

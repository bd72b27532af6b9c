"""The command that tells what may be said with --condition."""

import json
from dataclasses import asdict
from itertools import groupby

import click

from voice_guide.cli.options import json_option
from voice_guide.cli.screen import hint
from voice_guide.guide import Guide


@click.command("conditions")
@json_option
def conditions_command(as_json: bool) -> None:
    """What you may say with --condition, by its names.

    \b
    voice-guide conditions
    voice-guide adapt soft landing --condition "I had a stroke"

    Any of these words is understood inside a sentence too. Where none fits, say "other long illness".
    """
    found = Guide(tell=hint).conditions()
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], indent=2))
        return
    for group, members in groupby(found, lambda one: one.group):
        click.echo(group)
        for one in members:
            words = f": {', '.join(one.also)}" if one.also else ""
            where = f" (or WORDS:PART, with {', '.join(one.parts)})" if one.parts else ""
            click.echo(click.wrap_text(one.name + words + where, 100, "  ", "      "))

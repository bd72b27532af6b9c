"""The commands that tell which routines there are: all of them, or the one that a name means."""

import json

import click

from voice_guide.cli.options import json_option, name_argument
from voice_guide.cli.screen import hint
from voice_guide.errors import NameUnclear
from voice_guide.guide import Guide


@click.command("list")
@click.option("--need", default="", help="Only those for what hurts, in your words; the best first.")
@json_option
def list_command(need: str, as_json: bool) -> None:
    """All routines by name, with their minutes.

    \b
    voice-guide list --need "stiff back"

    Your own scripts stand beside the shipped ones; one with a shipped name replaces it.
    """
    guide = Guide(tell=hint)
    routines = guide.routines(need)
    if as_json:
        rows = [
            {
                "name": routine.name,
                "id": routine.id,
                "aliases": list(routine.aliases),
                "minutes": round(routine.seconds / 60, 1),
                "source": routine.file or "shipped",
                "replaces": routine.replaces,
                "about": routine.about,
            }
            for routine in routines
        ]
        click.echo(json.dumps(rows, indent=2))
        return
    width = max(len(routine.name) for routine in routines)
    for routine in routines:
        own = " (yours)" if routine.file else ""
        own = " (yours, replaces the shipped one)" if routine.replaces else own
        click.echo(f"{routine.name:{width}}  {round(routine.seconds / 60, 1):3.0f} min  {routine.about}{own}")


@click.command("find")
@name_argument
@json_option
def find_command(name: tuple[str, ...], as_json: bool) -> None:
    """Which routine a name means, as spoken or typed.

    \b
    voice-guide find the hippocket ball please
    """
    try:
        found = Guide(tell=hint).find(" ".join(name))
    except NameUnclear as error:
        if as_json:
            click.echo(json.dumps({"candidates": list(error.candidates)}, indent=2))
        raise
    click.echo(json.dumps({"name": found}, indent=2) if as_json else found)

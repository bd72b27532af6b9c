"""The commands that tell which routines there are: all of them, or the one that a name means."""

import json

import click

from voice_guide.cli import complete_name
from voice_guide.cli.options import json_option
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
@click.argument("phrase", nargs=-1, required=True, shell_complete=complete_name)
@json_option
@click.pass_context
def find_command(ctx: click.Context, phrase: tuple[str, ...], as_json: bool) -> None:
    """What your words mean, as spoken or typed: a routine, what hurts, and how you want it.

    \b
    voice-guide find the hippocket ball please
    voice-guide find ten minutes for my hips on the floor

    `play` takes the same words. A sign of danger is answered with what to do now. Where two things could be meant,
    it asks, and ends with 2.
    """
    guide = Guide(tell=hint)
    meaning = guide.understand(" ".join(phrase))
    if as_json:
        understood = {
            "name": meaning.name or None,
            "need": meaning.need or None,
            "wishes": dict(meaning.wishes),
            "conditions": [*meaning.conditions],
            "warning": meaning.warning or None,
            "candidates": [*meaning.candidates],
            "because": [*meaning.because],
        }
        click.echo(json.dumps(understood, indent=2))
    elif meaning.clear:
        for line in guide.retold(meaning):
            click.echo(line)
    if not meaning.clear:
        if not as_json:
            raise NameUnclear(meaning.question, meaning.candidates)
        ctx.exit(NameUnclear.exit_code)

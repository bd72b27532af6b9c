"""The command that draws points on a body."""

import json
from pathlib import Path

import click

from voice_guide.cli.options import json_option, name_argument
from voice_guide.cli.screen import hint
from voice_guide.guide import Guide


@click.command("chart")
@name_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The picture to write, .png or .svg.")
@click.option("--text", "as_text", is_flag=True, help="The chart in words, for a screen reader.")
@json_option
def chart_command(name: tuple[str, ...], output: Path | None, as_text: bool, as_json: bool) -> None:
    """Draw where the points of a routine lie, or one point, on both sides of the body.

    \b
    voice-guide chart soft landing
    voice-guide chart back pocket point -o point.svg
    voice-guide chart soft landing --text

    A chart is only an aid: find the spot with your fingers.
    """
    chart = Guide(tell=hint).chart(" ".join(name))
    if as_json:
        points = [
            {
                "number": place.number,
                "id": place.point.id,
                "name": place.point.name,
                "sides": place.sides,
                "pressed": place.pressed,
                "place": place.point.place,
                "find": place.point.find,
            }
            for place in chart.places
        ]
        click.echo(json.dumps({"name": chart.title, "points": points}, indent=2))
    elif as_text:
        click.echo("\n".join([chart.title, *chart.words]))
    if output or not (as_text or as_json):
        path = output or Path(f"{chart.id}.png")
        chart.save(path)
        click.echo(path)

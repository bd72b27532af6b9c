"""The command that draws: chart."""

import json
from pathlib import Path

import click

from voice_guide.cli.parts import name_argument
from voice_guide.errors import VoiceGuideError
from voice_guide.library import Library
from voice_guide.pictures.chart import Charts, described, draw_chart, numbered, sides
from voice_guide.routine import Point


@click.command("chart")
@name_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The picture to write, .png or .svg.")
@click.option("--text", "as_text", is_flag=True, help="The chart in words, for a screen reader.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def chart_command(name: tuple[str, ...], output: Path | None, as_text: bool, as_json: bool) -> None:
    """Draw where the points of a routine lie, or one point, on both sides of the body.

    \b
    voice-guide chart soft landing
    voice-guide chart back pocket point -o point.svg
    voice-guide chart soft landing --text

    A chart is only an aid: find the spot with your fingers.
    """
    library = Library()
    title, slug, points = _asked(library, " ".join(name))
    if not points:
        raise VoiceGuideError(f"'{title}' presses no point, so there is nothing to draw")
    if as_json:
        click.echo(json.dumps({"name": title, "points": _listed(points)}, ensure_ascii=False, indent=2))
    elif as_text:
        click.echo("\n".join([title, *described(points)]))
    if output or not (as_text or as_json):
        click.echo(_drawn(library.charts, points, title, output or Path(f"{slug}.png")))


def _asked(library: Library, name: str) -> tuple[str, str, tuple[Point, ...]]:
    """What the name means: its title, the name of a file, and its points."""
    if point := _point(library, " ".join(name.split())):
        return point.name, point.id, (point,)
    routine = library.find(name)
    for line in library.broken:
        click.echo(line, err=True)
    return routine.name, routine.id, tuple(step.point for step in routine.steps if step.point)


def _point(library: Library, name: str) -> Point | None:
    """The point of just that name or number; a number with two meanings is asked back by the names of routines."""
    number = name.upper().replace(" ", "").replace("-", "")
    if number in library.old_numbers:
        return None
    named = library.catalogue.words.get(name.lower())
    return named or next((p for p in library.catalogue.points.values() if number and p.code == number), None)


def _listed(points: tuple[Point, ...]) -> list[dict[str, object]]:
    return [
        {
            "number": number,
            "id": point.id,
            "name": point.name,
            "sides": sides(point),
            "pressed": point.hold is not None,
            "place": point.place,
            "find": point.find,
        }
        for number, point in numbered(points).items()
    ]


def _drawn(charts: Charts, points: tuple[Point, ...], title: str, path: Path) -> Path:
    from voice_guide.pictures import save

    save(draw_chart(charts, points, title), path)
    return path

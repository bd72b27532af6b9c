"""The command that writes session pages: a routine, or all of them with a list, as files for a phone's browser."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_guide.cli.exporting import written
from voice_guide.cli.fitting import Fitted, Wishes, fitted, fitting_options
from voice_guide.cli.parts import Catalogue, catalogue_options, hint, name_or_need, voice_options
from voice_guide.cli.writing import PAGE, Studio, VoiceWish
from voice_guide.controls.signals import unwinding
from voice_guide.storage.whole import write_whole

if TYPE_CHECKING:
    from voice_guide.page import Entry

INDEX = "index.html"


@click.command("page")
@name_or_need
@voice_options
@fitting_options
@catalogue_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder; the routine's name here else.")
@click.pass_context
def page_command(
    ctx: click.Context,
    name: tuple[str, ...],
    wishes: Wishes,
    voice: str | None,
    rate: int,
    pitch: int,
    output: Path | None,
    catalogue: Catalogue | None,
) -> None:
    """Write a routine as a page for the phone's browser: sound, captions, chart and all in one file.

    \b
    voice-guide page soft landing
    voice-guide page soft landing --minutes 10 -o session.html
    voice-guide page --all -o pages       all of them, and index.html to choose from

    Copy it to the phone and open it there; it needs no network.
    """
    wish = VoiceWish(voice, rate, pitch)
    if catalogue:
        from voice_guide.cli.catalogue import Making, make_all
        from voice_guide.page import index_page

        making = Making(wish, wishes, output or Path(), PAGE, home=INDEX)
        with unwinding():
            code, there = make_all(making, catalogue)
        index = making.folder / INDEX
        write_whole(index, index_page([_entry(session) for session in there]).encode())
        click.echo(index)
        ctx.exit(code)
    with unwinding(), wish.open() as speaker:
        studio = Studio(speaker)
        session = fitted(name, wishes, rate, studio.constant.length)
        (path,) = written(session, rate, output or Path(), PAGE, (), studio)
        hint(speaker.warning)
    click.echo(path)


def _entry(session: Fitted) -> "Entry":
    from voice_guide.page import Entry

    routine = session.routine
    points = dict.fromkeys(step.point.name for step in routine.steps if step.point)
    needs = (need for need in session.library.needs.values() if routine.id in need.routines)
    words = (*routine.aliases, *points, *(word for need in needs for word in (need.name, *need.also)))
    return Entry(routine.name, f"{routine.id}{PAGE}", session.length / 60, routine.about, words)

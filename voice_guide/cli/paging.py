"""The command that writes session pages: a routine, or all of them with a list, as files for a phone's browser."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_guide.cli.exporting import catalogue_options, chart_of
from voice_guide.cli.fitting import Fitted, Wishes, fitted, fitting_options
from voice_guide.cli.parts import bar, hint, name_or_need, voice_options
from voice_guide.cli.writing import PAGE, Export, Studio, VoiceWish, write
from voice_guide.whole import write_whole

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
    everything: bool,
    force: bool,
    jobs: int | None,
    scheduler: str | None,
) -> None:
    """Write a routine as a page for the phone's browser: sound, captions, chart and all in one file.

    \b
    voice-guide page soft landing
    voice-guide page soft landing --minutes 10 -o session.html
    voice-guide page --all -o pages       all of them, and index.html to choose from

    Copy it to the phone and open it there; it needs no network.
    """
    wish = VoiceWish(voice, rate, pitch)
    if everything:
        from voice_guide.cli.catalogue import Machines, Making, make_all
        from voice_guide.page import index_page

        making = Making(wish, wishes, output or Path(), PAGE, home=INDEX)
        code, there = make_all(name, making, force, Machines(jobs, scheduler))
        index = making.folder / INDEX
        write_whole(index, index_page([_entry(session) for session in there]).encode())
        click.echo(index)
        ctx.exit(code)
    if force or jobs or scheduler:
        raise click.UsageError("--force, --jobs and --scheduler go with --all")
    with wish.open() as speaker:
        studio = Studio(speaker)
        session = fitted(name, wishes, rate, studio.constant.length)
        path = output or Path()
        if path.is_dir():
            path = path / f"{session.routine.id}{PAGE}"
        export = Export(session.routine.name, session.plan(rate), chart_of(session), path.with_suffix(PAGE))
        with bar("Speaking", len(export.plan.cues)) as step:
            write(export, studio, step)
        hint(speaker.warning)
    click.echo(export.path)


def _entry(session: Fitted) -> "Entry":
    from voice_guide.page import Entry

    routine = session.routine
    points = dict.fromkeys(step.point.name for step in routine.steps if step.point)
    words = (*routine.aliases, *points)
    return Entry(routine.name, f"{routine.id}{PAGE}", session.length / 60, routine.about, words)

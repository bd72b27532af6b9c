"""The command that writes session pages: a routine, or all of them with a list, as files for a phone's browser."""

from pathlib import Path
from typing import Any

import click

from voice_guide.cli.export import show
from voice_guide.cli.options import all_options, name_or_need, voice_options, wishes_options
from voice_guide.cli.screen import bar, hint
from voice_guide.guide import Guide


@click.command("page")
@name_or_need
@voice_options
@wishes_options
@all_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder; the routine's name here else.")
@click.pass_context
def page_command(
    ctx: click.Context,
    name: tuple[str, ...],
    wishes: dict[str, Any],
    voice: dict[str, Any],
    output: Path | None,
    many: dict[str, Any] | None,
) -> None:
    """Write a routine as a page for the phone's browser: sound, captions, chart and all in one file.

    \b
    voice-guide page soft landing
    voice-guide page soft landing --minutes 10 -o session.html
    voice-guide page --all -o pages       all of them, and index.html to choose from

    Copy it to the phone and open it there; it needs no network.
    """
    into = output or Path()
    with Guide(**voice, tell=hint) as guide:
        if many is not None:
            with bar("Writing") as progress:
                done, index = guide.page_all(into, progress=progress, **many, **wishes)
            show(done)
            click.echo(index)
            ctx.exit(done.exit_code)
        with bar("Speaking") as progress:
            session = guide.prepare(" ".join(name), heard=False, **wishes)
            path = session.page(into, progress=progress)
    click.echo(path)

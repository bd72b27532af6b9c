"""The commands for who writes scripts: look one over, start a new one."""

from pathlib import Path
from textwrap import shorten

import click

from voice_guide.cli.options import name_argument
from voice_guide.cli.screen import clock, hint
from voice_guide.errors import RoutineError
from voice_guide.guide import MOST_WORDS, Guide


@click.command("check")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--voice", help="A recorded voice: how many of the sentences it has.")
def check_command(files: tuple[Path, ...], voice: str | None) -> None:
    """Look over scripts: every fault with its line, cues that find no room, sentences that are too long.

    \b
    voice-guide check my-routine.yaml
    voice-guide check soft-landing --voice mine
    """
    guide, faults = Guide(voice, tell=hint), []
    for path in files:
        try:
            checked = guide.check(path)
        except RoutineError as error:
            faults.append(str(error))
            continue
        click.echo(f"{path}: {checked.routine.name}, {clock(checked.seconds)}, no faults")
        click.echo(
            f"{path}: its words were looked over for {checked.orders} forbidden orders; nobody has listened to them"
        )
        for text, title in checked.left_out:
            click.echo(f"{path}: '{text}' finds no room in '{title}' and is left out")
        for sentence in checked.long:
            count, shown = len(sentence.split()), shorten(sentence, 60, placeholder=" ...")
            click.echo(f"{path}: '{shown}' has {count} words; with closed eyes {MOST_WORDS} are followed, make it two")
        for text in checked.placeless:
            shown = shorten(text, 60, placeholder=" ...")
            click.echo(f"{path}: '{shown}' names no part of the body: write `part: low back`, or `part: nothing`")
        if checked.recorded is not None:
            click.echo(f"{path}: {checked.recorded} of {checked.sentences} sentences are recorded in '{voice}'")
    guide.close()
    if faults:
        raise RoutineError("\n".join(faults))


@click.command("new")
@name_argument
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The file to write; your own folder else.")
def new_command(name: tuple[str, ...], output: Path | None) -> None:
    """Start a script of your own: a routine that plays, with a comment on each line.

    \b
    voice-guide new Sunday Evening
    """
    path = Guide().new(" ".join(name), output)
    click.echo(path)
    hint(f"Change it, then: voice-guide check {path}")

"""The command that shows, draws, exports and erases the journal of past sessions."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from voice_guide.cli.asking import agreed
from voice_guide.cli.options import json_option, there_are_keys
from voice_guide.cli.screen import hint
from voice_guide.errors import VoiceGuideError
from voice_guide.guide import Guide

if TYPE_CHECKING:
    from voice_guide.body.habits import Record

HEAD = f"{'began':16}  {'routine':24}  {'min':>3}  {'pain':8}  ended"


@click.command("journal")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="For a spreadsheet.")
@click.option("--plot", is_flag=False, flag_value="pain.png", type=click.Path(path_type=Path), metavar="[FILE]",
              help="Draw pain before and after over time as a PNG; pain.png where no FILE is named.")  # fmt: skip
@click.option("--delete", is_flag=True, help="Erase the journal for ever.")
@click.option("--yes", is_flag=True, help="Erase without asking.")
def journal_command(as_json: bool, as_csv: bool, plot: Path | None, delete: bool, yes: bool) -> None:
    """Your past sessions, the newest last: points done, pain before and after, how each ended.

    \b
    voice-guide journal
    voice-guide journal --plot pain.png
    voice-guide journal --csv > sessions.csv
    """
    if sum(map(bool, (as_json, as_csv, plot, delete))) > 1:
        raise click.UsageError("choose one of --json, --csv, --plot, --delete")
    guide = Guide(tell=hint)
    journal, records = guide.journal, guide.journal.known
    if delete:
        _delete(guide, yes)
        return
    if journal.warning and not records:
        raise VoiceGuideError(journal.warning)
    hint(journal.warning)
    if as_json:
        click.echo(json.dumps(guide.past_as_data(), indent=2))
    elif as_csv:
        click.echo(guide.past_as_csv(), nl=False)
    elif plot:
        guide.plot_pain(plot)
        click.echo(plot)
    elif records:
        click.echo("\n".join([HEAD, *(line for record in records for line in _lines(record))]))
    else:
        hint("No sessions yet; the first you listen to will stand here.")


def _delete(guide: Guide, yes: bool) -> None:
    if not yes and not there_are_keys():
        raise click.UsageError("--delete erases for ever; say --yes with it")
    if yes or agreed(f"Erase {guide.journal.path} and every session in it, for ever?"):
        guide.erase_journal()
        hint("The journal is erased.")


def _lines(record: Record) -> list[str]:
    """At most 79 columns."""
    name = " ".join(record.name.split())
    name = name if len(name) <= 24 else f"{name[:23]}…"
    end = f"{record.ended}, light" if record.light else record.ended
    first = f"{record.started.isoformat(' ')[:16]}  {name:24}  {record.seconds / 60:3.0f}  {_pain(record):8}  {end}"
    left = [f"{point} ({reason})" if reason else point for point, reason in record.skipped]
    more = [f"{what}: {', '.join(points)}" for what, points in (("done", record.done), ("skipped", left)) if points]
    indent = " " * 18
    return [first, *(line for text in more for line in wrap(text, 79, initial_indent=indent, subsequent_indent=indent))]


def _pain(record: Record) -> str:
    told = (record.pain_before, record.pain_after)
    return "" if told == (None, None) else " -> ".join("?" if pain is None else str(pain) for pain in told)

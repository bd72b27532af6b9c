"""The command that shows, draws, exports and erases the journal of past sessions."""

import csv
import io
import json
import sys
from dataclasses import asdict, fields
from pathlib import Path
from textwrap import wrap
from typing import Any

import click

from voice_guide.body.habits import Record
from voice_guide.errors import VoiceGuideError
from voice_guide.personal.bookmark import remove_bookmark
from voice_guide.personal.journal import Journal

HEAD = f"{'began':16}  {'routine':24}  {'min':>3}  {'pain':8}  ended"


@click.command("journal")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
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
    journal = Journal()
    records = journal.known
    if delete:
        _delete(journal, yes)
        return
    if journal.warning and not records:
        raise VoiceGuideError(journal.warning)
    if journal.warning:
        click.echo(journal.warning, err=True)
    if as_json:
        click.echo(json.dumps([_plain(record) for record in records], ensure_ascii=False, indent=2))
    elif as_csv:
        click.echo(_csv(records), nl=False)
    elif plot:
        click.echo(_plot(records, plot))
    elif records:
        click.echo("\n".join([HEAD, *(line for record in records for line in _lines(record))]))
    else:
        click.echo("No sessions yet; the first you listen to will stand here.", err=True)


def _delete(journal: Journal, yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise click.UsageError("--delete erases for ever; say --yes with it")
    if yes or click.confirm(f"Erase {journal.path} and every session in it, for ever?", err=True):
        journal.erase()
        remove_bookmark(erase=True)
        click.echo("The journal is erased.", err=True)


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


def _plain(record: Record) -> dict[str, Any]:
    skipped = [{"point": point, "reason": reason} for point, reason in record.skipped]
    return asdict(record) | {"started": record.started.isoformat(), "skipped": skipped}


def _csv(records: list[Record]) -> str:
    file = io.StringIO(newline="")
    rows = csv.DictWriter(file, [field.name for field in fields(Record)], lineterminator="\n")
    rows.writeheader()
    for record in records:
        cells = asdict(record) | {"started": record.started.isoformat(), "light": int(record.light)}
        cells["done"] = "; ".join(record.done)
        cells["skipped"] = "; ".join(f"{point} ({reason})" for point, reason in record.skipped)
        rows.writerow({column: _harmless(cell) for column, cell in cells.items()})
    return file.getvalue()


def _harmless(cell: Any) -> Any:
    """A spreadsheet would run text that begins like a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _plot(records: list[Record], path: Path) -> Path:
    told = [(r.started, r.pain_before, r.pain_after) for r in records if (r.pain_before, r.pain_after) != (None, None)]
    if not told:
        raise VoiceGuideError("the journal holds no pain to draw yet; tell it before and after a session")
    from voice_guide import pictures
    from voice_guide.pictures.plot import draw_pain

    pictures.save(draw_pain(told, "Pain before and after each session"), path, "--plot")
    return path

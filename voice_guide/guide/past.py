"""Past sessions as values for programs, for a spreadsheet, and as a picture."""

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from voice_guide.body.habits import Record
from voice_guide.errors import VoiceGuideError


def plain(record: Record) -> dict[str, Any]:
    """A session as JSON has it."""
    skipped = [{"point": point, "reason": reason} for point, reason in record.skipped]
    return asdict(record) | {"started": record.started.isoformat(), "skipped": skipped}


def as_csv(records: Sequence[Record]) -> str:
    """A row each, with a head."""
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


def plot(records: Sequence[Record], path: Path) -> None:
    """Draw pain before and after as a picture. Raises VoiceGuideError where none was told."""
    told = [(r.started, r.pain_before, r.pain_after) for r in records if (r.pain_before, r.pain_after) != (None, None)]
    if not told:
        raise VoiceGuideError("the journal holds no pain to draw yet; tell it before and after a session")
    from voice_guide.pictures import save
    from voice_guide.pictures.plot import draw_pain

    save(draw_pain(told, "Pain before and after each session"), path, "--plot")

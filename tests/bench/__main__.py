"""`python tests/bench [WORD...]`: the table of figures, as ratios to peers run in the same call.

A word chooses rows, as in `python tests/bench export key`. BENCH_LONG=1 listens for ten minutes. A figure
over its bar is shown and fails nothing: this measures, the tests judge.
"""

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parents[1]))  # for sound_server

import exporting
import listening
import speaking
import starting
from row import CannotRun, Row

ROWS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "export": exporting.half_an_hour,
    "hours": exporting.eight_hours,
    "render": speaking.sixty_cues,
    "first": listening.first_sound,
    "onset": listening.onsets_of_cues,
    "key": listening.reaction_to_a_key,
    "names": starting.ten_thousand_names,
    "help": starting.help_text,
    "suite": starting.test_suite,
}
LINE = "{:46} {:>24}  {:10} {}"


def main() -> None:
    """Print each row as it is measured."""
    unknown = [word for word in sys.argv[1:] if word not in ROWS]
    if unknown:
        sys.exit(f"no row '{unknown[0]}'; choose among {', '.join(ROWS)}")
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors\n")
    print(LINE.format("what", "measured", "bar", "").rstrip())
    for word in sys.argv[1:] or ROWS:
        with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
            show(word, Path(folder))


def show(word: str, folder: Path) -> None:
    """The rows of one measurement, or why there are none."""
    try:
        for row in ROWS[word](folder):
            judged = "ok" if row.ok else "over"
            print(LINE.format(row.what, row.figure, row.bar, judged))
            for note in row.note.splitlines():
                print(f"    {note}")
            sys.stdout.flush()
    except Exception as fault:
        why = str(fault) if isinstance(fault, CannotRun) else f"{type(fault).__name__}: {fault}"
        print(LINE.format(word, "", "", f"cannot run yet: {why}"), flush=True)


main()

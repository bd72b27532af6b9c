"""`python tests/bench [WORD...]`: the table of figures, with the peers run in the same call.

A word chooses rows, as in `python tests/bench export key`. BENCH_LONG=1 listens for more than ten minutes.
A figure over its bar is shown and fails nothing.
"""

import os
import platform
import sys
import tempfile
from pathlib import Path

sys.path.insert(1, str(Path(__file__).parents[1]))  # for sound_server

import exporting
import hearing
import listening
import starting
import words
from table import CannotRun

ROWS = {
    "export": exporting.half_an_hour,
    "all": exporting.catalogue,
    "hours": exporting.eight_hours,
    "render": starting.sixty_cues,
    "natural": starting.every_cue,
    "first": listening.first_sound,
    "onset": listening.onsets_of_cues,
    "key": listening.reaction_to_a_key,
    "names": starting.ten_thousand_names,
    "help": starting.help_text,
    "warm": starting.starting_warm,
    "hear": hearing.commands,
    "false": hearing.mistakes,
    "effort": hearing.effort,
    "words": words.every_word,
    "suite": starting.test_suite,
}


def line(word: str, what: str, figure: str, bar: str, verdict: str) -> None:
    """Print one line, as soon as it is known: all rows together take minutes."""
    print(f"{word:7} {what:42} {figure:>17}   {bar:>7}  {verdict}".rstrip(), flush=True)


def measure(word: str, folder: Path) -> None:
    """Print the rows of one measurement, or why there are none."""
    try:
        for row in ROWS[word](folder):
            figure = f"{row.figure:.{2 if row.figure < 10 else 0}f} {row.unit}"
            line(word, row.what, figure, f"{row.bar:g}", "ok" if row.figure <= row.bar else "over")
            for note in row.notes:
                line("", f"  {note}", "", "", "")
    except Exception as fault:
        why = str(fault) if isinstance(fault, CannotRun) else f"{type(fault).__name__}: {fault}"
        line(word, f"cannot run yet: {why}", "", "", "")


if unknown := set(sys.argv[1:]) - set(ROWS):
    sys.exit(f"no row '{min(unknown)}'; choose among {', '.join(ROWS)}")
print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} processors")
line("", "what", "measured", "bar", "")
for chosen in sys.argv[1:] or ROWS:
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as empty:
        measure(chosen, Path(empty))

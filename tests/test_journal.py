"""The journal keeps what was written whatever happens, and never stops a session."""

import csv
import io
import json
import os
import pty
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import examples
from voice_guide.errors import VoiceGuideError
from voice_guide.personal import all_set_aside, data_folder, set_aside, set_aside_before
from voice_guide.personal.journal import Journal

START = datetime(2025, 6, 20, 7, 30, tzinfo=timezone(timedelta(hours=2)))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "journal.sqlite"


def fill(path, sessions=3):
    """One finished session a day."""
    journal = Journal(path)
    for day in range(sessions):
        number = journal.begin("soft-landing", "Soft Landing", START + timedelta(days=day), False)
        journal.update(number, seconds=720.0, done=["waist point"], pain_before=6, pain_after=4, ended="finished")
    assert journal.warning == ""
    return journal.records()


def hand(path, script):
    """What somebody does to the file with another tool."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.executescript(script)


def test_a_session_is_read_back_as_it_was_told(path):
    journal = Journal(path)
    number = journal.begin("soft-landing", "Soft Landing", START, True, [("knee crease", "bulging veins")])
    journal.update(number, pain_before=6)
    journal.update(number, seconds=61.5, done=["waist point"])
    journal.update(number, seconds=720.0, done=("waist point", "belt line"), pain_after=0, ended="stopped")
    (record,) = Journal(path).records()
    assert (record.id, record.started, record.routine, record.name) == (number, START, "soft-landing", "Soft Landing")
    assert record.started.utcoffset() == timedelta(hours=2)
    assert (record.seconds, record.done, record.skipped) == (
        720.0,
        ("waist point", "belt line"),
        (("knee crease", "bulging veins"),),
    )
    assert (record.pain_before, record.pain_after, record.ended, record.light) == (6, 0, "stopped", True)
    assert (journal.warning, journal.broken) == ("", False)


def test_what_was_told_stays_until_it_is_told_anew(path):
    journal = Journal(path)
    number = journal.begin("r", "R", START, False, [("a", "why")])
    journal.update(number, done=["b"], pain_before=3)
    journal.update(number, ended="finished")
    journal.update(number)
    (record,) = journal.records()
    assert (record.done, record.skipped, record.pain_before) == (("b",), (("a", "why"),), 3)
    journal.update(number, done=[], skipped=[("a", "why"), ("c", "skipped")])
    (record,) = journal.records()
    assert (record.done, record.skipped) == ((), (("a", "why"), ("c", "skipped")))


def test_sessions_come_oldest_first_whatever_the_offset(path):
    journal = Journal(path)
    later = datetime(2025, 6, 20, 7, 0, tzinfo=timezone(timedelta(hours=-5)))
    journal.begin("later", "Later", later, False)
    journal.begin("earlier", "Earlier", START, False)
    assert [record.routine for record in journal.records()] == ["earlier", "later"]


@pytest.mark.parametrize("pain", [-1, 11, 5.5, "5"])
def test_pain_is_zero_to_ten(path, pain):
    journal = Journal(path)
    number = journal.begin("r", "R", START, False)
    for which in ("pain_before", "pain_after"):
        with pytest.raises(ValueError, match="0 to 10"):
            journal.update(number, **{which: pain})
        with pytest.raises(sqlite3.IntegrityError):
            hand(path, f"UPDATE session SET {which} = 55")


def test_a_time_without_an_offset_is_refused(path):
    with pytest.raises(ValueError, match="offset"):
        Journal(path).begin("r", "R", START.replace(tzinfo=None), False)


@given(name=st.text(), points=st.lists(st.text(st.characters())), skipped=st.lists(st.tuples(st.text(), st.text())))
@examples(30)
def test_any_words_are_kept(name, points, skipped):
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.sqlite")
        journal.update(journal.begin("r", f"{name}\ud800", START, False, skipped), done=[*points, "\udcff"])
        (record,) = journal.records()
    assert (record.name, record.done, record.skipped) == (f"{name}?", (*points, "\udcff"), tuple(skipped))


def test_nothing_is_written_before_the_first_session(path):
    assert Journal(path).records() == []
    assert not path.parent.exists()


def test_the_file_is_for_the_listener_alone(path):
    fill(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["journal.sqlite"]


def test_the_folder_is_the_one_named_else_the_user_s(monkeypatch, tmp_path):
    monkeypatch.setenv("VOICE_GUIDE_DATA", "~/mine")
    assert data_folder() == Path.home() / "mine"
    monkeypatch.setenv("VOICE_GUIDE_DATA", "")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder().is_relative_to(tmp_path) and data_folder().name == "voice-guide"


# Killed at any instant, and two at once

WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from voice_guide.personal.journal import Journal
path, who, sessions = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
journal = Journal(path, patience=60)
for number in range(sessions):
    row = journal.begin(who, f"{who} {number}", datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=number), False)
    for step in range(5):
        journal.update(row, seconds=step * 60.0, done=["point"] * step, pain_before=6)
    journal.update(row, pain_after=4, ended="finished")
    assert not journal.warning, journal.warning
    print(number, flush=True)
"""


def writer(path, who, sessions):
    command = [sys.executable, "-c", WRITER, str(path), who, str(sessions)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("seen", [1, 2, 5, 9, 14])
def test_a_kill_leaves_every_earlier_session_whole_and_the_last_broken_off(path, seen):
    before = fill(path)
    with writer(path, "killed", 10_000) as process:
        for _ in range(seen):
            process.stdout.readline()
        process.kill()
        told = seen + len(process.stdout.read().splitlines())
    journal = Journal(path)
    records = [record for record in journal.records() if record.routine == "killed"]
    assert (journal.warning, journal.broken) == ("", False)
    assert [record for record in journal.records() if record.routine != "killed"] == before
    assert [record.name for record in records] == [f"killed {number}" for number in range(len(records))]
    whole = [record for record in records if record.ended == "finished"]
    assert told <= len(whole) <= told + 1
    assert all((record.pain_after, len(record.done), record.seconds) == (4, 4, 240.0) for record in whole)
    assert [record.ended for record in records[len(whole) :]] in ([], ["broken off"])


HALF = """
import os, signal, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("PRAGMA cache_size = 1")
database.execute("BEGIN IMMEDIATE")
database.execute("UPDATE session SET name = 'half written', pain_after = 10, routine = hex(zeroblob(2000))")
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_change_half_on_the_disk_is_taken_back(path):
    before = fill(path, sessions=60)
    bytes_before = path.read_bytes()
    done = subprocess.run([sys.executable, "-c", HALF, path])
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() != bytes_before and path.with_name("journal.sqlite-journal").stat().st_size
    journal = Journal(path)
    assert (journal.records(), journal.warning) == (before, "")


def test_two_processes_that_begin_with_no_file_and_write_at_once_lose_nothing(path):
    writers = [writer(path, who, 30) for who in ("one", "two")]
    assert [process.communicate(timeout=120)[1] for process in writers] == ["", ""]
    records = Journal(path).records()
    assert sorted((record.routine, record.name) for record in records) == sorted(
        (who, f"{who} {number}") for who in ("one", "two") for number in range(30)
    )
    assert {record.ended for record in records} == {"finished"}
    assert [entry.name for entry in path.parent.iterdir()] == ["journal.sqlite"]


def test_a_reader_sees_only_whole_sessions_while_another_writes(path):
    with writer(path, "one", 40) as process:
        process.stdout.readline()
        while process.poll() is None:
            journal = Journal(path, patience=60)
            assert journal.warning == ""
            assert all(record.pain_before in (None, 6) for record in journal.records())
        assert process.stderr.read() == ""


# What is no journal


def first_page_alone(path):
    os.truncate(path, 4096)


def cut_short(path):
    os.truncate(path, path.stat().st_size - 1000)


def torn_page(path):
    whole = bytearray(path.read_bytes())
    whole[4096:8192] = os.urandom(4096)
    path.write_bytes(whole)


def another_database(path):
    path.unlink()
    hand(path, "CREATE TABLE music (id INTEGER)")


def other_columns(path):
    hand(path, "ALTER TABLE session RENAME COLUMN light TO heavy")


def broken_by_hand(change):
    """The way a hand-written row gets past our rules."""
    return lambda path: hand(path, f"PRAGMA ignore_check_constraints = 1; {change} WHERE id = 2")


def loosened(change):
    """The same columns, but no rules."""
    table = "CREATE TABLE loose AS SELECT * FROM session; DROP TABLE session; ALTER TABLE loose RENAME TO session"
    return lambda path: hand(path, f"{table}; {change} WHERE id = 2")


def folder_in_its_place(path):
    path.unlink()
    path.mkdir()
    (path / "keepsake").write_text("mine")


BREAKAGES = {
    "zero bytes": lambda path: os.truncate(path, 0),
    "random bytes": lambda path: path.write_bytes(os.urandom(5000)),
    "text": lambda path: path.write_text("pain: 5\n"),
    "first page alone": first_page_alone,
    "cut short": cut_short,
    "torn page": torn_page,
    "another database": another_database,
    "a table lost": lambda path: hand(path, "DROP TABLE session"),
    "other columns": other_columns,
    "a folder": folder_in_its_place,
    "pain by hand": broken_by_hand("UPDATE session SET pain_after = 55"),
    "time by hand": broken_by_hand("UPDATE session SET started = 'yesterday'"),
    "list by hand": broken_by_hand("UPDATE session SET done = '[\"waist point\"'"),
    "ending by hand": broken_by_hand("UPDATE session SET ended = 'well'"),
    "no start": loosened("UPDATE session SET started = NULL"),
    "no offset": loosened("UPDATE session SET started = '2025-06-20T07:30:00'"),
    "high pain": loosened("UPDATE session SET pain_before = 55"),
    "pain in words": loosened("UPDATE session SET pain_before = 'much'"),
    "seconds in words": loosened("UPDATE session SET seconds = 'many'"),
    "endless": loosened("UPDATE session SET seconds = 9e999"),
    "bytes": loosened("UPDATE session SET name = x'ff'"),
    "no text": loosened("UPDATE session SET name = CAST(x'ff' AS TEXT)"),
    "a list of numbers": loosened("UPDATE session SET done = '[1]'"),
    "no list": loosened("UPDATE session SET done = '{\"a\": 1}'"),
    "no pairs": loosened("UPDATE session SET skipped = '[\"abc\"]'"),
    "deep": loosened(f"UPDATE session SET done = '{'[' * 100_000}'"),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_what_is_no_journal_is_set_aside_said_so_and_read_at_its_strictest(path, breakage):
    fill(path)
    BREAKAGES[breakage](path)
    was = None if path.is_dir() else path.read_bytes()
    journal = Journal(path)
    (aside,) = all_set_aside(path)
    assert aside.name == "journal.broken-1.sqlite"
    assert (aside / "keepsake").exists() if was is None else aside.read_bytes() == was
    assert journal.broken and str(aside) in journal.warning and "\n" not in journal.warning
    assert journal.records() == []
    assert journal.begin("r", "R", START, False) == 1
    again = Journal(path)
    assert (len(again.records()), again.broken, all_set_aside(path)) == (1, True, [aside])
    assert str(aside) in again.warning


def test_the_strictest_reading_ends_when_the_new_journal_spans_a_week(path):
    fill(path)
    path.write_bytes(b"broken")
    fresh = Journal(path)
    for day, broken in [(0, True), (6, True), (7, False)]:
        fresh.begin("r", "R", START + timedelta(days=day), False)
        assert Journal(path).broken == broken
    assert Journal(path).warning == ""


def test_the_strictest_reading_ends_when_the_journal_is_put_back_or_deleted(path):
    before = fill(path)
    good = path.read_bytes()
    path.write_bytes(b"broken")
    Journal(path)
    (aside,) = all_set_aside(path)
    aside.unlink()
    path.write_bytes(good)
    journal = Journal(path)
    assert (journal.records(), journal.broken, journal.warning) == (before, False, "")
    path.write_bytes(b"broken")
    Journal(path).erase()
    assert (Journal(path).broken, list(path.parent.iterdir())) == (False, [])


def test_a_week_that_is_known_is_not_lost_to_an_old_file_set_aside(path):
    fill(path, sessions=8)
    path.with_name("journal.broken-1.sqlite").write_bytes(b"old")
    assert not Journal(path).broken


def test_two_processes_that_find_it_broken_set_it_aside_once_and_lose_nothing(path):
    for round in range(1, 4):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"broken" * round)
        command = [sys.executable, "-c", WRITER.replace("assert", "journal.warning ="), str(path), "w", "3"]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        writers = [subprocess.Popen(command, **pipes) for _ in range(2)]
        assert [process.communicate(timeout=60)[1] for process in writers] == [b"", b""]
        aside = all_set_aside(path)
        assert [other.read_bytes() for other in aside] == [b"broken" * (number + 1) for number in range(round)]
        assert len(Journal(path).records()) == 6
        path.unlink()


def test_a_newer_journal_is_left_as_it_is_and_stops_nothing(path):
    fill(path)
    hand(path, "PRAGMA user_version = 2")
    was = path.read_bytes()
    journal = Journal(path)
    journal.update(1, pain_after=9)
    assert (journal.records(), journal.begin("r", "R", START, False)) == ([], 0)
    assert "newer" in journal.warning and journal.broken
    assert path.read_bytes() == was and all_set_aside(path) == []


# What cannot be reached or written


@contextmanager
def powerless(*modes):
    """Whoever runs the tests, in a folder of ours with these modes: (path, mode), the folder last."""
    for place, mode in modes:
        place.chmod(mode)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for place, mode in reversed(modes):
            place.chmod(mode | 0o700)


@pytest.fixture
def open_path():
    """In a folder that everybody can reach."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / "journal.sqlite"


def unkept(journal):
    """A session goes on without the journal."""
    number = journal.begin("r", "R", START, False)
    journal.update(number, seconds=60, pain_after=1, ended="finished")
    assert "VOICE_GUIDE_DATA" in journal.warning and "\n" not in journal.warning
    return number == 0


def test_a_folder_that_takes_nothing_is_read_and_does_not_stop_a_session(open_path):
    before = fill(open_path)
    with powerless((open_path, 0o444), (open_path.parent, 0o555)):
        journal = Journal(open_path)
        assert (journal.records(), journal.broken, journal.warning) == (before, False, "")
        assert unkept(journal)
        journal.update(1, pain_after=9)
        assert journal.records() == before
    assert Journal(open_path).records() == before


def test_a_folder_that_takes_no_first_journal_does_not_stop_a_session(open_path):
    with powerless((open_path.parent, 0o555)):
        journal = Journal(open_path)
        assert unkept(journal) and not journal.broken
    assert list(open_path.parent.iterdir()) == []


@pytest.mark.parametrize("hidden", ["file", "folder"])
def test_a_journal_that_may_not_be_read_is_not_taken_for_none(open_path, hidden):
    before = fill(open_path)
    modes = [(open_path, 0o000)] if hidden == "file" else [(open_path.parent, 0o000)]
    with powerless(*modes):
        journal = Journal(open_path)
        assert journal.records() == [] and journal.broken and unkept(journal)
    assert Journal(open_path).records() == before


def test_a_broken_journal_that_cannot_be_set_aside_stays_and_is_told(open_path):
    fill(open_path)
    open_path.write_bytes(b"broken")
    with powerless((open_path, 0o444), (open_path.parent, 0o555)):
        journal = Journal(open_path)
        assert journal.broken and "cannot be set aside" in journal.warning
        assert journal.begin("r", "R", START, False) == 0
    assert open_path.read_bytes() == b"broken"


def test_a_file_in_place_of_the_folder_does_not_stop_a_session(path):
    path.parent.write_text("")
    journal = Journal(path)
    assert unkept(journal) and not journal.broken
    journal.erase()


def test_a_journal_locked_for_long_does_not_stop_a_session(path):
    before = fill(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        journal = Journal(path, patience=0)
        assert journal.broken and f"journal {path} cannot be used: " in journal.warning and unkept(journal)
    assert Journal(path).records() == before


def test_a_full_disk_does_not_stop_a_session_and_harms_nothing_written(path):
    before = fill(path)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        journal = Journal(path)
        assert unkept(journal)
        journal.update(1, pain_after=9)
        assert journal.records() == before
        elsewhere = Journal(path.with_name("other.sqlite"))
        assert unkept(elsewhere)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert Journal(path).records() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["journal.sqlite"]


def test_a_journal_erased_during_a_session_does_not_come_back(path):
    journal = Journal(path)
    number = journal.begin("r", "R", START, False)
    Journal(path).erase()
    journal.update(number, pain_after=1, ended="finished")
    assert list(path.parent.iterdir()) == []


def test_erasing_takes_all_that_was_ours_and_nothing_else(path):
    fill(path)
    for name in (
        "journal.sqlite-journal",
        "journal.broken-2.sqlite",
        "journal.broken-2.sqlite-wal",
        ".journal.sqlite.1.part",
    ):
        path.with_name(name).write_text("ours")
    for name in ("profile.json", "journal.broken-x.sqlite", "journal.sqlite.backup"):
        path.with_name(name).write_text("mine")
    Journal(path).erase()
    kept = {"profile.json", "journal.broken-x.sqlite", "journal.sqlite.backup"}
    assert {entry.name for entry in path.parent.iterdir()} == kept
    Journal(path).erase()


def test_a_folder_set_aside_is_not_erased_but_named(path):
    path.mkdir(parents=True)
    (path / "keepsake").write_text("mine")
    journal = Journal(path)
    with pytest.raises(VoiceGuideError, match=r"broken-1\.sqlite cannot be deleted"):
        journal.erase()


# Setting aside


def test_setting_aside_takes_the_next_number_and_overwrites_nothing(tmp_path):
    path = tmp_path / "profile.yaml"
    assert set_aside_before(path) is None
    for number in range(1, 12):
        path.write_text(str(number))
        aside = set_aside(path)
        assert aside == tmp_path / f"profile.broken-{number}.yaml" == set_aside_before(path)
    (tmp_path / "profile.broken-3.yaml").unlink()
    path.write_text("12")
    assert set_aside(path).name == "profile.broken-12.yaml"
    assert all(other.read_text() == other.stem.rpartition("-")[2] for other in all_set_aside(path))
    path.write_text("new")
    assert set_aside_before(path) is None


def test_what_is_not_there_cannot_be_set_aside_and_leaves_nothing(tmp_path):
    with pytest.raises(VoiceGuideError, match="cannot be set aside"):
        set_aside(tmp_path / "profile.yaml")
    assert list(tmp_path.iterdir()) == []


# The command


@pytest.fixture
def keep(run, path):
    """Run voice-guide journal on `path`."""
    return lambda *words, **more: run("journal", *words, VOICE_GUIDE_DATA=str(path.parent), **more)


def past(path):
    """A finished session, one with long names that hurt, and one broken off; the journal."""
    journal = Journal(path)
    number = journal.begin("soft-landing", "Soft Landing", START, False, [("knee crease", "bulging veins")])
    done = ["waist point", "belt line point", "back pocket point", "ankle mountain", "palm center"]
    journal.update(number, seconds=725, done=done, pain_before=6, pain_after=4, ended="finished")
    number = journal.begin("mine", "=A Name\nFar Too Long For Any Table", START + timedelta(days=1), True)
    journal.update(number, seconds=1800, done=["-spot"], pain_before=10, pain_after=10, ended="interrupted")
    journal.begin("soft-landing", "Soft Landing", START + timedelta(days=2), False)
    return journal


TABLE = """\
began             routine                   min  pain      ended
2025-06-20 07:30  Soft Landing               12  6 -> 4    finished
                  done: waist point, belt line point, back pocket point, ankle
                  mountain, palm center
                  skipped: knee crease (bulging veins)
2025-06-21 07:30  =A Name Far Too Long Fo…   30  10 -> 10  interrupted, light
                  done: -spot
2025-06-22 07:30  Soft Landing                0            broken off
"""


def test_the_table_is_read_in_eighty_columns_the_newest_last(keep, path):
    past(path)
    done = keep()
    assert (done.returncode, done.stderr) == (0, "")
    assert [line.rstrip() for line in done.stdout.splitlines()] == TABLE.splitlines()
    assert max(map(len, done.stdout.splitlines())) < 80


def test_an_empty_journal_is_a_friendly_line_and_empty_exports(keep, path):
    done = keep()
    assert (done.returncode, done.stdout) == (0, "") and "No sessions yet" in done.stderr
    assert json.loads(keep("--json").stdout) == []
    assert len(keep("--csv").stdout.splitlines()) == 1
    assert keep("--plot").returncode == 1
    assert not path.parent.exists()


def test_json_holds_everything(keep, path):
    records = past(path).records()
    rows = json.loads(keep("--json").stdout)
    assert [datetime.fromisoformat(row["started"]) for row in rows] == [record.started for record in records]
    assert rows[0]["skipped"] == [{"point": "knee crease", "reason": "bulging veins"}]
    assert [(row["pain_before"], row["pain_after"], row["ended"], row["light"]) for row in rows] == [
        (6, 4, "finished", False),
        (10, 10, "interrupted", True),
        (None, None, "broken off", False),
    ]
    assert rows[0]["seconds"] == 725 and len(rows[0]["done"]) == 5 and rows[0]["routine"] == "soft-landing"


def test_csv_is_read_by_a_spreadsheet_which_runs_none_of_it(keep, path):
    past(path)
    rows = list(csv.DictReader(io.StringIO(keep("--csv").stdout, newline="")))
    assert [row["name"] for row in rows] == ["Soft Landing", "'=A Name\nFar Too Long For Any Table", "Soft Landing"]
    assert [row["done"].count(";") for row in rows] == [4, 0, 0] and rows[1]["done"] == "'-spot"
    assert [(row["pain_before"], row["pain_after"], row["light"]) for row in rows] == [
        ("6", "4", "0"),
        ("10", "10", "1"),
        ("", "", "0"),
    ]
    assert rows[0]["skipped"] == "knee crease (bulging veins)"
    assert datetime.fromisoformat(rows[0]["started"]) == START


@pytest.mark.parametrize(("words", "name"), [(["--plot"], "pain.png"), (["--plot", "mine.png"], "mine.png")])
def test_the_plot_is_a_png_where_it_was_asked_for(keep, path, tmp_path, words, name):
    past(path)
    done = keep(*words)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, name, "")
    assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_deleting_without_a_terminal_needs_yes(keep, path):
    past(path)
    done = keep("--delete")
    assert done.returncode == 2 and "--yes" in done.stderr and path.exists()
    done = keep("--delete", "--yes")
    assert (done.returncode, done.stdout) == (0, "") and not path.exists()
    assert keep("--delete", "--yes").returncode == 0


@pytest.mark.parametrize(("answer", "kept"), [(b"n\n", True), (b"\n", True), (b"y\n", False)])
def test_deleting_at_a_terminal_asks(path, answer, kept):
    past(path)
    near, far = pty.openpty()
    os.write(near, answer)
    env = {**os.environ, "VOICE_GUIDE_DATA": str(path.parent)}
    command = [sys.executable, "-m", "voice_guide", "journal", "--delete"]
    done = subprocess.run(command, env=env, stdin=far, capture_output=True, text=True, timeout=60)
    os.close(near)
    os.close(far)
    assert done.returncode == 0 and "for ever?" in done.stderr
    assert path.exists() == kept


def test_only_one_thing_is_done_at_once(keep):
    assert keep("--json", "--csv").returncode == 2


def test_the_command_says_what_was_set_aside_instead_of_no_sessions_yet(keep, path):
    past(path)
    path.write_bytes(b"broken")
    first, second = keep(), keep("--json")
    assert (first.returncode, first.stdout) == (second.returncode, second.stdout) == (1, "")
    assert "set aside as" in first.stderr and "journal.broken-1.sqlite" in second.stderr
    assert len(first.stderr.splitlines()) == len(second.stderr.splitlines()) == 1
    fill(path.with_name("other.sqlite"), 1)
    path.with_name("other.sqlite").rename(path)
    third = keep("--json")
    assert third.returncode == 0 and len(json.loads(third.stdout)) == 1 and "journal.broken-1" in third.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
@pytest.mark.parametrize("link", ["data/journal.sqlite", "data"])
def test_a_link_whose_target_is_away_is_not_taken_for_no_sessions(tmp_path, link):
    (tmp_path / link).parent.mkdir(exist_ok=True)
    (tmp_path / link).symlink_to(tmp_path / "stick")
    journal = Journal(tmp_path / "data" / "journal.sqlite")
    assert journal.broken and journal.warning.count("\n") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
def test_a_pipe_in_its_place_is_not_waited_for(tmp_path):
    path = tmp_path / "journal.sqlite"
    os.mkfifo(path)
    assert Journal(path).broken

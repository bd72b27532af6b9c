"""Thousands of the listener's own scripts: what is told of each is kept, found only for a file as it was, and never played."""

import json
import os
import sys
from pathlib import Path

import pytest

from voice_guide.errors import RoutineError
from voice_guide.library import Library, shelf
from voice_guide.storage.kept import Kept

SCRIPT = "name: Quiet {}\nabout: A test.\naliases: [hush {}]\nsteps:\n  - {{press: palm center, hold: 60}}\n"
opened = []
sys.addaudithook(lambda event, given: event == "open" and str(given[0]).endswith(".yaml") and opened.append(given[0]))


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Three scripts, one of them broken, that were last changed long ago, and were listed once."""
    monkeypatch.setattr(shelf, "SETTLED", -1)
    (tmp_path / "own").mkdir()
    for name in ("lake", "river"):
        write(tmp_path, name, SCRIPT.format(name.title(), name))
    write(tmp_path, "bad", "name: no\n")
    assert looked_at(tmp_path)[0].keys() >= {"Quiet Lake", "Quiet River"}
    return tmp_path


def write(home, name, text):
    (home / "own" / f"{name}.yaml").write_text(text)


def library(home):
    return Library(own=home / "own", cache=home / "cache")


def looked_at(home):
    """The cards, the faults, and which of the scripts were opened for them."""
    opened.clear()
    found = library(home)
    cards, broken = found.cards, found.broken
    return cards, broken, sorted(Path(path).name for path in opened if str(home / "own") in str(path))


def test_scripts_that_nobody_touched_are_not_opened_and_tell_the_same(home):
    cards, broken, read = looked_at(home)
    assert read == [] and len(broken) == 1 and "voice-guide check" in broken[0]
    fresh = Library(own=home / "own", cache=home / "elsewhere")
    assert (cards, broken) == (fresh.cards, fresh.broken)
    for name, routine in fresh.routines.items():
        assert shelf.card_of(routine) == cards[name]


def test_what_is_found_is_read_from_its_script(home):
    found = library(home)
    routine = found.find("hush lake")
    assert routine.steps and routine.file == str(home / "own" / "lake.yaml") and "Quiet Lake" in found.routines
    assert found.routines["Quiet Lake"] is routine


def renamed(home):
    write(home, "lake", SCRIPT.format("Mere", "lake"))


def touched_in_secret(home):
    path = home / "own" / "lake.yaml"
    before = path.stat()
    renamed(home)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def put_in_its_place(home):
    write(home, "other", SCRIPT.format("Mere", "lake"))
    (home / "own" / "other.yaml").replace(home / "own" / "lake.yaml")


@pytest.mark.parametrize("change", [renamed, touched_in_secret, put_in_its_place])
def test_a_script_that_changed_is_read_again(home, change):
    change(home)
    cards, _, read = looked_at(home)
    assert "Quiet Mere" in cards and "Quiet Lake" not in cards and read == ["lake.yaml"]


def test_a_script_that_changes_twice_within_a_tick_of_the_clock_is_read_again(tmp_path):
    (tmp_path / "own").mkdir()
    for name in ("Lake", "Mere", "Pond", "Rill"):
        write(tmp_path, "lake", SCRIPT.format(name, "lake"))
        assert f"Quiet {name}" in looked_at(tmp_path)[0]


def test_scripts_that_come_go_and_are_mended_are_seen(home):
    (home / "own" / "lake.yaml").unlink()
    write(home, "bad", SCRIPT.format("Brook", "brook"))
    write(home, "new", SCRIPT.format("Spring", "spring"))
    cards, broken, read = looked_at(home)
    assert {"Quiet Brook", "Quiet Spring"} < cards.keys() and "Quiet Lake" not in cards and not broken
    assert read == ["bad.yaml", "new.yaml"] and looked_at(home)[2] == []


def entry(home):
    (found,) = [path for path in (home / "cache").iterdir() if b'"lake.yaml"' in path.read_bytes()]
    return found


@pytest.mark.parametrize(
    "forged", [b"", b"{}", b"[" * 50_000, b'{"lake.yaml":{"file":[1,2,3]}}', b'{"lake.yaml":{"file":"x","card":{}}}']
)
def test_cards_that_are_damaged_or_no_cards_are_written_anew(home, forged):
    good, data = looked_at(home)[:2], entry(home).read_bytes()
    Kept(home / "cache").store(entry(home).name, forged, private=True)
    assert looked_at(home)[:2] == good and entry(home).read_bytes() == data
    entry(home).write_bytes(data[:-1])
    assert looked_at(home)[:2] == good and entry(home).read_bytes() == data


def test_an_old_card_never_plays_another_routine(home):
    found = library(home)
    assert found.cards
    renamed(home)
    with pytest.raises(RoutineError, match="changed while 'Quiet Lake' was looked up; ask again"):
        found.find("quiet lake")


def test_a_length_or_a_point_on_a_forged_card_reaches_no_session(home):
    path = entry(home)
    told = json.loads(path.read_bytes()[:-32])
    told["lake.yaml"]["card"] |= {"seconds": 1.0, "points": ["gv3"]}
    Kept(path.parent).store(path.name, json.dumps(told).encode(), private=True)
    found = library(home)
    assert found.cards["Quiet Lake"].seconds == 1.0
    assert found.routines["Quiet Lake"].seconds > 60


def test_a_link_is_looked_at_each_time(home):
    (home / "text").write_text(SCRIPT.format("Well", "well"))
    (home / "own" / "inside").write_text(SCRIPT.format("Pool", "pool"))
    (home / "own" / "pool.yaml").symlink_to("inside")
    (home / "own" / "well.yaml").symlink_to(home / "text")
    for _ in range(2):
        cards, broken, _ = looked_at(home)
        assert "Quiet Pool" in cards and "Quiet Well" not in cards and "is a" not in broken[0] and len(broken) == 2
    (home / "own" / "inside").write_text(SCRIPT.format("Sea", "sea"))
    assert "Quiet Sea" in looked_at(home)[0]


def test_many_new_scripts_are_not_checked_without_a_word(run, tmp_path):
    (tmp_path / "own").mkdir()
    for number in range(shelf.MANY):
        letters = f"{chr(97 + number // 26)}{chr(97 + number % 26)}"
        write(tmp_path, letters, SCRIPT.format(letters.title(), letters))
    first, second = (run("find", "quiet", "ab", VOICE_GUIDE_SCRIPTS=str(tmp_path / "own")) for _ in range(2))
    assert first.stdout == "Quiet Ab\n" and f"{shelf.MANY} new scripts are checked" in first.stderr
    assert second.stdout == "Quiet Ab\n"

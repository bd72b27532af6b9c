"""What was checked once is kept: the same values, found for the same bytes and program only, and never in the way."""

import json
import os
import random
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import routines
from test_house import imports
from voice_guide.body.terms import Rule
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import sketch
from voice_guide.errors import RoutineError
from voice_guide.library import Library, checked, shipped_folder
from voice_guide.library.checked import PROGRAM
from voice_guide.pcm import seconds
from voice_guide.routine import Routine
from voice_guide.storage.forms import Form
from voice_guide.storage.kept import CHECKED, Kept, info, named, verify

SCRIPT = "name: Quiet River\nabout: A test.\nsteps:\n  - {press: palm center, hold: 60}\n  - {rest: 30}\n"
EVERYTHING = ("phrases", "catalogue", "claims", "old_numbers", "commanding", "safety", "habits", "questions", "needs")
EVERYTHING += ("otherwise", "charts", "cards")


class Strict(Library):
    """A library that may read nothing anew."""

    _written = property(lambda self: pytest.fail("the shipped files were read"))

    def _read(self, path, *args, **others):
        pytest.fail(f"{path} was read")


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A cache in which everything shipped is kept."""
    cache = tmp_path_factory.mktemp("warm")
    for name in EVERYTHING:
        getattr(Library(own=cache / "none", cache=cache), name)
    return cache


@pytest.fixture
def home(tmp_path):
    """A cache and one script of the listener's own, kept in it."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "river.yaml").write_text(SCRIPT)
    river(tmp_path, Library)
    return tmp_path


def river(home, kind):
    return kind(own=home / "own", cache=home / "cache").find(str(home / "own" / "river.yaml"))


def entry_of_river(home):
    (entry,) = [path for path in (home / "cache").iterdir() if b"Quiet River" in path.read_bytes()]
    return entry


def test_what_is_kept_is_what_would_be_read(warm):
    kept, read = Strict(own=warm / "none", cache=warm), Library(own=warm / "none", cache=warm / "nothing here")
    for name in EVERYTHING:
        assert repr(getattr(kept, name)) == repr(getattr(read, name))
    assert dict(kept.routines) == dict(read.routines)


def test_a_kept_step_shares_its_point_with_the_catalogue(warm):
    library = Strict(own=warm / "none", cache=warm)
    steps = [step for routine in library.routines.values() for step in routine.steps if step.point]
    assert all(step.point is library.catalogue.points[step.point.id] for step in steps)
    assert all(step.tool is library.catalogue.tools[step.tool.id] for step in steps)


def test_a_routine_knows_how_long_it_takes(library):
    for routine in library.routines.values():
        assert routine.seconds == seconds(sketch(compile_script(routine, library.phrases).cues).length)


@given(routines())
def test_any_routine_is_written_and_read_back(routine):
    form = Form(Routine)
    assert form.read(form.written(routine)) == routine


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["id", "name", "steps"]), inner)))  # fmt: skip
def test_of_anything_else_no_value_is_made(tree):
    assert Form(Routine).read(json.dumps(tree).encode()) is None


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", b"null", b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000, b"{}" * 10, b" " * 10_000_000, b"NaN"],
)
def test_no_bytes_are_an_error(data):
    assert Form(Routine).read(data) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("factor", float("nan")), ("factor", True), ("factor", "1"), ("factor", 10**400), ("pressure", 2.0),
        ("do", "cure"), ("do", ["block"]), ("where", 1), ("when", "pain"), ("when", [1]), ("instead", []),
        ("instead", {"a": 1}), ("colour", "red"), ("id", None), ("session", "Infinity"),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_none(key, value):
    form, rule = Form(Rule), Rule("r", "block", "Stop.", "added", session=600.0)
    told = json.loads(form.written(rule))
    assert form.read(json.dumps(told).encode()) == rule
    assert form.read(json.dumps(told | {key: value}).encode()) is None


def test_a_script_that_changes_is_read_again(home):
    assert river(home, Strict).steps[0].seconds == 60
    (home / "own" / "river.yaml").write_text(SCRIPT.replace("60", "90"))
    assert river(home, Library).steps[0].seconds == 90
    (home / "own" / "river.yaml").write_text(SCRIPT.replace("60", "500"))
    for _ in range(2):
        with pytest.raises(RoutineError, match="over the cap"):
            river(home, Library)


@pytest.mark.parametrize("name", ["points", "phrases", "safety"])
def test_where_what_a_script_was_checked_against_changes_it_is_read_again(home, name):
    shutil.copytree(shipped_folder(), home / "shipped")
    file = home / "shipped" / f"{name}.yaml"
    file.write_bytes(file.read_bytes() + b"# another\n")
    changed = Library(home / "shipped", home / "own", home / "cache")
    before = info(home / "cache").entries
    assert changed.find(str(home / "own" / "river.yaml")) == river(home, Strict)
    assert info(home / "cache").entries >= before + 1


def test_no_other_version_and_no_other_program_believes_it(home, monkeypatch):
    before = info(home / "cache").entries
    for change in ({"__version__": "0.0.0"}, {"PROGRAM": PROGRAM[1:]}):
        for name, value in change.items():
            monkeypatch.setattr(checked, name, value)
        checked._program.cache_clear()
        river(home, Library)
        assert info(home / "cache").entries >= before + 2
        before = info(home / "cache").entries
    monkeypatch.undo()
    checked._program.cache_clear()


def test_the_program_is_every_file_that_has_a_say():
    known, ahead = set(), ["library", "library.shipped", "library.steps", "library.charts", "storage.forms"]
    while ahead:
        module = ahead.pop()
        known.add(module)
        ahead += imports(module)[0] - known
    assert {module.split(".")[0] for module in known} <= {name.removesuffix(".py") for name in PROGRAM}


def damages(data):
    chance = random.Random(5)
    places = {0, len(data) // 2, len(data) - 33, len(data) - 1, *chance.sample(range(len(data)), 40)}
    yield from (data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in places)
    yield from (data[:at] for at in places)
    yield from (b"", data + b"x", data * 2, bytes(50_000_000), data[-32:] + data)


def test_a_damaged_entry_is_replaced_and_no_error(home):
    good, entry = river(home, Strict), entry_of_river(home)
    data = entry.read_bytes()
    for damaged in damages(data):
        entry.write_bytes(damaged)
        assert Kept(entry.parent).load(entry.name) == b""
    library = Library(own=home / "own", cache=home / "cache")
    for damaged in list(damages(data))[::6]:
        entry.write_bytes(damaged)
        assert library.find(str(home / "own" / "river.yaml")) == good
        assert entry.read_bytes() == data


@pytest.mark.parametrize(
    "forged", [b"", b"{}", b"[]", b"[" * 50_000, b'{"id":"quiet-river"}', b"null", b"\x80\x04N.", bytes(9)]
)
def test_an_entry_that_is_well_sealed_and_no_routine_is_replaced(home, forged):
    good, entry = river(home, Strict), entry_of_river(home)
    data = entry.read_bytes()
    Kept(entry.parent).store(entry.name, forged, private=True)
    assert river(home, Library) == good and entry.read_bytes() == data


def test_an_entry_of_another_name_is_none(home):
    (home / "own" / "other.yaml").write_text(SCRIPT.replace("River", "Pond"))
    library = Library(own=home / "own", cache=home / "cache")
    assert library.find(str(home / "own" / "other.yaml")).name == "Quiet Pond"
    (other,) = [path for path in (home / "cache").iterdir() if b"Quiet Pond" in path.read_bytes()]
    shutil.copy(entry_of_river(home), other)
    assert library.find(str(home / "own" / "other.yaml")).name == "Quiet Pond"


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="Windows tells no owner")
@pytest.mark.parametrize("others", [0o020, 0o002, 0o022])
def test_what_others_can_write_is_not_believed(home, others):
    entry = entry_of_river(home)
    assert not entry.stat().st_mode & 0o077
    entry.chmod(0o600 | others)
    assert Kept(entry.parent).load(entry.name) and not Kept(entry.parent).load(entry.name, private=True)
    river(home, Library)
    assert not entry.stat().st_mode & 0o077


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a file away")
def test_what_another_wrote_is_not_believed(home):
    entry = entry_of_river(home)
    os.chown(entry, 12345, -1)
    assert not Kept(entry.parent).load(entry.name, private=True)
    assert verify(home / "cache") == []


def test_where_nothing_can_be_kept_all_goes_on(home):
    (home / "file").touch()
    library = Library(own=home / "own", cache=home / "file")
    assert len(library.routines) == 25 and library.find("quiet river").name == "Quiet River"


def test_a_file_that_cannot_be_read_is_kept_as_nothing(tmp_path):
    library = Library(own=tmp_path / "own", cache=tmp_path / "cache")
    before = info(tmp_path / "cache").entries
    for path in (tmp_path / "none.yaml", tmp_path / "folder.yaml"):
        (tmp_path / "folder.yaml").mkdir(exist_ok=True)
        with pytest.raises(RoutineError):
            library.find(str(path))
    assert info(tmp_path / "cache").entries <= before + 1  # the rules, for the words that command


def test_check_reads_a_script_whatever_is_kept(home):
    with pytest.raises(pytest.fail.Exception, match="was read"):
        Strict(own=home / "own", cache=home / "cache").read(home / "own" / "river.yaml")


def test_one_name_needs_one_routine(warm, monkeypatch):
    monkeypatch.setattr(Library, "routines", property(lambda self: pytest.fail("all were read")))
    assert Strict(own=warm / "none", cache=warm).find("soft landing").id == "soft-landing"


@pytest.mark.parametrize(
    "words", [("list",), ("find", "soft", "landing"), ("show", "soft", "landing", "--voice", "tone")]
)
def test_what_is_kept_needs_neither_pydantic_nor_yaml(run, tmp_path, words):
    code = "import sys\nfrom voice_guide.cli import main\ntry:\n    main()\nfinally:\n"
    code += "    print({'pydantic', 'yaml'} & set(sys.modules), file=sys.stderr)"
    env = {"HOME": str(tmp_path), "VOICE_GUIDE_CACHE": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path)}
    told = []
    for _ in range(2):
        command = [sys.executable, "-c", code, *words]
        told.append(subprocess.run(command, env={**os.environ, **env}, capture_output=True, text=True, check=True))
    assert told[1].stderr == "set()\n" and told[0].stdout == told[1].stdout != ""


def test_the_cache_command_knows_what_is_kept(run, tmp_path):
    run("list")
    kept = list((tmp_path / "cache").glob(f"*{CHECKED}"))
    assert len(kept) > 24
    assert f"0 broken, {len(kept)} good" in run("cache", "verify").stdout
    assert f"removed {len(kept)} files" in run("cache", "clear").stdout
    assert named(CHECKED, "x").endswith(CHECKED) and not list((tmp_path / "cache").iterdir())

"""What a listener told is theirs alone: nobody else changes it, and what they forget is nowhere any more."""

import os
import shlex
import sqlite3
import stat
import subprocess
import sys
import tempfile
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from test_profile import NAMES, PARTS
from voice_guide.body.profile import Profile
from voice_guide.controls.pipe import Pipe, pipe_path, tell
from voice_guide.errors import VoiceGuideError
from voice_guide.guide import Guide
from voice_guide.library.checked import Checked
from voice_guide.personal import tidy
from voice_guide.personal.bookmark import Bookmarks
from voice_guide.personal.journal import Journal
from voice_guide.personal.profile import forget_profile, read_profile, write_profile
from voice_guide.storage.folders import PRIVATE, SHARED, make_folder, others_may_change
from voice_guide.storage.forms import Form
from voice_guide.storage.kept import SOUND, Kept, named
from voice_guide.storage.whole import write_whole

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners and modes of POSIX")
ROOT = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() != 0, reason="only root can be somebody else")
SOMEBODY_ELSE = 65534
TOLD = Profile(yes={"osteoporosis": date(2026, 3, 10)})


@pytest.fixture
def open_umask():
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "share" / "voice-guide"


@pytest.fixture
def path(data):
    """A profile."""
    return write_profile(TOLD, NAMES, data / "profile.toml")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def read(path):
    return read_profile(NAMES, PARTS, path)


def everything_in(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


# Folders


def test_what_we_make_nobody_else_can_change_whatever_the_umask(open_umask, tmp_path, data, path, monkeypatch):
    Journal(data / "journal.sqlite").begin("r", "R", datetime(2026, 1, 1, tzinfo=UTC), False)
    monkeypatch.setenv("VOICE_GUIDE_RUNTIME", str(tmp_path / "run" / "voice-guide"))
    with Pipe() as pipe:
        assert mode(pipe.path) == 0o600
    with Guide("tone", data=data, cache=tmp_path / "caches" / "cues", scripts=tmp_path / "own" / "scripts") as guide:
        guide._kit.voice.speak("Breathe in.")
        guide.new("Sunday Evening")
    private = [data.parent, data, tmp_path / "run", tmp_path / "run" / "voice-guide", tmp_path / "own" / "scripts"]
    assert {mode(folder) for folder in private} == {PRIVATE}
    assert {mode(file) for file in data.iterdir()} == {0o600}
    assert {mode(folder) for folder in (tmp_path / "caches", tmp_path / "caches" / "cues")} == {SHARED}
    assert {mode(file) for file in (tmp_path / "caches" / "cues").iterdir()} <= {0o644, 0o600}


def test_a_folder_that_is_there_stays_as_it_is(tmp_path):
    tmp_path.chmod(0o750)
    make_folder(tmp_path, PRIVATE)
    assert mode(tmp_path) == 0o750
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        make_folder(tmp_path / "file" / "folder", PRIVATE)


def test_a_folder_that_others_may_change_is_told_once_with_the_remedy(run, data, path):
    env = {"VOICE_GUIDE_DATA": str(data)}
    data.chmod(0o777)
    line = f"others may change what lies in {data}: chmod 700 {data}\n"
    assert run("adapt", "soft landing", **env).stderr.splitlines(True).count(line) == 1
    assert run("journal", **env).stderr.startswith(line)
    assert run("list", **env).stderr == ""
    assert f"missing  your files: {line}" in run("doctor", **env).stdout
    assert subprocess.run(shlex.split(line.partition(": ")[2]), check=True)
    assert "others" not in run("adapt", "soft landing", **env).stderr
    assert f"ok       your files: {data}, for you alone" in run("doctor", **env).stdout


def test_so_is_one_that_others_may_replace(data, path):
    for folder, rights in ((data, 0o770), (data, 0o707), (data.parent, 0o777)):
        folder.chmod(rights)
        assert f"{folder}" in others_may_change(data)
        folder.chmod(PRIVATE)
    for folder, rights in ((data, 0o755), (data.parent, 0o1777), (data.parent, 0o775)):
        folder.chmod(rights)
        assert others_may_change(data) == ""
        folder.chmod(PRIVATE)
    assert others_may_change(data / "none") == ""


@ROOT
def test_and_one_of_somebody_else(data, path):
    for folder in (data, data.parent):
        os.chown(folder, SOMEBODY_ELSE, -1)
        assert f"{folder} belongs to another user" in others_may_change(data)
        os.chown(folder, 0, -1)
    assert others_may_change(data) == ""


# What was half written


def test_what_a_killed_process_left_goes_with_the_next_command_that_reads_any_of_it(data, path):
    names = [f".{name}.0123abcd.part" for name in ("profile.toml", "place-1.json", "journal.sqlite")]
    for look in (read, lambda _: Journal(data / "journal.sqlite"), lambda _: Bookmarks(data).read()):
        for name in names:
            (data / name).write_text("heart")
        look(path)
        assert list(data.iterdir()) == [path]


def test_forgetting_takes_it_too_and_nothing_of_others(data, path):
    (data / ".profile.toml.0123abcd.part").write_bytes(path.read_bytes())
    (data / ".song.mp3.part").write_text("mine")
    path.with_name("profile.broken-1.toml").write_bytes(path.read_bytes())
    forget_profile(path)
    assert [file.name for file in data.iterdir()] == [".song.mp3.part"]


def test_beside_the_file_that_a_link_names_too_which_is_named_and_not_deleted(tmp_path, data, path):
    (tmp_path / "dots").mkdir()
    path.rename(tmp_path / "dots" / "mine.toml")
    path.symlink_to(tmp_path / "dots" / "mine.toml")
    (tmp_path / "dots" / ".mine.toml.0123abcd.part").write_text("heart")
    assert read(path) == TOLD
    assert [file.name for file in (tmp_path / "dots").iterdir()] == ["mine.toml"]
    with pytest.raises(VoiceGuideError, match=r"mine\.toml; delete that yourself"):
        forget_profile(path)
    assert not list(data.iterdir()) and (tmp_path / "dots" / "mine.toml").exists()


@pytest.mark.parametrize("anew", [False, True])
def test_who_is_writing_and_finds_it_gone_writes_again(monkeypatch, data, path, anew):
    """Another process reads or forgets whenever all is written and has no name yet."""
    sync, swept, file = os.fsync, [], path.with_name("other.toml") if anew else path

    def sweep_after(end):
        sync(end)
        if len(swept) < 5:
            swept.extend(data.glob(f".{file.name}.*.part"))
            tidy(file)

    monkeypatch.setattr(os, "fsync", sweep_after)
    assert write_whole(file, b"told", private=True, anew=anew)
    assert len(set(swept)) == 5 and file.read_bytes() == b"told"
    assert not list(data.glob(".*"))
    assert not write_whole(file, b"again", private=True, anew=True) and file.read_bytes() == b"told"


# What was forgotten


def test_nothing_that_was_told_is_left_of_a_journal(data):
    journal = Journal(data / "journal.sqlite")
    number = journal.begin("r", "R", datetime(2026, 1, 1, tzinfo=UTC), False, [("heel", "thin bones")])
    for count in range(50):
        journal.update(number, skipped=[("heel", f"thin bones {count}")])
    assert b"thin bones" in everything_in(data)
    journal.erase()
    assert list(data.iterdir()) == []


def test_of_who_was_killed_while_erasing_nothing_comes_back(data):
    path = data / "journal.sqlite"
    Journal(path).begin("r", "R", datetime(2026, 1, 1, tzinfo=UTC), False, [("heel", "thin bones")])
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE session SET name = hex(zeroblob(9000))")
        hot = path.with_name("journal.sqlite-journal").read_bytes()
    path.unlink()
    path.with_name("journal.sqlite-journal").write_bytes(hot)
    journal = Journal(path)
    assert list(data.iterdir()) == [] and not journal.broken
    journal.begin("r", "Anew", datetime(2026, 1, 2, tzinfo=UTC), False)
    assert [record.name for record in Journal(path).records()] == ["Anew"]
    assert b"thin bones" not in everything_in(data)


def test_forgetting_the_profile_says_what_else_may_tell(run, data, path):
    env = {"VOICE_GUIDE_DATA": str(data)}
    Journal(data / "journal.sqlite").begin("r", "R", datetime(2026, 1, 1, tzinfo=UTC), False)
    done = run("profile", "--forget", **env)
    assert done.stdout == f"deleted {path}\n" and "`voice-guide journal --delete` erases them" in done.stderr
    run("journal", "--delete", "--yes", **env)
    assert run("profile", "--forget", **env).stderr == "" and not list(data.iterdir())


# Two users of one machine


def as_somebody_else(code, *words):
    """What it prints. Everything is imported before, for they may not look into the folder that we are in."""
    command = [sys.executable, "-c", BECOME + code, *map(str, words)]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout


BECOME = f"""
import os, select, sys
from pathlib import Path
from voice_guide.controls.pipe import Pipe, tell
from voice_guide.errors import VoiceGuideError
from voice_guide.library.checked import Checked
from voice_guide.storage.forms import Form
from voice_guide.storage.kept import SOUND, Kept, named, verify
Checked(Path("/dev/null")).value(Form(int), ("warm",), lambda: 1)
os.setgroups([])
os.setgid({SOMEBODY_ELSE})
os.setuid({SOMEBODY_ELSE})
"""


TELL = """
os.environ["VOICE_GUIDE_RUNTIME"] = sys.argv[1]
try:
    tell("stop")
except VoiceGuideError as error:
    print(error)
with Pipe() as pipe:
    print(pipe.fault)
"""


@pytest.fixture
def open_tmp():
    """As /tmp is."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        yield Path(folder)


@ROOT
def test_nobody_else_can_tell_a_session_anything_nor_take_its_pipe(open_tmp, monkeypatch):
    runtime = open_tmp / "runtime-0" / "voice-guide"
    monkeypatch.setenv("VOICE_GUIDE_RUNTIME", str(runtime))
    with Pipe() as pipe:
        told, fault = as_somebody_else(TELL, runtime).splitlines()
        assert "'stop' is lost" in told and "Permission denied" in told and "no pipe" in fault
        assert pipe.commands() == []
        tell("pause")
        assert len(pipe.commands()) == 1


@ROOT
@pytest.mark.parametrize("which", ["folder", "above", "link"])
def test_a_runtime_folder_that_somebody_else_made_before_is_not_trusted(open_tmp, monkeypatch, which):
    runtime = open_tmp / "runtime-0" / "voice-guide"
    make_folder(runtime, PRIVATE)
    os.mkfifo(runtime / "commands", 0o666)
    for folder in {"folder": [runtime], "above": [runtime.parent], "link": [runtime, runtime.parent]}[which]:
        os.chown(folder, SOMEBODY_ELSE, -1)
    if which == "link":
        runtime.parent.rename(open_tmp / "theirs")
        runtime.parent.symlink_to(open_tmp / "theirs")
    monkeypatch.setenv("VOICE_GUIDE_RUNTIME", str(runtime))
    listening = os.open(pipe_path(), os.O_RDWR | os.O_NONBLOCK)
    with Pipe() as pipe:
        assert pipe.path is None and "belongs to another user" in pipe.fault
        with pytest.raises(VoiceGuideError, match=r"'stop' is lost: .*belongs to another user"):
            tell("stop")
    with pytest.raises(BlockingIOError):
        os.read(listening, 100)
    os.close(listening)


SHARE = """
kept, name = Kept(Path(sys.argv[1])), named(SOUND, "Breathe in.")
print(kept.load(name) == b"both")
kept.store(named(SOUND, sys.argv[2]), b"mine")
found = Checked(kept.folder).value(Form(int), ("script",), lambda: 2)
print(found, kept.warning, verify(kept.folder) == [])
"""


@ROOT
def test_two_users_share_a_cache_and_believe_no_script_of_the_other(open_tmp):
    cache = open_tmp / "cache"
    cache.mkdir()
    cache.chmod(0o1777)
    Kept(cache).store(named(SOUND, "Breathe in."), b"both")
    ours = [Checked(cache).value(Form(int), ("script",), lambda: 1) for _ in range(2)]
    before = {path: path.read_bytes() for path in cache.iterdir()}
    heard, checked = as_somebody_else(SHARE, cache, "Out.").splitlines()
    assert (heard, checked.split()[0], ours) == ("True", "2", [1, 1])
    assert {path: path.read_bytes() for path in before} == before
    assert Checked(cache).value(Form(int), ("script",), lambda: 3) == 1


def test_one_that_stays_keeps_none_of_the_others(data, path):
    path.with_name("profile.broken-9.toml").mkdir()
    with pytest.raises(VoiceGuideError, match=r"profile\.broken-9\.toml cannot be deleted"):
        forget_profile(path)
    assert not path.exists()

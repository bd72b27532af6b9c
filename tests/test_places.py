"""Where things are written: never through another user's link in a shared folder, never in a place that is a guess."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from voice_guide.errors import VoiceGuideError
from voice_guide.guide.catalogue import _made
from voice_guide.personal.database import visit
from voice_guide.storage.folders import user_folder
from voice_guide.storage.kept import PICTURE, Kept, named
from voice_guide.storage.links import followed, foreign
from voice_guide.storage.whole import NEW, WholeFile, write_whole

posix = pytest.mark.skipif(sys.platform == "win32", reason="owners, sticky folders")
OTHER = 4242
SHARED, OPEN, OURS = 0o41777, 0o40777, 0o40755


@pytest.mark.parametrize(
    ("folder", "owner", "link", "refused"),
    [
        (SHARED, 0, OTHER, True),
        (SHARED, 0, 1000, False),  # ours
        (SHARED, 0, 0, False),  # of whoever has the folder
        (SHARED, 1000, OTHER, True),  # ours, and open to all
        (SHARED, OTHER, OTHER, False),
        (OPEN, 0, OTHER, False),  # whoever may change it may do all there
        (OURS, 0, OTHER, False),
    ],
)
def test_a_link_is_foreign_as_linux_has_it(folder, owner, link, refused):
    there = SimpleNamespace(st_mode=folder, st_uid=owner)
    assert foreign(SimpleNamespace(st_uid=link), there, us=1000) == refused


@pytest.fixture
def shared(tmp_path):
    """A folder as /tmp is, with a file of ours outside, and links to it that another made, or we."""
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(0o1777)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "dear.mp3").write_bytes(b"dear")
    for name, target in {"file.mp3": "dear.mp3", "away.mp3": "no-such.mp3", "folder": "."}.items():
        for owner in ("ours", "theirs"):
            link = folder / f"{owner}-{name}"
            link.symlink_to(tmp_path / "home" / target)
            if owner == "theirs" and os.geteuid() == 0:
                os.lchown(link, OTHER, OTHER)
    return folder


def untouched(shared):
    home = shared.parent / "home"
    return [path.name for path in home.iterdir()] == ["dear.mp3"] and (home / "dear.mp3").read_bytes() == b"dear"


@posix
@pytest.mark.skipif(sys.platform != "win32" and os.geteuid() != 0, reason="only root gives links away")
def test_nothing_is_written_through_a_foreign_link(shared, run):
    far = [shared / name for name in ("theirs-file.mp3", "theirs-away.mp3", "theirs-folder/new.mp3")]
    (shared.parent / "hop").symlink_to(shared / "theirs-folder")
    far += [shared.parent / "hop" / "new.mp3", shared / ".." / "shared" / "theirs-file.mp3"]
    for path in far:
        for private in (False, True):
            with pytest.raises(VoiceGuideError, match=r"another user's link stands at .*theirs-.*; choose a folder"):
                write_whole(path, b"new", private=private)
    with pytest.raises(VoiceGuideError, match="another user's link"):
        _made(shared / "theirs-away.mp3")
    with pytest.raises(VoiceGuideError, match="another user's link"), visit(shared / "theirs-folder" / "j", 1.0, True):
        pass
    kept = Kept(shared / "theirs-folder")
    kept.store(named(PICTURE, "one"), b"picture")
    assert "another user's link" in kept.warning
    told = run("export", "soft", "landing", "--voice", "tone", "-o", far[0])
    assert (told.returncode, told.stderr.count("\n")) == (1, 1) and "another user's link stands at" in told.stderr
    assert untouched(shared)


@posix
def test_links_of_our_own_are_followed(shared):
    home = shared.parent / "home"
    write_whole(shared / "ours-away.mp3", b"new")
    write_whole(shared / "ours-folder" / "other.mp3", b"new")
    write_whole(shared / "ours-file.mp3", b"newer")
    assert (shared / "ours-file.mp3").is_symlink() and (home / "dear.mp3").read_bytes() == b"newer"
    assert sorted(path.name for path in home.iterdir()) == ["dear.mp3", "no-such.mp3", "other.mp3"]


@posix
def test_a_way_is_followed_as_the_system_does(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "to-b").symlink_to("a/b")
    (tmp_path / "a" / "up").symlink_to("../to-b/../new")
    (tmp_path / "round").symlink_to("round")
    for way in ("x", "./a/../x", "to-b/x", "to-b/../x", "a/up", "a/up/../y", "no/such/x", "/", "to-b/."):
        for path in (tmp_path / way, Path(way)):
            real = followed(path)
            assert os.path.realpath(real) == os.path.realpath(path) and real.is_absolute() == path.is_absolute(), way
            assert not any(one.is_symlink() for one in (real, *real.parents)), way
    with pytest.raises(OSError, match=r"[Ll]oop|levels"):
        followed(tmp_path / "round")


def test_part_files_are_new_and_cannot_be_guessed(tmp_path):
    parts = [WholeFile(tmp_path / "a.mp3") for _ in range(2)]
    assert len({file.part for file in parts}) == 2 and NEW & os.O_EXCL
    assert all(re.fullmatch(r"\.a\.mp3\.[0-9a-f]{8}\.part", file.part.name) for file in parts)
    for file in parts:
        file.drop()
    assert not [*tmp_path.iterdir()]


NAMES = {"VOICE_GUIDE_DATA": "profile", "VOICE_GUIDE_CACHE": "list", "VOICE_GUIDE_SCRIPTS": "list"}


@pytest.mark.parametrize("variable", NAMES)
@pytest.mark.parametrize("named", ["~no-such-user", "~no-such-user/x"])
def test_the_home_of_nobody_is_one_line(run, variable, named):
    told = run(NAMES[variable], **{variable: named})
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == f"{variable} is '{named}', and nobody has that home; name another folder\n"


def test_a_pipe_that_has_no_place_is_a_fault_of_its_own(run):
    told = run("tell", "pause", VOICE_GUIDE_RUNTIME="~no-such-user")
    assert told.returncode == 1 and told.stderr.startswith("VOICE_GUIDE_RUNTIME is '~no-such-user', and nobody has ")


@posix
@pytest.mark.parametrize("usual", ["~/.local/share/voice-guide", RuntimeError("no home")])
def test_who_has_no_home_is_told_what_to_set(monkeypatch, usual):
    def found(*words, **named):
        if isinstance(usual, str):
            return usual
        raise usual

    monkeypatch.delenv("SOME", raising=False)
    monkeypatch.setattr("platformdirs.user_data_path", found)
    with pytest.raises(VoiceGuideError, match=r"^you have no home folder to keep files in; set HOME, or SOME$"):
        user_folder("SOME", "data")


ANSWERS = {"yes": b"y\n" * 5000, "zeros": bytes(100_000), "noise": bytes(range(128, 256)) * 500}


@pytest.mark.parametrize("typed", ["yes", "zeros", "noise"])
def test_a_question_is_asked_ten_times_and_no_more(tmp_path, typed):
    env = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "voice_guide", "profile"]
    told = subprocess.run(command, env=env, input=ANSWERS[typed], capture_output=True, timeout=60)
    assert told.returncode == 2 and b"\nno answer could be read 10 times: " in told.stderr
    assert not [*tmp_path.rglob("profile.toml")]


@posix
@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_fault_and_no_file_takes_their_place(tmp_path, closed):
    env = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    for words, code in {"profile": 130, "suggest leg pain": 0, "find 'soft landing'": 0, "tell pause": 1}.items():
        command = f"exec {sys.executable} -m voice_guide {words} {closed}"
        told = subprocess.run(["sh", "-c", command], env=env, capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        assert told.returncode == code, words
        assert b"fault of voice-guide" not in told.stderr and b"Traceback" not in told.stderr


@pytest.mark.parametrize(
    ("fault", "told"), [('RuntimeError("can\'t start new thread")', "ulimit -u"), ("MemoryError()", "memory")]
)
def test_too_few_threads_or_too_little_memory_are_not_our_fault(tmp_path, fault, told):
    code = f"""
import threading
from voice_guide.cli import main
def start(thread): raise {fault}
threading.Thread.start = start
main()
"""
    (tmp_path / "short.yaml").write_text("name: Short\nabout: Short.\nsteps:\n  - say: Breathe.\n    for: 2\n")
    env = {**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    words = ["play", str(tmp_path / "short.yaml"), "--voice", "tone", "--sink", "silent"]
    done = subprocess.run([sys.executable, "-c", code, *words], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and told in done.stderr.splitlines()[-1] and "fault of" not in done.stderr

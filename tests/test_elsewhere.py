"""What Windows and macOS do otherwise, as far as it can be had here: a system that refuses, lacks, or reads otherwise."""

import errno
import io
import json
import os
import sqlite3
import sys
import unicodedata
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from contextlib import closing
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from conftest import been_here
from voice_guide.cli import main
from voice_guide.controls.keys import is_terminal
from voice_guide.controls.signals import Caught
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.ffmpeg import installed
from voice_guide.guide import workers
from voice_guide.guide.workers import MOST, _pool
from voice_guide.library import Library
from voice_guide.personal import away, set_aside
from voice_guide.personal.database import address
from voice_guide.personal.journal import Journal
from voice_guide.storage.kept import CHECKED, SOUND, Kept, named
from voice_guide.storage.whole import WholeFile, write_whole
from voice_guide.voices import open_voice
from voice_guide.voices.engine import chosen, english
from voice_guide.voices.voice import Speaker
from voice_guide.voices.worker import sapi_speaker


@pytest.fixture
def held(monkeypatch):
    """Each file is open in another program for the first `times` that it is to be renamed or removed, as on Windows."""

    def held(times, *calls):
        for name in calls:
            real, left = getattr(os, name), {}

            def call(path, *more, real=real, left=left, **options):
                left.setdefault(os.fspath(path), times)
                left[os.fspath(path)] -= 1
                if left[os.fspath(path)] >= 0:
                    raise PermissionError(errno.EACCES, "The file is in use", os.fspath(path))
                return real(path, *more, **options)

            monkeypatch.setattr(os, name, call)

    return held


def test_a_file_that_a_scanner_looks_into_is_replaced_a_moment_later(tmp_path, held):
    file, kept = tmp_path / "place.json", Kept(tmp_path / "cache")
    write_whole(file, b"before")
    held(2, "replace")
    write_whole(file, b"after")
    kept.store(named(SOUND, "words"), b"sounds")
    assert file.read_bytes() == b"after" and kept.load(named(SOUND, "words")) == b"sounds" and not kept.warning
    assert set_aside(file).read_bytes() == b"after"
    assert not [*tmp_path.rglob("*.part")]


def test_a_file_that_stays_open_in_a_player_is_told_with_its_remedy_and_left_as_it_was(tmp_path, held):
    (tmp_path / "soft.mp3").write_bytes(b"before")
    held(1000, "replace")
    with pytest.raises(VoiceGuideError, match=r"close the program that has it open, or choose another with -o"):
        write_whole(tmp_path / "soft.mp3", b"after")
    assert [path.name for path in tmp_path.iterdir()] == ["soft.mp3"]
    assert (tmp_path / "soft.mp3").read_bytes() == b"before"


def test_a_journal_is_made_and_erased_while_a_scanner_looks_into_it(tmp_path, held):
    held(2, "rename", "unlink", "replace")
    journal = Journal(tmp_path / "journal.sqlite")
    (tmp_path / "journal.sqlite").write_bytes(b"no journal")
    journal.records()
    assert "set aside" in journal.warning
    journal.erase()
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (PurePosixPath("/home/me/a b.sqlite"), "file:///home/me/a%20b.sqlite"),
        (PureWindowsPath(r"C:\Users\José\journal.sqlite"), "file:///C:/Users/Jos%C3%A9/journal.sqlite"),
        (PureWindowsPath(r"\\nas\home\journal.sqlite"), "file:////nas/home/journal.sqlite"),
    ],
)
def test_a_journal_on_a_share_of_windows_has_an_address_that_sqlite_takes(path, expected):
    assert address(path) == expected


def test_what_sqlite_says_of_the_name_of_a_server_is_why(tmp_path):
    journal = tmp_path / "journal.sqlite"
    sqlite3.connect(journal).close()
    with pytest.raises(sqlite3.OperationalError, match="invalid uri authority"):
        sqlite3.connect(f"file:/{journal}", uri=True)
    with closing(sqlite3.connect(f"file:///{journal}?mode=rw", uri=True)) as found:
        assert found.execute("PRAGMA user_version").fetchone() == (0,)


def test_what_leads_nowhere_is_away_whether_python_calls_it_a_link_or_not(tmp_path, monkeypatch):
    (tmp_path / "stick").symlink_to(tmp_path / "gone")
    monkeypatch.setattr(os.path, "islink", lambda path: False)
    monkeypatch.setattr(Path, "is_symlink", lambda path: False)  # as of a junction
    assert away(tmp_path / "stick" / "profile.toml") == tmp_path / "stick"
    assert away(tmp_path / "profile.toml") is None and away(Path("profile.toml")) is None


def test_a_drive_that_was_taken_out_is_not_a_listener_who_told_nothing(tmp_path, monkeypatch):
    real = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: path != Path(path.anchor) and real(path))
    assert away(tmp_path / "profile.toml") == Path(tmp_path.anchor)


def test_where_no_owner_is_told_only_what_lies_in_the_home_is_believed(tmp_path, monkeypatch):
    name = named(CHECKED, "script")
    for folder in ("home", "shared"):
        Kept(tmp_path / folder).store(name, b"value", private=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delattr(os, "getuid")
    assert Kept(tmp_path / "home").load(name, private=True) == b"value"
    assert not Kept(tmp_path / "shared").load(name, private=True)
    assert Kept(tmp_path / "shared").load(name) == b"value"


def test_a_name_with_a_colon_is_refused_on_windows_where_it_would_hide_in_another_file(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(VoiceGuideError, match="a colon in its name; choose another name with -o"):
        WholeFile(tmp_path / "soft: landing.mp3")
    assert not [*tmp_path.iterdir()]


def test_a_path_too_long_for_windows_is_told_from_a_folder_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(VoiceGuideError, match="make the folder first"):
        WholeFile(tmp_path / "gone" / "soft.mp3")
    with pytest.raises(VoiceGuideError, match="choose a shorter name"):
        WholeFile(tmp_path / "gone" / ("soft" * 50) / "soft.mp3")


class Token:
    """A voice as the registry of Windows has it; what it does not have is an error of COM."""

    Id = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\Speech\Voices\Tokens\TTS"

    def __init__(self, description="Microsoft Zira Desktop", **attributes):
        self._description, self._attributes = description, attributes

    def GetDescription(self):
        if self._description is None:
            raise OSError(-2147200966, "no description")
        return self._description

    def GetAttribute(self, name):
        return self._attributes[name]


@pytest.mark.parametrize(
    ("token", "name", "language", "gender"),
    [
        (Token(Language="409", Gender="Female"), "Microsoft Zira Desktop", "en-us", "female"),
        (Token("A natural one", Language="409;9", Gender="Male"), "A natural one", "en-us", "male"),
        (Token("A robot", Language="7C07"), "A robot", "", ""),
        (Token(None, Language="english"), Token.Id, "", ""),
        (Token(None), Token.Id, "", ""),
    ],
)
def test_one_voice_of_windows_that_is_registered_oddly_hides_no_other(token, name, language, gender):
    assert sapi_speaker(token) == {"id": Token.Id, "name": name, "language": language, "gender": gender}


def test_words_reach_the_engine_whatever_the_encoding_of_pipes_is(monkeypatch):
    words = "Café – “naïve” ease."
    with closing(open_voice("espeak")) as voice:
        expected = voice.speak(words)
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")  # as of Windows in Western Europe
    with closing(open_voice("espeak")) as voice:
        assert voice.speak(words) == expected


def test_no_more_processes_are_asked_for_than_windows_can_wait_for(monkeypatch):
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ValueError, match="max_workers must be <= 61"):
        ProcessPoolExecutor(MOST + 1)
    with _pool(128) as pool:
        assert pool._max_workers == MOST


def test_a_wait_for_workers_is_never_without_an_end(monkeypatch):
    """On Windows no signal ends a wait, so that Ctrl-C would be heard when the next file is done."""
    patience = []

    def noted(pending, timeout=None, return_when=None):
        patience.append(timeout)
        return wait(pending, timeout, return_when)

    monkeypatch.setattr(workers, "wait", noted)
    with ThreadPoolExecutor(1) as pool:
        assert dict(workers._through(pool, abs, [-1, -2, 3])) == {-1: 1, -2: 2, 3: 3}
    assert patience and None not in patience


def test_an_ffmpeg_that_lies_in_the_folder_one_is_in_is_not_run(tmp_path, monkeypatch):
    (tmp_path / "ffmpeg").write_text("#!/bin/sh\n")
    (tmp_path / "ffmpeg").chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", ".")  # where Windows looks first in any case
    assert installed() is None
    monkeypatch.setenv("PATH", str(tmp_path))
    assert installed() == str(tmp_path / "ffmpeg")


@pytest.mark.parametrize(("kind", "ends"), [(0, False), (1, False), (2, True), (5, True), (6, True)])
def test_a_console_that_is_closed_is_told_as_a_hang_up_and_held_until_the_last_words_were_heard(kind, ends):
    caught, waited = Caught(), []
    assert caught.hang_up(kind, waited.append) is ends
    assert caught.any is caught.unheard is caught.hung_up is ends and bool(waited) is ends


def test_the_null_device_of_windows_is_no_terminal_at_which_somebody_sits(monkeypatch):
    leader, follower = os.openpty()
    with closing(os.fdopen(follower, encoding="utf-8")) as stream:  # a file that says it is a terminal, as NUL does
        assert is_terminal(stream) and not is_terminal(None)
        monkeypatch.setattr(sys, "platform", "win32")
        assert not is_terminal(stream)
    os.close(leader)


@pytest.fixture
def said(tmp_path, monkeypatch):
    """The exit code of the program in this process, and what it wrote in Western Europe's code page of Windows."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("VOICE_GUIDE_CACHE", str(been_here(tmp_path / "cache")))

    def said(*words, **streams):
        output = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
        for name, stream in ({"stdout": output} | streams).items():
            monkeypatch.setattr(sys, name, stream)
        monkeypatch.setattr(sys, "argv", ["voice-guide", *words])
        with pytest.raises(SystemExit) as end:
            main()
        output.flush()
        return end.value.code, output.buffer.getvalue()

    return said


def test_json_is_json_in_any_code_page(said, tmp_path):
    own = tmp_path / "voice-guide" / "scripts" / "own.yaml"
    own.parent.mkdir(parents=True)
    start = (Path(__file__).parents[1] / "scripts" / "new.yaml").read_text(encoding="utf-8")
    own.write_text(start.replace("NAME", '"Café Łąka"'), encoding="utf-8")
    code, output = said("list", "--json")
    assert code == 0 and "Café Łąka" in [row["name"] for row in json.loads(output)]


class Gone(io.StringIO):
    """A pipe of Windows that nobody reads any more."""

    def write(self, text):
        sys.platform = "win32"
        raise OSError(errno.EINVAL, "Invalid argument")

    def fileno(self):
        return self.end


def test_a_reader_that_has_gone_is_as_quiet_on_windows(said, monkeypatch, tmp_path):
    stdout, stderr = Gone(), io.StringIO()
    monkeypatch.setattr(sys, "platform", sys.platform)
    with (tmp_path / "pipe").open("wb") as pipe:
        stdout.end = pipe.fileno()
        code, _ = said("list", stdout=stdout, stderr=stderr)
    assert (code, stderr.getvalue()) == (1, "")


@pytest.mark.parametrize(
    ("words", "code"), [("list", 0), ("journal --delete", 2), ("profile", 130), ("show nothing", 2)]
)
def test_without_any_stream_as_under_pythonw_a_question_is_no_fault_of_ours(said, words, code):
    assert said(*words.split(), stdin=None, stdout=None, stderr=None) == (code, b"")


def test_a_routine_is_found_by_its_name_however_its_accents_are_written(tmp_path):
    """On macOS a name that was dragged into a terminal has each accent as a sign of its own."""
    start = (Path(__file__).parents[1] / "scripts" / "new.yaml").read_text(encoding="utf-8")
    for form, other in (("NFC", "NFD"), ("NFD", "NFC")):
        own = tmp_path / form
        own.mkdir()
        name = unicodedata.normalize(form, "Café Zärtlich")
        (own / f"{name}.yaml").write_text(start.replace("NAME", f'"{name}"'), encoding="utf-8")
        library = Library(own=own, cache=tmp_path / "cache")
        found = library.find(unicodedata.normalize(other, name).lower())
        assert found.name == name and found.id == "café-zärtlich" and not library.broken
    speaker = Speaker("com.apple.voice.amelie", unicodedata.normalize("NFC", "Amélie"), "fr-ca", "female")
    assert chosen(unicodedata.normalize("NFD", "amélie"), [speaker]) is speaker


def test_nobody_is_guided_by_a_joke_of_macos():
    anna, albert = Speaker("1", "Anna", "de-de"), Speaker("2", "Albert", "en-us")
    samantha, tom = Speaker("3", "Samantha", "en-us"), Speaker("4", "Tom", "en-us")
    assert english([anna, albert, samantha, tom]) is samantha
    assert english([tom, albert, samantha]) is tom
    assert english([anna, albert]) is albert

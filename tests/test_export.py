"""Exports as a person asks for them: any format, everything beside it, and one line where something is wrong."""

import errno
import itertools
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from mutagen.id3 import ID3

from test_mp3 import own_mounts
from voice_guide.formats.captions import SIDECARS

TONE = ("--voice", "tone")
SHORT = """name: Short
about: A press, and a rest.
steps:
  - press: waist point
    hold: 30
    side: left
  - rest: 5
"""
SOUNDS = (
    ".mp3",
    ".wav",
    *(pytest.param(ending, marks=pytest.mark.device) for ending in (".m4a", ".m4b", ".opus", ".flac")),
)


@pytest.fixture
def short(tmp_path):
    script = tmp_path / "short.yaml"
    script.write_text(SHORT, encoding="utf-8")
    return script


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Shared by all here, so that the words are rendered once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def export(run, short, cache):
    return lambda *words, **env: run("export", short, *TONE, *words, **{"VOICE_GUIDE_CACHE": str(cache), **env})


def only_line(text):
    (line,) = text.splitlines()
    return line


def left(folder):
    """What an export left, hidden files too."""
    return sorted(path.name for path in folder.iterdir() if path.name not in ("cache", "short.yaml", "voice-guide"))


@pytest.mark.parametrize("ending", SOUNDS)
def test_the_name_says_the_format_and_twice_gives_the_same_bytes(export, tmp_path, ending, cache):
    data = []
    for folder in (cache, tmp_path / "cache" if ending in (".mp3", ".wav") else cache):
        done = export("-o", f"a{ending}", VOICE_GUIDE_CACHE=str(folder))
        assert (done.returncode, done.stdout, done.stderr) == (0, f"a{ending}\n", "")
        data.append((tmp_path / f"a{ending}").read_bytes())
    assert data[0] == data[1] and len(data[0]) > 10_000
    assert left(tmp_path) == [f"a{ending}"]


@pytest.mark.parametrize(
    ("output", "wanted", "name"),
    [
        (None, None, "short.mp3"),
        (None, "wav", "short.wav"),
        ("folder", None, "folder/short.mp3"),
        ("folder", "wav", "folder/short.wav"),
        ("plain", None, "plain.mp3"),
        ("plain", "wav", "plain.wav"),
        ("No. 5, slowly", None, "No. 5, slowly.mp3"),
        ("LOUD.WAV", None, "LOUD.WAV"),
        ("a.wav", "wav", "a.wav"),
    ],
)
def test_a_folder_a_name_or_nothing_says_where(export, tmp_path, output, wanted, name):
    (tmp_path / "folder").mkdir()
    done = export(*(["-o", output] if output else []), *(["--format", wanted] if wanted else []))
    assert (done.returncode, done.stdout) == (0, f"{name}\n")
    head = (tmp_path / name).read_bytes()[:4]
    assert head == (b"RIFF" if name.lower().endswith("wav") else b"ID3\3")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("-o", "a.mp4"), "'a.mp4' ends in no format there is; did you mean '.mp3'?"),
        (("-o", "a.wav", "--format", "mp3"), "'a.wav' is not the name of a .mp3 file"),
        (("--captions", "vtx"), "no captions 'vtx'; did you mean 'vtt'?"),
        (("--captions", "srt,zzz"), "no captions 'zzz'; there are vtt, srt, lrc, chapters, txt"),
    ],
)
def test_what_there_is_not_is_named_with_what_there_is(export, tmp_path, words, told):
    done = export(*words)
    assert done.returncode == 2 and told in only_line(done.stderr)
    assert left(tmp_path) == []


def test_everything_beside_it_tells_the_times_of_the_one_timeline(export, tmp_path):
    done = export("--all-sidecars")
    names = ["short.mp3", *(f"short{sidecar.ending}" for sidecar in SIDECARS.values()), "short.png"]
    assert done.stdout.splitlines() == names and left(tmp_path) == sorted(names)
    tags = ID3(tmp_path / "short.mp3", translate=False)
    spoken = [(text.strip(), time) for text, time in tags.getall("SYLT")[0].text if text]
    vtt = (tmp_path / "short.vtt").read_text(encoding="utf-8").split("\n\n")[1:]
    shown = [(text, start) for start, text in (cue.strip().split("\n") for cue in vtt)]
    assert [text for text, _ in spoken] == [text for text, _ in shown]
    assert [f"00:{time // 60_000:02}:{time // 1000 % 60:02}.{time % 1000:03}" for _, time in spoken] == [
        start.partition(" ")[0] for _, start in shown
    ]
    chapters = json.loads((tmp_path / "short.chapters.json").read_text(encoding="utf-8"))["chapters"]
    told = [(one.start_time, str(one.sub_frames["TIT2"])) for one in tags.getall("CHAP")]
    assert [(round(1000 * one["startTime"]), one["title"]) for one in chapters] == told
    assert (tmp_path / "short.png").read_bytes() == tags.getall("APIC")[0].data


@pytest.mark.device
def test_the_same_times_stand_beside_every_format(export, tmp_path):
    for ending in (".mp3", ".m4b", ".wav"):
        assert export("-o", f"a{ending}", "--captions", "vtt").stdout == f"a{ending}\na.vtt\n"
        (tmp_path / "a.vtt").rename(tmp_path / f"{ending[1:]}.vtt")
    assert len({(tmp_path / f"{name}.vtt").read_bytes() for name in ("mp3", "m4b", "wav")}) == 1


def test_a_routine_that_presses_nothing_has_no_cover(run, tmp_path):
    (tmp_path / "rest.yaml").write_text("name: Rest\nabout: x\nsteps:\n  - {rest: 5}\n")
    done = run("export", tmp_path / "rest.yaml", *TONE, "--all-sidecars")
    assert done.returncode == 0 and "rest.png" not in done.stdout
    assert not ID3(tmp_path / "rest.mp3").getall("APIC")


def test_without_ffmpeg_one_line_names_it_and_mp3_wav_and_pages_need_none(export, run, short, tmp_path, cache):
    empty = tmp_path / "cache" / "bin"
    empty.mkdir(parents=True)
    for ending in ("m4a", "m4b", "opus", "flac"):
        done = export("--format", ending, PATH=str(empty))
        assert done.returncode == 1 and "ffmpeg" in only_line(done.stderr) and "install it" in done.stderr
    assert left(tmp_path) == []
    for ending in ("mp3", "wav"):
        assert export("--format", ending, PATH=str(empty)).returncode == 0
    assert run("page", short, *TONE, PATH=str(empty), VOICE_GUIDE_CACHE=str(cache)).returncode == 0


def test_without_lame_one_line_names_what_can_be_written(export, tmp_path):
    (tmp_path / "cache" / "bare").mkdir(parents=True)
    (tmp_path / "cache" / "bare" / "lameenc.py").write_text("raise ImportError('none here')")
    bare = {"PYTHONPATH": str(tmp_path / "cache" / "bare"), "VOICE_GUIDE_CACHE": str(tmp_path / "cache")}
    done = export("--format", "mp3", **bare)
    assert done.returncode == 1 and "no MP3 on this machine" in only_line(done.stderr) and left(tmp_path) == []
    assert export("--format", "wav", **bare).returncode == 0


@pytest.mark.parametrize("sickness", ["raise ImportError('no pillow here')", "raise OSError('no fonts here')"])
def test_a_cover_that_cannot_be_drawn_is_one_line_and_no_file(export, tmp_path, sickness):
    sick = tmp_path / "cache" / "PIL"
    sick.mkdir(parents=True)
    (sick / "__init__.py").write_text(sickness)
    done = export("--all-sidecars", PYTHONPATH=str(sick.parent), VOICE_GUIDE_CACHE=str(tmp_path / "cache"))
    assert done.returncode == 1 and "cannot draw the cover of 'Short'" in only_line(done.stderr)
    assert left(tmp_path) == []


DISKS = {
    "full": ("size=4k", "true", f"{os.strerror(errno.ENOSPC)}; make room there"),
    "read-only": (
        "size=9m",
        "mount -o remount,ro {0}",
        f"{os.strerror(errno.EROFS)}; choose a folder you may write to",
    ),
}


@pytest.mark.device
@pytest.mark.parametrize("disk", DISKS)
@pytest.mark.parametrize("name", ["a.mp3", "a.wav", "a.flac", "a.html"])
def test_on_a_disk_that_takes_no_more_one_line_says_so_and_nothing_is_left(tmp_path, short, disk, name, cache):
    size, prepare, told = DISKS[disk]
    folder = tmp_path / "disk"
    folder.mkdir()
    command = [sys.executable, "-m", "voice_guide", "page" if name.endswith("html") else "export", str(short), *TONE]
    text = f"mount -t tmpfs -o {size} tmpfs {folder} && {prepare.format(folder)} && {{ "
    text += " ".join(f"'{word}'" for word in [*command, "-o", str(folder / name)]) + f"; ls -A {folder}; }}"
    mine = {**dict.fromkeys(("HOME", "XDG_DATA_HOME"), str(tmp_path / "cache")), "VOICE_GUIDE_CACHE": str(cache)}
    done = subprocess.run(
        [*own_mounts(), "sh", "-c", text], env={**os.environ, **mine}, capture_output=True, text=True, check=False
    )
    assert told in only_line(done.stderr) and str(folder / name) in done.stderr
    assert done.stdout == ""


def test_what_cannot_be_put_beside_it_is_one_line_and_the_file_is_whole(export, tmp_path):
    (tmp_path / "short.vtt").mkdir()
    done = export("--captions", "vtt,srt")
    assert done.returncode == 1 and "short.vtt: it is a folder" in only_line(done.stderr)
    assert left(tmp_path) == ["short.mp3", "short.vtt"]


def test_two_exports_to_one_name_leave_one_whole_file(short, tmp_path, run, cache):
    mine = {**dict.fromkeys(("HOME", "XDG_DATA_HOME"), str(tmp_path / "cache")), "VOICE_GUIDE_CACHE": str(cache)}
    command = [sys.executable, "-m", "voice_guide", "export", str(short), *TONE, "-o", str(tmp_path / "a.mp3")]
    both = [subprocess.Popen(command, env={**os.environ, **mine}, stdout=subprocess.DEVNULL) for _ in "12"]
    assert [process.wait(60) for process in both] == [0, 0]
    assert left(tmp_path) == ["a.mp3"]
    assert run("verify", tmp_path / "a.mp3").returncode == 0


def test_what_a_killed_export_left_goes_with_the_next_after_an_hour(export, tmp_path):
    old, young = tmp_path / ".short.mp3.0.part", tmp_path / ".short.mp3.1.part"
    for part in (old, young):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert export().returncode == 0
    assert left(tmp_path) == [young.name, "short.mp3"]


def test_a_page_is_written_where_it_is_asked_for(run, short, tmp_path, cache):
    page = partial(run, "page", short, *TONE, VOICE_GUIDE_CACHE=str(cache))
    done = page()
    assert (done.returncode, done.stdout, done.stderr) == (0, "short.html\n", "")
    assert "<title>Short</title>" in (tmp_path / "short.html").read_text(encoding="utf-8")
    for output, name in (("b", "b.html"), ("c.html", "c.html"), (".", "short.html")):
        assert page("-o", output).stdout == f"{name}\n"
    pages = [(tmp_path / name).read_bytes() for name in ("short.html", "b.html", "c.html")]
    assert all(len(one) == len(other) for one, other in itertools.pairwise(pages))


@pytest.mark.long
def test_all_pages_lead_to_the_list_and_the_list_to_them(run, tmp_path, library):
    own = tmp_path / "own"
    own.mkdir()
    (own / "index.yaml").write_text(SHORT.replace("Short", "Index"), encoding="utf-8")
    done = run("page", "--all", *TONE, "-o", "pages", VOICE_GUIDE_SCRIPTS=str(own))
    assert done.returncode == 1
    assert done.stderr.splitlines()[1] == "Index: would be index.html, as 'the list of all' is; give it another name"
    made = {path.name for path in (tmp_path / "pages").glob("*.html")}
    assert made == {"index.html", *(f"{routine.id}.html" for routine in library.routines.values())}
    index = (tmp_path / "pages" / "index.html").read_text(encoding="utf-8")
    assert all(f'href="./{name}"' in index for name in made - {"index.html"})
    assert "leg pain" in index and "waist point" in index
    assert 'href="./index.html"' in Path(tmp_path / "pages" / "soft-landing.html").read_text(encoding="utf-8")
    assert done.stdout.splitlines()[-1] == "pages/index.html"

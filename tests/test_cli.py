"""The command line, run as a listener runs it: what it prints where, and the exit code it leaves."""

import json
import os
import re
import signal
import subprocess
import sys
from itertools import pairwise

import pytest

TONE = ("--voice", "tone")
SILENT = (*TONE, "--sink", "silent")


def only_line(text):
    lines = text.strip().splitlines()
    assert len(lines) == 1, text
    return lines[0]


def test_help_teaches_with_examples(run):
    done = run("--help")
    assert done.returncode == 0
    assert "voice-guide play soft landing" in done.stdout
    for command in re.findall(r"^  (\w+)  ", done.stdout.partition("Commands:")[2], re.M):
        assert run(command, "--help").returncode == 0


def test_the_list_names_every_routine_with_its_minutes(run):
    rows = json.loads(run("list", "--json").stdout)
    assert len(rows) == 24
    landing = next(row for row in rows if row["name"] == "Soft Landing")
    assert landing["id"] == "soft-landing" and "lying ball" in landing["aliases"]
    assert landing["source"] == "shipped" and 11 < landing["minutes"] < 20
    assert "Soft Landing" in run("list").stdout


def test_the_list_says_which_routine_replaces_a_shipped_one(run, tmp_path):
    folder = tmp_path / "mine"
    folder.mkdir()
    script = folder / "a.yaml"
    script.write_text("name: Soft Landing\nabout: Mine.\nsteps:\n  - {rest: 30}\n")
    done = run("list", VOICE_GUIDE_SCRIPTS=str(folder))
    assert "yours, replaces the shipped one" in done.stdout
    rows = json.loads(run("list", "--json", VOICE_GUIDE_SCRIPTS=str(folder)).stdout)
    assert [row["source"] for row in rows if row["replaces"]] == [str(script)]


def test_show_prints_the_timeline_to_the_frame(run):
    shown = json.loads(run("show", "hip pocket ball", *TONE, "--json").stdout)
    assert shown["routine"] == "Hip Pocket Ball" and shown["voice"].startswith("tone")
    cues = shown["cues"]
    assert set(cues[0]) == {"start", "end", "kind", "point", "side", "text"}
    assert all((cue["start"] * 24_000) == pytest.approx(round(cue["start"] * 24_000), abs=1e-6) for cue in cues)
    assert all(before["end"] <= after["start"] for before, after in pairwise(cues))
    presses = [cue for cue in cues if cue["kind"] == "press"]
    assert [(cue["point"], cue["side"]) for cue in presses] == [("gb30", "left"), ("gb30", "right")]
    releases = [cue for cue in cues if cue["kind"] == "release"]
    assert [
        release["start"] - press["start"] for press, release in zip(presses, releases, strict=True)
    ] == pytest.approx([90, 90])
    assert "Back pocket point, left side" in run("show", "hip", "pocket", "ball", *TONE).stdout


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("play the hip pocket ball please", "Hip Pocket Ball"),
        ("hippocket ball", "Hip Pocket Ball"),
        ("golden handfull", "Golden Handful"),
        ("tennis walk", "Tennis Wall Walk"),
        ("soft-landing", "Soft Landing"),
    ],
)
def test_find_tells_which_routine_a_name_means(run, asked, name):
    assert json.loads(run("find", *asked.split(), "--json").stdout)["name"] == name


def test_a_name_that_fits_nothing_suggests_and_leaves_two(run):
    done = run("play", "waste wall", *SILENT)
    assert done.returncode == 2 and "Tennis Wall Walk" in only_line(done.stderr)
    done = run("find", "BL54", "--json")
    assert done.returncode == 2 and len(json.loads(done.stdout)["candidates"]) == 3


def test_check_names_every_fault_and_leaves_three(run, tmp_path):
    bad = tmp_path / "bad.yaml"
    bad.write_text("name: no\nabout: x\nsteps:\n  - {press: elbow}\n  - {rest: 0:30}\n")
    done = run("check", bad)
    assert done.returncode == 3 and "Traceback" not in done.stderr
    assert [line.split(":")[1] for line in done.stderr.splitlines()] == ["1", "5"]


def test_check_says_which_cues_find_no_room(run, tmp_path):
    script = tmp_path / "wordy.yaml"
    words = " ".join(["Rest, and let every breath come and go as it likes."] * 11)
    script.write_text(f"name: Wordy\nabout: x\nsteps:\n  - rest: 80\n    say: {words}\n")
    done = run("check", script)
    assert done.returncode == 0 and "finds no room" in done.stdout


def test_check_says_which_sentences_are_too_long_to_be_followed(run, tmp_path):
    script = tmp_path / "long.yaml"
    words = "Rest, and let every breath come and go as it likes, and then " + "slowly " * 10 + "let go."
    script.write_text(f"name: Long\nabout: x\nsteps:\n  - rest: 80\n    say: {words}\n")
    done = run("check", script)
    assert done.returncode == 0 and done.stdout.splitlines()[-1].endswith(
        "25 words; with closed eyes 20 are followed, make it two"
    )


def test_a_new_script_plays_as_it_is_and_is_never_overwritten(run, tmp_path):
    done = run("new", "Sunday", "Evening")
    path = done.stdout.strip()
    assert path.endswith("sunday-evening.yaml")
    assert run("check", path).returncode == 0
    assert run("find", "sunday evening").stdout == "Sunday Evening\n"
    again = run("new", "Sunday", "Evening")
    assert again.returncode == 1 and "is there already" in only_line(again.stderr)
    assert run("new", 'Odd: "name", & so', "-o", tmp_path / "odd.yaml").returncode == 0
    assert run("check", tmp_path / "odd.yaml").returncode == 0
    assert run("new", "12").returncode == 2
    assert run("new", "a" * 61).returncode == 2
    assert run("new", "caf\udce9").returncode == 2


def test_a_script_plays_by_its_path(run, tmp_path):
    script = tmp_path / "short.yaml"
    script.write_text("name: Short\nabout: x\nsteps:\n  - {rest: 1}\n")
    assert json.loads(run("show", script, *TONE, "--json").stdout)["routine"] == "Short"


def test_an_export_takes_the_routines_name_here_or_in_a_folder(run, tmp_path):
    assert run("export", "muscle truce", *TONE).stdout.strip() == "muscle-truce.mp3"
    assert (tmp_path / "muscle-truce.mp3").stat().st_size > 100_000
    folder = tmp_path / "music"
    folder.mkdir()
    assert run("export", "muscle truce", *TONE, "-o", folder).stdout.strip() == str(folder / "muscle-truce.mp3")


def test_an_export_is_as_long_as_its_timeline_with_a_chapter_a_step(run, tmp_path):
    from mutagen.mp3 import MP3

    run("export", "muscle truce", *TONE, "-o", tmp_path / "a.mp3")
    shown = json.loads(run("show", "muscle truce", *TONE, "--json").stdout)
    file = MP3(tmp_path / "a.mp3")
    assert file.info.length == pytest.approx(shown["seconds"], abs=576 / 24_000)
    assert file["TIT2"].text == ["Muscle Truce"]
    chapters = file.tags.getall("CHAP")
    titles = [chapter.sub_frames["TIT2"].text[0] for chapter in sorted(chapters, key=lambda c: c.start_time)]
    assert titles[:3] == ["Muscle Truce", "Breathe slowly", "Knee crease point, left leg"]
    assert "Half way." in file.tags.getall("USLT")[0].text


@pytest.mark.parametrize("where", ["missing/a.mp3", "a-file/a.mp3"])
def test_an_export_into_nowhere_is_one_line_and_no_file(run, tmp_path, where):
    (tmp_path / "a-file").write_text("")
    done = run("export", "muscle truce", *TONE, "-o", tmp_path / where)
    assert done.returncode == 1 and where.split("/")[0] in only_line(done.stderr)
    assert not list(tmp_path.rglob("*.mp3*"))


def test_a_second_run_renders_nothing(run, tmp_path):
    run("show", "muscle truce", *TONE)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").glob("*.wav")}
    assert before
    run("export", "muscle truce", *TONE, "-o", "a.wav")
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").glob("*.wav")} == before


def test_cache_info_verify_and_clear(run, tmp_path):
    run("show", "muscle truce", *TONE)
    count = len(list((tmp_path / "cache").iterdir()))
    assert f"{count} files" in run("cache", "info").stdout
    next((tmp_path / "cache").iterdir()).write_bytes(b"RIFF")
    assert "1 broken" in run("cache", "verify").stdout
    assert f"removed {count - 1} files" in run("cache", "clear").stdout
    assert not list((tmp_path / "cache").iterdir())


def test_an_unknown_voice_is_one_line_with_the_nearest(run):
    done = run("play", "soft landing", "--voice", "gmw/en-uss", "--sink", "silent")
    assert done.returncode == 5 and "gmw/en-us" in only_line(done.stderr)


@pytest.mark.parametrize("sickness", ["raise ImportError('none here')", "import os; os.kill(os.getpid(), 9)"])
@pytest.mark.parametrize("command", [("play", "--sink", "silent"), ("export",), ("show",)])
def test_without_an_engine_one_line_says_so_and_nothing_is_kept(run, tmp_path, sickness, command):
    folder = tmp_path / "sick"
    folder.mkdir()
    for engine in ("hibari", "pyttsx3"):
        (folder / f"{engine}.py").write_text(sickness)
    done = run(command[0], "soft landing", *command[1:], PYTHONPATH=str(folder))
    assert done.returncode == 5 and "--voice tone" in only_line(done.stderr)
    assert not list(tmp_path.rglob("*.wav")) and not list(tmp_path.rglob("*.mp3*"))


@pytest.mark.long
@pytest.mark.parametrize("sickness", ["raise ImportError('none here')", "import os; os.kill(os.getpid(), 9)"])
def test_without_the_natural_voice_espeak_speaks_and_one_line_says_so(run, tmp_path, sickness):
    folder = tmp_path / "sick"
    folder.mkdir()
    (folder / "hibari.py").write_text(sickness)
    done = run("export", "muscle truce", PYTHONPATH=str(folder))
    assert done.returncode == 0 and "eSpeak" in only_line(done.stderr)
    assert run("verify", "muscle-truce.mp3").returncode == 0
    told = run("doctor", PYTHONPATH=str(folder)).stdout
    assert re.search(r"ok +voice: eSpeak.*because .*natural voice.*pip install", told)


def test_voices_lists_what_there_is(run):
    assert "tone" in run("voices").stdout
    assert any(voice["language"].startswith("en") for voice in json.loads(run("voices", "--json").stdout))


def test_voices_can_be_tried_one_after_the_other(run):
    done = run("voices", "en-us", "--try", "--sink", "silent")
    assert done.returncode == 0
    assert re.findall(r"(?m)^(\S+): ", done.stderr)[:2] == ["natural", "gmw/en-us"]


def test_doctor_tells_what_works_and_the_remedy(run):
    done = run("doctor")
    assert done.returncode == 0
    assert re.search(r"ok +voice: ", done.stdout) and "Traceback" not in done.stderr


def test_an_unknown_sink_and_a_wrong_option_are_said_plainly(run):
    assert run("play", "soft landing", *TONE, "--sink", "gramophone", "--or-export").returncode == 2
    assert run("play", "x" * 300).returncode == 2
    assert run("--debug", "find", "waste wall").returncode == 2
    assert run("play", "soft landing", "--rate", "9000").returncode == 2
    assert run("dance").returncode == 2


def test_names_complete_in_the_shell():
    done = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'voice-guide'; from voice_guide.cli import main; main()"],
        env={**os.environ, "_VOICE_GUIDE_COMPLETE": "bash_complete", "COMP_WORDS": "voice-guide play so", "COMP_CWORD": "2"},
        capture_output=True,
        text=True,
    )  # fmt: skip
    assert "plain,soft-landing" in done.stdout and "plain,sore-spot-hunt" in done.stdout


@pytest.fixture
def short(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text("name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, hold: 30}\n")
    return path


def test_a_signal_ends_in_the_release_and_exit_code_130(short, tmp_path):
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "voice_guide", "play", str(short), *SILENT],
            env={**os.environ, "VOICE_GUIDE_CACHE": str(tmp_path / "cache"), "HOME": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in numbers
    ]
    for playing, number in zip(started, numbers, strict=True):
        assert playing.stderr.readline() == "Welcome to Short.\n"  # the very first words: the last are hardly rendered
        playing.send_signal(number)
    for playing in started:
        with playing:
            rest = playing.stderr.read()
        assert playing.returncode == 130
        assert "We stop here. Come off slowly. Open your eyes. Then roll or step away." in rest


def test_without_a_terminal_there_is_no_progress_line(short, tmp_path, run):
    playing = run("export", short, *TONE, "-o", tmp_path / "a.mp3")
    assert playing.stderr == "" and "\r" not in playing.stdout

"""A session through a real sound server, in real time: what is printed is what is heard, when it is printed."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest

from conftest import been_here
from sound_server import deviceless, off_plan, onsets, start_server, wait_until
from voice_guide.personal.journal import Journal

SCRIPT = "name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, side: left, hold: 30}\n"
VOICE_GUIDE = (sys.executable, "-m", "voice_guide")
TONE = ("--voice", "tone")
LONG_AGO = datetime(2020, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def short(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text(SCRIPT)
    return path


@pytest.fixture
def awake(tmp_path):
    path = tmp_path / "awake.yaml"
    path.write_text(SCRIPT.replace("ending: asleep\n", ""))
    return path


def command(path, *more):
    return [*VOICE_GUIDE, "play", str(path), *TONE, *more]


def environment(env, folder):
    """A home of its own, of somebody who has been here before."""
    journal = Journal(folder / "data" / "journal.sqlite")
    if not journal.records():
        journal.update(journal.begin("x", "X", LONG_AGO, False), seconds=600, done=["palm center"], ended="finished")
    return env | {"VOICE_GUIDE_CACHE": str(been_here(folder / "cache")), "VOICE_GUIDE_DATA": str(folder / "data")}


def speakers():
    """The sinks that can live here, each of which must keep time; in CI, simpleaudio where it can."""
    if sys.version_info >= (3, 12) or not (os.environ.get("CI") or find_spec("simpleaudio")):
        return ["speaker"]
    return ["speaker", "simpleaudio"]


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_every_cue_is_heard_within_twenty_milliseconds_of_the_printed_timeline(tmp_path):
    """Both sinks at once, each on a server of its own: a session takes its time.

    Many of its cues are close together, so that enough of them fall between two stalls of the machine.
    """
    script = tmp_path / "steady.yaml"
    script.write_text(SCRIPT.replace("steps:\n", "steps:\n" + "  - {say: Now., for: 1}\n" * 15))
    env = environment(dict(os.environ), tmp_path)
    shown = subprocess.run([*VOICE_GUIDE, "show", script, *TONE, "--json"], capture_output=True, check=True, env=env)
    printed = [cue["start"] for cue in json.loads(shown.stdout)["cues"]]
    with ExitStack() as stack:
        playing = [(sink, *stack.enter_context(heard_playing(script, sink, tmp_path))) for sink in speakers()]
        for sink, process, _ in playing:
            _, said = process.communicate(timeout=300)
            assert (process.returncode, said) == (0, ""), sink
    for sink, _, recording in playing:
        off = off_plan(recording, printed)
        assert len(off) >= 4 and max(map(abs, off)) < 0.02, (sink, off)


@contextmanager
def heard_playing(script, sink, folder):
    """voice-guide playing to a server of its own: the process and the recording."""
    home = folder / sink
    home.mkdir()
    with start_server(home) as server, server.record() as recording:
        env = environment(server.env, folder)
        with subprocess.Popen(
            command(script, "--sink", sink), env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            yield process, recording


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("sink", speakers())
def test_ctrl_c_is_followed_by_the_release_cue(short, tmp_path, sink):
    with heard_playing(short, sink, tmp_path) as (process, recording):
        wait_until(lambda: len(onsets(recording.sound)) >= 2, "the second cue", 60)
        process.send_signal(signal.SIGINT)
        sent = time.monotonic() - recording.began
        assert process.communicate(timeout=60)[1] == "`voice-guide resume` goes on from here.\n"
        took = time.monotonic() - recording.began - sent
    assert process.returncode == 130
    after = [at for at in onsets(recording.sound) if at > sent - 0.05]
    assert len(after) == 1 and after[0] - sent < 1, (sent, after)
    assert took > 3, "the release cue was cut"


@pytest.mark.device
@pytest.mark.parametrize("sink", speakers())
def test_without_a_device_it_says_so_in_one_line(short, tmp_path, sink):
    done = subprocess.run(
        command(short, "--sink", sink), env=environment(deviceless(tmp_path), tmp_path), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 6
    assert len(done.stderr.splitlines()) == 1 and "voice-guide export" in done.stderr


@pytest.mark.device
@pytest.mark.parametrize("sink", speakers())
def test_without_a_device_the_mp3_is_written_where_that_was_asked_for(short, tmp_path, sink):
    done = subprocess.run(
        command(short, "--sink", sink, "--or-export"), env=environment(deviceless(tmp_path), tmp_path), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "short.mp3\n")
    assert len(done.stderr.splitlines()) == 1
    assert (tmp_path / "short.mp3").exists()


@contextmanager
def at_a_terminal(*words, env):
    """voice-guide at a terminal of its own: yields `read(until)` and `press(keys)`."""
    here, there = pty.openpty()
    process = subprocess.Popen(words, stdin=there, stdout=there, stderr=there, env=env, start_new_session=True)
    os.close(there)
    seen = ""

    def read(until):
        nonlocal seen
        give_up = time.monotonic() + 30
        while not re.search(until, seen):
            assert time.monotonic() < give_up, (until, seen)
            if select.select([here], [], [], 0.1)[0]:
                try:
                    seen += os.read(here, 4096).decode(errors="replace")
                except OSError:
                    assert re.search(until, seen), (until, seen)
        before, seen = seen, ""
        return before

    def press(keys):
        os.write(here, keys.encode())

    def echoes():
        import termios

        return bool(termios.tcgetattr(here)[3] & termios.ECHO)

    try:
        yield process, read, press, echoes
    finally:
        process.kill()
        process.wait()
        os.close(here)


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_each_key_is_answered_progress_is_shown_and_the_terminal_given_back(awake, tmp_path):
    env = environment(dict(os.environ), tmp_path) | {"HOME": str(tmp_path)}
    with at_a_terminal(*command(awake, "--sink", "silent"), env=env) as (process, read, press, echoes):
        read(r"New weakness, bladder")
        press("n")
        read(r"How strong is your pain")
        assert not echoes()
        press("6")
        assert "space pause" in read(r"Welcome to Short")
        read(r"We press")
        for key, answer in [
            ("+", "Louder"),
            ("-", "Softer"),
            ("?", r"Nothing to hold just now. About \w+ minutes? to go"),
            ("l", "Fifteen seconds more"),
            (" ", "Paused. Come off slowly"),
            (" ", "We go on"),
            ("n", "Come off slowly, all the way. We go on"),
            ("?", "You are at the palm center, left hand"),
            ("b", "Come off slowly, all the way. We go back"),
            ("q", "We stop here. Come off slowly"),
        ]:
            press(key)
            read(answer)
            if key == "n":
                read(r"Palm center, left hand · \d:\d\d to go")
        read(r"How strong is your pain now")
        press("1")
        press("0")
        read(r"Ten, thank you")
        read(r"It hurt more after your session today")
        wait_until(lambda: process.poll() is not None, "the end", 30)
        assert process.returncode == 0
        assert echoes()
    told = past_sessions(env)[-1]
    assert (told.routine, told.pain_before, told.pain_after, told.ended) == ("short", 6, 10, "stopped")
    assert (told.done, told.skipped) == ((), (("palm center", "not reached"),))


def past_sessions(env):
    return Journal(Path(env["VOICE_GUIDE_DATA"]) / "journal.sqlite").records()


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_a_warning_sign_ends_it_before_a_press_and_says_what_to_do(short, tmp_path):
    env = environment(dict(os.environ), tmp_path) | {"HOME": str(tmp_path)}
    with at_a_terminal(*command(short, "--sink", "silent"), env=env) as (process, read, press, _):
        read(r"New weakness, bladder")
        press("y")
        read("call your emergency number now")
        wait_until(lambda: process.poll() is not None, "the end", 30)
        assert process.returncode == 4
    assert len(past_sessions(env)) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_a_closed_terminal_ends_the_session_as_a_stop_does(short, tmp_path):
    """In somebody's first session, which ends in a line about the profile."""
    env = {**os.environ, "HOME": str(tmp_path), "VOICE_GUIDE_DATA": str(tmp_path), "VOICE_GUIDE_CACHE": str(tmp_path)}
    here, there = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", *command(short, "--sink", "silent")], stdin=there, stdout=there, stderr=there, env=env
    )
    os.close(there)
    os.read(here, 4096)
    os.close(here)
    assert process.wait(timeout=30) == 130


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_arrow_and_function_keys_mean_nothing(short, tmp_path):
    env = environment(dict(os.environ), tmp_path) | {"HOME": str(tmp_path)}
    with at_a_terminal(*command(short, "--sink", "silent"), env=env) as (process, read, press, _):
        read("New weakness, bladder")
        press("\x1bOPn")
        read("We press")
        press("\x1bOQ\x1b[B\x1b[6~+")
        read("Louder")
        assert process.poll() is None

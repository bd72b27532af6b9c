"""No output and no flood of input touches what is heard: a terminal that takes nothing, a pipe that is full."""

import os
import pty
import signal
import subprocess
import sys
import termios
import threading
import time
from contextlib import contextmanager

import pytest

from sound_server import wait_until
from test_faults import HASTY
from test_play import SCRIPT, TONE, environment, past_sessions
from voice_guide.guide.moment import Moment
from voice_guide.guide.onlooker import Onlooker

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="terminals and pipes of POSIX")
PATIENCE = 20


@contextmanager
def stopped_terminal():
    """One whose output is stopped, as by Ctrl-S or Scroll Lock."""
    here, there = pty.openpty()
    termios.tcflow(there, termios.TCOOFF)
    yield there
    os.close(there)
    os.close(here)


@contextmanager
def unread_terminal():
    """One that is full, as nobody reads it."""
    here, there = pty.openpty()
    fill(there)
    yield there
    os.close(there)
    os.close(here)


@contextmanager
def full_pipe():
    out, into = os.pipe()
    fill(into)
    yield into
    os.close(into)
    os.close(out)


def fill(file):
    os.set_blocking(file, False)
    for size in (4096, 1):
        try:
            while os.write(file, b"x" * size):
                pass
        except BlockingIOError:
            continue
    os.set_blocking(file, True)


@pytest.fixture
def play(tmp_path):
    """A short session at sixty times the pace, with captions."""
    script = tmp_path / "short.yaml"
    script.write_text(SCRIPT)
    env = environment(dict(os.environ), tmp_path)

    def play(stderr, stdin=subprocess.DEVNULL, pace=60):
        words = [*HASTY, str(pace), "play", str(script), *TONE, "--sink", "silent", "--no-questions"]
        return subprocess.Popen(words, env=env, stdin=stdin, stdout=subprocess.DEVNULL, stderr=stderr)

    play.env = env
    return play


def begun(env):
    wait_until(lambda: past_sessions(env)[-1].name == "Short", "the session", PATIENCE)


@pytest.mark.parametrize("terminal", [stopped_terminal, unread_terminal, full_pipe])
def test_a_session_goes_on_to_its_end_whatever_takes_no_output(play, terminal):
    with terminal() as stderr, play(stderr) as process:
        assert process.wait(PATIENCE) == 0
    assert past_sessions(play.env)[-1].ended == "finished"


@pytest.mark.parametrize("terminal", [stopped_terminal, full_pipe])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_obeyed_meanwhile(play, terminal, number):
    with terminal() as stderr, play(stderr, pace=5) as process:
        begun(play.env)
        process.send_signal(number)
        assert process.wait(PATIENCE) == 130
    assert past_sessions(play.env)[-1].ended == "interrupted"


def test_a_flood_of_keys_keeps_no_signal_out(play):
    here, there = pty.openpty()
    over = threading.Event()

    def flood():
        os.set_blocking(here, False)
        while not over.is_set():
            try:
                os.write(here, b"x" * 1000)
            except OSError:
                time.sleep(0.001)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        with play(subprocess.DEVNULL, stdin=there, pace=5) as process:
            begun(play.env)
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) == 130
    finally:
        over.set()
        thread.join()
        os.close(there)
        os.close(here)


def moment(said="", title=""):
    return Moment(title, said, None, None, False, False)


def test_words_and_lines_come_in_order_and_of_all_else_the_latest():
    gate, seen = threading.Event(), []

    def show(moment):
        gate.wait(PATIENCE)
        seen.append(moment.said or moment.title)

    onlooker = Onlooker(seen.append, show)
    onlooker.show(moment("one"))
    for number in range(100):
        onlooker.show(moment(title=f"at {number}"))
    onlooker.tell("a line")
    onlooker.show(moment("two"))
    gate.set()
    assert onlooker.close()
    assert seen == ["one", "a line", "two", "at 99"]


def test_what_who_looks_on_raises_is_raised_at_the_end():
    def show(moment):
        raise RuntimeError("a window was closed")

    onlooker = Onlooker(print, show)
    onlooker.show(moment("one"))
    with pytest.raises(RuntimeError, match="a window was closed"):
        onlooker.close()


def test_who_takes_nothing_is_waited_for_a_moment_only(monkeypatch):
    monkeypatch.setattr("voice_guide.guide.onlooker.PATIENCE", 0.01)
    never = threading.Event()
    onlooker = Onlooker(print, lambda moment: never.wait(PATIENCE))
    onlooker.show(moment("one"))
    assert not onlooker.close()
    never.set()

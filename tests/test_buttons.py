"""Everything that is one button, or several: its rule, pedals at a real terminal, the pipe, media keys on a real bus."""

import gc
import logging
import os
import pty
import shutil
import socket
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sound_server import wait_until
from voice_guide.cli.tell import tell_command
from voice_guide.controls.button import FIRST_REPEAT, LONG, LONG_TAKES, MANY, MEANING, TOGETHER, Button
from voice_guide.controls.keys import Keys
from voice_guide.controls.mpris import Mpris
from voice_guide.controls.pipe import FEW, WORDS, Pipe, pipe_path, tell
from voice_guide.errors import ChoiceError, VoiceGuideError
from voice_guide.player.command import Command, Place

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="terminals and pipes of POSIX")
unhurried = settings(deadline=None)
TICK = 0.06
"""Seconds between two reads of the keys while a speaker takes sound."""
FINGER = st.floats(0.1, 0.42)
"""Seconds between two presses of a group, which stay a group when read late."""


class Clock:
    """A time that goes on when told."""

    def __init__(self):
        self.time = 1000.0

    def __call__(self):
        return self.time

    def on(self, seconds):
        self.time += seconds


@pytest.fixture
def clock():
    return Clock()


def heard(times, tick=0.0):
    """What a button makes of keys that arrive at these times, read every `tick` seconds or at once."""
    button, found = Button(), []
    if tick:
        for read in range(round((max(times) + 1) / tick) + 1):
            for at in times:
                if (read - 1) * tick < at <= read * tick:
                    button.press(read * tick)
            found += button.commands(read * tick)
    else:
        for at in times:
            found += button.commands(at)
            button.press(at)
    return found + button.commands(max(times) + 10)


def laid(groups):
    """The times of groups of presses, each given by the seconds between them, a second apart."""
    at, times = 1.0, []
    for gaps in groups:
        times.append(at)
        for gap in gaps:
            at += gap
            times.append(at)
        at += 1
    return times


@unhurried
@given(st.lists(st.lists(FINGER, max_size=5), min_size=1, max_size=5), st.sampled_from([0.0, 0.02, TICK]))
def test_each_group_of_presses_becomes_its_one_command(groups, tick):
    expected = [MEANING.get(1 + len(gaps), MANY) for gaps in groups]
    assert heard(laid(groups), tick) == expected


def held(before, delay, rate, repeats):
    """Presses, the last of them held until its key came `repeats` times more."""
    start = before[-1] + delay
    return [*before, *(start + number * rate for number in range(repeats))]


DELAY, RATE = st.floats(0.25, 0.66), st.floats(0.025, 0.04)


@unhurried
@given(st.lists(FINGER, max_size=3), DELAY, RATE, st.integers(LONG + 2, 200), st.sampled_from([0.0, 0.02, TICK]))
def test_a_long_press_stops_once_within_a_second(gaps, delay, rate, repeats, tick):
    times = held(laid([gaps]), delay, rate, repeats)
    found = heard(times, tick)
    assert found.count(Command.STOP) == 1 and found[-1] is Command.STOP
    assert len(found) == 1 or delay + tick >= TOGETHER  # a slow keyboard: it pauses first
    began = times[len(gaps)]
    early = [at for at in times if at < began + 1]
    assert Command.STOP in heard(early, tick)


@unhurried
@given(DELAY, RATE, st.integers(3, 5))
def test_a_press_that_is_a_little_too_long_is_one(delay, rate, repeats):
    assert heard(held([1.0], delay, rate, repeats)) == [Command.TOGGLE]


ARRIVALS = st.lists(st.floats(0, 1), min_size=1, max_size=40).map(
    lambda gaps: [1 + sum(gaps[: number + 1]) for number in range(len(gaps))]
)


@unhurried
@given(ARRIVALS)
def test_nothing_stops_but_a_run_that_no_finger_can_press(times):
    runs = any(times[at + LONG - 1] - times[at] <= LONG_TAKES for at in range(len(times) - LONG + 1))
    assert (Command.STOP in heard(times)) == runs


@unhurried
@given(ARRIVALS)
def test_no_group_of_presses_is_lost_and_none_counts_twice(times):
    starts = [at for at, last in zip(times, [-10.0, *times], strict=False) if at - last >= TOGETHER]
    apart = [at for at, last in zip(times, [-10.0, *times], strict=False) if at - last > FIRST_REPEAT[1]]
    assert len(apart) <= len(heard(times)) <= len(starts)


def test_how_often_it_is_asked_changes_nothing():
    button, times = Button(), laid([[], [0.2], [0.2, 0.2]])
    for at in times:
        button.press(at)
    assert not button.due(times[-1]) or button.commands(times[-1]) == [Command.TOGGLE, Command.NEXT]
    assert not button.due(times[-1] + 0.4) and button.due(times[-1] + TOGETHER)
    assert button.commands(times[-1] + 9) == [Command.REPEAT]
    assert button.commands(times[-1] + 99) == []


@contextmanager
def typing(monkeypatch, *how):
    """Keys at a terminal, and what types them."""
    here, there = pty.openpty()
    with os.fdopen(there, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with Keys(*how) as keys:

            def typed(text):
                os.write(here, text if isinstance(text, bytes) else text.encode())
                wait_until(keys._readable, "the key")

            yield keys, typed
    os.close(here)


@POSIX
def test_without_the_one_button_each_key_means_what_it_says(monkeypatch):
    with typing(monkeypatch) as (keys, typed):
        typed(" nBrl+=-?q")
        assert keys.commands() == [
            Command.TOGGLE, Command.NEXT, Command.BACK, Command.REPEAT, Command.LONGER, Command.LOUDER, Command.LOUDER,
            Command.SOFTER, Command.WHERE, Command.STOP,
        ]  # fmt: skip
        typed("\x1b[A\x1b[B\x1bOC\x1b[5~\x1b[6~\x1bOPx.\n")
        assert keys.commands() == [] and not keys.waiting()


@POSIX
@pytest.mark.parametrize("byte", [b"\xe4", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\x00", b"\xff"])
def test_bytes_that_are_no_letter_take_no_key_away(monkeypatch, byte):
    with typing(monkeypatch) as (keys, typed):
        typed(byte)
        assert keys.commands() == [] and keys.present
        typed("q")
        assert keys.commands() == [Command.STOP]
        typed(byte)
        typed("y")
        assert keys.typed().endswith("y") and keys.present


@POSIX
@pytest.mark.parametrize(
    "key", [" ", "\n", "b", "B", ".", *(f"\x1b[{x}" for x in "ABCD"), "\x1bOA", "\x1b[5~", "\x1b[6~"]
)
def test_what_pedals_presenters_and_page_turners_type_is_the_one_button(monkeypatch, clock, key):
    with typing(monkeypatch, True, clock) as (keys, typed):
        for pause, presses in ((1, 1), (1, 2), (1, 3)):
            clock.on(pause)
            for _ in range(presses):
                typed(key)
                assert keys.commands() == []
                clock.on(0.2)
            assert not keys.waiting()
            clock.on(TOGETHER)
            assert keys.waiting() and keys.commands() == [MEANING[presses]]


@POSIX
def test_a_page_key_held_down_stops_and_q_stops_at_once(monkeypatch, clock):
    with typing(monkeypatch, True, clock) as (keys, typed):
        typed("\x1b[6~")
        found = keys.commands()
        clock.on(0.4 - TICK)
        for _ in range(6):
            clock.on(TICK)
            typed("\x1b[6~\x1b[6~")
            found += keys.commands()
        assert found == [Command.STOP]
        typed("+q")
        assert keys.commands() == [Command.LOUDER, Command.STOP]


@pytest.fixture
def runtime(tmp_path, monkeypatch):
    monkeypatch.setenv("VOICE_GUIDE_RUNTIME", str(tmp_path / "run"))
    return tmp_path / "run"


def echo(line):
    """As somebody would in another terminal."""
    subprocess.run(["sh", "-c", 'echo "$1" > "$0"', str(pipe_path()), line], check=True, timeout=10)


@POSIX
def test_a_line_of_any_program_is_a_command_and_others_mean_nothing(runtime, clock):
    with Pipe(clock) as pipe:
        for word, command in WORDS.items():
            echo(word)
            assert pipe.waiting() and pipe.commands() == [command]
        for line in ("", "pauses", "pause now", "\x1b[A", "ÿ", "x" * 5000):
            echo(line)
            assert pipe.commands() == []
        echo(" Skip \npress\nlouder")
        assert pipe.commands() == [Command.NEXT, Command.LOUDER]
        clock.on(TOGETHER)
        assert pipe.commands() == [Command.TOGGLE] and not pipe.waiting()
    assert not pipe_path().exists()


@POSIX
def test_a_word_without_an_end_counts_when_its_writer_has_gone(runtime):
    with Pipe() as pipe:
        path = pipe_path()
        path.write_bytes(b"pau")
        assert pipe.commands() == [] == pipe.commands()
        path.write_bytes(b"se\nsto")
        assert pipe.commands() == [Command.PAUSE]
        path.write_bytes(b"p")
        assert pipe.commands() == [] and pipe.waiting()
        assert pipe.commands() == [Command.STOP]


@POSIX
def test_a_line_that_nobody_ends_takes_no_word_with_it(runtime, clock):
    with Pipe(clock) as pipe:
        pipe_path().write_bytes(b"xx")
        assert pipe.commands() == []
        tell("stop")
        assert pipe.commands() == [Command.STOP]
        pipe_path().write_bytes(b"xx")
        assert pipe.commands() == []
        clock.on(2)
        echo("stop")
        assert pipe.commands() == [Command.STOP]


@POSIX
def test_a_flood_is_neither_waited_for_nor_obeyed_for_long(runtime):
    with Pipe() as pipe, subprocess.Popen(["sh", "-c", 'exec yes next > "$0"', str(pipe_path())]) as flood:
        wait_until(pipe.waiting, "the flood")
        for _ in range(50):
            assert len(pipe.commands()) <= FEW
        flood.kill()
        flood.wait()
        while pipe.commands():
            pass
        tell("stop")
        assert pipe.commands()[-1:] == [Command.STOP]


@POSIX
def test_noise_is_no_command(runtime):
    with Pipe() as pipe:
        for _ in range(20):
            end = os.open(pipe_path(), os.O_WRONLY | os.O_NONBLOCK)
            os.write(end, os.urandom(4096))
            os.close(end)
            assert pipe.commands() == []
        assert len(pipe._rest) <= 64


@POSIX
def test_the_pipe_is_for_its_owner_alone_and_gone_with_its_session(runtime):
    with Pipe() as pipe:
        assert pipe.path == pipe_path() and pipe.fault == ""
        assert stat.S_IMODE(runtime.stat().st_mode) == 0o700
        assert stat.filemode(pipe.path.stat().st_mode) == "prw-------"
    assert list(runtime.iterdir()) == []
    with pytest.raises(VoiceGuideError, match="no session is playing, 'pause' is lost"):
        tell("pause")


@POSIX
def test_what_a_killed_session_left_is_no_session_and_gives_way(runtime):
    runtime.mkdir(mode=0o700)
    os.mkfifo(pipe_path(), 0o600)
    with pytest.raises(VoiceGuideError, match="no session is playing"):
        tell("pause")
    with Pipe() as pipe:
        tell("pause")
        assert pipe.commands() == [Command.PAUSE]


@POSIX
def test_of_two_sessions_the_last_started_has_the_pipe_and_keeps_it(runtime):
    with Pipe() as first:
        with Pipe() as last:
            tell("next")
            assert (first.commands(), last.commands()) == ([], [Command.NEXT])
            first.close()
            tell("back")
            assert last.commands() == [Command.BACK]
        assert first.commands() == [] and not first.waiting()
    assert list(runtime.iterdir()) == []


@POSIX
def test_when_the_newer_session_ends_or_the_folder_is_removed_the_older_one_is_told(runtime, clock):
    def told(pipe):
        clock.on(2)
        pipe.waiting()
        tell("stop")
        return pipe.commands()

    with Pipe(clock) as first:
        with Pipe(clock) as last:
            assert (told(last), told(first)) == ([Command.STOP], [])
            assert last.commands() == [Command.STOP]
        assert told(first) == [Command.STOP]
        killed = Pipe(clock).__enter__()
        os.close(killed._end)
        assert told(first) == [Command.STOP]
        shutil.rmtree(runtime)
        assert told(first) == [Command.STOP]
    assert list(runtime.iterdir()) == []


@POSIX
def test_a_folder_that_cannot_hold_a_pipe_is_no_fault_of_the_session(runtime):
    runtime.mkdir()
    runtime.chmod(0o777)
    with Pipe() as pipe:
        assert f"others may change what lies in {runtime}: chmod 700 " in pipe.fault and pipe.path is None
        assert pipe.commands() == [] and not pipe.waiting()
    runtime.chmod(0o700)
    pipe_path().mkdir()
    with Pipe() as pipe:
        assert pipe.fault
    assert list(runtime.iterdir()) == [pipe_path()]
    pipe_path().rmdir()
    pipe_path().write_text("mine")
    with pytest.raises(VoiceGuideError, match="it is no pipe"):
        tell("pause")
    assert pipe_path().read_text() == "mine"


@POSIX
def test_tell_is_silent_where_it_worked_and_names_the_nearest_word_else(runtime, capsys):
    with Pipe() as pipe:
        tell_command.main(["Pause"], standalone_mode=False)
        assert pipe.commands() == [Command.PAUSE]
        with pytest.raises(ChoiceError, match="no command 'puase'; did you mean 'pause'"):
            tell_command.main(["puase"], standalone_mode=False)
        with pytest.raises(ChoiceError, match="no command 'xyzzy'; there are pause, "):
            tell_command.main(["xyzzy"], standalone_mode=False)
        assert pipe.commands() == []
    assert capsys.readouterr() == ("", "")


def standing(step=0, left=None, paused=False):
    return Place(step, None, None, left, paused)


@contextmanager
def daemon(folder, monkeypatch):
    """A D-Bus of our own."""
    address = f"unix:path={folder / 'bus'}"
    words = ["dbus-daemon", "--session", "--nofork", "--nopidfile", f"--address={address}", "--print-address"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout.readline()
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
            yield process
        finally:
            process.kill()


def remote(*words):
    """What playerctl says."""
    done = subprocess.run(["playerctl", "-p", "voice_guide", *words], capture_output=True, text=True, timeout=10)
    return done.stdout.strip()


@contextmanager
def player(folder, monkeypatch, *how):
    with daemon(folder, monkeypatch) as process, Mpris("Short", ["Begin", "Left palm"], *how) as mpris:
        wait_until(lambda: remote("status"), "the player on the bus")
        yield mpris, process


@pytest.mark.device
def test_every_media_key_arrives_at_once(tmp_path, monkeypatch):
    keys = {
        "play-pause": Command.TOGGLE,
        "next": Command.NEXT,
        "previous": Command.BACK,
        "stop": Command.STOP,
        "play": Command.CONTINUE,
        "pause": Command.PAUSE,
    }
    with player(tmp_path, monkeypatch) as (mpris, _):
        mpris.show(standing(), 1.0)
        for key, command in keys.items():
            remote(key)
            assert mpris.waiting() and mpris.commands() == [command]
        assert not mpris.waiting()


@pytest.mark.device
def test_the_volume_of_the_desktop_is_the_gain_in_its_steps(tmp_path, monkeypatch):
    with player(tmp_path, monkeypatch) as (mpris, _):
        mpris.show(standing(), 1.0)
        assert float(remote("volume")) == 1.0
        remote("volume", "0.05+")
        assert mpris.commands() == [Command.LOUDER]
        mpris.show(standing(), 1.25)
        assert float(remote("volume")) == 1.25
        remote("volume", "0.64")
        assert mpris.commands() == [Command.SOFTER] * 3
        mpris.show(standing(), 0.64)
        remote("volume", "0.64")
        assert mpris.commands() == []
        remote("volume", "0")
        assert mpris.commands() == [Command.SOFTER] * 8


@pytest.mark.device
def test_the_desktop_shows_routine_step_and_time_and_hears_of_changes(tmp_path, monkeypatch, clock):
    with player(tmp_path, monkeypatch, False, clock) as (mpris, _):
        assert remote("status") == "Stopped"
        line, told = "{{status}} {{artist}} {{title}} {{mpris:length}}", tmp_path / "told"
        words = ["playerctl", "-p", "voice_guide", "--follow", "metadata", "--format", line]
        with told.open("w") as output, subprocess.Popen(words, stdout=output) as follow:

            def shown(line, *place, **more):
                mpris.show(standing(*place, **more), 1.0)
                wait_until(lambda: told.read_text().endswith(f"{line}\n"), line)

            try:
                wait_until(lambda: "Stopped Short" in told.read_text(), "the routine")
                shown("Playing Short Begin ", 0)
                clock.on(10)
                shown("Playing Short Left palm 60000000", 1, 50.0)
                assert "/org/voice_guide/step/1" in remote("metadata", "mpris:trackid")
                assert round(float(remote("position")), 2) == 10
                mpris.show(standing(1, 50.5), 1.0)
                shown("Paused Short Left palm 60000000", 1, 50.0, paused=True)
                clock.on(100)
                shown("Playing Short Left palm 75000000", 1, 65.0)
                assert round(float(remote("position")), 2) == 10
            finally:
                follow.kill()
        assert "60500000" not in told.read_text()


@pytest.mark.device
def test_the_button_of_a_headset_counts_its_presses_however_it_is_called(tmp_path, monkeypatch, clock):
    with player(tmp_path, monkeypatch, True, clock) as (mpris, _):

        def pressed(*keys):
            for key in keys:
                remote(key)
                clock.on(0.2)
            clock.on(TOGETHER)
            return mpris.commands()

        mpris.show(standing(), 1.0)
        assert pressed("play-pause") == [Command.TOGGLE]
        assert pressed("play-pause", "play-pause") == [Command.NEXT]
        assert pressed("pause", "pause", "pause") == [Command.REPEAT]
        assert pressed("next") == [Command.NEXT]
        mpris.take(Command.CONTINUE)  # it plays already
        mpris.show(standing(paused=True), 1.0)
        mpris.take(Command.PAUSE)
        assert pressed("play") == [Command.TOGGLE]


@pytest.mark.device
def test_titles_that_no_bus_can_carry_are_shown_as_far_as_they_go(tmp_path, monkeypatch):
    with player(tmp_path, monkeypatch) as (mpris, _):
        mpris._titles = ["\0\ud800é"]
        mpris.show(standing(), 1.0)
        wait_until(lambda: remote("metadata", "title") == "?é", "the title")


def nothing_left():
    gc.collect()
    assert [thread.name for thread in threading.enumerate() if thread.name == "mpris"] == []
    assert logging.root.handlers == [
        handler for handler in logging.root.handlers if "pytest" in type(handler).__module__
    ]


@pytest.mark.device
def test_a_bus_that_goes_away_takes_nothing_with_it(tmp_path, monkeypatch, capfd):
    with player(tmp_path, monkeypatch) as (mpris, process):
        process.kill()
        wait_until(lambda: mpris.fault, "the end of the bus")
        mpris.show(standing(), 1.0)
        assert mpris.commands() == []
    nothing_left()
    assert capfd.readouterr() == ("", "")


def test_without_a_bus_there_are_no_media_keys_and_no_word_of_it(tmp_path, monkeypatch, capfd):
    for address in ("", f"unix:path={tmp_path / 'nowhere'}", "nonsense", "disabled:"):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        with Mpris("Short", ["Begin"]) as mpris:
            wait_until(lambda mpris=mpris: mpris.fault, "the reason")
            mpris.show(standing(), 1.0)
            assert mpris.commands() == []
        assert mpris.fault.startswith("no media keys: ")
    nothing_left()
    assert capfd.readouterr() == ("", "")


IN, NO_NAME = b"OK x\r\n", b"l\2\1\1" + bytes(4) + b"\1\0\0\0\x08\0\0\0\5\1u\0\1\0\0\0"
"""What a bus says that lets us in, and then one that leaves out the name it is to give us."""


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="sockets of POSIX")
@pytest.mark.parametrize(
    "says", [None, [b""], [b"REJECTED\r\n"], [b"OK x\r\n\0garbage" * 9], [IN], [IN, b"garbage" * 9], [IN, NO_NAME]]
)
def test_a_bus_that_hangs_or_talks_nonsense_is_left_at_once(tmp_path, monkeypatch, capfd, says):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path / 'bus'}")
    monkeypatch.setattr(logging.root, "handlers", [])  # where nobody asked for a log, Python prints warnings
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "bus"))
        listening.listen()
        with Mpris("Short", ["Begin"]) as mpris, listening.accept()[0] as end, end.makefile("rb") as lines:
            for answer in says or [b""]:
                lines.readline()
                end.sendall(answer)
            if says is not None:
                end.shutdown(socket.SHUT_WR)
                wait_until(lambda: mpris.fault, "the reason")
                assert mpris.fault.removeprefix("no media keys: ")
            mpris.close()
    nothing_left()
    assert capfd.readouterr() == ("", "")

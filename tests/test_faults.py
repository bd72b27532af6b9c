"""What breaks a session from outside, done for real: kills, closed lids, Ctrl-Z; and what can be gone on with."""

import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from sound_server import onsets, start_server, wait_until
from test_mp3 import own_mounts
from test_play import TONE, VOICE_GUIDE, at_a_terminal, environment, past_sessions, speakers
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import Mark, lay
from voice_guide.pcm import frames, seconds
from voice_guide.personal.bookmark import Bookmarks
from voice_guide.player.resume import TOO_SHORT, resumed
from voice_guide.voices.tone import Tone

pytestmark = pytest.mark.long
SCRIPT = """\
name: Short
about: x
avoid: []
ending: asleep
steps:
  - {press: palm center, hold: 30}
  - {rest: 15}
"""
HASTY = (sys.executable, str(Path(__file__).with_name("hasty.py")))
SPEED = 10
KILLING = 15
"""Times as fast; faster, a place would have less than a few milliseconds to be written in."""
KILLS = 50
CHAINS = 5


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text(SCRIPT)
    return path


class Listener:
    """Somebody whose sessions are killed again and again; tells what they heard of the script, by number."""

    def __init__(self, home, script, library, seed):
        self.script, self.random = script, random.Random(seed)
        self.env = environment(dict(os.environ), home)
        self.said = home / "said"
        self.phrases = library.phrases
        self.plan = compile_script(library.read(script), library.phrases, day=date.today().toordinal())
        self.clips = laid(self.plan)
        self.kills = 0

    def listen_and_be_killed(self, least):
        """Whole sessions, one after the other, until there were so many kills."""
        self.least = least
        while self.kills < least:
            self.whole_session()
        return self.kills

    def whole_session(self):
        heard = []
        while True:
            page = place(self.env)
            killed, lines = self.run(*(["resume"] if page else ["play", str(self.script), *TONE]))
            cues = [clip.cue for clip in laid(self.expected(page)) if clip.cue.text]
            assert lines == [cue.text for cue in cues[: len(lines)]]
            numbers = [cue.number for cue in cues[: len(lines)] if cue.number >= 0]
            assert len({*heard} & {*numbers}) <= 1, (heard, numbers, page)
            heard += [number for number in numbers if number not in heard]
            if not killed:
                break
        assert heard == sorted(heard)
        missed = [clip for clip in self.clips if clip.cue.number not in heard]
        assert all(clip.cue.kind == "release" or clip.start > self.too_late(clip) for clip in missed)
        assert all(clip.cue.kind in ("release", "breathe", "count") for clip in missed)
        assert place(self.env) is None

    def too_late(self, clip):
        """The frame from which on nobody gets back into the hold of this clip."""
        release = next(c for c in self.clips if c.cue.kind == "release" and c.start > clip.start)
        return release.start - frames(TOO_SHORT)

    def expected(self, page):
        if page is None or page.cue == 0:
            return self.plan
        return resumed(self.plan, Mark(page.cue, page.wait), page.noticed, self.phrases, "Short", 140)

    def run(self, *words):
        """One process until it ends or is killed, at an instant that nobody chose: whether it was, and its words.

        On a machine that is busy at fifteen times the pace, it may tell that the voice was late.
        """
        with self.said.open("wb") as said:
            process = subprocess.Popen(
                [*HASTY, str(KILLING), *words, "--sink", "silent"], env=self.env, stdin=subprocess.DEVNULL, stderr=said
            )
            try:
                process.wait(self.random.uniform(0.1, 4) if self.kills < self.least else 60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.kills += 1
        killed = process.returncode == -signal.SIGKILL
        assert killed or process.returncode == 0, self.said.read_text()
        lines = self.said.read_text().splitlines()
        return killed, [line for line in lines if not line.startswith("The voice was late by ")]


def laid(plan):
    voice = Tone(140)
    return tuple(lay((cue, voice.speak(cue.text)) for cue in plan.cues))


def test_killed_at_fifty_instants_every_cue_is_heard_and_one_at_most_twice(script, tmp_path, library):
    homes = [tmp_path / f"home{number}" for number in range(CHAINS)]
    listeners = [Listener(home, script, library, seed) for seed, home in enumerate(homes)]
    with ThreadPoolExecutor(CHAINS) as pool:
        kills = sum(pool.map(lambda one: one.listen_and_be_killed(KILLS // CHAINS), listeners))
    assert kills >= KILLS


class Told(list):
    """Lines of a process, each with the time at which it came."""

    def __init__(self, stream):
        super().__init__()
        self.thread = threading.Thread(target=self.copy_all, args=(stream,))
        self.thread.start()

    def copy_all(self, stream):
        for line in stream:
            self.append((time.monotonic(), line.rstrip()))

    def when(self, words):
        """When a line with these words came; none until it does."""
        return next((at for at, line in [*self] if words in line), None)


@contextmanager
def playing(words, env):
    """voice-guide, and what it tells."""
    with subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        told = Told(process.stderr)
        try:
            yield process, told
        finally:
            process.kill()
            told.thread.join()


def broken_off_at(plan, script, env):
    """Have a session killed where the first hold begins, to go on from there; returns the number of that cue."""
    press = next(cue for cue in plan.cues if cue.kind == "press")
    with playing([*HASTY, "30", "play", str(script), *TONE, "--sink", "silent"], env) as (_, told):
        wait_until(lambda: told.when(press.text), "the hold", 30)
        wait_until(lambda: place(env).cue == press.number, "its place", 5)
    return press.number


def place(env):
    """Where the session that was heard last stood; None where there is none to go on with."""
    return next(iter(Bookmarks(Path(env["VOICE_GUIDE_DATA"])).read()), None)


def holding(env, plan):
    """Whether the session is inside its first hold, some seconds before the release."""
    page = place(env)
    press = next(cue.number for cue in plan.cues if cue.kind == "press")
    return page is not None and page.cue > press + 1


@pytest.mark.alone
@pytest.mark.device
def test_a_sound_server_that_was_killed_is_waited_for_and_the_hold_ends_on_time(script, tmp_path, library):
    """The monitor is recorded before and after: the release comes as long after the press as if nothing had been."""
    plan = compile_script(library.read(script), library.phrases, day=date.today().toordinal())
    with ThreadPoolExecutor() as pool:
        figures = [*pool.map(lambda sink: lost_in_the_hold(sink, KILLED, script, tmp_path, plan, library), speakers())]
    for sink, *figure in figures:
        in_time(sink, *figure)


@pytest.mark.alone
@pytest.mark.device
def test_after_a_sound_server_stood_still_the_hold_ends_on_time(script, tmp_path, library):
    """simpleaudio does not tell how far the sound is."""
    plan = compile_script(library.read(script), library.phrases, day=date.today().toordinal())
    in_time(*lost_in_the_hold("speaker", FROZEN, script, tmp_path, plan, library))


def in_time(sink, noticed, back, late):
    print(f"{sink}: noticed after {noticed:.2f} s, back {back:.2f} s after the server, release {late:+.3f} s")
    assert noticed <= 1.5 and back < 3 and abs(late) < 0.5


@contextmanager
def thawed(server, home):
    server.process.send_signal(signal.SIGCONT)
    yield server


KILLED = (signal.SIGKILL, lambda server, home: start_server(home))
FROZEN = (signal.SIGSTOP, thawed)
"""What the server is sent, and how there is one again."""


def lost_in_the_hold(sink, fault, script, folder, plan, library):
    """Seconds until it was noticed, from the server until the first words, and by which the release was late."""
    number, another = fault
    home = folder / sink
    home.mkdir()
    with start_server(home) as server:
        env = environment(server.env, home)
        first = broken_off_at(plan, script, env)
        clips = laid(resumed(plan, Mark(first), [cue.text for cue in plan.cues], library.phrases, "Short", 140))
        press = next(number for number, clip in enumerate(clips) if clip.cue.kind == "press")
        hold = seconds(released(clips) - clips[press].start)
        with playing([*VOICE_GUIDE, "resume", "--sink", sink], env) as (process, told):
            with server.record() as before:
                wait_until(lambda: holding(env, plan), "the hold", 60)
            server.process.send_signal(number)
            lost = time.monotonic()
            pressed = before.began + onsets(before.sound)[press]
            wait_until(lambda: told.when("The sound device is gone"), "the notice", 5)
            time.sleep(3)
            with another(server, home) as again, again.record() as after:
                there = time.monotonic()
                wait_until(lambda: time.monotonic() > pressed + hold + 1, "the release", 60)
            process.send_signal(signal.SIGINT)
    heard = [after.began + onset for onset in onsets(after.sound)]
    late = min((at - pressed - hold for at in heard), key=abs)
    return sink, told.when("The sound device is gone") - lost, heard[0] - there, late


def released(clips):
    return next(clip.start for clip in clips if clip.cue.kind == "release")


HURRIED = """
import time
from voice_guide.cli import main
from voice_guide.devices.lasting import Lasting
unwanted, *_ = Lasting.__init__.__defaults__
def clock():
    return time.monotonic() * 10
Lasting.__init__.__defaults__ = (unwanted, clock, clock, lambda span: time.sleep(span / 10))
main()
"""


@pytest.mark.alone
@pytest.mark.device
def test_a_device_that_stays_away_for_a_minute_ends_it_with_six_and_the_place_is_kept(script, tmp_path):
    """The minute passes in six seconds."""
    with start_server(tmp_path) as server:
        env = environment(server.env, tmp_path)
        words = [sys.executable, "-c", HURRIED, "play", str(script), *TONE]
        with playing(words, env) as (process, told):
            with server.record() as recording:
                wait_until(lambda: len(onsets(recording.sound)) >= 3, "the third cue", 60)
                server.process.kill()
            assert process.wait(30) == 6
            told.thread.join()
    assert [line for _, line in told][-2] == "`voice-guide resume` goes on from here."
    assert "gone for 60 seconds" in told[-1][1]
    assert place(env).cue >= 1
    assert past_sessions(env)[-1].ended == "interrupted"


@pytest.mark.alone
@pytest.mark.device
def test_ctrl_c_while_the_device_is_gone_does_not_wait_for_it(script, tmp_path):
    with start_server(tmp_path) as server:
        env = environment(server.env, tmp_path)
        with playing([*VOICE_GUIDE, "play", str(script), *TONE], env) as (process, told):
            with server.record() as recording:
                wait_until(lambda: len(onsets(recording.sound)) >= 2, "the second cue", 60)
                server.process.kill()
            wait_until(lambda: told.when("The sound device is gone"), "the notice", 5)
            process.send_signal(signal.SIGINT)
            assert process.wait(8) == 130
            told.thread.join()
    assert told[-1][1] == "`voice-guide resume` goes on from here."


def heard_a_cue(env):
    """Whether the session is on its way."""
    page = place(env)
    return page is not None and page.cue >= 1


def leaving(how, process, env):
    """Have it end: by a signal, or by a word from elsewhere."""
    if how == "tell stop":
        subprocess.run([*VOICE_GUIDE, "tell", "stop"], env=env, check=True)
    else:
        process.send_signal(how)


@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, "tell stop"], ids=str)
@pytest.mark.parametrize("noticed", [True, False])
@pytest.mark.parametrize("sink", speakers())
def test_who_leaves_does_not_wait_for_a_sound_server_that_stands_still(script, tmp_path, sink, noticed, how):
    """Before it was noticed, and after."""
    with start_server(tmp_path) as server:
        env = environment(server.env, tmp_path)
        with playing([*VOICE_GUIDE, "play", str(script), *TONE, "--sink", sink], env) as (process, told):
            wait_until(lambda: heard_a_cue(env), "the second cue", 60)
            with server.frozen():
                if noticed:
                    time.sleep(4)
                leaving(how, process, env)
                left = time.monotonic()
                assert process.wait(20) == 130
                took = time.monotonic() - left
            told.thread.join()
    print(f"{sink}, {how}: out after {took:.2f} s")
    assert took < 2.5  # two seconds, and a busy machine
    assert told[-1][1] == "`voice-guide resume` goes on from here."


@pytest.mark.alone
@pytest.mark.device
def test_a_sound_server_that_stands_still_again_and_again_leaves_nothing_behind(script, tmp_path):
    """Descriptors and streams are as before, once it goes on; meanwhile they are few."""
    with start_server(tmp_path) as server:
        env = environment(server.env, tmp_path)
        with playing([*VOICE_GUIDE, "play", str(script), *TONE], env) as (process, told):

            def open_files():
                return len([*Path(f"/proc/{process.pid}/fd").iterdir()])

            wait_until(lambda: heard_a_cue(env), "the second cue", 60)
            before = open_files()
            for _ in range(2):
                with server.frozen():
                    time.sleep(12)
                    assert open_files() < before + 30
                wait_until(lambda: open_files() <= before and server.streams() == 1, "what hung to be freed")
            assert len([line for _, line in told if "The sound device is gone" in line]) == 2
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 130


@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("sink", speakers())
def test_a_sound_server_that_stands_still_from_the_beginning_is_no_device(script, tmp_path, sink):
    with start_server(tmp_path) as server, server.frozen():
        env = environment(server.env, tmp_path)
        with playing([*VOICE_GUIDE, "play", str(script), *TONE, "--sink", sink], env) as (process, told):
            assert process.wait(20) == 6
            told.thread.join()
    assert len(told) == 1 and "did not open within 5 seconds" in told[0][1]


def test_a_process_that_slept_says_that_it_is_back_and_the_hold_is_over(script, tmp_path, library):
    """As a closed lid does: stopped in the hold, continued after its end."""
    script.write_text(SCRIPT.replace("ending: asleep\n", ""))  # or nothing would count down
    plan = compile_script(library.read(script), library.phrases, day=date.today().toordinal())
    env = environment(dict(os.environ), tmp_path)
    with playing([*HASTY, str(SPEED), "play", str(script), *TONE, "--sink", "silent"], env) as (process, told):
        wait_until(lambda: told.when("Three."), "the end of the hold", 30)
        process.send_signal(signal.SIGSTOP)
        time.sleep(4)
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: told.when("Now the palm center"), "what comes after", 30)
    lines = [line for _, line in told]
    three = lines.index("Three.")
    release = next(cue.text for cue in plan.cues if cue.kind == "release")
    assert lines[three + 1 : three + 3] == ["We are back.", release]


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_ctrl_z_takes_the_listener_off_first_and_fg_comes_back_into_the_pause(script, tmp_path):
    env = environment(dict(os.environ), tmp_path) | {"HOME": str(tmp_path), "PS1": "ready> "}
    words = " ".join([*HASTY, str(SPEED), "play", str(script), *TONE, "--sink silent --no-questions"])
    with at_a_terminal("bash", "--norc", "--noediting", "-i", env=env) as (_, read, press, echoes):
        press(words + "\n")
        read("Half way")
        assert not echoes()
        press("\x1a")
        read("Paused. Come off slowly, all the way.")
        read("Stopped[^$]*ready> ")
        wait_until(echoes, "the terminal as it was")
        press("fg\n")
        read("We are back. Paused. Come off slowly, all the way.")
        press(" ")
        read("Take up the hold again")
        press("q")
        read("We stop here[^$]*ready> ")
        press("echo code $?\n")
        assert re.search("code 0", read("code \\d+\r"))


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
def test_in_the_background_it_plays_on_and_fg_brings_its_keys_back(script, tmp_path):
    """Begun there with `&`, and sent there with Ctrl-Z and `bg`; Ctrl-\\ ends it as Ctrl-C does."""
    env = environment(dict(os.environ), tmp_path) | {"HOME": str(tmp_path), "PS1": "ready> "}
    words = " ".join([*HASTY, str(SPEED), "play", str(script), *TONE, "--sink silent --no-questions"])
    with at_a_terminal("bash", "--norc", "--noediting", "-i", env=env) as (_, read, press, echoes):
        press(f"stty tostop; {words} &\n")
        read("In the background: `fg` brings it back")
        read("We press")
        assert echoes()
        press("fg\n")
        wait_until(lambda: not echoes(), "its keys")
        press(" ")
        read("Paused. Come off slowly, all the way.")
        press("\x1a")
        read("Stopped[^$]*ready> ")
        press("bg\n")
        read("In the background")
        read("We are back. (We go on|Take up the hold again)")
        wait_until(echoes, "the terminal as it was")
        press("fg\n")
        wait_until(lambda: not echoes(), "its keys")
        press("\x1c")
        read("We stop here[^$]*ready> ")
        press("echo code $?\n")
        assert re.search("code 130", read("code \\d+\r"))
        wait_until(echoes, "the terminal as it was")


def test_stopped_without_a_terminal_it_goes_on_by_itself_when_it_is_continued(script, tmp_path):
    env = environment(dict(os.environ), tmp_path)
    with playing([*HASTY, str(SPEED), "play", str(script), *TONE, "--sink", "silent"], env) as (process, told):
        wait_until(lambda: told.when("Half way"), "the hold", 30)
        process.send_signal(signal.SIGTSTP)
        wait_until(lambda: told.when("Paused. Come off slowly"), "the words", 10)
        time.sleep(2)
        process.send_signal(signal.SIGCONT)
        wait_until(lambda: told.when("Take up the hold again"), "going on", 10)


def test_after_a_signal_the_session_goes_on_where_it_was(script, tmp_path):
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGALRM)
    with ThreadPoolExecutor() as pool:
        for first, last in pool.map(
            lambda number: ended_and_gone_on_with(number, script, tmp_path / number.name), numbers
        ):
            assert "You are at the palm center, left hand. That is number one of two." in first
            assert (last.done, last.ended) == (("palm center",), "finished")


def ended_and_gone_on_with(number, script, home):
    """The first line after it was gone on with, and what the journal tells of the one session that it was."""
    env = environment(dict(os.environ), home)
    with playing([*HASTY, "30", "play", str(script), *TONE, "--sink", "silent"], env) as (process, told):
        wait_until(lambda: told.when("Half way"), "the hold", 30)
        process.send_signal(number)
        assert process.wait(20) == 130
    with playing([*HASTY, "30", "resume", "--sink", "silent"], env) as (process, told):
        assert process.wait(60) == 0
        told.thread.join()
    _, last = past_sessions(env)
    return told[0][1], last


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_who_started_it_with_nohup_hears_it_to_its_end(script, tmp_path):
    env = environment(dict(os.environ), tmp_path)
    words = ["nohup", *HASTY, "60", "play", str(script), *TONE, "--sink", "silent"]
    with playing(words, env) as (process, told):
        wait_until(lambda: told.when("Welcome to Short."), "the first words", 30)
        process.send_signal(signal.SIGHUP)
        assert process.wait(30) == 0


@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("fault", ["dd if=/dev/zero of=disk/filler 2>/dev/null", "mount -o remount,ro disk"])
def test_a_disk_that_takes_no_place_stops_no_session_and_is_told_once(script, tmp_path, fault):
    """A real disk of its own, full or read-only from the first word on."""
    (tmp_path / "disk").mkdir()
    words = [*HASTY, "60", "play", str(script), *TONE, "--sink", "silent", "--no-questions"]
    command = f"mount -t tmpfs -o size=64k tmpfs disk && {{ {fault}; exec {' '.join(map(repr, words))}; }}"
    env = {**os.environ, "HOME": str(tmp_path), "VOICE_GUIDE_DATA": str(tmp_path / "disk")}
    done = subprocess.run(
        [*own_mounts(), "sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60,
        env=env | {"VOICE_GUIDE_CACHE": str(tmp_path / "cache")}, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    said = done.stderr.splitlines()
    assert done.returncode == 0 and any(line.endswith("Good night.") for line in said)
    assert len([line for line in said if "place-" in line]) == 1 and "Traceback" not in done.stderr


@pytest.mark.long
def test_of_two_sessions_at_once_each_keeps_its_own_place(script, tmp_path):
    env = environment(dict(os.environ), tmp_path)
    other = tmp_path / "other.yaml"
    other.write_text(SCRIPT.replace("Short", "Other"))

    def played(script):
        return playing([*HASTY, "30", "play", str(script), *TONE, "--sink", "silent"], env)

    with played(script) as (first, _), played(other) as (second, told):
        wait_until(lambda: told.when("Half way"), "the hold of the second", 30)
        second.send_signal(signal.SIGTERM)
        assert second.wait(20) == 130
        assert first.wait(60) == 0
    assert place(env).routine == str(other)


def test_without_a_place_resume_says_what_to_do(run):
    done = run("resume")
    assert done.returncode == 1 and "voice-guide list" in done.stderr and done.stderr.count("\n") == 1

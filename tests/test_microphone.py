"""What the ear promises; the microphone is a real one, as far as the sound server goes."""

import array
import importlib.util
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from sound_server import MOUTH, Mouth, Recording, SoundServer, beep, deviceless, onsets, start_server, wait_until
from voice_guide.devices.microphone import Block
from voice_guide.errors import HearingError
from voice_guide.hearing import Heard
from voice_guide.hearing.ear import GRAIN, TAIL, Ear
from voice_guide.hearing.worker import SILENT, Attention
from voice_guide.pcm import frames, silence
from voice_guide.routine.vocabulary import Vocabulary

WORDS = Vocabulary("session", bare={"stop": "stop"}, prefixed={"pause": "pause", "continue": "continue"})
OTHERS = Vocabulary("names", bare={"soft landing": "soft-landing"})
RATE_HEARD = 16_000

FAKES = """
import array, itertools, threading, time
from voice_guide.errors import HearingError
from voice_guide.hearing import Heard
from voice_guide.devices.microphone import Block, Microphone
from voice_guide.hearing.worker import serve

class Onsets:
    "Hears every sound that sets in, and says in which vocabulary."
    left_out = ("psoas release",)
    def __init__(self, vocabularies):
        self.name, self.fed, self.loud = vocabularies[0].name, 0, -9999
    def use(self, name):
        self.name = name
    def forget(self):
        pass
    def hear(self, sound):
        found = []
        for self.fed, sample in enumerate(array.array("h", sound), self.fed + 1):
            if abs(sample) > 3000:
                if self.fed - self.loud > 1600:
                    found.append(Heard(self.name, None, self.fed / 16000, self.fed / 16000, 1.0))
                self.loud = self.fed
        return found

def missing(vocabularies):
    raise HearingError("speech recognition is not installed")

def broken(vocabularies):
    raise ValueError("a bad\\nmodel")

def knocking():
    "A beep each half second, in no more than real time."
    began = time.monotonic()
    for place in itertools.count():
        threading.Event().wait(max(0.0, began + (place + 1) * 0.03 - time.monotonic()))
        loud = place % 16 == 15
        yield Block(array.array("h", [9000 * loud] * 480).tobytes(), began + place * 0.03)
"""


def fake(recogniser: str = "Onsets", microphone: str = "knocking") -> list[str]:
    """The command of a worker made of these."""
    return [sys.executable, "-c", f"{FAKES}\nserve({recogniser}, {microphone})"]


@contextmanager
def listening(command: list[str] | None = None) -> Iterator[Ear]:
    """An ear that is ready."""
    with closing(Ear([WORDS, OTHERS], command) if command else Ear([WORDS, OTHERS])) as ear:
        wait_until(lambda: ear.ready or ear.fault is not None, "the ear", 20)
        assert ear.fault is None
        yield ear


def waited(ear: Ear, count: int, patience: float = 5.0) -> list[Heard]:
    """The next so many."""
    found: list[Heard] = []

    def enough() -> bool:
        found.extend(ear.heard())
        return len(found) >= count or ear.fault is not None

    wait_until(enough, f"{count} utterances", patience)
    return found


def heard_in(ear: Ear, name: str) -> Callable[[], bool]:
    return lambda: any(heard.said == name for heard in ear.heard())


def pid(ear: Ear) -> int:
    assert ear._process is not None
    return ear._process.pid


def lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists() and ") Z " not in Path(f"/proc/{process}/stat").read_text(encoding="utf-8")


# Attention, which knows no device.


class Echo:
    """A recogniser that hears each block it is given, and remembers when it had to forget."""

    left_out = ()

    def __init__(self) -> None:
        self.fed, self.forgot, self.name = 0.0, 0, ""

    def use(self, name: str) -> None:
        self.name = name

    def hear(self, sound: bytes) -> list[Heard]:
        start, self.fed = self.fed, self.fed + len(sound) / 2 / RATE_HEARD
        return [Heard("", None, start, self.fed, 1.0)]

    def forget(self) -> None:
        self.forgot += 1


def block(start: float, amplitude: int = 0) -> Block:
    return Block(array.array("h", [amplitude, -amplitude] * 240).tobytes(), start)


def test_what_was_recorded_while_our_own_voice_sounded_is_not_heard_however_late_it_comes() -> None:
    attention = Attention(Echo())
    attention.obey({"deaf": [100.0, 101.0]})
    attention.obey({"deaf": [101.2, 102.0]})
    starts = [99.95, 99.98, 100.5, 100.98, 101.05, 101.19, 101.9, 102.01]
    assert [start for start in starts if attention.take(block(start))] == [99.95, 101.05, 102.01]


def test_an_utterance_that_our_own_voice_interrupts_is_dropped() -> None:
    echo = Echo()
    attention = Attention(echo)
    attention.take(block(99.9))
    attention.obey({"deaf": [100.0, 101.0]})
    attention.take(block(100.0))
    assert echo.forgot == 1


def test_times_are_those_at_which_it_was_said_though_the_recogniser_missed_some_sound() -> None:
    attention = Attention(Echo())
    attention.take(block(10.0))
    attention.obey({"deaf": [20.0, 30.0]})
    attention.take(block(25.0))
    (heard,) = attention.take(block(31.0))
    assert (heard.start, heard.end) == pytest.approx((31.0, 31.03))


def test_the_level_is_of_the_room_and_not_of_our_own_voice() -> None:
    attention = Attention(Echo())
    assert attention.level() is None
    attention.take(block(10.0, 328))
    attention.obey({"deaf": [20.0, 30.0]})
    attention.take(block(25.0, 30_000))
    assert attention.level() == pytest.approx(-40, abs=0.1)
    assert attention.level() == pytest.approx(-40, abs=0.1), "nothing new was listened to"
    attention.take(block(31.0))
    assert attention.level() == SILENT


def heard_for(attention: Attention, seconds: int, amplitude: int, start: float = 1000.0) -> str:
    """What is told of a microphone that gives so loud a tone."""
    for step in range(round(seconds / 0.03)):
        attention.take(block(start + step * 0.03, amplitude))
        if step % 33 == 0:
            attention.level()
    attention.level()
    return attention.unheard()


def test_nothing_at_all_for_long_and_loud_noise_are_told_for_as_long_as_they_last() -> None:
    attention = Attention(Echo())
    assert heard_for(attention, 40, 0) == ""
    assert "is it muted?" in heard_for(attention, 10, 0)
    assert heard_for(attention, 1, 30) == ""
    assert heard_for(attention, 15, 12_000) == ""
    assert "loud noise" in heard_for(attention, 10, 12_000)
    assert heard_for(attention, 2, 30) == ""


def test_a_microphone_that_hears_our_own_voice_is_not_muted() -> None:
    attention = Attention(Echo())
    assert heard_for(attention, 40, 0) == ""
    attention.obey({"deaf": [1040.0, 1041.0]})
    attention.take(block(1040.5, 200))
    assert heard_for(attention, 10, 0, 1042.0) == ""


# The process.


def test_the_ear_hears_in_the_vocabulary_it_was_told_and_says_what_it_cannot_hear() -> None:
    with listening(fake()) as ear:
        assert ear.left_out == ("psoas release",)
        wait_until(heard_in(ear, "session"), "a knock")
        ear.use("names")
        wait_until(heard_in(ear, "names"), "a knock after the change")
        wait_until(lambda: ear.level is not None, "the level")


def test_a_deaf_ear_hears_nothing_until_the_room_is_still_again() -> None:
    with listening(fake()) as ear:
        waited(ear, 1)
        found: list[Heard] = []

        def heard_after(moment: float) -> bool:
            found.extend(ear.heard())
            return bool(found) and found[-1].start > moment

        began = time.monotonic()
        ear.deafen(0.3)
        ear.deafen(0.6)
        ear.deafen(0.1)
        wait_until(lambda: heard_after(began + 1), "a knock after it")
        assert not [heard for heard in found if began + 0.03 < heard.start < began + 0.6 + TAIL - 0.03]


def test_deafening_at_every_block_is_told_only_now_and_then() -> None:
    with closing(Ear([WORDS], [sys.executable, "-c", "import sys; sys.stdin.read()"])) as ear:
        for _ in range(1000):
            ear.deafen(0.12)
        span = 1 + (ear._deaf_until - time.monotonic()) / GRAIN
        assert ear._orders.qsize() <= span


@pytest.mark.parametrize(
    ("recogniser", "fault"),
    [("missing", "speech recognition is not installed"), ("broken", "failed with ValueError: a bad model")],
)
def test_what_keeps_it_from_listening_is_told_in_one_line(recogniser: str, fault: str) -> None:
    with closing(Ear([WORDS], fake(recogniser))) as ear:
        wait_until(lambda: ear.fault is not None, "the fault")
        assert fault in str(ear.fault)
        assert isinstance(ear.fault, HearingError)
        assert not ear.ready


def test_an_ear_that_cannot_be_started_is_a_fault() -> None:
    with closing(Ear([WORDS], ["/nowhere/python"])) as ear:
        assert "cannot be started" in str(ear.fault)
        ear.use("names")
        ear.deafen(1)
        assert ear.heard() == []


def test_an_ear_that_is_killed_is_a_fault_and_nobody_waits_for_it() -> None:
    with listening(fake()) as ear:
        os.kill(pid(ear), signal.SIGKILL)
        wait_until(lambda: ear.fault is not None, "the fault")
        assert "died" in str(ear.fault)
        ear.use("names")
        ear.deafen(1)
        ear.heard()
        ear.close()


def test_an_ear_that_hangs_is_a_fault_and_blocks_nobody() -> None:
    with listening(fake()) as ear:
        os.kill(pid(ear), signal.SIGSTOP)
        began = time.monotonic()
        for _ in range(3000):  # more than a pipe holds
            ear.use("names" * 10)
        assert time.monotonic() - began < 1
        wait_until(lambda: ear.fault is not None, "the fault")
        assert "does not answer" in str(ear.fault)


def test_ctrl_c_does_not_reach_it_and_sigterm_ends_it() -> None:
    with listening(fake()) as ear:
        os.kill(pid(ear), signal.SIGINT)
        waited(ear, 2)
        os.kill(pid(ear), signal.SIGTERM)
        wait_until(lambda: ear.fault is not None, "its end")


def test_it_ends_when_the_session_is_killed() -> None:
    code = (
        "import json, sys\n"
        "from voice_guide.hearing.ear import Ear\n"
        "from voice_guide.routine.vocabulary import Vocabulary\n"
        "ear = Ear([Vocabulary('session', {'stop': 'stop'})], json.loads(sys.argv[1]))\n"
        "while not ear.ready: pass\n"
        "print(ear._process.pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code, json.dumps(fake())], text=True, **pipes) as session:
        assert session.stdout is not None
        ear = int(session.stdout.readline())
        assert lives(ear)
        session.kill()
    wait_until(lambda: not lives(ear), "the end of the ear")


# The microphone.


@pytest.fixture
def on_server(sound_server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    """The server for all that this process starts."""
    return use_server(sound_server, monkeypatch)


def use_server(server: SoundServer, monkeypatch: pytest.MonkeyPatch) -> SoundServer:
    for name, value in server.env.items():
        monkeypatch.setenv(name, value)
    return server


def spoken(words: str) -> tuple[bytes, int]:
    """By eSpeak: samples and their rate."""
    command = ["espeak-ng", "-v", "en-us", "-s", "140", "--stdout", words]
    sound = subprocess.run(command, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(sound)) as file:
        return file.readframes(file.getnframes()), file.getframerate()


def spoke(recording: Recording) -> list[float]:
    return [recording.began + onset for onset in onsets(recording.sound)]


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_what_is_said_arrives_with_its_time_without_drift_and_as_loud_as_it_was(on_server: SoundServer) -> None:
    beeps = silence(frames(0.2)) + (beep(0.05) + silence(frames(0.55))) * 4
    with on_server.microphone() as mouth, listening(fake(microphone="Microphone")) as ear:
        with on_server.record(MOUTH) as recording:
            mouth.speak(beeps)
            heard = [heard.start for heard in waited(ear, 4)]
        said = spoke(recording)
        off = [at - when for at, when in zip(heard, said, strict=True)]
        print("off", [round(1000 * late) for late in off])
        assert all(-0.02 < late < 0.1 for late in off)
        gaps = [later - earlier for earlier, later in pairwise(off)]
        assert max(map(abs, gaps)) < 0.03
        long = threading.Thread(target=mouth.speak, args=(beep(2.1),))
        long.start()
        wait_until(lambda: ear.level == pytest.approx(-8.7, abs=1), "the level of the beep")
        long.join()


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_without_a_sound_server_one_line_says_what_to_do_and_nothing_else(tmp_path: Path) -> None:
    assert asked(deviceless(tmp_path)).startswith("no microphone answers")


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_a_loudspeaker_alone_is_no_microphone(sound_server: SoundServer) -> None:
    assert asked(sound_server.env).startswith("no microphone is connected; plug one in")


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_a_muted_microphone_is_told(sound_server: SoundServer) -> None:
    with sound_server.microphone():
        assert asked(sound_server.env).startswith("the microphone gives only silence; is it muted?")


def asked(env: dict[str, str]) -> str:
    """What is said of this machine's microphone, which must be one line."""
    code = (
        "from voice_guide.errors import HearingError\n"
        "from voice_guide.hearing.ear import try_microphone\n"
        "from voice_guide.routine.vocabulary import Vocabulary\n"
        "try:\n    print(try_microphone([Vocabulary('session', {'stop': 'stop'})], 0.5))\n"
        "except HearingError as fault:\n    print(fault)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
    return done.stdout


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize(
    ("lose", "patience", "told"),
    [
        (lambda server: server.process.kill(), 2, "the microphone fell silent"),
        (lambda server: server.process.send_signal(signal.SIGSTOP), 2, "the microphone fell silent"),
        (SoundServer.suspend, 2, "the microphone fell silent"),
        (SoundServer.unplug, 6, "the microphone is gone"),
    ],
    ids=["server killed", "server stands still", "suspended", "unplugged, and the server goes on with a loudspeaker"],
)
def test_a_lost_microphone_is_noticed_within_seconds(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[SoundServer], None],
    patience: float,
    told: str,
) -> None:
    with start_server(tmp_path) as server:
        use_server(server, monkeypatch)
        with ExitStack() as plugged:
            plugged.enter_context(server.microphone())
            ear = plugged.enter_context(listening(fake(microphone="Microphone")))
            lose(server)
            lost = time.monotonic()
            wait_until(lambda: ear.fault is not None, "the fault")
            print(f"noticed after {time.monotonic() - lost:.2f} s")
            assert time.monotonic() - lost < patience
            assert str(ear.fault).startswith(told)
            server.process.send_signal(signal.SIGCONT)


NEEDED = pytest.mark.skipif(
    importlib.util.find_spec("pocketsphinx") is None,
    reason="pocketsphinx is not installed: pip install '.[hands-free]'",
)


@NEEDED
@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_words_into_the_microphone_are_heard_and_not_while_our_own_voice_sounds(on_server: SoundServer) -> None:
    with on_server.microphone() as mouth, listening() as ear:
        heard = said(mouth, ear, "guide, pause")
        assert (heard.said, heard.meaning) == ("guide pause", "pause")
        ear.deafen(60)
        mouth.speak(*spoken("guide, continue"))
        mouth.speak(silence(frames(1.5)))
        assert ear.heard() == []


def said(mouth: Mouth, ear: Ear, words: str) -> Heard:
    mouth.speak(*spoken(words))
    (heard,) = waited(ear, 1)
    return replace(heard, start=0, end=0)

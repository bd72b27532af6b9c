"""What every sink promises; the real ones are played to a sound server and heard."""

import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sound_server import SoundServer, beep, deviceless, off_plan, onsets, start_server, wait_until
from voice_guide.devices import SINKS, open_sink
from voice_guide.devices.silent import Silent
from voice_guide.devices.simple import SimpleAudio
from voice_guide.errors import SinkError
from voice_guide.pcm import RATE, Pcm, frames, length, seconds, silence

NEEDED = pytest.mark.skipif(
    importlib.util.find_spec("simpleaudio") is None,
    reason="simpleaudio is not installed: pip install '.[simpleaudio]'",
)
SIMPLEAUDIO = [pytest.param("simpleaudio", marks=NEEDED)] if sys.version_info < (3, 12) else []
REAL = ["speaker", *SIMPLEAUDIO]
BARS = {"speaker": 0.005, "simpleaudio": 0.02}
"""Seconds by which an onset may be off its plan."""

PLAY = """
import sys
from pathlib import Path
from voice_guide.errors import SinkError
from voice_guide.devices import open_sink

sink = open_sink(sys.argv[1])
sound = Path(sys.argv[2]).read_bytes()
try:
    while sound:
        sound = sound[2 * sink.write(sound[: 2 * sink.stretch]) :]
except SinkError as error:
    print(error, flush=True)
sink.close()
"""

ANSWER = """
import sys
import threading
from pathlib import Path
from voice_guide.devices import open_sink

keys = []
def listen():
    for line in sys.stdin:
        keys.append(line)
threading.Thread(target=listen, daemon=True).start()
answer = Path(sys.argv[1]).read_bytes()
sink = open_sink("speaker")
saying = b""
while "q\\n" not in keys:
    if keys:
        saying = answer
        keys.pop()
    size = 2 * sink.stretch
    sink.write(saying[:size].ljust(size, bytes(1)))
    saying = saying[size:]
sink.close()
"""

BREAK_OFF = """
import sys
import time
from pathlib import Path
from voice_guide.devices import open_sink

began = time.monotonic()
sink = open_sink(sys.argv[1], lambda heard: time.monotonic() - began > 2)
print(sink.write(Path(sys.argv[2]).read_bytes()))
sink.close()
"""


@contextmanager
def playing(env: dict[str, str], script: str, *arguments: str | Path) -> Iterator["subprocess.Popen[str]"]:
    """The script in a process of its own, as a user's session runs; killed if the block does not end it."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", script, *arguments], env=env, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def heard(process: "subprocess.Popen[str]") -> str:
    """What it printed, once it is over; it may not have complained."""
    output, complaints = process.communicate(timeout=60)
    assert (complaints, process.returncode) == ("", 0)
    return output


def on_disk(folder: Path, sound: Pcm) -> Path:
    path = folder / "sound.pcm"
    path.write_bytes(sound)
    return path


def beeps(count: int) -> Pcm:
    """Half a second of silence, then a beep at every second."""
    return silence(frames(0.5)) + (beep(0.05) + silence(RATE - frames(0.05))) * count


class Clock:
    """Time that passes only when somebody sleeps; each sleep lasts a little longer than asked for."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, span: float) -> None:
        self.now += span + 0.003


def test_an_unknown_sink_is_refused_with_the_choices() -> None:
    with pytest.raises(SinkError, match="no sink 'gramophone'") as caught:
        open_sink("gramophone")
    assert all(name in str(caught.value) for name in SINKS)


def test_simpleaudio_is_refused_with_the_reason_where_it_would_crash() -> None:
    with pytest.raises(SinkError, match=r"crashes on Python 3\.12 and later, and this is 3\.13"):
        SimpleAudio(lambda heard: False, python=(3, 13))


def test_the_silent_sink_takes_all_at_the_pace_of_a_speaker_without_drift() -> None:
    clock = Clock()
    sink = Silent(clock, clock.sleep)
    for _ in range(3_000):
        assert sink.write(silence(sink.stretch)) == sink.stretch
    assert clock.now - 100 == pytest.approx(seconds(3_000 * sink.stretch), abs=0.004)
    sink.close()
    sink.close()


def test_the_silent_sink_does_not_hurry_after_a_writer_that_was_late() -> None:
    clock = Clock()
    sink = Silent(clock, clock.sleep)
    clock.now += 60
    late = clock.now
    for _ in range(50):
        sink.write(silence(sink.stretch))
    assert clock.now - late > seconds(50 * sink.stretch) - 0.15


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("name", REAL)
def test_onsets_are_heard_as_far_apart_as_they_were_written(
    sound_server: SoundServer, tmp_path: Path, name: str
) -> None:
    path, off = on_disk(tmp_path, beeps(8)), []
    for _ in range(8):
        with sound_server.record() as recording, playing(sound_server.env, PLAY, name, path) as process:
            assert heard(process) == ""
        off += off_plan(recording, range(8))
        if len(off) >= 4:
            break  # else the machine was too busy to tell, and is asked again
    print([round(1000 * error, 2) for error in off])
    assert off, "the machine stood still all the time"
    assert max(abs(error) for error in off) <= BARS[name]


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("name", REAL)
def test_closing_lets_the_last_frames_be_heard(sound_server: SoundServer, tmp_path: Path, name: str) -> None:
    path = on_disk(tmp_path, beep(0.1) + silence(frames(0.4)) + beep(0.013))
    with sound_server.record() as recording, playing(sound_server.env, PLAY, name, path) as process:
        assert heard(process) == ""
    assert len(onsets(recording.sound)) == 2


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("name", REAL)
def test_without_a_device_one_line_says_so_and_nothing_else_is_printed(tmp_path: Path, name: str) -> None:
    with playing(deviceless(tmp_path), PLAY, name, on_disk(tmp_path, beep(1))) as process:
        output = heard(process)
    assert output.startswith("no sound device answers")
    assert "voice-guide export" in output
    assert output.count("\n") == 1


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("name", REAL)
def test_a_lost_device_is_noticed_at_once(tmp_path: Path, name: str) -> None:
    path = on_disk(tmp_path, beep(30))
    with (
        start_server(tmp_path) as server,
        server.record() as recording,
        playing(server.env, PLAY, name, path) as process,
    ):
        wait_until(lambda: bool(onsets(recording.sound)), "the beep")
        enough = length(recording.sound) + frames(0.5)
        wait_until(lambda: length(recording.sound) > enough, "half a second of it")
        server.process.kill()
        killed = time.monotonic()
        assert process.stdout is not None
        line = process.stdout.readline()
        noticed = time.monotonic() - killed
        assert heard(process) == ""
    assert "stopped taking sound" in line
    assert noticed <= 1.5


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("name", REAL)
def test_a_device_that_is_slow_to_wake_is_waited_for(tmp_path: Path, name: str) -> None:
    path = on_disk(tmp_path, beep(0.1))
    with start_server(tmp_path, asleep=True) as server, playing(server.env, PLAY, name, path) as process:
        assert heard(process) == ""


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_a_key_is_answered_within_150_ms(sound_server: SoundServer, tmp_path: Path) -> None:
    path = on_disk(tmp_path, beep(0.05))
    pressed: list[float] = []
    with sound_server.record() as recording, playing(sound_server.env, ANSWER, path) as process:
        assert process.stdin is not None
        for press in range(9):
            time.sleep(0.5 + 0.007 * press)
            pressed.append(time.monotonic())
            process.stdin.write("k\n")
            process.stdin.flush()
        time.sleep(0.5)
        process.stdin.write("q\n")
        assert heard(process) == ""
    answered = [recording.began + onset for onset in onsets(recording.sound)]
    delays = [answer - key for answer, key in zip(answered, pressed, strict=True)]
    print([round(1000 * delay) for delay in delays])
    assert statistics.median(delays) <= 0.15


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
@pytest.mark.parametrize("name", REAL)
def test_a_write_says_how_much_was_heard_even_if_it_was_broken_off(
    sound_server: SoundServer, tmp_path: Path, name: str
) -> None:
    path = on_disk(tmp_path, (beep(0.01) + silence(frames(0.01))) * 200)
    with sound_server.record() as recording, playing(sound_server.env, BREAK_OFF, name, path) as process:
        taken = int(heard(process))
    sounded = len(onsets(recording.sound, quiet=0.005)) * 0.02
    print(f"{seconds(taken):.3f} {sounded:.3f}")
    assert seconds(taken) == pytest.approx(sounded, abs=0.06)

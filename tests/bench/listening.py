"""What is heard, and when: at the monitor of a sound server of its own, with voice-guide run as listeners do.

A virtual machine stands still now and then; what was under way just then is not counted.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from itertools import accumulate, count
from pathlib import Path

from table import VOICE_GUIDE, CannotRun, Row, environment, medians, run

from sound_server import Recording, SoundServer, missing_parts, off_plan, onsets, start_server, wait_until
from voice_guide.pcm import WIDTH, frames, length, seconds

SENTENCE = "This is Soft Landing."
BARE = f"""
import time
from hibari import Hibari
import miniaudio
Hibari(threads=1).save("{SENTENCE}", "said.wav", speed=0.7, seed=0)
device = miniaudio.PlaybackDevice()
device.start(miniaudio.stream_file("said.wav"))
time.sleep(5)
"""
SHORT = "name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, side: left, hold: 30}\n"
KEYS = "+?-" * 5


@contextmanager
def _server(folder: Path) -> Iterator[SoundServer]:
    if missing := missing_parts():
        raise CannotRun(f"not installed: {', '.join(missing)}")
    with start_server(folder) as server:
        yield server


def first_sound(folder: Path) -> Iterator[Row]:
    """From starting the process, against the least that can say the same sentence; then with all in the cache."""
    fresh = count()

    def heard(command: Sequence[str], mine: Path) -> float:
        mine.mkdir(exist_ok=True)
        return 1000 * _first(command, server, mine)

    def cold(command: Sequence[str]) -> float:
        return heard(command, folder / str(next(fresh)))

    ours, bare = [VOICE_GUIDE, "play", "soft", "landing"], [sys.executable, "-c", BARE]
    with _server(folder) as server:
        run([VOICE_GUIDE, "export", "soft", "landing", "-o", str(folder / "any.mp3")], environment(folder))
        first, least, warm = medians(7, lambda: cold(ours), lambda: cold(bare), lambda: heard(ours, folder))
    notes = [
        f"{first:.0f} ms from starting the process, against {least:.0f} ms of a script that imports the same voice"
    ]
    notes += ["and miniaudio and plays the same sentence; medians of 7, by turns"]
    yield Row("first sound, nothing in the cache", first / least, 0.8, "x bare script", notes)
    yield Row("first sound, everything in the cache", warm / least, 0.6, "x bare script", [f"{warm:.0f} ms"])


def _first(command: Sequence[str], server: SoundServer, folder: Path) -> float:
    """Seconds from starting the process to the first loud frame."""
    with server.record() as recording:
        env, quiet = environment(folder, server.env), subprocess.DEVNULL
        began = time.monotonic()
        with subprocess.Popen(command, env=env, cwd=folder, stdin=quiet, stdout=quiet, stderr=quiet) as process:
            try:
                wait_until(lambda: bool(onsets(recording.sound)), "the first sound")
            finally:
                process.kill()
        return recording.began + onsets(recording.sound)[0] - began


def onsets_of_cues(folder: Path) -> Iterator[Row]:
    """How far the first frames of the cues are from where the printed timeline has them."""
    name = ["creaky", "hinges"] if os.environ.get("BENCH_LONG") else [_short(folder)]
    with _server(folder) as server, server.record() as recording:
        env = environment(folder, server.env)
        shown = json.loads(run([VOICE_GUIDE, "show", *name, "--voice", "tone", "--json"], env))
        run([VOICE_GUIDE, "play", *name, "--voice", "tone"], env)
    planned, heard = [cue["start"] for cue in shown["cues"]], onsets(recording.sound)
    off = [1000 * each for each in accumulate(off_plan(recording, planned))]
    if not off:
        raise CannotRun("the machine stood still too often")
    p99 = sorted(map(abs, off))[round(0.99 * (len(off) - 1))]
    late = 1000 * max(at - heard[0] - (start - planned[0]) for at, start in zip(heard, planned, strict=True))
    notes = [f"{len(off)} of {len(planned) - 1} times from cue to cue; in the others the machine stood still,"]
    notes += [f"by which cues came up to {late:.0f} ms late"]
    yield Row("onset of a cue, p99 off the timeline", p99, 5, "ms", notes)
    notes = [f"{shown['seconds'] / 60:.0f} minutes" + "; BENCH_LONG=1 listens longer" * (len(name) == 1)]
    yield Row("the same, drift from first to last", abs(off[-1]), 1, "ms", notes)


def reaction_to_a_key(folder: Path) -> Iterator[Row]:
    """From the key at the terminal to the first loud frame of the answer, in the silence of a pause."""
    import pty

    with ExitStack() as stack:
        server = stack.enter_context(_server(folder))
        recording = stack.enter_context(server.record())
        here, there = pty.openpty()
        stack.callback(os.close, here)
        command = [VOICE_GUIDE, "play", _short(folder), "--voice", "tone", "--no-questions"]
        env = environment(folder, server.env)
        process = subprocess.Popen(command, env=env, stdin=there, stdout=there, stderr=there, start_new_session=True)
        stack.callback(process.wait)
        stack.callback(process.kill)
        os.close(there)
        os.set_blocking(here, False)
        wait_until(lambda: bool(onsets(recording.sound)), "the first sound")
        times = [_press(key, here, recording) for key in f" {KEYS}"][1:]
    took = [1000 * (heard - pressed) for pressed, heard in times if not recording.stalled(pressed - 0.1, heard)]
    if not took:
        raise CannotRun("the machine stood still too often")
    half, lost = statistics.median(took), len(KEYS) - len(took)
    notes = [f"the slowest of {len(took)} keys, half are below {half:.0f} ms; in {lost} more the machine stood still"]
    yield Row("reaction to a key", max(took), 150, "ms", notes)


def _press(key: str, terminal: int, recording: Recording) -> tuple[float, float]:
    """When it was pressed, in silence, and when the first loud frame after sounded."""
    wait_until(lambda: not onsets(recording.sound[-WIDTH * frames(0.5) :]), "silence")
    with suppress(BlockingIOError):
        os.read(terminal, 100_000)  # or the progress line fills the terminal up
    start = length(recording.sound)
    pressed = time.monotonic()
    os.write(terminal, key.encode())
    wait_until(lambda: length(recording.sound) > start + frames(1), "what follows the key")
    answers = onsets(recording.sound[WIDTH * start :])
    if not answers:
        raise CannotRun(f"key '{key}' was not answered within a second")
    return pressed, recording.began + seconds(start) + answers[0]


def _short(folder: Path) -> str:
    path = folder / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return str(path)

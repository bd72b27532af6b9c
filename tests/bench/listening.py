"""What is heard, and when: at the monitor of a sound server of its own, with voice-guide run as listeners do."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import accumulate, count
from pathlib import Path

from row import VOICE_GUIDE, CannotRun, Row, environment, medians, need, run
from sound_server import Recording, SoundServer, missing_parts, off_plan, onsets, start_server, wait_until

from voice_guide.pcm import frames, seconds

SENTENCE = "This is Soft Landing."
BARE = f"""
import ctypes, os, time
from pathlib import Path
import espeakng_loader
os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
library = Path(espeakng_loader.get_library_path()).with_name("libespeak-ng.so.1")
ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
import miniaudio, pyttsx3
engine = pyttsx3.init()
engine.save_to_file("{SENTENCE}", "said.wav")
engine.runAndWait()
device = miniaudio.PlaybackDevice()
device.start(miniaudio.stream_file("said.wav"))
time.sleep(5)
"""
SHORT = "name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, side: left, hold: 30}\n"
KEYS = "+?-" * 5


def first_sound(folder: Path) -> Iterator[Row]:
    """From starting the process, nothing in the cache, against the least that can say the same sentence."""
    need_server()
    fresh = count()

    def ours() -> float:
        mine = folder / str(next(fresh))
        mine.mkdir()
        return 1000 * _first([VOICE_GUIDE, "play", "soft", "landing"], server, mine)

    def bare() -> float:
        return 1000 * _first([sys.executable, "-c", BARE], server, folder)

    with start_server(folder) as server:
        took, least = medians(7, ours, bare)
    yield Row(
        "first sound, nothing in the cache", f"{took / least:.2f} x bare script", "<= 1.3", took <= 1.3 * least,
        f"{took:.0f} ms from starting the process, against {least:.0f} ms of a script that imports pyttsx3 and\n"
        "miniaudio and plays the same sentence; median of 7 each, by turns",
    )  # fmt: skip


def _first(command: Sequence[str], server: SoundServer, folder: Path) -> float:
    """Seconds from starting the process to the first loud frame."""
    with server.record() as recording:
        env = environment(folder, server.env)
        began = time.monotonic()
        with subprocess.Popen(
            command, env=env, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            try:
                wait_until(lambda: bool(onsets(recording.sound)), "the first sound")
            finally:
                process.kill()
        return recording.began + onsets(recording.sound)[0] - began


def onsets_of_cues(folder: Path) -> Iterator[Row]:
    """The distance of each cue's first frame from where the printed timeline has it."""
    need_server()
    name = ["creaky", "hinges"] if os.environ.get("BENCH_LONG") else [_short(folder)]
    with start_server(folder) as server, server.record() as recording:
        env = environment(folder, server.env)
        shown = json.loads(run([VOICE_GUIDE, "show", *name, "--voice", "tone", "--json"], env))
        run([VOICE_GUIDE, "play", *name, "--voice", "tone"], env)
    try:
        off = off_plan(recording, [cue["start"] for cue in shown["cues"]])
    except AssertionError as fault:
        raise CannotRun(str(fault)) from fault
    offsets = [1000 * each for each in accumulate(off)]
    if not offsets:
        raise CannotRun("the machine stood still too often")
    p99 = sorted(map(abs, offsets))[round(0.99 * (len(offsets) - 1))]
    minutes = f"{shown['seconds'] / 60:.0f} minutes"
    yield Row(
        "onset of a cue, p99 from the timeline", f"{p99:.2f} ms", "<= 5 ms", p99 <= 5,
        f"{len(offsets)} of {len(shown['cues'])} cues in {minutes}: not those during which the machine stood still"
        + "; BENCH_LONG=1 listens longer" * (len(name) == 1),
    )  # fmt: skip
    yield Row("the same, drift", f"{offsets[-1]:.2f} ms", "<= 1 ms", abs(offsets[-1]) <= 1, f"over those {minutes}")


def need_server() -> None:
    """Raises CannotRun where there is no sound server to start."""
    if missing := missing_parts():
        raise CannotRun(f"not installed: {', '.join(missing)}")


def reaction_to_a_key(folder: Path) -> Iterator[Row]:
    """From the key at the terminal to the first loud frame of the answer, in the silence of a pause."""
    need_server()
    import pty

    here, there = pty.openpty()
    command = [VOICE_GUIDE, "play", _short(folder), "--voice", "tone"]
    with ExitStack() as stack:
        stack.callback(os.close, here)
        server = stack.enter_context(start_server(folder))
        recording = stack.enter_context(server.record())
        process = subprocess.Popen(
            command, env=environment(folder, server.env), stdin=there, stdout=there, stderr=there, start_new_session=True
        )  # fmt: skip
        stack.callback(process.wait)
        stack.callback(process.kill)
        os.close(there)
        wait_until(lambda: bool(onsets(recording.sound)), "the first sound")
        _answer(recording, here, " ")
        answers = [_answer(recording, here, key) for key in KEYS]
    took = [1000 * (heard - pressed) for pressed, heard in answers if not recording.stalled(pressed, heard)]
    if not took:
        raise CannotRun("the machine stood still too often")
    worst = max(took)
    yield Row(
        "reaction to a key", f"{worst:.0f} ms", "<= 150 ms", worst <= 150,
        f"the slowest of {len(took)} keys, median {statistics.median(took):.0f} ms, quickest {min(took):.0f} ms; "
        f"{len(KEYS) - len(took)} not counted, during which the machine stood still",
    )  # fmt: skip


def _answer(recording: Recording, terminal: int, key: str) -> tuple[float, float]:
    """Press it once all is silent; when it was pressed, and when the first loud frame after sounded."""
    wait_until(lambda: not onsets(recording.sound[-2 * frames(0.5) :]), "silence")
    at = len(recording.sound) // 2
    pressed = time.monotonic()
    os.write(terminal, key.encode())
    wait_until(lambda: len(recording.sound) // 2 > at + frames(0.8), "what follows the key")
    answers = onsets(recording.sound[2 * at :])
    if not answers:
        raise CannotRun(f"key '{key}' was not answered within 0.8 s")
    return pressed, recording.began + seconds(at) + answers[0]


def _short(folder: Path) -> str:
    path = folder / "short.yaml"
    path.write_text(SHORT, encoding="utf-8")
    return str(path)

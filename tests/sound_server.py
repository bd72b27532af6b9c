"""A private PulseAudio server with a null sink, its monitor recorded: real sound, nothing of a person's desktop.

Everything is a context manager and leaves no process behind. Linux only, as PulseAudio is.
"""

import array
import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from voice_guide.pcm import RATE, Pcm, frames, seconds

SYSTEM_PARTS = ("pulseaudio", "parec", "pactl")
SINK = "tape"
LOUD = 1500  # of 32,767: above any dither, below the first sample or two of a beep
SERVER_RATE = 44_100  # not ours, so that the resampling of a real desktop is in the measurement


def missing_parts() -> list[str]:
    """The system programs these helpers need and this machine lacks."""
    return [part for part in SYSTEM_PARTS if shutil.which(part) is None]


def wait_until(ready: Callable[[], bool], what: str, patience: float = 10.0) -> None:
    """Polls until `ready()`; fails naming `what` after `patience` seconds."""
    give_up = time.monotonic() + patience
    while not ready():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what}: not within {patience:g} s")
        time.sleep(0.005)


@dataclass(slots=True)
class Recording:
    """What the null sink sounded: `sound` is PCM, `began` the monotonic time of its first frame."""

    sound: bytearray = field(default_factory=bytearray)
    began: float = float("inf")

    def take(self, block: bytes) -> None:
        """Adds a block that arrived now; the promptest block tells best when the recording began."""
        self.sound += block
        self.began = min(self.began, time.monotonic() - seconds(len(self.sound) // 2))


@dataclass(frozen=True, slots=True)
class SoundServer:
    """A running server: `env` is the whole environment for a subprocess that shall play to it."""

    process: subprocess.Popen[bytes]
    env: dict[str, str]

    @contextlib.contextmanager
    def record(self) -> Iterator[Recording]:
        """Records from before the block begins until 0.3 s after it ends."""
        command = ["parec", f"--device={SINK}.monitor", "--raw", "--format=s16le", f"--rate={RATE}"]
        command += ["--channels=1", "--latency-msec=10"]
        recording = Recording()
        with subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, bufsize=0) as parec:
            assert parec.stdout is not None
            reader = threading.Thread(target=_copy, args=(parec.stdout.fileno(), recording))
            reader.start()
            try:
                wait_until(lambda: len(recording.sound) > 0, "the first recorded frame")
                yield recording
                enough = len(recording.sound) + 2 * frames(0.3)
                wait_until(lambda: len(recording.sound) >= enough, "the last recorded frames")
            finally:
                parec.terminate()
                reader.join()


def _copy(source: int, recording: Recording) -> None:
    while block := os.read(source, 4096):
        recording.take(block)


def onsets(sound: bytes | bytearray, quiet: float = 0.1) -> list[float]:
    """The seconds from the beginning at which sound sets in after at least `quiet` seconds of silence."""
    gap = frames(quiet)
    found: list[float] = []
    last_loud = -gap
    samples = array.array("h", bytes(sound[: len(sound) // 2 * 2]))
    for position, sample in enumerate(samples):
        if sample > LOUD or sample < -LOUD:
            if position - last_loud >= gap:
                found.append(seconds(position))
            last_loud = position
    return found


def beep(length: float) -> Pcm:
    """A square tone of 1,050 Hz, loud from its first sample so that its onset is exact."""
    half_wave = 21 // 2
    wave = array.array("h", [12_000] * half_wave + [-12_000] * (half_wave + 1))
    return (wave.tobytes() * (frames(length) // 21 + 1))[: 2 * frames(length)]


@contextlib.contextmanager
def start_server(folder: Path) -> Iterator[SoundServer]:
    """A server of its own in `folder`, ready to play; gone when the block ends."""
    socket = folder / "native"
    alsa = folder / "alsa.conf"
    alsa.write_text('pcm.!default { type pulse }\nctl.!default { type pulse }\n', encoding="utf-8")
    env = silent_env(folder) | {"PULSE_SERVER": f"unix:{socket}", "ALSA_CONFIG_PATH": str(alsa)}
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    command += [f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1"]
    command += [f"--load=module-null-sink sink_name={SINK} rate={SERVER_RATE}"]
    with (folder / "pulseaudio.log").open("wb") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        wait_until(lambda: process.poll() is not None or _answers(env), "the sound server")
        assert process.poll() is None, (folder / "pulseaudio.log").read_text(encoding="utf-8")
        yield SoundServer(process, env)
    finally:
        process.kill()
        process.wait()


def _answers(env: dict[str, str]) -> bool:
    command = ["pactl", "get-sink-volume", SINK]
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0


def silent_env(folder: Path) -> dict[str, str]:
    """An environment in which nobody answers: no sound server, no ALSA configuration, a home of its own."""
    nowhere = str(folder / "nowhere")
    mine = {name: str(folder) for name in ("HOME", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH", "XDG_CONFIG_HOME")}
    return (
        {name: value for name, value in os.environ.items() if not name.startswith(("PULSE_", "ALSA_", "PIPEWIRE_"))}
        | mine
        | {"PULSE_SERVER": f"unix:{nowhere}", "ALSA_CONFIG_PATH": nowhere}
    )


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    """One server for the whole run, for tests marked `device`."""
    with start_server(tmp_path_factory.mktemp("sound")) as server:
        yield server

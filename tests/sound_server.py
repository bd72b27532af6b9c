"""A private PulseAudio server with a null sink, its monitor recorded: real sound, nothing of a person's desktop.

Everything is a context manager and leaves no process behind. For Linux, as PulseAudio is.
"""

import array
import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from voice_guide.pcm import RATE, WIDTH, Pcm, frames, length, seconds

PROGRAMS = ("pulseaudio", "parec", "pactl")
PULSE_FOR_ALSA = "alsa-lib/libasound_module_pcm_pulse.so"
SINK = "tape"
MOUTH = "mouth"
"""The null sink of which the test microphone hears what it plays."""
SERVER_RATE = 44_100  # not ours, so that what is heard was resampled as on a real desktop
LOUD = 1_500  # of 32,767
STALL = 0.02  # seconds
KEPT_WAITING = 0.015
"""Seconds of STALL for which a thread may wait for a processor: our sinks have ten times as much in store."""


def missing_parts() -> list[str]:
    """What these helpers need of the system and this machine lacks."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if not any(any(Path("/usr").glob(f"{libraries}/{PULSE_FOR_ALSA}")) for libraries in ("lib*", "lib*/*")):
        missing.append("libasound2-plugins")
    return missing


def wait_until(ready: Callable[[], bool], what: str, patience: float = 10.0) -> None:
    """Polls until `ready()`; TimeoutError names `what` after `patience` seconds."""
    give_up = time.monotonic() + patience
    while not ready():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what}: not within {patience:g} s")
        time.sleep(0.005)


@dataclass(slots=True)
class Recording:
    """What the null sink sounded. All times are seconds of `time.monotonic`, the same for all processes."""

    sound: bytearray = field(default_factory=bytearray)
    """PCM."""
    began: float = float("inf")
    """When the first frame sounded, late by the few milliseconds it takes to get here."""
    stalls: list[tuple[float, float]] = field(default_factory=list)
    """From when to when the machine stood still, or kept one waiting on whom the sound depends."""

    def take(self, block: bytes) -> None:
        """Adds a block that arrived now; the promptest block tells best when the recording began."""
        self.sound += block
        self.began = min(self.began, time.monotonic() - seconds(length(self.sound)))

    def stalled(self, start: float, end: float) -> bool:
        """Whether the machine stood still between two times."""
        return self.stalled_for(start, end) > 0

    def stalled_for(self, start: float, end: float) -> float:
        """For how many seconds it did, those told twice counted twice."""
        return sum(until - since for since, until in [*self.stalls] if start < until and since < end)


@dataclass(frozen=True, slots=True)
class SoundServer:
    """A running server: `env` is the whole environment for a subprocess that shall play to it."""

    process: subprocess.Popen[bytes]
    env: dict[str, str]

    @contextlib.contextmanager
    def microphone(self) -> Iterator["Mouth"]:
        """A microphone, the default one, until the block ends; before and after there is none."""
        loaded = [self._pactl("load-module", "module-null-sink", f"sink_name={MOUTH}", "rate=48000", "norewinds=1")]
        try:
            source = [f"master={MOUTH}.monitor", "source_name=microphone", "source_properties=device.description=Test"]
            loaded.append(self._pactl("load-module", "module-remap-source", *source))
            self._pactl("set-default-source", "microphone")
            self._pactl("set-default-sink", SINK)
            yield Mouth(self.env)
        finally:
            for module in reversed(loaded):
                with contextlib.suppress(subprocess.CalledProcessError):  # it was unplugged
                    self._pactl("unload-module", module)

    def unplug(self) -> None:
        """Take the microphone away."""
        self._pactl("unload-module", "module-remap-source")

    def suspend(self) -> None:
        """Have the microphone deliver nothing."""
        self._pactl("suspend-source", "microphone", "1")

    def streams(self) -> int:
        """How many play."""
        return len(self._pactl("list", "short", "sink-inputs").splitlines())

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It stands still: it takes no sound, answers nobody, and drops no connection."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def _pactl(self, *words: str) -> str:
        if self.process.poll() is not None:
            return ""
        done = subprocess.run(["pactl", *words], env=self.env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    @contextlib.contextmanager
    def record(self, sink: str = SINK) -> Iterator[Recording]:
        """Records what a sink plays, from before the block begins until 0.3 s after it ends."""
        recording = Recording()
        over = threading.Event()
        command = ["parec", f"--device={sink}.monitor", "--raw", "--format=s16le", f"--rate={RATE}"]
        command += ["--channels=1", "--latency-msec=10"]
        with subprocess.Popen(command, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parec:
            assert parec.stdout is not None
            threads = [threading.Thread(target=_copy, args=(parec.stdout.fileno(), recording))]
            threads.append(threading.Thread(target=_watch_processes, args=(recording, over)))
            for cpu in os.sched_getaffinity(0):
                threads.append(threading.Thread(target=_watch, args=(cpu, recording, over)))
            for thread in threads:
                thread.start()
            try:
                wait_until(lambda: len(recording.sound) > 0, "the first recorded frame")
                yield recording
                enough = len(recording.sound) + WIDTH * frames(0.3)
                wait_until(lambda: len(recording.sound) >= enough or parec.poll() is not None, "the last frames")
            finally:
                over.set()
                parec.terminate()
                for thread in threads:
                    thread.join()


@dataclass(frozen=True, slots=True)
class Mouth:
    """Speaks into the microphone. `record(MOUTH)` around it tells when that was."""

    env: dict[str, str]

    def speak(self, sound: bytes, rate: int = RATE) -> None:
        """Mono, signed 16-bit little endian; comes back once it was heard."""
        command = ["pacat", f"--device={MOUTH}", "--raw", "--format=s16le", f"--rate={rate}", "--channels=1"]
        subprocess.run([*command, "--latency-msec=20"], env=self.env, input=sound, capture_output=True, check=True)


def _copy(source: int, recording: Recording) -> None:
    while block := os.read(source, 4096):
        recording.take(block)


def _watch(cpu: int, recording: Recording, over: threading.Event) -> None:
    """Whether a processor stood still, as one does that a host lends to somebody else.

    That we did not get it says nothing, as the sound may have had it: what this process had to wait is taken off. The
    whole process, as a thread that waits for a processor may keep the interpreter meanwhile.
    """
    os.sched_setaffinity(0, {cpu})  # of this thread alone
    last, waited = time.monotonic(), _self_waited()
    while not over.wait(0.01):
        now, until = time.monotonic(), _self_waited()
        if now - last - (until - waited) > STALL:
            recording.stalls.append((last, now))
        last, waited = now, until


def _self_waited() -> float:
    return sum(map(_waited, _tasks("self")))


def _watch_processes(recording: Recording, over: threading.Event) -> None:
    """Whether one of the processes that we started, which play, mix and record, had to wait for a processor."""
    before, last = waits(), time.monotonic()
    while not over.wait(STALL):
        after, now = waits(), time.monotonic()
        if any(wait - before.get(task, 0.0) > KEPT_WAITING for task, wait in after.items()):
            recording.stalls.append((last, now))
        before, last = after, now


def waits(root: str | int = "self") -> dict[Path, float]:
    """For how many seconds each thread of a process, and of those it started, has waited for a processor."""
    found: dict[Path, float] = {}
    processes = [str(root)]
    for process in processes:
        for task in _tasks(process):
            with contextlib.suppress(OSError):  # it may have ended
                processes += (task / "children").read_text(encoding="ascii").split()
                if process != "self":
                    found[task] = _waited(task)
    return found


def _tasks(process: str) -> list[Path]:
    """The threads of a process; none of one that has ended."""
    try:
        return list(Path(f"/proc/{process}/task").iterdir())
    except OSError:
        return []


def _waited(task: Path) -> float:
    """Nothing, where the system does not tell."""
    try:
        return int((task / "schedstat").read_text(encoding="ascii").split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


def onsets(sound: bytes | bytearray, quiet: float = 0.1) -> list[float]:
    """The seconds at which sound sets in after at least `quiet` seconds of silence, from the beginning."""
    samples = array.array("h", bytes(sound[: length(sound) * WIDTH]))
    gap = frames(quiet)
    found: list[float] = []
    last_loud = -gap
    for position, sample in enumerate(samples):
        if sample > LOUD or sample < -LOUD:
            if position - last_loud >= gap:
                found.append(seconds(position))
            last_loud = position
    return found


def off_plan(recording: Recording, planned: Sequence[float], quiet: float = 0.1) -> list[float]:
    """By how many seconds each time from one onset to the next is longer than planned.

    Only of those during which the machine did not stand still. AssertionError: not as many onsets as planned.
    """
    heard = onsets(recording.sound, quiet)
    assert len(heard) == len(planned), f"{len(heard)} onsets heard, {len(planned)} planned: {heard}"
    at = recording.began
    return [
        (end - start) - (planned_end - planned_start)
        for (start, end), (planned_start, planned_end) in zip(pairwise(heard), pairwise(planned), strict=True)
        if not recording.stalled(at + start - 0.2, at + end + 0.1)
    ]


def beep(span: float) -> Pcm:
    """A square tone of 1,050 Hz, loud from its first frame, so that its onset is exact."""
    wave = array.array("h", [12_000] * 10 + [-12_000] * 11).tobytes()
    return (wave * (frames(span) // 21 + 1))[: WIDTH * frames(span)]


@contextlib.contextmanager
def start_server(folder: Path, asleep: bool = False) -> Iterator[SoundServer]:
    """A server of its own in the empty `folder`, ready to play; gone when the block ends.

    One that is `asleep` takes up to two seconds to begin, as some real devices do.
    """
    socket, alsa, log = folder / "native", folder / "alsa.conf", folder / "log"
    alsa.write_text("pcm.!default { type pulse }\nctl.!default { type pulse }\n", encoding="utf-8")
    env = deviceless(folder) | {"PULSE_SERVER": f"unix:{socket}", "ALSA_CONFIG_PATH": str(alsa)}
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    command += [f"--load=module-native-protocol-unix socket={socket} auth-anonymous=1"]
    command += [f"--load=module-null-sink sink_name={SINK} rate={SERVER_RATE} norewinds={0 if asleep else 1}"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=env, stdout=output, stderr=output)
    try:
        wait_until(lambda: process.poll() is not None or _answers(env), "the sound server")
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield SoundServer(process, env)
    finally:
        process.kill()
        process.wait()


def _answers(env: dict[str, str]) -> bool:
    command = ["pactl", "get-sink-volume", SINK]
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0


def deviceless(folder: Path) -> dict[str, str]:
    """An environment without any sound device: no server answers, ALSA has no configuration, `folder` is home."""
    nowhere = folder / "nowhere"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PULSE_", "ALSA_", "PIPEWIRE_", "DBUS_")) and name != "DISPLAY"
    }
    homes = ("HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "PULSE_RUNTIME_PATH")
    return (
        kept | dict.fromkeys(homes, str(folder)) | {"PULSE_SERVER": f"unix:{nowhere}", "ALSA_CONFIG_PATH": str(nowhere)}
    )


@pytest.fixture(scope="session")
def sound_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SoundServer]:
    """One server for the whole run, for tests marked `device`."""
    with start_server(tmp_path_factory.mktemp("sound")) as server:
        yield server

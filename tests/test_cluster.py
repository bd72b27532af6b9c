"""A catalogue made on a Dask cluster: the same files, and whatever dies there or is silent, one line within bounds."""

import json
import os
import pickle
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import product
from multiprocessing import Pipe
from pathlib import Path

import pytest

from sound_server import wait_until
from test_mp3 import own_mounts
from voice_guide import __version__
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.catalogue import _found, _seen
from voice_guide.guide.cluster import LONGEST, MADE, UNFIT, Sign, _done, _told

linux = pytest.mark.skipif(sys.platform != "linux", reason="signals, mounts")
ROOT = Path(__file__).parents[1]


def dask(*words, env, prefix=()):
    """One process of a cluster, in a group of its own."""
    command = [*prefix, sys.executable, "-m", "dask", *map(str, words), "--no-dashboard"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env=env, cwd="/", start_new_session=True, **quiet)


class Cluster:
    """A scheduler and its workers, each a process that may be killed."""

    def __init__(self, home, env):
        self.env, self.workers = {**env, "PYTHONPATH": str(ROOT)}, []
        file = home / "scheduler.json"
        self.scheduler = dask("scheduler", "--host", "127.0.0.1", "--port", 0, "--scheduler-file", file, env=self.env)
        wait_until(lambda: file.exists() and file.read_text().endswith("}"), "the scheduler", 60)
        self.address = json.loads(file.read_text())["address"]

    def worker(self, prefix=(), **env):
        words = ("worker", self.address, "--no-nanny", "--nthreads", 1)
        self.workers.append(dask(*words, env={**self.env, **env}, prefix=prefix))

    def send(self, process, number):
        os.killpg(process.pid, number)

    def end(self):
        for process in (self.scheduler, *self.workers):
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


class Home:
    """Of somebody who exports: a cache, and a shelf for what is made."""

    def __init__(self, folder):
        self.folder, self.shelf = folder, folder / "shelf"
        self.shelf.mkdir(parents=True)
        mine = dict.fromkeys(("HOME", "XDG_DATA_HOME"), str(folder)) | {"NO_COLOR": "1"}
        self.env = {**os.environ, **mine, "VOICE_GUIDE_CACHE": str(folder / "cache")}

    def exporting(self, *words):
        """Begins to write all routines."""
        command = [sys.executable, "-m", "voice_guide", "export", "--all", "--voice", "tone", "-o", str(self.shelf)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        return subprocess.Popen([*command, *words], env=self.env, cwd=self.folder, **pipes)

    def refused(self, address, meanwhile=lambda: None):
        """What is told where the cluster cannot be used; nothing is half there.

        But a worker that dies or stands still leaves what it was writing, hidden; the next export sweeps it.
        """
        with self.exporting("--scheduler", address) as process:
            meanwhile()
            made, told = process.communicate(timeout=120)
        assert (process.returncode, made, told.count("\n")) == (1, "", 1)
        assert all(path.suffix in (".mp3", ".json") for path in self.shelf.glob("[!.]*"))
        return told

    @contextmanager
    def cluster(self):
        cluster = Cluster(self.folder, self.env)
        try:
            yield cluster
        finally:
            cluster.end()


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


@pytest.fixture
def shelf(home):
    return home.shelf


@pytest.fixture
def exporting(home):
    return home.exporting


@pytest.fixture
def refused(home):
    return home.refused


@pytest.fixture
def cluster(home):
    with home.cluster() as cluster:
        yield cluster


def at_once(cases, told):
    """`told(case, home number)` for each; they mostly wait."""
    with ThreadPoolExecutor(len(cases)) as pool:
        return [*pool.map(told, cases, range(len(cases)))]


def some(folder):
    return lambda: wait_until(lambda: [*folder.glob("*.mp3")], "the first file", 90)


@pytest.mark.long
def test_two_workers_make_the_same_files(cluster, exporting, shelf, tmp_path):
    (shelf / "muscle-truce.mp3").mkdir()
    cluster.worker()
    cluster.worker()
    with exporting("--scheduler", cluster.address) as process:
        _, told = process.communicate(timeout=120)
    assert process.returncode == 1 and re.search("\nMuscle Truce: .*it is a folder", told) and told.count("\n") == 2
    far = {path.name: path.read_bytes() for path in shelf.glob("*.mp3") if path.is_file()}
    shelf.rename(tmp_path / "far")
    shelf.mkdir()
    with exporting() as process:
        process.communicate(timeout=120)
    near = {path.name: path.read_bytes() for path in shelf.glob("*.mp3")}
    near.pop("muscle-truce.mp3")
    assert far == near
    assert {path.name for path in (tmp_path / "far").iterdir()} == {path.name for path in shelf.iterdir()}


@pytest.mark.long
def test_a_cluster_without_workers_is_not_waited_for(cluster, refused):
    told = f"the Dask scheduler at {cluster.address} has no worker; start one, or use --jobs\n"
    assert refused(cluster.address) == told


@pytest.mark.long
def test_without_a_scheduler_one_line_says_so(refused):
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in refused("tcp://127.0.0.1:9")


@contextmanager
def port(speak):
    """A port where something else than Dask answers."""
    kept = []

    def serve():
        while True:
            try:
                end, _ = server.accept()
            except OSError:
                return
            kept.append(end)
            speak(end)

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        try:
            yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            for end in kept:
                end.close()


@pytest.mark.long
@linux
def test_what_is_no_scheduler_is_named(tmp_path):
    answers = {
        "nothing": lambda end: None,
        "http": lambda end: end.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        "a huge length": lambda end: end.sendall(struct.pack("<Q", 2**62)),
        "a huge frame": lambda end: end.sendall(struct.pack("<QQQ", 24, 1, 2**62) + b"x" * 100),
        "closed": lambda end: end.shutdown(socket.SHUT_RDWR),
    }

    def told(answer, number):
        with port(answers[answer]) as address:
            assert f"no Dask scheduler answers at {address}" in Home(tmp_path / str(number)).refused(address), answer

    at_once([*answers], told)


@pytest.mark.long
@linux
def test_whatever_dies_or_stands_still_in_the_middle_ends_in_a_line(tmp_path):
    def told(case, number):
        whose, sent = case
        home = Home(tmp_path / str(number))
        with home.cluster() as cluster:
            cluster.worker()

            def meanwhile():
                some(home.shelf)()
                cluster.send(cluster.workers[0] if whose == "worker" else cluster.scheduler, sent)

            line = f"the Dask scheduler at {cluster.address} is gone, or its last worker is"
            assert line in home.refused(cluster.address, meanwhile), case

    at_once([*product(("worker", "scheduler"), (signal.SIGKILL, signal.SIGSTOP))], told)


@pytest.mark.long
@linux
def test_another_worker_goes_on_for_one_that_was_killed(cluster, exporting, shelf, library):
    cluster.worker()
    with exporting("--scheduler", cluster.address) as process:
        some(shelf)()
        cluster.send(cluster.workers[0], signal.SIGKILL)
        cluster.worker()
        _, told = process.communicate(timeout=120)
    assert (process.returncode, told) == (0, f"{len(library.routines)} made, 0 up to date\n")


@pytest.mark.long
@linux
def test_who_ends_it_waits_for_nobody(cluster, exporting, shelf):
    cluster.worker()
    with exporting("--scheduler", cluster.address) as process:
        some(shelf)()
        cluster.send(cluster.scheduler, signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=20) == ("", "\n") and process.returncode == 130


@pytest.fixture
def another(tmp_path):
    """A copy of the program, of another version."""
    shutil.copytree(ROOT / "voice_guide", tmp_path / "other" / "voice_guide")
    file = tmp_path / "other" / "voice_guide" / "__init__.py"
    file.write_text(re.sub(r'__version__ = "[^"]+"', '__version__ = "0.0.9"', file.read_text()))
    return tmp_path / "other"


@pytest.mark.long
def test_a_worker_of_another_version_is_named(cluster, refused, another):
    cluster.worker(PYTHONPATH=str(another))
    told = f"a worker of the Dask scheduler at {cluster.address} runs voice-guide 0.0.9, and here is {__version__}; "
    assert refused(cluster.address).startswith(told)


@pytest.mark.long
def test_a_worker_that_has_not_all_of_it_is_named(cluster, refused, another):
    (another / "voice_guide" / "guide" / "cluster.py").unlink()
    cluster.worker(PYTHONPATH=str(another))
    assert re.search(rf"a worker .* cannot do this: No module .*; install voice-guide {__version__} there\n",
                     refused(cluster.address))  # fmt: skip


@pytest.mark.long
@pytest.mark.device
def test_a_worker_with_another_folder_under_that_name_is_named(cluster, refused, shelf, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    mounted = f'mount --bind {tmp_path}/elsewhere {shelf} && exec "$@"'
    cluster.worker(prefix=[*own_mounts(), "sh", "-c", mounted, "sh"])
    assert f" does not see {shelf}; share that folder with it\n" in refused(cluster.address)
    assert not [*shelf.iterdir()] and not [*(tmp_path / "elsewhere").iterdir()]


def test_what_is_not_found_was_not_made(tmp_path):
    (tmp_path / "a.mp3").write_bytes(b"12345")
    assert _found(tmp_path, {"a.mp3": [5, 0]}) == {"a.mp3": _seen(tmp_path / "a.mp3")}
    for told in ({"a.mp3": [6, 0]}, {"b.mp3": [5, 0]}, {"a.mp3": [5, 0], "b.mp3": [5, 0]}):
        with pytest.raises(VoiceGuideError, match=r"was made, and is not found in .*; is the folder shared\?"):
            _found(tmp_path, told)


def test_who_gives_no_sign_of_life_in_time_is_named():
    receiving, sending = Pipe(duplex=False)
    sending.send((0, "made"))
    sending.send(Sign(0.0, "it is gone"))
    told = _told(receiving, 2, "here")
    assert next(told) == (0, "made")
    with pytest.raises(VoiceGuideError, match="it is gone"):
        next(told)


def test_signs_of_life_are_not_enough_for_ever(monkeypatch):
    receiving, sending = Pipe(duplex=False)
    times = iter([0.0, LONGEST, LONGEST + 1])
    monkeypatch.setattr("voice_guide.guide.cluster.monotonic", lambda: next(times))
    for _ in range(3):
        sending.send(Sign(1.0, "it is gone"))
    with pytest.raises(VoiceGuideError, match="the Dask cluster at here made nothing for an hour"):
        next(_told(receiving, 1, "here"))


def test_a_worker_opens_only_what_its_own_version_packed():
    assert _done("0.0.9", b"no pickle")[0] == UNFIT
    assert _done(__version__, pickle.dumps((len, "four"))) == (MADE, 4)

"""Whatever the disk refuses, and wherever a process is killed in a write: the old or the new, whole, and one line."""

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from test_faults import HASTY, SCRIPT
from test_play import TONE, environment

HERE = Path(__file__).parent
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not (sys.platform == "linux" and shutil.which("gcc")), reason="gcc, and Linux to preload into"),
]


@pytest.fixture(scope="module")
def preload(tmp_path_factory):
    """What makes system calls fail, for the environment of a process."""
    library = tmp_path_factory.mktemp("failing") / "failing.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, HERE / "failing.c", "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}


@pytest.fixture
def memory(tmp_path):
    """A folder in memory where there is one: thousands of files are synced."""
    folder = Path("/dev/shm") / f"voice-guide-{os.getpid()}"
    try:
        folder.mkdir()
    except OSError:
        folder = tmp_path / "memory"
        folder.mkdir()
    yield folder
    shutil.rmtree(folder)


def test_of_every_call_of_every_write_that_fails_nothing_is_lost_or_half_there(preload, memory):
    command = [sys.executable, HERE / "failing.py", memory]
    done = subprocess.run(command, env=os.environ | preload, cwd=HERE, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    tried = json.loads(done.stdout)
    assert {name: wrong for name, (_, wrong) in tried.items() if wrong} == {}
    assert sum(faults for faults, _ in tried.values()) > 500


@pytest.mark.parametrize(("first", "error"), [(1, errno.EIO), (4, errno.ENOSPC)])
def test_a_session_that_plays_goes_on_whatever_the_disk_refuses(preload, tmp_path, first, error):
    (tmp_path / "short.yaml").write_text(SCRIPT)
    env = environment(dict(os.environ), tmp_path)
    words = [*HASTY, "40", "play", tmp_path / "short.yaml", *TONE, "--sink", "silent", "--no-questions"]
    told = {"FAILING": f"{first} {error} 1 {tmp_path / 'data'}"}
    done = subprocess.run(words, env=env | preload | told, capture_output=True, text=True, check=False, timeout=120)
    lines = done.stderr.splitlines()
    assert done.returncode == 0 and any("Come off slowly" in line for line in lines), lines
    assert sum(str(tmp_path / "data") in line for line in lines) in (1, 2)
    again = subprocess.run([*HASTY, "15", "journal"], env=env, capture_output=True, text=True, check=False)
    assert again.returncode == 0 and again.stderr == "" and list((tmp_path / "data").glob(".*")) == []

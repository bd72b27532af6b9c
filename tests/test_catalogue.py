"""A whole catalogue: each file as if it were made alone, one that fails harms no other, a killed run goes on."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sound_server import wait_until
from test_mp3 import own_mounts

pytestmark = pytest.mark.long
TONE = ("--voice", "tone")
OWN = """name: Quiet Minute
about: A script of one's own.
steps:
  - say: Sit down, and breathe.
    for: 10
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home with a script of its own, and a cache that all tests here share."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "own").mkdir()
    (folder / "own" / "mine.yaml").write_text(OWN, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def env(home):
    mine = dict.fromkeys(("HOME", "XDG_DATA_HOME"), str(home)) | {"NO_COLOR": "1"}
    return {**os.environ, **mine, "VOICE_GUIDE_CACHE": str(home / "cache"), "VOICE_GUIDE_SCRIPTS": str(home / "own")}


@pytest.fixture(scope="module")
def export(home, env):
    def export(*words, folder="shelf"):
        command = [sys.executable, "-m", "voice_guide", "export", *map(str, words), *TONE, "-o", str(home / folder)]
        return subprocess.run(command, env=env, cwd=home, capture_output=True, text=True, timeout=120)

    return export


@pytest.fixture(scope="module")
def shelf(home, export, library):
    """The whole catalogue, made by two processes."""
    done = export("--all", "--jobs", 2)
    assert (done.returncode, done.stderr) == (0, f"{len(library.routines) + 1} made, 0 up to date\n")
    return home / "shelf"


linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are read from /proc")


def children(pid):
    """The processes that one started, and those that they did."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, _, rest = stat.read_text().partition(" (")
        except OSError:
            continue
        if int(rest.rpartition(") ")[2].split()[1]) == pid:
            found += [int(number), *children(int(number))]
    return found


def workers(pid):
    """Those among them that make files."""
    spawned = []
    for child in children(pid):
        try:
            words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if any(b"spawn_main" in word for word in words):
            spawned.append(child)
    return spawned


@pytest.fixture
def begun(home, env):
    """A run over everything, as it makes its first files; its folder."""
    folder = home / "begun"
    folder.mkdir()
    command = [sys.executable, "-m", "voice_guide", "export", "--all", *TONE, "-o", str(folder), "--jobs", "2"]
    with subprocess.Popen(
        command, env={**env, "VOICE_GUIDE_CACHE": str(home / "cold")}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        wait_until(lambda: (folder / "voice-guide.json").exists(), "the first file", 90)
        yield process, folder
        process.kill()
    for path in [*folder.iterdir(), *(home / "cold").iterdir()]:
        path.unlink()
    folder.rmdir()


def seen(folder):
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir() if path.is_file()}


def changed(before, folder):
    """The sessions that were made again since."""
    return sorted(name for name, told in seen(folder).items() if before.get(name) != told and name.endswith(".mp3"))


def test_every_routine_is_there_under_its_name(shelf, library):
    ids = {routine.id for routine in library.routines.values()} | {"quiet-minute"}
    assert {path.name for path in shelf.iterdir()} == {f"{name}.mp3" for name in ids} | {"voice-guide.json"}


def test_each_is_what_it_is_when_it_is_made_alone(shelf, export, home):
    for name in ("muscle-truce", "quiet-minute"):
        assert export(name, folder="alone.mp3").returncode == 0
        assert (home / "alone.mp3").read_bytes() == (shelf / f"{name}.mp3").read_bytes()


def test_what_is_up_to_date_is_left_alone_and_force_makes_the_same_again(shelf, export, library):
    before, count = seen(shelf), len(library.routines) + 1
    done = export("--all")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", f"0 made, {count} up to date\n")
    assert seen(shelf) == before
    done = export("--all", "--force", "--jobs", 1)
    assert done.stderr == f"{count} made, 0 up to date\n"
    assert len(done.stdout.splitlines()) == count
    assert {name: data for name, (_, data) in seen(shelf).items() if name.endswith(".mp3")} == {
        name: data for name, (_, data) in before.items() if name.endswith(".mp3")
    }


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-1])])
def test_a_file_that_is_gone_or_was_changed_is_made_again_and_no_other(shelf, export, damage):
    before = seen(shelf)
    damage(shelf / "muscle-truce.mp3")
    assert export("--all").stderr.startswith("1 made, ")
    assert changed(before, shelf) == ["muscle-truce.mp3"]
    assert (shelf / "muscle-truce.mp3").read_bytes() == before["muscle-truce.mp3"][1]


@pytest.mark.parametrize("name", ["muscle-truce.mp3", "muscle-truce.vtt", "muscle-truce.png"])
def test_a_byte_that_changed_unseen_is_found_where_all_are_verified(home, export, name):
    words = ("--all", "--captions", "vtt,cover")
    assert export(*words, folder="beside").returncode == 0
    path = home / "beside" / name
    before, at = path.read_bytes(), path.stat()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    assert export(*words, folder="beside").stderr.startswith("0 made, ")
    assert export(*words, "--verify", folder="beside").stderr.startswith("1 made, ")
    assert path.read_bytes() == before


def test_other_wishes_make_all_that_they_change_again(shelf, export):
    before = seen(shelf)
    assert export("--all", "--talk", "short").returncode == 0
    assert "soft-landing.mp3" in changed(before, shelf)
    assert export("--all").returncode == 0
    assert {name: data for name, (_, data) in seen(shelf).items() if name.endswith(".mp3")} == {
        name: data for name, (_, data) in before.items() if name.endswith(".mp3")
    }


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_that_fails_is_named_at_the_end_and_harms_no_other(shelf, export, jobs):
    before = seen(shelf)
    for name in ("muscle-truce.mp3", "soft-landing.mp3"):
        (shelf / name).unlink()
        (shelf / name).mkdir()
    done = export("--all", "--force", "--jobs", jobs)
    counts, *faults = done.stderr.splitlines()
    assert done.returncode == 1 and counts == f"{len(before) - 3} made, 0 up to date, 2 not made:"
    assert sorted(fault.partition(":")[0] for fault in faults) == ["Muscle Truce", "Soft Landing"]
    assert all("it is a folder" in fault for fault in faults)
    for name in ("muscle-truce.mp3", "soft-landing.mp3"):
        (shelf / name).rmdir()
    assert export("--all").stderr.startswith("2 made, ")
    assert [path for path in shelf.iterdir() if path.name.startswith(".")] == []


def test_what_safety_refuses_is_named_and_leaves_four(export, home):
    done = export("--all", "--condition", "pregnancy", folder="pregnant")
    assert done.returncode == 4 and "Soft Landing: " in done.stderr
    made = [path.name for path in (home / "pregnant").glob("*.mp3")]
    assert made and "soft-landing.mp3" not in made


def test_an_older_file_of_what_is_refused_today_is_named(export, home):
    assert export("soft", "landing", folder="older.mp3").returncode == 0
    (home / "today").mkdir()
    (home / "older.mp3").rename(home / "today" / "soft-landing.mp3")
    done = export("--all", "--condition", "pregnancy", folder="today")
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("Soft Landing: ")]
    assert line.endswith(" An older soft-landing.mp3 is still there.")


@linux
def test_two_runs_never_write_into_one_folder_at_once(begun, export):
    _, folder = begun
    done = export("--all", "--talk", "bells", folder=folder)
    assert done.returncode == 1 and done.stderr.startswith(f"another run writes into {folder}; wait for it")


@linux
@pytest.mark.parametrize("words", [("--all",), ("soft", "landing")])
def test_nobody_has_to_look(shelf, home, env, words):
    command = [sys.executable, "-m", "voice_guide", "export", *words, *TONE, "-o", str(home / "blind")]
    (home / "blind").mkdir(exist_ok=True)
    done = subprocess.run(["sh", "-c", 'exec "$@" 2>&-', "sh", *command], env=env, stdout=subprocess.DEVNULL)
    assert done.returncode == 0


@pytest.mark.device
def test_a_disk_that_becomes_full_spoils_no_file_that_was_made(shelf, home, env, tmp_path):
    command = [sys.executable, "-m", "voice_guide", "export", "--all", *TONE, "--jobs", "2", "-o", "disk"]
    text = "mkdir disk && mount -t tmpfs -o size=6m tmpfs disk && { " + " ".join(f"'{word}'" for word in command)
    text += "; echo $?; ls -A disk; cp -r disk kept; }"
    done = subprocess.run([*own_mounts(), "sh", "-c", text], env=env, cwd=tmp_path, capture_output=True, text=True)
    counts, *faults = done.stderr.splitlines()
    assert "1" in done.stdout.splitlines() and counts.endswith(f" {len(faults)} not made:")
    assert len(faults) > 10 and all(os.strerror(errno.ENOSPC) in fault for fault in faults)
    assert not [name for name in done.stdout.splitlines() if name.startswith(".")]
    made = list((tmp_path / "kept").glob("*.mp3"))
    assert made and all(path.read_bytes() == (shelf / path.name).read_bytes() for path in made)


def test_a_record_of_somebody_else_is_left_alone(export, home):
    (home / "theirs").mkdir()
    (home / "theirs" / "voice-guide.json").write_text('{"mine": 1}')
    done = export("--all", folder="theirs")
    assert done.returncode == 1 and "was not written by voice-guide" in done.stderr
    assert [path.name for path in (home / "theirs").iterdir()] == ["voice-guide.json"]


@pytest.mark.parametrize(
    "broken", ['{"voice_guide"', '{"voice_guide": []}', '{"voice_guide": {"soft-landing.mp3": 5}}']
)
def test_a_broken_record_of_ours_is_as_none(shelf, export, broken):
    (shelf / "voice-guide.json").write_text(broken)
    done = export("--all")
    assert done.returncode == 0 and done.stderr.endswith(" made, 0 up to date\n")
    assert len(json.loads((shelf / "voice-guide.json").read_text())["voice_guide"]) == len(list(shelf.glob("*.mp3")))


def test_a_folder_that_cannot_be_made_is_one_line(export):
    done = export("--all", folder="no/such")
    assert (
        done.returncode == 1
        and done.stderr.count("\n") == 1
        and re.search("cannot make .*no/such: ", done.stderr)
        and "choose another folder with -o" in done.stderr
    )


@pytest.mark.parametrize(
    "words",
    [("--all", "soft", "landing"), ("--all", "--need", "stiff back"), ("soft", "--jobs", "2"), ("a", "--force")],
)
def test_what_does_not_go_together_is_a_usage_error(export, words):
    assert export(*words, folder="none").returncode == 2


def gone(pids):
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


@linux
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_run_that_is_ended_leaves_no_process_and_no_half_file_and_the_next_makes_the_rest(
    begun, shelf, export, number
):
    process, folder = begun
    started = children(process.pid)
    os.kill(process.pid, number)
    _, told = process.communicate(timeout=30)
    assert process.returncode == (-number if number == signal.SIGKILL else 130)
    assert b"Traceback" not in told
    wait_until(lambda: gone(started), "the processes it started to end", 30)
    made = {path.name: path.read_bytes() for path in folder.glob("*.mp3")}
    assert made and all((shelf / name).read_bytes() == data for name, data in made.items())
    done = export("--all", folder=folder)
    assert done.returncode == 0 and not done.stderr.endswith(" 0 up to date\n")
    assert {path.name for path in folder.glob("*.mp3")} == {path.name for path in shelf.glob("*.mp3")}
    assert all(path.read_bytes() == (shelf / path.name).read_bytes() for path in folder.glob("*.mp3"))


@linux
@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_interruption_while_the_processes_start_ends_all_of_them_at_once(shelf, home, env, count):
    command = [
        sys.executable,
        "-m",
        "voice_guide",
        "export",
        "--all",
        "--force",
        *TONE,
        "-o",
        str(shelf),
        "--jobs",
        "2",
    ]
    with subprocess.Popen(
        command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        wait_until(lambda: len(children(process.pid)) >= count, "its processes", 30)
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, b"\n")


@linux
def test_a_process_that_is_killed_costs_time_and_no_file(begun, shelf):
    process, folder = begun
    os.kill(workers(process.pid)[0], signal.SIGKILL)
    _, told = process.communicate(timeout=90)
    assert (process.returncode, told) == (0, f"{len(list(shelf.glob('*.mp3')))} made, 0 up to date\n".encode())
    assert all(path.read_bytes() == (shelf / path.name).read_bytes() for path in folder.glob("*.mp3"))

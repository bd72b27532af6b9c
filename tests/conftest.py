import os
import shutil
import signal
import subprocess
import sys
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import settings

import strategies  # noqa: F401, it has the profiles
from sound_server import deviceless, missing_parts, sound_server
from voice_guide.library import Library

__all__ = ["sound_server"]

MEDIA = ("ffmpeg", "ffprobe", "mpg123", "mp3val", "chromium", "flite", "dbus-daemon", "playerctl")
IN_CI = bool(os.environ.get("CI"))


CHECKED = "CHECKED_SCRIPTS"
"""The folder where this run has the scripts that it checked."""


def pytest_configure(config):
    """What runs the tests may ignore the hang-up of a terminal; the sessions they start must not."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    settings.load_profile("quick" if "not long" in config.option.markexpr else "all")
    home = Path(tempfile.mkdtemp(prefix="voice-guide-"))
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    move_into(home)
    if CHECKED not in os.environ:  # or the process that shares the tests out did
        os.environ[CHECKED] = str(home / "checked")
        library = Library(own=home, cache=home / "checked")
        assert library.routines and library.needs and library.charts


def move_into(home):
    """Every process that runs tests lives in an empty home: no desktop, no sound device, nothing of ours of before."""
    # Only what pip has is the person's, so that the wheel is tried as they would install it.
    os.environ.setdefault("PIP_CACHE_DIR", str(Path("~/.cache/pip").expanduser()))
    for file in ("~/.config/pip/pip.conf", "~/.pip/pip.conf"):
        if (path := Path(file).expanduser()).exists():
            os.environ.setdefault("PIP_CONFIG_FILE", str(path))
    ours = ("VOICE_GUIDE_", "XDG_")
    bare = {name: value for name, value in deviceless(home).items() if not name.startswith(ours)}
    os.environ.clear()
    os.environ.update(bare)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # or every process that is started compiles us anew
    (home / "run").mkdir(mode=0o700)
    os.environ |= {"XDG_RUNTIME_DIR": str(home / "run"), "VOICE_GUIDE_CACHE": str(home / "cache")}


APART = {
    "test_cli", "test_cluster", "test_export", "test_faults", "test_fit", "test_long", "test_play", "test_session",
    "test_waiting",
}  # fmt: skip
"""Files whose tests share nothing that is dear to make, and take their time. The tests of any other go together."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Who runs tests side by side gives each process a whole file, or one test that stands apart."""
    from xdist.scheduler import LoadScopeScheduling

    class Shares(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            return nodeid if Path(file).stem in APART else file

    config.option.loadscopereorder = False  # see the order below
    return Shares(config, log)


FIRST = ("test_every_cue_is_heard", "test_hands_free", "test_installed", "test_a_sound_server_that", "test_eight_hours")
"""What takes longest, so that nobody waits for it in the end."""


def pytest_collection_modifyitems(items):
    """The longest ones first, then the files that are shared out test by test, then the rest."""

    def rank(item):
        slow = next((place for place, name in enumerate(FIRST) if name in item.nodeid), len(FIRST))
        return slow, not item.get_closest_marker("long"), item.path.stem not in APART

    order = {}
    for item in items:
        unit = item if item.path.stem in APART else item.path
        order[unit] = min(rank(item), order.get(unit, rank(item)))
    items.sort(key=lambda item: order.get(item) or order[item.path])


@cache
def missing():
    """What the device tests need of this machine and it lacks."""
    parts = missing_parts() + [tool for tool in MEDIA if not shutil.which(tool)]
    if IN_CI and sys.version_info < (3, 12) and not find_spec("simpleaudio"):
        parts.append("simpleaudio")
    return parts


def pytest_runtest_setup(item):
    """A missing part of the system is a named skip on a laptop and a failure in CI."""
    if item.get_closest_marker("device") and missing():
        (pytest.fail if IN_CI else pytest.skip)(f"not installed: {', '.join(missing())}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """In CI a skip of any kind is a failure."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
    return report


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return Library(own=tmp_path_factory.mktemp("own"))


def been_here(cache):
    """The cache of somebody who has been here before: scripts are checked, nothing is rendered. Returns it."""
    cache.mkdir(exist_ok=True)
    for entry in Path(os.environ[CHECKED]).iterdir():
        if not (cache / entry.name).exists():
            (cache / entry.name).hardlink_to(entry)
    return cache


@pytest.fixture
def run(tmp_path):
    """Run voice-guide as a listener does, with an empty home; returns the finished process."""

    def run(*words, **env):
        cache = been_here(tmp_path / "cache")
        home = {"HOME": str(tmp_path), "VOICE_GUIDE_CACHE": str(cache), "XDG_DATA_HOME": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "-m", "voice_guide", *map(str, words)],
            env={**os.environ, "NO_COLOR": "1", **home, **env},
            capture_output=True,
            text=True,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )

    return run


@pytest.fixture(scope="session")
def top():
    return Path(__file__).parents[1]

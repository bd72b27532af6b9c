import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from sound_server import missing_parts, sound_server
from voice_guide.library import Library

__all__ = ["sound_server"]

MEDIA = ("ffmpeg", "ffprobe", "mpg123", "mp3val", "chromium", "flite", "dbus-daemon", "playerctl")
IN_CI = bool(os.environ.get("CI"))


def pytest_configure():
    """What runs the tests may ignore the hang-up of a terminal; the sessions they start must not."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


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


@pytest.fixture
def run(tmp_path):
    """Run voice-guide as a listener does, with an empty home; returns the finished process."""

    def run(*words, **env):
        home = {"HOME": str(tmp_path), "VOICE_GUIDE_CACHE": str(tmp_path / "cache"), "XDG_DATA_HOME": str(tmp_path)}
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

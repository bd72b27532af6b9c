import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sound_server import sound_server
from voice_guide.library import Library

__all__ = ["sound_server"]

PARTS = ("pulseaudio", "pactl", "parec", "ffmpeg", "ffprobe", "mpg123", "mp3val")


def pytest_runtest_setup(item):
    """A missing part of the system is a named skip on a laptop and a failure in CI."""
    if item.get_closest_marker("device"):
        missing = [part for part in PARTS if not shutil.which(part)]
        if missing and os.environ.get("CI"):
            pytest.fail(f"in CI nothing is skipped; missing: {', '.join(missing)}")
        if missing:
            pytest.skip(f"not installed: {', '.join(missing)}")


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

"""Eight hours, exported and played at full speed: memory and open files as in half an hour, and the exact length."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXPORT = Path(__file__).parent / "bench" / "exporting.py"
PLAY = """
import os, sys
from dataclasses import replace
from pathlib import Path
from voice_guide.voices.rendering import rendered
from voice_guide.library import Library
from voice_guide.pcm import frames, length
from voice_guide.player import play
from voice_guide.compiler.script import compile_script
from voice_guide.player.session import Session
from voice_guide.devices.lasting import Lasting
from voice_guide.voices.tone import Tone

class Tape:
    stretch, frames = frames(0.5), 0
    def write(self, block):
        self.frames += length(block)
        return length(block)
    def close(self):
        pass

library, tape = Library(own=Path("none")), Tape()
plan = compile_script(library.routines["Complete Daily Care"], library.phrases)
once = rendered(plan, Tone(140)).length
times = -(-frames(float(sys.argv[1]) * 3600) // once)
timeline = rendered(replace(plan, cues=plan.cues * times), Tone(140))
session = Session()
session.feed(timeline.clips)
session.whole = True
files = len(os.listdir("/proc/self/fd"))
play(session, Lasting(lambda: tape))
assert tape.frames == timeline.length == times * once >= frames(float(sys.argv[1]) * 3600)
assert len(os.listdir("/proc/self/fd")) == files
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc"),
]


def child(*words, folder):
    env = {
        **os.environ,
        "HOME": str(folder),
        "VOICE_GUIDE_CACHE": str(folder / "cache"),
        "PYTHONPATH": str(EXPORT.parent),
    }
    return subprocess.run(
        [sys.executable, *map(str, words)], env=env, capture_output=True, text=True, check=True
    ).stdout


def test_eight_hours_are_played_to_the_frame_in_flat_memory(tmp_path):
    short, long = (int(child("-c", PLAY, hours, folder=tmp_path)) / 1024 for hours in (0.5, 8))
    print(f"{short:.0f} MB for half an hour, {long:.0f} MB for eight hours")
    assert long < 1.1 * short


def test_eight_hours_are_exported_in_flat_memory_and_are_whole(tmp_path):
    file = tmp_path / "long.mp3"
    short, files = map(float, child(EXPORT, 0.5, file, folder=tmp_path).split())
    long, still = map(float, child(EXPORT, 8, file, folder=tmp_path).split())
    print(f"{short:.0f} MB for half an hour, {long:.0f} MB for eight hours")
    assert long < 1.1 * short and long < 90 and still == files
    assert "is whole: 4" in child("-m", "voice_guide", "verify", file, folder=tmp_path)

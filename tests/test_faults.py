"""What breaks a session from outside, done for real: kills, closed lids, Ctrl-Z; and what can be gone on with."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from test_play import TONE, at_a_terminal, environment, past_sessions
from test_resume import clips_of
from sound_server import wait_until
from voice_guide.library import Library
from voice_guide.personal.bookmark import read_bookmark
from voice_guide.pcm import frames
from voice_guide.resume import TOO_SHORT, resumed
from voice_guide.script import compile_script
from voice_guide.timeline import Mark, lay
from voice_guide.voices.tone import Tone

SCRIPT = """\
name: Short
about: x
avoid: []
ending: asleep
steps:
  - {press: palm center, hold: 30}
  - {rest: 15}
"""
HASTY = (sys.executable, str(Path(__file__).with_name("hasty.py")))
SPEED = 10
KILLS = 50
CHAINS = 5


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "short.yaml"
    path.write_text(SCRIPT)
    return path


class Listener:
    """Somebody whose sessions are killed again and again; tells what they heard of the script, by number."""

    def __init__(self, home, script, library, seed):
        self.script, self.random = script, random.Random(seed)
        self.env = environment(dict(os.environ), home)
        self.place = home / "data" / "place.json"
        self.said = home / "said"
        self.phrases = library.phrases
        self.plan = compile_script(library.read(script), library.phrases)
        self.kills = 0

    def listen_and_be_killed(self, least):
        """Whole sessions, one after the other, until there were so many kills."""
        while self.kills < least:
            self.whole_session()
        return self.kills

    def whole_session(self):
        heard = []
        while True:
            page = read_bookmark(self.place)
            killed, lines = self.run(*(["resume"] if page else ["play", str(self.script), *TONE]))
            cues = [clip.cue for clip in laid(self.expected(page)) if clip.cue.text]
            assert lines == [cue.text for cue in cues[: len(lines)]]
            numbers = [cue.number for cue in cues[: len(lines)] if cue.number >= 0]
            assert len({*heard} & {*numbers}) <= 1, (heard, numbers)
            heard += [number for number in numbers if number not in heard]
            if not killed:
                break
        assert heard == sorted(heard)
        missed = [clip for clip in laid(self.plan) if clip.cue.number not in heard]
        assert all(clip.cue.optional and clip.start > self.too_late(clip) for clip in missed)
        assert not self.place.exists()

    def too_late(self, clip):
        """The frame from which on nobody gets back into the hold of this clip."""
        release = next(c for c in laid(self.plan) if c.cue.kind == "release" and c.start > clip.start)
        return release.start - frames(TOO_SHORT)

    def expected(self, page):
        if page is None or page.cue == 0:
            return self.plan
        return resumed(self.plan, Mark(page.cue, page.wait), page.noticed, self.phrases, "Short", 140)

    def run(self, *words):
        """One process until it ends or is killed, at an instant that nobody chose: whether it was, and its words."""
        with self.said.open("wb") as said:
            process = subprocess.Popen(
                [*HASTY, str(SPEED), *words, "--sink", "silent"], env=self.env, stdin=subprocess.DEVNULL, stderr=said
            )
            try:
                process.wait(self.random.uniform(0.1, 8))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                self.kills += 1
        killed = process.returncode == -signal.SIGKILL
        assert killed or process.returncode == 0, self.said.read_text()
        return killed, self.said.read_text().splitlines()


def laid(plan):
    voice = Tone(140)
    return tuple(lay((cue, voice.speak(cue.text)) for cue in plan.cues))


def test_killed_at_fifty_instants_every_cue_is_heard_and_one_at_most_twice(script, tmp_path, library):
    homes = [tmp_path / f"home{number}" for number in range(CHAINS)]
    listeners = [Listener(home, script, library, seed) for seed, home in enumerate(homes)]
    with ThreadPoolExecutor(CHAINS) as pool:
        kills = sum(pool.map(lambda one: one.listen_and_be_killed(KILLS // CHAINS), listeners))
    assert kills >= KILLS

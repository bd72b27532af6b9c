"""Stand-ins that keep the same promises as the real parts: a voice, a sink, sounds that tell which cue they are."""

from array import array
from itertools import groupby

from voice_guide.compiler.cues import Cue
from voice_guide.compiler.timeline import Clip
from voice_guide.pcm import WIDTH, length


class Hum:
    """A voice that says nothing but lasts as long as it is told to."""

    key = "hum"

    def __init__(self, frames_a_letter=100):
        self.frames_a_letter = frames_a_letter
        self.said = []

    def speak(self, text):
        self.said.append(text)
        return tone(1, len(text) * self.frames_a_letter)


class Tape:
    """A sink that keeps everything, and can take less than it is given."""

    stretch = 24_000

    def __init__(self, takes=lambda count: count):
        self.sound = b""
        self.takes = takes
        self.closed = 0

    def write(self, block):
        taken = self.takes(length(block))
        self.sound += block[: taken * WIDTH]
        return taken

    def close(self):
        self.closed += 1


def tone(number, frames):
    """A sound that is `number` in every frame, so that a tape tells what was heard."""
    return array("h", [number]).tobytes() * frames


def heard(sound):
    """A tape as runs: (number, first frame, frames), silence left out."""
    runs, at = [], 0
    for number, run in groupby(memoryview(sound).cast("h")):
        count = sum(1 for _ in run)
        if number:
            runs.append((number, at, count))
        at += count
    return runs


def clip(kind, start, frames, number=1, words=None, **cue):
    """A clip whose words are `number`, half as long as its place unless told."""
    words = frames // 2 if words is None else words
    return Clip(Cue(kind, f"{kind} {number}", **cue), tone(number, words), start, frames)

"""A speech engine with one sickness, in the worker's own words: `sick_engine.py [once] [after N] SICKNESS LOG`.

Every start is a line in LOG with its process, every cue that was answered well another. `once` is sick in its
first process only, `after N` when N cues were answered; `well` is not sick. Each text has a sound of its own.
"""

import json
import os
import sys
import threading
import wave
import zlib
from pathlib import Path


def save(request, seconds=None, level=9000):
    """As long as its words, in a wave of its own."""
    text = request["text"]
    seconds = len(text.split()) * 0.06 if seconds is None else seconds
    with wave.open(request["file"], "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(24_000)
        up, down = (sample.to_bytes(2, "little", signed=True) for sample in (level, -level))
        one, two, three = (20 + zlib.crc32(text.encode()) // 64**power % 64 for power in range(3))
        period = up * one + down * two + up * three + down * one + up * two + down * three
        size = 2 * round(seconds * 24_000)
        wav.writeframes((period * (size // len(period) + 1))[:size])


def hang(request):
    threading.Event().wait()


def tell(request):
    Path(log).with_name("asked").write_text("." * 100_000)  # a pipe: it waits for the test to listen


def tell_and_hang(request):
    tell(request)
    hang(request)


def tell_and_save(request):
    tell(request)
    save(request)


def drag(request):
    save(request)
    threading.Event().wait(len(request["text"].split()) * 0.06)


def write(sound):
    return lambda request: Path(request["file"]).write_bytes(sound)


SICKNESSES = {
    "well": save,
    "hang": hang,
    "tell": tell_and_hang,
    "tell and save": tell_and_save,
    "die": lambda request: sys.exit(1),
    "nothing": lambda request: None,
    "empty": write(b""),
    "header": lambda request: save(request, seconds=0),
    "short": lambda request: save(request, seconds=0.02),
    "endless": lambda request: save(request, seconds=120),
    "silent": lambda request: save(request, level=0),
    "noise": write(b"RIFF and nothing that follows"),
    "garbage": lambda request: print("Audio saved to", request["file"], flush=True),
    "list": lambda request: print([request["file"]], flush=True),
    "fault": lambda request: print(json.dumps({"error": "RuntimeError: no larynx"}), flush=True),
    "slow": save,
    "real time": drag,
}


def main(once, after, sickness):
    lines = Path(log).read_text(encoding="utf-8").splitlines() if Path(log).exists() else []
    said, starts = lines.count("said"), len(lines) - lines.count("said")
    with Path(log).open("a", encoding="utf-8") as told:
        print(f"started {os.getpid()}", file=told, flush=True)
        if sickness == "slow":
            threading.Event().wait(0.9)
        for line in sys.stdin:
            sick = said >= after and not (once and starts)
            SICKNESSES[sickness if sick else "well"](json.loads(line))
            said += 1
            print("said", file=told, flush=True)
            print("{}", flush=True)


if __name__ == "__main__":
    *how, sickness, log = sys.argv[1:]
    main("once" in how, int(how[-1]) if "after" in how else 0, sickness)

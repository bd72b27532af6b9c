"""A speech engine with one sickness, in the worker's own words: `sick_engine.py SICKNESS LOG`.

Every start is a line in LOG. `once ...` is sick in its first process only; `well` is not sick.
"""

import json
import sys
import threading
import wave
from pathlib import Path


def save(file, seconds=1.0, level=9000):
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(22_050)
        up, down = (sample.to_bytes(2, "little", signed=True) for sample in (level, -level))
        wav.writeframes((up * 25 + down * 25) * round(seconds * 22_050 / 50))


def hang(file):
    threading.Event().wait()


def tell_and_hang(file):
    Path(log).with_name("asked").open("w").close()  # a pipe: opening it waits for the test to listen
    hang(file)


SICKNESSES = {
    "well": save,
    "hang": hang,
    "tell": tell_and_hang,
    "die": lambda file: sys.exit(1),
    "nothing": lambda file: None,
    "empty": lambda file: Path(file).write_bytes(b""),
    "header": lambda file: save(file, seconds=0),
    "short": lambda file: save(file, seconds=0.02),
    "silent": lambda file: save(file, level=0),
    "noise": lambda file: Path(file).write_bytes(b"RIFF and nothing that follows"),
    "garbage": lambda file: print("Audio saved to", file, flush=True),
    "list": lambda file: print([file], flush=True),
    "fault": lambda file: print(json.dumps({"error": "RuntimeError: no larynx"}), flush=True),
    "slow": save,
}

if __name__ == "__main__":
    *once, sickness, log = sys.argv[1:]
    starts = Path(log).read_text() if Path(log).exists() else ""
    Path(log).write_text(starts + "started\n")
    if sickness == "slow":
        threading.Event().wait(0.9)
    if once and starts:
        sickness = "well"
    for line in sys.stdin:
        SICKNESSES[sickness](json.loads(line)["file"])
        print("{}", flush=True)

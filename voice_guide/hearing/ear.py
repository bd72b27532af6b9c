"""The ear: a process that listens, seen from the session, which never waits for it."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import asdict
from typing import IO, Any

from voice_guide.errors import HearingError
from voice_guide.hearing import MUTE, Heard
from voice_guide.hearing.worker import SILENT
from voice_guide.routine.vocabulary import Vocabulary

COMMAND = (sys.executable, "-P", "-m", "voice_guide.hearing.worker")
TAIL = 0.4
"""Seconds for which a room still sounds of us."""
GRAIN = 0.06
"""Seconds by which it may be deaf for longer, so that it need not be told at every block."""
PATIENCE = 5.0
"""Seconds without a word from it, once it is ready, after which it is given up; it speaks every second."""
STARTING = 30.0
"""The same before it is ready: a slow disk has a model to read."""
QUIET = -45.0
"""dBFS under which a room is quiet."""
AGAIN = "the keys still work; end the session and start it again to be heard"


class Ear:
    """Listens from the beginning until it is closed, in the first of the vocabularies until another is used."""

    def __init__(self, vocabularies: Sequence[Vocabulary], command: Sequence[str] = COMMAND) -> None:
        """Start the process, without waiting for it. What goes wrong shows as `fault`."""
        self.ready = False
        """It listens."""
        self.level: float | None = None
        """dBFS of what it hears, our own voice not counted; SILENT where there is nothing at all."""
        self.unheard = ""
        """Why nobody is heard at the moment, though it listens; empty where somebody would be."""
        self.left_out: tuple[str, ...] = ()
        """Phrases that it cannot hear, once it is ready."""
        self._fault = ""
        """Seconds of nothing; and whether there was anything else."""
        self._deaf_until = 0.0
        self._silent, self._looked = 0.0, time.monotonic()
        self._found: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._start(command)
        except OSError as fault:
            self._fault = f"the listening process cannot be started ({fault}); {AGAIN}"
            return
        self._orders.put([asdict(vocabulary) for vocabulary in vocabularies])

    def _start(self, command: Sequence[str]) -> None:
        # In a group, or console, of its own, so that Ctrl-C is heard by the session alone. It imports from where we do.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._threads = [
            threading.Thread(target=self._read, args=(self._process.stdout,), name="ear", daemon=True),
            threading.Thread(target=self._write, args=(self._process.stdin,), name="ear orders", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    @property
    def fault(self) -> HearingError | None:
        """Why it does not listen any more: no microphone, it died, or it fell silent."""
        # A machine that slept in between counts as one moment, as it can still speak.
        now = time.monotonic()
        self._silent += min(now - self._looked, 1.0)
        self._looked = now
        if not self._fault and self._silent > (PATIENCE if self.ready else STARTING):
            self._fault = f"the listening process does not answer; {AGAIN}"
        return HearingError(self._fault) if self._fault else None

    def use(self, name: str) -> None:
        """The vocabulary from now on."""
        self._tell({"use": name})

    def deafen(self, seconds: float) -> None:
        """Our own voice sounds from now on for so long: do not listen until the room has heard the last of it.

        May be called at every block, with the seconds until the last that was written has sounded.
        """
        now = time.monotonic()
        until = now + seconds + TAIL
        if until > self._deaf_until:
            self._deaf_until = until + GRAIN
            self._tell({"deaf": [now, self._deaf_until]})

    def heard(self) -> list[Heard]:
        """What was said since this was last asked; its times are `time.monotonic`."""
        found = []
        with suppress(queue.Empty):
            while True:
                found.append(self._found.get_nowait())
        return found

    def close(self) -> None:
        """Kill and reap it. Safe twice."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        self._orders.put(None)
        for thread in self._threads:
            thread.join(timeout=1)

    def _tell(self, order: dict[str, Any]) -> None:
        if not self._fault:
            self._orders.put(order)

    def _read(self, news: IO[bytes]) -> None:
        with news:
            try:
                while line := news.readline(1_000_000):
                    self._learn(json.loads(line))
            except (ValueError, TypeError):
                self._fault = self._fault or f"the listening process told garbage; {AGAIN}"
        self._fault = self._fault or f"the listening process died; {AGAIN}"

    def _learn(self, news: dict[str, Any]) -> None:
        self._silent = 0.0
        if "ready" in news:
            self.left_out = tuple(news["ready"])
            self.ready = True
        if "heard" in news:
            self._found.put(Heard(**news["heard"]))
        self.level = news.get("level", self.level)
        self.unheard = str(news.get("unheard", self.unheard))
        self._fault = news.get("fault", self._fault)

    def _write(self, orders: IO[bytes]) -> None:
        with suppress(OSError), orders:  # it may be gone
            while (order := self._orders.get()) is not None:
                orders.write(json.dumps(order, default=sorted).encode() + b"\n")
                orders.flush()


def try_microphone(vocabularies: Sequence[Vocabulary], span: float = 2.0) -> str:
    """Listen for `span` seconds, and tell how loud the room is and what was said.

    HearingError: there is no microphone, or it gives nothing.
    """
    said: list[str] = []
    with closing(Ear(vocabularies)) as ear:
        over = float("inf")
        while time.monotonic() < over or ear.level is None:
            if fault := ear.fault:
                raise fault
            if ear.ready:
                over = min(over, time.monotonic() + span)
            said += [heard.said for heard in ear.heard() if heard.said]
            time.sleep(0.05)
        level = ear.level
    if level == SILENT:
        raise HearingError(MUTE)
    room = "a quiet room" if level < QUIET else "voices or noise"
    return f"hears {room}, {level:.0f} dBFS" + "".join(f', "{words}"' for words in said)

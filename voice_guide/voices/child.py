"""One engine process: every reply is awaited for a bounded time, and it is always reaped."""

import errno
import json
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO, Any, cast

_PARTS = 4
"""A wait has parts: a machine that sleeps through the end of one wakes up in the next, and can still answer."""


class Sick(Exception):
    """What the engine did wrong, in words that follow its name."""


class Child:
    """A process that answers a line of JSON with a line of JSON, as `worker.py` does."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it, without waiting for it. Raises OSError."""
        self.took: list[float] = []
        """Seconds for each answer; the first holds its start."""
        self._replies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        # In a group, on Windows with a console, of its own, so that Ctrl-C ends the listening and not the engine.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._requests = cast(IO[bytes], self._process.stdin)
        self._reader = threading.Thread(target=self._read, name="engine", daemon=True)
        try:
            self._reader.start()
        except RuntimeError as error:  # there are too many threads
            self._process.kill()
            self._process.wait()
            raise OSError(errno.EAGAIN, str(error)) from None

    def ask(self, request: dict[str, Any], patience: float) -> dict[str, Any]:
        """The reply. Raises Sick where there is none within `patience` seconds, or none that is an answer."""
        began = time.monotonic()
        try:
            self._requests.write(json.dumps(request).encode() + b"\n")
            self._requests.flush()
            reply = self._awaited(patience)
        except (OSError, ValueError):  # it closed its end, or another thread closed ours
            reply = b""
        if not reply:
            raise Sick("died")
        try:
            answer: dict[str, Any] = json.loads(reply)
            fault = answer.get("error")
        except (ValueError, AttributeError):
            raise Sick("answered with garbage") from None
        if fault:
            raise Sick(f"failed with {fault}")
        self.took.append(time.monotonic() - began)
        return answer

    def _awaited(self, patience: float) -> bytes:
        for _ in range(_PARTS):
            with suppress(queue.Empty):
                return self._replies.get(timeout=patience / _PARTS)
        raise Sick(f"gave no answer in {patience:.0f} seconds")

    def close(self) -> None:
        """Kill and reap it, whatever it is doing and whoever awaits a reply. Safe twice."""
        self._process.kill()
        self._process.wait()
        self._reader.join(timeout=1)
        with suppress(OSError):  # words that it never read
            self._requests.close()

    def _read(self) -> None:
        with cast(IO[bytes], self._process.stdout) as replies:
            while reply := replies.readline(1_000_000):
                self._replies.put(reply)
        self._replies.put(b"")

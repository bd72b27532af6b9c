"""The child process that listens: a recogniser keeps the interpreter to itself, and would disturb the session's sound.

One line of JSON on stdin for each order, the vocabularies first; all times are `time.monotonic`, the same for all
processes of a machine:

    [{a vocabulary}, ...]
    {"use": NAME}
    {"deaf": [SINCE, UNTIL]}    our own voice sounds

One line of JSON on stdout for what there is to tell, and nothing else there:

    {"ready": [phrases left out]}
    {"heard": {...}}            see Heard; the times are those at which it was said
    {"level": DBFS OR NULL, "unheard": WHY OR EMPTY}    each second, of what was not our own voice
    {"fault": ONE LINE}         the last word

It ends when stdin does. What is recorded is forgotten as soon as it is understood, and written nowhere.
"""

import array
import json
import math
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import asdict, replace
from typing import Any, Protocol

from voice_guide.devices.microphone import RATE, Block
from voice_guide.errors import HearingError
from voice_guide.hearing import MUTE, Heard
from voice_guide.routine.vocabulary import Vocabulary

SILENT = -120.0
"""dBFS of digital silence."""
NOISE = -20.0
"""dBFS that a voice has for a moment, and a second of it only in noise that drowns every voice."""
_MUTE, _DROWNED = 45.0, 20.0
"""Seconds of nothing at all, our own voice included, and of noise, after which nobody is heard."""
_KEPT = 10.0
"""Seconds after which a deaf stretch is forgotten: no sound comes so late."""


class Hears(Protocol):
    """What the worker needs of a recogniser."""

    left_out: tuple[str, ...]

    def use(self, name: str) -> None:
        """The vocabulary from now on."""

    def hear(self, sound: bytes) -> list[Heard]:
        """What this sound ends."""

    def forget(self) -> None:
        """Drop what has begun."""


class Attention:
    """What is listened to, and what is not because our own voice sounded when it was recorded."""

    def __init__(self, recogniser: Hears) -> None:
        self._recogniser = recogniser
        self._deaf: list[tuple[float, float]] = []
        self._fed = 0  # frames
        self._squares, self._counted = 0, 0
        self._level: float | None = None
        self._mute = self._drowned = 0.0
        """For how many seconds there was nothing, or noise."""

    def obey(self, order: dict[str, Any]) -> None:
        """As the module says."""
        if "use" in order:
            self._recogniser.use(order["use"])
        if "deaf" in order:
            since, until = order["deaf"]
            self._deaf = [stretch for stretch in self._deaf if stretch[1] > since - _KEPT] + [(since, until)]

    def take(self, block: Block) -> list[Heard]:
        """What was said, with the times at which it was."""
        self._mute = 0.0 if block.sound.strip(b"\0") else self._mute + block.end - block.start
        if any(block.start < until and since < block.end for since, until in self._deaf):
            self._recogniser.forget()
            return []
        samples = array.array("h", block.sound)
        self._squares += sum(sample * sample for sample in samples)
        self._counted += len(samples)
        began = block.start - self._fed / RATE
        self._fed += len(samples)
        return [
            replace(heard, start=began + heard.start, end=began + heard.end)
            for heard in self._recogniser.hear(block.sound)
        ]

    def level(self) -> float | None:
        """Decibels under full scale of what was listened to since this was last asked, or before."""
        if self._counted:
            power = self._squares / self._counted / 32_768**2
            self._level = round(10 * math.log10(power), 1) if power else SILENT
            self._drowned = self._drowned + self._counted / RATE if self._level > NOISE else 0.0
            self._squares, self._counted = 0, 0
        return self._level

    def unheard(self) -> str:
        """Why nobody can be heard, where that has been so for a while: as long as it is so."""
        if self._mute > _MUTE:
            return MUTE
        if self._drowned > _DROWNED:
            return "the microphone gives only loud noise, in which nobody is heard; keys work without one"
        return ""


def attend(
    recogniser: Hears,
    blocks: Iterable[Block],
    orders: "queue.SimpleQueue[dict[str, Any]]",
    tell: Callable[[dict[str, Any]], None],
) -> None:
    """Listen for as long as blocks come. HearingError: the microphone is lost."""
    attention = Attention(recogniser)
    ready, count = False, 0
    for block in blocks:
        if not ready:
            tell({"ready": recogniser.left_out})
            ready = True
        while not orders.empty():
            attention.obey(orders.get())
        for heard in attention.take(block):
            tell({"heard": asdict(heard)})
        count += len(block.sound) // 2
        if count >= RATE:
            tell({"level": attention.level(), "unheard": attention.unheard()})
            count -= RATE


def serve(recogniser: Callable[[list[Vocabulary]], Hears], microphone: Callable[[], Iterable[Block]]) -> None:
    """Be the child process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends the session, and the session ends us
    replies = _private_stdout()

    def tell(news: dict[str, Any]) -> None:
        os.write(replies, json.dumps(news).encode() + b"\n")

    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    try:
        told = json.loads(sys.stdin.readline())
        vocabularies = [
            Vocabulary(**{**fields, **{name: frozenset(fields[name]) for name in ("sure", "usual")}}) for fields in told
        ]
        threading.Thread(target=_read, args=(orders,), daemon=True).start()
        blocks = microphone()  # which is asked first, as it is sooner known
        attend(recogniser(vocabularies), blocks, orders, tell)
    except HearingError as fault:
        tell({"fault": str(fault)})
    except Exception as fault:
        tell({"fault": " ".join(f"the recogniser failed with {type(fault).__name__}: {fault}".split())})
    finally:
        os._exit(1)  # a lost device may never come back from closing


def _private_stdout() -> int:
    """Where news go; what anybody prints goes to stderr from now on."""
    news = os.dup(1)
    os.dup2(2, 1)
    return news


def _read(orders: "queue.SimpleQueue[dict[str, Any]]") -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    os._exit(0)  # whoever listened to us has gone


def main() -> None:
    """Listen to the microphone until stdin ends."""
    from voice_guide.devices.microphone import Microphone
    from voice_guide.hearing.recogniser import Recogniser

    serve(Recogniser, Microphone)


if __name__ == "__main__":
    main()

"""Where utterances begin and end in a stream of sound."""

import audioop
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from struct import pack
from typing import Any

from voice_guide.devices.microphone import RATE

STEP = 0.03
"""Seconds that are judged at once."""
BLOCK = round(RATE * STEP) * 2
"""Bytes of a step."""

_BEGIN, _OF = 5, 8
"""Steps with speech, of the last so many, that begin an utterance."""
_END = 11
"""Steps without speech that end it."""
_LEAD = 8
"""Steps before the beginning that belong to it."""
_LONGEST = 100
"""Steps of the longest utterance: what is longer is talk, and left alone."""
_STILL = 8
"""Under it is digital silence, on which no end is found unless a little noise, of -70 dBFS, is added; of 32,767."""
_LOUDEST = 32_767.0
_ABOVE = 1.5
"""So many times as loud as the quietest of late is what may be speech: hiss alone is taken for it otherwise."""
_RISE = 1.01
"""By which the quietest of late grows each step, so that new noise is known after some seconds."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """The sound of one, with a little before and after it; seconds of the stream."""

    sound: bytes
    start: float
    end: float


class Utterances:
    """Cuts a stream into utterances of at most three seconds."""

    def __init__(self, judge: Callable[[], Any]) -> None:
        """`judge` makes what tells speech from other sound, as pocketsphinx.Vad does, STEP at a time."""
        self._judge, self._voiced = judge, judge()
        self._rest = b""
        self._now = 0  # steps heard
        self._before: deque[tuple[bytes, bool]] = deque(maxlen=_LEAD)
        self._said: list[bytes] = []
        self._quiet = 0
        self._floor = _LOUDEST
        hiss = random.Random(0)
        self._noise = pack(f"<{BLOCK // 2}h", *(round(hiss.gauss(0, 10)) for _ in range(BLOCK // 2)))

    def hear(self, sound: bytes) -> list[Utterance]:
        """Those that this sound ends."""
        sound = self._rest + sound
        whole = len(sound) - len(sound) % BLOCK
        self._rest = sound[whole:]
        ended = (self._step(sound[place : place + BLOCK]) for place in range(0, whole, BLOCK))
        return [utterance for utterance in ended if utterance]

    def forget(self) -> None:
        """Drop what has begun."""
        self._said.clear()
        self._before.clear()

    def end(self) -> list[Utterance]:
        """The one that the end of the stream ends; what comes next is another stream."""
        ended = [self._cut()] if self._said else []
        self.forget()
        self._rest, self._now, self._voiced, self._floor = b"", 0, self._judge(), _LOUDEST
        return [utterance for utterance in ended if utterance]

    def _step(self, block: bytes) -> Utterance | None:
        self._now += 1
        if audioop.rms(block, 2) < _STILL:
            block = audioop.add(block, self._noise, 2)
        loud = audioop.rms(block, 2)
        self._floor = min(loud, self._floor * _RISE)
        voiced = bool(self._voiced.is_speech(block)) and loud > self._floor * _ABOVE
        if self._said:
            self._said.append(block)
            self._quiet = 0 if voiced else self._quiet + 1
            return self._cut() if self._quiet == _END else None
        self._before.append((block, voiced))
        if sum(voiced for _, voiced in list(self._before)[-_OF:]) >= _BEGIN:
            self._said = [block for block, _ in self._before]
            self._before.clear()
            self._quiet = 0
        return None

    def _cut(self) -> Utterance | None:
        said, self._said = self._said, []
        if len(said) > _LONGEST + _LEAD + _END:
            return None
        return Utterance(b"".join(said), (self._now - len(said)) * STEP, (self._now - self._quiet) * STEP)

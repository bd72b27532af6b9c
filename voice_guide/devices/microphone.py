"""The microphone, through miniaudio: blocks of sound, each with the time at which it was heard."""

import queue
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass

from voice_guide.devices import lean
from voice_guide.devices.calls import Call, leave
from voice_guide.devices.device import BACKENDS
from voice_guide.errors import HearingError

RATE = 16_000
"""Frames a second of what is heard."""

PERIOD_MS = 30
LOST = 1.0
"""Seconds without a block after which the microphone is lost: miniaudio does not tell."""
WAKING = 5.0
"""Seconds that one may take to its first block; headsets change their ways first."""
LOOK = 3.0
"""Seconds of sound after which one looks whether there is a microphone still: PulseAudio goes on with what the
loudspeaker plays where it was unplugged."""
CREEP = 0.02
"""Seconds a second by which the clock of a microphone may be slower than ours, or sound be lost on the way."""

CONNECT = "plug one in, or allow this program to use it; keys work without one"


@dataclass(frozen=True, slots=True)
class Block:
    """Mono, signed 16-bit little endian, `rate` frames a second; `start` is the `time.monotonic` of its first frame."""

    sound: bytes
    start: float
    rate: int = RATE

    @property
    def end(self) -> float:
        """When its last frame was heard."""
        return self.start + self.span

    @property
    def span(self) -> float:
        """Seconds."""
        return len(self.sound) / 2 / self.rate


class Microphone:
    """The system's own choice of one, open from the beginning, at `rate` frames a second. HearingError: there is none.

    ALSA may complain on stderr where there is none.
    """

    def __init__(self, rate: int = RATE) -> None:
        self._rate = rate
        self._arrived: queue.SimpleQueue[tuple[float, bytes]] = queue.SimpleQueue()
        try:
            miniaudio = lean.miniaudio()
        except ImportError as fault:
            raise HearingError(f"miniaudio cannot be loaded ({fault}); pip install miniaudio") from fault
        try:
            self._device = miniaudio.CaptureDevice(
                input_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=rate,
                buffersize_msec=PERIOD_MS,
                backends=[miniaudio.Backend[name] for name in BACKENDS],
                app_name="voice-guide",
            )
            self._moves = self._device.backend == "PulseAudio"
            if self._moves and _only_loudspeakers():
                self._device.close()
                raise HearingError(f"no microphone is connected; {CONNECT}")
            take = self._take()
            next(take)
            self._device.start(take)
        except miniaudio.MiniaudioError as fault:
            reason = " ".join(str(part) for part in fault.args)
            raise HearingError(f"no microphone answers ({reason}); {CONNECT}") from fault

    def __iter__(self) -> Iterator[Block]:
        """Without end. HearingError: it was taken away, or has delivered nothing for a second."""
        began, count, patience = float("inf"), 0, WAKING
        looking, looked = None, 0
        while True:
            if self._moves and count - looked > LOOK * self._rate:
                looking, looked = looking or Call("microphones", _gone), count
            if looking and looking.over(0):
                if looking.result():
                    raise HearingError(f"the microphone is gone; {CONNECT}")
                looking = None
            try:
                arrived, sound = self._arrived.get(timeout=patience)
            except queue.Empty:
                raise HearingError(
                    f"the microphone fell silent; see that it is connected and the sound server runs, or {CONNECT}"
                ) from None
            # A block may arrive late, as the recogniser keeps the interpreter to itself, but never early.
            patience = LOST
            start, span = began + count / self._rate, len(sound) / 2 / self._rate
            count += len(sound) // 2
            began = min(began + CREEP * span, arrived - count / self._rate)
            yield Block(sound, min(start, arrived - span), self._rate)

    def close(self) -> None:
        """Free the device. Safe twice."""
        # One that lost its server may never come back from closing.
        closing = threading.Thread(target=self._close, name="microphone closing", daemon=True)
        with suppress(RuntimeError):  # there are too many threads
            closing.start()
            leave(closing, LOST)

    def _close(self) -> None:
        with suppress(Exception):
            self._device.close()

    def _take(self) -> Generator[None, bytearray, None]:
        """What miniaudio sends blocks to, from its own thread."""
        while True:
            sound = yield
            self._arrived.put((time.monotonic(), bytes(sound)))


def _gone() -> bool:
    """There is no microphone any more; a server that is gone is noticed otherwise."""
    try:
        return _only_loudspeakers()
    except lean.miniaudio().MiniaudioError:
        return False


def _only_loudspeakers() -> bool:
    """PulseAudio and PipeWire offer to record what the loudspeaker plays, and do so where there is no microphone."""
    miniaudio = lean.miniaudio()
    sources = miniaudio.Devices([miniaudio.Backend.PULSEAUDIO]).get_captures()
    return all(source["name"].startswith("Monitor of ") for source in sources)

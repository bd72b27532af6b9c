"""The speaker, through miniaudio: takes sound as the device asks for it, so that its pull is the clock."""

import atexit
import contextlib
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from voice_guide.devices.alsa import hush
from voice_guide.devices.device import BACKENDS, CONNECT, LOST, STRETCH
from voice_guide.errors import SinkError
from voice_guide.pcm import RATE, WIDTH, Pcm, frames, length

# A key is answered two periods later at most, and the device survives a standstill of almost one.
PERIOD_MS = 60
PERIODS = 2
PROMPTNESS = 0.04  # seconds the device may wait for us, out of the period it still holds
PATIENCE = 1.0  # seconds without a request after which the device is lost: miniaudio does not tell
WAKING = 5.0  # seconds a device may take to open and to ask for more than its first bufferful
FULL = frames(PERIODS * PERIOD_MS / 1000) * WIDTH  # bytes


class Speaker:
    """Opens the device in the background; the first write waits for it and raises its fault.

    The device starts with a full buffer of sound in hand, as it would fill itself with silence first.
    """

    stretch = STRETCH

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue = bytearray()
        self._needed = 1  # bytes without which the device would wait
        self._fed = False  # the device may count on more sound coming at once
        self._requests = 0
        self._asked = time.monotonic()
        self._awake_by = self._asked + WAKING
        self._device: Any = None
        self._started = False
        self._fault = ""
        self._opening = threading.Thread(target=self._open, name="speaker", daemon=True)
        try:
            self._opening.start()
        except RuntimeError as error:  # there are too many threads
            raise SinkError(f"the sound device cannot be opened: {error}; end other programs") from None
        # A device that is collected while the interpreter ends waits for a thread that is gone.
        atexit.register(self.close)

    def write(self, block: Pcm) -> int:
        """Blocks until the device has asked for all of `block`; returns its frames.

        SinkError: there is no device, or it has not asked for anything for a second.
        """
        self._wait_for_opening()
        if self._fault:
            raise SinkError(self._fault)
        if self._opening.is_alive():
            raise SinkError(f"the sound device did not open within {WAKING:g} seconds; {CONNECT}")
        with self._changed:
            self._queue += block
            self._fed = True
            self._changed.notify_all()
            full = len(self._queue) >= FULL
        if full and not self._started:
            self._start()
        if self._started:
            with self._changed:
                self._await(lambda: len(self._queue) < self._needed)
        return length(block)

    def close(self) -> None:
        """Lets the last frames be heard, then frees the device; safe twice."""
        self._wait_for_opening()
        device, self._device = self._device, None
        if device is None:
            return
        with contextlib.suppress(SinkError):  # lost: nobody is left to hear them
            self._play_out(device)
        # A device that lost its server may never come back from closing.
        closing = threading.Thread(target=device.close, name="speaker closing", daemon=True)
        with contextlib.suppress(RuntimeError):  # there are too many threads
            closing.start()
            closing.join(PATIENCE)
        atexit.unregister(self.close)

    def _play_out(self, device: Any) -> None:
        if not self._started:
            if not self._queue:
                return
            self._start(device)
        with self._changed:
            self._await(lambda: not self._queue)
            heard = self._requests + PERIODS + 1
            self._await(lambda: self._requests >= heard)

    def _start(self, device: Any = None) -> None:
        from miniaudio import MiniaudioError

        self._started = True
        self._asked = time.monotonic()
        self._awake_by = self._asked + WAKING
        feed = self._feed()
        next(feed)
        try:
            (device or self._device).start(feed)
        except MiniaudioError as fault:
            raise SinkError(_unanswered(fault)) from fault

    def _wait_for_opening(self) -> None:
        self._opening.join(max(0.0, self._awake_by - time.monotonic()))

    def _await(self, done: Callable[[], bool]) -> None:
        while not self._changed.wait_for(done, PATIENCE / 10):
            now = time.monotonic()
            if now - self._asked > PATIENCE and (self._requests > 1 or now > self._awake_by):
                raise SinkError(LOST)

    def _open(self) -> None:
        try:
            import miniaudio
        except ImportError as fault:
            self._fault = f"miniaudio cannot be loaded ({fault}); install it with 'pip install miniaudio'"
            return
        hush()
        try:
            self._device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=RATE,
                buffersize_msec=PERIOD_MS,
                callback_periods=PERIODS,
                backends=[miniaudio.Backend[name] for name in BACKENDS],
                app_name="voice-guide",
            )
        except miniaudio.MiniaudioError as fault:
            self._fault = _unanswered(fault)

    def _feed(self) -> Generator[Pcm, int, None]:
        """What miniaudio calls from its own thread: it sends a count of frames and plays what comes."""
        count = yield b""
        while True:
            count = yield self._take(count * WIDTH)

    def _take(self, size: int) -> Pcm:
        """At most `size` bytes: fewer before the first write and after a late one; the rest is silence."""
        with self._changed:
            self._asked = time.monotonic()
            self._requests += 1
            if self._fed:
                self._needed = size
                self._changed.notify_all()
                self._fed = self._changed.wait_for(lambda: len(self._queue) >= size, PROMPTNESS)
                self._needed = 1
            block = bytes(self._queue[:size])
            del self._queue[:size]
            self._changed.notify_all()
            return block


def _unanswered(fault: Exception) -> str:
    reason = " ".join(str(part) for part in fault.args)
    return f"no sound device answers ({reason}); {CONNECT}"

"""The speaker, through miniaudio: takes sound as the device asks for it, so that its pull is the clock."""

import atexit
import threading
import time
from collections.abc import Callable, Generator
from typing import Any

from voice_guide.devices import lean
from voice_guide.devices.alsa import hush
from voice_guide.devices.calls import leave
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

    The device starts with a full buffer of sound in hand, as it would fill itself with silence first. One thread makes
    all calls that may never return where the sound server stands still: it opens, starts and frees the device.
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
        self._opened = self._started = self._unwanted = False
        self._fault = ""
        self._thread = threading.Thread(target=self._live, name="speaker", daemon=True)
        try:
            self._thread.start()
        except RuntimeError as error:  # there are too many threads
            raise SinkError(f"the sound device cannot be opened: {error}; end other programs") from None
        # A device that is collected while the interpreter ends waits for a thread that is gone.
        atexit.register(self.close)

    def write(self, block: Pcm) -> int:
        """Blocks until the device has asked for all of `block`; returns its frames, or none while the device wakes.

        SinkError: there is no device, or it has not asked for anything for a second.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._opened or self._fault, max(0.0, self._awake_by - time.monotonic()))
            if self._fault:
                raise SinkError(self._fault)
            if not self._opened:
                raise SinkError(f"the sound device did not open within {WAKING:g} seconds; {CONNECT}")
            if self._wakes and not self._has_room():
                return 0
            self._queue += block
            self._fed = True
            self._changed.notify_all()
            if self._started and not self._wakes:
                self._await(self._taken)
            elif len(self._queue) >= FULL and not self._started:
                self._start()
        return length(block)

    def close(self) -> None:
        """Lets the last frames be heard, then frees the device; safe twice."""
        if self._unwanted:
            return
        patience = PATIENCE if self._opened else 0.0
        try:
            with self._changed:
                self._play_out()
        except SinkError:  # lost: nobody is left to hear them
            patience = PATIENCE / 10
        with self._changed:
            self._unwanted = True
            self._changed.notify_all()
        leave(self._thread, patience)
        atexit.unregister(self.close)

    @property
    def _wakes(self) -> bool:
        """It was started, and has not asked for more than its first bufferful."""
        return self._started and self._requests <= 1

    def _taken(self) -> bool:
        return len(self._queue) < self._needed

    def _has_room(self) -> bool:
        if not self._changed.wait_for(self._taken, PATIENCE / 10):
            self._lost_after(self._awake_by)
        return self._taken()

    def _play_out(self) -> None:
        if not self._opened or not (self._queue or self._started):
            return
        if not self._started:
            self._start()
        self._await(lambda: not self._queue)
        heard = self._requests + PERIODS + 1
        self._await(lambda: self._requests >= heard)

    def _start(self) -> None:
        self._started = True
        self._asked = time.monotonic()
        self._awake_by = self._asked + WAKING
        self._changed.notify_all()

    def _await(self, done: Callable[[], bool]) -> None:
        while not self._changed.wait_for(done, PATIENCE / 10):
            self._lost_after(self._asked + PATIENCE if self._requests > 1 else self._awake_by)

    def _lost_after(self, moment: float) -> None:
        if self._fault or time.monotonic() > moment:
            raise SinkError(self._fault or LOST)

    def _live(self) -> None:
        """From opening the device to freeing it."""
        try:
            miniaudio = lean.miniaudio()
        except ImportError as fault:
            self._fail(f"miniaudio cannot be loaded ({fault}); install it with 'pip install miniaudio'")
            return
        hush()
        device = miniaudio.PlaybackDevice.__new__(miniaudio.PlaybackDevice)  # to be freed though it does not open
        try:
            device.__init__(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=RATE,
                buffersize_msec=PERIOD_MS,
                callback_periods=PERIODS,
                backends=[miniaudio.Backend[name] for name in BACKENDS],
                app_name="voice-guide",
            )
            with self._changed:
                self._opened = True
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._started or self._unwanted)
            if not self._unwanted:
                feed = self._feed()
                next(feed)
                device.start(feed)
                with self._changed:
                    self._changed.wait_for(lambda: self._unwanted)
        except miniaudio.MiniaudioError as fault:
            self._fail(_unanswered(fault))
        finally:
            _free(device, miniaudio.lib)

    def _fail(self, fault: str) -> None:
        with self._changed:
            self._fault = fault
            self._changed.notify_all()

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


def _free(device: Any, library: Any) -> None:
    """miniaudio itself keeps the connection to the sound server for ever."""
    device.close()
    if context := device.__dict__.pop("_context", None):
        library.ma_context_uninit(context)


def _unanswered(fault: Exception) -> str:
    reason = " ".join(str(part) for part in fault.args)
    return f"no sound device answers ({reason}); {CONNECT}"

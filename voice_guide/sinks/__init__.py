"""Where sound goes while you listen: a sink by its name, loaded when it is first asked for."""

import time
from collections.abc import Callable

from voice_guide.errors import SinkError
from voice_guide.pcm import frames
from voice_guide.player import Sink

STRETCH = frames(0.02)
"""Frames a sink in real time takes at once: short enough to answer a key, long enough to be cheap."""

CONNECT = "connect one or start the sound server, or write an MP3 with 'voice-guide export'"
LOST = "the sound device stopped taking sound; see that it is connected and the sound server runs"

AWAY = 1.5
"""Seconds that pass at once where the process or the machine slept: the listener heard a silence that was not meant."""


def awake_clock() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


SINKS = ("speaker", "simpleaudio", "silent")


def open_sink(name: str, wanted: Callable[[int], bool] = lambda heard: False) -> Sink:
    """The sink called `name` ("miniaudio" is another name for "speaker").

    The sink that takes long stretches asks `wanted` all the while, with the frames that were heard of the stretch,
    and breaks off where the listener waits for an answer. SinkError: there is no such sink, or it cannot live on
    this machine. A device that is not there may show only at the first write.
    """
    if name in ("speaker", "miniaudio"):
        from voice_guide.sinks.speaker import Speaker

        return Speaker()
    if name == "simpleaudio":
        from voice_guide.sinks.simple import SimpleAudio

        return SimpleAudio(wanted)
    if name == "silent":
        from voice_guide.sinks.silent import Silent

        return Silent()
    raise SinkError(f"no sink '{name}'; choose one of {', '.join(SINKS)}")

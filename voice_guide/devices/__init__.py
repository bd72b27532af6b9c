"""Sound devices. Where sound goes while you listen: a sink by its name, loaded when it is first asked for."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from voice_guide.errors import SinkError

if TYPE_CHECKING:
    from voice_guide.player import Sink

SINKS = ("speaker", "simpleaudio", "silent")


def open_sink(name: str, wanted: Callable[[int], bool] = lambda heard: False) -> "Sink":
    """The sink called `name` ("miniaudio" is another name for "speaker").

    The sink that takes long stretches asks `wanted` all the while, with the frames that were heard of the stretch,
    and breaks off where the listener waits for an answer. SinkError: there is no such sink, or it cannot live on
    this machine. A device that is not there may show only at the first write.
    """
    if name in ("speaker", "miniaudio"):
        from voice_guide.devices.speaker import Speaker

        return Speaker()
    if name == "simpleaudio":
        from voice_guide.devices.simple import SimpleAudio

        return SimpleAudio(wanted)
    if name == "silent":
        from voice_guide.devices.silent import Silent

        return Silent()
    raise SinkError(f"no sink '{name}'; choose one of {', '.join(SINKS)}")

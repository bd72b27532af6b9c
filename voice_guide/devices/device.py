"""What all sound devices share: which there are, how much they take at once, what is said of a lost one."""

import sys
import time

from voice_guide.pcm import frames

# Not miniaudio's null device, which would swallow a session unheard and hear nothing for ever, nor JACK, whose library
# starts servers and prints where there is none.
BACKENDS = ("WASAPI", "DSOUND", "WINMM", "COREAUDIO", "SNDIO", "AUDIO4", "OSS", "PULSEAUDIO", "ALSA")

STRETCH = frames(0.02)
"""Frames a sink in real time takes at once: short enough to answer a key, long enough to be cheap."""

CONNECT = "connect one or start the sound server, or write an MP3 with 'voice-guide export'"
LOST = "the sound device stopped taking sound; see that it is connected and the sound server runs"

AWAY = 1.5
"""Seconds that pass at once where the process or the machine slept: the listener heard a silence that was not meant."""


def awake_clock() -> float:
    """Seconds that go on while the machine sleeps, where the system has such a clock."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":  # where `time.monotonic` stands still
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()  # on Windows it goes on

"""What is asked of ALSA itself: not to talk to the listener, as it prints forty lines where one device is missing, and
whether a device answers, as one that does not would keep the whole interpreter waiting in simpleaudio.
"""

import ctypes
import sys


def hush() -> None:
    """Silences ALSA's messages for the life of the process; does nothing where there is no ALSA."""
    if not (alsa := _alsa()):
        return
    # Any C function that ignores its arguments will do as the handler. A Python one would have to be kept
    # alive, and could be called by a sound thread after the interpreter is gone.
    alsa.snd_lib_error_set_handler(ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p))


def knock() -> None:
    """Returns once the default device was opened, or cannot be: after half a minute, where its server stands still.

    Other threads go on meanwhile. At once where there is no ALSA.
    """
    if not (alsa := _alsa()):
        return
    device = ctypes.c_void_p()
    if alsa.snd_pcm_open(ctypes.byref(device), b"default", 0, 0) == 0:
        alsa.snd_pcm_close(device)


def _alsa() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL("libasound.so.2")
    except OSError:
        return None

"""Keeps ALSA from talking to the listener: it prints forty lines where one device is missing."""

import ctypes
import sys


def hush() -> None:
    """Silences ALSA's messages for the life of the process; does nothing where there is no ALSA."""
    if not sys.platform.startswith("linux"):
        return
    try:
        alsa = ctypes.CDLL("libasound.so.2")
    except OSError:
        return
    # Any C function that ignores its arguments will do as the handler. A Python one would have to be kept
    # alive, and could be called by a sound thread after the interpreter is gone.
    alsa.snd_lib_error_set_handler(ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p))

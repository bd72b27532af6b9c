"""The child process that hosts a speech engine, so that no fault of the engine reaches the listener.

It is run as a file, with the engine's name, and imports nothing of ours, so that it starts fast. One request a line of
JSON on stdin, one reply a line of JSON on stdout, and nothing else there, whatever the engine prints:

    {"file": ..., "text": ..., "speaker": ID OR NULL, "rate": WORDS A MINUTE, "pitch": 0 TO 99, "frames": A SECOND,
     "sounds": {WORD: AS IT SOUNDS}}
        ->  {}, a WAV file written
    {}  ->  {"speakers": [{"id": ..., "name": ..., "language": ..., "gender": ...}, ...]}

Or {"error": one line}. It ends when stdin does.
"""

import ctypes
import json
import locale
import math
import os
import queue
import re
import signal
import subprocess
import sys
import textwrap
import threading
import time
import types
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAC, WINDOWS = sys.platform == "darwin", sys.platform == "win32"
ESPEAK = not MAC and not WINDOWS

PACE = 0.84
"""eSpeak says 140 words a minute at its rate of 118; its slowest is 95 words a minute."""


SPEED = 0.70
"""At which the natural voice says 140 words a minute."""
SHORT = 0.85
"""The slowest at which it ends one word or two without a puff."""


MOST, LESS = 400, 250
"""Phonemes in one go, for 30 seconds and 150 MB. The natural voice cuts what is longer at its commas, as far as it can;
we cut the rest between words."""
PACED, PACED_SECONDS = "Breathe in, and slowly out. Let the weight of the leg go, as far as it likes.", 7.0
"""What the natural voice takes over these words at 140 words a minute: a Piper model is made to take as long."""
_NUMBER = re.compile(r"\b(no|fig)\.", re.IGNORECASE)
"""Words that the natural voice takes for "number" and "figure" where a sentence ends in them."""
LATIN = "\u017f"
"""The last of the letters that the natural voice reads: others it leaves out, or takes for a few of its own."""


class Natural:
    """hibari, one voice of it, whose weights come with it; whatever else it knows it would load from afar.

    What stands in another alphabet the system's engine says.
    """

    def __init__(self) -> None:
        from hibari import Hibari

        self._engine = Hibari(threads=1)  # two are slower where the machine has other things to do
        self._known = _known()
        self._other: System | None = None

    def speakers(self) -> list[dict[str, str]]:
        """The one."""
        return [{"id": "natural", "name": "Heart", "language": "en-us", "gender": "female"}]

    def phonemes(self, text: str) -> list[str]:
        """How the words sound, in parts that take little memory. The lexicon that this takes is loaded only now."""
        sentences = self._engine.phonemize(_NUMBER.sub(r"\1 .", text))
        return [part for one in sentences for part in ([one] if len(one) <= MOST else textwrap.wrap(one, LESS))]

    def save(self, request: dict[str, Any]) -> None:
        """Speak into a WAV file."""
        import numpy

        speed, text = SPEED * request["rate"] / 140, request["text"]
        if any(letter > LATIN and letter.isalpha() for letter in text):
            self._other = self._other or System()
            self._other.save(request | {"speaker": None})
            return
        if len(text.split()) <= 2:
            speed = max(speed, SHORT)
        random = numpy.random.default_rng(0)
        said = respelled(text, request["sounds"], "[{0}]({1})")
        phonemes = self._known.get(said) or self.phonemes(said)
        parts = [self._engine.from_ids(self._engine.ids(part), speed, random) for part in phonemes]
        sound = numpy.concatenate(parts) if parts else numpy.zeros(0)
        _write(request["file"], self._engine.sample_rate, (numpy.clip(sound, -1, 1) * 32_767).astype("<i2"))


class Piper:
    """A Piper model of the listener's, at one pace whatever the pace of who lent it their voice."""

    def __init__(self) -> None:
        import onnxruntime
        from piper import PiperVoice
        from piper.config import PhonemeType, PiperConfig

        model, options = sys.argv[2], onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        config = PiperConfig.from_dict(json.loads(Path(model + ".json").read_text(encoding="utf-8")))
        if config.phoneme_type not in (PhonemeType.ESPEAK, PhonemeType.TEXT):
            raise ValueError(
                f"a model with phonemes of the kind '{config.phoneme_type.value}' would load more from afar"
            )
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._voice = PiperVoice(session=session, config=config)
        self._slow = 1.0
        count = len(self._spoken(PACED, 140))
        self._slow = min(2.0, max(0.5, PACED_SECONDS * config.sample_rate / count)) if count else 1.0

    def speakers(self) -> list[dict[str, str]]:
        """The one, its default."""
        return [
            {"id": "piper", "name": Path(sys.argv[2]).stem, "language": self._voice.config.espeak_voice, "gender": ""}
        ]

    def save(self, request: dict[str, Any]) -> None:
        """Speak into a WAV file."""
        said = respelled(request["text"], request["sounds"])
        _write(request["file"], self._voice.config.sample_rate, self._spoken(said, request["rate"]))
        resample(request["file"], request["frames"])

    def _spoken(self, text: str, rate: float) -> Any:
        import numpy
        from piper import SynthesisConfig

        scale = self._voice.config.length_scale * self._slow * 140 / rate
        how = SynthesisConfig(length_scale=scale, noise_scale=0, noise_w_scale=0)  # the same words, the same sound
        parts = [chunk.audio_int16_array for chunk in self._voice.synthesize(text, how)]
        return numpy.concatenate(parts).astype("<i2") if parts else numpy.zeros(0, "<i2")


def _known() -> dict[str, list[str]]:
    """The phonemes of each shipped sentence: with them the first words need no lexicon, which is half of the start."""
    from hibari import __version__

    told: dict[str, Any] = json.loads(Path(__file__).with_name("phonemes.json").read_text(encoding="utf-8"))
    return told["sentences"] if told["hibari"] == __version__ else {}


def respelled(text: str, sounds: dict[str, str], phonemes: str = "{0}") -> str:
    """The text with words as they sound; those whose phonemes are told, between slashes, marked as `phonemes`."""

    def said(found: re.Match[str]) -> str:
        sound = sounds[found[0].casefold()]
        return phonemes.format(found[0], sound) if sound.startswith("/") else sound

    if not sounds:
        return text
    words = "|".join(map(re.escape, sorted(sounds, key=len, reverse=True)))
    return re.sub(rf"(?<![\w'’-])(?:{words})(?![\w-])", said, text, flags=re.IGNORECASE)


class System:
    """pyttsx3, one utterance at a time and each waited for until it is wholly written."""

    def __init__(self) -> None:
        self._settle: Callable[[], None] = lambda: None
        if ESPEAK:
            _prefer_the_wheel()
            self._settle = _hasten_espeak()
        import pyttsx3

        self._engine = pyttsx3.init()
        self._faults: list[Exception] = []
        self._engine.connect("error", lambda name, exception: self._faults.append(exception))
        if ESPEAK:
            self._engine.runAndWait()  # the first loop does not wait for the sound: spend it on nothing
        self._settings: list[tuple[str, Any]] = []

    def speakers(self) -> list[dict[str, str]]:
        """The engine's own choice first."""
        current = self._engine.getProperty("voice")
        if WINDOWS:
            found = [sapi_speaker(token) for token in self._engine.proxy._driver._tts.GetVoices()]
            return sorted(found, key=lambda speaker: speaker["id"] != current)
        found = [
            {
                "id": voice.id,
                "name": voice.name or voice.id,
                "language": str((voice.languages or [""])[0]).replace("_", "-").lower(),
                "gender": str(voice.gender or "").removeprefix("VoiceGender").lower(),
            }
            for voice in self._engine.getProperty("voices")
        ]
        return sorted(found, key=lambda speaker: speaker["id"] != current)

    def save(self, request: dict[str, Any]) -> None:
        """Speak into a WAV file, in place of what the file held."""
        text, file = respelled(request["text"], request["sounds"]), request["file"]
        settings = [("voice", request["speaker"])] if request["speaker"] else []
        if ESPEAK:
            settings += [("rate", round(request["rate"] * PACE)), ("pitch", request["pitch"])]
        else:
            settings += [("rate", request["rate"])]
        if settings != self._settings:
            for name, value in settings:
                self._engine.setProperty(name, value)
            self._settle()
            self._settings = settings
        raw = file + ".aiff" if MAC else file  # what AppKit writes, whatever the name
        self._engine.save_to_file(text, raw)
        self._engine.runAndWait()
        self._settle()
        if self._faults:
            raise self._faults.pop(0)
        if MAC:
            form = ["-f", "WAVE", "-d", f"LEI16@{request['frames']}", "-c", "1"]
            subprocess.run(["/usr/bin/afconvert", *form, raw, file], check=True, stdin=subprocess.DEVNULL)
            Path(raw).unlink()
        resample(file, request["frames"])


ENGINES: dict[str, Callable[[], "Natural | Piper | System"]] = {"natural": Natural, "piper": Piper, "system": System}


def resample(file: str, rate: int) -> None:
    """To so many frames a second, as far as there is numpy to do it well; who reads the file does it else."""
    with wave.open(file) as saved:
        have, form = saved.getframerate(), (saved.getsampwidth(), saved.getnchannels())
        data = saved.readframes(saved.getnframes())
    if have == rate or form != (2, 1) or not data:
        return
    try:
        import numpy
    except ImportError:
        return
    step = have // math.gcd(have, rate)
    sound = numpy.frombuffer(data, "<i2").astype(float)
    sound = numpy.pad(sound, (0, -len(sound) % step + 10 * step))
    count = len(sound) * rate // have
    told = numpy.fft.rfft(sound)[: count // 2 + 1]
    edge = len(told) // 50
    told[-edge:] *= numpy.linspace(1, 0, edge)  # or a sharp edge would ring
    sound = numpy.fft.irfft(told, count) * rate / have
    _write(file, rate, numpy.clip(numpy.rint(sound), -32_768, 32_767).astype("<i2"))


def _write(file: str, rate: int, sound: Any) -> None:
    with wave.open(file, "wb") as saved:
        saved.setparams((1, 2, rate, 0, "NONE", ""))
        saved.writeframes(sound.tobytes())


def sapi_speaker(token: Any) -> dict[str, str]:
    """A voice as Windows has it registered. The driver has none at all where one has two languages, or no gender."""

    def told(ask: Callable[..., Any], *words: str) -> str:
        try:
            return str(ask(*words) or "")
        except Exception:  # of COM: it does not tell
            return ""

    first = told(token.GetAttribute, "Language").partition(";")[0]
    try:
        language = locale.windows_locale[int(first, 16)]
    except (ValueError, KeyError):
        language = ""
    return {
        "id": str(token.Id),
        "name": told(token.GetDescription) or str(token.Id),
        "language": language.replace("_", "-").lower(),
        "gender": told(token.GetAttribute, "Gender").lower(),
    }


def _prefer_the_wheel() -> None:
    """Load the wheel's library under the name by which pyttsx3 asks for the system's."""
    try:
        import espeakng_loader

        data = espeakng_loader.get_data_path()
        library = Path(espeakng_loader.get_library_path()).with_name("libespeak-ng.so.1")
        ctypes.CDLL(str(library), mode=ctypes.RTLD_GLOBAL)
    except (ImportError, OSError, RuntimeError):
        return  # no wheel for this machine: the system's library will do
    os.environ["ESPEAK_DATA_PATH"] = data


def _hasten_espeak() -> Callable[[], None]:
    """Shorten the driver's polls, and give what waits until eSpeak is idle.

    The driver polls every 10 ms, three times as long as a cue takes. It also cancels everything, settings
    and words, if eSpeak is still busy with a setting or the last words when the next are begun.
    """
    from pyttsx3.drivers import _espeak, espeak

    espeak.time = types.SimpleNamespace(sleep=lambda seconds: time.sleep(seconds / 50))

    def settle() -> None:
        while _espeak.IsPlaying():
            time.sleep(0.0002)

    return settle


def _answer(engine: Natural | Piper | System, request: dict[str, Any]) -> dict[str, Any]:
    if "text" not in request:
        return {"speakers": engine.speakers()}
    engine.save(request)
    return {}


def _private_stdout() -> int:
    """Where replies go; what anybody prints goes to stderr from now on."""
    replies = os.dup(1)
    os.dup2(2, 1)
    return replies


def _listen(requests: "queue.SimpleQueue[str]") -> None:
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)  # whoever asked has gone, and the engine may be hanging


def main() -> None:
    """Answer until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the release cue is rendered after Ctrl-C
    replies = _private_stdout()
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests,), daemon=True).start()
    engine: Natural | Piper | System | Exception
    try:
        engine = ENGINES[sys.argv[1]]()
    except Exception as fault:
        engine = fault
    while True:
        request = requests.get()
        try:
            if isinstance(engine, Exception):
                raise engine
            reply = _answer(engine, json.loads(request))
        except Exception as fault:
            reply = {"error": " ".join(f"{type(fault).__name__}: {fault}".split())}
        os.write(replies, json.dumps(reply).encode() + b"\n")


if __name__ == "__main__":
    main()

"""A speech engine as a voice: in a child process, watched, and replaced once when it sickens."""

import audioop
import platform
import re
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from voice_guide.compiler.speech import most_seconds, plain_letters, spoken_seconds
from voice_guide.errors import VoiceError, did_you_mean
from voice_guide.pcm import RATE, WIDTH, Pcm, length, seconds
from voice_guide.routine.phrases import Sounds
from voice_guide.voices.child import Child, Sick
from voice_guide.voices.dress import VERSION, dress, read
from voice_guide.voices.voice import DEFAULT_PITCH, DEFAULT_RATE, Speaker

T = TypeVar("T")

ESPEAK = sys.platform not in ("win32", "darwin")


@dataclass(frozen=True, slots=True)
class Make:
    """An engine: the worker's name for it, what people call it, and the packages whose versions change its sound."""

    id: str
    name: str
    packages: tuple[str, ...]
    clearest: str
    """The id of the speaker for who names none; empty where that is asked of the engine."""
    pitched: bool
    """It can speak higher or lower."""
    model: str = ""
    """The file that it reads, where it takes one of the listener's."""


NATURAL = Make(
    "natural", "natural voice", ("hibari-tts", "onnxruntime", "pyttsx3", "espeakng-loader"), "natural", False
)
SYSTEM = Make(
    "system",
    "eSpeak NG" if ESPEAK else f"of {platform.system()} {platform.release()}",
    ("pyttsx3", "espeakng-loader"),
    "gmw/en-us" if ESPEAK else "",
    ESPEAK,
)
CLEAR = ("samantha", "alex", "daniel", "karen", "moira")
"""Of macOS for who names none: its list begins with voices that are jokes."""

WORKER = (sys.executable, "-P", str(Path(__file__).with_name("worker.py")))
"""Run as a file and with -P, so that no file in the listener's folder is imported in a library's place."""

LONGEST = 3_000
"""The most letters in one cue: they fit the pipe even of an engine that has stopped reading."""

_SLOWEST = 50
"""A reply that takes so many times longer than any before is not waited for: a fresh engine is sooner there."""
_LEAST = 0.3
"""Of the patience, that a quick engine has at least: the machine may have other things to do."""

_SHORTEST = RATE // 25  # frames for a word
_SILENT = 30  # of 32,767


class Engine:
    """A voice of an engine: `name` is a speaker's id, name or language, None a clear English one.

    `command` is another worker than ours. It may take `patience` seconds over a reply and a tenth of that for each
    second of speech; twice as long when it has just been started, a third as long when it was quick all the time.
    Any thread may speak, one at a time. Its process is started `at_once`, or when it is first needed; `sounds` is asked
    for only then.
    """

    def __init__(
        self,
        name: str | None = None,
        rate: int = DEFAULT_RATE,
        pitch: int = DEFAULT_PITCH,
        command: Sequence[str] = (),
        patience: float = 10.0,
        at_once: bool = True,
        make: Make = SYSTEM,
        sounds: Callable[[], Sounds] = dict,
    ) -> None:
        self._make, self._all_sounds = make, sounds
        command = command or (*WORKER, make.id, make.model)
        self._name, self._rate, self._pitch = name, rate, pitch
        self._command, self._patience = command, patience
        self._turn, self._change = threading.Lock(), threading.Lock()
        self._closed, self._numbers = False, count()
        self._child: Child | None = None
        try:
            if at_once:
                self._child = Child(command)
            self._folder = tempfile.TemporaryDirectory(prefix="voice-guide-", ignore_cleanup_errors=True)
        except OSError as fault:
            self._drop()
            raise VoiceError(self._sorry(f"cannot be started: {fault}")) from fault

    @cached_property
    def speakers(self) -> list[Speaker]:
        """All that the engine has, its own choice first. Raises VoiceError."""

        def listed(child: Child) -> list[Speaker]:
            try:
                return [Speaker(**speaker) for speaker in child.ask({}, enough(child.took, self._patience))["speakers"]]
            except (KeyError, TypeError):
                raise Sick("answered with garbage") from None

        return self._twice(listed)

    @cached_property
    def speaker(self) -> str:
        """The id of the speaker meant. Raises VoiceError for a name that none has."""
        if self._name is not None:
            return chosen(self._name, self.speakers).id
        return self._make.clearest or english(self.speakers).id

    @cached_property
    def key(self) -> str:
        """Known without the engine where no speaker was named."""
        make = self._make
        key = ", ".join((make.name, *map(_version, make.packages), f"dressed {VERSION}"))
        key += f", speaker {self.speaker}, rate {self._rate}"
        if self._sounds:
            key += f", {' '.join(f'{word}={sound}' for word, sound in sorted(self._sounds.items()))}"
        return key + (f", pitch {self._pitch}" if make.pitched else "")

    @cached_property
    def _sounds(self) -> Mapping[str, str]:
        return self._all_sounds().get(self._make.id, {})

    def speak(self, text: str) -> Pcm:
        """The words as sound; no sound for a text without words. Raises VoiceError."""
        words = speakable(text)
        if not any(map(str.isalnum, words)):
            return b""
        if len(words) > LONGEST:
            raise VoiceError(f"'{words[:30]}...': a cue of {len(words)} letters, at most {LONGEST}; split it")
        request: dict[str, Any] = {"text": words, "speaker": self.speaker, "rate": self._rate, "pitch": self._pitch}
        request["frames"] = RATE
        request["sounds"] = {word: self._sounds[word] for word in spoken_words(words) if word in self._sounds}

        def said(child: Child) -> Pcm:
            # Another file each time: an engine that writes nothing must not repeat the last cue, and on Windows
            # a file that a hanging one holds cannot be removed.
            file = Path(self._folder.name, f"{next(self._numbers)}.wav")
            try:
                asked = request | {"file": str(file)}
                child.ask(asked, enough(child.took, self._patience, spoken_seconds(words, self._rate)))
                return _sound(file, words, most_seconds(words, self._rate))
            finally:
                with suppress(OSError):
                    file.unlink()

        return dress(self._twice(said))

    def close(self) -> None:
        """End the engine, from any thread; a `speak` under way ends in VoiceError. Safe twice."""
        with self._change:
            self._closed = True
        self._drop()
        self._folder.cleanup()

    def _twice(self, act: Callable[[Child], T]) -> T:
        with self._turn:
            with suppress(Sick):
                return self._once(act)
            try:
                return self._once(act)
            except Sick as sick:
                raise VoiceError(self._sorry(f"{sick}, twice")) from sick

    def _once(self, act: Callable[[Child], T]) -> T:
        try:
            return act(self._current())
        except (Sick, OSError) as fault:
            self._drop()
            raise Sick(str(fault)) from fault

    def _current(self) -> Child:
        with self._change:
            if self._closed:
                raise VoiceError("the voice was closed while it was speaking")
            if self._child is None:
                self._child = Child(self._command)
            return self._child

    def _sorry(self, fault: str) -> str:
        remedy = "`voice-guide doctor` says what is missing, `--voice tone` beeps without it"
        return f"the speech engine {self._make.name} {fault}; {remedy}"

    def _drop(self) -> None:
        with self._change:
            child, self._child = self._child, None
        if child:
            child.close()


def enough(took: Sequence[float], patience: float, speech: float = 0.0) -> float:
    """The seconds to wait for `speech` seconds of words from a process that `took` so long for its answers.

    None that is as slow as its words are heard is given up, nor one that is starting. One that was quick all the
    time is soon missed: a mistake costs no more than a fresh process.
    """
    usual = patience * (1 + speech / 10)
    if not took:
        return max(2 * patience, usual)
    slowest = max(took[1:], default=usual)
    return min(usual, max(patience * _LEAST, slowest * _SLOWEST))


def speakable(text: str) -> str:
    """The words alone: brackets are phonemes to eSpeak and commands to macOS, angles XML to Windows."""
    plain = (letter if letter.isprintable() and letter not in "[]<>" else " " for letter in plain_letters(text))
    return " ".join("".join(plain).split())


def spoken_words(text: str) -> list[str]:
    """The words of a text in small letters, each once."""
    return list(dict.fromkeys(re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text.casefold())))


def chosen(name: str, speakers: Sequence[Speaker]) -> Speaker:
    """The first speaker with that id, else name, else language, else main language. Raises VoiceError."""
    known: dict[str, Speaker] = {}
    for names in (
        [(speaker.id, speaker) for speaker in speakers],
        [(speaker.name, speaker) for speaker in speakers],
        [(speaker.language, speaker) for speaker in speakers],
        [(speaker.language.partition("-")[0], speaker) for speaker in speakers],
    ):
        for one, speaker in names:
            known.setdefault(_plain(one), speaker)
    known.pop("", None)
    if _plain(name) in known:
        return known[_plain(name)]
    hint = did_you_mean(_plain(name), known)
    raise VoiceError(f"no voice '{name}' on this machine; {hint}{' ' * bool(hint)}`voice-guide voices` lists them all")


def english(speakers: Sequence[Speaker]) -> Speaker:
    """The machine's own choice where that speaks English, else a clear one, else any. Raises VoiceError."""
    own = [speaker for speaker in speakers[:1] if speaker.language.startswith("en")]
    clear = [speaker for name in CLEAR for speaker in speakers if _plain(speaker.name) == name]
    return next(iter(own + clear), None) or chosen("en", speakers)


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).replace("_", "-").casefold()


def _sound(file: Path, words: str, most: float) -> Pcm:
    try:
        sound = read(file)
    except FileNotFoundError:
        raise Sick("saved no sound") from None
    except ValueError as fault:
        raise Sick(f"saved {fault}") from fault
    count = sum(any(map(str.isalnum, word)) for word in words.split())
    if length(sound) < count * _SHORTEST:
        raise Sick(f"saved {length(sound) / RATE:.2f} seconds of sound for {count} words")
    if seconds(length(sound)) > most:
        took = f"took {seconds(length(sound)):.0f} seconds over '{words[:30]}'"
        raise Sick(f"{took}, as if it spelled it: another --voice is better")
    if audioop.rms(sound, WIDTH) < _SILENT:
        raise Sick("saved nothing but silence")
    return sound


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"no {package}"

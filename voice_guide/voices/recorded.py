"""A human voice: sentences that somebody recorded once, in a folder that can be handed on.

`voice.json` lists its sentences, numbered by their places for good, each with a digest of itself and its sound, by
which the sound's file is named. Nothing else in the folder is read, nothing in it is run, and whatever is not just what
was recorded is no sound: another voice says that sentence, and one line tells of it.
"""

import audioop
import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from voice_guide.compiler.speech import most_seconds
from voice_guide.errors import VoiceError, VoiceGuideError, printable
from voice_guide.pcm import RATE, WAV_HEAD, WIDTH, Pcm, frames, wav_head
from voice_guide.storage.bounded import read_inside
from voice_guide.storage.forms import Form
from voice_guide.storage.whole import write_whole
from voice_guide.voices.dress import CEILING
from voice_guide.voices.voice import DEFAULT_RATE, Speaker

LIST = "voice.json"
FORMAT = "voice_guide.recorded.1"
LARGEST, MOST = 4 << 20, 10_000
"""Bytes of a list, and its sentences."""
LONGEST = 120.0
"""Seconds of one sentence, in whatever alphabet."""
HIGHEST = CEILING + 100
"""What is dressed to the ceiling is rounded beyond it."""
LOUDEST, SILENT = 11_000, 30
"""Of 32,767: 3 dB more than a dressed sentence has on the average, and less than any word has."""

_DIGEST = re.compile("([0-9a-f]{64})?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words, and the digest of them and their sound; none where they are not recorded yet."""

    text: str
    sound: str = ""

    @property
    def file(self) -> str:
        """The name of its sound."""
        return f"{hashlib.sha256(self.text.encode()).hexdigest()[:16]}-{self.sound[:16]}.wav"


@dataclass(frozen=True, slots=True)
class Listed:
    """What a folder says of itself."""

    form: str
    """FORMAT."""
    name: str
    sentences: tuple[Sentence, ...] = ()


FORM = Form[Listed](Listed)


class Recorded:
    """The voice in a folder, for sessions at `rate` words a minute, though it has its own pace. Raises VoiceError."""

    def __init__(self, folder: Path, rate: int = DEFAULT_RATE) -> None:
        self.faults: list[str] = []
        """A line for each sound that cannot be used."""
        self._folder, self._rate, self._read = folder, rate, False
        self._sentences = {one.text: one for one in read_list(folder).sentences if one.sound}

    @property
    def key(self) -> str:
        """Another with every sound that is another, or cannot be used: each is read, once."""
        if not self._read:
            self._read = True
            self.has([*self._sentences])
        sounds = "\n".join(sorted(one.sound for one in [*self._sentences.values()]))
        return f"recorded {hashlib.sha256(sounds.encode()).hexdigest()}"

    def speak(self, text: str) -> Pcm:
        """What was recorded; no sound for other words, nor where it cannot be used."""
        sentence = self._sentences.get(text)
        if not sentence:
            return b""
        try:
            return _sound(self._folder, sentence, self._rate)
        except (OSError, ValueError) as fault:
            reason = (getattr(fault, "strerror", None) or str(fault)).lower()
            if self._sentences.pop(text, None):
                where = self._folder / sentence.file
                self.faults.append(f"{where}: {reason}; another voice says '{printable(text[:40])}'")
        return b""

    def has(self, texts: Iterable[str]) -> int:
        """How many of these it can say."""
        return sum(bool(self.speak(text)) for text in texts)

    def close(self) -> None:
        """Nothing to free."""


def _sound(folder: Path, sentence: Sentence, rate: int) -> Pcm:
    """Raises OSError, ValueError."""
    most = min(LONGEST, most_seconds(sentence.text, rate))
    largest = WAV_HEAD + frames(most) * WIDTH
    content = read_inside(folder, sentence.file, largest)
    sound = content[WAV_HEAD:]
    if not sound:
        raise ValueError("it is empty")
    if len(content) > largest:
        raise ValueError(f"longer than the {most:.0f} seconds that these words may take at this rate")
    if content[:WAV_HEAD] != wav_head(len(sound)) or len(sound) % WIDTH:
        raise ValueError(f"no whole WAV file of one channel and {RATE} frames a second")
    if digest(sentence.text, content) != sentence.sound:
        raise ValueError("not the sound that was recorded for this sentence")
    if audioop.max(sound, WIDTH) > HIGHEST or (loud := audioop.rms(sound, WIDTH)) > LOUDEST:
        raise ValueError("louder than a voice may be")
    if loud < SILENT:
        raise ValueError("nothing but silence")
    return sound


def digest(text: str, content: bytes) -> str:
    """Of a sentence and the file of its sound."""
    made = hashlib.sha256(text.encode() + b"\0")
    made.update(content)
    return made.hexdigest()


def read_list(folder: Path) -> Listed:
    """Raises VoiceError where there is none, or what is none."""
    path = folder / LIST
    try:
        data = read_inside(folder, LIST, LARGEST)
    except (OSError, ValueError) as fault:
        reason = (getattr(fault, "strerror", None) or str(fault)).lower()
        raise VoiceError(f"{path}: {reason}; name the folder of a recorded voice, or another --voice") from None
    listed = FORM.read(data) if len(data) <= LARGEST else None
    if not listed or not _plausible(listed):
        raise VoiceError(f"{path}: not the list of a recorded voice of this version; ask for the folder again")
    return listed


def _plausible(listed: Listed) -> bool:
    """Each sentence is there once, can be written, and has a digest or none."""
    texts = {one.text for one in listed.sentences}
    clean = all(text and text.isprintable() for text in texts)
    digests = all(_DIGEST.fullmatch(one.sound) for one in listed.sentences)
    return listed.form == FORMAT and clean and digests and len(texts) == len(listed.sentences) <= MOST


def keep_list(folder: Path, listed: Listed) -> None:
    """Whole or not at all. Raises VoiceGuideError."""
    write_whole(folder / LIST, FORM.written(listed), private=True)


def keep_sound(folder: Path, listed: Listed, number: int, sound: Pcm) -> Listed:
    """With a dressed sound for the sentence of that number, in place of what there was; killed at any instant it has
    the one or the other. Raises VoiceGuideError.
    """
    before = listed.sentences[number - 1]
    content = wav_head(len(sound)) + sound
    after = replace(before, sound=digest(before.text, content))
    sentences = (*listed.sentences[: number - 1], after, *listed.sentences[number:])
    listed = replace(listed, sentences=sentences)
    write_whole(folder / after.file, content, private=True)
    keep_list(folder, listed)
    if before.sound and before.file != after.file:
        (folder / before.file).unlink(missing_ok=True)
    return listed


def own_voices(folder: Path) -> list[Speaker]:
    """The recorded voices in the folder of the user's own."""
    found = []
    for one in sorted(folder.iterdir()) if folder.is_dir() else []:
        try:
            listed = read_list(one)
        except VoiceGuideError:
            continue
        count = sum(bool(sentence.sound) for sentence in listed.sentences)
        found.append(Speaker(one.name, f"{printable(listed.name)}, recorded: {count} sentences"))
    return found


def folder_of(name: str, own: Path) -> Path | None:
    """The folder of a recorded voice: one among the user's own, or the path of one; absolute. None for other names."""
    if name.isprintable():
        for folder in ([own / name] if Path(name).name == name else []) + [Path(name)]:
            if os.path.lexists(folder / LIST):
                return folder.absolute()
    return None

"""MP3 without encoding: the frames of each sound are made once, kept, and from then on only joined.

A stream that LAME starts afresh owes nothing to what came before, so streams of sounds that begin on the grid of MP3
frames can stand one after the other, with silent frames between. It stands apart from the sink because it needs
the voice and what is kept; the sink needs neither.
"""

import struct
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from voice_guide.compiler.timeline import Clip
from voice_guide.formats.mp3 import Stream, encoder, encoder_version
from voice_guide.formats.xing import FRAME, VBR
from voice_guide.pcm import Pcm, length, silence
from voice_guide.storage.kept import FRAMES, Kept, named

TAIL = 3
"""MP3 frames after a sound that still carry some of it: the encoder's and the decoder's delay, and an overlap."""

_HEAD = struct.Struct("<II")
"""Frames of sound, and MP3 frames; then the sizes of these, and then they."""
_FORMAT = 1
"""To be raised with every change of the bytes that are made of a sound."""

Part = tuple[str, int, int]
"""Words, how many frames of their sound are heard, and the frame of the stream where they begin."""


class Voiced(Protocol):
    """A voice, as far as it is needed here."""

    @property
    def key(self) -> str:
        """All that makes its sound but the words."""

    def speak(self, text: str) -> Pcm:
        """The words as sound."""


class Encoded:
    """What a voice says, as MP3 streams. It is asked where nothing is kept; sounds are not held in memory."""

    def __init__(self, voice: Voiced, kept: Kept, kbps: int = 0) -> None:
        """`kbps` is a constant bit rate; else it varies with the sound."""
        self._voice, self._kept, self._kbps = voice, kept, kbps
        self._said: dict[str, Said] = {}
        self._runs: dict[tuple[Part, ...], Stream] = {}

    def length(self, text: str) -> int:
        """Frames of sound that the voice takes over the words. Raises VoiceError."""
        return self._all_of(text).length

    def joined(self, clips: Sequence[Clip]) -> Iterator[tuple[int, Stream]]:
        """The streams of a timeline laid on FRAME, each with the MP3 frame where it begins."""
        for run in runs(clips):
            first = run[0].start
            yield (
                first // FRAME,
                self._stream(tuple((one.cue.text, length(one.sound), one.start - first) for one in run)),
            )

    def _stream(self, parts: tuple[Part, ...]) -> Stream:
        (text, count, _), *more = parts
        said = self._all_of(text)
        if not more and said.length == count:
            return said.stream
        if parts not in self._runs:
            self._runs[parts] = self._kept_or_made(lambda: _mixed(parts, self._voice.speak), "run", repr(parts)).stream
        return self._runs[parts]

    def _all_of(self, text: str) -> "Said":
        if text not in self._said:
            self._said[text] = self._kept_or_made(lambda: self._voice.speak(text), "words", text)
        return self._said[text]

    def _name(self, *what: str) -> str:
        return named(FRAMES, _FORMAT, self._kbps or f"V{VBR}", encoder_version(), self._voice.key, *what)

    def _kept_or_made(self, sound_of: Callable[[], Pcm], *what: str) -> "Said":
        if said := _read(self._kept.load(self._name(*what))):
            return said
        sound = sound_of()
        stream = encoded(sound, self._kbps)
        if sound:
            entry = _HEAD.pack(length(sound), len(stream.sizes)) + stream.sizes.tobytes() + stream.data
            self._kept.store(self._name(*what), entry)  # anew: where a voice was lost, another said it
        return Said(length(sound), stream)


@dataclass(frozen=True, slots=True)
class Said:
    """A sound of `length` frames, encoded."""

    length: int
    stream: Stream


def _read(entry: bytes) -> Said | None:
    """What an entry holds, where every frame of it is one of ours and they are as many as the sound needs."""
    try:
        count, number = _HEAD.unpack_from(entry)
        begin = _HEAD.size + number * array("H").itemsize
        sizes, stream = entry[_HEAD.size : begin], Stream.read(entry[begin:])
    except (struct.error, ValueError, IndexError):
        return None
    whole = stream.sizes.tobytes() == sizes and sum(stream.sizes) == len(stream.data)
    return Said(count, stream) if whole and count and number == _blocks(count) else None


def runs(clips: Sequence[Clip]) -> Iterator[list[Clip]]:
    """The clips that sound, together where the frames of one would reach into the next."""
    run: list[Clip] = []
    for clip in clips:
        if not clip.sound:
            continue
        if run and clip.start < run[-1].end + (TAIL + 1) * FRAME:
            run.append(clip)
            continue
        if run:
            yield run
        run = [clip]
    if run:
        yield run


def encoded(sound: Pcm, kbps: int = 0) -> Stream:
    """A stream of its own that holds the sound to its last echo."""
    if not sound:
        return Stream(b"", array("H"))
    blocks = _blocks(length(sound))
    lame = encoder(kbps)
    data = bytes(lame.encode(sound + silence(blocks * FRAME - length(sound))) + lame.flush())
    sizes = Stream.read(data).sizes[:blocks]
    return Stream(data[: sum(sizes)], sizes)


def _blocks(count: int) -> int:
    """MP3 frames that hold so many frames of sound to their last echo."""
    return -(-count // FRAME) + TAIL


def _mixed(parts: Sequence[Part], speak: Callable[[str], Pcm]) -> Pcm:
    """The sounds at their places; none reaches into the next."""
    whole = b""
    for text, count, start in parts:
        whole += silence(start - length(whole)) + speak(text)[: count * 2]
    return whole

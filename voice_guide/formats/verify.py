"""Whether an export is whole: of an MP3 all that it says and sounds, and each cue where its own timeline has it.

Of other formats every byte is as it was written, or one was changed. The first fault is told in one line. Time goes
with the size of the file, and memory stays small.
"""

import audioop
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from voice_guide.errors import VoiceGuideError
from voice_guide.formats.captions import milliseconds
from voice_guide.formats.id3 import HEAD, cues, exact, read_tags, read_timeline
from voice_guide.formats.seal import added, changes, rewritten, shown, touched
from voice_guide.formats.stamp import has_stamp, is_as_stamped
from voice_guide.formats.tag import NEWER, OURS, Tag
from voice_guide.formats.xing import DECODER_DELAY, DELAY, FRAME, SIZE, FrameCount, Info, read_info, with_seal
from voice_guide.pcm import RATE, WIDTH, Pcm, frames, seconds

SILENCE = 30
"""The highest peak of a silence. Decoded it is 0; the floor is where nobody hears anything."""

SMEAR = frames(0.08)
"""How far an MP3 frame can carry sound into the silence beside it; heard were 0.05 seconds."""

SPEECH = 400
"""What the peak of ten milliseconds of sound is over. The softest bell begins with 6,000, words end with 2,000."""

ONSET = frames(0.15)
"""The latest that words are heard after their start. Soft consonants took 0.03 seconds."""

PAUSE = frames(2)
"""The longest pause inside words. The slowest voice took 1.2 seconds."""

LONGEST = frames(24 * 3600)
"""Frames of sound that no session has: what a lie may cost."""

_BLOCK = RATE // 100
_ROUNDING = RATE // 1000
_PIECE = 1 << 16
_HEADS = tuple(bytes([*b"ID3", version, 0, 0]) for version in (OURS, NEWER))
_STAMPED = (b"RIFF", b"OggS", b"fLaC")
_NAME_ONE = "name a sound that `voice-guide export` wrote"


@dataclass(frozen=True, slots=True)
class Whole:
    """What a whole file holds. `length` is in frames; of other files than MP3 only the bytes are held to anything."""

    length: int
    chapters: int
    cues: int
    sealed: bool = True
    """Whether it carries a digest; files of the first versions have none."""
    rewritten: bool = False
    """Whether another program has written its tags anew, in which everything stands as it was."""
    added: tuple[str, ...] = ()
    """What players put in."""

    @property
    def remarks(self) -> list[str]:
        """What a person should know of it."""
        remarks = [f"a player has added {', '.join(self.added)}"] if self.added else []
        if self.rewritten:
            remarks.append("another program has written its tags anew, and they say what they said")
        if not self.sealed:
            remarks.append(
                "it carries no digest, as an older version wrote it: its title, lyrics, cover and words may have been"
                " changed; export it again for one"
            )
        return remarks

    @property
    def seconds(self) -> float:
        """How long it is."""
        return seconds(self.length)


def verify(path: Path) -> Whole:
    """Hold a file that was exported to the seal and the timeline it carries.

    Raises VoiceGuideError with the first fault; of the tags, with all that was changed.
    """
    try:
        if path.exists() and not path.is_file():
            raise VoiceGuideError(f"{path} is {'a folder' if path.is_dir() else 'not a file'}; {_NAME_ONE}")
        with path.open("rb") as file:
            head = file.read(HEAD)
            if head.startswith(_STAMPED) or head[4:8] == b"ftyp":
                return _by_its_stamp(file)
            if not head.startswith(_HEADS):
                what = "begins with no tags of voice-guide" if head else "is empty"
                raise VoiceGuideError(f"{path} {what}; {_NAME_ONE}")
            return _verified(file, head)
    except OSError as error:
        raise VoiceGuideError(f"cannot read {path}: {(error.strerror or str(error)).lower()}; {_NAME_ONE}") from error
    except ValueError as fault:
        raise VoiceGuideError(f"{path}: {fault}; export it again") from fault


def _by_its_stamp(file: BinaryIO) -> Whole:
    if not has_stamp(file):
        raise ValueError(
            "it carries no digest: it was changed, or voice-guide did not write it, or an older version did"
        )
    if not is_as_stamped(file):
        raise ValueError("its bytes are not those that were written: its digest is another")
    return Whole(0, 0, 0)


def _verified(file: BinaryIO, head: bytes) -> Whole:
    tag = read_tags(file, head)
    frame = file.read(SIZE)
    info = read_info(frame)
    anew = touched(tag) if info.seal else _untouched(tag)
    lyrics, edges = read_timeline(tag, ordered=not anew)
    if not 0 <= info.length <= LONGEST:
        raise ValueError(f"its header tells of {info.length} samples, which is no session")
    begin = file.tell()
    count = _counted(file, info)
    count_of_cues = _fitting(lyrics, edges, milliseconds(info.length))
    file.seek(begin)
    peaks, decoded = _peaks(_decoded(file))
    _hear(peaks, lyrics, info.length)
    ours = count.info_frame(info.length, sealed=bool(info.seal))
    if frame != with_seal(ours, info.seal):
        raise ValueError(
            f"its sound was changed somewhere from 0:00 to {_clock(info.length)}: "
            f"its checksum is {read_info(ours).checksum:04x}, and its header says {info.checksum:04x}"
        )
    if decoded != info.frames * FRAME:
        raise ValueError(f"{decoded // FRAME} of its {info.frames} MP3 frames can be decoded, to {_clock(decoded)}")
    whole = Whole(info.length, len(edges) - 1, count_of_cues)
    if not info.seal:
        return replace(whole, sealed=False)
    if told := changes(info.seal, tag, count.digest, ours):
        raise ValueError(told)
    return replace(whole, rewritten=rewritten(info.seal, tag), added=added(tag))


def _untouched(tag: Tag) -> bool:
    """False, of a file without a seal. Raises ValueError where its tags are not as the first versions wrote them."""
    if tag.version != OURS or tag.padded:
        raise ValueError("another program has written its tags anew, and it carries no digest to hold them to")
    return False


def _fitting(lyrics: bytes, edges: "array[int]", length: int) -> int:
    """How many cues there are; they, the chapters and the sound agree on the times."""
    if edges[-1] != length:
        raise ValueError(f"its chapters end at {exact(edges[-1])}, and its sound at {exact(length)}")
    count, chapter, before = 0, 0, 0
    for text, start, end in cues(lyrics, length):
        if not before <= start <= end <= length:
            raise ValueError(
                f"'{shown(text)}' goes from {exact(start)} to {exact(end)}, between {exact(before)} "
                f"where the cue before ends and {exact(length)}"
            )
        if start > edges[chapter]:
            break
        chapter += start == edges[chapter]
        count, before = count + 1, end
    if chapter < len(edges) - 1:
        raise ValueError(f"chapter {chapter + 1} begins at {exact(edges[chapter])}, where no cue begins")
    return count


def _counted(file: BinaryIO, info: Info) -> FrameCount:
    """The frames from here to the end of the file, which are as many as the header says and nothing else."""
    count = FrameCount()
    while (piece := file.read(_PIECE)) and count.frames <= info.frames:
        try:
            count.add(piece)
        except ValueError as fault:
            raise ValueError(f"{fault}, at {_clock(count.frames * FRAME)}") from fault
    place = _clock(count.frames * FRAME)
    if count.frames > info.frames:
        raise ValueError(f"its sound goes on after {_clock(info.length)}, where its header says that it ends")
    if count.rest:
        raise ValueError(f"it breaks off inside an MP3 frame, at {place} of {_clock(info.length)}")
    if count.frames < info.frames:
        raise ValueError(f"its sound has {count.frames} MP3 frames, to {place}, and its header says {info.frames}")
    return count


def _decoded(file: BinaryIO) -> Iterator[Pcm]:
    """The sound from here to the end of the file, with all that the encoder and the decoder put before and after.

    The decoder gets the frames without their header, so that it trims nothing, which only some versions do.
    """
    import miniaudio

    begin = file.tell()

    class Stream(miniaudio.StreamableSource):  # type: ignore[misc]
        def read(self, num_bytes: int) -> bytes:
            return file.read(num_bytes)

        def seek(self, offset: int, origin: object) -> bool:
            if origin is miniaudio.SeekOrigin.START:  # it goes back there after a look; without, frames are lost
                file.seek(begin + offset)
            return origin is miniaudio.SeekOrigin.START

    stream, form = Stream(), (miniaudio.FileFormat.MP3, miniaudio.SampleFormat.SIGNED16)
    try:
        for block in miniaudio.stream_any(stream, *form, nchannels=1, sample_rate=RATE, frames_to_read=1 << 14):
            yield block.tobytes()
    except miniaudio.MiniaudioError as error:
        raise ValueError("its sound cannot be decoded") from error


def _peaks(sound: Iterator[Pcm]) -> tuple["array[int]", int]:
    """The peak of each block from the first frame of the session on, and the frames that were decoded in all."""
    peaks, size, rest = array("H"), _BLOCK * WIDTH, b""
    decoded, lead = 0, (DELAY + DECODER_DELAY) * WIDTH
    for piece in sound:
        decoded += len(piece) // WIDTH
        view = memoryview(rest + piece[lead:])
        lead = max(0, lead - len(piece))
        whole = len(view) // size * size
        peaks.extend(audioop.max(view[at : at + size], WIDTH) for at in range(0, whole, size))
        rest = bytes(view[whole:])
    return peaks, decoded


def _hear(peaks: "array[int]", lyrics: bytes, length: int) -> None:
    """Sound where the cues are, and nowhere else."""
    before = 0
    for text, *times in cues(lyrics, milliseconds(length)):
        start, end = (frames(time / 1000) for time in times)
        _silent(peaks, before, start)
        _spoken(peaks, text, start, end)
        before = end
    _silent(peaks, before, length)


def _silent(peaks: "array[int]", start: int, end: int) -> None:
    first, last = -(-(start + SMEAR) // _BLOCK), (end - SMEAR) // _BLOCK
    silence = peaks[first : max(first, last)]
    if silence and max(silence) > SILENCE:
        loud = next(at for at, peak in enumerate(silence, first) if peak > SILENCE)
        raise ValueError(f"a sound at {_clock(loud * _BLOCK)}, where silence should be: its peak is {max(silence)}")


def _spoken(peaks: "array[int]", text: str, start: int, end: int) -> None:
    first = -(-(start + _ROUNDING) // _BLOCK)
    sound = peaks[first : max(first, end // _BLOCK)]
    begin, longest = 0, ONSET
    for at, peak in enumerate(sound):
        if peak > SPEECH:
            begin, longest = at + 1, PAUSE
        elif (at + 1 - begin) * _BLOCK > longest:
            break
    else:
        if longest == PAUSE or not sound:
            return
    missing = sound[begin : at + 1]
    where = f"break off at {_clock((first + begin) * _BLOCK)}" if begin else "are not heard"
    raise ValueError(
        f"the words '{shown(text)}' at {_clock(start)} {where}: "
        f"the next {seconds(len(missing) * _BLOCK):.2f} seconds have a peak of {max(missing)}"
    )


def _clock(count: int) -> str:
    return exact(milliseconds(count))[:-4]

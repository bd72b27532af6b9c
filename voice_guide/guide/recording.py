"""Records a voice: which sentences, in which order, each taken from the microphone or a file, and kept or refused."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from voice_guide.compiler.cues import BELL, Plan
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import most_seconds, spoken_seconds
from voice_guide.errors import ChoiceError, VoiceGuideError, printable
from voice_guide.guide.kit import Kit
from voice_guide.pcm import RATE, Pcm
from voice_guide.storage.folders import PRIVATE, make_folder
from voice_guide.storage.locked import locked
from voice_guide.storage.whole import errors_told, write_whole
from voice_guide.voices import NAMES
from voice_guide.voices.recorded import FORMAT, LIST, LONGEST, Listed, Sentence, keep_list, keep_sound, read_list
from voice_guide.voices.rendering import answers
from voice_guide.voices.take import taken, words_in

if TYPE_CHECKING:
    from voice_guide.devices.microphone import Block
    from voice_guide.routine.phrases import Phrases

COUNT, BEAT = 3, 0.7
"""Counted in from, and seconds for each number."""
QUIET = 1.5
"""Seconds of quiet after which a sentence is over, once it took LEAST of what a calm voice takes."""
LEAST = 0.6
WAITING = 6.0
"""Seconds in which somebody begins to speak."""
_NUMBERED = re.compile(r"0*(\d{1,5})(?:\D.*)?", re.DOTALL)


def spoken(plan: Plan, phrases: Phrases) -> list[str]:
    """Every sentence that a session may say: its cues, then the answers to keys; each once."""
    texts = [cue.text for cue in plan.cues] + [*dict(answers(plan, phrases)).values()]
    return [text for text in dict.fromkeys(texts) if text != BELL and any(map(str.isalnum, text))]


class Recording:
    """A recorded voice that is being made; nobody else records it meanwhile."""

    def __init__(self, kit: Kit, name: str, routines: Sequence[str], again: bool) -> None:
        from voice_guide.library import LONGEST_NAME, slug

        name = " ".join(name.split())
        if not name.isprintable() or not any(map(str.isalnum, name)) or len(name) > LONGEST_NAME:
            raise ChoiceError(f"{name!r} is no name for a voice; use letters, {LONGEST_NAME} at the most")
        if slug(name) in NAMES:
            raise ChoiceError(f"there is a voice '{slug(name)}' already; choose another name")
        self._kit = kit
        self.folder = kit.voices / slug(name)
        """Where it lies; it may be handed on, or another put in its place."""
        self._texts = _wanted(kit, routines)
        with errors_told(self.folder, "VOICE_GUIDE_DATA"):
            make_folder(self.folder, PRIVATE)
            try:
                self._lock = locked(self.folder)
            except BlockingIOError:
                raise VoiceGuideError(f"'{name}' is being recorded already; end that first") from None
        try:
            known = os.path.lexists(self.folder / LIST)
            self._listed = read_list(self.folder) if known else Listed(FORMAT, name)
            texts = {one.text for one in self._listed.sentences}
            new = tuple(Sentence(text) for text in self._texts if text not in texts)
            self._listed = replace(self._listed, sentences=self._listed.sentences + new)
        except BaseException:
            self.close()
            raise
        self._again = again

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others record it; a folder in which nothing was kept goes. Safe twice."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
        if not os.path.lexists(self.folder / LIST):
            try:
                self.folder.rmdir()
            except OSError:
                return

    @property
    def wanted(self) -> Mapping[int, str]:
        """The sentences to record by their numbers, in the order of recording: what most routines share first."""
        found = {one.text: (number, one) for number, one in enumerate(self._listed.sentences, 1)}
        chosen = (found[text] for text in self._texts)
        return {number: one.text for number, one in chosen if self._again or not one.sound}

    @property
    def count(self) -> tuple[int, int]:
        """How many sentences of these routines are recorded, and how many there are."""
        sounds = {one.text for one in self._listed.sentences if one.sound}
        return sum(text in sounds for text in self._texts), len(self._texts)

    def sheet(self, path: Path) -> int:
        """Write the wanted sentences, a line each with its number, for who records elsewhere; returns how many.

        Numbers are for good: whatever is recorded or added later, a sentence of this voice keeps its own. Raises
        VoiceGuideError.
        """
        lines = [f"{number}. {text}\n" for number, text in sorted(self.wanted.items())]
        keep_list(self.folder, self._listed)
        write_whole(path, "".join(lines).encode(), "--sheet")
        return len(lines)

    def take_in(self, folder: Path) -> tuple[int, list[str]]:
        """Keep the WAV, FLAC and MP3 files of a folder that are named by number, such as `12.wav` or `012 take.flac`.

        Returns how many were kept, and a line for each that was not. Raises ChoiceError, VoiceGuideError.
        """
        from voice_guide.formats.foreign import TAKEN

        try:
            files = sorted(path for path in folder.iterdir() if _number(path))
        except OSError as error:
            raise ChoiceError(f"{folder}: {(error.strerror or str(error)).lower()}; name a folder") from None
        if not os.path.lexists(self.folder / LIST):
            raise ChoiceError("no sentence of this voice has a number yet; write them with --sheet FILE first")
        kept, faults = 0, []
        often = Counter(map(_number, files))
        for file in files:
            number = _number(file)
            try:
                if file.suffix.lower() not in TAKEN:
                    raise ChoiceError(f"{file}: ends in none of {', '.join(TAKEN)}")
                if often[number] > 1:
                    raise ChoiceError(f"{file}: another file has the number {number} too; leave the better one")
                if number > len(self._listed.sentences):
                    raise ChoiceError(f"{file}: there is no sentence {number} in '{self._listed.name}'")
                self.keep(number, self._read(file, folder, number))
                kept += 1
            except ChoiceError as fault:
                faults.append(printable(str(fault)))
        return kept, faults

    def _read(self, file: Path, folder: Path, number: int) -> Pcm:
        from voice_guide.formats.foreign import content_of, decoded, rate_of

        content = content_of(file, folder)
        rate = rate_of(content, file)
        sound = decoded(content, file, rate, LONGEST)
        try:
            return taken(sound, rate, self._listed.sentences[number - 1].text)
        except ValueError as reason:
            raise ChoiceError(f"{file}: {reason}") from None

    def keep(self, number: int, sound: Pcm) -> None:
        """The sound that `take` gave, as this sentence from now on. Raises VoiceGuideError."""
        self._listed = keep_sound(self.folder, self._listed, number, sound)

    def take(self, number: int, count_in: Callable[[int], None]) -> Pcm:
        """Count in, listen until the sentence is over, and make it fit: what there is to play and to keep.

        Raises ChoiceError with the reason where it is not fit, HearingError where there is no microphone.
        """
        from voice_guide.devices.microphone import Microphone

        text = self._listed.sentences[number - 1].text
        with closing(Microphone(RATE)) as microphone:
            sound = heard(iter(microphone), text, count_in)
        try:
            return taken(sound, RATE, text)
        except ValueError as reason:
            raise ChoiceError(f"not taken: {reason}") from None

    def play(self, sound: Pcm, number: int, sink: str = "speaker") -> None:
        """Have it heard. Raises SinkError."""
        from voice_guide.devices import open_sink
        from voice_guide.player.sentence import say

        with closing(open_sink(sink)) as opened:
            say(self._listed.sentences[number - 1].text, sound, opened)


def heard(blocks: Iterator[Block], text: str, count_in: Callable[[int], None]) -> bytes:
    """What is said after the count, the time being that of the microphone: until it is quiet, or none can take longer.

    With the last beat before it, so that who begins early is heard, and a word shows against the quiet.
    """
    for number in range(COUNT, 0, -1):
        count_in(number)
        sound = b"".join(_stretch(blocks, BEAT))
    count_in(0)
    most = min(LONGEST, most_seconds(text)) + QUIET + BEAT
    for block in blocks:
        sound += block.sound
        if len(sound) / 2 / block.rate >= most or _over(sound, block.rate, text):
            return sound
    return sound


def _stretch(blocks: Iterator[Block], span: float) -> Iterator[bytes]:
    for block in blocks:
        yield block.sound
        span -= block.span
        if span <= 0:
            return


def _over(sound: bytes, rate: int, text: str) -> bool:
    span = len(sound) / 2 / rate
    try:
        first, last = words_in(sound, rate)
    except ValueError:
        return span > BEAT + WAITING
    return (last - first) / 100 >= LEAST * spoken_seconds(text) and span - last / 100 >= QUIET


def _wanted(kit: Kit, routines: Iterable[str]) -> list[str]:
    """The sentences of these routines, else of all shipped ones: what most shipped ones say comes first."""
    phrases = kit.library.phrases
    shipped = [kit.library.routines[card.name] for card in kit.library.cards.values() if not card.file]
    asked = [kit.library.find(name) for name in routines]
    kit.tell_broken()
    plans = [compile_script(routine, phrases) for routine in shipped]
    said = Counter(text for plan in plans for text in {cue.text for cue in plan.cues})
    chosen = [compile_script(routine, phrases) for routine in asked] or plans
    texts = dict.fromkeys(text for plan in chosen for text in spoken(plan, phrases))
    replies = {text for plan in chosen for text in dict(answers(plan, phrases)).values()}
    return sorted(texts, key=lambda text: (text in replies and not said[text], -said[text]))


def _number(path: Path) -> int:
    """That with which a file's name begins; 0 where it begins with none."""
    found = _NUMBERED.fullmatch(path.stem)
    return int(found[1]) if found else 0

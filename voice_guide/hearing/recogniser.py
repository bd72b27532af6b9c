"""What was said, by pocketsphinx: an utterance counts only where it is wholly a phrase of the vocabulary."""

import audioop
import os
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from voice_guide.devices.microphone import RATE
from voice_guide.errors import HearingError
from voice_guide.hearing import Heard
from voice_guide.hearing.sounds import sounds
from voice_guide.hearing.utterances import Utterance, Utterances
from voice_guide.routine.vocabulary import PREFIX, Vocabulary

MISSING = "speech recognition is not installed; pip install 'voice-guide[hands-free]'"

_AFTER_PREFIX = 1.5
"""Seconds within which a command may follow the prefix."""

_LEAST = 0.3
"""The least confidence in a phrase; where both searches hear the prefix, that alone gives more."""

SLOWER = 0.94
"""A second hearing at this speed makes other mistakes than the first."""
VOICES = (0.88, 1.15)
"""Speeds at which a child's voice and a deep one sound like those that the model knows."""
ALIKE = 0.6
"""The share of words that two hearings of one voice have in common."""

Spans = list[tuple[str, int, int]]
"""Words, each with its first frame and the one after its last."""

_SEARCH = {"topn": 8, "lw": 9, "fwdflatlw": 11, "bestpathlw": 12}
"""Twice the usual Gaussians: a third fewer commands are lost in noise, for a tenth more time. And more weight on what
is likely to be said."""

Lexicon = dict[str, list[str]]
"""Words, each with the ways to say it in ARPAbet."""


class Recogniser:
    """Hears utterances in one of several vocabularies, the first of them until another is used.

    One thread at a time. Raises HearingError where pocketsphinx is missing.
    """

    def __init__(self, vocabularies: Sequence[Vocabulary]) -> None:
        sphinx = _pocketsphinx()
        model = Path(sphinx.get_model_path("en-us"))
        wanted = {word for vocabulary in vocabularies for word in vocabulary.words}
        filler = _filler()
        lexicon = _lexicon(model / "cmudict-en-us.dict", {*wanted, *filler})
        for word in sorted(wanted - lexicon.keys()):
            if found := sounds(word):
                lexicon[word] = [found]
        unknown = wanted - lexicon.keys()
        self.left_out = tuple(_with(unknown, vocabularies))
        """Phrases that cannot be heard here: no sounds are known for a word of theirs."""
        known = [vocabulary.without(unknown) for vocabulary in vocabularies]
        self._vocabularies = {vocabulary.name: vocabulary for vocabulary in known}
        self._filler, self._lexicon = [word for word in filler if word in lexicon], lexicon
        self._decoder = _decoder(sphinx, model / "en-us", lexicon)
        self._ready: set[str] = set()
        self._prefix: Utterance | None = None
        self._utterances = Utterances(sphinx.Vad)
        self.use(known[0].name)

    def use(self, name: str) -> None:
        """The vocabulary from now on."""
        self._vocabulary = self._vocabularies[name]
        if name not in self._ready:
            self._load(self._vocabulary)
            self._ready.add(name)

    def hear(self, sound: bytes) -> list[Heard]:
        """The utterances that this sound ends. Mono, signed 16-bit little endian, 16,000 frames a second."""
        return [self._heard(utterance) for utterance in self._utterances.hear(sound)]

    def forget(self) -> None:
        """Drop an utterance that has begun: the guide speaks."""
        self._utterances.forget()
        self._prefix = None

    def end(self) -> list[Heard]:
        """The utterance that the end of the sound ends."""
        return [self._heard(utterance) for utterance in self._utterances.end()]

    def _load(self, vocabulary: Vocabulary) -> None:
        alike = {spoken for word in vocabulary.words for spoken in self._lexicon[word]}
        filler = [word for word in self._filler if not alike.intersection(self._lexicon[word])]
        with _folder() as folder:
            model = Path(folder, "model.arpa")
            model.write_bytes(vocabulary.arpa(filler).encode())
            self._decoder.add_lm_file(vocabulary.name, str(model))
        if not vocabulary.free:
            self._decoder.add_jsgf_string(_forced(vocabulary.name), vocabulary.grammar())
        if vocabulary.prefixed:
            self._decoder.add_jsgf_string(_forced(vocabulary.name, True), vocabulary.grammar(commands=True))

    def _heard(self, utterance: Utterance) -> Heard:
        vocabulary, utterance = self._vocabulary, self._with_prefix(utterance)
        if vocabulary.free:
            return self._freely(utterance)
        free = self._decode(vocabulary.name, utterance.sound)
        said = _words(free)
        self._prefix = utterance if said == PREFIX and vocabulary.prefixed else None
        heard = self._meant(utterance, utterance.sound, free)
        if " " in said and vocabulary.words.isdisjoint(
            said.split()
        ):  # as of another voice; and no word that was heard is made another
            for speed in VOICES:
                sound = _at(speed, utterance.sound)
                other = self._meant(utterance, sound, self._decode(vocabulary.name, sound))
                if other.meaning is not None:
                    return other
        return heard

    def _meant(self, utterance: Utterance, sound: bytes, free: Spans) -> Heard:
        vocabulary, said = self._vocabulary, _words(free)
        meaning, confidence = vocabulary.meaning(said), 0.0
        if meaning is not None:
            forced = self._decode(_forced(vocabulary.name, vocabulary.is_command(said)), sound)
            nearest, confidence = vocabulary.meaning(_words(forced)), _agreement(free, forced)
            if not self._holds(said, meaning, nearest, confidence):
                meaning = None
        return Heard(said, meaning, utterance.start, utterance.end, confidence)

    def _freely(self, utterance: Utterance) -> Heard:
        """What was said, heard twice; and by the ear for higher and for deeper voices, where the two differ much."""
        name = self._vocabulary.name
        said, again = (_words(self._decode(name, _at(speed, utterance.sound))) for speed in (1.0, SLOWER))
        others = [again]
        if len({*said.split()} & {*again.split()}) < ALIKE * len({*said.split()}):
            others += [_words(self._decode(name, _at(speed, utterance.sound))) for speed in VOICES]
        meaning = self._vocabulary.meaning(said)
        return Heard(said, meaning, utterance.start, utterance.end, 1.0, tuple(one for one in others if one))

    def _holds(self, said: str, meaning: str | None, nearest: str | None, confidence: float) -> bool:
        """Whether a second hearing leaves it standing. It often finds nothing in a single short word."""
        sure = said.removeprefix(f"{PREFIX} ") in self._vocabulary.sure
        if sure and not self._vocabulary.is_command(said):
            return True
        return confidence >= _LEAST and (sure or nearest in (None, meaning))

    def _with_prefix(self, utterance: Utterance) -> Utterance:
        """With the prefix before it, where that was said by itself a moment ago."""
        before = self._prefix
        if before is None or utterance.start - before.end > _AFTER_PREFIX:
            return utterance
        return Utterance(before.sound + utterance.sound, before.start, utterance.end)

    def _decode(self, search: str, sound: bytes) -> Spans:
        decoder = self._decoder
        decoder.activate_search(search)
        decoder.start_utt()
        decoder.process_raw(sound, full_utt=True)
        decoder.end_utt()
        spans = [(part.word.partition("(")[0], part.start_frame, part.end_frame + 1) for part in decoder.seg() or ()]
        return [span for span in spans if span[0][0] not in "<["]  # silence and noise


def _pocketsphinx() -> Any:
    try:
        import pocketsphinx
    except ImportError:
        raise HearingError(MISSING) from None
    return pocketsphinx


def _folder() -> "tempfile.TemporaryDirectory[str]":
    """On Windows it stays where a file in it is still looked into."""
    return tempfile.TemporaryDirectory(prefix="voice-guide-", ignore_cleanup_errors=True)


def _decoder(sphinx: Any, model: Path, lexicon: Mapping[str, list[str]]) -> Any:
    with _folder() as folder:
        words = Path(folder, "words.dict")
        words.write_bytes(("\n".join(_entries(lexicon)) + "\n").encode())
        return sphinx.Decoder(hmm=str(model), dict=str(words), lm=None, logfn=os.devnull, loglevel="FATAL", **_SEARCH)


def _entries(lexicon: Mapping[str, list[str]]) -> Iterable[str]:
    for word, ways in sorted(lexicon.items()):
        for place, way in enumerate(ways, 1):
            yield f"{word} {way}" if place == 1 else f"{word}({place}) {way}"


def _lexicon(file: Path, wanted: Collection[str]) -> Lexicon:
    """The wanted words of a dictionary, which writes another way to say a word as `word(2)`."""
    found: Lexicon = {}
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            word, _, way = line.strip().partition(" ")
            if (word := word.partition("(")[0]) in wanted:
                found.setdefault(word, []).append(way)
    return found


def _filler() -> list[str]:
    lines = Path(__file__).with_name("filler.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _with(unknown: set[str], vocabularies: Sequence[Vocabulary]) -> Iterable[str]:
    for vocabulary in vocabularies:
        yield from (phrase for phrase in (*vocabulary.bare, *vocabulary.prefixed) if unknown & set(phrase.split()))


def _words(spans: Spans) -> str:
    return " ".join(word for word, _, _ in spans)


def _agreement(one: Spans, other: Spans) -> float:
    """The share of the time of their words in which both hear the same word."""
    common = sum(
        max(0, min(end, until) - max(start, since))
        for word, start, end in one
        for same, since, until in other
        if word == same
    )
    whole = max((sum(end - start for _, start, end in spans) for spans in (one, other)), default=0)
    return common / whole if whole else 0.0


def _at(speed: float, sound: bytes) -> bytes:
    """So many times as fast, and as high."""
    if speed == 1.0:
        return sound
    return audioop.ratecv(sound, 2, 1, round(RATE * speed), RATE, None)[0]


def _forced(name: str, commands: bool = False) -> str:
    return f"{name}, only commands" if commands else f"{name}, forced"

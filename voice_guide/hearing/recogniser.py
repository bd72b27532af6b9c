"""What was said, by pocketsphinx: an utterance counts only where it is wholly a phrase of the vocabulary."""

import os
import tempfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from voice_guide.errors import HearingError
from voice_guide.hearing import Heard
from voice_guide.hearing.sounds import sounds
from voice_guide.hearing.utterances import Utterance, Utterances
from voice_guide.vocabulary import Vocabulary

MISSING = "speech recognition is not installed; pip install 'voice-guide[hands-free]'"

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
        self._utterances = Utterances(sphinx.Vad)
        self.use(known[0].name)

    def use(self, name: str) -> None:
        """The vocabulary from now on."""
        self._vocabulary = self._vocabularies[name]
        if name not in self._ready:
            self._load(self._vocabulary)
            self._ready.add(name)
        self._decoder.activate_search(name)

    def hear(self, sound: bytes) -> list[Heard]:
        """The utterances that this sound ends. Mono, signed 16-bit little endian, 16,000 frames a second."""
        return [self._heard(utterance) for utterance in self._utterances.hear(sound)]

    def forget(self) -> None:
        """Drop an utterance that has begun: the guide speaks."""
        self._utterances.forget()

    def end(self) -> list[Heard]:
        """The utterance that the end of the sound ends."""
        return [self._heard(utterance) for utterance in self._utterances.end()]

    def _load(self, vocabulary: Vocabulary) -> None:
        alike = {spoken for word in vocabulary.words for spoken in self._lexicon[word]}
        filler = [word for word in self._filler if not alike.intersection(self._lexicon[word])]
        with tempfile.TemporaryDirectory(prefix="voice-guide-") as folder:
            model = Path(folder, "model.arpa")
            model.write_text(vocabulary.arpa(filler), encoding="utf-8")
            self._decoder.add_lm_file(vocabulary.name, str(model))
        if vocabulary.asks_back:
            self._decoder.add_jsgf_string(_nearest(vocabulary.name), vocabulary.grammar())

    def _heard(self, utterance: Utterance) -> Heard:
        said, confidence = self._decode(utterance.sound)
        meaning, likely = self._vocabulary.meaning(said), None
        if meaning is None and self._vocabulary.asks_back:
            self._decoder.activate_search(_nearest(self._vocabulary.name))
            likely = self._vocabulary.meaning(self._decode(utterance.sound)[0])
            self._decoder.activate_search(self._vocabulary.name)
        return Heard(said, meaning, utterance.start, utterance.end, confidence, likely)

    def _decode(self, sound: bytes) -> tuple[str, float]:
        decoder = self._decoder
        decoder.start_utt()
        decoder.process_raw(sound, full_utt=True)
        decoder.end_utt()
        found = decoder.hyp()
        return (found.hypstr, min(1.0, decoder.get_logmath().exp(decoder.get_prob()))) if found else ("", 0.0)


def _pocketsphinx() -> Any:
    try:
        import pocketsphinx
    except ImportError:
        raise HearingError(MISSING) from None
    return pocketsphinx


def _decoder(sphinx: Any, model: Path, lexicon: Mapping[str, list[str]]) -> Any:
    with tempfile.TemporaryDirectory(prefix="voice-guide-") as folder:
        words = Path(folder, "words.dict")
        words.write_text("\n".join(_entries(lexicon)) + "\n", encoding="utf-8")
        return sphinx.Decoder(hmm=str(model), dict=str(words), lm=None, logfn=os.devnull, loglevel="FATAL")


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


def _nearest(name: str) -> str:
    return f"{name}, nearest"

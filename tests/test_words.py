"""Every word heard: no sentence that is shipped was not read back by a recogniser, in the natural voice."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).with_name("bench")))

from words import CRITICAL, PHONEMES, compared, digest, fitted_sentences, kept, sentences

from voice_guide.voices.engine import speakable
from voice_guide.voices.worker import Natural

REMEDY = "nobody has listened to these: python tests/bench words"


def never_heard(texts):
    listened = {row.digest for row in kept().values()}
    return [text for text in texts if digest(text) not in listened]


def test_every_shipped_sentence_was_listened_to(library):
    assert not never_heard(sentences(library)), REMEDY


@pytest.mark.long
def test_every_sentence_of_a_session_that_is_fitted_was_listened_to(tmp_path):
    assert not never_heard(fitted_sentences(tmp_path)), REMEDY


@pytest.fixture(scope="module")
def told():
    return json.loads(PHONEMES.read_text(encoding="utf-8"))["sentences"]


def test_every_shipped_sentence_has_its_phonemes(library, told):
    assert set(told) == {speakable(text) for text in sentences(library)}, "make them anew: python tests/bench/words.py"


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it leaves the file of its lexicon open
def test_the_shipped_phonemes_are_what_the_voice_makes_of_the_words(told):
    voice = Natural()
    assert told == {text: voice.phonemes(text) for text in told}


def test_no_critical_word_was_heard_otherwise():
    assert not [row for row in kept().values() if row.critical]


def test_what_was_heard_is_kept_as_it_was_said():
    assert all(row.digest == digest(row.said) for row in kept().values())


@pytest.mark.parametrize(
    ("said", "heard", "critical"),
    [
        ("Do not press.", "Do press.", "not"),
        ("Ease off.", "Ease.", "off"),
        ("Say yes or no.", "Say yes or number.", "no"),
        ("The left side.", "The right side.", "left right"),
        ("Half way, 15 seconds.", "Halfway, fifteen seconds.", ""),
    ],
)
def test_a_critical_word_that_is_heard_otherwise_is_told_and_spelling_is_not(said, heard, critical):
    words, wrong, found = compared(said, heard, lambda one, other: one.replace(" ", "") == other.replace(" ", ""))
    assert set(found.split()) == set(critical.split()) <= CRITICAL and bool(wrong) == bool(critical) and words

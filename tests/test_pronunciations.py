"""How words sound is data: shipped, and the listener's own over it, for each engine in its own letters."""

from contextlib import closing

import pytest

from voice_guide.guide import Guide
from voice_guide.library import Library
from voice_guide.voices import open_voice
from voice_guide.voices.engine import Engine, spoken_words
from voice_guide.voices.worker import respelled

OWN = "words:\n  Sacrum: {natural: /sˈæ/, system: say crumb}\n"


def own(tmp_path, text):
    (tmp_path / "pronunciations.yaml").write_text(text, encoding="utf-8")
    told = []
    library = Library(own=tmp_path, cache=tmp_path / "cache", tell=told.append)
    return library, library.pronunciations, told


def test_whole_words_are_respelled_whatever_their_case_and_no_other():
    sounds = {"lacrosse": "la-cross", "cross": "kross", "no": "/nˈO/"}
    assert respelled("Lacrosse, LACROSSE or lacrosses.", sounds) == "la-cross, la-cross or lacrosses."
    assert respelled("Cross-legged, cross it.", sounds) == "Cross-legged, kross it."
    assert respelled("No. Nose, no!", sounds, "[{0}]({1})") == "[No](/nˈO/). Nose, [no](/nˈO/)!"
    assert respelled("Nothing here.", {}) == "Nothing here."
    assert spoken_words("Don't, DON'T go left-right 2.") == ["don't", "go", "left-right"]


def test_the_listeners_own_come_on_top_of_the_shipped_ones(tmp_path):
    library, sounds, told = own(tmp_path, OWN + "  lacrosse: {system: luck ross}\n")
    assert sounds["natural"]["sacrum"] == "/sˈæ/" and sounds["system"]["lacrosse"] == "luck ross"
    assert "physiotherapist" in sounds["system"] and not told and not library.broken
    assert "pronunciations" not in {card.id for card in library.cards.values()}


@pytest.mark.parametrize(
    "text",
    [
        *(
            "words: 5",
            "words:\n  two words: {system: x}",
            "words:\n  not: {system: ''}",
            "words:\n  not: {system: '1'}",
        ),
        *(
            "words:\n  not: {robot: knot}",
            "words:\n  not: {natural: '[a](/b/)'}",
            "",
            "\0",
            "words:\n  a: {natural: //}",
        ),
    ],
)
def test_a_file_of_ones_own_that_cannot_be_read_is_one_line_and_nothing_of_it_is_said(tmp_path, text):
    _, sounds, told = own(tmp_path, text)
    assert len(told) == 1 and "no word is said by it" in told[0] and "\n" not in told[0]
    assert sounds == Library(own=tmp_path / "none").pronunciations


def test_how_a_word_sounds_is_in_the_key_of_the_engine_it_is_for():
    def key(sounds):
        with closing(Engine(at_once=False, sounds=lambda: sounds)) as voice:
            return voice.key

    assert key({}) == key({"natural": {"no": "know"}}) != key({"system": {"no": "know"}})


@pytest.mark.parametrize(("voice", "sound"), [("natural", "/sˈinsəɹ/"), ("espeak", "seensir")])
def test_a_word_is_said_as_it_is_told(voice, sound):
    engine = "natural" if voice == "natural" else "system"
    with (
        closing(open_voice(voice, sounds=lambda: {engine: {"sacrum": sound}})) as told,
        closing(open_voice(voice)) as own,
    ):
        assert told.speak("The sacrum.") != own.speak("The sacrum.")
        if voice == "natural":
            assert told.speak("The spine.") == own.speak("The spine.")


def test_brackets_in_a_sentence_are_no_phonemes():
    with closing(open_voice("natural")) as voice:
        assert voice.speak("Press [not](/lˈɛft/) here.") != voice.speak("Press left here.")


def test_a_guide_says_words_as_its_scripts_folder_tells(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "pronunciations.yaml").write_text(OWN, encoding="utf-8")
    with Guide("espeak", scripts=tmp_path / "own", data=tmp_path, cache=tmp_path / "c") as guide:
        assert "sacrum=say crumb" in guide._kit.voice.key

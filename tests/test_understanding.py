"""What people say, as routines, needs, wishes and warnings: by whole words, never by a guess, and a danger always wins."""

import csv
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_guide.body.wishes import Wishes
from voice_guide.errors import ChoiceError, NameUnclear, SafetyError
from voice_guide.guide.asked import asked_for
from voice_guide.library import Library
from voice_guide.understanding import GRAVE
from voice_guide.understanding.words import forms

LIBRARY = Library(own=Path("none"))
MATCHER = LIBRARY.matcher
ROWS = [*csv.DictReader(Path(__file__).with_name("said.csv").read_text(encoding="utf-8").splitlines())]
"""Phrases in many people's words, with what they mean and the words that decide; by who had not seen the tables."""
PHRASES = [row["phrase"] for row in ROWS]
DANGERS = [row["phrase"] for row in ROWS if row["means"].split(" ")[0] in GRAVE]


def told(meaning):
    """A meaning in one line."""
    name = f"'{meaning.name}'" if meaning.name else ""
    wishes = (f"{option}={value}" for option, value in meaning.wishes.items())
    return " ".join(filter(None, (meaning.warning, name, meaning.need, *wishes)))


@pytest.mark.parametrize("row", ROWS, ids=PHRASES)
def test_what_people_say_means_what_they_meant(row):
    meaning = MATCHER.meaning(row["phrase"])
    assert (told(meaning), "/".join(meaning.because)) == (row["means"], row["because"])


def test_there_are_phrases_for_everything():
    meant = " ".join(row["means"] for row in ROWS)
    for need in LIBRARY.needs:
        assert meant.count(need) > 3, need
    for option, values in LIBRARY.words.wishes.items():
        assert all(f"{option}={value}" in meant for value in values), option


AROUND = ("please {}", "{} please", "um, {}", "hello, {}", "well, {}, darling", "could you {}", "{}, thank you")


@given(st.sampled_from(PHRASES), st.sampled_from(AROUND))
def test_please_and_the_like_change_nothing(phrase, around):
    assert told(MATCHER.meaning(around.format(phrase))) == told(MATCHER.meaning(phrase))


@given(st.sampled_from(DANGERS), st.sampled_from(PHRASES), st.booleans())
def test_a_sign_of_danger_anywhere_wins_over_whatever_else_is_said(danger, phrase, first):
    meaning = MATCHER.meaning(f"{danger}. {phrase}" if first else f"{phrase}. {danger}")
    assert meaning.warning in GRAVE and not meaning.name and not meaning.need
    assert meaning.say and not meaning.candidates


@given(st.sampled_from(PHRASES))
def test_with_any_warning_no_routine_is_named(phrase):
    meaning = MATCHER.meaning(phrase)
    assert not (meaning.warning and meaning.name)


@given(st.lists(st.sampled_from(sorted({word for phrase in PHRASES for word in phrase.split()})), max_size=12))
def test_whatever_is_said_is_clear_or_asked_in_one_line_about_something_that_was_said(words):
    meaning = MATCHER.meaning(" ".join(words))
    assert meaning.clear or ("\n" not in meaning.question and meaning.question)
    assert len(meaning.candidates) <= 5


@pytest.mark.parametrize(
    ("phrase", "candidates"),
    [
        ("my shoulders and my belly", ("shoulder tension", "belly and core")),
        ("tense and tired", ("stress", "tired back")),
        ("waste wall", ("Tennis Wall Walk",)),
    ],
)
def test_two_that_are_near_are_asked_in_one_question(phrase, candidates):
    meaning = MATCHER.meaning(phrase)
    assert not meaning.clear and set(meaning.candidates) == set(candidates)
    assert all(one in meaning.question for one in candidates)


@pytest.mark.parametrize("phrase", ["good afternoon", "purple elephants", "what time is it", "tell me a joke"])
def test_what_means_nothing_brings_three_that_are_for_everybody(phrase):
    meaning = MATCHER.meaning(phrase)
    assert not meaning.clear and not meaning.candidates
    assert "'Early Comfort', 'Muscle Truce' or 'Peaceful Palms'" in meaning.question


@pytest.mark.parametrize(
    ("phrase", "need"),
    [("siatica", "sciatica"), ("lumbaggo", "acute_spasm"), ("insomnnia", "sleep"), ("leg pian", "sciatica")],
)
def test_a_letter_that_is_wrong_is_no_other_word(phrase, need):
    assert MATCHER.meaning(phrase).need == need


@pytest.mark.parametrize(
    ("phrase", "need"),
    [
        ("not my hip", ""),
        ("it is not my hip, it is my leg", "sciatica"),
        ("my hips are fine, it is my neck", "upper_back"),
        ("no stress", ""),
    ],
)
def test_what_is_denied_is_not_meant(phrase, need):
    assert MATCHER.meaning(phrase).need == need


DANGEROUS = """I dribble urine since my back went; my pee just comes out; I pooped my pants; my legs won't hold me
my legs wont work; both feet have gone floppy; I want to kill myself; I took a whole packet of paracetamol; my face is drooping
my throat is closing; I am having a heart attack; my belly is pulsating and my back aches; my willy is numb
pins and needles around my anus; I was knocked off my bike; I broke my back; never had chest pain until today
soft landing but I can`t pee; \uff43\uff48\uff45\uff53\uff54 pain; ch\u200best pain; I haven't managed to pee since last night"""
HARMLESS = """help me fall asleep; I'll take soft landing; I know it by heart; I can't stand the cold; stroke my back gently
soft strokes please; something for after my night shift; I fell asleep at my desk and my neck is stiff; a crash course
need to chill out; it drives me up the wall; I fell for lavender ritual; something to lose weight; broken sleep
my bladder is fine and my hips hurt; no fever, just a stiff back; my chest doesn't hurt, my neck does"""


def listed(text):
    return [phrase.strip() for line in text.splitlines() for phrase in line.split(";")]


@pytest.mark.parametrize("phrase", listed(DANGEROUS))
def test_a_danger_in_plain_words_is_an_emergency(phrase):
    meaning = MATCHER.meaning(phrase)
    assert meaning.warning == "emergency" and "Call your emergency number now" in meaning.say


@pytest.mark.parametrize("phrase", listed(HARMLESS))
def test_what_sounds_like_a_danger_and_is_none_is_none(phrase):
    assert not MATCHER.meaning(phrase).warning


@pytest.mark.parametrize("phrase", ["don't play soft landing", "anything except soft landing", "not creaky hinges"])
def test_a_routine_that_is_not_wanted_is_not_named(phrase):
    meaning = MATCHER.meaning(phrase)
    assert not meaning.name and not meaning.candidates


@pytest.mark.parametrize(
    "phrase",
    ["back pain after 30 minutes of driving", "a ten minute walk makes my leg hurt", "I'm 45 minutes late and stressed",
     "the ball of my foot is fine", "my partner left me and I am stressed", "my back hurts after bed rest"],
)  # fmt: skip
def test_words_that_are_no_wish_are_none(phrase):
    assert not MATCHER.meaning(phrase).wishes


def test_what_is_too_long_is_not_understood_in_part():
    meaning = MATCHER.meaning("my back hurts and " * 300 + "I can not pee")
    assert not meaning.clear and "say it in a sentence or two" in meaning.question


def test_words_that_say_the_same_are_not_taken_apart_in_their_sayings():
    """A word of ours stands for others, and is heard in none."""
    ours = {word for words in LIBRARY.words.same for word in words.split() if not word.isalpha()}
    assert ours and all(word.endswith("0") for word in ours if any(c.isdigit() for c in word))
    assert not ours & {word for text in LIBRARY.words.heard for word in text.split()}


def test_forms_are_those_of_one_word():
    assert {"hip", "hips"} <= forms("hips") and {"ache", "aches", "aching"} <= forms("aches")
    assert "ms" not in forms("m") and "spin" not in forms("spines") and "legs" not in forms("leg")


# What is made of it.


def test_words_are_asked_for_like_options_and_options_win():
    asked = asked_for(LIBRARY, "ten minutes for my hips on the floor", Wishes(minutes=12))
    assert asked.routines[0].name == "Hip Pocket Ball"
    assert (asked.wishes.minutes, asked.wishes.surface) == (12, "floor")
    told = asked_for(LIBRARY, "soft landing without a ball", Wishes())
    assert (told.routines[0].name, told.wishes.ball) == ("Soft Landing", "none")


def test_a_condition_that_was_said_holds():
    assert asked_for(LIBRARY, "I am pregnant and my back hurts", Wishes()).wishes.conditions == ("pregnancy",)


def test_a_danger_is_answered_and_what_is_unclear_is_asked():
    with pytest.raises(SafetyError, match="Call your emergency number now"):
        asked_for(LIBRARY, "soft landing, but I can't pee", Wishes())
    with pytest.raises(NameUnclear, match="which one"):
        asked_for(LIBRARY, "tense and tired", Wishes())
    with pytest.raises(ChoiceError, match="name a routine, or what hurts"):
        asked_for(LIBRARY, "", Wishes())


def test_find_prints_all_that_was_understood(run):
    done = run("find", "ten minutes for my hips on the floor", "--json")
    assert done.returncode == 0 and json.loads(done.stdout) == {
        "name": None,
        "need": "hip_buttock",
        "wishes": {"surface": "floor", "minutes": 10},
        "conditions": [],
        "warning": None,
        "candidates": [],
        "because": ["ten", "minutes", "hips", "floor"],
    }
    assert run("find", "soft landing for ten minutes").stdout == "Soft Landing  --minutes 10\n"
    assert run("find", "my hips hurt").stdout.startswith("hip or buttock ache: Hip Pocket Ball, ")


def test_find_ends_with_two_where_it_asks_and_answers_a_danger(run):
    done = run("find", "tense and tired", "--json")
    assert done.returncode == 2 and json.loads(done.stdout)["candidates"] == ["stress", "tired back"]
    done = run("find", "I can't pee and my back hurts")
    assert done.returncode == 0 and "Call your emergency number now" in done.stdout
    told = json.loads(run("find", "I can't pee and my back hurts", "--json").stdout)
    assert (told["warning"], told["conditions"], told["name"], told["need"]) == (
        "emergency", ["bladder_bowel"], None, None,
    )  # fmt: skip


def test_suggest_never_waits_where_nobody_can_answer(run):
    done = run("suggest", "my leg hurts", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)[0]["name"]
    assert "?" not in done.stderr
    done = run("suggest")
    assert done.returncode == 2 and "nothing was said" in done.stderr
    done = run("suggest", "tense and tired", "--json")
    assert done.returncode == 2 and json.loads(done.stdout)["candidates"] == ["stress", "tired back"]
    done = run("suggest", "fever", "--json")
    assert done.returncode == 4 and json.loads(done.stdout)["refused"]["level"] == "urgent"


def test_suggest_takes_from_the_words_since_when_it_hurts(run):
    names = [one["name"] for one in json.loads(run("suggest", "my back went out yesterday", "--json").stdout)]
    assert names[0] == "Early Comfort"

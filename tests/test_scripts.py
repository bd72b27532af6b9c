"""The shipped scripts: what they say aloud, what they may never ask, and how each routine is laid in time."""

import os
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import MOST_WORDS, sentences, spoken_seconds
from voice_guide.compiler.timeline import left_out, sketch
from voice_guide.library import Library, shipped_folder
from voice_guide.library.steps import commands_in
from voice_guide.pcm import seconds
from voice_guide.player.command import Command
from voice_guide.player.session import MOST_MINUTES

GOLDEN = Path(__file__).parent / "golden"
ROUTINES = sorted(path.stem for path in (shipped_folder() / "routines").glob("*.yaml"))
REFERENCE = {"li4", "gb21", "pc6", "bl54", "bl48", "gv3"}
BUTTOCK = {"bl53", "gb30", "ahshi_hip"}
NO_BALL = {"gv4", "bl40", "bl52", "cv6", "bl60", "ki3", "gb41", "pc8", "ahshi_side"}


@pytest.fixture(params=ROUTINES)
def routine(request, library):
    return next(r for r in library.routines.values() if r.id == request.param)


def every_sentence(library):
    """All that the voice may ever say, from every file."""
    for routine in library.routines.values():
        plan = compile_script(routine, library.phrases)
        yield from (cue.text for cue in plan.cues)
        yield from plan.wheres
    yield from library.phrases.answers.values()
    yield from library.phrases.ask.values()
    yield from library.phrases.left


def test_all_the_routines_are_there(library):
    assert len(library.routines) == 24
    assert "Soft Landing" in library.routines
    assert not library.broken


def test_the_timeline_is_the_one_we_agreed_on(routine, library):
    """UPDATE_GOLDEN=1 writes it anew; read the difference aloud before you commit it."""
    plan = compile_script(routine, library.phrases)
    timeline = sketch(plan.cues)
    lines = [f"{routine.name}, {seconds(timeline.length):.2f} s"]
    step = -1
    for clip in timeline.clips:
        if clip.cue.step != step:
            step = clip.cue.step
            lines.append(f"\n[{plan.titles[step]}]")
        lines.append(f"{seconds(clip.start):9.3f} {clip.cue.kind:8} {clip.cue.text}")
    golden, text = GOLDEN / f"{routine.id}.txt", "\n".join(lines) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_nothing_is_left_out_at_the_usual_speed(routine, library):
    cues = compile_script(routine, library.phrases).cues
    assert not left_out(cues, sketch(cues).clips)


def test_no_session_is_over_half_an_hour(routine, library):
    assert seconds(sketch(compile_script(routine, library.phrases).cues).length) <= 1800


def test_the_lying_routine_takes_no_more_than_twenty_minutes(library):
    routine = library.routines["Soft Landing"]
    assert 11 <= seconds(sketch(compile_script(routine, library.phrases).cues).length) / 60 <= 20
    assert {step.point.id for step in routine.steps if step.point} == BUTTOCK
    assert {step.posture.id for step in routine.steps if step.posture} == {"lying_on_ball"}


def test_every_sentence_is_short_enough_for_closed_eyes(library):
    for text in every_sentence(library):
        for sentence in sentences(text):
            assert len(sentence.split()) <= MOST_WORDS, sentence


def test_no_digit_code_or_promise_is_spoken(library):
    promises = re.compile(rf"\b({'|'.join(library.claims)})\b", re.I)
    for sentence in every_sentence(library):
        assert not re.search(r"\d", sentence), sentence
        assert not promises.search(sentence), sentence
        assert not re.search(r"\b(BL|GB|GV|CV|KI|PC|SI|LI|UB|DU|REN)\b", sentence), sentence
        assert "{" not in sentence and "_" not in sentence, sentence


def test_no_sentence_of_ours_would_command_the_guide(library):
    """Also those of the profile, the rules and the talk before a session."""
    hear = library.phrases
    others = [*hear.ask.values(), *hear.listen.values(), *hear.resume.values(), hear.check, hear.skin, hear.notice]
    rules = [rule.say for rule in library.safety.rules]
    for sentence in (*every_sentence(library), *others, *rules, *library.safety.words.values()):
        assert not commands_in(sentence, library.commanding), sentence


@pytest.mark.parametrize("sentence", ["Stop.", "Now, stop, and rest.", "It hurts!", "Guide, pause.", "Say guide: skip"])
def test_a_sentence_that_would_is_found(sentence, library):
    assert commands_in(sentence, library.commanding)


@pytest.mark.parametrize("sentence", ["Stop here.", "If it hurts, come off.", "Say guide, and then pause.", "Rest."])
def test_one_that_only_holds_such_a_word_is_not(sentence, library):
    assert not commands_in(sentence, library.commanding)


def test_every_sentence_ends_like_one(library):
    for sentence in every_sentence(library):
        assert sentence.strip() == sentence and re.search(r"[.?!]$", sentence), sentence


def test_what_is_for_reference_only_is_never_pressed(library):
    assert {point.id for point in library.catalogue.points.values() if not point.hold} == REFERENCE
    for routine in library.routines.values():
        assert not {step.point.id for step in routine.steps if step.point} & REFERENCE


def test_a_ball_goes_only_where_it_may(library):
    for point in library.catalogue.points.values():
        tools = [library.catalogue.tools[tool] for tool in point.tools]
        assert not (point.id in NO_BALL and any(tool.ball for tool in tools)), point.id
        if any("floor" in tool.id for tool in tools):
            assert point.id in BUTTOCK
        assert not {"bl52", "ahshi_side"} & {point.id} or not {"fist", "knuckles"} & set(point.tools)
        assert "lacrosse_ball_floor" not in point.tools


def test_no_hold_passes_its_cap(library):
    for routine in library.routines.values():
        for step in routine.steps:
            if step.point and step.tool:
                assert 30 <= step.seconds <= step.point.hold.cap(step.tool)
                assert step.seconds <= (90 if step.tool.ball else 60 if step.point.id == "gv4" else 180)
                assert step.pressure <= step.point.pressure.max <= 4


def test_the_shooting_pain_sentence_is_heard_right_before_the_back_pocket_is_pressed(library):
    for routine in library.routines.values():
        cues = compile_script(routine, library.phrases).cues
        for before, cue in pairwise(cues):
            if cue.kind == "press" and cue.point == "gb30":
                assert before.kind == "notice" and "sharp or electric" in before.text


def test_eyes_are_opened_before_every_way_of_standing_or_lying_down(library):
    for posture in library.catalogue.postures.values():
        assert posture.enter.startswith("Open your eyes.") or posture.base != "floor", posture.id
    for way, words in library.phrases.ways.items():
        assert words.startswith("Open your eyes."), way
    for routine in library.routines.values():
        plan = compile_script(routine, library.phrases)
        if routine.ending == "awake":
            assert any("Open your eyes" in cue.text for cue in plan.cues[-16:])


def test_the_listener_is_asked_to_notice_and_never_to_answer(library):
    for sentence in every_sentence(library):
        assert "tell me" not in sentence.lower(), sentence


def test_left_and_right_are_pressed_for_the_same_time(routine):
    pressed = {"left": 0.0, "right": 0.0}
    for step in routine.steps:
        for side in step.sides:
            if side in pressed:
                pressed[side] += step.seconds * len(step.places)
    assert pressed["left"] == pressed["right"]


def test_every_fact_has_its_source(library):
    for point in library.catalogue.points.values():
        assert point.source
    for routine in library.routines.values():
        assert routine.source
        assert all(step.source for step in routine.steps), routine.name


OTHERS = (
    "press_again", "longest", "wait", "voiceless", "returned", "ready", "ready_again", "ready_button", "ready_again_button", "offer_button", "no_answer", "left_out",
    "listening", "listening_button", "deaf", "unclear", "offer", "softer_again", "slow_breath", "breathed",
)  # fmt: skip


def test_every_command_and_every_event_has_an_answer(library):
    unspoken = {Command.REPEAT, Command.WHERE, Command.TOGGLE}
    events = {event.words for event in library.safety.events.values()}
    assert set(library.phrases.answers) == {*Command, *OTHERS, *events} - unspoken
    assert len(library.phrases.left) == MOST_MINUTES + 1


def test_answers_that_leave_a_hold_say_so(library):
    felt = [event.words for event in library.safety.events.values() if event.then != "tell"]
    for name in (Command.PAUSE, Command.NEXT, Command.BACK, Command.STOP, "no_answer", *felt):
        assert re.search(r"(^|[.] )Come off", library.phrases.answers[name]), name


def test_one_phrase_takes_off_everywhere_and_stands_first(library):
    """What was misheard most, and matters most: "Ease off" is gone, and every release begins with the same words."""
    assert all(tool.release.startswith("Come off slowly") for tool in library.catalogue.tools.values())
    assert not [sentence for sentence in every_sentence(library) if re.search(r"\b(ease|eases) off\b", sentence, re.I)]


def test_no_spoken_sentence_stands_in_the_code(top, library):
    sentences = {sentence for sentence in every_sentence(library) if len(sentence) > 12}
    for path in (top / "voice_guide").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [sentence for sentence in sentences if sentence in text], path


def test_a_shipped_script_reads_the_same_in_a_library_of_its_own(tmp_path):
    assert Library(own=tmp_path).routines.keys() == Library(own=tmp_path / "none").routines.keys()


class TestOpening:
    """What is said before the first place: who told their body hears what is new, everybody else all of it, short."""

    @staticmethod
    def seconds_of(library, routine):
        return sum(spoken_seconds(cue.text) for cue in compile_script(routine, library.phrases).cues if cue.step == 0)

    def test_who_told_of_their_body_is_at_the_first_place_in_twenty_five_seconds(self, routine, library):
        """Besides what the script itself asks to be said first."""
        told = replace(routine, avoid={}, answered=tuple(library.catalogue.conditions), before="")
        assert self.seconds_of(library, told) <= 25
        said = [cue.text for cue in compile_script(told, library.phrases).cues]
        assert library.phrases.check in said and library.phrases.off in said

    def test_everybody_else_in_a_minute_the_most_serious_first(self, routine, library):
        assert self.seconds_of(library, routine) <= 60
        notices = [cue.text for cue in compile_script(routine, library.phrases).cues if cue.kind == "notice"]
        assert notices[0] == library.phrases.check
        assert all(any(words in line for line in notices) for words in routine.avoid.values())
        assert library.phrases.skin in notices

    def test_what_was_not_answered_is_still_said(self, routine, library):
        told = replace(routine, answered=tuple(library.phrases.skin_answered[1:]))
        assert library.phrases.skin in [cue.text for cue in compile_script(told, library.phrases).cues]
        asked_of = [name for name in library.phrases.skin_answered if name not in library.safety.conditions]
        assert not asked_of


class TestFillers:
    """What is said between the breaths: never by rote, and the same again for the same routine."""

    @staticmethod
    def said(library, routine, talk="full"):
        lines = {line for pool in library.phrases.fillers.values() for line in pool}
        clips = sketch(compile_script(routine, library.phrases, talk=talk).cues).clips
        return [(seconds(clip.start), clip.cue.text) for clip in clips if clip.cue.text in lines]

    def test_none_is_said_again_within_five_minutes(self, routine, library):
        heard = {}
        for at, line in self.said(library, routine):
            assert at - heard.get(line, -300) >= 300, (line, at)
            heard[line] = at

    def test_the_same_routine_is_made_again_to_the_word_and_another_has_others(self, library):
        assert len({line for pool in library.phrases.fillers.values() for line in pool}) >= 30
        first, again = (self.said(library, library.routines["Office Chair"]) for _ in range(2))
        other = self.said(library, library.routines["Golden Handful"])
        assert first == again and [line for _, line in first][:3] != [line for _, line in other][:3]

    def test_a_regular_hears_none_in_a_hold(self, library):
        assert not self.said(library, library.routines["Tennis Wall Walk"], "short")

    def test_twelve_holds_in_a_row_are_not_word_for_word_alike(self, library):
        cues = compile_script(library.routines["Tennis Wall Walk"], library.phrases).cues
        assert len({sentence for cue in cues for sentence in sentences(cue.text)}) >= 90


def test_no_breath_is_broken_off_and_five_in_five_out_goes_through_the_whole_hold(library):
    asked = {}
    for beat in (beat for rounds in library.phrases.breaths.values() for lines in rounds for beat in lines[:2]):
        asked[beat.say] = min(beat.seconds, asked.get(beat.say, beat.seconds))
    for routine in library.routines.values():
        for clip, after in pairwise(sketch(compile_script(routine, library.phrases).cues).clips):
            if clip.cue.optional and clip.cue.text in asked:
                assert seconds(after.start - clip.start) >= asked[clip.cue.text], clip.cue.text
    hold = [cue for cue in compile_script(library.routines["Bedtime Belly"], library.phrases).cues if cue.point]
    lines = [cue.text for cue in hold if cue.optional]
    assert library.phrases.half not in lines and lines[1:] == BELLY_BREATHS


def test_eyes_are_closed_where_it_is_safe_and_opened_only_to_move(routine, library):
    plan = compile_script(routine, library.phrases)
    closing = [cue for cue in plan.cues if library.phrases.eyes in cue.text]
    seats = {step.posture.id for step in routine.steps if step.posture and step.posture.base != "wall"}
    assert bool(closing) == bool(seats)
    assert "Keep your eyes open" in library.catalogue.postures["standing_wall"].caution
    if routine.id == "complete-daily-care":
        assert sum("pen your eyes" in cue.text for cue in plan.cues) <= 6
    assert not [
        cue for cue in plan.cues if "pen your eyes" in cue.text and cue.kind not in ("move", "release", "close")
    ]


BELLY_BREATHS = [
    *("Breathe in.", "And slowly out.", "In.", "And out.", "In again.", "And out again.", "Slowly in.", "Slowly out."),
    *("Breathe in.", "And slowly out.", "In.", "And out.", "In again.", "And out again.", "Slowly in.", "Slowly out."),
    *("Breathe in.", "And slowly out.", "In.", "And out."),
]


class Listener:
    """Somebody who does what is said and no more: where they are, where an ankle rests, who holds the ball."""

    def __init__(self):
        self.base, self.legs_crossed, self.eyes_closed, self.ball, self.pressing = "anywhere", False, False, "", False

    def hear(self, cue, posture):
        for sentence in sentences(cue.text):
            if "Open your eyes" in sentence:
                assert self.eyes_closed, f"open already: {cue.text}"
                self.eyes_closed = False
            if re.search(r"\b([Tt]ake your seat|[Ss]it down)\b", sentence) and cue.kind == "move":
                assert self.base != "chair", f"sits already: {cue.text}"
                assert not self.eyes_closed, cue.text
                self.base = "chair" if "chair" in sentence or "seat" in sentence else "floor"
            if re.search(r"\b([Ss]tand up|Come to stand)\b", sentence) and cue.kind == "move":
                assert self.base != "wall" and not self.legs_crossed, f"stands already, or a foot is up: {cue.text}"
                self.base = "wall"
            if "on the other knee" in sentence:
                assert self.base == "chair" and not self.legs_crossed, cue.text
                self.legs_crossed = True
            if "foot back on the floor" in sentence or "Put your foot down" in sentence:
                self.legs_crossed = False
            if "roll onto your back" in sentence or "then roll over" in sentence:
                assert self.base == "floor" and not self.eyes_closed, cue.text
            if "Push yourself up to sitting" in sentence or "push yourself up to sitting" in sentence:
                assert self.base == "floor", cue.text
            if found := re.search(r"[Tt]ake the ball in your (left|right) hand", sentence):
                self.ball = found[1]
            if "slide your hand out" in sentence or "slowly back onto it" in sentence or "beside you" in sentence:
                self.ball = ""
            if "reach back for the ball" in sentence.lower():
                self.ball = str(cue.side)
            if found := re.search(r"(?:Put|With|Rest) your (left|right) hand", sentence):
                assert self.ball != found[1] or "Set the ball" in sentence, f"that hand holds the ball: {cue.text}"
            if "close your eyes" in sentence.lower():
                assert self.base != "wall", cue.text
                self.eyes_closed = True
        if cue.kind in ("press", "rest", "breathe") and self.base != "wall":
            self.eyes_closed = True  # a regular does so unasked
        if cue.kind == "press":
            assert not self.pressing and self.base == posture.base, (self.base, cue.text)
            assert self.legs_crossed == (posture.id == "seated_cross_leg"), cue.text
        self.pressing = cue.kind == "press" or (self.pressing and cue.kind != "release")


@pytest.mark.parametrize("talk", ["full", "short"])
def test_who_does_what_is_said_and_no_more_is_where_the_next_word_wants_them(routine, library, talk):
    """No cue assumes what is not so: nobody sits down who sits, stands up who stands, or walks with a foot on a knee."""
    there, postures = Listener(), []
    for step in routine.steps:
        turns = len(step.sides) * len(step.places) if step.do == "press" else 1
        postures += [step.posture] * turns * step.repeat
    for cue in compile_script(routine, library.phrases, talk=talk).cues:
        step = min(max(cue.step - 1, 0), len(postures) - 1)
        there.hear(cue, next((one for one in reversed(postures[: step + 1]) if one), None))


def test_to_the_floor_and_back_there_are_forty_seconds(library):
    for routine in library.routines.values():
        for cue in compile_script(routine, library.phrases).cues:
            if cue.kind == "move" and re.search(r"then roll (over|onto your back)|up to sitting", cue.text):
                assert cue.span - spoken_seconds(cue.text) >= 39.9, (routine.name, cue.text)


def test_what_to_aim_for_is_said_at_the_first_hold_of_each_kind(routine, library):
    texts = " ".join(cue.text for cue in compile_script(routine, library.phrases).cues)
    for step in routine.steps:
        if step.point and (step.pressure > 1 or step.point.pressure.target == 1):
            aim = step.point.feel or step.point.before
            assert aim in texts, step.point.name
            assert texts.count(aim) == 1 or not step.point.feel

"""The script compiler: what is said, in which order, for one step."""

from collections import deque
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import routines
from voice_guide.compiler.cues import BELL
from voice_guide.compiler.holds import hold_beats
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import spoken_seconds
from voice_guide.routine.phrases import Beat

OPEN = "Open your eyes. "


def cues_of(library, name, point, side=None):
    plan = compile_script(library.routines[name], library.phrases)
    return [cue for cue in plan.cues if cue.point == point and cue.side == side]


def test_a_press_is_move_locate_notice_press_hold_release(library):
    cues = cues_of(library, "Hip Pocket Ball", "gb30", "left")
    kinds = [cue.kind for cue in cues if not cue.optional]
    assert kinds == ["move", "notice", "move", "locate", "move", "locate", "notice", "press", "release"]


def test_the_second_side_is_told_shorter(library):
    first, second = (cues_of(library, "Early Comfort", "bl40", side) for side in ("left", "right"))
    words = [sum(len(c.text) for c in cues if c.kind == "locate") for cues in (first, second)]
    assert words[1] < words[0] / 2
    assert next(c for c in second if c.kind == "move").text == "Now the knee crease point, right leg."


def test_an_area_is_pressed_place_by_place_one_side_before_the_other(library):
    plan = compile_script(library.routines["Tennis Wall Walk"], library.phrases)
    sides = [cue.side for cue in plan.cues if cue.kind == "press"]
    assert sides == ["left"] * 6 + ["right"] * 6
    titles = [title for title in plan.titles if title.startswith("Muscle track, left side")]
    assert len(set(titles)) == 6


def test_a_position_is_said_once_and_its_way_out_before_the_next(library):
    plan = compile_script(library.routines["Complete Daily Care"], library.phrases)
    moves = [cue.text for cue in plan.cues if cue.kind == "move"]
    assert sum("Stand with your back to the wall" in text for text in moves) == 1
    leaving = next(number for number, text in enumerate(moves) if "Put the ball aside" in text)
    assert "on a firm chair" in moves[leaving + 1] and "Open your eyes." not in moves[leaving]  # they were never closed


def test_legs_are_changed_when_the_side_changes(library):
    moves = [cue.text for cue in cues_of(library, "Early Comfort", "ki3", "right") if cue.kind == "move"]
    assert moves[0] == "Now the ankle stream, right foot." and moves[1].startswith(
        "Put your foot down. Rest your right ankle"
    )


def test_the_ball_is_taken_by_the_hand_of_its_side_before_it_is_set(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    taking = [cue for cue in plan.cues if cue.kind == "move" and "Take the ball" in cue.text]
    assert [cue.side for cue in taking] == ["left"] * 3 + ["right"] * 3
    assert all(f"in your {cue.side} hand" in cue.text for cue in taking)


def test_the_next_hold_goes_on_with_other_words(library):
    cues = cues_of(library, "Hip Pocket Ball", "gb30", "left") + cues_of(library, "Hip Pocket Ball", "gb30", "right")
    said = [cue.text for cue in cues if cue.kind == "breathe" and "reath" not in cue.text and "n." not in cue.text]
    assert len(set(said)) >= 6


def test_going_to_sleep_is_not_disturbed(library):
    plan = compile_script(library.routines["Bedtime Belly"], library.phrases)
    assert plan.cues[-1].text.endswith("Good night.")
    assert not any("ten" in cue.text.split() for cue in plan.cues)


@given(st.floats(0, 200), st.sampled_from(["natural", "five_five", "into_area", "deep_settle"]))
def test_lines_of_a_hold_never_overlap_and_never_pass_its_end(library, length, breath):
    beats = list(hold_beats(length, deque(library.phrases.breaths[breath]), library.phrases, "If it stings, come off."))
    for (at, beat), (after, _) in pairwise(beats):
        assert at + beat.seconds <= after + 1e-9
    assert all(at >= 9 and at + beat.seconds <= length + 1e-9 for at, beat in beats)


@given(st.floats(0, 200))
def test_a_breath_in_is_never_left_without_its_breath_out(library, length):
    said = [beat.say for _, beat in hold_beats(length, deque(library.phrases.breaths["natural"]), library.phrases, "")]
    for line, after in pairwise([*said, ""]):
        assert "in." not in line.lower().split() or "out" in after.lower()


@given(routines())
def test_every_step_has_a_title_and_an_answer(library, routine):
    plan = compile_script(routine, library.phrases)
    assert {cue.step for cue in plan.cues} == set(range(len(plan.titles)))
    assert len(plan.titles) == len(plan.wheres)


def test_more_words_take_longer_and_a_faster_voice_takes_less():
    assert spoken_seconds("Breathe in.") < spoken_seconds("Breathe in, and slowly out.")
    assert spoken_seconds("Breathe in.", 280) == spoken_seconds("Breathe in.", 140) / 2
    assert spoken_seconds("") == spoken_seconds("...") == 0


def test_nothing_to_say_inside_gives_only_the_countdown(library):
    beats = [beat for _, beat in hold_beats(20, deque([(Beat(90, "Too long."),)]), library.phrases, "")]
    assert [beat.say for beat in beats] == ["Half way.", "Three.", "Two.", "One."]


class TestTalk:
    """A regular's words and bells leave out what a regular knows, and nothing that is safety."""

    @pytest.mark.parametrize("talk", ["short", "bells"])
    def test_every_caution_release_and_change_of_position_is_still_spoken(self, library, talk):
        for routine in library.routines.values():
            full = compile_script(routine, library.phrases).cues
            fewer = compile_script(routine, library.phrases, talk=talk).cues
            for kind in ("notice", "release", "move", "close"):
                said = [c.text for c in fewer if c.kind == kind and c.text not in library.phrases.levels.values()]
                told = [c.text for c in full if c.kind == kind]  # eyes that were never closed need not be opened
                assert [text.replace(OPEN, "") for text in said] == [text.replace(OPEN, "") for text in told], (
                    routine.name
                )
            cautions = [[c.text for c in cues if c.text in library.phrases.cautions] for cues in (full, fewer)]
            assert cautions[0] == cautions[1], routine.name

    @pytest.mark.parametrize("talk", ["short", "bells"])
    def test_holds_are_as_long_and_sides_as_many(self, library, talk):
        for routine in library.routines.values():
            full = holds(compile_script(routine, library.phrases).cues)
            assert holds(compile_script(routine, library.phrases, talk=talk).cues) == pytest.approx(full)

    def test_a_regular_hears_fewer_words_and_bells_ring_where_a_hold_begins_and_counts_down(self, library):
        routine = library.routines["Hip Pocket Ball"]
        words = {
            talk: " ".join(cue.text for cue in compile_script(routine, library.phrases, talk=talk).cues)
            for talk in ("full", "short", "bells")
        }
        assert len(words["full"]) > len(words["short"]) > len(words["bells"])
        assert BELL not in words["full"] + words["short"]
        bells = [cue.kind for cue in compile_script(routine, library.phrases, talk="bells").cues if cue.text == BELL]
        assert bells.count("press") == 2 and bells.count("count") == 8

    def test_what_was_asked_and_answered_is_not_asked_again(self, library):
        routine = library.routines["Hip Pocket Ball"]
        texts = [cue.text for cue in compile_script(routine, library.phrases, asked=True).cues]
        assert library.phrases.check not in texts and library.phrases.notice not in texts
        assert library.phrases.skin in texts


def holds(cues):
    """The seconds of every hold, in order: a press and all that is optional after it."""
    found = []
    for cue in cues:
        if cue.kind == "press":
            found.append(cue.span)
        elif cue.optional and found and cue.point:
            found[-1] += cue.span
    return found

"""Where, with which ball, on which side: what was chosen is had, or refused with the point's own reason."""

import re
from pathlib import Path

import pytest

from voice_guide.body.choices import choose
from voice_guide.body.safety import adapt
from voice_guide.body.terms import Adapted, Today
from voice_guide.body.wishes import BALLS, SIDES, SURFACES, Wishes
from voice_guide.errors import ChoiceError, SafetyError
from voice_guide.library import Library

LIBRARY = Library(own=Path("none"))
SHIPPED = {routine.id: routine for routine in LIBRARY.routines.values() if not routine.file}
EVERY = [("surface", one) for one in SURFACES] + [("ball", one) for one in BALLS] + [("side", one) for one in SIDES]


def chosen(name, **choices):
    return choose(SHIPPED[name], Wishes(**choices), LIBRARY.catalogue)


def presses(routine):
    return [step for step in routine.steps if step.point]


@pytest.mark.parametrize(("option", "value"), EVERY)
@pytest.mark.parametrize("name", SHIPPED)
def test_a_choice_is_kept_everywhere_or_refused_with_what_would_do(name, option, value):
    try:
        routine = chosen(name, **{option: value})
    except SafetyError as error:
        point = re.search(r": (?:not on )?the ([a-z ]+?)(?: is for|\.)", str(error))[1]
        assert point in {step.point.name for step in presses(SHIPPED[name])}
        if remedy := re.search(r"try --(\w+) (\w+)", str(error)):
            chosen(name, **{remedy[1]: remedy[2]})
        return
    assert {step.point.id for step in presses(routine)} == {step.point.id for step in presses(SHIPPED[name])}
    for step in routine.steps:
        if option == "surface" and step.posture:
            assert value in step.posture.on
        if option == "ball" and step.tool and step.tool.ball:
            assert step.tool.ball == value
        if option == "side" and value != "both":
            assert set(step.sides) <= {value, None}
    for step in presses(routine):
        assert step.tool.id in step.point.tools and step.posture.id in step.point.postures
        assert step.posture.id in step.tool.postures
        assert step.seconds <= step.longest <= step.point.hold.cap(step.tool)


def test_what_was_not_chosen_stays_as_the_script_has_it():
    for routine in SHIPPED.values():
        assert choose(routine, Wishes(), LIBRARY.catalogue) == routine
        assert choose(routine, Wishes(ball="tennis", side="both"), LIBRARY.catalogue) == routine


def test_a_refusal_gives_the_point_s_reason_and_the_nearest_choice():
    with pytest.raises(SafetyError) as error:
        chosen("winter-warmer", ball="lacrosse")
    assert "cannot be done with the ball you chose (lacrosse): not on the waist point. A ball only" in str(error.value)
    assert str(error.value).endswith("Nearest: try --ball tennis")
    with pytest.raises(SafetyError, match="the muscle track is for the wall"):
        chosen("tennis-wall-walk", surface="floor")


def test_a_hard_ball_and_a_ball_on_the_floor_come_only_when_they_are_named():
    for name in SHIPPED:
        for surface in ("", *SURFACES):
            for ball in ("", *BALLS):
                try:
                    routine = chosen(name, surface=surface, ball=ball)
                except SafetyError:
                    continue
                for step in presses(routine):
                    if "lacrosse" in step.tool.id:
                        assert ball == "lacrosse"
                    if step.tool.id == "tennis_ball_floor":
                        assert surface == "floor" or name == "soft-landing"


def test_without_a_ball_nothing_is_said_about_one():
    landing = chosen("soft-landing", ball="none")
    assert not [step for step in landing.steps if "ball" in step.text]
    assert {step.posture.name for step in presses(landing)} == {"on the side"}


def test_a_ball_goes_to_one_side_at_a_time_where_hands_held_both():
    for step in presses(chosen("village-stroll", surface="wall")):
        assert step.sides == ("left", "right")


def test_one_side_of_a_routine_that_does_them_apart_is_that_side_only():
    left = chosen("soft-landing", side="left")
    assert [step.sides for step in presses(left)] == [("left",)] * 3


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("ball", BALLS)
def test_two_choices_are_both_kept_or_refused_together(surface, ball):
    for name in SHIPPED:
        try:
            routine = chosen(name, surface=surface, ball=ball)
        except SafetyError as error:
            assert "Nearest: " in str(error)
            continue
        for step in presses(routine):
            assert surface in step.posture.on
            assert step.tool.ball in ("", ball)


def test_safety_brings_nothing_back_that_is_not_had():
    choices = Wishes(surface="chair", ball="none")
    for routine in SHIPPED.values():
        try:
            before = choose(routine, choices, LIBRARY.catalogue)
        except SafetyError:
            continue
        for name in LIBRARY.safety.conditions:
            today = Today({name: ()}, agreed=frozenset([name]))
            adapted = adapt(before, today, LIBRARY.safety, LIBRARY.catalogue, choices.has)
            for step in presses(adapted.routine) if isinstance(adapted, Adapted) else ():
                assert not step.tool.ball and "chair" in step.posture.on


def test_conditions_that_can_be_gone_through_once_are_kept_and_agreed_is_true_or_false():
    assert Wishes(conditions=(name for name in ("pregnancy", "fever"))).conditions == ("pregnancy", "fever")
    for odd in ({"conditions": 5}, {"conditions": "fever"}, {"doctor_agreed": "false"}, {"doctor_agreed": 1}):
        with pytest.raises(ChoiceError):
            Wishes(**odd)


ABOUT_BEDS = ("floor_hard", "balance_problem")


def forbidden(thing, condition):
    """Whether the facts keep a posture from whoever has the condition."""
    rules = [one for one in LIBRARY.safety.rules if condition in one.when and not one.points and not one.where]
    return condition in thing.avoid or any(one.do == "skip" and thing.id in one.postures for one in rules)


@pytest.mark.parametrize("surface", [*SURFACES, ""])
@pytest.mark.parametrize("name", SHIPPED)
def test_exclusions_hold_on_the_surface_that_is_used(name, surface):
    try:
        routine = chosen(name, surface=surface)
    except SafetyError:
        return
    for condition in LIBRARY.safety.conditions:
        today = Today({condition: ()}, agreed=frozenset([condition]))
        adapted = adapt(routine, today, LIBRARY.safety, LIBRARY.catalogue)
        for step in adapted.routine.steps if isinstance(adapted, Adapted) else ():
            for_bed = surface == "bed" or (not surface and condition in SHIPPED[name].fits)
            in_bed = for_bed and condition in ABOUT_BEDS and step.posture and "bed" in step.posture.on
            assert in_bed or not step.posture or not forbidden(step.posture, condition), (condition, step)
    if surface not in ("bed", ""):
        asked = {name for step in routine.steps if step.posture for name in step.posture.avoid}
        assert not asked & set(routine.fits), "what a posture asks to be left out in is not silenced"

"""A routine in the time there is: exact, the same every time, within every cap and floor, or refused with what is possible."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategies import routines
from voice_guide.body.fit import fit, within
from voice_guide.body.safety import adapt
from voice_guide.body.terms import Adapted, Today
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import sketch
from voice_guide.errors import ChoiceError
from voice_guide.library import Library
from voice_guide.pcm import frames, length, seconds, silence
from voice_guide.routine import Step

LIBRARY = Library(own=Path("none"))
PHRASES, LIMITS = LIBRARY.phrases, LIBRARY.catalogue.limits
SHIPPED = {routine.id: routine for routine in LIBRARY.routines.values() if not routine.file}
CHAIR = LIBRARY.catalogue.postures["seated_chair"]
REST = Step("rest", 0, text=PHRASES.rest, plain=True, posture=CHAIR)


def lasts(routine):
    return seconds(sketch(compile_script(routine, PHRASES).cues).length)


def in_minutes(routine, minutes, measure=lasts):
    return fit(routine, minutes * 60, LIMITS, measure, REST)


def spots(routine):
    return [
        (step.point.id, side, place)
        for step in routine.steps
        if step.point
        for side in step.sides
        for place in step.places
    ]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_minute_from_three_to_forty_five_is_met_or_refused_with_what_is_possible(name):
    routine, met = SHIPPED[name], []
    for minutes in range(3, 46):
        try:
            fitted = in_minutes(routine, minutes)
        except ChoiceError as error:
            low, high = map(int, re.search(r"can last (\d+) to (\d+) minutes", str(error)).groups())
            assert not low <= minutes <= high
            assert 3 <= low < high <= 30
            continue
        met.append(minutes)
        assert lasts(fitted) == pytest.approx(minutes * 60, abs=1)
        assert_held(routine, fitted)
    assert met == list(range(low, high + 1))


def assert_held(routine, fitted):
    """No cap passed, no floor undercut, nothing pressed that was not there, both sides alike."""
    assert set(spots(fitted)) <= set(spots(routine))
    for step in fitted.steps:
        if step.point:
            cap = step.point.hold.cap(step.tool)
            assert max(LIMITS.hold_floor, step.shortest) - 1e-6 <= step.seconds <= min(cap, step.longest) + 1e-6
    sides = [side for _, side, _ in spots(fitted)]
    assert sides.count("left") == sides.count("right")
    assert lasts(fitted) <= LIMITS.session + 1


def test_holds_give_way_first_then_the_short_cut_then_points_from_the_end():
    tour = SHIPPED["grand-tour"]
    points = [step.point.id for step in tour.steps if step.point]
    assert spots(in_minutes(tour, 29)) == spots(tour)
    cut = [step.point.id for step in in_minutes(tour, 19).steps if step.point]
    assert cut == [step.point.id for step in tour.steps if step.point and step.short]
    fewer = [step.point.id for step in in_minutes(tour, 8).steps if step.point]
    assert fewer == points[: len(fewer)] and len(fewer) < len(cut)


def test_a_short_cut_has_at_most_four_points_and_the_wall_walk_every_other_stop():
    for routine in SHIPPED.values():
        assert len({step.point.id for step in routine.steps if step.point and step.short}) <= LIMITS.short_points
    walk = SHIPPED["tennis-wall-walk"]
    tracks = [step for step in in_minutes(walk, 16).steps if step.point]
    assert len(tracks) == 2
    assert all(len(track.places) == 3 and set(track.places) <= set(walk.steps[0].places) for track in tracks)


def test_holds_grow_to_their_caps_before_anybody_rests():
    truce = SHIPPED["muscle-truce"]
    longer = in_minutes(truce, 8)
    assert not [step for step in longer.steps if step.do == "rest"]
    longest = in_minutes(truce, 12)
    (hold,) = [step for step in longest.steps if step.point]
    assert hold.seconds == hold.longest == 120
    assert longest.steps[-1].do == "rest" and longest.steps[-1].seconds <= LIMITS.rest


def test_nobody_rests_leaning_on_a_ball():
    wall = replace(SHIPPED["hip-pocket-ball"], steps=SHIPPED["hip-pocket-ball"].steps[1:2])
    assert in_minutes(wall, 10).steps[-1].posture == CHAIR
    bed = in_minutes(SHIPPED["bedtime-belly"], 11)
    assert bed.steps[-1].posture.id == "supine_knees_bent"


def test_the_same_every_time():
    assert in_minutes(SHIPPED["grand-tour"], 13) == in_minutes(SHIPPED["grand-tour"], 13)


@given(st.floats(0.02, 0.3))
def test_whatever_a_voice_takes_over_its_words_the_length_is_exact(a_letter):
    def speak(text):
        return silence(frames(len(text) * a_letter))

    def heard(routine):
        return seconds(sketch(compile_script(routine, PHRASES).cues, takes=lambda text: length(speak(text))).length)

    routine = SHIPPED["strong-combo"]
    try:
        fitted = in_minutes(routine, 15, heard)
    except ChoiceError:
        assert not 10 <= heard(routine) / 60 <= 20
        return
    assert heard(fitted) == pytest.approx(900, abs=1)


@given(routines(holds=st.floats(30, 80), most=4), st.floats(3, 45))
def test_any_routine_is_fitted_or_refused(routine, minutes):
    routine = replace(routine, steps=tuple(bounded(step) for step in routine.steps))
    try:
        fitted = in_minutes(routine, minutes)
    except ChoiceError:
        return
    assert lasts(fitted) == pytest.approx(minutes * 60, abs=1)
    assert all(step.seconds >= 30 for step in fitted.steps if step.point)


def bounded(step):
    return replace(step, shortest=30, longest=90) if step.point else step


def test_a_cap_of_today_makes_it_shorter_and_nothing_makes_it_longer():
    truce = SHIPPED["muscle-truce"]
    assert within(truce, 600, LIMITS, lasts, REST) is truce
    assert lasts(within(SHIPPED["grand-tour"], 600, LIMITS, lasts, REST)) == pytest.approx(600, abs=1)
    with pytest.raises(ChoiceError, match="can last 7 to 10 minutes"):
        fit(SHIPPED["grand-tour"], 900, LIMITS, lasts, REST, most=600)


def test_no_session_of_today_is_longer_than_its_conditions_allow():
    safety, capped = LIBRARY.safety, [rule for rule in LIBRARY.safety.rules if rule.session < LIMITS.session]
    assert sorted(rule.session for rule in capped) == [600, 900, 1200]
    for rule in capped:
        today = Today(dict.fromkeys(rule.when, ()))
        for routine in SHIPPED.values():
            adapted = adapt(routine, today, safety, LIBRARY.catalogue)
            if isinstance(adapted, Adapted):
                fitted = within(adapted.routine, adapted.session, LIMITS, lasts, REST)
                assert lasts(fitted) <= rule.session + 1, (rule.id, routine.id)
                assert_held(adapted.routine, fitted)


@pytest.mark.parametrize("condition", ["clotting", "first_time", "frail_older", "acute_72h_to_6w", "sciatica_mild"])
@pytest.mark.long
def test_what_safety_left_is_fitted_as_exactly_and_never_below_the_floor(condition):
    today = Today({condition: ()}, agreed=frozenset([condition]))
    for routine in SHIPPED.values():
        adapted = adapt(routine, today, LIBRARY.safety, LIBRARY.catalogue)
        for minutes in range(3, 31, 3) if isinstance(adapted, Adapted) else ():
            try:
                fitted = fit(adapted.routine, minutes * 60, LIMITS, lasts, REST, adapted.session)
            except ChoiceError:
                continue
            assert lasts(fitted) == pytest.approx(minutes * 60, abs=1)
            assert_held(adapted.routine, fitted)
            assert lasts(fitted) <= adapted.session + 1

"""A session that was broken off, at any frame: nothing is missed, one cue at most is said twice, no caution unheard."""

from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fakes import Hum
from strategies import examples, routines
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import spoken_seconds
from voice_guide.compiler.timeline import Mark, lay, sketch
from voice_guide.pcm import RATE, frames, length, seconds
from voice_guide.player.resume import MOMENT, TOO_SHORT, mark_of, resumed
from voice_guide.player.session import Session

NAMES = ("Soft Landing", "Winter Warmer", "Tennis Wall Walk")
SURELY = frames(0.3)
"""After its words, until a cue counts as heard."""


def clips_of(plan):
    voice = Hum(1_500)
    return tuple(lay((cue, voice.speak(cue.text)) for cue in plan.cues))


def place_at(clips, frame):
    session = Session()
    session.feed(clips)
    session.whole = True
    session.read(frame)
    return session.place


def broken_off(plan, share):
    """The clips, the frame and the place at a share of the way through them."""
    clips = clips_of(plan)
    end = clips[-1].start + clips[-1].length
    frame = round(share * (end - 1))
    return clips, frame, place_at(clips, frame)


def go_on(plan, place, library):
    noticed = {cue.text for cue in place.noticed}
    return resumed(plan, place.mark, noticed, library.phrases, "Quiet River", 140)


def hold_of(plan, number):
    """The numbers of the hold that this cue is inside of, its release not among them; none outside."""
    before = number - (plan.cues[number].kind == "release")
    lead = next(n for n in range(before, -1, -1) if not plan.cues[n].optional)
    if plan.cues[lead].kind != "press":
        return range(0)
    return range(lead, next(n for n in range(lead, len(plan.cues)) if plan.cues[n].kind == "release"))


anywhere = st.floats(0, 1)


@given(routines(st.floats(12, 40), most=3), anywhere)
@examples(60)
def test_nothing_is_missed_and_one_cue_at_most_is_said_twice(library, routine, share):
    plan = compile_script(routine, library.phrases)
    clips, frame, place = broken_off(plan, share)
    heard = {clip.cue.number for clip in clips if clip.end + SURELY <= frame}
    begun = {clip.cue.number for clip in clips if clip.start < frame}
    again = {clip.cue.number for clip in clips_of(go_on(plan, place, library))}
    missed = {clip.cue.number for clip in clips} - heard - again
    given_up = set(hold_of(plan, place.mark.cue)) if left_of_hold(clips, frame) < TOO_SHORT + 3 else set()
    between = {clip.cue.number for clip in clips if clip.end <= frame < clip.end + SURELY}
    needless = {cue.number for cue in plan.cues if cue.kind == "release" or cue.step == plan.cues[-1].step}
    assert missed <= given_up | between | needless, "but for words that take somebody off who is up"
    assert heard & again <= {clips[-1].cue.number}  # after all was said, the last line
    assert len(begun & again) <= 1


def left_of_hold(clips, frame):
    release = next((c.start for c in clips if c.cue.kind == "release" and c.start > frame), 0)
    return seconds(max(0, release - frame))


@given(routines(st.floats(12, 40), most=2), anywhere)
@examples(60)
def test_a_hold_has_what_was_left_of_it_and_ends_in_a_release(library, routine, share):
    plan = compile_script(routine, library.phrases)
    clips, frame, place = broken_off(plan, share)
    again = clips_of(go_on(plan, place, library))
    if place.hold_left is not None and again_pressing(plan, place, again):
        press = next(clip for clip in again if clip.cue.kind == "press")
        release = next(clip for clip in again if clip.cue.kind == "release")
        cut = length(place.clip.sound)
        lead = [clip for clip in clips if clip.cue.kind == "press" and clip.start <= frame][-1]
        quicker = max(0.0, spoken_seconds(lead.cue.text) - seconds(length(lead.sound)))  # than a place reckons with
        assert (
            place.hold_left - quicker - 0.01
            <= seconds(release.start - press.start)
            <= place.hold_left + seconds(cut) + 0.31 + MOMENT
        )
    pressing = False
    for clip in again:
        assert not (pressing and clip.cue.kind in ("move", "locate", "rest", "close", "intro"))
        pressing = clip.cue.kind == "press" or (pressing and clip.cue.kind != "release")
    assert not pressing


def again_pressing(plan, place, again):
    """The hold that was broken off is taken up again."""
    return any(clip.cue.kind == "press" and clip.cue.step == place.step for clip in again)


@pytest.mark.parametrize("name", NAMES)
@given(share=anywhere)
@examples(30)
@example(share=0.02)
def test_no_word_of_caution_is_passed_over_unheard(library, name, share):
    plan = compile_script(library.routines[name], library.phrases)
    clips, frame, place = broken_off(plan, share)
    told = {clip.cue.text for clip in clips if clip.cue.kind == "notice" and clip.end <= frame}
    still = [cue for cue in go_on(plan, place, library).cues if cue.kind == "notice"]
    assert {cue.text for cue in plan.cues if cue.kind == "notice"} <= told | {cue.text for cue in still}


def test_cautions_that_were_skipped_are_said_before_anything_is_pressed(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    press = next(cue for cue in plan.cues if cue.kind == "press")
    heard = resumed(plan, Mark(press.number), (), library.phrases, "Soft Landing", 140)
    before = [cue.text for cue in plan.cues[: press.number] if cue.kind == "notice"]
    first = [cue.kind for cue in heard.cues].index("press")
    assert [cue.text for cue in heard.cues[:first] if cue.kind == "notice"] == before != []


def test_it_says_the_routine_the_place_which_of_how_many_and_the_time_left(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    count = [cue for cue in plan.cues if cue.text == library.phrases.half][2]
    heard = resumed(plan, Mark(count.number, 4.0), (), library.phrases, "Soft Landing", 140)
    assert heard.cues[0].text == (
        "We go on with Soft Landing. You are at the outer hip muscle, left side. That is number three of six."
        " About nine minutes to go."
    )


def test_it_brings_back_to_the_ball_with_time_to_settle(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    half = next(cue for cue in plan.cues if cue.text == library.phrases.half)
    cues = resumed(plan, Mark(half.number, 4.0), [], library.phrases, "Soft Landing", 140).cues
    first = [cue.kind for cue in cues].index("press")
    settling = [cue for cue in cues[:first] if cue.kind in ("move", "locate")]
    assert "roll onto your back" in settling[0].text and "Set the ball" in settling[1].text
    press = next(cue.text for cue in plan.cues if cue.kind == "press")
    assert cues[first - 1].text == f"We go on. {press}"
    assert "Take the ball" in settling[0].text
    assert sum(cue.span for cue in settling) > 40
    assert (cues[first].text, cues[first].span, cues[first].number) == ("", 4.0, -1)
    assert cues[first + 1] == half


def test_for_a_few_seconds_nobody_gets_back_onto_the_ball(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    last = next(cue for cue in plan.cues if cue.text == library.phrases.countdown[-1])
    cues = resumed(plan, Mark(last.number, 0.5), [c.text for c in plan.cues], library.phrases, "Soft Landing", 140).cues
    silent = [cue.kind for cue in cues].index("release")
    assert (cues[silent].text, cues[silent].step) == ("", last.step), "it counts as done, and nobody is on the ball"
    assert [cue.kind for cue in cues[:silent]] == ["intro", "move"]
    assert "You are at the upper buttock point" in cues[0].text and cues[silent + 1].step == last.step + 1


def test_a_place_that_was_edited_makes_no_hold_longer_than_it_may_become(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    whole = [clip.start for clip in sketch(plan.cues).clips]
    inside = [cue.number for cue in plan.cues if cue.optional and hold_of(plan, cue.number)]
    for number, hold in zip(inside, map(partial(hold_of, plan), inside), strict=True):
        cues = resumed(plan, Mark(number, 1e6), [], library.phrases, "Soft Landing", 140).cues
        press, release = (next(n for n, cue in enumerate(cues) if cue.kind == kind) for kind in ("press", "release"))
        again = [clip.start for clip in sketch(cues).clips]
        lead = plan.cues[hold[0]]
        most = whole[hold[-1] + 1] - whole[hold[0]] + frames(lead.spare - spoken_seconds(lead.text))
        assert again[release] - again[press] <= most + SURELY


def test_a_rest_goes_on_with_what_was_left_of_it(library):
    plan = compile_script(library.routines["Winter Warmer"], library.phrases)
    rest = next(n for n, cue in enumerate(plan.cues) if cue.optional and hold_of(plan, n) == range(0))
    cues = resumed(plan, Mark(rest, 7.0), [c.text for c in plan.cues], library.phrases, "Winter Warmer", 140).cues
    at = next(n for n, cue in enumerate(cues) if cue.number == rest)
    assert cues[at - 1].text == next(cue.text for cue in reversed(plan.cues[:rest]) if not cue.optional)
    assert cues[at - 1].span < 15 and not cues[at - 1].optional
    assert library.phrases.answers["press_again"] not in [cue.text for cue in cues[:at]]


def test_broken_off_again_while_getting_back_it_keeps_the_old_place(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    half = next(cue for cue in plan.cues if cue.text == library.phrases.half)
    clips = clips_of(resumed(plan, Mark(half.number, 4.0), [], library.phrases, "Soft Landing", 140))
    again = next(clip for clip in clips if clip.cue == half)
    assert {place_at(clips, frame).mark for frame in range(0, again.start - 5 * RATE, RATE)} == {None}
    assert place_at(clips, again.start - 2 * RATE).mark == Mark(half.number, 2.0)


def test_another_script_goes_on_at_the_start_of_the_step_of_that_title(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    title = plan.titles[3]
    mark = mark_of(plan, 99, title)
    assert plan.cues[mark.cue].step == plan.titles.index(title) and mark.wait == 0
    assert plan.cues[mark.cue - 1].step != plan.cues[mark.cue].step
    assert mark_of(plan, 3, "Elbow") is None


def test_the_digest_tells_whether_it_is_the_same_session(library):
    routine = library.routines["Soft Landing"]
    plan = compile_script(routine, library.phrases)
    assert plan.digest == compile_script(routine, library.phrases).digest
    assert plan.digest != compile_script(routine, library.phrases, talk="short").digest


def test_at_the_end_nobody_is_told_to_get_up_again(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    end = next(cue for cue in plan.cues if cue.step == plan.cues[-1].step)
    cues = resumed(plan, Mark(end.number), [c.text for c in plan.cues], library.phrases, "Soft Landing", 140).cues
    assert end.kind == "move" and {cue.kind for cue in cues} == {"intro", "close"}


def test_the_last_quiet_of_a_rest_is_not_lost(library):
    plan = compile_script(library.routines["Soft Landing"], library.phrases)
    end = next(cue for cue in plan.cues if cue.step == plan.cues[-1].step)
    rest = next(cue for cue in reversed(plan.cues[: end.number]) if not cue.optional)
    cues = resumed(plan, Mark(end.number, 40.0), [c.text for c in plan.cues], library.phrases, "x", 140).cues
    again = next(cue for cue in cues if cue.text == rest.text)
    assert rest.kind == "rest" and again.span == 40.0


def test_who_sleeps_at_the_end_is_brought_to_where_they_stay(library):
    plan = compile_script(library.routines["Bedtime Belly"], library.phrases)
    cues = resumed(plan, Mark(len(plan.cues) - 1), [c.text for c in plan.cues], library.phrases, "x", 140).cues
    assert [cue.kind for cue in cues] == ["intro", "move", "close"]

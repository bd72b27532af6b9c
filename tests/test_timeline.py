"""The time model: what is promised for every routine, every voice and every speed."""

from itertools import cycle, pairwise

from hypothesis import given
from hypothesis import strategies as st

from fakes import tone
from strategies import examples, lengths, routines
from voice_guide.compiler.cues import Cue
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import Timeline, lay, left_out, measured
from voice_guide.pcm import RATE, frames, length


def laid(library, routine, sizes):
    cues = compile_script(routine, library.phrases).cues
    return cues, tuple(lay((cue, tone(1, size)) for cue, size in zip(cues, cycle(sizes), strict=False)))


def holds(clips):
    """Each hold as (press, release)."""
    presses = [i for i, clip in enumerate(clips) if clip.cue.kind == "press"]
    return [(clips[i], next(c for c in clips[i:] if c.cue.kind == "release")) for i in presses]


@given(routines(), lengths())
@examples(60)
def test_nothing_overlaps_and_nothing_is_without_a_place(library, routine, sizes):
    _, clips = laid(library, routine, sizes)
    assert clips[0].start == 0
    for clip, after in pairwise(clips):
        assert clip.start + clip.length == after.start
        assert clip.end <= after.start


@given(routines(), lengths())
@examples(60)
def test_a_hold_is_exact_to_the_frame_for_every_voice(library, routine, sizes):
    _, clips = laid(library, routine, sizes)
    lasted = [release.start - press.start for press, release in holds(clips)]
    wanted = [
        frames(step.seconds)
        for step in routine.steps
        if step.do == "press"
        for _ in range(step.repeat * len(step.sides) * len(step.places))
    ]
    assert lasted == wanted


@given(routines(), lengths())
@examples(60)
def test_left_gets_as_long_as_right(library, routine, sizes):
    _, clips = laid(library, routine, sizes)
    pressed = {"left": 0, "right": 0}
    paired = {step.point.id for step in routine.steps if step.sides == ("left", "right")}
    single = {step.point.id for step in routine.steps if step.point and step.sides != ("left", "right")}
    for press, release in holds(clips):
        if press.cue.point in paired - single:
            pressed[press.cue.side] += release.start - press.start
    assert pressed["left"] == pressed["right"]


@given(routines(), lengths())
@examples(60)
def test_only_optional_cues_are_ever_left_out(library, routine, sizes):
    cues, clips = laid(library, routine, sizes)
    missing = left_out(cues, clips)
    assert len(missing) + len(clips) == len(cues)
    assert all(cue.optional for cue in missing)


@given(routines(), lengths())
@examples(60)
def test_a_release_follows_every_press_before_anything_else_is_asked(library, routine, sizes):
    _, clips = laid(library, routine, sizes)
    for press, release in holds(clips):
        between = clips[clips.index(press) + 1 : clips.index(release)]
        assert all(clip.cue.optional and clip.cue.kind in ("breathe", "count") for clip in between)


@given(routines(), lengths())
@examples(30)
def test_laying_as_sounds_come_gives_what_laying_at_once_gives(library, routine, sizes):
    cues, clips = laid(library, routine, sizes)
    said = [(cue, tone(1, size)) for cue, size in zip(cues, cycle(sizes), strict=False)]
    assert tuple(lay(iter(said))) == clips


def test_a_hold_comes_only_with_its_release_behind_it():
    said = []

    def sounds():
        for cue in (Cue("press", "Press.", 10), Cue("release", "Let go.", 5), Cue("move", "Next.", 5)):
            said.append(cue.kind)
            yield cue, tone(1, 100)

    clips = lay(sounds())
    assert next(clips).cue.kind == "press"
    assert said == ["press", "release"]


def test_the_countdown_ends_with_the_hold(library):
    routine = library.routines["Hip Pocket Ball"]
    clips = tuple(lay((cue, tone(1, 4000)) for cue in compile_script(routine, library.phrases).cues))
    for press, release in holds(clips):
        counted = [c for c in clips if c.cue.kind == "count" and press.start < c.start < release.start]
        assert [c.cue.text for c in counted] == ["Half way.", "Three.", "Two.", "One."]
        assert counted[0].start - press.start == frames(45)
        assert [release.start - c.start for c in counted[1:]] == [3 * RATE, 2 * RATE, RATE]


def test_words_too_long_for_their_place_give_way_and_the_countdown_stays():
    cues = [
        Cue("press", "Press.", 10),
        Cue("breathe", "Breathe in.", 5, optional=True),
        Cue("count", "One.", 1, optional=True),
        Cue("release", "Let go.", 5),
    ]
    sizes = [RATE, 6 * RATE, RATE // 2, RATE]
    clips = tuple(lay((cue, tone(1, size)) for cue, size in zip(cues, sizes, strict=True)))
    assert [clip.cue.text for clip in clips] == ["Press.", "One.", "Let go."]
    assert clips[-1].start == 16 * RATE


def test_words_longer_than_a_whole_hold_end_where_the_release_begins():
    said = [(Cue("press", "Press.", 2), tone(1, 5 * RATE)), (Cue("release", "Let go.", 1), tone(2, 10))]
    press, release = lay(said)
    assert release.start == 2 * RATE == length(press.sound)


@given(st.lists(st.integers(0, 3), max_size=12))
def test_steps_cover_the_whole_timeline(numbers):
    steps = sorted(numbers)
    clips = tuple(lay((Cue("rest", "Rest.", 1, step=step), b"") for step in steps))
    timeline = Timeline(clips)
    covered = list(timeline.steps())
    assert [step for step, _, _ in covered] == sorted(set(steps))
    assert all(end == start for (_, _, end), (_, start, _) in pairwise(covered))
    assert not covered or (covered[0][1], covered[-1][2]) == (0, timeline.length)


GRID = 576


@given(routines(), lengths())
@examples(60)
def test_on_a_grid_the_same_cues_begin_on_it_near_their_time_and_nothing_drifts(library, routine, sizes):
    cues, exact = laid(library, routine, sizes)
    said = [(cue, tone(1, size)) for cue, size in zip(cues, cycle(sizes), strict=False)]
    clips = tuple(lay(said, GRID))
    assert [clip.cue for clip in clips] == [clip.cue for clip in exact]
    for clip, other in zip(clips, exact, strict=True):
        assert clip.start % GRID == clip.length % GRID == 0
        assert abs(clip.start - other.start) <= 1.5 * GRID
        assert 0 <= length(other.sound) - length(clip.sound) <= GRID
    for clip, after in pairwise(clips):
        assert clip.end <= clip.start + clip.length == after.start
    assert abs(Timeline(clips).length - Timeline(exact).length) <= GRID


@given(routines(), lengths())
@examples(60)
def test_on_a_grid_equal_holds_are_equal_still(library, routine, sizes):
    cues, exact = laid(library, routine, sizes)
    said = [(cue, tone(1, size)) for cue, size in zip(cues, cycle(sizes), strict=False)]
    lasted = {}
    for hold, gridded in zip(holds(exact), holds(tuple(lay(said, GRID))), strict=True):
        wanted, given = (release.start - press.start for press, release in (hold, gridded))
        assert abs(given - wanted) <= GRID / 2
        assert lasted.setdefault(wanted, given) == given


def test_what_is_measured_lies_where_what_is_heard_does(library):
    cues = compile_script(library.routines["Strong Combo"], library.phrases).cues
    heard = tuple(lay(((cue, tone(1, 200 * len(cue.text))) for cue in cues), GRID))
    quiet = measured(cues, [200 * len(cue.text) for cue in cues], GRID).clips
    assert [(clip.cue, clip.start, clip.length, clip.end) for clip in quiet] == [
        (clip.cue, clip.start, clip.length, clip.end) for clip in heard
    ]

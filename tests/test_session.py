"""A listener's way through a session: whatever is pressed, a hold is exact and ends in a release."""

from itertools import cycle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import clip, heard, tone
from strategies import examples, lengths, routines
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import lay
from voice_guide.pcm import RATE, frames, length
from voice_guide.player.command import Command
from voice_guide.player.session import LONGER, Session

ANSWERS = {name: -number for number, name in enumerate([*Command, "press_again", "longest", "wait", "returned"], 1)}
RELEASING = {ANSWERS[name] for name in (Command.PAUSE, Command.NEXT, Command.BACK, Command.STOP)}
HOLD = 40 * RATE


def answered(session):
    session.answers.update({name: tone(number, 3000) for name, number in ANSWERS.items()})
    session.answers.update({f"where {step}": tone(ANSWERS[Command.WHERE], 2000) for step in range(99)})
    return session


def of(clips):
    session = answered(Session())
    session.feed(clips)
    session.whole = True
    return session


def small(spare=50.0):
    """Two steps: move, press with a breath and a count inside, release; then the closing."""
    clips, at = [], 0
    for step in (0, 1):
        one = [
            clip("move", 0, 4 * RATE, 1 + 10 * step, step=step),
            clip("press", 0, 20 * RATE, 2 + 10 * step, RATE, step=step, span=20, spare=spare),
            clip("breathe", 0, 17 * RATE, 3 + 10 * step, RATE, step=step, optional=True),
            clip("count", 0, 3 * RATE, 4 + 10 * step, RATE, step=step, optional=True),
            clip("release", 0, 4 * RATE, 5 + 10 * step, step=step),
        ]
        for each in one:
            clips.append(type(each)(each.cue, each.sound, at, each.length))
            at += each.length
    return [*clips, clip("close", at, 2 * RATE, 99, step=2)]


def tape(session, commands=(), block=5000, most=600 * RATE):
    """Everything read, with each command sent at its frame."""
    sound, pending = [], sorted(commands, key=lambda c: c[0])
    at = 0
    while at < most:
        while pending and pending[0][0] <= at:
            session.send(pending.pop(0)[1])
        wanted = min(block, pending[0][0] - at) if pending else block
        part = session.read(wanted)
        if not part:
            break
        sound.append(part)
        at += length(part)
    return b"".join(sound)


def starts(sound, number):
    return [start for found, start, _ in heard(sound) if found == number]


def test_left_alone_it_is_the_timeline_to_the_frame():
    clips = small()
    sound = tape(of(clips))
    assert length(sound) == clips[-1].start + clips[-1].length
    assert [(number, start) for number, start, _ in heard(sound)] == [(c.sound[0], c.start) for c in clips]


@given(lengths(), routines(st.floats(6, 20), most=2), st.lists(st.tuples(st.integers(0, 60 * RATE), st.sampled_from(
    [Command.TOGGLE, Command.NEXT, Command.BACK, Command.REPEAT, Command.LONGER, Command.SLOWER])), max_size=5),
    st.integers(700, 300_000))  # fmt: skip
@examples(25)
def test_cut_anywhere_it_sounds_the_same(library, sizes, routine, commands, block):
    cues = compile_script(routine, library.phrases).cues
    clips = list(lay((cue, tone(7, size)) for cue, size in zip(cues, cycle(sizes), strict=False)))
    most = 90 * RATE
    one, other = (tape(of(clips), commands, size, most)[: most * 2] for size in (block, 44_100))
    assert one[: min(len(one), len(other))] == other[: min(len(one), len(other))]


@given(st.lists(st.tuples(st.integers(0, 56 * RATE), st.sampled_from(list(Command))), max_size=8))
@examples(60)
def test_whatever_is_pressed_a_release_is_heard_after_every_press(commands):
    commands = [(at, c) for at, c in commands if c not in (Command.LOUDER, Command.SOFTER)]
    sound = tape(of(small()), commands, most=400 * RATE)
    pressing = False
    for number, _, _ in heard(sound):
        if number in (2, 12):
            pressing = True
        elif number in (5, 15) or number in RELEASING:
            pressing = False
        elif number in (1, 11, 99):
            assert not pressing, "asked to move while pressing"
    assert not pressing


@given(st.lists(st.tuples(st.integers(0, 56 * RATE), st.sampled_from([Command.WHERE, Command.REPEAT])), max_size=8))
@examples(40)
def test_an_answer_costs_the_hold_nothing(commands):
    session = of(small())
    holds = hold_lengths(session, commands)
    assert set(holds) == {HOLD}


def hold_lengths(session, commands):
    """Frames from entering each hold to its release, as the session tells them."""
    lasted, at, began = [], 0, None
    pending = sorted(commands, key=lambda c: c[0])
    while True:
        inside = session.place.hold_left is not None
        if inside and began is None:
            began = at
        if not inside and began is not None:
            lasted.append(at - began)
            began = None
        while pending and pending[0][0] <= at:
            session.send(pending.pop(0)[1])
        part = session.read(RATE // 40)
        if not part:
            return lasted
        at += length(part)


def test_longer_lengthens_the_hold_by_fifteen_seconds_before_the_countdown():
    sound = tape(of(small()), [(6 * RATE, Command.LONGER)])
    (press,), (count,), (release,) = (starts(sound, number) for number in (2, 4, 5))
    assert release - press == HOLD + frames(LONGER)
    assert release - count == 3 * RATE


def test_longer_in_the_countdown_is_in_time_too():
    sound = tape(of(small()), [(43 * RATE, Command.LONGER)])
    assert starts(sound, 5)[0] - starts(sound, 2)[0] == HOLD + frames(LONGER)


def test_longer_stops_at_the_cap():
    sound = tape(of(small(spare=20.0)), [(6 * RATE, Command.LONGER), (12 * RATE, Command.LONGER)])
    assert starts(sound, 5)[0] - starts(sound, 2)[0] == HOLD + frames(LONGER)
    assert starts(sound, ANSWERS["longest"])


def test_longer_outside_a_hold_gives_more_time_to_settle():
    sound = tape(of(small()), [(3 * RATE, Command.LONGER)])
    assert starts(sound, 2)[0] >= 4 * RATE + frames(LONGER)


def test_a_pause_keeps_the_rest_of_the_hold():
    commands = [(14 * RATE, Command.PAUSE), (100 * RATE, Command.CONTINUE)]
    sound = tape(of(small()), commands)
    words = [number for number, _, _ in heard(sound)]
    assert words[:4] == [1, 2, ANSWERS[Command.PAUSE], ANSWERS["press_again"]]
    paused = 86 * RATE + 3000
    assert starts(sound, 5)[0] - starts(sound, 2)[0] == HOLD + paused


def test_a_pause_between_holds_says_the_cut_words_again():
    sound = tape(of(small()), [(RATE, Command.PAUSE), (9 * RATE, Command.CONTINUE)])
    assert [number for number, _, _ in heard(sound)][:5] == [1, ANSWERS[Command.PAUSE], ANSWERS["continue"], 1, 2]


@pytest.mark.parametrize(("command", "arrives"), [(Command.NEXT, 11), (Command.BACK, 1)])
def test_skip_and_back_speak_the_release_first(command, arrives):
    sound = tape(of(small()), [(10 * RATE, command)])
    words = [number for number, _, _ in heard(sound)]
    assert words[2:4] == [ANSWERS[command], arrives]


@pytest.mark.parametrize("leaving", [Command.PAUSE, Command.NEXT, Command.BACK])
@pytest.mark.parametrize("asked", [Command.WHERE, Command.LONGER, Command.LOUDER])
def test_words_that_take_you_off_are_not_cut_short_by_another_answer(leaving, asked):
    session = of(small())
    session.read(10 * RATE)
    session.send(leaving)
    session.send(asked)
    assert heard(session.read(3000))[0][2] == 3000


def test_repeat_never_asks_to_press_while_coming_off():
    sound = tape(of(small()), [(10 * RATE, Command.NEXT), (10 * RATE + 500, Command.REPEAT)])
    assert [number for number, _, _ in heard(sound)][2:5] == [ANSWERS[Command.NEXT], 11, 12]


def test_a_pause_while_coming_off_does_not_ask_to_press_again():
    commands = [(10 * RATE, Command.NEXT), (10 * RATE + 500, Command.PAUSE), (20 * RATE, Command.CONTINUE)]
    words = [number for number, _, _ in heard(tape(of(small()), commands))]
    assert ANSWERS["press_again"] not in words
    assert words[2:6] == [ANSWERS[Command.NEXT], ANSWERS[Command.PAUSE], ANSWERS["continue"], 11]


@pytest.mark.parametrize("asked", [Command.WHERE, Command.SOFTER, Command.LONGER])
@pytest.mark.parametrize("at", [44 * RATE, 44 * RATE + 700])
def test_an_answer_waits_for_a_release_that_has_begun(asked, at):
    session = of(small())
    session.read(at)
    for _ in range(4):
        session.send(asked)
    session.gain = 1.0
    number, start, count = heard(session.read(4 * RATE))[0]
    assert (number, start, count) == (5, 0, 44 * RATE + 2 * RATE - at)


def test_where_past_the_last_step_is_no_place():
    session = of(small())
    for _ in range(5):
        session.send(Command.NEXT)
    session.send(Command.WHERE)
    assert "where 3" in session.place.answering
    assert tape(session) and session.over


def test_leaving_a_hold_leaves_time_to_come_off():
    sound = tape(of(small()), [(10 * RATE, Command.NEXT)])
    assert starts(sound, 11)[0] == 10 * RATE + 3000 + 6 * RATE


def test_two_quick_skips_skip_two_steps():
    sound = tape(of(small()), [(10 * RATE, Command.NEXT), (10 * RATE + 100, Command.NEXT)])
    assert [number for number, _, _ in heard(sound)][-1] == 99
    assert not starts(sound, 12)


def test_a_step_that_is_not_rendered_yet_is_waited_for():
    session = of(small()[:5])
    session.whole = False
    session.send(Command.NEXT)
    session.read(10 * RATE)
    session.read(RATE)
    late = session.late
    session.feed(small()[5:])
    session.whole = True
    sound = tape(session)
    assert heard(sound)[0][0] == 11
    assert late > 0


def test_stop_says_how_to_come_off_and_then_is_over():
    session = of(small())
    sound = tape(session, [(10 * RATE, Command.STOP)])
    assert heard(sound)[-1][0] == ANSWERS[Command.STOP]
    assert session.over and session.read(100) == b""


def test_stop_works_in_a_pause():
    sound = tape(of(small()), [(10 * RATE, Command.PAUSE), (20 * RATE, Command.STOP)])
    assert heard(sound)[-1][0] == ANSWERS[Command.STOP]


def test_an_answer_never_delays_the_release():
    session = of(small())
    session.answers["where 0"] = tone(-50, 30 * RATE)
    sound = tape(session, [(40 * RATE, Command.WHERE)])
    assert starts(sound, 5)[0] - starts(sound, 2)[0] == HOLD


def test_words_under_an_answer_are_not_heard_half():
    session = of(small())
    session.answers["where 0"] = tone(-50, RATE)
    sound = tape(session, [(24 * RATE - RATE // 2, Command.WHERE)])
    assert 3 not in [number for number, _, _ in heard(sound)]


def test_repeat_in_a_hold_says_how_to_press_again():
    sound = tape(of(small()), [(10 * RATE, Command.REPEAT)])
    assert starts(sound, 2) == [4 * RATE, 10 * RATE]
    assert starts(sound, 5)[0] == 4 * RATE + HOLD


def test_repeat_elsewhere_says_the_cue_again_with_all_its_time():
    sound = tape(of(small()), [(3 * RATE, Command.REPEAT)])
    assert starts(sound, 1) == [0, 3 * RATE]
    assert starts(sound, 2)[0] == 7 * RATE


def test_a_late_clip_lengthens_a_silence_and_is_counted():
    session = of(small()[:1])
    session.whole = False
    assert length(session.read(10 * RATE)) == 4 * RATE
    assert session.read(RATE) == bytes(2 * RATE)
    assert session.late == RATE


def test_a_hold_is_not_entered_before_its_release_is_there():
    session = of(small()[:3])
    session.whole = False
    sound = session.read(4 * RATE) + session.read(9 * RATE)
    assert [number for number, _, _ in heard(sound)] == [1]
    session.feed(small()[3:])
    session.whole = True
    assert starts(tape(session), 2) == [0]


def test_a_hold_whose_release_never_comes_is_never_entered():
    session = of(small()[:3])
    assert [number for number, _, _ in heard(tape(session))] == [1]
    assert session.over


def test_louder_is_louder_and_never_wraps():
    session = of([clip("rest", 0, 200 * RATE, 30_000, 200 * RATE)])
    for _ in range(20):
        session.send(Command.LOUDER)
    session.read(3000)
    assert {number for number, _, _ in heard(session.read(100))} == {32_767}


def test_a_copy_goes_its_own_way():
    session = of(small())
    session.read(10 * RATE)
    twin = session.copy()
    twin.send(Command.LONGER)
    assert session.place.hold_left == pytest.approx(34.0)
    assert twin.place.hold_left == pytest.approx(49.0)
    assert tape(session) != tape(twin)


def test_where_am_i_is_answered_by_step_and_minutes():
    session = of(small())
    session.answers["where 0"], session.answers["left 1"] = tone(-60, 10), tone(-61, 10)
    session.read(RATE)
    session.send(Command.WHERE)
    assert [number for number, _, _ in heard(session.read(40))][:2] == [-60, -61]


def test_longer_stops_where_the_whole_session_has_no_room_left():
    session = of(small(spare=90.0))
    session.room = 20.0
    session.read(5 * RATE)
    for _ in range(3):
        session.send(Command.LONGER)
    assert session.room == 5.0
    sound = session.read(10_000 * RATE)
    plain = of(small(spare=90.0)).read(10_000 * RATE)
    assert length(sound) == length(plain) + frames(LONGER) - 5 * RATE


def test_every_release_that_was_heard_is_told_however_much_is_read_at_once():
    for block in (RATE // 10, 100 * RATE):
        session = of(small())
        while session.read(block):
            pass
        assert [cue.step for cue in session.place.released] == [0, 1]
    skipped = of(small())
    skipped.send(Command.NEXT)
    while skipped.read(RATE):
        pass
    assert [cue.step for cue in skipped.place.released] == [1]


def back(at, away):
    """What is heard after the sound was lost at frame `at`: (number, first frame, frames)."""
    session = of(small())
    session.read(at)
    session.came_back(away)
    return heard(tape(session))


def test_after_a_lost_device_a_hold_ends_when_it_would_have():
    """The listener was still pressing: twelve seconds in, eight without sound, twenty are left."""
    found = back(16 * RATE, 8)
    assert found[0] == (ANSWERS["returned"], 0, 3000)
    assert next(start for number, start, _ in found if number == 5) == 20 * RATE


@pytest.mark.parametrize("away", [28, 30, 3600])
def test_after_a_lost_device_a_hold_that_should_be_over_is_released_at_once(away):
    assert [number for number, _, _ in back(16 * RATE, away)][:3] == [ANSWERS["returned"], 5, 11]


def test_after_a_lost_device_cut_words_are_said_again():
    assert [(number, count) for number, _, count in back(RATE, 5)][:3] == [
        (ANSWERS["returned"], 3000),
        (1, 2 * RATE),
        (2, RATE),
    ]


def test_words_that_a_lost_device_may_have_swallowed_are_said_again():
    """The press had just begun: what led to it may not have been heard to its end."""
    clips = small()
    clips[0] = type(clips[0])(clips[0].cue, tone(1, 4 * RATE), 0, 4 * RATE)
    session = of(clips)
    session.read(4 * RATE + RATE // 10)
    session.came_back(3)
    assert [number for number, _, _ in heard(tape(session))][:3] == [ANSWERS["returned"], 1, 2]


def test_a_release_that_was_cut_is_said_again():
    found = back(44 * RATE + 2 * RATE - RATE // 2, 5)
    assert [(number, count) for number, _, count in found][:2] == [(ANSWERS["returned"], 3000), (5, 2 * RATE)]


@pytest.mark.parametrize("at", [RATE, 45 * RATE])
def test_a_device_that_comes_and_goes_moves_nobody_back(at):
    session = of(small())
    session.read(at)
    session.came_back(1)
    once = session.copy()
    for _ in range(20):
        session.read(100)
        session.came_back(0)
    assert heard(tape(session)) == heard(tape(once))


def test_in_a_pause_a_device_that_came_back_says_so_and_the_pause_goes_on():
    session = of(small())
    tape(session, [(14 * RATE, Command.PAUSE)], most=20 * RATE)
    session.came_back(40)
    assert [number for number, _, _ in heard(session.read(8 * RATE))] == [ANSWERS["returned"], ANSWERS[Command.PAUSE]]
    assert session.paused and session.place.hold_left == pytest.approx(30)


@pytest.mark.parametrize("leaving", [Command.NEXT, Command.BACK, Command.STOP])
def test_words_that_take_you_off_are_said_again_when_they_were_cut(leaving):
    session = of(small())
    session.read(10 * RATE)
    session.send(leaving)
    session.read(1000)
    session.came_back(9)
    found = heard(tape(session))
    assert [number for number, _, _ in found][:2] == [ANSWERS["returned"], ANSWERS[leaving]]
    if leaving is not Command.STOP:
        assert found[2][1] == 6000 + 6 * RATE


@given(st.integers(0, 53 * RATE), st.floats(0, 90), st.lists(st.tuples(st.integers(0, 56 * RATE), st.sampled_from(
    [Command.PAUSE, Command.NEXT, Command.BACK, Command.WHERE, Command.LONGER])), max_size=3))  # fmt: skip
@examples(60)
def test_whenever_a_device_is_lost_a_release_is_heard_after_every_press(at, away, commands):
    session = of(small())
    before = tape(session, [c for c in commands if c[0] < at], most=at)
    session.came_back(away)
    if session.paused:
        session.send(Command.CONTINUE)
    pressing = False
    for number, _, _ in [*heard(before), *heard(tape(session))]:
        if number in (2, 12):
            pressing = True
        elif number in (5, 15) or number in RELEASING:
            pressing = False
        elif number in (11, 99):
            assert not pressing, "asked to move while pressing"
    assert not pressing


def test_who_waits_for_words_is_told_so_now_and_then():
    session = of(small()[:1])
    session.whole = False
    found = heard(b"".join(session.read(RATE) for _ in range(60)))
    assert [number for number, _, _ in found] == [1, ANSWERS["wait"], ANSWERS["wait"]]
    assert found[1][1] == 9 * RATE


def test_what_is_left_is_told_to_the_frame_wherever_one_goes():
    session = of(small())
    for command in (None, Command.NEXT, Command.BACK, Command.LONGER, Command.REPEAT):
        if command:
            session.send(command)
        session.read(7 * RATE)
        rest = session.copy()
        while rest.place.answering:
            rest.read(1)
        told = rest.place.left
        assert length(rest.read(600 * RATE)) == round(told * RATE)


def test_cautions_that_were_heard_are_told():
    clips = [clip("notice", 0, 2 * RATE, 1), clip("notice", 2 * RATE, 2 * RATE, 2), clip("close", 4 * RATE, RATE, 3)]
    session = of(clips)
    session.read(2 * RATE + 100)
    assert [cue.text for cue in session.place.noticed] == ["notice 1"]

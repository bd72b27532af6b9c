"""Where the listener can answer: they are waited for, and what they feel comes before the plan.

A file of its own beside test_session, which is about who only listens.
"""

from itertools import pairwise
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import clip, heard, tone
from strategies import examples
from test_session import ANSWERS, HOLD, RELEASING, answered, small, starts, tape
from voice_guide.pcm import RATE, length
from voice_guide.player.command import Command
from voice_guide.player.session import LOUDER, Session

PROMPTS = {
    name: -100 - number
    for number, name in enumerate(["ready", "ready_again", "no_answer", "offer", "softer_again", "left_out",
                                   "slow_breath", "breathed", "deaf"])
}  # fmt: skip


@pytest.fixture(scope="module")
def felt(library):
    """What was said by name, and a session of two places that hears `library`'s events."""
    events = library.safety.events
    words = {event.words: -200 - number for number, event in enumerate(events.values())}

    def session(clips, gated=True):
        found = answered(Session())
        found.answers.update({name: tone(number, 3000) for name, number in (PROMPTS | words).items()})
        found.events, found.gated = events, gated
        found.feed(clips)
        found.whole = True
        return found

    session.words = PROMPTS | words | ANSWERS
    return session


def placed(point_of=("hip", "palm")):
    """As `small`, with the points that are pressed."""
    return [
        type(c)(type(c.cue)(c.cue.kind, c.cue.text, c.cue.span, c.cue.step, point=(*point_of, None)[c.cue.step],
                            optional=c.cue.optional, spare=c.cue.spare), c.sound, c.start, c.length)
        for c in small()
    ]  # fmt: skip


def said(sound):
    return [number for number, _, _ in heard(sound)]


class TestAPlaceIsWaitedFor:
    def test_no_hold_begins_before_the_listener_says_ready(self, felt):
        sound = tape(felt(small()), [(20 * RATE, Command.CONTINUE)], most=40 * RATE)
        assert said(sound)[:4] == [1, felt.words["ready"], ANSWERS[Command.CONTINUE], 2]
        assert starts(sound, 2)[0] == 20 * RATE + 3000

    def test_who_is_ready_early_does_not_wait(self, felt):
        sound = tape(felt(small()), [(3 * RATE, Command.CONTINUE)], most=30 * RATE)
        assert starts(sound, 2)[0] == 3 * RATE + 3000
        assert felt.words["ready"] not in said(sound)

    @pytest.mark.parametrize("at", [3 * RATE, 20 * RATE])
    def test_one_button_says_ready_too(self, felt, at):
        assert 2 in said(tape(felt(small()), [(at, Command.TOGGLE)], most=30 * RATE))

    def test_a_prompt_without_an_answer_twice_ends_it_and_says_to_come_off(self, felt):
        session = felt(small())
        sound = tape(session)
        assert said(sound)[:3] == [1, felt.words["ready"], felt.words["ready_again"]]
        assert said(sound)[3:] == [floor(felt.words["no_answer"] * LOUDER**2)] and session.over
        assert length(sound) == 4 * RATE + 90 * RATE + 3 * 3000

    def test_after_a_change_of_position_silence_goes_on_after_a_reminder(self, felt):
        clips = [
            clip("move", 0, 20 * RATE, 1, RATE, point="hip"), clip("locate", 0, 5 * RATE, 2, point="hip"), *small()[1:]
        ]  # fmt: skip
        sound = tape(felt(clips), most=130 * RATE)
        assert said(sound)[:5] == [1, felt.words["ready"], felt.words["ready_again"], 2, felt.words["ready"]]
        assert starts(sound, 2)[0] == 20 * RATE + 90 * RATE + 6000

    def test_where_nobody_can_answer_nobody_is_waited_for(self, felt):
        assert felt.words["ready"] not in said(tape(felt(small(), gated=False)))

    def test_a_microphone_that_is_lost_at_a_gate_opens_it_and_says_so(self, felt):
        session = felt(small())
        session.read(10 * RATE)
        session.gated = False
        session.tell("deaf")
        assert said(session.read(25 * RATE))[:2] == [felt.words["deaf"], 2]

    def test_again_at_a_gate_says_how_to_find_the_place_again(self, felt):
        sound = tape(felt(small()), [(20 * RATE, Command.REPEAT)], most=40 * RATE)
        assert starts(sound, 1) == [0, 20 * RATE]

    def test_longer_at_a_gate_gives_more_time_and_not_a_longer_hold(self, felt):
        sound = tape(felt(small()), [(20 * RATE, Command.LONGER), (70 * RATE, Command.CONTINUE)], most=200 * RATE)
        assert felt.words["ready_again"] in said(sound)
        assert starts(sound, felt.words["ready_again"])[0] == 4 * RATE + 45 * RATE + 6000
        assert starts(sound, 5)[0] - starts(sound, 2)[0] == HOLD

    def test_a_pause_at_a_gate_waits_as_long_as_it_takes(self, felt):
        session = felt(small())
        tape(session, [(20 * RATE, Command.PAUSE)], most=900 * RATE)
        assert session.paused and not session.over

    def test_a_device_that_comes_back_at_a_gate_asks_again(self, felt):
        session = felt(small())
        session.read(10 * RATE)
        session.came_back(60)
        assert said(session.read(5 * RATE)) == [ANSWERS["returned"], felt.words["ready_again"]]
        assert session.place.waiting

    def test_slower_gives_more_time_after_the_words_that_lead_to_a_place(self, felt):
        sound = tape(felt(small(), gated=False), [(10 * RATE, Command.SLOWER)])
        assert starts(sound, 12)[0] - starts(sound, 11)[0] == 7 * RATE
        assert starts(sound, 5)[0] - starts(sound, 2)[0] == HOLD

    def test_slower_stops_where_the_session_has_no_room_left(self, felt):
        session = felt(small(), gated=False)
        session.room = 2.0
        session.send(Command.SLOWER)
        assert session.place.answering == ("longest",)

    def test_slower_holds_for_what_is_rendered_later(self, felt):
        session = felt(small()[:5], gated=False)
        session.whole, session.room = False, 4.0
        session.send(Command.SLOWER)
        session.feed(small()[5:])
        session.whole = True
        sound = tape(session)
        assert starts(sound, 12)[0] - starts(sound, 11)[0] == 7 * RATE
        assert session.room == 1.0


class TestTheWordsOfAPress:
    @pytest.mark.parametrize("block", [1000, 5000, 44_100])
    def test_are_heard_whole_whatever_was_said_before(self, felt, block):
        session = felt(small())
        sound = session.read(10 * RATE)
        session.send(Command.CONTINUE)
        session.send(Command.WHERE)
        sound = tape(session, block=block, most=30 * RATE)
        assert (2, RATE) in [(number, count) for number, _, count in heard(sound)]

    def test_continue_where_nobody_is_waited_for_skips_no_quiet(self, felt):
        assert starts(tape(felt(small(), gated=False), [(3 * RATE, Command.CONTINUE)]), 2)[0] >= 4 * RATE


class TestTheToneMarksWhereOneMaySpeak:
    def test_it_is_heard_where_there_is_time_to_say_something_and_moves_nothing(self, felt):
        session = felt([], gated=False)
        session.opening = tone(77, 500)
        session.feed(small())
        plain, toned = tape(felt(small(), gated=False)), tape(session)
        assert length(plain) == length(toned)
        assert starts(toned, 77)[0] == 5 * RATE
        assert len(starts(toned, 77)) == 4, "not in the three seconds of a count, nor in two of a move"

    def test_where_nobody_hears_any_more_it_is_not_heard(self, felt):
        session = felt([], gated=False)
        session.opening = tone(77, 500)
        session.feed(small())
        session.unheard()
        assert tape(session) == tape(felt(small(), gated=False))

    def test_who_has_only_a_button_is_told_to_press_it(self, felt):
        session = felt(small())
        session.answers["ready_button"], session.by_button = tone(78, 500), True
        assert said(session.read(8 * RATE)) == [1, 78]

    def test_a_question_ends_in_it(self, felt):
        session = felt([])
        session.opening = tone(77, 500)
        session.feed(small())
        assert said(session.read(8 * RATE)) == [1, felt.words["ready"], 77]


class TestWhatIsFelt:
    def test_sharp_pain_takes_off_waits_ten_seconds_and_offers_it_softer(self, felt):
        sound = tape(felt(placed(), gated=False), [(14 * RATE, "sharp")], most=40 * RATE)
        assert said(sound)[:4] == [1, 2, felt.words["sharp"], felt.words["offer"]]
        assert starts(sound, felt.words["offer"])[0] == 24 * RATE + 3000

    def test_taken_up_again_it_is_half_as_long(self, felt):
        sound = tape(felt(placed(), gated=False), [(14 * RATE, "sharp"), (30 * RATE, Command.CONTINUE)])
        again = starts(sound, felt.words["softer_again"])[0]
        assert starts(sound, 5)[0] - again - 3000 == 15 * RATE

    def test_an_offer_without_an_answer_ends_it(self, felt):
        session = felt(placed(), gated=False)
        sound = tape(session, [(14 * RATE, "hurts")])
        assert session.over and 5 not in said(sound) and 11 not in said(sound)

    def test_sharp_pain_that_returns_leaves_the_point_out_for_the_whole_session(self, felt):
        clips = placed(("hip", "hip"))
        sound = tape(felt(clips, False), [(14 * RATE, "sharp"), (30 * RATE, Command.CONTINUE), (35 * RATE, "sharp")])
        sharp, left_out = felt.words["sharp"], felt.words["left_out"]
        assert said(sound)[-5:] == [sharp, left_out, 11, left_out, 99] and said(sound).count(sharp) == 2

    def test_skip_at_the_offer_leaves_the_point_out_too(self, felt):
        clips = placed(("hip", "hip"))
        sound = tape(felt(clips, gated=False), [(14 * RATE, "sharp"), (30 * RATE, Command.NEXT)])
        assert 12 not in said(sound) and said(sound)[-1] == 99

    def test_pain_that_goes_up_twice_ends_it(self, felt):
        session = felt(placed(), gated=False)
        tape(session, [(14 * RATE, "hurts"), (30 * RATE, Command.CONTINUE), (60 * RATE, "hurts")])
        assert session.over and session.place.told == ("hurts", "hurts")

    def test_again_at_the_offer_says_the_offer_again_and_takes_nothing_up(self, felt):
        session = felt(placed(), gated=False)
        sound = tape(session, [(14 * RATE, "sharp"), (30 * RATE, Command.REPEAT)])
        assert starts(sound, felt.words["offer"])[1] == 30 * RATE and 5 not in said(sound) and session.over

    @pytest.mark.parametrize("hasty", [Command.TOGGLE, Command.CONTINUE])
    def test_nobody_is_put_back_before_the_offer_was_made(self, felt, hasty):
        sound = tape(
            felt(placed(), gated=False), [(14 * RATE, "sharp"), (14 * RATE + 500, hasty), (17 * RATE, Command.CONTINUE)]
        )
        assert felt.words["softer_again"] not in said(sound) and felt.words["offer"] in said(sound)
        assert starts(sound, felt.words["offer"])[0] >= 24 * RATE

    @pytest.mark.parametrize("event", ["hurts", "cramp"])
    def test_the_second_time_it_says_that_it_ends(self, felt, event):
        sound = tape(felt(placed(), False), [(14 * RATE, event), (30 * RATE, Command.CONTINUE), (35 * RATE, event)])
        assert said(sound)[-1] == ANSWERS[Command.STOP]

    @pytest.mark.parametrize("word", [Command.STOP, "chest"])
    def test_the_last_breaths_can_be_cut_short(self, felt, word, library):
        session = felt(placed(), gated=False)
        sound = tape(session, [(14 * RATE, "dizzy"), (20 * RATE, word)])
        last = felt.words["emergency"] if word == "chest" else ANSWERS[Command.STOP]
        assert said(sound)[-1] == last and length(sound) < 21 * RATE and session.over

    @pytest.mark.parametrize("event", ["sharp", "hurts", "cramp"])
    def test_where_nothing_is_pressed_nothing_is_offered_and_the_place_is_left_out(self, felt, event):
        session = felt(placed())
        sound = tape(session, [(10 * RATE, event), (40 * RATE, Command.CONTINUE)], most=60 * RATE)
        assert 2 not in said(sound) and felt.words["offer"] not in said(sound) and 11 in said(sound)

    def test_back_at_the_offer_leaves_the_point_out_too(self, felt):
        sound = tape(felt(placed(("hip", "hip")), gated=False), [(14 * RATE, "sharp"), (30 * RATE, Command.BACK)])
        assert said(sound).count(2) == 1 and 12 not in said(sound)

    def test_what_is_felt_on_the_way_to_the_next_place_is_about_the_last(self, felt):
        sound = tape(felt(placed(), False), [(14 * RATE, Command.NEXT), (14 * RATE + 500, "numb")])
        assert 12 in said(sound), "the place to come is not to blame"

    def test_again_in_a_softened_hold_says_softer(self, felt):
        commands = [(14 * RATE, "sharp"), (30 * RATE, Command.CONTINUE), (35 * RATE, Command.REPEAT)]
        sound = tape(felt(placed(), gated=False), commands)
        assert starts(sound, felt.words["softer_again"])[1] == 35 * RATE and said(sound).count(2) == 1

    def test_a_device_that_comes_back_at_an_offer_asks_what_was_offered(self, felt):
        session = felt(placed(), gated=False)
        tape(session, [(14 * RATE, "sharp")], most=30 * RATE)
        session.came_back(5)
        assert said(session.read(5 * RATE)) == [ANSWERS["returned"], felt.words["offer"]]

    def test_numb_leaves_the_spot_alone_and_goes_on(self, felt):
        sound = tape(felt(placed(), gated=False), [(14 * RATE, "numb")])
        words = said(sound)
        assert words[:5] == [1, 2, felt.words["numb"], felt.words["left_out"], 11]
        assert starts(sound, 11)[0] == 20 * RATE + 6000

    def test_dizzy_breathes_for_a_minute_and_ends(self, felt):
        session = felt(placed(), gated=False)
        sound = tape(session, [(14 * RATE, "dizzy")])
        breaths = starts(sound, felt.words["slow_breath"])
        assert [b - a for a, b in pairwise(breaths)] == [10 * RATE] * 5
        assert said(sound)[-1] == felt.words["breathed"] and session.over

    @pytest.mark.parametrize("event", ["sick", "bladder", "legs", "fever", "chest"])
    def test_a_sign_of_danger_ends_it_at_once(self, felt, event, library):
        session = felt(placed(), gated=False)
        sound = tape(session, [(14 * RATE, event)])
        assert said(sound) == [1, 2, felt.words[library.safety.events[event].words]] and session.over
        assert session.place.told == (event,)

    def test_a_sign_of_danger_is_kept_even_while_it_stops(self, felt):
        session = felt(placed(), gated=False)
        session.send(Command.STOP)
        session.send("chest")
        assert session.place.told == ("chest",)

    def test_to_feel_nothing_is_fine_and_costs_the_hold_nothing(self, felt):
        sound = tape(felt(placed(), gated=False), [(14 * RATE, "nothing")] * 3)
        assert starts(sound, 5)[0] - starts(sound, 2)[0] == HOLD

    def test_what_is_neither_command_nor_event_means_nothing(self, felt):
        session = felt(placed(), gated=False)
        session.send("no such thing")
        assert tape(session) == tape(felt(placed(), gated=False))


@given(st.data(), st.booleans())
@examples(120)
def test_whatever_is_said_a_release_is_heard_after_every_press_and_silence_ends_it(felt, data, gated):
    session = felt(placed(), gated)
    possible = [c for c in [*Command, *session.events] if c not in (Command.LOUDER, Command.SOFTER)]
    commands = data.draw(
        st.lists(st.tuples(st.integers(0, 200 * RATE), st.sampled_from(possible)), max_size=10).map(sorted)
    )
    sound = tape(session, commands, most=900 * RATE)
    events = session.events.values()
    off = RELEASING | {felt.words[event.words] for event in events if event.then != "tell"}
    off |= {floor(felt.words["no_answer"] * LOUDER**2)}
    pressing = False
    for number, _, _ in heard(sound):
        if number in (2, 12, ANSWERS["press_again"], felt.words["softer_again"]):
            pressing = True
        elif number in (5, 15) or number in off:
            pressing = False
        elif number in (1, 11, 99):
            assert not pressing, "asked to move while pressing"
    assert not pressing
    assert session.over or session.paused


@given(st.lists(st.tuples(st.integers(0, 300 * RATE), st.sampled_from([*Command, "sharp", "numb", "dizzy", "nothing"])),
                max_size=6), st.integers(700, 300_000))  # fmt: skip
@examples(25)
def test_cut_anywhere_it_sounds_the_same(felt, commands, block):
    one, other = (tape(felt(placed()), commands, size, 400 * RATE) for size in (block, 44_100))
    shorter = min(len(one), len(other), 800 * RATE)
    assert one[:shorter] == other[:shorter]


def test_words_of_an_answer_are_in_their_time(felt):
    """The slow breaths fill their ten seconds, whatever the voice takes."""
    session = felt(placed(), gated=False)
    session.answers["slow_breath"] = tone(-300, 12 * RATE)
    assert len(starts(tape(session, [(14 * RATE, "dizzy")]), -300)) == 1, "one after the other, without a gap"

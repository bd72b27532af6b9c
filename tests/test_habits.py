"""What past sessions say about today, and where one day ends and the next begins."""

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_guide.body.habits import IN_PART, SIGNS, Habits, Record, is_first_week, signs

HABITS = Habits(2, 4.0, 1, 2, 3, (28, 42), 42)
SUMMER = timezone(timedelta(hours=2))
WINTER = timezone(timedelta(hours=1))
NOW = datetime(2025, 6, 20, 18, tzinfo=SUMMER)
LONG_AGO = None
NUMBERS = count(1)


def session(ago=timedelta(), seconds=600.0, pressed=True, before=None, after=None, light=False, started=None):
    started = started or NOW - ago
    done = ("waist point",) * pressed
    return Record(next(NUMBERS), started, "r", "R", seconds, done, (), before, after, "finished", light)


def days(number, **more):
    return session(timedelta(days=number), **more)


def hours(number, **more):
    return session(timedelta(hours=number), **more)


def said(*records, now=NOW, began=LONG_AGO):
    return signs(records, now, HABITS, began)


def test_nothing_is_said_to_a_newcomer():
    assert said() == said(began=NOW.date()) == ()


@pytest.mark.parametrize(("after", "worse"), [(5, False), (6, True), (10, True), (None, False)])
def test_pain_that_ended_two_higher_ends_the_day_and_makes_the_next_session_light(after, worse):
    assert ("worse_today" in said(hours(6, before=4, after=after))) == worse
    assert ("worse_last_time" in said(days(3, before=4, after=after))) == worse
    assert "worse_today" not in said(days(1, before=4, after=after))


def test_a_session_that_hurt_counts_however_brief():
    assert said(hours(1, seconds=5, pressed=False, before=2, after=8)) == ("worse_today", "worse_last_time")


def test_a_better_session_later_the_same_day_does_not_lift_the_end_of_the_day():
    records = (hours(9, before=2, after=8), hours(5, before=8, after=3))
    assert "worse_today" in said(*records)
    assert "worse_last_time" not in said(*records)


def test_who_has_travelled_west_since_has_had_the_sessions_of_tomorrow_too():
    """In the Pacific it is yesterday."""
    tomorrow = [datetime(2025, 6, 21, hour, tzinfo=timezone(timedelta(hours=14))) for hour in (1, 6)]
    records = [session(started=started, before=2, after=8) for started in tomorrow]
    now = datetime(2025, 6, 20, 6, tzinfo=timezone(timedelta(hours=-12)))
    assert said(*records, now=now)[:2] == ("worse_today", "enough_today")


def test_a_session_without_numbers_does_not_hide_the_one_before_it():
    assert "worse_last_time" in said(days(3, before=2, after=8), days(2), days(1, before=3))


def test_only_what_was_pressed_counts_and_a_first_week_begins_with_it():
    broken_off = Record(0, NOW, "r", "R", 90.0, (), (("waist point", "not reached"),), None, None, "stopped", False)
    begun = Record(0, NOW, "r", "R", 90.0, (), (("waist point", IN_PART),), None, None, "stopped", False)
    assert said(broken_off, broken_off) == ()
    assert said(begun, begun) == ("enough_today",)
    assert is_first_week([broken_off, days(6), days(8, pressed=False)], NOW.date())
    assert not is_first_week([days(7)], NOW.date())


def test_two_sessions_are_enough_for_a_day():
    assert said(hours(10), hours(5)) == ("enough_today",)
    assert said(hours(10), hours(1)) == ("enough_today",)  # and no more of it
    assert said(hours(10)) == ()
    assert said(hours(10), hours(5, pressed=False)) == ()


def test_four_hours_lie_between_the_end_of_one_and_the_next():
    ended = timedelta(seconds=600)
    assert said(session(timedelta(hours=4) + ended)) == ()
    assert said(session(timedelta(hours=4) + ended - timedelta(seconds=1))) == ("too_soon",)
    assert said(hours(1, pressed=False)) == ()


def test_midnight_ends_the_day_but_not_the_hours():
    late = datetime(2025, 6, 19, 23, 30, tzinfo=SUMMER)
    early = datetime(2025, 6, 20, 0, 30, tzinfo=SUMMER)
    records = [session(started=late - timedelta(hours=5)), session(started=late)]
    assert said(*records, now=late + timedelta(minutes=29)) == ("enough_today",)
    assert said(*records, now=early) == ("too_soon",)


class Autumn(tzinfo):
    """A zone whose clocks went back an hour at 01:00 UTC on 26 October 2025."""

    def utcoffset(self, when):
        return timedelta(hours=1 if when.replace(tzinfo=None) >= datetime(2025, 10, 26, 3) or when.fold else 2)

    def dst(self, when):
        return timedelta(0)

    def tzname(self, when):
        return "autumn"


AUTUMN = Autumn()


def test_hours_are_real_ones_when_the_clocks_change():
    began = datetime(2025, 10, 26, 0, 30, tzinfo=AUTUMN)
    now = datetime(2025, 10, 26, 4, 0, tzinfo=AUTUMN)
    assert now - began < timedelta(hours=4)  # what Python says of two times of one zone
    assert said(session(started=began, seconds=300), now=now) == ()
    assert said(session(started=began, seconds=300), now=now - timedelta(minutes=30)) == ("too_soon",)


def test_a_day_stays_the_one_the_clock_showed_whatever_the_offset_is_now():
    first = session(started=datetime(2025, 10, 26, 0, 30, tzinfo=SUMMER))  # 23:30 the day before, by winter time
    second = session(started=datetime(2025, 10, 26, 9, 0, tzinfo=WINTER))
    assert said(first, second, now=datetime(2025, 10, 26, 20, tzinfo=WINTER)) == ("enough_today",)


def test_a_clock_set_back_a_little_is_too_soon_and_a_wrong_one_is_left_out():
    assert said(hours(-3)) == ("too_soon",)
    assert said(hours(-23)) == ("too_soon",)
    assert said(days(-2, before=1, after=9)) == said(days(-400)) == ()


def test_one_day_in_seven_is_light():
    week = [days(number) for number in range(1, 7)]
    assert said(*week) == ("light_day_due",)
    assert said(*week[:-1], days(7)) == ()  # the sixth day before was free
    assert said(*week[:-1], days(6, light=True)) == ()
    assert said(*week[:-1], days(6, pressed=False)) == ()


def test_a_day_is_light_only_if_all_its_sessions_were():
    week = [days(number) for number in range(1, 6)]
    assert "light_day_due" in said(*week, days(6, light=True), session(timedelta(days=6, hours=5)))


def test_a_light_day_stays_due_the_whole_day():
    week = [days(number) for number in range(1, 7)]
    assert "light_day_due" in said(*week, hours(6))
    assert "light_day_due" in said(*week, hours(6, light=True))


def bout(*pains, ago=4):
    return [days(ago - at, before=before, after=after) for at, (before, after) in enumerate(pains)]


@pytest.mark.parametrize(
    ("pains", "told"),
    [
        ([(6, 5), (6, 6)], True),
        ([(6, 5), (6, 5)], False),
        ([(6, 7)], True),
        ([(6, None)], False),  # one number alone says nothing
        ([(None, 6), (None, None), (6, None)], True),
        ([(None, None), (None, None)], False),
        ([(0, 0), (0, 0)], False),  # no pain is better
    ],
)
def test_a_new_bout_no_better_in_three_days_is_told(pains, told):
    began = NOW.date() - timedelta(days=5)
    assert ("no_better_in_three_days" in said(*bout(*pains), began=began)) == told


def test_three_days_are_counted_from_the_first_number_of_this_bout():
    began = NOW.date() - timedelta(days=10)
    assert "no_better_in_three_days" in said(*bout((6, 6), ago=3), began=began)
    assert "no_better_in_three_days" not in said(*bout((6, 6), ago=2), began=began)
    before_it = bout((6, 6), ago=11)
    assert "no_better_in_three_days" not in said(*before_it, *bout((6, 6), ago=2), began=began)


def test_no_better_is_said_once_a_day_and_not_of_long_lasting_pain():
    began, records = NOW.date() - timedelta(days=41), bout((6, 6))
    assert "no_better_in_three_days" in said(*records, began=began)
    assert "no_better_in_three_days" not in said(*records, hours(6), began=began)
    assert "no_better_in_three_days" not in said(*records, began=began - timedelta(days=1))
    assert "no_better_in_three_days" not in said(*records, began=LONG_AGO)


def test_long_lasting_pain_is_looked_back_on_at_four_and_at_six_weeks_once():
    heard = []
    records = []
    for day in range(0, 60, 2):
        now = NOW + timedelta(days=day)
        heard += [(day, sign) for sign in said(*records, now=now)]
        records.append(session(started=now))
    assert heard == [(28, "look_back_four_weeks"), (42, "look_back_six_weeks")]


def test_a_look_back_is_said_at_the_next_session_however_late_and_only_the_later_of_two():
    assert said(days(40), days(39)) == ("look_back_four_weeks",)
    assert said(days(40), days(12)) == ()
    assert said(days(50)) == ("look_back_six_weeks",)
    assert said(days(45), days(5)) == ("look_back_six_weeks",)


def test_after_two_months_without_sessions_the_weeks_are_counted_anew():
    assert said(days(59)) == ("look_back_six_weeks",)
    assert said(days(60)) == said(days(100), days(90)) == ()
    assert said(days(120), days(40)) == ("look_back_four_weeks",)


def test_a_new_bout_is_looked_back_on_once_it_lasts():
    first = NOW.date() - timedelta(days=42)
    assert "look_back_six_weeks" in said(days(42), days(1), began=first)
    assert "look_back_six_weeks" not in said(days(42), days(1), began=first + timedelta(days=1))


ZONES = st.integers(-23, 23).map(lambda offset: timezone(timedelta(hours=offset)))
TIMES = st.datetimes(timezones=ZONES) | st.integers(-5000, 200_000).map(lambda m: NOW - timedelta(minutes=m))
PAINS = st.none() | st.integers(0, 10)
RECORDS = st.builds(
    Record,
    id=st.builds(lambda: next(NUMBERS)),
    started=TIMES,
    routine=st.just("r"),
    name=st.just("R"),
    seconds=st.floats() | st.floats(0, 2000),
    done=st.sampled_from([(), ("waist point",)]),
    skipped=st.sampled_from([(), (("waist point", "not reached"),), (("waist point", IN_PART),)]),
    pain_before=PAINS,
    pain_after=PAINS,
    ended=st.just("finished"),
    light=st.booleans(),
)
HISTORIES = st.lists(RECORDS, max_size=30)
BOUTS = st.none() | st.dates() | st.integers(0, 60).map(lambda d: NOW.date() - timedelta(days=d))


@given(HISTORIES, TIMES | st.just(NOW), BOUTS)
def test_any_records_are_read_and_the_signs_keep_their_order(records, now, began):
    found = signs(records, now, HABITS, began)
    assert list(found) == sorted(set(found), key=SIGNS.index)
    assert not {"enough_today", "too_soon"} <= set(found)


@given(st.data(), HISTORIES, BOUTS)
def test_the_order_of_records_does_not_matter(data, records, began):
    shuffled = data.draw(st.permutations(records))
    assert said(*shuffled, began=began) == said(*records, began=began)


@given(HISTORIES, RECORDS)
def test_one_session_more_never_makes_the_day_less_full(records, another):
    full = {"enough_today"} & set(said(*records))
    assert full <= set(said(*records, another))


def test_the_same_moment_told_in_another_zone_is_as_long_ago():
    now = NOW.astimezone(UTC)
    assert said(hours(1), now=now) == said(session(started=(NOW - timedelta(hours=1)).astimezone(UTC)), now=now)
    assert now.date() == date(2025, 6, 20)

"""The chart shows where the standard puts each point, on both sides, and nothing on it covers anything else."""

import math
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from strategies import examples
from voice_guide.library import Library
from voice_guide.pictures.chart import AID, Charts, described, draw_chart
from voice_guide.pictures.drawing import Circle, Line, Text, columns, hatched, smooth, text_width
from voice_guide.pictures.plot import FIELD, draw_pain

LIBRARY = Library()
CHARTS = LIBRARY.charts
POINTS = LIBRARY.catalogue.points
PRESSED = [point for point in POINTS.values() if point.hold]
PLACES = [(point, view) for point, views in CHARTS.places.items() for view in views]


def of(routine):
    return [step.point for step in routine.steps if step.point]


def texts(drawing):
    return [shape for shape in drawing.shapes if isinstance(shape, Text)]


def numbers(drawing):
    """The circles of the numbers on the body, by their number; the legend has its own, at the left of each name."""
    bold = [text for text in texts(drawing) if text.text.isdigit()]
    listed = {(point.at[0], point.at[1]) for point in bold[-len({text.text for text in bold}) :]}
    found = {}
    for text in bold:
        if text.at not in listed:
            found.setdefault(int(text.text), []).append(text.at)
    return found


def alone(point, view):
    """The chart of one point on one view only."""
    return draw_chart(Charts(CHARTS.views, {point: {view: CHARTS.places[point][view]}}), [POINTS[point]], "One")


def apart(one, other):
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def gap(box, at):
    return math.dist(at, (min(max(at[0], box[0]), box[2]), min(max(at[1], box[1]), box[3])))


def assert_readable(drawing):
    words = texts(drawing)
    for one, other in combinations(words, 2):
        assert apart(one.box, other.box), f"'{one.text}' and '{other.text}' overlap"
    circles = [shape for shape in drawing.shapes if isinstance(shape, Circle) and shape.radius >= 10]
    for text in words:
        left, top, right, bottom = text.box
        assert left >= 0 and top >= 0 and right <= drawing.width and bottom <= drawing.height, text.text
        if not text.text.isdigit():
            for circle in circles:
                assert gap(text.box, circle.at) >= circle.radius, f"'{text.text}' is under a number"


@pytest.mark.parametrize("name", LIBRARY.routines)
def test_the_chart_of_a_routine_is_square_and_nothing_on_it_overlaps(name):
    drawing = draw_chart(CHARTS, of(LIBRARY.routines[name]), name)
    assert (drawing.width, drawing.height) == (1000, 1000)
    assert_readable(drawing)


@pytest.mark.parametrize("point", POINTS)
def test_nothing_overlaps_on_the_chart_of_one_point(point):
    assert_readable(draw_chart(CHARTS, [POINTS[point]], POINTS[point].name))


@examples(25)
@given(st.lists(st.sampled_from(PRESSED), min_size=1, max_size=9, unique_by=lambda point: point.id))
def test_nothing_overlaps_on_the_chart_of_a_routine_of_ones_own(points):
    assert_readable(draw_chart(CHARTS, points, "A routine with a name as long as names may ever be, I think"))


def test_a_chart_grows_rather_than_become_too_small():
    drawing = draw_chart(CHARTS, PRESSED, "Everything")
    assert drawing.height > drawing.width
    assert_readable(drawing)


@pytest.mark.parametrize("points", [[], PRESSED[:1]])
def test_every_chart_says_that_it_is_only_an_aid(points):
    drawing = draw_chart(CHARTS, points, "A")
    assert AID in [text.text for text in texts(drawing)] and AID in drawing.description


@pytest.mark.parametrize(("point", "view"), PLACES)
def test_every_point_is_numbered_on_both_sides_of_every_view_it_has(point, view):
    drawing = alone(point, view)
    spots = numbers(drawing)[1]
    assert len(spots) == (1 if place(point, view)[0] == CHARTS.views[view].axis else 2)
    assert CHARTS.views[view].title in [text.text for text in texts(drawing)]
    if len(spots) == 2:
        right, left = spots
        assert right[1] == left[1] and right[0] > left[0]


@pytest.mark.parametrize("point", PRESSED, ids=lambda point: point.id)
def test_the_words_and_the_picture_agree_on_the_sides(point):
    view = next(iter(CHARTS.places[point.id]))
    middle = place(point.id, view)[0] == CHARTS.views[view].axis
    assert (", in the middle" in described([point])[0]) == middle == point.midline


def test_every_point_of_the_catalogue_has_a_place_on_a_view():
    assert set(CHARTS.places) == set(POINTS)
    assert {view for _, view in PLACES} == set(CHARTS.views)


def inside(spot, outline):
    """Whether a ray from the spot crosses the outline an odd number of times."""
    x, y = spot
    crossings = 0
    for (x0, y0), (x1, y1) in pairwise([*outline, outline[0]]):
        crossings += (y0 > y) != (y1 > y) and x < x0 + (y - y0) * (x1 - x0) / (y1 - y0)
    return crossings % 2


@pytest.mark.parametrize(("point", "view"), PLACES)
def test_every_place_lies_on_the_body(point, view):
    place, drawn = CHARTS.places[point][view], CHARTS.views[view]
    half = [spot for run in drawn.outline for spot in smooth(run)]
    body = [*half, (drawn.axis, half[-1][1]), (drawn.axis, half[0][1])] if drawn.whole else half
    corners = [place] if len(place) == 2 else [(x, y) for x in place[::2] for y in place[1::2]]
    for x, y in corners:
        assert inside((x + 1e-6, y), body), (x, y)


def words_of(drawing):
    return {text.text: text.at for text in texts(drawing)}


def test_the_left_side_is_on_the_left_from_behind_and_on_the_right_from_the_front():
    behind, front = words_of(alone("bl40", "back")), words_of(alone("cv6", "front"))
    assert behind["left"][0] < 500 < behind["right"][0]
    assert front["right"][0] < 500 < front["left"][0]


@pytest.mark.parametrize("view", [view for view in CHARTS.views if not CHARTS.views[view].whole])
def test_the_left_hand_and_the_left_foot_are_on_the_left(view):
    point = next(point for point, views in CHARTS.places.items() if view in views)
    words = words_of(alone(point, view))
    assert words["left"][0] < words["right"][0]


@pytest.mark.parametrize(("point", "view"), PLACES)
def test_a_point_is_lit_where_its_number_stands_on_the_side_named_above_it(point, view):
    drawing = alone(point, view)
    words = [text for text in texts(drawing) if text.text in ("left", "right")]
    spots = numbers(drawing)[1]
    lit = {at: next(spot.side for spot in drawing.spots if math.dist(spot.at, at) < spot.radius) for at in spots}
    assert sorted(lit.values()) == ([""] if len(spots) == 1 else ["left", "right"])
    for at, side in lit.items():
        assert side in ("", min(words, key=lambda word: abs(word.at[0] - at[0])).text)
    assert {spot.point for spot in drawing.spots} == {point}


def test_a_point_is_lit_on_every_view_that_shows_it_and_beside_its_name():
    drawing = draw_chart(CHARTS, of(LIBRARY.routines["Soft Landing"]), "A")
    for point in ("gb30", "ahshi_hip"):
        sides = [spot.side for spot in drawing.spots if spot.point == point]
        assert sorted(sides) == ["", "left", "left", "right", "right"]
    hatching = [line for line in drawing.shapes if isinstance(line, Line) and line.width == 1.5 and line.closed]
    small = [spot for spot in drawing.spots if spot.point == "ahshi_hip"][2:4]
    for spot, line in zip(small, hatching, strict=True):
        lefts, tops = zip(*line.points, strict=True)
        assert spot.at == pytest.approx(((min(lefts) + max(lefts)) / 2, (min(tops) + max(tops)) / 2))


def test_the_thumbs_point_away_from_each_other_on_ones_own_palms_and_to_each_other_on_the_backs():
    palms, backs = CHARTS.views["palms"], CHARTS.views["hand_backs"]
    assert palms.landmarks["thumb_tip"].at[0] > palms.landmarks["wrist_crease"].at[0]
    assert backs.landmarks["thumb_tip"].at[0] < backs.landmarks["wrist"].at[0]
    feet = CHARTS.views["feet_top"]
    assert feet.landmarks["big_toe"].at[0] < feet.landmarks["little_toe"].at[0]


def test_the_low_back_view_is_a_part_of_the_back_view():
    for views in CHARTS.places.values():
        if "low_back" in views:
            for zoomed, plain in zip(views["low_back"][::2], views["back"][::2], strict=True):
                assert zoomed == pytest.approx(50 + (plain - 50) / 0.24, abs=0.7)
            for zoomed, plain in zip(views["low_back"][1::2], views["back"][1::2], strict=True):
                assert zoomed == pytest.approx((plain - 34.667) / 0.24, abs=0.7)


def low(name):
    return CHARTS.views["low_back"].landmarks[name].at


def place(point, view="low_back"):
    return CHARTS.places[point][view]


def test_points_lie_by_the_landmarks_as_the_standard_says():
    assert place("bl23")[1] == place("bl52")[1] == place("gv4")[1]  # the height of the second lumbar vertebra
    assert low("spine_l2")[1] < place("bl23")[1] < low("spine_l3")[1]
    assert place("gv4")[0] == low("spine_l2")[0] < place("bl23")[0] < place("bl52")[0] < low("last_rib")[0]
    assert low("spine_l4")[1] < place("bl25")[1] < low("spine_l5")[1]  # the line of the hip tops
    assert abs(place("bl25")[1] - low("hip_top")[1]) < 5
    assert abs(place("bl53")[1] - low("dimple")[1]) < 2 and place("bl53")[0] > low("dimple")[0]
    hip, hiatus = low("side_hip_bump"), low("sacral_hiatus")  # a third of the way in
    third = tuple(a + (b - a) / 3 for a, b in zip(hip, hiatus, strict=True))
    assert place("gb30") == pytest.approx(third, abs=0.1)
    top, bottom = place("ahshi_side")[1::2]
    assert low("last_rib")[1] < top < bottom < low("hip_top")[1] < place("ahshi_hip")[1]


def test_the_points_of_hands_and_feet_lie_by_their_landmarks():
    for point, view, bone in [
        ("bl60", "ankles_outer", "outer_ankle_bone"),
        ("ki3", "ankles_inner", "inner_ankle_bone"),
    ]:
        marks = CHARTS.views[view].landmarks
        cord = marks["heel_cord"].at
        assert place(point, view)[0] == pytest.approx((marks[bone].at[0] + cord[0]) / 2, abs=0.5)
        assert place(point, view)[1] == cord[1]
    palm = CHARTS.views["palms"].landmarks
    assert palm["middle_finger_base"].at[0] < place("pc8", "palms")[0] < palm["index_base"].at[0]
    navel = CHARTS.views["front"].landmarks["navel"].at
    assert place("cv6", "front") == (navel[0], navel[1] + 2)  # one and a half of its units


def test_a_number_stands_where_the_chart_puts_the_point():
    drawing = alone("gb30", "low_back")
    right, left = numbers(drawing)[1]
    axis = words_of(drawing)["dimples"][0]
    assert (left[0] + right[0]) / 2 == pytest.approx(axis)
    skin = next(shape for shape in drawing.shapes if isinstance(shape, Line) and shape.fill is not None)
    scale = (max(x for x, _ in skin.points) - axis) / (95.4 - 50)
    assert (right[0] - axis) / scale == pytest.approx(79.6 - 50, abs=0.3)


def test_a_point_that_is_never_pressed_is_hollow_and_says_so():
    drawing = draw_chart(CHARTS, [POINTS["li4"], POINTS["bl40"]], "Two")
    assert "thumb web (not pressed)" in words_of(drawing) and "knee crease point" in words_of(drawing)
    fill = {text.text: text.grey for text in texts(drawing) if text.text.isdigit()}
    assert fill == {"1": 0.0, "2": 1.0}
    assert ", not pressed." in drawing.description


def test_an_area_is_hatched():
    lines = [shape for shape in alone("ahshi_hip", "low_back").shapes if isinstance(shape, Line)]
    assert sum(len(line.points) == 2 and line.width == 2 and line.grey == 0 for line in lines) > 10


def test_names_and_not_codes_stand_beside_the_numbers():
    drawing = draw_chart(CHARTS, of(LIBRARY.routines["Grand Tour"]), "Grand Tour")
    words = [text.text for text in texts(drawing)]
    assert {"waist point", "navel point"} < set(words)
    assert not any(point.code in word for word in words for point in POINTS.values() if point.code)


def test_the_same_points_are_numbered_once_and_in_words_alike():
    points = of(LIBRARY.routines["Soft Landing"])
    assert len(points) == 6
    lines = described(points)
    assert [line.partition(",")[0] for line in lines] == [
        "1: back pocket point",
        "2: upper buttock point",
        "3: outer hip muscle",
    ]
    assert all(line in draw_chart(CHARTS, points, "A").description for line in lines)
    assert "left and right foot" in described([POINTS["ki3"]])[0] and "in the middle" in described([POINTS["gv4"]])[0]


def test_a_point_read_twice_is_still_one():
    point = POINTS["gb30"]
    assert draw_chart(CHARTS, [point, replace(point, press="Else.")], "A") == draw_chart(CHARTS, [point], "A")


@pytest.mark.parametrize("size", [20, 26, 34, 54])
def test_no_text_is_wider_than_the_room_measured_for_it(size):
    font = ImageFont.load_default(size)
    lines = [text for routine in LIBRARY.routines.values() for text in [routine.name, *map(str, range(30))]]
    lines += [point.name for point in POINTS.values()] + [AID, "".join(map(chr, range(33, 127)))]
    for line in lines:
        assert text_width(line, size) >= font.getlength(line), line


def test_columns_keep_the_order_and_stay_on_the_page():
    def square(scale):
        return 100 * scale, 100 * scale

    scale, boxes = columns([square] * 4, 400, 400)
    assert scale == pytest.approx(2, abs=0.01)
    assert [(round(box[0]), round(box[1])) for box in boxes] == [(0, 0), (0, 200), (200, 0), (200, 200)]
    assert all(box[2] <= 400.01 and box[3] <= 400.01 for box in boxes)


def test_a_curve_goes_through_its_spots_and_hatching_stays_in_its_box():
    spots = [(0.0, 0.0), (3.0, 5.0), (9.0, 1.0)]
    assert all(any(math.dist(spot, on) < 1e-9 for on in smooth(spots)) for spot in spots)
    for line in hatched((10, 20, 40, 90), 7):
        assert all(9.99 <= x <= 40.01 and 19.99 <= y <= 90.01 for x, y in line.points)


DAY = date(2025, 3, 30)


def marks(drawing):
    """Spots of the hollow and of the filled marks, without the two of the legend."""
    circles = [shape for shape in drawing.shapes if isinstance(shape, Circle)][2:]
    return [c.at for c in circles if c.fill == 1], [c.at for c in circles if c.fill == 0]


@pytest.mark.parametrize("count", [0, 1, 2, 5, 200])
def test_pain_is_plotted_for_any_number_of_sessions(count):
    sessions = [(datetime(2025, 1, 3, 8) + timedelta(days=1.3 * n), 7, n % 11) for n in range(count)]
    drawing = draw_pain(sessions, "Pain")
    assert_readable(drawing)
    before, after = marks(drawing)
    assert len(before) == len(after) == count
    assert all(FIELD[0] <= x <= FIELD[2] and FIELD[1] <= y <= FIELD[3] for x, y in before + after)
    assert ("no sessions yet" in words_of(drawing)) == (count == 0)


def test_less_pain_is_lower_and_later_is_further_right():
    (before, first), (after, second) = marks(draw_pain([(DAY + timedelta(days=3), 9, 0), (DAY, 6, 2)], "Pain"))
    assert before[0] == after[0] < first[0] == second[0]
    assert second[1] > after[1] > before[1] > first[1]


def test_pain_that_was_not_told_has_no_mark():
    drawing = draw_pain([(DAY, None, 3), (DAY + timedelta(days=1), 4, None)], "Pain")
    before, after = marks(drawing)
    assert len(before) == len(after) == 1
    assert "30 Mar 2025: not told before, 3 after." in drawing.description


def test_two_sessions_of_one_day_stand_apart():
    before, _ = marks(draw_pain([(DAY, 5, 3), (DAY, 5, 3), (DAY, 5, 3)], "Pain"))
    assert len({x for x, _ in before}) == 3

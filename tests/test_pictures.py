"""Pictures as files: whole or not at all, the same bytes for the same drawing, in greys, and told in words."""

import io
import json
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest
from PIL import Image, ImageChops

from voice_guide.errors import VoiceGuideError
from voice_guide.pictures import png, save, svg
from voice_guide.pictures.chart import draw_chart
from voice_guide.pictures.drawing import Circle, Drawing, Line, Text

SVG = "{http://www.w3.org/2000/svg}"
NAME = "<script>alert('&')</script>"


@pytest.fixture(scope="module")
def chart(library):
    return draw_chart(library.charts, [library.catalogue.points["gb30"]], "Back pocket")


def drawn(*shapes, title="A", size=(100, 60)):
    return Drawing(*size, title, "About it.", shapes)


def opened(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def test_an_svg_is_xml_with_a_title_and_a_description(chart):
    root = ElementTree.fromstring(svg(chart))
    assert root.tag == f"{SVG}svg" and root.get("viewBox") == "0 0 1000 1000"
    assert root.find(f"{SVG}title").text == "Back pocket"
    assert "1: back pocket point, left and right." in root.find(f"{SVG}desc").text
    named = root.get("aria-labelledby").split()
    assert [root.find(f".//*[@id='{name}']").tag for name in named] == [f"{SVG}title", f"{SVG}desc"]


def test_any_name_is_text_in_an_svg_and_no_markup(library):
    drawing = draw_chart(library.charts, [library.catalogue.points["gb30"]], f"{NAME} \x07\ud800 ñ 日")
    root = ElementTree.fromstring(svg(drawing).encode())
    assert not root.findall(f".//{SVG}script")
    assert root.find(f"{SVG}title").text == f"{NAME} \ufffd\ufffd ñ 日"


def test_a_part_of_a_page_can_be_lit_and_has_ids_of_its_own(chart):
    text = svg(chart, inline=True)
    root = ElementTree.fromstring(text)
    assert text.startswith("<svg") and root.get("aria-labelledby") == "chart-title chart-description"
    spots = [spot for spot in root.iter(f"{SVG}circle") if spot.get("class") == "spot"]
    assert sorted((spot.get("data-point"), spot.get("data-side")) for spot in spots) == sorted(
        (spot.point, spot.side) for spot in chart.spots
    )
    assert all(spot.get("fill") == "none" and spot.get("stroke") is None for spot in spots), "nothing is lit by itself"
    assert "spot" not in svg(chart).replace("find the spot", "")


def test_every_routine_is_a_valid_svg(library):
    for name, routine in library.routines.items():
        points = [step.point for step in routine.steps if step.point]
        root = ElementTree.fromstring(svg(draw_chart(library.charts, points, name)))
        assert root.find(f"{SVG}title").text == name


def test_a_text_in_an_svg_keeps_to_its_room_in_any_font():
    text = Text((10, 30), "wide", 20, bold=True)
    found = ElementTree.fromstring(svg(drawn(text))).find(f".//{SVG}text")
    assert float(found.get("textLength")) == pytest.approx(text.width, abs=0.01)


def test_a_png_has_the_size_of_the_page_and_greys_only(chart):
    image = opened(png(chart))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (1000, 1000))
    assert image.getextrema() == (0, 255)
    assert opened(png(chart, 0.36)).size == (360, 360)


def test_the_same_drawing_gives_the_same_bytes(chart):
    assert png(chart) == png(chart) and svg(chart) == svg(chart)


def test_a_png_shows_each_shape_where_it_belongs():
    image = opened(
        png(
            drawn(
                Line(((10, 10), (50, 10), (50, 50), (10, 50)), 4, fill=0.5, closed=True),
                Circle((80, 30), 10, 4, fill=1),
                Circle((80, 30), 5, 0, fill=0),
                Line(((60, 55), (100, 55)), 4, dash=10),
            )
        )
    )
    at = image.getpixel
    assert at((30, 30)) == 128 and at((10, 30)) == 0 and at((30, 9)) == 0
    assert at((80, 20)) == 0 and at((80, 30)) == 0 and at((80, 23)) == 255 and at((55, 30)) == 255
    assert [at((x, 55)) for x in (65, 75, 85, 95)] == [0, 255, 0, 255]


def test_a_circle_without_a_filling_lets_through_what_lies_under_it():
    image = opened(png(drawn(Line(((0, 0), (100, 0), (100, 60), (0, 60)), 0, fill=0.5), Circle((50, 30), 20, 4))))
    assert image.getpixel((50, 30)) == 128 and image.getpixel((30, 30)) == 0


def test_text_in_a_png_keeps_to_its_box():
    for anchor, x in [("start", 20), ("middle", 150), ("end", 280)]:
        text = Text((x, 40), "Ågreeable ’quotes’ 日", 20, anchor, bold=True)
        blank = opened(png(drawn(size=(300, 60))))
        box = ImageChops.difference(opened(png(drawn(text, size=(300, 60)))), blank).getbbox()
        left, top, right, bottom = text.box
        assert left - 1 <= box[0] and box[1] >= top - 1 and box[2] <= right + 1 and box[3] <= bottom + 1


def test_greys_stay_apart_in_ink():
    greys = [round(shade * 255) for shade in (0, 0.45, 0.93, 1)]
    assert all(later - earlier >= 15 for earlier, later in pairwise(greys))


@pytest.mark.parametrize("name", ["a.png", "a.svg", "B.PNG"])
def test_a_picture_is_saved_as_its_name_ends(name, tmp_path, chart):
    save(chart, tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    data = (tmp_path / name).read_bytes()
    assert data == (svg(chart).encode() if name.endswith("svg") else png(chart))


def test_an_unknown_ending_names_the_two_that_are_known(tmp_path, chart):
    with pytest.raises(VoiceGuideError, match=r"\.png or \.svg.*'.*a\.gif'") as caught:
        save(chart, tmp_path / "a.gif")
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_written_is_one_line_and_leaves_nothing_behind(tmp_path, chart):
    (tmp_path / "taken.png").mkdir()
    (tmp_path / "file").write_text("mine")
    for path in ["nowhere/a.png", "taken.png", "file/a.svg", f"{'n' * 300}.png", "null\0.svg"]:
        with pytest.raises(VoiceGuideError, match=r"cannot write .*; .* -o") as caught:
            save(chart, tmp_path / path)
        assert "\n" not in str(caught.value)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "taken.png"]


def test_a_full_disk_is_one_line_and_leaves_nothing_behind(tmp_path, chart):
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
        with pytest.raises(VoiceGuideError, match=r"cannot write .*; .* -o"):
            save(chart, tmp_path / "a.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


def test_a_device_is_not_replaced_by_a_picture(tmp_path, chart):
    (tmp_path / "a.png").symlink_to("/dev/null")
    with pytest.raises(VoiceGuideError, match="not a file"):
        save(chart, tmp_path / "a.png")


def test_a_picture_is_replaced_only_by_a_whole_one(tmp_path, chart):
    path = tmp_path / "a.svg"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError):
        save(Drawing(1, 1, "a", "b", (1 / 0 for _ in "x")), path)
    assert path.read_text() == "old" and len(list(tmp_path.iterdir())) == 1


def test_chart_draws_a_routine_into_the_folder_one_is_in(run, tmp_path):
    done = run("chart", "soft", "landing")
    assert (done.returncode, done.stdout, done.stderr) == (0, "soft-landing.png\n", "")
    assert opened((tmp_path / "soft-landing.png").read_bytes()).size == (1000, 1000)


def test_chart_draws_one_point_by_its_name_or_number(run, tmp_path):
    assert run("chart", "Back Pocket Point", "-o", "a.svg").stdout == "a.svg\n"
    assert run("chart", "bl 23").stdout == "bl23.png\n"
    assert ElementTree.parse(tmp_path / "a.svg").getroot().find(f"{SVG}title").text == "back pocket point"


def test_chart_asks_back_for_a_number_with_two_meanings(run, tmp_path):
    for number in ("BL54", "bl-48", "BL 47"):
        done = run("chart", number)
        assert done.returncode == 2 and "did you mean" in done.stderr and done.stdout == ""
    assert not list(tmp_path.glob("*.png"))


def test_chart_is_told_in_words_and_to_programs(run, tmp_path):
    done = run("chart", "soft landing", "--text")
    assert done.stdout.startswith("Soft Landing\n1: back pocket point, left and right. ")
    told = json.loads(run("chart", "warm spot", "--json").stdout)
    assert told["name"] == "warm spot"
    assert [(point["number"], point["id"], point["sides"], point["pressed"]) for point in told["points"]] == [
        (1, "gv4", "in the middle", True)
    ]
    assert not list(tmp_path.glob("*.png"))


def test_chart_says_in_one_line_what_it_cannot_draw(run, tmp_path):
    (tmp_path / "still.yaml").write_text("name: Stillness\nabout: Rest.\nsteps:\n  - {rest: 30}\n")
    for words, reason in [
        (("still.yaml",), "presses no point"),
        (("soft landing", "-o", "a.pdf"), ".png or .svg"),
        (("soft landing", "-o", "none/a.png"), "cannot write"),
    ]:
        done = run("chart", *words)
        assert done.returncode == 1 and reason in done.stderr and len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.glob("**/*.part"))

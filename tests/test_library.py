"""Scripts from anyone: every fault named with its line and remedy, nothing read twice, nothing unbounded."""

import os
import re
import textwrap

import pytest

from voice_guide.errors import NameUnclear, RoutineError
from voice_guide.library import Library, slug

GOOD = """\
name: Quiet River
about: A test of one hold.
steps:
  - press: palm center
    hold: 60
  - rest: 30
"""


@pytest.fixture
def faults(library, tmp_path):
    """The faults of a script, without the name of the file."""

    def faults(text):
        path = tmp_path / "mine.yaml"
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        with pytest.raises(RoutineError) as caught:
            library.read(path)
        lines = str(caught.value).splitlines()
        assert all(line.startswith(f"{path}:") for line in lines)
        return [line.removeprefix(f"{path}:") for line in lines]

    return faults


def step(line):
    return f"name: Quiet River\nabout: A test.\nsteps:\n  - {line}\n"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (GOOD.replace("hold:", "holdd:"), 5, ["'holdd'", "did you mean 'hold'?"]),
        (GOOD.replace("60", "'sixty'"), 5, ["'hold'", "'sixty'", "seconds like 90"]),
        (GOOD.replace("60", "0:30"), 5, ["'hold'", "'0:30'", "not 1:30"]),
        (GOOD.replace("60", "1:30"), 5, ["'hold'", "'1:30'", "not 1:30"]),
        (GOOD.replace("60", ".nan"), 5, ["'hold'", "'.nan'", "a real number"]),
        (GOOD.replace("60", ".inf"), 5, ["'hold'", "'.inf'", "a real number"]),
        (GOOD.replace("60", "-5"), 5, ["'hold'", "'-5'", "too small", "write more than 0"]),
        (GOOD.replace("60", "86400"), 5, ["'hold'", "'86400'", "too large", "write 3600 or less"]),
        (GOOD.replace("60", "true"), 5, ["'hold'", "'true'", "a plain number"]),
        (GOOD.replace("60", "200"), 5, ["200 seconds", "over the cap", "write 120 or less"]),
        (GOOD.replace("60", "10"), 5, ["10 seconds", "too short", "write 30 or more"]),
        (GOOD.replace("Quiet River", "no"), 1, ["'name'", "'no'", "quotes"]),
        (GOOD.replace("Quiet River", "12"), 1, ["'name'", "'12'", "quotes"]),
        (GOOD.replace("Quiet River", "''"), 1, ["'name' is empty", "write something"]),
        (GOOD.replace("palm center", "elbow"), 4, ["no point 'elbow'"]),
        (GOOD.replace("palm center", "palm centre"), 4, ["did you mean 'palm center'?"]),
        (GOOD.replace("palm center", "bl54"), 4, ["reference only", "never pressed"]),
        (GOOD.replace("palm center", "thumb web"), 4, ["reference only", "never pressed"]),
        (step("{press: flank point, tool: tennis_ball_floor}"), 4, ["no tennis_ball_floor", "kidneys", "Allowed: thumb"]),
        (step("{press: flank point, tool: hammer}"), 4, ["no tool 'hammer'"]),
        (step("{press: flank point, posture: handstand}"), 4, ["no posture 'handstand'"]),
        (step("{press: palm center, posture: prone}"), 4, ["not pressed in 'prone'", "allowed: seated_chair"]),
        (step("{press: back pocket point, tool: thumb, posture: standing_wall}"), 4, ["thumb in standing_wall"]),
        (step("{press: palm center, side: up}"), 4, ["'side'", "'up'", "write one of: left, right, both, each"]),
        (step("{press: navel point, side: left}"), 4, ["lies in the middle", "leave 'side' out"]),
        (step("{press: palm center, side: both}"), 4, ["one side at a time", "write 'each'"]),
        (step("{press: warm spot, pressure: 3}"), 4, ["pressure 3", "over the cap", "write 2"]),
        (step("{press: palm center, pressure: 5}"), 4, ["'pressure'", "'5'", "write 4 or less"]),
        (step("{press: palm center, breath: fast}"), 4, ["no breath 'fast'"]),
        (step("{press: palm center, repeat: 2}"), 4, ["pressed twice", "once in a session"]),
        (step("{press: palm center, places: [up, down, Up]}"), 4, ["pressed twice", "once in a session"]),
        (step("{press: waist point, side: both}\n  - {press: waist point, side: left}"), 5, ["pressed twice"]),
        (step("{press: palm center, for: 20}"), 4, ["'for' does not go with 'press'"]),
        (step("{rest: 20, hold: 20}"), 4, ["'hold' does not go with 'rest'"]),
        (step("{press: palm center, rest: 20}"), 4, ["press and rest", "exactly one"]),
        (step("{source: added}"), 4, ["nothing to do", "exactly one"]),
        (step("{say: Hold for 20 breaths.}"), 4, ["'20' is not spoken", "numbers as words"]),
        (step("{say: Now find BL 23.}"), 4, ["'BL 23' is not spoken", "places by their names"]),
        (step("{say: This cures your back.}"), 4, ["'cures' promises too much"]),
        (step("{say: 'Hush [[h@l''oU]] now.'}"), 4, ["'[[' is not spoken"]),
        (step('{say: "Hush \\u0007 now."}'), 4, ["'\\x07' is a control character or unknown", "plain text"]),
        (GOOD.replace("A test of one hold.", '"A \\e[31mred test."'), 2, ["'\\x1b' is a control character"]),
        (GOOD.replace("60", "0x" + "f" * 9000), 5, ["'hold'", "plain number"]),
        (step("{breathe: 3600, repeat: 20}"), 3, ["lasts 1200 minutes"]),
        (step("{say: '...'}"), 4, ["has too few words"]),
        (GOOD + "avoid: [gravity]\n", 7, ["no condition 'gravity'"]),
        (GOOD + "ending: loud\n", 7, ["no ending 'loud'", "asleep"]),
        (GOOD + "name: Twice\n", 7, ["'name' is there twice"]),
        (GOOD.replace("name: Quiet River\n", ""), 1, ["'name' is missing"]),
        ("name: A\nabout: b\nsteps: []\n", 3, ["'steps' has too few entries", "write 1 or more"]),
        ("name: A\nabout: b\nsteps: press\n", 3, ["'steps' must be a list", "'press'", "after a dash"]),
        ("- just\n- a list\n", 1, ["'the file' must hold keys", "'key: value'"]),
        ("name: [unclosed\n", 2, ["not YAML", "ends too soon", "close each quote and bracket"]),
        ("name: 'unclosed\n", 2, ["not YAML", "ends too soon", "close each quote and bracket"]),
        (step("{say: Now: breathe}").replace("{", "").replace("}", ""), 4, ["not YAML from ': breathe' on", "in quotes"]),
        (step("rest: 30\n\tsay: Rest."), 5, ["not YAML", "indent with spaces, not with tabs"]),
        (step("say: @home"), 4, ["not YAML from '@home' on", "put it in quotes"]),
        (step("say: 'It's time'"), 4, ["not YAML from 's time'' on", "check the indent, quotes and brackets"]),
        (GOOD + "---\n" + GOOD, 7, ["not YAML from '---' on", "one file is one script"]),
        ("name: !!python/object/apply:os.system ['true']\n", 1, ["'name'"]),
        ("name: !secret x\nabout: b\nsteps: []\n", 1, ["'!secret' is not read"]),
        ("", 1, ["empty"]),
        ("# only a comment\n", 1, ["empty"]),
        ("a: &x [1]\nb: *x\n", 1, ["anchors and aliases are not read"]),
        ("[" * 5000, 1, ["nested deeper than 12", "a script is flat"]),
        ("name: x\nsteps: " + "[{a: " * 5000, 2, ["nested deeper than 12", "a script is flat"]),
        ("- " * 5000, 1, ["nested deeper than 12", "a script is flat"]),
        (step("{repeat: 1.5, rest: 20}"), 4, ["'repeat'", "number"]),
        (step("{press: palm center, short: 7}"), 4, ["'short' must be yes or no, not '7'"]),
        (step("[]"), 4, ["must hold keys"]),
        (GOOD.replace("Quiet River", "x" * 61), 1, ["'name'", "too long", "write 60 letters or fewer"]),
        (GOOD + "stages: [" + "a, " * 11 + "]\n", 7, ["'stages' has too many entries", "write 10 or fewer"]),
        (GOOD + "".join(f"key{number}: 1\n" for number in range(5_000)), 4999, ["more than 10000 keys", "leave some out"]),
        ("%YAML 1.1\n---\n" + GOOD, 1, ["begins with %", "leave it out"]),
        (GOOD + "\"a\\e\": 1\n", 7, ["'\\x1b' is a control character"]),
        (GOOD.replace("60", "x" * 70), 5, ["not '" + "x" * 60 + "...'"]),
        (GOOD.replace("Quiet River", "' '"), 1, ["'name' is empty", "write something"]),
        (b"name: caf\xe9\n", 1, ["0xe9", "not UTF-8", "save the file as UTF-8"]),
        (b"\x00\x01\x02\xff\xfe", 1, ["not UTF-8"]),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), 1, ["not UTF-8"]),
        (b"about: b\nname: a\x00b\n", 2, ["not YAML", "'\\x00' is a control character", "write plain text"]),
        (b"x" * 300_000, 1, ["larger than 256 KB"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_line_value_and_remedy(faults, text, line, words):
    found = faults(text)
    hits = [f for f in found if f.startswith(f"{line}: ") and all(word in f for word in words)]
    assert hits, found


def test_every_fault_of_a_file_comes_in_one_go(faults):
    found = faults("""\
        name: no
        about: A test.
        steps:
          - {press: elbow, hold: 1:30}
          - {press: palm center, hold: -1, colour: red}
    """)
    assert [fault.split(":")[0] for fault in found] == ["1", "4", "5", "5"]
    found = faults("""\
        name: Quiet River
        about: A test.
        avoid: [gravity]
        steps:
          - {press: elbow}
          - {press: palm center, hold: 500}
          - {say: Count to 10.}
    """)
    assert [fault.split(":")[0] for fault in found] == ["3", "5", "6", "7"]


def test_a_billion_laughs_is_refused_at_once(faults):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
    bomb += "".join(f"{b}: &{b} [{','.join(['*' + a] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert "anchors" in faults(bomb)[0]


def test_many_faults_are_cut_short_in_bounded_time(library, tmp_path):
    path = tmp_path / "many.yaml"
    path.write_text(GOOD + "".join(f"key{number}: 1\n" for number in range(4_000)))
    with pytest.raises(RoutineError) as caught:
        library.read(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 51 and lines[-1] == f"{path}: 3950 more faults; mend these first"


def test_a_pipe_is_no_script(library, tmp_path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(RoutineError, match="not a file of text"):
        library.read(tmp_path / "pipe.yaml")


def test_a_session_over_half_an_hour_is_refused(faults):
    steps = "".join("  - {rest: 900}\n" for _ in range(3))
    assert "lasts" in faults(f"name: Long River\nabout: A test.\nsteps:\n{steps}")[0]


def test_a_missing_file_and_a_folder_are_said_as_such(library, tmp_path):
    with pytest.raises(RoutineError, match="no such file; `voice-guide new"):
        library.read(tmp_path / "none.yaml")
    with pytest.raises(RoutineError, match="this is a folder"):
        library.read(tmp_path)


def test_ones_own_script_stands_beside_the_shipped_ones(tmp_path):
    (tmp_path / "river.yaml").write_text(GOOD)
    routine = Library(own=tmp_path).routines["Quiet River"]
    assert routine.file == str(tmp_path / "river.yaml") and not routine.replaces


def test_ones_own_script_with_a_shipped_name_replaces_it(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD.replace("Quiet River", "hip pocket BALL"))
    library = Library(own=tmp_path)
    assert library.routines["hip pocket BALL"].replaces
    assert "Hip Pocket Ball" not in library.routines and len(library.routines) == 24
    assert library.find("hip-pocket-ball").replaces


def test_a_broken_script_of_ones_own_is_said_and_the_rest_goes_on(tmp_path):
    (tmp_path / "bad.yaml").write_text("name: no\n")
    library = Library(own=tmp_path)
    assert len(library.routines) == 24
    (line,) = library.broken
    assert "bad.yaml:1: " in line and "(and 2 more)" in line and "voice-guide check" in line


def test_everything_its_points_and_postures_ask_for_is_said(library, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text(step("{press: back pocket point}"))
    asked = library.read(path).avoid.values()
    assert "with a hip replacement" in asked and "if you feel unsteady on your feet" in asked
    path.write_text(step("{press: back pocket point}") + "avoid: [floor_hard]\n")
    assert set(library.read(path).avoid.values()) == {*asked, "if the floor is hard for you"}


def test_a_wider_condition_is_said_alone(library, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("tool: tennis_ball_floor\nposture: lying_on_ball\n" + step("{press: back pocket point}"))
    asked = library.read(path).avoid.values()
    assert "in the first six weeks of new pain" in asked and "in the first three days of new pain" not in asked


def test_a_tool_given_once_holds_for_every_step(library, tmp_path):
    path = tmp_path / "a.yaml"
    path.write_text("tool: tennis_ball_floor\nposture: lying_on_ball\n" + step("{press: back pocket point}"))
    (only,) = library.read(path).steps
    assert (only.tool.id, only.posture.id) == ("tennis_ball_floor", "lying_on_ball")


def test_a_script_is_found_by_its_path_too(library, tmp_path):
    (tmp_path / "river.yaml").write_text(GOOD)
    assert library.find(str(tmp_path / "river.yaml")).name == "Quiet River"


@pytest.mark.parametrize("code", ["BL54", "bl 48", "B-47", "bladder fifty four"])
def test_an_old_code_is_asked_back(library, code):
    with pytest.raises(NameUnclear) as caught:
        library.find(code)
    assert any("old number" in candidate for candidate in caught.value.candidates)
    assert any("new number" in candidate for candidate in caught.value.candidates)


def test_a_point_is_answered_with_the_routines_that_press_it(library):
    with pytest.raises(NameUnclear) as caught:
        library.find("SI11")
    assert caught.value.candidates == ("Golden Handful",)


def test_the_example_of_the_scripts_readme_plays(library, tmp_path, top):
    text = (top / "scripts" / "README.md").read_text(encoding="utf-8")
    path = tmp_path / "example.yaml"
    path.write_text(re.search(r"```yaml\n(.*?)```", text, re.S)[1])
    assert len([s for s in library.read(path).steps if s.point]) == 5


def test_a_slug_is_a_safe_file_name():
    assert slug("../../Etc / Passwd!") == "etc-passwd"
    assert slug("Тихая река") == "тихая-река"
    assert slug("...") == "routine"


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(("point", "stop"), [("waist point", 1), ("belt line point", 3)])
def test_one_spot_under_two_names_is_pressed_once(library, tmp_path, first, point, stop):
    path, places = tmp_path / "own.yaml", library.catalogue.words["muscle track"].places
    for chosen, again in ((places[stop], True), ("a stop of my own", True), (places[0], False)):
        steps = [f"{{press: {point}, hold: 60, tool: thumb, side: left}}"]
        steps.insert(first, f"{{press: muscle track, side: left, places: ['{chosen}']}}")
        path.write_text("name: Quiet River\nabout: A test.\nsteps:\n" + "".join(f"  - {one}\n" for one in steps))
        if not again:
            library.read(path)
            continue
        with pytest.raises(RoutineError, match=r"own.yaml:5: .*presses a spot of the .* again"):
            library.read(path)


def test_a_spot_that_is_a_point_too_is_a_point_there_is(library):
    for point in library.catalogue.points.values():
        assert not point.same or len(point.same) == len(point.places)
        assert {*point.same} - {""} <= library.catalogue.points.keys()

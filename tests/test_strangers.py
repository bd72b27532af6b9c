"""A stranger's script cannot break, exhaust, lead astray or speak in tongues: it plays, or every fault is said."""

import errno
import json
import os
import subprocess
import sys
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import fuzz_strangers
from fuzz_strangers import KEYS, SIGNS, judged, texts
from strategies import examples
from voice_guide.errors import RoutineError
from voice_guide.library import Library, slug
from voice_guide.library.document import DEEPEST, LARGEST, MOST_VALUES
from voice_guide.voices.engine import Engine, speakable

FUZZ = fuzz_strangers.__file__
GOOD = "name: Quiet River\nabout: A test.\nsteps:\n  - {rest: 30}\n"
PACKED = "name: Quiet River\nabout: A test.\nsteps: ["
SHIPPED = texts(Library(own=Path("none")))
TREES_OF = [yaml.safe_load(text) for text in SHIPPED]

# --- whatever the bytes -----------------------------------------------------------------------------------

NASTY = st.sampled_from([
    "", " ", "no", "~", "\0", "\x1b[31m", "a\nb", "a\r\u2028b", "\ud800", "\u202egnp", "\u200b", "a\u200db", "\ufeff",
    "\U000e0041", "\U0001faff", "\ue000", "[[h@l'oU]]", "［［h＠］］", "<speak>", "{name}", "%s", "../../x", "/etc/passwd",
    "CON", "-rf", "①", "²", "BL 54", "cures", "é" * 30, "\u0301" * 40, "ﷺ" * 59, "w" * 61, "x" * 601, "a. " * 199, "$ " * 290,
    "the", "set", "palm center", "left", "both", "deep_settle", "lying_on_ball", "tennis_ball_floor", "sphenopalatine",
])  # fmt: skip
NUMBERS = st.sampled_from([0, 1, -1, 2, 12, 20, 30, 90, 3600, 3601, 2**63, 10**30, 5e-324, 1e308]) | st.floats()
LEAVES = st.none() | st.booleans() | st.integers() | NUMBERS | st.text(max_size=12) | NASTY
NAMES = st.sampled_from(KEYS) | st.text(max_size=6) | NASTY
TREES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=20
)


def spots(tree):
    """Every place in a tree where something hangs: what it hangs on, and by which key or number."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in pairs:
        yield tree, key
        yield from spots(value)


@st.composite
def bent(draw):
    """A good script with something changed, taken out, doubled, renamed, moved or put in."""
    tree = deepcopy(draw(st.sampled_from(TREES_OF)))
    for _ in range(draw(st.sampled_from([1, 1, 2, 4]))):
        within, key = draw(st.sampled_from(list(spots(tree)) or [({}, "")]))
        way = draw(st.sampled_from(["like", "like", "value", "other", "gone", "key", "twice", "into"]))
        if way == "like":
            old = within.get(key) if isinstance(within, dict) else within[key]
            within[key] = draw(NUMBERS | st.floats(0.1, 200) if isinstance(old, int | float) else NASTY | st.text())
        elif way == "value":
            within[key] = draw(LEAVES | TREES)
        elif way == "other":
            elsewhere, place = draw(st.sampled_from(list(spots(tree)) or [({"": 0}, "")]))
            within[key] = deepcopy(elsewhere[place])
        elif way == "gone":
            within.pop(key, None) if isinstance(within, dict) else within.pop(key)
        elif way == "into":
            within[key] = [within.get(key)] if isinstance(within, dict) else {draw(NAMES): within[key]}
        elif isinstance(within, dict):
            within[draw(NAMES)] = within.get(key) if way == "twice" else within.pop(key, None)
        else:
            within[key:key] = deepcopy(within[key : key + 1]) * draw(st.sampled_from([1, 2, 50, 120]))
    return tree


@st.composite
def dented(draw, written):
    """The bytes of a text with lines doubled, lost, moved or spoilt, in one encoding or another."""
    lines = draw(written).split("\n")
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 3]))):
        at = draw(st.integers(0, len(lines) - 1))
        way = draw(st.sampled_from(["twice", "gone", "swap", "tab", "sign", "before", "key"]))
        line = lines[at]
        put = {
            "twice": [line, line],
            "gone": [] if len(lines) > 1 else [""],
            "swap": [lines[at - 1]],
            "tab": ["\t" + line],
            "sign": [line + draw(st.sampled_from(SIGNS))],
            "before": [draw(st.sampled_from(SIGNS)) + line],
            "key": [line.replace(":", draw(NAMES) + ":", 1)],
        }
        lines[at : at + 1] = put[way]
    text = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", "\u2028"])).join(lines)
    data = text.encode(draw(st.sampled_from(["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16"])), "surrogatepass")
    if draw(st.integers(0, 7)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.binary(max_size=8)) + data[at + draw(st.integers(0, 8)) :]
    return data


def written(trees):
    return st.builds(
        lambda tree, wide, flow: yaml.safe_dump(tree, allow_unicode=wide, default_flow_style=flow, sort_keys=False),
        trees, st.booleans(), st.booleans())  # fmt: skip


@pytest.fixture(scope="session")
def any_file(tmp_path_factory):
    return tmp_path_factory.mktemp("strange") / "any.yaml"


@given(st.binary(max_size=400) | dented(st.text(max_size=300)) | dented(written(TREES)))
@examples(150)
def test_no_bytes_text_or_tree_ends_in_anything_but_a_routine_or_its_faults(library, any_file, data):
    judged(library, any_file, data)


@given(dented(written(bent())) | dented(st.sampled_from(SHIPPED)))
@examples(200)
def test_no_change_to_a_good_script_ends_in_anything_but_a_routine_or_its_faults(library, any_file, data):
    judged(library, any_file, data)


# --- whatever the size ------------------------------------------------------------------------------------


def filled(head, one, tail="", most=LARGEST):
    """As many of one as a file may hold, each with its number in place of #."""
    room = min(most, (LARGEST - len(head) - len(tail)) // len(one.encode()))
    if "#" not in one:
        return head + one * room + tail
    parts = [one.replace("#", f"{number:x}") for number in range(room)]
    while sum(map(len, parts)) > LARGEST - len(head) - len(tail):
        del parts[-len(parts) // 10 :]
    return head + "".join(parts) + tail


def steps(line, most=100):
    """Steps that differ in a letter or two."""
    letters = (chr(97 + number // 26) + chr(97 + number % 26) for number in range(most))
    return GOOD.replace("  - {rest: 30}\n", "") + "".join(f"- {line.replace('#', pair)}\n" for pair in letters)


UNDER = MOST_VALUES // 2 - 20  # keys, each with a value
NEAREST = ", ".join(f"{key[:-1]}#: b" for key in ("posture", "pressure", "breathe", "repeat", "source", "places"))
WORST = {
    # as many of one thing as there is room for
    "keys": filled(GOOD, "#:\n"),
    "one key": filled(GOOD, "a:\n"),
    "keys in a row": filled("{", "#,", "}"),
    "merged keys": filled("{", "<<: {a: 1},", "}"),
    "items": filled(PACKED, "a,", "]"),
    "lists of lists": filled(PACKED, "[[[[[[[[]]]]]]]],", "]"),
    "lists in lines": filled("steps:\n", "- - - - -\n"),
    "maps of maps": filled(PACKED, "{say: {say: {say: {say: {}}}}},", "]"),
    "brackets": filled("", "["),
    "braces": filled("", "{"),
    "shortened places": filled(PACKED + "{press: palm center, short: [", "1,", "]}]"),
    "tags": filled(PACKED, "!a x,", "]"),
    "one tag": "--- !" + "a" * 250_000 + " x",
    "directives": filled("", "%TAG !#! a\n", "---\na\n"),
    "documents": filled("", "--- a\n"),
    "anchors": filled(PACKED, "&# a,", "]"),
    "comments": GOOD + "#\n" * 120_000,
    "empty lines": filled(GOOD, "\n"),
    "returns": filled(GOOD, "\r"),
    "marks of order": filled("", "\ufeff"),
    "colons": filled("", ": "),
    # one value as long as there is room for
    "digits": filled(PACKED + "{rest: ", "9", "}]"),
    "sixties": filled(PACKED + "{rest: 1", ":59", "}]"),
    "name": filled("steps: [{rest: 1}]\nabout: b\nname: ", "x"),
    "words": filled("steps: [{rest: 1}]\nname: b\nabout: ", "x "),
    "block": filled("steps: [{rest: 1}]\nname: b\nabout: |\n", "  a\n"),
    "escapes": filled('steps: [{rest: 1}]\nname: b\nabout: "', r"\a", '"'),
    "no end": filled("steps: [{rest: 1}]\nname: b\nabout: '", "a\n"),
    "unknown key": filled(PACKED + "{? ", "posture", ": b}]"),
    # as much as the bounds allow
    "known values": filled(GOOD, "k#: b\n", most=UNDER),
    "near keys": filled(GOOD, "aliases#:\n", most=UNDER),
    "doubled keys": filled(GOOD, "x" * 45 + ":\n", most=UNDER),
    "hidden letters": filled(GOOD + "x: [", r'"\e",', "]", most=2 * UNDER),
    "hidden keys": filled(GOOD, r'"\e#":' + "\n", most=UNDER),
    "deepest": filled(GOOD + "x: [", "[" * (DEEPEST - 3) + "]" * (DEEPEST - 3) + ",", "]", most=900),
    "near keys in steps": steps("{" + NEAREST.replace("#", "a") + ", " + NEAREST + "}"),
    "unknown names": steps("{press: back uscle mpoint #, say: 'B4', before: 'B4', tool: floor_ball_tennis, breath: tifrae}"),
    "unknown rests": steps("{rest: 1, tool: floor_ball_ten#, posture: chair_seat#, breath: evif#, part: cheek#}"),
    "places": steps("{press: palm center, hold: 30, places: [" + ",".join(f"{c}#" for c in "abcdefghijkl") + "]}"),
    "sentences": steps("{say: '" + "a. " * 198 + "#', for: 0.0001, repeat: 20}"),
    "commas": steps("{say: '" + "a, " * 198 + "#', for: 0.0001, repeat: 20}"),
    "accents": steps("{say: 'a#" + "\u0301\u0327" * 298 + "', for: 0.0001, repeat: 20}"),
    "ligatures": steps("{say: '#" + "\ufdfa" * 597 + "', for: 0.0001}"),
    "repeats": steps("{rest: 0.0001, say: #, repeat: 20}"),
    "breaths": steps("{breathe: 17, say: #}"),
    "postures": steps("{say: #, for: 1, posture: standing}\n- {say: #, for: 1, posture: seated_chair}", 50),
}  # fmt: skip


@pytest.mark.long
def test_the_worst_files_take_a_second_and_a_hundred_megabytes_at_the_most(tmp_path):
    paths = [tmp_path / f"{name}.yaml" for name in WORST]
    for path, text in zip(paths, WORST.values(), strict=True):
        path.write_text(text, encoding="utf-8", newline="")
        assert path.stat().st_size <= LARGEST, path
    (tmp_path / "larger.yaml").write_bytes(b"[" * 1_000_000)
    paths.append(tmp_path / "larger.yaml")
    done = subprocess.run([sys.executable, FUZZ, "--measure", *paths], capture_output=True, text=True, timeout=120)
    costs = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(costs) == len(paths) and not done.stderr
    for cost in costs:
        assert cost["seconds"] <= 1 and cost["megabytes"] <= 100 and cost["said"] <= 50_000, cost


# --- whatever lies in the folder --------------------------------------------------------------------------

WATCH = """
import json, sys
from pathlib import Path
from voice_guide.library import Library
opened = []
sys.addaudithook(lambda event, given: event == "open" and opened.append(str(given[0])))
library = Library(own=Path(sys.argv[1]))
print(json.dumps({"routines": list(library.routines), "broken": library.broken, "opened": opened}))
"""


@pytest.fixture
def strange(tmp_path):
    """A folder of scripts as a stranger's archive may leave it, and what lies outside."""
    folder, outside = tmp_path / "own", tmp_path / "outside"
    (folder / "parts").mkdir(parents=True)
    outside.mkdir()
    (outside / "secret.yaml").write_text(GOOD.replace("Quiet River", "Secret Garden"))
    os.mkfifo(outside / "pipe")
    (folder / "good.yaml").write_text(GOOD)
    (folder / "parts" / "kept.txt").write_text(GOOD.replace("Quiet River", "Still Lake"))
    (folder / "link.yaml").symlink_to("parts/kept.txt")
    links = {"secret": outside / "secret.yaml", "up": Path("../outside/secret.yaml"), "passwd": Path("/etc/passwd")}
    links |= {
        "zero": Path("/dev/zero"),
        "far": outside / "pipe",
        "gone": outside / "gone",
        "kernel": Path("/proc/kmsg"),
    }
    for name, target in links.items():
        (folder / f"{name}.yaml").symlink_to(target)
    (folder / "loop.yaml").symlink_to("loop.yaml")
    (folder / "nowhere.yaml").symlink_to("nothing")
    (folder / "folder.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    for name in ("a\nb", "\x1b[2J", "\u202efdp", "-rf", " ", os.fsdecode(b"\xff\xfe")):
        (folder / f"{name}.yaml").write_text("name: no\n")
    return folder, [str(folder / f"{name}.yaml") for name in links]


def test_no_link_leads_out_of_the_folder_and_no_pipe_or_device_is_opened(strange):
    folder, links = strange
    done = subprocess.run([sys.executable, "-c", WATCH, folder], capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(done.stdout)
    assert {"Quiet River", "Still Lake"} < set(found["routines"]) and "Secret Garden" not in found["routines"]
    touched = {os.path.realpath(path) for path in found["opened"]}
    assert str(folder / "good.yaml") in touched and str(folder / "parts" / "kept.txt") in touched
    assert not touched & {os.path.realpath(link) for link in links} | {str(folder / "pipe.yaml")} & touched
    left_out = [line for line in found["broken"] if line.startswith(tuple(f"{link}: " for link in links))]
    assert len(left_out) == len(links)
    assert all(f"copy the file to {folder}" in line for line in left_out)


def test_every_script_that_cannot_be_used_is_said_in_one_plain_line(strange):
    folder, links = strange
    library = Library(own=folder)
    assert len(library.routines) == 26
    others = ["loop", "nowhere", "folder", "pipe", r"a\nb", r"\x1b[2J", r"\u202efdp", "-rf", " ", r"\udcff\udcfe"]
    assert len(library.broken) == len(links) + len(others)
    assert all(line.isprintable() for line in library.broken)
    for name in others:
        (line,) = (line for line in library.broken if line.startswith(f"{folder}/{name}.yaml:1: "))
        assert f"voice-guide check {folder}/{name}.yaml" in line


def test_a_script_that_may_not_be_read_is_said(tmp_path):
    (tmp_path / "mine.yaml").write_text(GOOD)
    (tmp_path / "mine.yaml").chmod(0)
    library = Library(own=tmp_path)
    may = os.access(tmp_path / "mine.yaml", os.R_OK)  # who is root may read all
    assert ("Quiet River" in library.routines) == may
    assert may or f"cannot be read: {os.strerror(errno.EACCES).lower()}" in library.broken[0]


def test_a_folder_that_is_itself_a_link_is_the_listeners_own(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "mine.yaml").write_text(GOOD)
    (tmp_path / "own").symlink_to("real")
    assert "Quiet River" in Library(own=tmp_path / "own").routines


def test_a_thousand_scripts_and_every_strange_one_are_listed(run, strange):
    folder, links = strange
    for number in range(300):
        name = "".join(chr(97 + number // 26**place % 26) for place in range(2))
        (folder / f"good{number}.yaml").write_text(GOOD.replace("River", f"{name} brook"))
    for number in range(700):
        (folder / f"bad{number}.yaml").write_text("name: no\nsteps: [[[]]]\n")
    done = run("list", VOICE_GUIDE_SCRIPTS=str(folder))
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 26 + 300
    first, *broken = done.stderr.splitlines()
    assert "new scripts are checked" in first and len(broken) == 700 + len(links) + 10


# --- whatever the name ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("/etc/passwd", "etc-passwd"),
        (r"..\..\boot", "boot"),
        ("．．／boot", "boot"),
        (".", "routine"),
        ("..", "routine"),
        ("", "routine"),
        ("😀😀", "routine"),
        ("-rf", "rf"),
        ("--output=x", "output-x"),
        ("two\nlines\0", "two-lines"),
        ("CON", "con-routine"),
        ("com¹", "com1-routine"),
        ("nul.", "nul-routine"),
        ("a" * 300, "a" * 80),
        ("я" * 300, "я" * 40),
        ("x " * 300, "-".join("x" * 40)),
        ("\ud800x", "x"),
        ("Stra\u00dfe", "straße"),
        ("Cafe\u0301", "café"),
    ],
)
def test_a_name_becomes_a_safe_file_name(name, id):
    assert slug(name) == id


@given(st.text() | NASTY)
@settings(deadline=None)
def test_no_name_becomes_a_path_or_a_long_one(name):
    file = f"{slug(name)}.mp3"
    assert Path(file).name == file and file[0] not in ".-" and file.isprintable() and len(file.encode()) < 100


@pytest.mark.parametrize(("name", "file"), [("../../Etc Passwd", "etc-passwd.mp3"), ("CON", "con-routine.mp3")])
def test_an_export_stays_in_the_folder_whatever_the_name(run, tmp_path, name, file):
    (tmp_path / "here").mkdir()
    (tmp_path / "any.yaml").write_text(f"name: {name}\nabout: x\nsteps: [{{rest: 1}}]\n")
    done = run("export", tmp_path / "any.yaml", "--voice", "tone", "-o", tmp_path / "here")
    assert done.returncode == 0, done.stderr
    assert [path.name for path in (tmp_path / "here").iterdir()] == [file]


@pytest.mark.parametrize(("name", "file"), [("../../Up", "up"), ("-rf" + "n" * 50, "rf" + "n" * 50)])
def test_a_new_script_stays_in_the_folder_whatever_the_name(run, tmp_path, name, file):
    done = run("new", "--", name, VOICE_GUIDE_SCRIPTS=str(tmp_path / "own"))
    assert done.stdout.strip() == str(tmp_path / "own" / f"{file}.yaml")
    assert [path.name for path in (tmp_path / "own").iterdir()] == [f"{file}.yaml"]


# --- whatever the words -----------------------------------------------------------------------------------

SPELLS = {
    "[[h@l'oU]] there": "is not spoken",
    "［［h＠l'oU］］ there": "is not spoken",
    "there ]] now": "is not spoken",
    "<speak>Hush</speak>": "is not spoken",
    "＜audio src='x'/＞ Hush": "is not spoken",
    "Hush {name} now": "is not spoken",
    "Hush \x07 now": "is a control character",
    "Hush \x1b[2J now": "is a control character",
    "Hush \x85 now": "is a control character",
    "Hush \u202enow": "is a control character",
    "Hush \u2066now": "is a control character",
    "Hu\u200bsh now": "is a control character",
    "Hu\u00adsh now": "is a control character",
    "Hush \u2028 now": "is a control character",
    "Hush \U000e0041 now": "is a control character",
    "[[rate 300]] Hush": "is not spoken",
    "Hush for ② breaths": "is not spoken",
    "Hush ½ a breath": "is not spoken",
    "Breathe 😀": "'😀' is not spoken",
    "a" + " $" * 290: "'$' is not spoken",
    "§ § §": "'§' is not spoken",
    "Hush ♪ now": "'♪' is not spoken",
    "Hush Ⅳ times": "'Ⅳ' is not spoken",
    "Hush፩now": "'፩' is not spoken",
    "Hush_now": "'_' is not spoken",
    "www.example.com/?a=b": "'=' is not spoken",
    "- - -": "has too few words",
    "\u0301\u0301": "has too few words",
}


def escaped(text):
    """As YAML has any letter."""
    return '"' + "".join(f"\\U{ord(letter):08x}" for letter in text) + '"'


PLACES = {
    "name": '{{name: {}, about: x, steps: [{{rest: 1}}]}}',
    "before": '{{name: b, before: {}, about: x, steps: [{{rest: 1}}]}}',
    "say": '{{name: b, about: x, steps: [{{rest: 1, say: {}}}]}}',
    "places": '{{name: b, about: x, steps: [{{press: palm center, places: [{}]}}]}}',
    "a step's before": '{{name: b, about: x, steps: [{{press: palm center, before: {}}}]}}',
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("text", "reason"), SPELLS.items())
def test_what_an_engine_could_obey_is_refused_with_its_line(library, any_file, place, text, reason):
    any_file.write_text("# a script\n" + PLACES[place].format(escaped(text[:60])), encoding="utf-8")
    with pytest.raises(RoutineError) as caught:
        library.read(any_file)
    lines = str(caught.value).split("\n")
    assert any(line.startswith(f"{any_file}:2: ") and reason in line for line in lines), lines


@pytest.mark.parametrize("text", [*SPELLS, "[rate 300] Hush", "Hush &lt;speak&gt;", "[ [h@] ]"])
def test_what_an_engine_could_obey_never_reaches_it(text):
    words = speakable(text)
    assert words.isprintable() and not set(words) & set("[]<>") and "  " not in words


def test_text_between_brackets_is_spelled_out_not_sounded():
    engine = Engine()
    try:
        marked, plain, sounded = map(engine.speak, ("[[h@l'oU]]", "h@l'oU", "hello"))
    finally:
        engine.close()
    assert len(marked) == len(plain) > 1.5 * len(sounded)


@pytest.mark.parametrize(
    "text", ["Sit back, and rest — slowly…", "A\u00a0breath (in)", "می\u200cخواهم نفس بکشم", "धीरे से साँस लें।"]
)
def test_what_people_write_is_read(library, any_file, text):
    any_file.write_text(PLACES["say"].format(json.dumps(text, ensure_ascii=False)), encoding="utf-8")
    assert library.read(any_file).steps[0].text == text.replace("\u00a0", " ")


# --- whatever the machine ---------------------------------------------------------------------------------

PURE = """
import sys, yaml
del yaml.CSafeLoader
from pathlib import Path
from fuzz_strangers import SIGNS, judged, texts
from voice_guide.library import Library
library = Library(own=Path("none"))
assert judged(library, Path("any.yaml"), texts(library)[0].encode())
for sign in SIGNS:
    judged(library, Path("any.yaml"), f"name: {sign}".encode())
"""


def test_without_the_fast_parser_it_is_the_same(tmp_path):
    path = {**os.environ, "PYTHONPATH": str(Path(FUZZ).parent)}
    subprocess.run([sys.executable, "-c", PURE], cwd=tmp_path, env=path, check=True, timeout=60)


if find_spec("atheris"):

    def test_no_bytes_that_atheris_finds_end_in_anything_but_a_routine_or_its_faults(tmp_path):
        done = subprocess.run(
            [sys.executable, FUZZ, "-max_total_time=3"], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr[-3_000:]


BALL = "tool: tennis_ball_floor, posture: lying_on_ball"


@pytest.mark.parametrize(
    ("steps", "fault"),
    [
        ([f"{{press: back pocket point, {BALL}, side: left, places: [a, b]}}"], "has one spot on a side"),
        (
            [f"{{press: back pocket point, {BALL}, side: left, places: [{one}]}}" for one in ("a", "b")],
            "has one spot on",
        ),
        (["{press: long back muscle, places: [upper, middle, lower]}"], "has 2 spots at most on a side"),
        ([f"{{rest: 61, say: Lie on the ball., {BALL}}}"], "61 seconds on the ball without an end"),
        ([f"{{breathe: 300, say: Lie on the ball., {BALL}}}"], "300 seconds on the ball"),
        ([f"{{say: Stay on it., for: 600, {BALL}}}"], "600 seconds on the ball"),
    ],
)
def test_no_name_of_a_place_and_no_rest_makes_a_longer_hold(tmp_path, library, steps, fault):
    path = tmp_path / "mine.yaml"
    path.write_text("name: Mine\nabout: x\nsteps:\n" + "".join(f"  - {step}\n" for step in steps))
    with pytest.raises(RoutineError, match=fault):
        library.read(path)

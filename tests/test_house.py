"""The house: imports go strictly to a lower floor, and nothing heavy is loaded before it is needed."""

import ast
import re
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

FLOORS = {
    "errors": 0, "pcm": 0,
    "routine": 1, "storage": 1,
    "compiler": 2, "body": 2, "pictures": 2,
    "player": 3, "understanding": 3,
    "library": 4, "voices": 4, "devices": 4, "formats": 4, "controls": 4, "personal": 4,
    "hearing": 5, "page": 5,
    "guide": 6, "cli": 7, "__init__": 8, "__main__": 8,
}  # fmt: skip
"""Rooms on one floor are strangers."""
MOST_ROOMS = 19
PURE = (
    "errors",
    "pcm",
    "routine",
    "compiler",
    "body",
    "player",
    "understanding",
    "formats.captions",
    "controls.button",
)
PURE += tuple(f"pictures.{file}" for file in ("drawing", "plot", "chart", "panel", "picture", "views"))
"""Rooms and files that open nothing, sleep never, and know no clock."""
IMPURE = {
    "os",
    "sys",
    "time",
    "threading",
    "subprocess",
    "socket",
    "pathlib",
    "shutil",
    "tempfile",
    "signal",
    "asyncio",
}
HEAVY = {
    "pyttsx3",
    "miniaudio",
    "numpy",
    "onnxruntime",
    "hibari",
    "pydub",
    "pydantic",
    "yaml",
    "rich",
    "lameenc",
    "mutagen",
    "rapidfuzz",
    "wave",
    "PIL",
    "sqlite3",
    "pocketsphinx",
    "dbus_fast",
}
PACKAGE = Path(__file__).parents[1] / "voice_guide"
FILES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
    for path in PACKAGE.rglob("*.py")
}
"""Every module, by its name without that of the package."""


def room(module):
    return module.split(".")[0]


def imports(module):
    """Our own modules that a module imports, anywhere in it, and the top names of all others."""
    ours, others = set(), set()
    for node in ast.walk(ast.parse(FILES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{module}: imports are written out in full")
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):  # it may name modules of a package
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            found = [name for name in inner if name.removeprefix("voice_guide.") in FILES]
            names = found if len(found) == len(inner) else names
        for name in names:
            if name.startswith("voice_guide."):
                ours.add(name.removeprefix("voice_guide."))
            elif name != "voice_guide":
                others.add(name.split(".")[0])
    return ours, others


def test_imports_go_strictly_to_a_lower_floor():
    for module in FILES:
        for other in imports(module)[0]:
            if room(other) != room(module):
                assert FLOORS[room(other)] < FLOORS[room(module)], f"{module} imports {other}"


def test_inside_a_room_too_no_file_is_above_and_below_another():
    TopologicalSorter({module: imports(module)[0] for module in FILES}).prepare()


def test_the_command_line_knows_the_guide_and_nothing_below_it():
    known = ("cli", "guide", "errors")
    for module, path in FILES.items():
        if room(module) != "cli":
            continue
        text = re.sub(r"\nif TYPE_CHECKING:\n(    .*\n)+", "\n", path.read_text(encoding="utf-8"))
        assert {room(other) for other in re.findall(r"(?:from|import) voice_guide\.([\w.]+)", text)} <= {*known}, module


def test_every_room_has_a_floor_and_they_are_few():
    rooms = {room(module) for module in FILES}
    assert rooms == set(FLOORS)
    assert sum(not name.startswith("__") for name in rooms) <= MOST_ROOMS


def test_the_core_opens_nothing_and_knows_no_clock():
    for module, path in FILES.items():
        if module in PURE or room(module) in PURE:
            ours, others = imports(module)
            assert not others & IMPURE, module
            assert not re.search(r"\b(open|print|input)\(", path.read_text(encoding="utf-8")), module
            for other in ours:
                assert other in PURE or room(other) in PURE, f"{module} imports {other}"


def test_help_comes_without_loading_anything_heavy():
    code = f"import sys, voice_guide.cli; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_plays_takes_no_numpy_in_and_keeps_it_from_nobody():
    code = "import sys; from voice_guide.devices import lean; assert lean.miniaudio().PlaybackDevice; "
    code += "assert 'numpy' not in sys.modules; import numpy"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_every_module_states_its_promise():
    for module, path in FILES.items():
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), module

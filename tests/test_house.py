"""The house: imports go strictly to a lower floor, and nothing heavy is loaded before it is needed."""

import ast
import re
import subprocess
import sys
from pathlib import Path

FLOORS = {
    "errors": 0, "pcm": 0, "soundcard": 0,
    "routine": 1, "names": 1, "drawing": 1, "habits": 1, "vocabulary": 1,
    "script": 2, "safety": 2, "choices": 2, "chart": 2, "plot": 2,
    "timeline": 3, "profile": 3,
    "session": 4, "fit": 4, "resume": 4, "captions": 4,
    "player": 5, "whole": 5, "kept": 5,
    "library": 6, "voices": 6, "sinks": 6, "controls": 6, "personal": 6, "pictures": 6, "page": 6, "hearing": 6,
    "cli": 7, "__main__": 8, "__init__": 0,
}  # fmt: skip
HEAVY = {
    "pyttsx3",
    "miniaudio",
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
    "dbus_next",
}
OPENS_FILES = {"whole", "kept"}
"""Those below the adapters that do, for all of them."""
PURE = {"os", "sys", "time", "threading", "subprocess", "socket", "pathlib", "shutil", "tempfile", "signal", "asyncio"}
PACKAGE = Path(__file__).parents[1] / "voice_guide"


def room(path):
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imports(path):
    """Our own modules that a file imports, anywhere in it, and the top names of all others."""
    ours, others = set(), set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            raise AssertionError(f"{path}: imports are written out in full")
        names = [node.module] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module == "voice_guide":
            names = [f"voice_guide.{alias.name}" for alias in node.names if alias.name in FLOORS]
        for name in names:
            if name.startswith("voice_guide."):
                ours.add(name.split(".")[1])
            else:
                others.add(name.split(".")[0])
    return ours, others


def test_imports_go_strictly_to_a_lower_floor():
    for path in PACKAGE.rglob("*.py"):
        here = room(path)
        for other in imports(path)[0] - {here}:
            assert FLOORS[other] < FLOORS[here], f"{path.relative_to(PACKAGE)} imports {other}"


def test_every_room_has_a_floor():
    rooms = {room(path) for path in PACKAGE.rglob("*.py")}
    assert rooms == set(FLOORS)


def test_the_core_opens_nothing_and_knows_no_clock():
    for path in PACKAGE.rglob("*.py"):
        if FLOORS[room(path)] in range(1, 6) and room(path) not in OPENS_FILES:
            assert not imports(path)[1] & PURE, path.name
            assert not re.search(r"\b(open|print|input)\(", path.read_text(encoding="utf-8")), path.name


def test_help_comes_without_loading_anything_heavy():
    code = f"import sys, voice_guide.cli; print(sorted({HEAVY!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_module_states_its_promise():
    for path in PACKAGE.rglob("*.py"):
        assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path

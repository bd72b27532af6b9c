"""What may come of a stranger's script, whatever its bytes: a routine that plays, or its faults, one line each.

python tests/fuzz_strangers.py -runs=20000     look for bytes that break this, where atheris is installed
python tests/fuzz_strangers.py --measure FILE  the seconds and megabytes that each file takes, as JSON
"""

import inspect
import json
import os
import re
import sys
import tempfile
import time
from functools import cache
from itertools import pairwise
from pathlib import Path

from voice_guide.compiler import script, timeline
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import JOINERS, USUAL_RATE
from voice_guide.compiler.timeline import Timeline, lay, sketch
from voice_guide.errors import NameUnclear, RoutineError
from voice_guide.library import Library, document, steps
from voice_guide.library.document import MOST_FAULTS
from voice_guide.pcm import seconds
from voice_guide.understanding import names
from voice_guide.understanding.names import Entry, Names
from voice_guide.voices.engine import LONGEST, speakable
from voice_guide.voices.tone import Tone

TALKS = ("full", "short", "bells")
KEYS = (
    *("name", "about", "steps", "aliases", "source", "avoid", "fits", "stages", "before", "ending", "tool", "posture"),
    *("press", "rest", "breathe", "say", "for", "hold", "side", "part", "places", "pressure", "breath", "repeat"),
    "short",
)
SIGNS = (
    *("[[", "]]", "<", "&a", "*a", "!!str", "%TAG", "---", "...", "? ", "- ", "|\n", ">\n", "\ufeff", "\r"),
    *('"\\u202e"', '"\\ud800"', '"\\Uffffffff"'),
)


def texts(library):
    """Good scripts to start from, as a stranger may write them: `fits` is for shipped ones alone."""
    paths = [*sorted((library.shipped / "routines").glob("*.yaml")), library.shipped / "new.yaml"]
    return [re.sub("(?m)^fits: .*\n", "", path.read_text(encoding="utf-8")) for path in paths]


def judged(library, path, data):
    """The routine of a file of these bytes, None where it is refused; AssertionError where it is neither."""
    path.write_bytes(data)
    try:
        routine = library.read(path, mine=True)
    except RoutineError as error:
        lines = str(error).split("\n")
        assert len(lines) <= MOST_FAULTS + 1
        for line in lines:
            assert line.startswith(f"{path}:") and line.isprintable() and len(line) < 1_000, line
        return None
    assert re.fullmatch(r"\w+(-\w+)*", routine.id) and len(f"{routine.id}.mp3".encode()) < 100, routine.id
    for talk in TALKS:
        plan = compile_script(routine, library.phrases, talk=talk)
        for cue in plan.cues:
            words = speakable(cue.text)
            assert words.isprintable() and not set(words) & set("[]<>") and len(words) <= LONGEST, words
        speak = cache(Tone(USUAL_RATE).speak)
        laid = Timeline(tuple(lay((cue, speak(cue.text)) for cue in plan.cues)))
        assert 0 < seconds(laid.length) <= library.catalogue.limits.session
        assert all(letter.isprintable() or letter in JOINERS for letter in "".join(plan.titles + plan.wheres))
        held = [cue.kind for cue in plan.cues if not cue.optional]
        assert all(after == "release" for kind, after in pairwise(held) if kind == "press")
    known = Names([Entry(routine.name, routine.aliases)])
    for name in (routine.name, *routine.aliases):
        try:
            assert known.find(name) == routine.name
        except NameUnclear as error:
            assert str(error).isprintable()
    return routine


def measured(library, path):
    """The cost of reading and compiling one file in a process of its own: seconds of work, megabytes at the most."""
    before = peak()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        start, begun = peak(), time.process_time()
        try:
            sketch(compile_script(library.read(path, mine=True), library.phrases).cues)
            said = 0
        except RoutineError as error:
            said = len(str(error))
        cost = {"seconds": time.process_time() - begun, "megabytes": before + peak() - start, "said": said}
        os.write(writing, json.dumps(cost | {"file": path.stem}).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        cost = json.loads(answer.read() or '{"died": true}')
    os.waitpid(child, 0)
    return cost


def peak():
    """The most memory of this process so far, in megabytes."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024


def ours():
    """Every function of the code that reads scripts and compiles them."""
    for module in (document, steps, names, script, timeline):
        for part in vars(module).values():
            yield from (one for one in (part, *getattr(part, "__dict__", {}).values()) if inspect.isfunction(one))


def fuzz(arguments):
    """Bytes of every shape, from the shipped scripts on, with what the code does with them as the guide."""
    import atheris

    library = Library(own=Path("none"))
    with tempfile.TemporaryDirectory() as folder:
        words, corpus = Path(folder, "words.dict"), Path(folder, "corpus")
        words.write_text(
            "\n".join(json.dumps(word) for word in (*KEYS, *library.catalogue.words) if word.isascii()),
            encoding="utf-8",
        )
        corpus.mkdir()
        for number, text in enumerate(texts(library)):
            (corpus / f"{number}").write_text(text, encoding="utf-8")
        path = Path(folder, "any.yaml")
        for part in ours():
            atheris.instrument_func(part)
        atheris.Setup(
            [sys.argv[0], f"-dict={words}", "-timeout=5", *arguments, str(corpus)],
            lambda data: judged(library, path, data),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        library = Library(own=Path("none"))
        for name in sys.argv[2:]:
            print(json.dumps(measured(library, Path(name))), flush=True)
    else:
        fuzz(sys.argv[1:])

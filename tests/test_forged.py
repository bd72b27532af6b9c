"""Entries of the cache that somebody made on purpose, each well sealed: a miss or a sound, and never anything worse."""

import os
import resource
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import Hum
from strategies import examples
from voice_guide.formats.joined import Encoded
from voice_guide.formats.xing import FRAME
from voice_guide.guide import Guide
from voice_guide.library.checked import LARGEST as LARGEST_SCRIPT
from voice_guide.pcm import RATE, WIDTH, length
from voice_guide.pictures import is_png, png
from voice_guide.pictures.drawing import Drawing
from voice_guide.storage.kept import CHECKED, FRAMES, LARGEST, PICTURE, SOUND, Kept, named, verify
from voice_guide.voices.cache import Remembering, entry_name
from voice_guide.voices.engine import LONGEST

SCRIPT = "name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, side: left, hold: 30}\n"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")
KINDS = (SOUND, FRAMES, PICTURE, CHECKED)


@cache
def honest():
    """A stream as it is kept."""
    kept = Saved()
    Encoded(Hum(), kept).length("Breathe in.")
    return kept.saved


class Saved(Kept):
    """Keeps nothing but what it was given last."""

    def __init__(self, saved=b""):
        super().__init__(Path("none"))
        self.saved = saved

    def load(self, name, private=False):
        return self.saved

    def store(self, name, data, private=False):
        self.saved = data


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A short routine exported with all that is kept of it; its bytes."""
    home = tmp_path_factory.mktemp("home")
    (home / "short.yaml").write_text(SCRIPT)
    return home, exported(home)


def exported(home):
    with Guide("tone", scripts=home / "own", data=home / "data", cache=home / "cache", tell=pytest.fail) as guide:
        guide.prepare(str(home / "short.yaml"), heard=False).export(home / "short.mp3")
    return (home / "short.mp3").read_bytes()


def sparse(entry):
    with entry.open("wb") as file:
        file.truncate(3 << 30)


def link_to(target):
    return lambda entry: entry.symlink_to(target)


IN_ITS_PLACE = {
    "nothing": lambda entry: entry.touch(),
    "one byte": lambda entry: entry.write_bytes(b"x"),
    "its digest alone": lambda entry: entry.write_bytes(bytes(32)),
    "three sparse gigabytes": sparse,
    "a pipe": os.mkfifo,
    "a folder": lambda entry: (entry / "in" / "it").mkdir(parents=True),
    "a link to a device": link_to("/dev/zero"),
    "a link to a terminal": link_to("/dev/tty"),
    "a link to itself": lambda entry: entry.symlink_to(entry.name),
    "a link to a file without end": link_to("/proc/kmsg"),
    "a link elsewhere": link_to("/etc/passwd"),
}


@POSIX
@pytest.mark.parametrize("what", IN_ITS_PLACE)
@pytest.mark.parametrize("ending", KINDS)
def test_what_is_no_entry_is_a_miss_and_is_removed(tmp_path, what, ending):
    entry = tmp_path / named(ending, "x")
    IN_ITS_PLACE[what](entry)
    assert Kept(tmp_path).load(entry.name) == b""
    assert verify(tmp_path) == [entry] and not os.path.lexists(entry)


@POSIX
@pytest.mark.long
@pytest.mark.parametrize("what", IN_ITS_PLACE)
def test_whatever_is_in_the_place_of_every_entry_the_file_is_the_same(home, what):
    folder, expected = home
    entries = list((folder / "cache").iterdir())
    assert {entry.suffix for entry in entries} == {*KINDS}
    for entry in entries:
        Kept(entry.parent).store(entry.name, b"")  # takes the place of a folder, too
        entry.unlink()
        IN_ITS_PLACE[what](entry)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, hard))
    try:
        assert exported(folder) == expected
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert verify(folder / "cache") == []


SEALED = [b"", b"x", b"xyz", b"\0" * 8, b"\xff" * 8, b"\xff" * 9, struct.pack("<II", 2**32 - 1, 0)]
SEALED += [struct.pack("<II", 1, 2**31), struct.pack("<II", 1, 4) + b"\xff" * 100, b"[" * 100_000, b'{"id":' * 9_000]
SEALED += [b"\x89PNG\r\n\x1a\n", bytes(1 << 20), bytes(LARGEST[CHECKED] + 1), b"9" * 5_000, b"[]," * 300_000]


@pytest.mark.long
@pytest.mark.parametrize("data", SEALED, ids=lambda data: f"{data[:8]!r}{len(data)}")
def test_whatever_is_well_sealed_in_every_entry_there_is_a_file(home, data):
    folder, _ = home
    for entry in list((folder / "cache").iterdir()):
        Kept(entry.parent).store(entry.name, data, private=entry.suffix == CHECKED)
    assert exported(folder)
    verify(folder / "cache")


@examples(100)
@given(data=st.binary(max_size=40) | st.builds(struct.Struct("<II").pack, *[st.integers(0, 2**32 - 1)] * 2))
def test_of_any_bytes_a_stream_is_whole_or_made_anew(data):
    assert Encoded(Hum(), Saved(data)).length("Breathe in.") == 1100


@examples(100)
@given(st.integers(0, 10**6), st.integers(0, 255), st.booleans())
def test_a_good_stream_with_another_byte_is_as_long_as_its_frames_or_made_anew(at, byte, cut):
    data = bytearray(honest())
    data[at % len(data)] = byte
    kept = Saved(bytes(data[: at % len(data)] if cut else data))
    encoded = Encoded(Hum(), kept)
    said = encoded._all_of("Breathe in.")
    assert sum(said.stream.sizes) == len(said.stream.data)
    assert 0 <= len(said.stream.sizes) * FRAME - said.length < 4 * FRAME


@pytest.mark.parametrize("data", [b"x", b"abc", bytes(WIDTH * 50 + 1)])
def test_half_a_frame_is_no_sound(tmp_path, data):
    voice = Remembering(Hum(), tmp_path)
    Kept(tmp_path).store(entry_name(Hum(), "Out."), data)
    assert length(voice.speak("Out.")) == 400 and voice.misses == 1


def test_a_picture_is_as_large_as_ours_and_holds_nothing_else():
    drawing = Drawing(50, 40, "A line", "", ())
    good, (head, body, end) = png(drawing), (slice(0, 33), slice(33, -12), slice(-12, None))
    assert is_png(good, drawing) and not is_png(png(Drawing(50, 41, "A line", "", ())), drawing)
    for bad in (b"", good[:-1], good + b"x", good[head], good[head] + good[end] * 2, good[head] + b"\xff" * 50):
        assert not is_png(bad, drawing)
    text = struct.pack(">I", 4) + b"zTXtabcd" + bytes(4)
    assert not is_png(good[head] + text + good[body] + good[end], drawing)
    nothing = bytes(4) + b"IDAT" + bytes.fromhex("35af061e")
    assert is_png(good[head] + nothing * 80_000 + good[end], drawing)  # in no time, and a player shows nothing


def test_what_is_too_large_is_neither_kept_nor_read(tmp_path):
    kept = Kept(tmp_path)
    for ending in KINDS:
        name = named(ending, "x")
        kept.store(name, bytes(LARGEST[ending] + WIDTH))
        assert not (tmp_path / name).exists()
        kept.store(name, bytes(LARGEST[ending]))
        assert len(kept.load(name)) == LARGEST[ending]
    assert verify(tmp_path) == [] and not kept.warning


def test_whatever_is_honest_is_not_too_large():
    """The slowest voice takes a quarter of a second for a letter, at the most."""
    assert LARGEST[SOUND] > LONGEST / 4 * RATE * WIDTH
    assert LARGEST[CHECKED] >= 8 * LARGEST_SCRIPT


def test_one_that_is_huge_takes_no_memory(tmp_path):
    entry = tmp_path / named(SOUND, "x")
    sparse(entry)
    code = f"""
import resource, sys
from pathlib import Path
from voice_guide.storage.kept import Kept, verify
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert Kept(Path({str(tmp_path)!r})).load({entry.name!r}) == b""
assert len(verify(Path({str(tmp_path)!r}))) == 1
assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2_000
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

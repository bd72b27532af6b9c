import errno
import os
import resource
import shutil
import subprocess
import sys
import wave
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import pytest
from mutagen.mp3 import MP3

from fakes import Tape
from test_mp3 import own_mounts
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import lay
from voice_guide.errors import VoiceError
from voice_guide.pcm import RATE, WIDTH, Pcm, length, silence
from voice_guide.player import play
from voice_guide.player.session import Session
from voice_guide.storage.kept import cache_folder, clear, info, verify
from voice_guide.voices import open_voice
from voice_guide.voices.cache import Remembering
from voice_guide.voices.rendering import Ahead

TEXTS = ("Breathe in.", "And slowly out.", "Release.")


class Parrot:
    """A voice that counts what it says, each time in another tone."""

    def __init__(self, key="parrot"):
        self.key = key
        self.said = []
        self.closed = False

    def speak(self, text) -> Pcm:
        self.said.append(text)
        return (100 + len(self.said)).to_bytes(2, "little") * (len(text) * 50)

    def close(self):
        self.closed = True


class Mute(Parrot):
    """An engine with which something is wrong."""

    def speak(self, text):
        raise VoiceError("no larynx")


@pytest.fixture
def entry(tmp_path):
    """One good entry; the folder holds nothing else."""
    Remembering(Parrot(), tmp_path).speak("Breathe in.")
    (path,) = tmp_path.iterdir()
    return path


def test_a_second_run_renders_nothing_and_says_the_same_to_the_bit(tmp_path):
    folder = tmp_path / "new" / "folder"
    first, second = Remembering(Parrot(), folder), Remembering(Mute(), folder)
    said = [first.speak(text) for text in TEXTS]
    assert [second.speak(text) for text in TEXTS] == said
    assert (first.hits, first.misses, second.hits, second.misses) == (0, 3, 3, 0)
    assert not first.warning


def test_the_real_voice_is_remembered_to_the_bit(tmp_path):
    with closing(open_voice()) as voice:
        cold = [Remembering(voice, tmp_path).speak(text) for text in TEXTS]
        mute = Mute(voice.key)
    assert [Remembering(mute, tmp_path).speak(text) for text in TEXTS] == cold


def test_another_voice_or_other_words_are_another_entry(tmp_path):
    voices = [Parrot(key) for key in ("one", "two")]
    for voice in voices:
        for text in (*TEXTS, *TEXTS):
            Remembering(voice, tmp_path).speak(text)
    assert [voice.said for voice in voices] == [list(TEXTS)] * 2
    assert info(tmp_path).entries == 6


def test_an_entry_is_a_wav_file_that_any_player_plays(entry):
    with wave.open(str(entry)) as wav:
        assert (wav.getframerate(), wav.getsampwidth(), wav.getnchannels()) == (RATE, WIDTH, 1)
        said = Remembering(Mute(), entry.parent).speak("Breathe in.")
        assert wav.readframes(wav.getnframes()) == said


def flip(entry, at):
    bytes_ = bytearray(entry.read_bytes())
    bytes_[at] ^= 1
    entry.write_bytes(bytes_)


def folder_in_its_place(entry):
    entry.unlink()
    entry.mkdir()
    (entry / "file").write_text("")


def link_to_nowhere(entry):
    entry.unlink()
    entry.symlink_to("nowhere")


def pipe_in_its_place(entry):
    entry.unlink()
    os.mkfifo(entry)


def good_but_for(text, key="parrot"):
    """A breakage: in its place the good entry of other words or of another voice."""

    def breakage(entry):
        Remembering(Parrot(key), entry.parent / "other").speak(text)
        (other,) = (entry.parent / "other").iterdir()
        other.replace(entry)
        other.parent.rmdir()

    return breakage


BREAKAGES = {
    "truncated": lambda entry: os.truncate(entry, entry.stat().st_size - 1000),
    "one byte short": lambda entry: os.truncate(entry, entry.stat().st_size - 1),
    "empty": lambda entry: os.truncate(entry, 0),
    "a header alone": lambda entry: os.truncate(entry, 44),
    "one byte long": lambda entry: entry.write_bytes(entry.read_bytes() + b"\0"),
    "a flipped sample": lambda entry: flip(entry, 300),
    "a flipped digest": lambda entry: flip(entry, -1),
    "wrong rate": lambda entry: flip(entry, 24),
    "a folder": folder_in_its_place,
    "a link to nowhere": link_to_nowhere,
    "a pipe": pipe_in_its_place,
    "three gigabytes": lambda entry: os.truncate(entry, 3 << 30),
    "noise": lambda entry: entry.write_bytes(b"RIFF" * 1000),
    "what another cue says": good_but_for("Release."),
    "what another voice says": good_but_for("Breathe in.", "cockatoo"),
}


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_a_broken_entry_is_a_miss_and_is_replaced(entry, breakage):
    BREAKAGES[breakage](entry)
    again = Remembering(Parrot(), entry.parent)
    sound = again.speak("Breathe in.")
    assert (again.hits, again.misses, again.warning) == (0, 1, "")
    assert Remembering(Mute(), entry.parent).speak("Breathe in.") == sound
    assert list(entry.parent.iterdir()) == [entry]


@pytest.mark.parametrize("breakage", BREAKAGES)
def test_verify_removes_what_is_broken_and_nothing_else(entry, breakage):
    Remembering(Parrot(), entry.parent).speak("Release.")
    BREAKAGES[breakage](entry)
    assert verify(entry.parent) == [entry]
    assert verify(entry.parent) == []
    assert info(entry.parent).entries == 1


def test_a_voice_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(VoiceError):
        Remembering(Mute(), tmp_path).speak("Breathe in.")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_takes_nothing_does_not_stop_the_voice_and_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    voice = Remembering(Parrot(), tmp_path / "file")
    assert all(length(voice.speak(text)) == len(text) * 50 for text in TEXTS)
    assert str(tmp_path / "file") in voice.warning
    assert "VOICE_GUIDE_CACHE" in voice.warning
    assert "\n" not in voice.warning


def test_a_full_disk_does_not_stop_the_voice_and_leaves_no_half_file(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    voice = Remembering(Parrot(), tmp_path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, hard))
    try:
        sound = voice.speak("Breathe in.")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert length(sound) == len("Breathe in.") * 50
    assert "too large" in voice.warning
    assert list(tmp_path.iterdir()) == []


SHARER = """
import sys
from pathlib import Path
from voice_guide.storage.kept import clear
from voice_guide.voices.cache import Remembering
class Parrot:
    key = "parrot"
    def speak(self, text):
        return sys.argv[2].encode() * 2 * 20_000
folder = Path(sys.argv[1])
for round in range(60):
    voice = Remembering(Parrot(), folder)
    for text in ("Breathe in.", "Out.", "Release."):
        sound = voice.speak(text)
        assert sound in (b"aa" * 20_000, b"bb" * 20_000), "torn"
        assert not voice.warning, voice.warning
    if round % 7 == 0:
        clear(folder)
"""


def test_processes_that_write_and_clear_the_same_entries_never_hear_half_of_one(tmp_path):
    pipes = {"stderr": subprocess.PIPE, "text": True}
    sharers = [subprocess.Popen([sys.executable, "-c", SHARER, tmp_path, who], **pipes) for who in "ab"]
    assert [sharer.communicate(timeout=60)[1] for sharer in sharers] == ["", ""]
    assert verify(tmp_path) == []
    assert info(tmp_path).entries == len(list(tmp_path.iterdir())) == 3


KILLED = """
import os, random, select, signal, sys
from pathlib import Path
from voice_guide.storage.kept import clear
from voice_guide.voices.cache import Remembering
class Parrot:
    key = "parrot"
    def speak(self, text):
        return text.encode() * 30_000
folder, chance = Path(sys.argv[1]), random.Random(5)
for _ in range(50):
    child = os.fork()
    while not child:
        clear(folder)
        for text in ("Breathe in.", "Out.", "Release."):
            Remembering(Parrot(), folder).speak(text)
    select.select([], [], [], 0.001 + chance.random() / 50)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for text in ("Breathe in.", "Out.", "Release."):
        assert Remembering(Parrot(), folder).remembered(text) in (b"", Parrot().speak(text)), "torn"
"""


def test_of_a_process_killed_at_any_instant_no_half_entry_is_ever_heard(tmp_path):
    subprocess.run([sys.executable, "-c", KILLED, tmp_path], check=True, timeout=60)
    assert verify(tmp_path) == []
    left = [path for path in tmp_path.iterdir() if path.suffix != ".wav"]
    assert left and all(path.suffix == ".part" for path in left), "no process was killed while it wrote"
    for path in left:
        os.utime(path, (0, 0))
    assert verify(tmp_path) == []
    assert not any(path.exists() for path in left)


def test_exports_at_once_share_one_cold_folder(tmp_path):
    script = (
        "name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, side: left, hold: 30}\n"
    )
    (tmp_path / "short.yaml").write_text(script)
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
        "VOICE_GUIDE_CACHE": str(tmp_path / "c"),
    }
    command = [sys.executable, "-m", "voice_guide", "export", "short.yaml", "--voice", "espeak", "-o"]
    pipes = {"cwd": tmp_path, "env": env, "stderr": subprocess.PIPE, "stdout": subprocess.DEVNULL, "text": True}
    exports = [subprocess.Popen([*command, f"{number}.mp3"], **pipes) for number in range(4)]
    assert [(export.communicate(timeout=60)[1], export.returncode) for export in exports] == [("", 0)] * 4
    lengths = [MP3(tmp_path / f"{number}.mp3").info.length for number in range(4)]
    assert max(lengths) - min(lengths) < 0.5 < 20 < min(lengths)  # eSpeak never says a cue twice quite alike
    assert verify(tmp_path / "c") == []
    assert info(tmp_path / "c").entries == len(list((tmp_path / "c").iterdir())) >= 5


def test_a_folder_deleted_again_and_again_never_stops_a_session(library, tmp_path):
    plan = compile_script(library.routines["Muscle Truce"], library.phrases)
    parrot, folder, over = Parrot(), tmp_path / "cues", Event()

    def delete():
        while not over.is_set():
            shutil.rmtree(folder, ignore_errors=True)

    vandal = Thread(target=delete)
    vandal.start()
    try:
        ahead = Ahead(plan, library.phrases, Remembering(parrot, folder))
        session, tape = Session(), Tape()
        while not (ahead.ready(whole=True) and ahead.deliver(session)):
            pass
    finally:
        over.set()
        vandal.join()
    play(session, tape)
    sounds = {text: number.to_bytes(2, "little") * (len(text) * 50) for number, text in enumerate(parrot.said, 101)}
    assert ahead.fault is None
    whole = lay((cue, sounds[cue.text]) for cue in plan.cues)
    assert tape.sound == b"".join(clip.sound + silence(clip.length - length(clip.sound)) for clip in whole)


NOBODY = """
import os
from pathlib import Path
from voice_guide.storage.kept import verify
from voice_guide.voices.cache import Remembering
if os.getuid() == 0:  # whom no permission binds
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
class Parrot:
    key = "parrot"
    def speak(self, text):
        return b"cd" * 500
for folder in ("unreadable entry", "read-only folder", "closed folder"):
    voice = Remembering(Parrot(), Path(folder))
    said = [voice.speak("Breathe in.").count(b"cd"), voice.speak("Release.").count(b"cd")]
    print(said, voice.hits, voice.warning.partition(": ")[2])
print(verify(Path("unreadable entry")))
"""


def test_what_may_not_be_read_or_written_is_a_miss_and_told(tmp_path):
    tmp_path.chmod(0o755)
    modes = {"unreadable entry": (0o777, 0), "read-only folder": (0o555, 0o444), "closed folder": (0, 0)}
    for name, (folder_mode, entry_mode) in modes.items():
        folder = tmp_path / name
        Remembering(Parrot(), folder).speak("Breathe in.")
        for entry in folder.iterdir():
            entry.chmod(entry_mode)
        folder.chmod(folder_mode)
    done = subprocess.run([sys.executable, "-c", NOBODY], cwd=tmp_path, capture_output=True, text=True, check=False)
    for name in modes:
        (tmp_path / name).chmod(0o755)
    remedy = f"{os.strerror(errno.EACCES)}; set VOICE_GUIDE_CACHE to another folder"
    told = ["[500, 500] 0 ", f"[0, 500] 1 {remedy}", f"[500, 500] 0 {remedy}", "[]"]
    assert (done.stdout.splitlines(), done.stderr) == (told, "")


SMALL_DISK = """
import os
from pathlib import Path
from voice_guide.storage.kept import verify
from voice_guide.voices.cache import Remembering
class Parrot:
    key = "parrot"
    def speak(self, text):
        return b"cd" * 10_000
def say(*texts):
    voice = Remembering(Parrot(), Path("disk"))
    whole = all(voice.speak(text) == b"cd" * 10_000 for text in texts)
    kept = [path for path in Path("disk").iterdir() if path.name != "filler"]
    print(whole, voice.hits, voice.warning.partition(": ")[2].partition(";")[0], len(kept))
say("Breathe in.")
say("Breathe in.", "Out.", "Release.", "Rest.")
with open("disk/filler", "wb", buffering=0) as filler:
    try:
        while True:
            filler.write(b"full")
    except OSError:
        pass
say("Breathe in.", "Come off.")
os.unlink("disk/filler")
print(verify(Path("disk")))
os.system("mount -o remount,ro disk")
say("Breathe in.", "Come off.")
"""


@pytest.mark.device
def test_a_full_or_a_read_only_disk_costs_no_word(tmp_path):
    (tmp_path / "disk").mkdir()
    command = f"mount -t tmpfs -o size=64k tmpfs disk && exec '{sys.executable}' -c '{SMALL_DISK}'"
    shell = [*own_mounts(), "sh", "-c", command]
    done = subprocess.run(shell, cwd=tmp_path, capture_output=True, text=True, check=False)
    full, read_only = os.strerror(errno.ENOSPC), os.strerror(errno.EROFS)
    told = ["True 0  1", f"True 1 {full} 3", f"True 1 {full} 3", "[]", f"True 1 {read_only} 3"]
    assert (done.stdout.splitlines(), done.stderr) == (told, "")


def test_clear_removes_the_entries_and_leaves_what_is_not_ours(entry):
    for name in ("README.md", "song.wav", f"{'a' * 64}.mp3"):
        (entry.parent / name).write_text("mine")
    assert info(entry.parent).bytes == entry.stat().st_size
    assert clear(entry.parent) == 1
    assert {path.name for path in entry.parent.iterdir()} == {"README.md", "song.wav", f"{'a' * 64}.mp3"}


@pytest.mark.parametrize("tidy", [clear, verify])
def test_what_a_killed_process_left_is_removed_after_a_day(tmp_path, tidy):
    old, young = tmp_path / f".{'0' * 16}.part", tmp_path / f".{'1' * 16}.part"
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    tidy(tmp_path)
    assert list(tmp_path.iterdir()) == [young]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path):
    missing = tmp_path / "missing"
    assert (info(missing).entries, verify(missing), clear(missing)) == (0, [], 0)
    assert not missing.exists()


def test_it_closes_the_voice(tmp_path):
    parrot = Parrot()
    with Remembering(parrot, tmp_path) as voice:
        assert voice.key == "parrot"
    assert parrot.closed


def test_the_folder_is_the_one_named_else_the_checkout_s(monkeypatch, top):
    monkeypatch.setenv("VOICE_GUIDE_CACHE", "~/cues")
    assert cache_folder() == Path.home() / "cues"
    monkeypatch.setenv("VOICE_GUIDE_CACHE", "")
    assert cache_folder() == top / "audio_cache"


def test_the_folder_of_an_installed_voice_guide_is_the_user_s(tmp_path, top):
    shutil.copytree(top / "voice_guide", tmp_path / "site" / "voice_guide")
    command = [sys.executable, "-c", "from voice_guide.storage.kept import cache_folder as f; print(f())"]
    places = {"PYTHONPATH": "site", "HOME": ".", "XDG_CACHE_HOME": "caches", "LOCALAPPDATA": "caches"}
    env = {**os.environ, **{name: str(tmp_path / place) for name, place in places.items()}}
    env.pop("VOICE_GUIDE_CACHE", None)
    said = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    folder = Path(said.stdout.strip())
    assert folder.is_relative_to(tmp_path)
    assert not folder.is_relative_to(tmp_path / "site")

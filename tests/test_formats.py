"""The other files of an export: the same sound at the same place, with its chapters; whole or not there."""

import array
import errno
import io
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import wave
from base64 import b64decode
from dataclasses import replace
from operator import mul
from pathlib import Path

import pytest
from mutagen.flac import FLAC, Picture
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus
from PIL import Image

from test_mp3 import BARE, SOUND, STARTS, TAGS, Interruption, beep, noise, own_mounts
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.captions import Chapter
from voice_guide.formats.ffmpeg import FORMATS, Ffmpeg
from voice_guide.formats.id3 import Tags
from voice_guide.formats.wav import Wav
from voice_guide.pcm import RATE, Pcm, frames, length, silence

FFMPEG = shutil.which("ffmpeg")
MP4S = (".m4a", ".m4b")
FULL = os.strerror(errno.ENOSPC)


def cover() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), (20, 120, 90)).save(file, "PNG")
    return file.getvalue()


FULL_TAGS = replace(TAGS, cover=cover())


def sink(path: Path, tags: Tags = BARE) -> Wav | Ffmpeg:
    return Wav(path) if path.suffix == ".wav" else Ffmpeg(path, tags)


def export(path: Path, sound: Pcm, tags: Tags = BARE, block: int = RATE) -> Path:
    with sink(path, tags) as file:
        for start in range(0, len(sound), 2 * block):
            piece = sound[start : start + 2 * block]
            assert file.write(piece) == length(piece)
    return path


def decoded(path: Path) -> Pcm:
    command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-ar", str(RATE), "-f", "s16le", "-"]
    result = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    assert not result.stderr
    return result.stdout


def ffprobe(path: Path) -> dict:
    command = ["ffprobe", "-v", "error", "-show_chapters", "-show_streams", "-show_format", "-of", "json", path]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def chapters(path: Path) -> list[tuple[str, str]]:
    return [(each["start_time"], each["tags"]["title"]) for each in ffprobe(path)["chapters"]]


def shown(path: Path) -> dict[str, str]:
    """The tags of the file and of its sound; a container has them in the one or the other."""
    seen = ffprobe(path)
    return {
        key.lower(): text for of in (seen["streams"][0], seen["format"]) for key, text in of.get("tags", {}).items()
    }


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("formats")
    return {ending: export(folder / f"session{ending}", SOUND, FULL_TAGS) for ending in (*FORMATS, ".wav")}


class TestWav:
    def test_it_is_read_back_sample_by_sample(self, tmp_path):
        with wave.open(str(export(tmp_path / "x.wav", SOUND, block=441))) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
            assert file.getnframes() == length(SOUND)
            assert file.readframes(length(SOUND)) == SOUND

    def test_twice_gives_the_same_bytes_however_it_is_cut(self, tmp_path):
        first, second = export(tmp_path / "a.wav", SOUND), export(tmp_path / "b.wav", SOUND, block=88_200)
        assert first.read_bytes() == second.read_bytes()
        assert len(first.read_bytes()) == 44 + len(SOUND) + 104

    def test_a_session_of_nothing_is_a_file_too(self, tmp_path):
        with wave.open(str(export(tmp_path / "x.wav", b""))) as file:
            assert file.getnframes() == 0

    def test_more_than_its_head_can_count_is_refused_in_a_line_and_leaves_nothing(self, tmp_path):
        class Vast:
            def __len__(self):
                return 1 << 32

        with pytest.raises(VoiceGuideError) as caught, Wav(tmp_path / "x.wav") as file:
            file.write(SOUND)
            file.write(Vast())
        assert str(caught.value) == (
            f"cannot write {tmp_path / 'x.wav'}: a WAV holds 25 hours at most;"
            " choose a name ending in .mp3 or .flac with -o"
        )
        assert list(tmp_path.iterdir()) == []


@pytest.mark.device
class TestWhatPlayersRead:
    @pytest.mark.parametrize("ending", [*FORMATS, ".wav"])
    def test_decoded_it_is_the_same_sound_at_the_same_place(self, exported, ending):
        samples, sweep = array.array("h", decoded(exported[ending])), array.array("h", beep())
        slack = frames(0.003)
        for start in STARTS:
            places = range(max(0, start - slack), min(start + slack, len(samples) - len(sweep)) + 1)
            likeness = {at: sum(map(mul, samples[at : at + len(sweep)], sweep)) for at in places}
            best = max(likeness, key=likeness.__getitem__)
            assert abs(best - start) <= 1
            assert likeness[best] == pytest.approx(sum(map(mul, sweep, sweep)), rel=0.1)

    @pytest.mark.parametrize("ending", [".flac", ".wav"])
    def test_without_loss_it_is_equal(self, exported, ending):
        assert decoded(exported[ending]) == SOUND

    @pytest.mark.parametrize("count", [1025, 12_345, 88_199])
    def test_the_length_is_the_true_one(self, tmp_path, count):
        """As it is decoded: to a frame for Opus, which resamples, and for AAC with the end of its last 1,024 frames."""
        sound = noise(5)[: 2 * count]
        m4a, opus, flac = (export(tmp_path / f"x{ending}", sound) for ending in (".m4a", ".opus", ".flac"))
        assert length(decoded(flac)) == count
        assert abs(length(decoded(opus)) - count) <= 1
        assert -2 < length(decoded(m4a)) - count < 1024

    def test_players_show_the_true_length(self, exported):
        for ending in (*MP4S, ".flac"):
            assert float(ffprobe(exported[ending])["format"]["duration"]) == pytest.approx(4.0, abs=0.001)
        assert OggOpus(exported[".opus"]).info.length == pytest.approx(4.0, abs=0.001)  # ffprobe adds the lead-in

    @pytest.mark.parametrize("ending", FORMATS)
    def test_the_chapters_are_there_in_order_at_their_times(self, exported, ending):
        times = ["0.000000", "1.500000", "2.000000"]
        assert chapters(exported[ending]) == list(zip(times, [each.title for each in TAGS.chapters], strict=True))
        last = ffprobe(exported[ending])["chapters"][-1]
        assert float(last["end_time"]) == pytest.approx(4.0, abs=0.01)

    @pytest.mark.parametrize("ending", FORMATS)
    def test_the_tags_are_there(self, exported, ending):
        tags = shown(exported[ending])
        for name in ("title", "artist", "album", "genre", "lyrics"):
            assert tags[name] == getattr(TAGS, name)

    @pytest.mark.parametrize("ending", FORMATS)
    def test_the_cover_is_a_picture_that_belongs_to_it_and_no_film(self, exported, ending):
        (picture,) = (each for each in ffprobe(exported[ending])["streams"] if each["codec_type"] == "video")
        assert picture["disposition"]["attached_pic"] == 1
        assert (picture["codec_name"], picture["width"], picture["height"]) == ("png", 8, 6)

    def test_other_readers_find_the_cover_too(self, exported):
        opus = Picture(b64decode(OggOpus(exported[".opus"])["metadata_block_picture"][0]))
        (flac,) = FLAC(exported[".flac"]).pictures
        for picture in (opus, flac):
            assert picture.data == cover()
            assert (picture.type, picture.mime, picture.width, picture.height) == (3, "image/png", 8, 6)
        for ending in MP4S:
            assert [bytes(each) for each in MP4(exported[ending])["covr"]] == [cover()]

    def test_only_the_m4b_is_an_audiobook(self, exported):
        assert MP4(exported[".m4b"])["stik"] == [2]
        assert "stik" not in MP4(exported[".m4a"])

    @pytest.mark.parametrize("ending", MP4S)
    def test_it_can_be_played_while_it_is_loaded(self, exported, ending):
        data = exported[ending].read_bytes()
        assert data.index(b"moov") < data.index(b"mdat")

    @pytest.mark.parametrize("ending", FORMATS)
    def test_more_chapters_than_a_byte_counts_are_all_there(self, tmp_path, ending):
        many = tuple(Chapter(f"Step {n}", 220 * n, 220 * n + 220) for n in range(300))
        path = export(tmp_path / f"x{ending}", SOUND, replace(BARE, chapters=many))
        assert [title for _, title in chapters(path)] == [each.title for each in many]

    def test_without_tags_and_chapters_there_are_none(self, tmp_path):
        for ending in FORMATS:
            path = export(tmp_path / f"x{ending}", SOUND, Tags("", "", "", ""))
            assert not {"title", "artist", "album", "genre", "lyrics"} & set(shown(path))
            assert chapters(path) == []

    def test_an_ending_in_capitals_is_the_same(self, tmp_path, exported):
        path = export(tmp_path / "SESSION.FLAC", SOUND, FULL_TAGS)
        assert path.read_bytes() == exported[".flac"].read_bytes()

    @pytest.mark.parametrize("ending", FORMATS)
    def test_a_session_of_nothing_is_no_file_that_cannot_be_read(self, tmp_path, ending):
        with pytest.raises(
            VoiceGuideError, match=f"x{ending}: there is no sound to write; choose a name ending in .mp3"
        ):
            export(tmp_path / f"x{ending}", b"")
        assert list(tmp_path.iterdir()) == []


HOSTILE = {
    "<script>alert('&amp;')</script>": "<script>alert('&amp;')</script>",
    "a=b;c#d\\e": "a=b;c#d\\e",
    "[CHAPTER]\nSTART=0\ntitle=x": "[CHAPTER]\nSTART=0\ntitle=x",
    "; no remark": "; no remark",
    "# nor this": "# nor this",
    "ends in \\": "ends in \\ ",
    "\\\n\\": "\\\n\\ ",
    "a bell \a and \x1b[31mred\r\x85 and a tab\t.": "a bell   and  [31mred   and a tab .",
    "half \ud83d of a sign\0end": "half ? of a sign end",
    "Légèrement, 静かに ♪ עברית": "Légèrement, 静かに ♪ עברית",
    " ' \" % $HOME ` ": " ' \" % $HOME ` ",
    "é" * 127: "é" * 127,
}
"""Titles as a stranger may write them, and how they are read back."""


@pytest.mark.device
class TestWordsOfAStranger:
    @pytest.mark.parametrize("ending", FORMATS)
    def test_they_stay_in_their_place_and_readable(self, tmp_path, ending):
        titles = list(HOSTILE)
        tags = Tags(*titles[:4], lyrics="\n".join(titles) + "\\")
        tags = replace(
            tags,
            artist="ends in \\",
            chapters=tuple(Chapter(t, 5000 * n, 5000 * n + 5000) for n, t in enumerate(titles)),
        )
        path = export(tmp_path / f"x{ending}", SOUND, tags)
        assert [title for _, title in chapters(path)] == list(HOSTILE.values())
        seen = shown(path)
        assert (seen["title"], seen["artist"], seen["album"], seen["genre"]) == (
            titles[0],
            "ends in \\ ",
            titles[2],
            titles[3],
        )
        readable = "\n".join(HOSTILE.values()).replace("ends in \\ ", "ends in \\").replace("\\\n\\ \n", "\\\n\\\n")
        assert seen["lyrics"] == readable + "\\ "

    @pytest.mark.parametrize("ending", MP4S)
    def test_a_title_too_long_is_cut_between_letters(self, tmp_path, ending):
        long = replace(BARE, chapters=(Chapter("é" * 200, 0, length(SOUND)),))
        path = export(tmp_path / f"x{ending}", SOUND, long)
        assert [each.title for each in MP4(path).chapters] == ["é" * 127]
        assert chapters(path) == [("0.000000", "é" * 127)]


@pytest.mark.device
class TestSameInSameOut:
    @pytest.mark.parametrize("ending", FORMATS)
    def test_twice_gives_the_same_bytes_however_it_is_cut(self, exported, tmp_path, ending):
        for name, block in (("a", 441), ("another name", 88_200)):
            again = export(tmp_path / f"{name}{ending}", SOUND, FULL_TAGS, block)
            assert again.read_bytes() == exported[ending].read_bytes()

    def test_nothing_of_the_clock_or_of_chance_is_in_it(self, exported):
        for ending in MP4S:
            data = exported[ending].read_bytes()
            for head in (b"mvhd", b"tkhd", b"mdhd"):
                made_and_changed = data.index(head) + 8
                assert data[made_and_changed : made_and_changed + 8] == bytes(8)
        assert exported[".opus"].read_bytes()[14:18] == bytes(4)  # the serial number of an Ogg stream

    @pytest.mark.parametrize("ending", FORMATS)
    def test_nor_is_the_version_of_ffmpeg(self, exported, ending):
        assert not re.search(rb"Lav[cf][\d.]+", exported[ending].read_bytes())


COPIES = 'for last; do :; done; exec cat > "${last#file:}"'
BLOCKS = "exec sleep 60"
MUCH, LITTLE = silence(600_000), silence(100)


class StandIn:
    """A program called ffmpeg that comes first on the PATH and runs a few lines of shell."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pid = folder / "pid"
        folder.mkdir()

    def runs(self, lines: str) -> None:
        self.is_program(f"#!/bin/sh\necho $$ > '{self._pid}'\n{lines}\n")

    def is_program(self, text: str) -> None:
        program = self.folder / "ffmpeg"
        program.write_text(text)
        program.chmod(0o755)

    @property
    def pid(self) -> int:
        return int(self._pid.read_text())

    @property
    def ran(self) -> bool:
        return self._pid.exists()

    def gone(self) -> bool:
        """Whether it ended, and was waited for: not even a zombie is left."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return True
        return False


@pytest.fixture
def stand_in(tmp_path_factory, monkeypatch) -> StandIn:
    program = StandIn(tmp_path_factory.mktemp("stand-in") / "bin")
    monkeypatch.setenv("PATH", str(program.folder), prepend=os.pathsep)
    return program


@pytest.fixture(autouse=True)
def nothing_left(tmp_path_factory, monkeypatch):
    """No test leaves anything in the folder for temporary files."""
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


@pytest.fixture
def before(tmp_path: Path) -> Path:
    path = tmp_path / "session.m4b"
    path.write_bytes(b"the one before")
    return path


def untouched(path: Path) -> bool:
    return path.read_bytes() == b"the one before" and list(path.parent.iterdir()) == [path]


class TestNeverHalfAFile:
    @pytest.mark.parametrize("ending", [".wav", ".m4b"])
    def test_until_it_is_closed_the_one_before_stands(self, stand_in, tmp_path, ending):
        stand_in.runs(COPIES)
        path, usual = tmp_path / f"session{ending}", tmp_path / "usual"
        path.write_bytes(b"the one before")
        usual.touch()
        with sink(path) as file:
            file.write(MUCH)
            assert path.read_bytes() == b"the one before"
            (part,) = set(tmp_path.iterdir()) - {path, usual}
            assert part.name.startswith(f".session{ending}.")
            assert part.suffix == ".part"
        assert MUCH in path.read_bytes()
        assert set(tmp_path.iterdir()) == {path, usual}
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)

    @pytest.mark.parametrize("exception", [Interruption, KeyboardInterrupt, RuntimeError])
    def test_an_exception_leaves_the_one_before_and_nothing_else(self, stand_in, before, exception):
        stand_in.runs(COPIES)
        with pytest.raises(exception), Ffmpeg(before, BARE) as file:
            file.write(MUCH)
            raise exception
        assert untouched(before)
        assert stand_in.gone()

    def test_of_a_wav_too(self, tmp_path):
        with pytest.raises(Interruption), Wav(tmp_path / "x.wav") as file:
            file.write(SOUND)
            raise Interruption
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("lines", [BLOCKS, f"cat > /dev/null; {BLOCKS}"], ids=["in write", "in close"])
    def test_it_can_be_interrupted_while_it_waits_for_ffmpeg(self, stand_in, before, lines):
        stand_in.runs(lines)

        def interrupt(*_):
            raise Interruption

        usual = signal.signal(signal.SIGALRM, interrupt)
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        try:
            with pytest.raises(Interruption), Ffmpeg(before, BARE) as file:
                file.write(MUCH)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, usual)
        assert untouched(before)
        assert stand_in.gone()

    def test_an_abort_is_final_and_so_is_a_close(self, stand_in, before):
        stand_in.runs(COPIES)
        file = Ffmpeg(before, BARE)
        file.abort()
        file.close()
        assert untouched(before)
        file = Ffmpeg(before, BARE)
        file.write(LITTLE)
        file.close()
        file.abort()
        file.close()
        assert before.read_bytes() == LITTLE

    def test_a_terminal_and_its_ctrl_c_are_not_for_ffmpeg(self, stand_in, before):
        stand_in.runs(COPIES)
        with Ffmpeg(before, BARE) as file:
            file.write(MUCH)
            assert os.getsid(stand_in.pid) == stand_in.pid

    @pytest.mark.device
    @pytest.mark.parametrize("ending", FORMATS)
    def test_ffmpeg_killed_half_way_is_told_and_leaves_nothing(self, stand_in, tmp_path, ending):
        stand_in.runs(f"exec '{FFMPEG}' \"$@\"")
        told = r"ffmpeg failed: it was ended by signal 9 \(Killed\); try another ffmpeg, or choose a name ending in"
        with pytest.raises(VoiceGuideError, match=told), Ffmpeg(tmp_path / f"x{ending}", FULL_TAGS) as file:
            file.write(MUCH)
            os.kill(stand_in.pid, signal.SIGKILL)
            for _ in range(100):
                file.write(MUCH)
        assert list(tmp_path.iterdir()) == []
        assert stand_in.gone()


class TestWhereItCannotBeMade:
    @pytest.mark.parametrize("ending", FORMATS)
    def test_without_ffmpeg_one_line_says_how_to_get_it_and_what_needs_none(self, tmp_path, monkeypatch, ending):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(VoiceGuideError) as caught:
            Ffmpeg(tmp_path / f"x{ending}", TAGS)
        told = str(caught.value)
        assert told.startswith(
            f"cannot write {tmp_path / f'x{ending}'}: a {ending} is made by ffmpeg, and there is none; "
        )
        assert "install ffmpeg'" in told
        assert told.endswith(", or choose a name ending in .mp3 or .wav with -o")
        assert "\n" not in told
        assert caught.value.exit_code == 1
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("sound", [MUCH, LITTLE], ids=["much", "little"])
    @pytest.mark.parametrize(
        ("lines", "told"),
        [
            (
                "echo \"[aost#0:0 @ 0x5f] [libopus @ 0x60] Unknown encoder 'libopus'\" >&2;"
                " echo 'Error opening output files: Encoder not found' >&2; exit 8",
                "ffmpeg failed: Unknown encoder 'libopus'; try another ffmpeg, or choose",
            ),
            ("head -c 200 > /dev/null; exit 3", "it ended too early, with exit code 3"),
            ("cat > /dev/null; exit 1", "it ended too early, with exit code 1"),
            ("cat > /dev/null", "it ended too early, with exit code 0"),
            ("exit 0", "it ended too early, with exit code 0"),
            ("kill -9 $$", f"it was ended by signal 9 ({signal.strsignal(9)})"),
            ("yes 'all is lost' | head -c 3000000 >&2; exit 1", "ffmpeg failed: all is lost; try"),
            ("printf '\\n  \\n[a] bad\\a \\033[31mnews\\r\\n' >&2; exit 1", "ffmpeg failed: bad [31mnews; try"),
            ("printf '\\377%0999d' 1 >&2; exit 1", "ffmpeg failed: ...; try"),
            (f"echo 'av_write_frame(): {FULL}' >&2; exit 1", f": {FULL}; make room there"),
        ],
    )  # fmt: skip
    def test_an_ffmpeg_that_fails_is_told_in_a_line_and_leaves_nothing(self, stand_in, before, lines, told, sound):
        stand_in.runs(lines)
        with pytest.raises(VoiceGuideError) as caught:
            export(before, sound, FULL_TAGS)
        assert str(caught.value).startswith(f"cannot write {before}: ")
        assert told in str(caught.value)
        assert str(caught.value).isprintable()
        assert caught.value.exit_code == 1
        assert untouched(before)
        assert stand_in.gone()

    def test_one_that_takes_no_more_and_lives_on_is_ended(self, stand_in, before):
        stand_in.runs(f"exec 0<&-; {BLOCKS}")
        with pytest.raises(VoiceGuideError, match="ffmpeg failed: it takes no more sound; try another"):
            export(before, MUCH)
        assert untouched(before)
        assert stand_in.gone()

    def test_one_that_is_no_program_is_told(self, stand_in, before):
        stand_in.is_program("\0\0\0\0 not for this machine")
        with pytest.raises(
            VoiceGuideError, match=f"ffmpeg cannot be started: {os.strerror(errno.ENOEXEC)}; choose a name ending"
        ):
            Ffmpeg(before, BARE)
        assert untouched(before)

    @pytest.mark.parametrize("ending", [".wav", ".m4b"])
    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("missing/x{}", f"{os.strerror(errno.ENOENT)}; make the folder first"),
            ("file/x{}", f"{os.strerror(errno.ENOTDIR)}; a file stands where the folder should be"),
            ("folder{}", "it is a folder; give a file name with -o"),
            ("null\0{}", "choose another name with -o"),
        ],
    )
    def test_a_place_where_no_file_can_be_is_told_before_ffmpeg_is_run(self, stand_in, tmp_path, name, told, ending):
        stand_in.runs(COPIES)
        (tmp_path / "file").touch()
        (tmp_path / f"folder{ending}").mkdir()
        there = sorted(tmp_path.rglob("*"))
        with pytest.raises(VoiceGuideError) as caught:
            sink(tmp_path / name.format(ending))
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)
        assert sorted(tmp_path.rglob("*")) == there
        assert not stand_in.ran

    @pytest.mark.device
    @pytest.mark.parametrize(
        ("prepare", "seconds", "told"),
        [
            ("mount -o remount,ro {0}", 0.1, f"{os.strerror(errno.EROFS)}; choose a folder you may write to"),
            ("true", 20, f"{FULL}; make room there"),
            ("cat /dev/zero > {0}/filler 2> {0}/../noise", 0.1, f"{FULL}; make room"),
        ],
        ids=["read-only", "full half way", "full at the end"],
    )
    def test_on_a_disk_that_takes_no_more_the_one_before_stands(self, tmp_path, prepare, seconds, told):
        disk = tmp_path / "disk"
        disk.mkdir()
        (tmp_path / "sound.pcm").write_bytes(noise(seconds))
        endings = [".m4a", ".opus", ".flac", ".wav"]
        command = "mount -t tmpfs -o size=64k tmpfs {0} && for e in {1}; do echo before > {0}/x$e; done && { " + prepare
        command = command.replace("{0}", str(disk)).replace("{1}", " ".join(endings))
        command += f"; exec '{sys.executable}' -c '{ON_SMALL_DISK}' {' '.join(endings)}; }}"
        result = subprocess.run(
            [*own_mounts(), "sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert result.stderr == ""
        *lines, left = result.stdout.splitlines()
        assert len(lines) == len(endings)
        for ending, line in zip(endings, lines, strict=True):
            assert line.startswith(f"before cannot write disk/x{ending}: ")
            assert told in line
        assert set(json.loads(left)) <= {*(f"x{ending}" for ending in endings), "filler"}


ON_SMALL_DISK = """
import json, pathlib, sys
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.ffmpeg import Ffmpeg
from voice_guide.formats.id3 import Tags
from voice_guide.formats.wav import Wav
sound = pathlib.Path("sound.pcm").read_bytes()
for ending in sys.argv[1:]:
    path = pathlib.Path("disk/x" + ending)
    try:
        with Wav(path) if ending == ".wav" else Ffmpeg(path, Tags("Small", "", "", "")) as sink:
            for start in range(0, len(sound), 44100):
                sink.write(sound[start:start + 44100])
        print("written")
    except VoiceGuideError as error:
        print(path.read_text().strip(), error)
print(json.dumps([each.name for each in path.parent.iterdir()]))
"""

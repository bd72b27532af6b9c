"""The MP3 file: whole or not there, exactly as long as its sound, and read by what people have."""

import array
import errno
import io
import json
import math
import os
import random
import shutil
import stat
import subprocess
import sys
from operator import mul
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3
from mutagen.mp3 import MP3

from strategies import examples
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.captions import Chapter, Word
from voice_guide.formats.id3 import Tags, cues, read_tags, read_timeline
from voice_guide.formats.mp3 import Mp3
from voice_guide.formats.xing import DELAY, FRAME, SIZE, Checksum, FrameCount, frame_size, read_info, with_seal
from voice_guide.pcm import RATE, Pcm, frames, length, silence

LONG_TITLE = "Left back pocket, then roll to the side and rest, a title of more than the hundred and " * 2
TAGS = Tags(
    title="Hip Pocket Ball",
    artist="Voice guide",
    album="Lying on the ball",
    genre="Health",
    lyrics="Lie on your back.\nLégèrement, 静かに.",
    chapters=(
        Chapter(LONG_TITLE, 0, frames(1.5)),
        Chapter("Ça va", frames(1.5), frames(2.0)),
        Chapter("静かに", frames(2.0), frames(4.0)),
    ),
    words=(
        Word("Lie on your back.", 0, frames(1.0)),
        Word("Légèrement, 静かに ♪", frames(1.5), frames(2.0)),
        Word("Āhā.", frames(2.0), frames(3.25)),
    ),
)
BARE = Tags(title="Bare", artist="", album="", genre="")


def beep(seconds: float = 0.15) -> Pcm:
    """A sweep: unlike itself at every other place, so that its onset is found to the sample."""
    count = frames(seconds)
    sweep = (math.sin(math.tau * (300 + 2000 * n / count) * n / RATE) for n in range(count))
    return array.array("h", (round(12_000 * value) for value in sweep)).tobytes()


def beeps(*starts: int, total: int) -> Pcm:
    sound = bytearray(silence(total))
    for start in starts:
        sound[2 * start : 2 * start + len(beep())] = beep()
    return bytes(sound)


def noise(seconds: float) -> Pcm:
    return random.Random(5).randbytes(2 * frames(seconds))


STARTS = (0, 10_001, frames(1.5), 50_000, frames(4.0) - length(beep()))
SOUND = beeps(*STARTS, total=frames(4.0))


def export(path: Path, sound: Pcm, tags: Tags = BARE, block: int = Mp3.stretch) -> Path:
    with Mp3(path, tags) as sink:
        for start in range(0, len(sound), 2 * block):
            piece = sound[start : start + 2 * block]
            assert sink.write(piece) == length(piece)
    return path


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return export(tmp_path_factory.mktemp("mp3") / "session.mp3", SOUND, TAGS)


def run(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, check=True)


def ffprobe(path: Path) -> dict[str, list[dict[str, str]]]:
    result = run("ffprobe", "-v", "warning", "-show_chapters", "-show_streams", "-of", "json", path)
    assert not result.stderr
    answer: dict[str, list[dict[str, str]]] = json.loads(result.stdout)
    return answer


def ffmpeg_decoded(path: Path, *options: str) -> Pcm:
    result = run("ffmpeg", "-v", "warning", *options, "-i", path, "-f", "s16le", "-")
    assert not result.stderr
    return result.stdout


def mpg123_decoded(path: Path) -> Pcm:
    result = run("mpg123", "-q", "-s", path)
    assert not result.stderr
    return result.stdout


def stream_of(path: Path) -> bytes:
    """The MP3 frames behind the tags."""
    data = path.read_bytes()
    return data[ID3(io.BytesIO(data)).size :]


class TestWhatPlayersRead:
    @pytest.mark.device
    @pytest.mark.parametrize("decode", [ffmpeg_decoded, mpg123_decoded])
    def test_decoded_it_is_the_same_sound_at_the_same_place(self, exported, decode):
        decoded = decode(exported)
        assert length(decoded) == length(SOUND)
        samples, sweep = array.array("h", decoded), array.array("h", beep())
        for start in STARTS:
            places = range(max(0, start - 12), min(start + 13, len(samples) - len(sweep) + 1))
            likeness = {at: sum(map(mul, samples[at : at + len(sweep)], sweep)) for at in places}
            best = max(likeness, key=likeness.__getitem__)
            assert best == start
            assert likeness[best] == pytest.approx(sum(map(mul, sweep, sweep)), rel=0.05)

    @pytest.mark.device
    def test_mp3val_finds_no_fault_and_would_have_found_one(self, exported, tmp_path):
        fine = run("mp3val", exported).stdout.decode()
        assert "WARNING" not in fine
        assert "ERROR" not in fine
        assert "+ID3v2, Xing header" in fine
        broken = tmp_path / "broken.mp3"
        broken.write_bytes(exported.read_bytes()[:-100])
        assert "WARNING" in run("mp3val", broken).stdout.decode()

    @pytest.mark.device
    def test_ffprobe_sees_each_chapter_in_order_at_its_time(self, exported):
        seen = [(c["start_time"], c["end_time"], c["tags"]["title"]) for c in ffprobe(exported)["chapters"]]
        assert seen == [
            ("0.000000", "1.500000", LONG_TITLE),
            ("1.500000", "2.000000", "Ça va"),
            ("2.000000", "4.000000", "静かに"),
        ]

    @pytest.mark.device
    def test_ffprobe_shows_the_length_and_at_most_the_lead_in_and_padding_of_any_mp3(self, exported):
        (stream,) = ffprobe(exported)["streams"]
        lead_in = float(stream["start_time"])
        assert lead_in == pytest.approx((DELAY + 529) / RATE, abs=1e-4)
        assert 0 <= float(stream["duration"]) - lead_in - length(SOUND) / RATE < (DELAY + 46) / RATE

    @pytest.mark.device
    @examples(12)
    @given(count=st.one_of(st.integers(0, 3 * FRAME), st.integers(0, 20_000)))
    def test_any_length_from_nothing_on_decodes_to_that_length(self, tmp_path_factory, count):
        path = export(tmp_path_factory.mktemp("any") / "any.mp3", noise(1)[: 2 * count])
        assert length(mpg123_decoded(path)) == count
        if count > 46:  # ffmpeg does not trim a frame at both ends; these two milliseconds would need it
            told = ("-f", "mp3")  # a few frames are too little for ffmpeg to know it by
            assert length(ffmpeg_decoded(path, *told)) == count

    @pytest.mark.parametrize("count", [0, 1, 46, 47, 48, FRAME - 1, FRAME, FRAME + 1, 10 * FRAME + 46, RATE])
    def test_the_length_in_its_head_is_exact(self, tmp_path, count):
        info = MP3(export(tmp_path / "x.mp3", silence(count))).info
        assert round(info.length * RATE) == count
        assert not info.sketchy
        assert (info.sample_rate, info.channels, info.layer, info.version) == (RATE, 1, 3, 2)

    def test_the_seek_table_leads_to_each_hundredth(self, tmp_path):
        stream = stream_of(export(tmp_path / "x.mp3", noise(2) + silence(frames(3)) + SOUND))
        table, starts, at = stream[29:129], [], SIZE
        while at < len(stream):
            starts.append(at)
            at += frame_size(stream[at : at + 4])
        assert len(table) == 100
        for hundredth, place in enumerate(table):
            told, true = place * len(stream) / 256, starts[hundredth * len(starts) // 100]
            assert 0 <= true - told < len(stream) / 256 + 1


class TestTags:
    def test_they_are_read_back(self, exported):
        tags = ID3(exported, translate=False)
        assert tags.version == (2, 3, 0)
        assert [str(tags[key]) for key in ("TIT2", "TPE1", "TALB", "TCON")] == [
            TAGS.title,
            TAGS.artist,
            TAGS.album,
            TAGS.genre,
        ]
        assert tags.getall("USLT")[0].text == TAGS.lyrics
        assert tags.getall("USLT")[0].lang == "eng"
        (contents,) = tags.getall("CTOC")
        assert contents.child_element_ids == ["chp0", "chp1", "chp2"]
        assert int(contents.flags) == 3
        offsets = {(c.start_offset, c.end_offset) for c in tags.getall("CHAP")}
        assert offsets == {(0xFFFF_FFFF, 0xFFFF_FFFF)}

    def test_the_words_stand_at_their_times_and_are_cleared_where_silence_follows(self, exported):
        (synchronised,) = ID3(exported, translate=False).getall("SYLT")
        assert synchronised.text == [
            ("\nLie on your back.", 0),
            ("", 1000),
            ("\nLégèrement, 静かに ♪", 1500),
            ("\nĀhā.", 2000),
            ("", 3250),
        ]
        assert (synchronised.format, synchronised.type) == (2, 1)  # milliseconds, lyrics
        assert (synchronised.lang, synchronised.desc) == ("eng", "")

    def test_the_words_are_read_back_at_their_times_from_older_files_too(self, exported):
        with exported.open("rb") as file:
            lyrics, _ = read_timeline(read_tags(file, file.read(10)))
        older = lyrics.replace("\n".encode("utf-16"), "".encode("utf-16"))
        assert len(lyrics) - len(older) == 3 * len("\n".encode("utf-16-le"))
        for written in (lyrics, older):
            assert list(cues(written, 4000)) == [
                ("Lie on your back.", 0, 1000),
                ("Légèrement, 静かに ♪", 1500, 2000),
                ("Āhā.", 2000, 3250),
            ]

    @pytest.mark.parametrize(
        ("text", "raw"), [("In.", b"\0eng\2\1\0\nIn.\0"), ("Ā", b"\1eng\2\1\xff\xfe\0\0\xff\xfe\n\0\0\1\0\0")]
    )
    def test_the_words_are_as_simple_players_read_them(self, tmp_path, text, raw):
        tags = Tags("", "", "", "", words=(Word(text, frames(0.5), frames(1)),))
        data = export(tmp_path / "x.mp3", SOUND, tags).read_bytes()
        assert raw + (500).to_bytes(4, "big") in data

    def test_without_words_and_chapters_there_are_no_empty_frames(self, tmp_path):
        tags = ID3(export(tmp_path / "x.mp3", SOUND), translate=False)
        assert list(tags) == ["TIT2"]

    def test_more_chapters_than_one_table_holds_are_all_in_the_contents(self, tmp_path):
        chapters = tuple(Chapter(f"Step {n}", 100 * n, 100 * n + 100) for n in range(600))
        path = export(tmp_path / "x.mp3", b"", Tags("Long", "", "", "", chapters=chapters))
        tags = ID3(path, translate=False)
        tables = {table.element_id: table for table in tags.getall("CTOC")}
        top = tables.pop("toc")
        listed = [name for table in top.child_element_ids for name in tables[table].child_element_ids]
        assert listed == [f"chp{n}" for n in range(600)]
        assert len(tags.getall("CHAP")) == 600

    def test_a_text_that_cannot_be_written_is_written_as_near_as_can_be(self, tmp_path):
        path = export(tmp_path / "x.mp3", b"", Tags("half \ud83d of a sign\0end", "", "", ""))
        assert str(ID3(path)["TIT2"]) == "half ? of a sign end"


class TestSameInSameOut:
    def test_twice_gives_the_same_bytes_however_it_is_cut(self, exported, tmp_path):
        for name, block in (("a.mp3", Mp3.stretch), ("b.mp3", 441), ("c.mp3", 88_200)):
            assert export(tmp_path / name, SOUND, TAGS, block).read_bytes() == exported.read_bytes()

    def test_a_stream_counted_in_any_pieces_has_the_same_info_frame(self, exported):
        stream = stream_of(exported)
        count = FrameCount()
        for start in range(SIZE, len(stream), 17):
            count.add(stream[start : start + 17])
        info = with_seal(count.info_frame(length(SOUND), sealed=True), read_info(stream[:SIZE]).seal)
        assert info == stream[:SIZE]

    def test_a_stream_that_is_no_mp3_or_cut_short_gets_no_info_frame(self, exported):
        with pytest.raises(ValueError, match="begins with 52 49 46 46"):
            FrameCount().add(b"RIFF....WAVE")
        cut = FrameCount()
        cut.add(stream_of(exported)[SIZE:-1])
        with pytest.raises(ValueError, match="do not hold 96000 samples"):
            cut.info_frame(length(SOUND))


class TestChecksums:
    @given(data=st.binary(max_size=300), repeat=st.integers(1, 400), piece=st.integers(1, 50_000))
    @examples(10)
    def test_folded_it_is_the_checksum_of_every_bit(self, data, repeat, piece):
        whole, quick, crc = data * repeat, Checksum(), 0
        for start in range(0, len(whole), piece):
            quick.add(whole[start : start + piece])
        for byte in whole:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        assert quick.value() == crc

    def test_it_is_the_known_one(self):
        known = Checksum()
        known.add(b"123456789")
        assert known.value() == 0xBB3D

    def test_both_stand_in_the_info_frame(self, exported):
        stream = stream_of(exported)
        music, own = Checksum(), Checksum()
        music.add(stream[SIZE:])
        own.add(stream[:167])
        assert stream[165:169] == music.value().to_bytes(2, "big") + own.value().to_bytes(2, "big")

    @pytest.mark.device
    def test_another_encoders_info_frame_says_the_same_of_its_own_stream(self, tmp_path):
        peer, form = tmp_path / "peer.mp3", ("-f", "s16le", "-ar", str(RATE), "-ac", "1")
        plain = ("-id3v2_version", "0", "-write_id3v1", "0")
        (tmp_path / "sound.pcm").write_bytes(SOUND)
        run("ffmpeg", "-v", "error", *form, "-i", tmp_path / "sound.pcm", "-q:a", "5", *plain, peer)
        data = peer.read_bytes()
        theirs, count = data[: frame_size(data)], FrameCount()
        count.add(data[len(theirs) :])
        ours = count.info_frame(length(SOUND))
        assert ours[13:25] == theirs[13:25]  # the name, the fields, the frames
        assert ours[154:157] == theirs[154:157]  # what to trim
        assert ours[165:167] == theirs[165:167]  # the checksum of the sound


class Interruption(BaseException):
    """Anything that ends an export early, as Ctrl-C does."""


class TestNeverHalfAFile:
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        path = tmp_path / "session.mp3"
        path.write_bytes(b"the one before")
        return path

    def test_until_it_is_closed_the_one_before_stands(self, path):
        with Mp3(path, BARE) as sink:
            sink.write(SOUND)
            assert path.read_bytes() == b"the one before"
            (part,) = set(path.parent.iterdir()) - {path}
            assert part.name.startswith(".session.mp3.")
            assert part.suffix == ".part"
        assert MP3(path).info.length == 4
        assert list(path.parent.iterdir()) == [path]

    @pytest.mark.parametrize("exception", [Interruption, KeyboardInterrupt, RuntimeError])
    def test_an_exception_leaves_the_one_before_and_nothing_else(self, path, exception):
        with pytest.raises(exception), Mp3(path, BARE) as sink:
            sink.write(SOUND)
            raise exception
        assert path.read_bytes() == b"the one before"
        assert list(path.parent.iterdir()) == [path]

    def test_an_abort_is_final_and_so_is_a_close(self, path):
        sink = Mp3(path, BARE)
        sink.abort()
        sink.close()
        assert path.read_bytes() == b"the one before"
        sink = Mp3(path, BARE)
        sink.close()
        sink.abort()
        sink.close()
        assert MP3(path).info.length == 0

    def test_the_encoder_says_nothing_of_its_own(self, path, capfd):
        export(path, SOUND)
        assert capfd.readouterr() == ("", "")

    def test_two_exports_to_one_name_leave_one_whole_file(self, path):
        with Mp3(path, BARE) as first, Mp3(path, TAGS) as second:
            first.write(SOUND)
            second.write(SOUND)
        assert str(ID3(path)["TIT2"]) == "Bare"
        assert list(path.parent.iterdir()) == [path]

    def test_a_block_that_is_no_sound_is_told_in_a_line_and_leaves_nothing(self, path):
        sink = Mp3(path, BARE)
        with pytest.raises(VoiceGuideError, match="cannot encode MP3: "):
            sink.write(b"odd")
        sink.close()
        assert path.read_bytes() == b"the one before"
        assert list(path.parent.iterdir()) == [path]

    def test_a_link_still_points_to_the_file_afterwards(self, path):
        link = path.with_name("link.mp3")
        link.symlink_to(path)
        export(link, SOUND)
        assert link.is_symlink()
        assert MP3(path).info.length == 4

    def test_others_may_read_it_as_any_file_of_yours(self, path):
        usual = path.with_name("usual")
        usual.touch()
        export(path, SOUND)
        assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


class TestWhereItCannotBeWritten:
    @pytest.mark.parametrize(
        ("name", "told"),
        [
            ("missing/x.mp3", f"{os.strerror(errno.ENOENT)}; make the folder first"),
            ("file/x.mp3", f"{os.strerror(errno.ENOTDIR)}; a file stands where the folder should be"),
            ("folder", "it is a folder; give a file name with -o"),
            ("pipe", "it is not a file; give a file name with -o"),
            (f"{'long' * 80}.mp3", f"{os.strerror(errno.ENAMETOOLONG)}; choose a shorter name with -o"),
        ],
    )
    def test_one_line_says_so_with_the_remedy_before_anything_is_encoded(self, tmp_path, name, told):
        (tmp_path / "file").touch()
        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(VoiceGuideError) as caught:
            Mp3(tmp_path / name, BARE)
        assert str(caught.value).startswith(f"cannot write {tmp_path / name}: ")
        assert told in str(caught.value)
        assert "\n" not in str(caught.value)
        assert caught.value.exit_code == 1
        assert sorted(tmp_path.rglob("*")) == before

    def test_a_file_that_outgrows_the_limit_leaves_nothing(self, tmp_path):
        resource = pytest.importorskip("resource")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
        try:
            with pytest.raises(VoiceGuideError, match=f"{os.strerror(errno.EFBIG)}; choose another place with -o"):
                export(tmp_path / "x.mp3", noise(10), block=RATE)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert list(tmp_path.iterdir()) == []

    # Root may write anywhere, so permissions prove nothing; and a disk is full only if it is. A small
    # disk of their own, in a mount namespace that ends with the process, proves both.
    @pytest.mark.device
    @pytest.mark.parametrize(
        ("prepare", "sound", "told"),
        [
            ("mount -o remount,ro {0}", b"", f"{os.strerror(errno.EROFS)}; choose a folder you may write to"),
            ("true", noise(20), f"{os.strerror(errno.ENOSPC)}; make room there"),
            ("cat /dev/zero > {0}/filler 2> {0}/../noise", noise(0.1), f"{os.strerror(errno.ENOSPC)}; make room"),
        ],
        ids=["read-only", "full half way", "full at the end"],
    )
    def test_on_a_disk_that_takes_no_more_the_one_before_stands(self, tmp_path, prepare, sound, told):
        disk = tmp_path / "disk"
        disk.mkdir()
        (tmp_path / "sound.pcm").write_bytes(sound)
        command = "mount -t tmpfs -o size=64k tmpfs {0} && echo before > {0}/x.mp3 && { " + prepare
        command = command.replace("{0}", str(disk)) + f"; exec '{sys.executable}' -c '{ON_SMALL_DISK}'; }}"
        result = subprocess.run(
            [*own_mounts(), "sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert result.stderr == ""
        message, before, left = result.stdout.splitlines()
        assert told in message
        assert before == "before"
        assert set(json.loads(left)) <= {"x.mp3", "filler"}


ON_SMALL_DISK = """
import json, pathlib
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.id3 import Tags, cues, read_tags, read_timeline
from voice_guide.formats.mp3 import Mp3
sound, path = pathlib.Path("sound.pcm").read_bytes(), pathlib.Path("disk/x.mp3")
try:
    with Mp3(path, Tags("Small", "", "", "")) as sink:
        for start in range(0, len(sound), 44100):
            sink.write(sound[start:start + 44100])
    print("written")
except VoiceGuideError as error:
    print(error)
print(path.read_text().strip())
print(json.dumps([each.name for each in path.parent.iterdir()]))
"""


def own_mounts() -> list[str]:
    """A command before which a command may mount, seen by nobody else."""
    for command in (["unshare", "--mount"], ["unshare", "--user", "--map-root-user", "--mount"]):
        probe = [*command, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
        if shutil.which("unshare") and not subprocess.run(probe, capture_output=True, check=False).returncode:
            return command
    pytest.skip("this machine lets nobody mount a small disk")

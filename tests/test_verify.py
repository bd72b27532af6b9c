"""Verify: a whole file passes; any damage, and any lie about the timeline, is one line that names it and exit 1."""

import errno
import os
import random
import re
import struct
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.id3 import ID3

from strategies import examples
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.captions import Chapter, Word
from voice_guide.formats.id3 import Tags, id3
from voice_guide.formats.mp3 import Mp3
from voice_guide.formats.verify import ONSET, PAUSE, SILENCE, SMEAR, SPEECH, Whole, verify
from voice_guide.formats.xing import FRAME, SIZE, Checksum, FrameCount, frame_size
from voice_guide.pcm import WIDTH, frames, length, silence
from voice_guide.voices.bell import ring
from voice_guide.voices.cache import Remembering
from voice_guide.voices.tone import Tone

LONG = "Now roll your weight onto the ball, over three slow breaths."
CUES = (("We begin.", 0.0), ("♪", 3.0), (LONG, 5.0), ("Two.", 12.0), ("Ease off.", 12.9))
LENGTH = frames(16)


def said(text):
    return ring() if text == "♪" else Tone(140).speak(text)


def laid(cues=CUES, count=LENGTH):
    sound = bytearray(silence(count))
    for text, start in cues:
        at, words = WIDTH * frames(start), said(text)
        sound[at : at + len(words)] = words
    return bytes(sound)


SOUND = laid()
WORDS = tuple(Word(text, frames(start), frames(start) + length(said(text))) for text, start in CUES)
CHAPTERS = (Chapter("One", 0, frames(5)), Chapter("Two", frames(5), LENGTH))
TAGS = Tags("Small", "", "", "", "", CHAPTERS, words=WORDS)


def export(path, sound=SOUND, tags=TAGS):
    with Mp3(path, tags) as sink:
        sink.write(sound)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("verify")


@pytest.fixture(scope="module")
def small(folder):
    return export(folder / "small.mp3").read_bytes()


def head_of(data):
    """The bytes of the tags."""
    return len(data) - len(data.partition(b"\xff\xf3\x94\xc4")[2]) - 4


def split(data):
    """The tags, the info frame, and the MP3 frames."""
    at = head_of(data)
    tags, info, rest, found = data[:at], data[at : at + SIZE], data[at + SIZE :], []
    while rest:
        size = frame_size(rest[:4])
        found.append(rest[:size])
        rest = rest[size:]
    return tags, info, found


def sealed(tags, found, count=LENGTH):
    """A file whose header was made for these frames."""
    frame_count = FrameCount()
    frame_count.add(b"".join(found))
    return tags + frame_count.info_frame(count) + b"".join(found)


def fault(folder, data):
    """The one line that a file of these bytes is told with, without its name."""
    path = folder / "damaged.mp3"
    path.write_bytes(data)
    with pytest.raises(VoiceGuideError) as caught:
        verify(path)
    line = str(caught.value)
    assert caught.value.exit_code == 1 and "\n" not in line and len(line) < 400
    assert line.startswith(str(path)) and re.search("; (export it again|name a sound that .* wrote)$", line)
    return line.removeprefix(f"{path}: ").removeprefix(f"{path} ")


# The command


SCRIPT = "name: Short Rest\nabout: x\nsteps:\n  - {rest: 30}\n"


@pytest.mark.parametrize("voice", [["--voice", "tone"], ["--talk", "bells"]])
def test_what_export_wrote_is_whole_and_carries_every_cue(run, tmp_path, voice):
    script = tmp_path / "short.yaml"
    script.write_text(SCRIPT)
    done = run("export", script, *voice, "--verify", "-o", tmp_path / "short.mp3")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{tmp_path / 'short.mp3'}\n", "")
    done = run("verify", "short.mp3")
    assert done.returncode == 0 and not done.stderr
    told = re.fullmatch(r"short\.mp3 is whole: (\d+:\d\d), 3 chapters, (\d+) cues\n", done.stdout)
    entries = ID3(tmp_path / "short.mp3").getall("SYLT")[0].text
    assert int(told[2]) == sum(bool(text) for text, _ in entries) > 5


class Mute:
    """A voice that takes another's name and says nothing."""

    key = Tone(140).key

    def speak(self, text):
        return silence(frames(1))

    def close(self):
        pass


def test_an_export_that_is_not_whole_leaves_one_and_keeps_the_file(run, tmp_path):
    script, path = tmp_path / "short.yaml", tmp_path / "short.mp3"
    script.write_text(SCRIPT.replace("30}", "30, say: Rest now.}"))
    Remembering(Mute(), tmp_path / "cache").speak("Rest now.")
    done = run("export", script, "--voice", "tone", "--verify", "-o", path)
    assert done.returncode == 1 and done.stdout == ""
    assert re.fullmatch(rf"{path}: the words 'Rest now\.' at \d:\d\d are not heard: .*; export it again\n", done.stderr)
    assert run("verify", path).stderr == done.stderr


def test_what_is_no_export_is_told_in_one_line(run, tmp_path):
    (tmp_path / "text.mp3").write_text("name: no MP3\n")
    done = run("verify", "text.mp3")
    told = "text.mp3 begins with no tags of voice-guide; name a sound that `voice-guide export` wrote\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", told)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("none", f"cannot read {{}}: {os.strerror(errno.ENOENT).lower()}; name a sound that"),
        ("none/x", f"cannot read {{}}: {os.strerror(errno.ENOENT).lower()}; name a sound that"),
        ("empty/x", f"cannot read {{}}: {os.strerror(errno.ENOTDIR).lower()}; name a sound that"),
        ("long" * 80, f"cannot read {{}}: {os.strerror(errno.ENAMETOOLONG).lower()}; name a sound that"),
        ("", "{} is a folder; name a sound that"),
        ("pipe", "{} is not a file; name a sound that"),
        ("empty", "{} is empty; name a sound that"),
    ],
)
def test_what_is_no_file_is_told_and_never_waited_for(tmp_path, name, told):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    with pytest.raises(VoiceGuideError, match=re.escape(told.format(tmp_path / name))):
        verify(tmp_path / name)


# The sound: what stands where the timeline says


def test_the_small_file_is_whole(folder, small):
    assert verify(folder / "small.mp3") == Whole(LENGTH, 2, 5)


def beep(peak, start, seconds=0.1):
    """The session with a beep in it."""
    at, wave = WIDTH * frames(start), struct.pack("<50h", *[peak] * 25, *[-peak] * 25)
    some = (wave * frames(seconds))[: WIDTH * frames(seconds)]
    return SOUND[:at] + some + SOUND[at + len(some) :]


def quiet(start, end):
    """The session with a silence in it."""
    return SOUND[: WIDTH * frames(start)] + silence(frames(end) - frames(start)) + SOUND[WIDTH * frames(end) :]


def moved(text, by):
    """The session with a cue that begins earlier or later."""
    return laid([(words, start + by * (words == text)) for words, start in CUES])


@pytest.mark.parametrize(
    ("sound", "told"),
    [
        (quiet(0, 3), "the words 'We begin.' at 0:00 are not heard"),
        (quiet(3, 4), "the words '♪' at 0:03 are not heard"),
        (quiet(12, 12.7), "the words 'Two.' at 0:12 are not heard"),
        (quiet(0, 16), "the words 'We begin.' at 0:00 are not heard"),
        (quiet(5, 5.3), "the words 'Now roll your weight onto the ball, over three ...' at 0:05 are not heard"),
        (quiet(6, 8.5), "at 0:05 break off at 0:06: the next 2.01 seconds have a peak of "),
        (moved("Two.", 0.3), "the words 'Two.' at 0:12 are not heard: the next 0.16 seconds have a peak of "),
        (moved("♪", -0.3), "a sound at 0:02, where silence should be: its peak is "),
        (moved("Ease off.", 1.5), "the words 'Ease off.' at 0:12 are not heard"),
        (beep(60, 2.3), "a sound at 0:02, where silence should be: its peak is "),
        (beep(8_000, 4.5), "a sound at 0:04, where silence should be: its peak is "),
        (beep(20_000, 15.7, 0.02), "a sound at 0:15, where silence should be: its peak is "),
    ],
)
def test_a_sound_that_is_not_the_timelines_is_named_with_its_place(folder, sound, told):
    assert told in fault(folder, export(folder / "other.mp3", sound).read_bytes())


def test_the_floors_have_room_on_both_sides():
    assert 10 < SILENCE * 10 < SPEECH < 6_000 / 10
    assert FRAME * 2 < SMEAR and frames(0.03) * 3 < ONSET and frames(1.2) * 1.5 < PAUSE


@pytest.mark.parametrize("by", [-0.03, 0.03])
def test_a_cue_is_found_early_or_late_to_a_frame_of_mp3(folder, by):
    assert verify(export(folder / "near.mp3", moved("Two.", by))).cues == 5


# The timeline and the chapters


def with_words(*words):
    return replace(TAGS, words=words)


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (replace(TAGS, words=()), "it carries no timeline"),
        (with_words(Word("", 0, 0)), "chapter 1 begins at 0:00.000, where no cue begins"),
        (replace(TAGS, chapters=()), "it carries no chapters"),
        (replace(TAGS, chapters=CHAPTERS[1:]), "chapter 1 goes from 0:05.000 to 0:16.000, and the one before ends at"),
        (replace(TAGS, chapters=CHAPTERS[::-1]), "chapter 1 goes from 0:05.000 to 0:16.000, and the one before ends"),
        (replace(TAGS, chapters=CHAPTERS[:1]), "its chapters end at 0:05.000, and its sound at 0:16.000"),
        (
            replace(TAGS, chapters=(CHAPTERS[0], replace(CHAPTERS[1], start=frames(5.1)))),
            "chapter 2 goes from 0:05.100 to 0:16.000, and the one before ends at 0:05.000",
        ),
        (
            replace(TAGS, chapters=(Chapter("One", 0, frames(4)), Chapter("Two", frames(4), LENGTH))),
            "chapter 2 begins at 0:04.000, where no cue begins",
        ),
        (with_words(*WORDS[1:]), "chapter 1 begins at 0:00.000, where no cue begins"),
        (with_words(*WORDS[:2]), "chapter 2 begins at 0:05.000, where no cue begins"),
        (with_words(*WORDS[:-1]), "a sound at 0:12, where silence should be"),
        (with_words(*WORDS, Word("More.", frames(15), frames(15.5))), "the words 'More.' at 0:15 are not heard"),
        (with_words(*WORDS, Word("More.", frames(15), frames(17))), "'More.' goes from 0:15.000 to 0:17.000, between"),
        (with_words(WORDS[0], *WORDS[2:], WORDS[1]), "'Ease off.' goes from 0:12.900 to 0:03.000, between"),
        (replace(TAGS, chapters=tuple(Chapter("x", 0, 0) for _ in range(3))), "chapter 1 goes from 0:00.000 to 0:00"),
    ],
)
def test_tags_that_are_not_this_sounds_are_named(folder, tags, told):
    assert told in fault(folder, export(folder / "other.mp3", SOUND, tags).read_bytes())


def test_the_tags_of_another_session_are_found_out(folder, small):
    sooner = [(text, start and start - 1) for text, start in CUES]
    words = [Word(text, frames(start), frames(start) + length(said(text))) for text, start in sooner]
    chapters = (Chapter("One", 0, frames(4)), Chapter("Two", frames(4), LENGTH))
    other = id3(replace(TAGS, chapters=chapters, words=tuple(words)))
    assert "the words '♪' at 0:02 are not heard" in fault(folder, other + small[head_of(small) :])
    shorter = id3(replace(TAGS, chapters=(CHAPTERS[0], replace(CHAPTERS[1], end=LENGTH - frames(1)))))
    assert "its chapters end at 0:15.000" in fault(folder, shorter + small[head_of(small) :])
    assert "begins with 49 44 33" in fault(folder, small + other)
    assert "its sound does not begin with" in fault(folder, other + small)


# The bytes


def flipped(data, at, bits=0x10):
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


def forged(info, at, new):
    """An info frame with other bytes, and a checksum of its own that agrees."""
    own = Checksum()
    own.add((info[:at] + new + info[at + len(new) :])[:167])
    return (info[:at] + new + info[at + len(new) :])[:167] + own.value().to_bytes(2, "big") + info[169:]


def damages(data):
    """What may happen to a file, and what is told of it."""
    tags, info, found = split(data)
    head, total = len(tags), len(found)
    noise = random.Random(1).randbytes(700)
    middle = head + SIZE + sum(map(len, found[: total // 2]))
    ended = rf"its sound has {total - 1} MP3 frames, to 0:1\d, and its header says {total}"
    no_frame = "no mono MP3 frame of 24000 samples a second begins with .*, at 0:0[78]"
    one = found[total // 2]
    return {
        "cut in the head": (data[:7], "its tags claim a size"),
        "cut in the tags": (data[: head - 9], f"it breaks off inside its tags, at byte {head - 9} of {head}"),
        "cut after the tags": (tags, "its sound does not begin with the header that tells its length"),
        "cut in the header": (data[: head + 100], "its sound does not begin with the header"),
        "cut after the header": (data[: head + SIZE], f"its sound has 0 MP3 frames, to 0:00, and its header says {total}"),
        "cut in a frame": (data[: middle + 3], r"it breaks off inside an MP3 frame, at 0:0[78] of 0:16"),
        "cut by a byte": (data[:-1], r"it breaks off inside an MP3 frame, at 0:1\d of 0:16"),
        "a frame less at the end": (tags + info + b"".join(found[:-1]), ended),
        "a frame less": (tags + info + b"".join(found[:9] + found[10:]), ended),
        "a frame twice": (data[:middle] + one + data[middle:], "its sound goes on after 0:16"),
        "a frame less, and sealed": (sealed(tags, found[:-1], LENGTH - FRAME), "its chapters end at 0:16.000, and its"),
        "two frames changed places": (sealed(tags, [*found[9:], *found[:9]]), "are not heard|silence should be"),
        "garbage between frames": (data[:middle] + noise + data[middle:], no_frame),
        "garbage over frames": (data[:middle] + noise + data[middle + 700 :], no_frame),
        "zeros over frames": (data[:middle] + bytes(700) + data[middle + 700 :], no_frame),
        "another tag at the end": (data + b"TAG".ljust(128, b"\0"), "begins with 54 41 47 00, at 0:16"),
        "a byte more": (data + b"x", "it breaks off inside an MP3 frame, at 0:16"),
        "a byte of sound": (flipped(data, middle + 20), "its sound was changed somewhere|silence should be|not heard"),
        "the last byte": (flipped(data, len(data) - 1, 1), "its sound was changed somewhere from 0:00 to 0:16: its "),
        "a stereo frame": (flipped(data, middle + 3, 0xC0), no_frame),
        "the header's magic": (flipped(data, head + 13), "its sound does not begin with the header"),
        "the frame count": (flipped(data, head + 22), "the header of its sound was changed: its checksum is"),
        "the seek table": (flipped(data, head + 90), "the header of its sound was changed: its checksum is"),
        "its filling": (flipped(data, head + SIZE - 1), "its sound was changed somewhere"),
        "a forged count": (tags + forged(info, 21, b"\0\0\0\1") + data[head + SIZE :], "its header tells of -[0-9]+ samples, which is no session"),
        "a forged year": (tags + forged(info, 21, b"\x7f" * 4) + data[head + SIZE :], "which is no session"),
        "a forged delay": (tags + forged(info, 154, b"\0\0\0") + data[head + SIZE :], "its chapters end at 0:16.000"),
        "a forged seek table": (tags + forged(info, 29, b"x") + data[head + SIZE :], "its sound was changed somewhere"),
        "another version": (data[:3] + b"\4" + data[4:], "its tags are damaged at byte"),
        "an older version": (data[:3] + b"\2" + data[4:], "begins with no tags of voice-guide"),
        "a flag of the tags": (data[:5] + b"\x80" + data[6:], "begins with no tags of voice-guide"),
        "no tags": (data[head:], "begins with no tags of voice-guide"),
    }  # fmt: skip


DAMAGES = damages(sealed(id3(TAGS), [b"\xff\xf3\x14\xc4".ljust(24, b"\0")] * (LENGTH // FRAME + 3))).keys()


@pytest.fixture(scope="module")
def damaged(small):
    return damages(small)


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_named(folder, damaged, damage):
    data, told = damaged[damage]
    assert re.search(told, fault(folder, data))


SPOTS = st.integers(0, 10_000)


@examples(80)
@given(
    change=st.one_of(
        st.tuples(st.just("flip"), SPOTS, st.integers(1, 255)),
        st.tuples(st.just("cut"), SPOTS, st.integers(1, 2_000)),
        st.tuples(st.just("insert"), SPOTS, st.binary(min_size=1, max_size=300)),
        st.tuples(st.just("repeat"), SPOTS, st.integers(1, 2_000)),
        st.tuples(st.just("truncate"), SPOTS, st.none()),
    )
)
def test_any_byte_flipped_any_cut_and_any_insertion_in_the_sound_is_a_fault(folder, small, change):
    kind, spot, value = change
    head = head_of(small)
    at = head + spot * (len(small) - head) // 10_001
    changed = {
        "flip": lambda: flipped(small, at, value),
        "cut": lambda: small[:at] + small[at + value :],
        "insert": lambda: small[:at] + value + small[at:],
        "repeat": lambda: small[: at + value] + small[at:],
        "truncate": lambda: small[:at],
    }[kind]()
    assert fault(folder, changed)


# Lies


def tag(*bodies):
    """Tags of frames with these names and bodies."""
    body = b"".join(name + struct.pack(">IH", len(data), 0) + data for name, data in bodies)
    return b"ID3\3\0\0" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


CHAP = (b"CHAP", b"chp0\0" + struct.pack(">IIII", 0, 16_000, 2**32 - 1, 2**32 - 1))


def lyrics(body, encoding=0, form=b"\2\1"):
    return b"SYLT", bytes([encoding]) + b"eng" + form + body


def nested(depth):
    name, body = CHAP
    for _ in range(depth):
        body += name + struct.pack(">IH", len(body), 0) + body[:1_000]
    return name, body


@pytest.mark.parametrize(
    ("tags", "told"),
    [
        (b"ID3\3\0\0\x7f\x7f\x7f\x7f", "its tags claim a size of 7f 7f 7f 7f"),
        (b"ID3\3\0\0\xff\0\0\0", "its tags claim a size of ff 00 00 00"),
        (tag(), "it carries no timeline"),
        (tag(CHAP), "it carries no timeline"),
        (tag(lyrics(b"\0x\0\0\0\0\0")), "it carries no chapters"),
        (tag(lyrics(b"\0x\0\0\0\0\0"), CHAP, lyrics(b"\0")), "it carries two timelines"),
        (tag(CHAP, (b"SYLT", b""))[:-6] + b"\xff\xff\xff\xff\0\0", "its tags are damaged at byte 41, where 53 59 4c"),
        (tag((b"SYLT", b"")), "it carries no timeline"),
        (tag((b"SYLT", b"\0"), CHAP), "its timeline begins with 00, and not as"),
        (tag(lyrics(b"\0", 9), CHAP), "its timeline begins with 09 65 6e 67 02 01, and not as"),
        (tag(lyrics(b"\0", 0, b"\1\1"), CHAP), "its timeline begins with 00 65 6e 67 01 01, and not as"),
        (tag(lyrics(b"x" * 99), CHAP), "its timeline breaks off at byte 6 of 105"),
        (tag(lyrics(b"\0x" + b"y" * 99), CHAP), "its timeline breaks off at byte 7 of 107"),
        (tag(lyrics(b"\xff\xfe\0\0A\0\0A" * 2, 1), CHAP), "'A䄀' goes from 18175:19.105 to 0:16.000"),
        (tag(lyrics(b"\0", 0), CHAP), "chapter 1 begins at 0:00.000, where no cue begins"),
        (tag(lyrics(b"\0\x1b[2J\nred\0\0\0\0\0"), CHAP), "the words '[2Jred' at 0:00 break off at 0:00"),
        (tag(lyrics(b"\0x\0" + b"\xff" * 4), CHAP), "'x' goes from 71582:47.295 to 0:16.000, between"),
        (tag(lyrics(b"\0" + b"\0\0\0\0\0" * 200_000), CHAP), "chapter 1 begins at 0:00.000, where no cue begins"),
        (tag(lyrics(b"\0" + b"x\0\0\0\0\0" * 100_000), CHAP), "the words 'x' at 0:00 break off"),
        (tag(*[CHAP] * 50_000), "chapter 2 goes from 0:00.000 to 0:16.000, and the one before ends at 0:16.000"),
        (tag((b"CHAP", b"chp0")), "chapter 1 goes from "),
        (tag(nested(1_000)), "it carries no timeline"),
    ],
    ids=range(22),
)
def test_a_lie_in_the_tags_costs_neither_time_nor_memory(folder, small, tags, told):
    assert told in fault(folder, tags + small[head_of(small) :])


@examples(60)
@given(data=st.data())
def test_whatever_the_tags_become_it_is_whole_or_one_line(folder, small, data):
    head = head_of(small)
    at = data.draw(st.integers(0, head))
    new = data.draw(st.binary(max_size=40))
    path = folder / "tags.mp3"
    path.write_bytes(small[:at] + new + small[at + data.draw(st.sampled_from([0, len(new)])) :])
    try:
        verify(path)
    except VoiceGuideError as told:
        assert "\n" not in str(told)


def test_each_edge_of_a_frame_is_no_place_to_break_off(folder, small):
    tags, info, found = split(small)
    ends = [0, 1, 2, len(found) // 2, len(found) - 2, len(found) - 1]
    for first, last in pairwise(ends):
        assert fault(folder, tags + info + b"".join(found[:first] + found[last:]))
        assert fault(folder, tags + info + b"".join(found[:last]))

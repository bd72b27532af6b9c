"""The seal: nothing that an export says or sounds can be changed and called whole; what players add is told apart."""

import itertools
import random
import re
from dataclasses import replace
from io import BytesIO

import pytest
from mutagen.id3 import APIC, COMM, ID3, MCDI, PCNT, POPM, PRIV, RVA2, SYLT, TDRC, TIT2, TXXX, USLT

from test_verify import LENGTH, SCRIPT, SOUND, WORDS, export, fault, flipped, head_of, sealed, split
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.captions import Chapter
from voice_guide.formats.id3 import Tags
from voice_guide.formats.verify import Whole, verify
from voice_guide.formats.xing import FrameCount, read_info, with_seal
from voice_guide.pcm import frames

PICTURE = b"\x89PNG\r\n\x1a\n" + random.Random(3).randbytes(600)
TAGS = Tags(
    "Soft Landing",
    "voice_guide",
    "voice_guide sessions",
    "Speech",
    "Start\nWe begin.\n♪\n\nLeft hip\nNow roll your weight.\nTwo.\n\nÖffne die Augen\nEase off.",
    (
        Chapter("Start", 0, frames(5)),
        Chapter("Left hip", frames(5), frames(12)),
        Chapter("Öffne die Augen, 静かに", frames(12), LENGTH),
    ),
    PICTURE,
    words=WORDS,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("seal")


@pytest.fixture(scope="module")
def whole(folder):
    return export(folder / "whole.mp3", SOUND, TAGS).read_bytes()


# A thousand damages


def framed(data):
    """The frames of the tags, and what follows them."""
    head, at, found = head_of(data), 10, []
    while at < head:
        size = 10 + int.from_bytes(data[at + 4 : at + 8], "big")
        found.append(data[at : at + size])
        at += size
    return found, data[head:]


def joined(found, rest):
    body = b"".join(found)
    return b"ID3\3\0\0" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body + rest


def resized(frame, body):
    return frame[:4] + len(body).to_bytes(4, "big") + frame[8:10] + body


def raw(damage):
    """A damage of the list of frames."""

    def done(chance, data):
        found, rest = framed(data)
        damage(chance, found)
        return joined(found, rest)

    return done


def by_a_tagger(edit):
    """A damage that a tagger does, which writes all tags anew, in one way or another."""

    def done(chance, data):
        file = BytesIO(data)
        tags = ID3(file)
        edit(chance, tags)
        room = chance.choice([0, 7, 1024])
        file.seek(0)
        tags.save(file, v2_version=chance.choice([3, 4]), v1=0, padding=lambda _: room)
        return file.getvalue()

    return done


def spot(chance, data, inside):
    """A stretch of the tags, of the sound, or of all."""
    head = head_of(data)
    first, last = {"tags": (0, head), "sound": (head, len(data)), "all": (0, len(data))}[inside]
    at = chance.randrange(first, last)
    return at, min(last, at + chance.choice([1, 2, 9, 100, 400]))


def bit(inside):
    return lambda chance, data: flipped(data, spot(chance, data, inside)[0], 1 << chance.randrange(8))


def stretch(inside, new):
    def done(chance, data):
        first, last = spot(chance, data, inside)
        return data[:first] + new(chance, data[first:last]) + data[last:]

    return done


def one(chance, found, *names):
    """The place of a frame with one of these names."""
    return chance.choice([at for at, frame in enumerate(found) if frame[:4] in names])


def some_text(chance, text):
    """Another text: a letter, a word, all of it."""
    at = chance.randrange(len(text) or 1)
    return chance.choice(["Press on harder", text[:at] + "x" + text[at + 1 :], text[:at], text + " ", text.upper(), ""])


def drop(chance, found):
    del found[chance.randrange(len(found))]


def twice(chance, found):
    found.insert(chance.randrange(len(found)), chance.choice(found))


def swap(chance, found):
    first, second = chance.sample(range(len(found)), 2)
    found[first], found[second] = found[second], found[first]


def swap_bodies(chance, found):
    first, second = chance.sample(range(4), 2)
    one, other = found[first], found[second]
    found[first], found[second] = resized(one, other[10:]), resized(other, one[10:])


def a_letter(chance, found):
    at = one(chance, found, b"TIT2", b"TPE1", b"TALB", b"TCON", b"USLT", b"SYLT")
    frame = found[at]
    place = chance.randrange(16, len(frame)) if frame[:4] in (b"USLT", b"SYLT") else chance.randrange(11, len(frame))
    found[at] = flipped(frame, place, chance.randrange(1, 256))


def a_time(chance, found):
    at = one(chance, found, b"CHAP")
    found[at] = flipped(found[at], found[at].index(b"\0", 10) + chance.randrange(1, 17), chance.randrange(1, 256))


def another_name(chance, found):
    at = chance.randrange(len(found))
    found[at] = chance.choice([b"TXXX", b"COMM", b"POPM", b"PRIV", b"TIT3", b"XXXX"]) + found[at][4:]


def cut_frame(chance, found):
    at = chance.randrange(len(found))
    found[at] = resized(found[at], found[at][10 : chance.randrange(10, len(found[at]))])


def another_text(*names):
    def done(chance, tags):
        (frame,) = tags.getall(chance.choice(names))
        old, new = str(frame.text if frame.FrameID == "USLT" else frame), ""
        while (new := some_text(chance, old)) == old:
            pass
        frame.text = new if frame.FrameID == "USLT" else [new]

    return done


def a_line(chance, tags):
    (lyrics,) = tags.getall("USLT")
    lines = lyrics.text.split("\n")
    first, second = chance.sample([at for at, line in enumerate(lines) if line], 2)
    chance.choice([lambda: lines.pop(first), lambda: lines.__setitem__(first, lines[second])])()
    lyrics.text = "\n".join(lines)


def a_cue(chance, tags):
    (cues,) = tags.getall("SYLT")
    at = chance.choice([at for at, (text, _) in enumerate(cues.text) if text])
    text, time = cues.text[at]
    new = chance.choice(
        [("\nPress on harder", time), (text + "!", time), (text, time + 1), (text[1:], time), ("", time)]
    )
    cues.text[at] = new


def cues_swapped(chance, tags):
    (cues,) = tags.getall("SYLT")
    first, second = chance.sample([at for at, (text, _) in enumerate(cues.text) if text], 2)
    (one, when), (other, later) = cues.text[first], cues.text[second]
    cues.text[first], cues.text[second] = (other, when), (one, later)


def no_cover(chance, tags):
    tags.delall("APIC")


def another_cover(chance, tags):
    (cover,) = tags.getall("APIC")
    chance.choice(
        [
            lambda: setattr(cover, "data", PICTURE[:-1]),
            lambda: setattr(cover, "data", flipped(PICTURE, chance.randrange(len(PICTURE)))),
            lambda: setattr(cover, "mime", "image/jpeg"),
            lambda: setattr(cover, "type", 4),
            lambda: tags.add(APIC(mime="image/png", type=4, desc="back", data=PICTURE)),
        ]
    )()


def a_chapter(chance, tags):
    chapter = chance.choice(tags.getall("CHAP"))
    moved = chance.choice([-1, 1, 500])
    chance.choice(
        [
            lambda: setattr(chapter, "start_time", chapter.start_time + abs(moved)),
            lambda: setattr(chapter, "end_time", chapter.end_time + moved),
            lambda: setattr(chapter, "start_offset", 7),
            lambda: chapter.sub_frames.clear(),
            lambda: chapter.sub_frames.add(TIT2(text=["Right hip"])),
            lambda: chapter.sub_frames.add(COMM(lang="eng", desc="", text=["Press on harder"])),
            lambda: tags.__delitem__(chapter.HashKey),
        ]
    )()


def chapters_swapped(chance, tags):
    first, second = chance.sample(tags.getall("CHAP"), 2)
    first.sub_frames, second.sub_frames = second.sub_frames, first.sub_frames


def the_contents(chance, tags):
    (table,) = tags.getall("CTOC")
    chance.choice(
        [
            lambda: tags.delall("CTOC"),
            lambda: table.child_element_ids.reverse(),
            lambda: table.child_element_ids.pop(),
            lambda: setattr(table, "flags", 1),
            lambda: table.sub_frames.clear(),
        ]
    )()


def added(chance, tags):
    tags.add(
        chance.choice(
            [
                COMM(lang="eng", desc="", text=["Press on harder"]),
                TXXX(desc="note", text=["Press on harder"]),
                USLT(lang="deu", desc="", text="Press on harder"),
                SYLT(lang="deu", desc="", format=2, type=1, text=[("Press", 0)]),
                MCDI(data=b"x"),
                TDRC(text=["1999"]),
            ]
        )
    )


def a_kind_gone(chance, tags):
    tags.delall(chance.choice(["TIT2", "TPE1", "TALB", "TCON", "USLT", "SYLT", "CTOC", "APIC", "CHAP"]))


def another_language(chance, tags):
    chance.choice([*tags.getall("USLT"), *tags.getall("SYLT")]).lang = "deu"


def mp3_frames(chance, data):
    """With a header that agrees, but for the seal."""
    tags, info, found = split(data)
    first, second = chance.sample([at for at, frame in enumerate(found) if len(frame) > 26], 2)
    found[first], found[second] = found[second], found[first]
    count = FrameCount()
    count.add(b"".join(found))
    return tags + with_seal(count.info_frame(LENGTH, sealed=True), read_info(info).seal) + b"".join(found)


def at_the_end(chance, data):
    id3v1 = b"TAG" + b"Press on harder".ljust(125, b"\0")
    return data + chance.choice([b"\0", bytes(500), id3v1, b"APETAGEX" + bytes(24), data[-26:], chance.randbytes(40)])


TUNED = {
    "a bit of the tags": bit("tags"),
    "a bit of the sound": bit("sound"),
    "garbage over the tags": stretch("tags", lambda chance, old: chance.randbytes(len(old))),
    "zeros over it": stretch("all", lambda chance, old: bytes(len(old))),
    "cut short": lambda chance, data: data[: spot(chance, data, "all")[0]],
    "a frame of the tags dropped": raw(drop),
    "two frames of the tags in each other's place": raw(swap),
    "a letter": raw(a_letter),
    "another title, artist, album, genre": by_a_tagger(another_text("TIT2", "TPE1", "TALB", "TCON")),
    "another cue": by_a_tagger(a_cue),
    "no cover": by_a_tagger(no_cover),
    "another chapter": by_a_tagger(a_chapter),
    "something added": by_a_tagger(added),
}
HELD = {
    "garbage over the sound": stretch("sound", lambda chance, old: chance.randbytes(len(old))),
    "a stretch taken out": stretch("all", lambda chance, old: b""),
    "a stretch twice": stretch("all", lambda chance, old: old * 2),
    "something at the end": at_the_end,
    "a frame of the tags twice": raw(twice),
    "a frame of the tags cut": raw(cut_frame),
    "a frame of another name": raw(another_name),
    "a time of a chapter": raw(a_time),
    "two texts changed places": raw(swap_bodies),
    "MP3 frames changed places, their header made anew": mp3_frames,
    "other lyrics": by_a_tagger(another_text("USLT")),
    "a line of the lyrics": by_a_tagger(a_line),
    "two cues changed places": by_a_tagger(cues_swapped),
    "another cover": by_a_tagger(another_cover),
    "two chapters changed their titles": by_a_tagger(chapters_swapped),
    "another table of chapters": by_a_tagger(the_contents),
    "all of a kind dropped": by_a_tagger(a_kind_gone),
    "another language": by_a_tagger(another_language),
}
"""Kinds that were first tried when the seal was done."""


def missed(folder, whole, kinds, seed, count):
    """The damages of `count` that are called whole."""
    chance, path, told = random.Random(seed), folder / f"damaged{seed}.mp3", []
    for number, (name, damage) in zip(range(count), itertools.cycle(kinds.items()), strict=False):
        while (data := damage(chance, whole)) == whole:
            pass
        path.write_bytes(data)
        try:
            told.append((number, name, verify(path)))
        except VoiceGuideError as error:
            assert "\n" not in str(error) and len(str(error)) < 600
    return told


@pytest.mark.parametrize(("kinds", "seed", "count"), [(TUNED, 1, 26), (HELD, 2, 36)])
def test_damages_of_every_kind_are_told(folder, whole, kinds, seed, count):
    assert missed(folder, whole, kinds, seed, count) == []


@pytest.mark.long
@pytest.mark.parametrize(("kinds", "seed"), [(TUNED, 3), (HELD, 4)])
def test_of_a_thousand_damages_none_is_missed(folder, whole, kinds, seed):
    assert missed(folder, whole, kinds, seed, 500) == []


# What players do


FRESH = Whole(LENGTH, 3, 5)
RATING, COUNT = POPM(email="me@here", rating=196, count=3), PCNT(count=12)
GAIN = [TXXX(desc=f"replaygain_track_{what}", text=["-3.1 dB"]) for what in ("gain", "peak")]
NOTE = PRIV(owner="WM/MediaClassPrimaryID", data=b"1234")
LOUDNESS = [RVA2(desc="track", channel=1, gain=-3, peak=0.5), COMM(lang="eng", desc="iTunNORM", text=["000004A6"])]


def tagged(data, *new, version=3, room=None):
    """The file when a tagger has put something in, or only written it anew."""
    file = BytesIO(data)
    tags = ID3(file)
    for frame in new:
        tags.add(frame)
    file.seek(0)
    tags.save(file, v2_version=version, padding=room and (lambda _: room))
    return file.getvalue()


@pytest.mark.parametrize("version", [3, 4])
@pytest.mark.parametrize(
    ("new", "told"),
    [
        ([RATING], ["a rating (POPM)"]),
        ([COUNT], ["a play count (PCNT)"]),
        (GAIN, ["a loudness (TXXX)"]),
        (LOUDNESS, ["a loudness (COMM)", "a loudness (RVA2)"]),
        ([NOTE], ["a note of its own (PRIV)"]),
        ([RATING, COUNT, *GAIN], ["a loudness (TXXX)", "a play count (PCNT)", "a rating (POPM)"]),
        ([], []),
    ],
)
def test_what_a_player_adds_is_named_and_the_file_is_whole(folder, whole, new, told, version):
    path = folder / "played.mp3"
    path.write_bytes(tagged(whole, *new, version=version))
    found = verify(path)
    assert (found.length, found.chapters, found.cues, found.sealed) == (LENGTH, 3, 5, True)
    assert sorted(found.added) == told and found.rewritten
    assert bool(told) == any("a player has added" in remark for remark in found.remarks)


@pytest.mark.parametrize("room", [1, 1000])
def test_a_tag_written_over_and_over_with_more_room_and_in_both_versions_is_whole(folder, whole, room):
    path, data = folder / "again.mp3", whole
    for version in (4, 3, 4, 3):
        data = tagged(data, COUNT, version=version, room=room)
    path.write_bytes(data)
    assert verify(path).added == ("a play count (PCNT)",)
    found, rest = framed(whole)
    path.write_bytes(joined([b"PCNT\0\0\0\4\0\0\0\0\0\7", *found], rest))
    told = verify(path)
    assert told.added == ("a play count (PCNT)",) and not told.rewritten


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (
            by_a_tagger(lambda _, tags: tags.add(TIT2(text=["Press on harder"]))),
            r"title \(now 'Press on harder'\) changed;",
        ),
        (by_a_tagger(no_cover), "cover gone;"),
        (by_a_tagger(another_cover), "cover changed;"),
        (by_a_tagger(a_line), "lyrics changed;"),
        (by_a_tagger(chapters_swapped), "chapters changed;"),
        (by_a_tagger(another_language), "(lyrics|timed words) changed;"),
        (by_a_tagger(added), "(not written by voice-guide|changed);|it carries two timelines"),
        (raw(swap), "its tags say what they said, in other bytes, and no program shows"),
    ],
)
def test_what_was_changed_is_named(folder, whole, edit, told):
    assert re.search(told, fault(folder, edit(random.Random(8), whole)))


def test_a_rating_hides_no_change(folder, whole):
    changed = tagged(whole, RATING, COUNT, TIT2(text=["Press on harder"]))
    assert "title (now 'Press on harder') changed" in fault(folder, changed)


def test_an_export_of_an_older_version_is_held_to_its_timeline_and_told_to_carry_no_digest(folder, whole):
    tags, _, found = split(whole)
    path = folder / "older.mp3"
    path.write_bytes(sealed(tags, found))
    assert verify(path) == replace(FRESH, sealed=False)
    assert verify(path).remarks[0].startswith("it carries no digest, as an older version wrote it")
    changed = tagged(sealed(tags, found))
    assert "another program has written its tags anew, and it carries no digest" in fault(folder, changed)


def test_a_seal_is_not_taken_off_by_clearing_it(folder, whole):
    head = head_of(whole)
    for size in range(1, 39):
        assert fault(folder, whole[: head + 169] + bytes(size) + whole[head + 169 + size :])


def test_a_fresh_export_has_nothing_to_remark_and_is_the_same_each_time(folder, whole):
    assert verify(folder / "whole.mp3") == FRESH and FRESH.remarks == []
    assert export(folder / "second.mp3", SOUND, TAGS).read_bytes() == whole


def test_the_command_names_what_a_player_added_and_what_was_changed(run, tmp_path):
    (tmp_path / "short.yaml").write_text(SCRIPT)
    path = tmp_path / "short.mp3"
    run("export", tmp_path / "short.yaml", "--voice", "tone", "-o", path)
    data = path.read_bytes()
    path.write_bytes(tagged(data, RATING, COUNT))
    done = run("verify", "short.mp3")
    assert done.returncode == 0
    assert re.fullmatch(
        r"short\.mp3 is whole: \d+:\d\d, 3 chapters, \d+ cues\n"
        r"a player has added a play count \(PCNT\), a rating \(POPM\)\n"
        r"another program has written its tags anew, and they say what they said\n",
        done.stdout,
    )
    path.write_bytes(data.replace(b"Rest", b"Pest"))
    done = run("verify", "short.mp3")
    assert done.returncode == 1 and done.stdout == "" and "changed; export it again" in done.stderr

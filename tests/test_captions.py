"""The files beside an export: every word at its time in each, whatever a stranger's script has for words."""

import html
import json
import re
import subprocess
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strategies import examples
from voice_guide.formats.captions import (
    QUIET,
    SIDECARS,
    Captions,
    Chapter,
    Word,
    chapters_json,
    lrc,
    milliseconds,
    plain,
    srt,
    vtt,
)
from voice_guide.pcm import RATE, frames

HOUR = frames(3600)
EVIL = (
    "<script>alert(1)</script> -->\n\n7\n00:00:01,000 --> 00:00:02,000\n[00:01.00]<00:01.00> {\\an8} & \ud800\0\u202e"
)
SMALL = Captions(
    "Short <Rest>",
    (
        Chapter("Settle", 0, frames(4.25)),
        Chapter("Left [back] pocket", frames(4.25), HOUR),
        Chapter("End", HOUR, HOUR + frames(6)),
    ),
    (
        Word("Lie on your back & breathe.", 0, frames(1.5)),
        Word("Let the floor carry you.", frames(2), frames(3.1234)),
        Word("<script> {\\an8} --> [00:01.00]", frames(4.25), frames(5)),
        Word("♪", HOUR, HOUR + frames(0.8)),
        Word("Légèrement,\n\n静かに.", HOUR + frames(0.8), HOUR + frames(3)),
    ),
)

VTT = """\
WEBVTT

00:00:00.000 --> 00:00:01.500
Lie on your back &amp; breathe.

00:00:02.000 --> 00:00:03.123
Let the floor carry you.

00:00:04.250 --> 00:00:05.000
&lt;script&gt; {\\an8} --&gt; [00:01.00]

01:00:00.000 --> 01:00:00.800
♪

01:00:00.800 --> 01:00:03.000
Légèrement, 静かに.
"""
SRT = """\
1
00:00:00,000 --> 00:00:01,500
Lie on your back & breathe.

2
00:00:02,000 --> 00:00:03,123
Let the floor carry you.

3
00:00:04,250 --> 00:00:05,000
‹script› (/an8) --› [00:01.00]

4
01:00:00,000 --> 01:00:00,800
♪

5
01:00:00,800 --> 01:00:03,000
Légèrement, 静かに.
"""
LRC = """\
[ti:Short ‹Rest›]
[00:00.00]Lie on your back & breathe.
[00:02.00]Let the floor carry you.
[00:03.12]
[00:04.25]‹script› {\\an8} --› (00:01.00)
[00:05.00]
[60:00.00]♪
[60:00.80]Légèrement, 静かに.
[60:03.00]
"""
CHAPTERS = """\
{
  "version": "1.2.0",
  "title": "Short <Rest>",
  "chapters": [
    {
      "startTime": 0.0,
      "endTime": 4.25,
      "title": "Settle"
    },
    {
      "startTime": 4.25,
      "endTime": 3600.0,
      "title": "Left [back] pocket"
    },
    {
      "startTime": 3600.0,
      "endTime": 3606.0,
      "title": "End"
    }
  ]
}
"""
TXT = """\
Short <Rest>

0:00 Settle
Lie on your back & breathe.
Let the floor carry you.

0:04 Left [back] pocket
<script> {\\an8} --> [00:01.00]

1:00:00 End
♪
Légèrement, 静かに.
"""


@pytest.mark.parametrize(
    ("name", "ending", "text"),
    [
        ("vtt", ".vtt", VTT),
        ("srt", ".srt", SRT),
        ("lrc", ".lrc", LRC),
        ("chapters", ".chapters.json", CHAPTERS),
        ("txt", ".txt", TXT),
    ],
)
def test_each_file_says_the_session(name, ending, text):
    assert SIDECARS[name].ending == ending
    assert SIDECARS[name].write(SMALL) == text


def test_there_are_no_other_files():
    assert list(SIDECARS) == ["vtt", "srt", "lrc", "chapters", "txt"]


# Whatever the words are


def seen(text):
    """What anybody sees of a text, on one line."""
    return " ".join(re.sub(r"[^\u200c\u200d]", lambda c: c[0] if c[0].isprintable() else " ", text).split())


def read_vtt(text):
    """The cues by the grammar of WebVTT; no cue of ours has a name, settings, tags, or more than a line."""
    head, *lines = re.split(r"\r\n|\n|\r", text)
    assert head == "WEBVTT" and "\0" not in text and lines.pop() == ""
    while lines:
        empty, timing, payload, *lines = lines
        assert empty == "" and "-->" not in payload and "<" not in payload
        start, end = re.fullmatch(r"(\d\d+:[0-5]\d:[0-5]\d\.\d{3}) --> (\d\d+:[0-5]\d:[0-5]\d\.\d{3})", timing).groups()
        assert re.fullmatch(r"(?:[^&]|&(?:amp|lt|gt);)+", payload)
        yield html.unescape(payload), time_of(start), time_of(end)


def read_srt(text):
    """The cues as players of SubRip find them; each has its number and one line without anything they act on."""
    for number, block in enumerate(text.removesuffix("\n").split("\n\n") if text else [], 1):
        count, timing, payload = re.split(r"\r\n|\n|\r", block)
        assert count == str(number) and payload and not re.search(r"-->|[<>{}\\]", payload)
        start, end = re.fullmatch(r"(\d\d+:[0-5]\d:[0-5]\d,\d{3}) --> (\d\d+:[0-5]\d:[0-5]\d,\d{3})", timing).groups()
        yield payload, time_of(start), time_of(end)


def read_lrc(text):
    """The title, and each line with its time; no time is anywhere but at the beginning of a line."""
    (head, *lines), title = text.removesuffix("\n").split("\n"), re.compile(r"\[ti:([^\[\]<>]*)\]")
    found = [re.fullmatch(r"\[(\d\d+:[0-5]\d\.\d\d)\]([^\[\]<>]*)", line).groups() for line in lines]
    assert text.splitlines() == [head, *lines]
    return title.fullmatch(head)[1], [(words, time_of(f"0:{time}0")) for time, words in found]


def read_plain(text):
    """The title; and of each chapter its time, title and sentences."""
    title, *chapters = text.removesuffix("\n").split("\n\n")
    assert "\n" not in title
    for chapter in chapters:
        head, *lines = chapter.split("\n")
        time, _, name = head.partition(" ")
        assert all(lines)
        yield time, name, lines


def time_of(written):
    hours, minutes, rest = written.replace(",", ".").split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + int(rest.replace(".", ""))


MARKUP = ["<script>", "</b>", "<00:01.00>", "[00:01.00]", "[ti:", "]", "-->", "&", "&lt;", "{\\an8}", "\\N", "NOTE"]
PLAIN = ["WEBVTT", "1", "♪", "א", "静"]
UNSEEN = ["", " ", *"\n\r\0\t\x0b\x85\xa0\u2028\u200d\u200f\u202e\ufeff\ud83d\udc00", "\n\n"]
TEXTS = st.lists(st.sampled_from(MARKUP + PLAIN + UNSEEN) | st.text(st.characters(), max_size=4), max_size=6).map(
    "".join
)


@st.composite
def sessions(draw, shortest=RATE // 1000 + 1, farthest=2 * RATE):
    """Captions as a timeline gives them: chapters without gaps, and words that do not overlap."""
    words, chapters, at = [], [], draw(st.sampled_from([0, 0, frames(5990), 101 * HOUR]))
    for title in draw(st.lists(TEXTS, max_size=4)):
        start = at
        for text in draw(st.lists(TEXTS, max_size=4)):
            length = draw(st.integers(shortest, farthest))
            words.append(Word(text, at, at + length))
            at += length + draw(st.integers(0, farthest))
        at += draw(st.integers(RATE // 1000 + 1, farthest))
        chapters.append(Chapter(title, start, at))
    return Captions(draw(TEXTS), tuple(chapters), tuple(words))


def shown(told):
    """The words that show anything, with their times."""
    return [
        (seen(word.text), milliseconds(word.start), milliseconds(word.end)) for word in told.words if seen(word.text)
    ]


def alike(text, pairs):
    """A text with what stands for the signs that a format has no way to write."""
    return "".join(dict(pairs.split()).get(char, char) for char in text)


WORST = Captions(EVIL, (Chapter(EVIL, 0, RATE),), (Word(EVIL, 0, 2), Word("\n", 2, 4), Word(EVIL, 900, RATE)))
many = examples(60)


@many
@given(told=sessions())
@example(told=Captions("", (), ()))
def test_webvtt_gives_back_every_word_at_its_time(told):
    assert list(read_vtt(vtt(told))) == shown(told)


@many
@given(told=sessions())
@example(told=Captions("", (), ()))
def test_subrip_gives_back_every_word_at_its_time(told):
    cues = [(alike(text, "<‹ >› {( }) \\/"), start, end) for text, start, end in shown(told)]
    assert list(read_srt(srt(told))) == cues


@many
@given(told=sessions())
@example(told=Captions("", (), ()))
def test_lyrics_give_back_every_word_at_its_time_and_are_cleared_where_it_is_quiet(told):
    expected, cues = [], shown(told)
    for number, (text, start, end) in enumerate(cues, 1):
        expected.append((alike(text, "<‹ >› [( ])"), start // 10 * 10))
        if number == len(cues) or cues[number][1] - end > QUIET:
            expected.append(("", end // 10 * 10))
    assert read_lrc(lrc(told)) == (alike(seen(told.title), "<‹ >› [( ])"), expected)


@many
@given(told=sessions())
@example(told=Captions("", (), ()))
def test_the_chapters_are_read_back_without_gaps(told):
    read = json.loads(chapters_json(told))
    assert (read["version"], read["title"]) == ("1.2.0", seen(told.title))
    times = [(1000 * chapter["startTime"], 1000 * chapter["endTime"]) for chapter in read["chapters"]]
    assert times == [pytest.approx((milliseconds(c.start), milliseconds(c.end))) for c in told.chapters]
    assert [chapter["title"] for chapter in read["chapters"]] == [seen(c.title) for c in told.chapters]
    assert all(before["endTime"] == after["startTime"] for before, after in pairwise(read["chapters"]))


@many
@given(told=sessions())
@example(told=Captions("", (), ()))
def test_the_script_to_read_has_each_sentence_on_a_line_under_its_chapter(told):
    text = plain(told)
    assert text.startswith(f"{seen(told.title)}\n")
    read = list(read_plain(text))
    assert [name for _, name, _ in read] == [seen(chapter.title) for chapter in told.chapters]
    assert [line for _, _, lines in read for line in lines] == [text for text, _, _ in shown(told)]
    for (time, _, lines), chapter in zip(read, told.chapters, strict=True):
        hours, minutes, second = re.fullmatch(r"(?:(\d+):(?=\d\d:))?([0-5]?\d):([0-5]\d)", time).groups("0")
        assert (int(hours) * 60 + int(minutes)) * 60 + int(second) == milliseconds(chapter.start) // 1000
        inside = [word for word in told.words if chapter.start <= word.start < chapter.end]
        assert lines == [seen(word.text) for word in inside if seen(word.text)]


@many
@given(told=sessions(shortest=0, farthest=30))
@example(told=WORST)
def test_even_of_words_too_short_to_hear_no_cue_is_empty_or_overlaps(told):
    for cues in (list(read_vtt(vtt(told))), list(read_srt(srt(told)))):
        assert len(cues) == len(shown(told))
        assert all(start < end for _, start, end in cues)
        assert all(before[2] <= after[1] for before, after in pairwise(cues))
        assert all(0 <= cue[1] - word[1] <= len(cues) for cue, word in zip(cues, shown(told), strict=True))


@many
@given(told=sessions())
@example(told=WORST)
def test_each_file_is_text_that_ends_its_last_line(told):
    for name, sidecar in SIDECARS.items():
        text = sidecar.write(told)
        assert text.encode().decode() == text
        assert text.endswith("\n") or (name, shown(told)) == ("srt", [])


def test_sessions_beyond_a_hundred_hours_or_minutes_have_their_times():
    told = Captions("Long", (), (Word("Here.", 101 * HOUR, 101 * HOUR + RATE),))
    assert "\n101:00:00.000 --> 101:00:01.000\n" in vtt(told)
    assert "\n101:00:00,000 --> 101:00:01,000\n" in srt(told)
    assert "\n[6060:00.00]Here.\n[6060:01.00]\n" in lrc(told)


# What players read


HOSTILE = [
    "<script>alert(1)</script>",
    "<b>bold</b> & <i>it</i>",
    "&lt;",
    "7",
    "WEBVTT",
    "NOTE",
    "[ti:x]",
    "x [00:09.00] <00:09.00>",
]
HOSTILE += [
    "a --> b",
    "1\n00:00:01,000 --> 00:00:02,000\n\nx",
    "[offset:900]",
    "متن\u200f",
    "静かに",
    "♪",
    "\u202e\ud800.",
    "Rest.",
]
STRANGE = Captions(
    "<script>]", (), tuple(Word(text, frames(at), frames(at + 0.4)) for at, text in enumerate(["First.", *HOSTILE]))
)
FAR = Captions("Far", (), (Word("Near.", 0, RATE), Word("Far.", frames(6001), frames(6002))))
TOLD = [*SMALL.words[:2], *SMALL.words[3:]]
"""Without the braces, which ffmpeg alone takes for tags in WebVTT and lyrics."""


def ffmpeg(path):
    """The cues that ffmpeg reads in a file, without a warning."""
    done = subprocess.run(["ffmpeg", "-v", "warning", "-i", path, "-f", "srt", "-"], capture_output=True, check=True)
    assert not done.stderr
    cues = re.findall(r"\d+\n(\S+) --> (\S+)\n(.*)\n\n(?=\d+\n|\n*\Z)", done.stdout.decode())
    return [(text, time_of(start), time_of(end)) for start, end, text in cues]


@pytest.mark.device
@pytest.mark.parametrize("told", [Captions("x", (), tuple(TOLD)), STRANGE, FAR], ids=["small", "strange", "far"])
@pytest.mark.parametrize(
    ("name", "pairs"), [("vtt", ""), ("srt", "<‹ >›"), ("lrc", "<‹ >› [( ])")], ids=["vtt", "srt", "lrc"]
)
def test_ffmpeg_reads_every_word_at_its_time_without_a_warning(tmp_path, told, name, pairs):
    path = tmp_path / f"x{SIDECARS[name].ending}"
    path.write_text(SIDECARS[name].write(told), encoding="utf-8")
    cues = [(alike(text, pairs), start, end) for text, start, end in shown(told)]
    read = ffmpeg(path)
    if name == "lrc":
        cues = [(text, start // 10 * 10, end // 10 * 10) for text, start, end in cues]
        read = [cue for cue in read if cue[0]]
    assert [(text, start) for text, start, _ in read] == [(text, start) for text, start, _ in cues]
    if name != "lrc":  # there a line lasts to the next one, be it empty or not
        assert read == cues


@pytest.mark.device
def test_a_name_in_angle_brackets_is_shown_by_ffmpeg_and_would_have_been_lost(tmp_path):
    path = tmp_path / "x.srt"
    path.write_text(srt(STRANGE).replace("‹", "<").replace("›", ">"), encoding="utf-8")
    done = subprocess.run(["ffmpeg", "-v", "warning", "-i", path, "-f", "srt", "-"], capture_output=True, check=True)
    assert done.stderr and b"script" not in done.stdout

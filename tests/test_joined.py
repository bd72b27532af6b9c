"""Joined MP3s: what was encoded once is never encoded again, and nobody can hear the joints."""

import array
import audioop
import random
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mutagen.mp3 import MP3, BitrateMode

from strategies import examples
from test_mp3 import BARE, ffmpeg_decoded, mpg123_decoded, noise, run, stream_of
from voice_guide.compiler.cues import Cue
from voice_guide.compiler.timeline import Timeline, lay, measured
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.joined import TAIL, Encoded, encoded, runs
from voice_guide.formats.mp3 import Mp3, Stream
from voice_guide.formats.xing import FRAME, SIZE
from voice_guide.pcm import RATE, WIDTH, frames, length, silence
from voice_guide.player import play
from voice_guide.player.session import Session
from voice_guide.storage.kept import Kept
from voice_guide.voices.bell import ring
from voice_guide.voices.tone import Tone

WORDS = "Now roll your weight onto the ball, over three slow breaths."


class Talker:
    """A voice that counts what it is asked for; a number is so many frames of noise, to the very end."""

    key = "talker"

    def __init__(self):
        self.said = []

    def speak(self, text):
        self.said.append(text)
        return sound_of(text)


@cache
def sound_of(text):
    if text == "♪":
        return ring()
    if text.isdigit():
        return audioop.mul(random.Random(int(text)).randbytes(WIDTH * int(text)), WIDTH, 0.3)
    return Tone(140).speak(text) if text else b""


class Mute(Talker):
    """A voice whose engine is gone."""

    def speak(self, text):
        raise AssertionError(f"asked for {text!r}, which is kept")


def session(*cues):
    """Cues of words and the least seconds they have."""
    return [Cue("move", text, span) for text, span in cues]


def joined(path, cues, voice, folder, kbps=0):
    voice = Encoded(voice, Kept(folder), kbps)
    timeline = measured(cues, [voice.length(cue.text) for cue in cues], FRAME)
    with Mp3(path, BARE, kbps) as sink:
        sink.join(voice.joined(timeline.clips), timeline.length)
    return timeline


def straight(path, cues, kbps=0):
    timeline = Timeline(tuple(lay(((cue, sound_of(cue.text)) for cue in cues), FRAME)))
    heard = Session()
    heard.feed(timeline.clips)
    heard.whole = True
    with Mp3(path, BARE, kbps) as sink:
        play(heard, sink)
    return timeline, b"".join(clip.sound + silence(clip.length - length(clip.sound)) for clip in timeline.clips)


def noise_between(one, other):
    """What is left of one sound when the other is taken away."""
    return audioop.rms(audioop.add(one, audioop.mul(other, WIDTH, -1), WIDTH), WIDTH)


CUES = session((WORDS, 6), ("♪", 3), ("600", 1), ("9000", 1.5), (WORDS, 8), ("8820", 0.5), ("Two.", 1), ("♪", 0))


@pytest.fixture(scope="module", params=[0, 48], ids=["variable", "constant"])
def both(tmp_path_factory, request):
    """The same session both ways: files, timeline, sound."""
    folder = tmp_path_factory.mktemp("both")
    timeline = joined(folder / "joined.mp3", CUES, Talker(), folder / "cache", request.param)
    laid, sound = straight(folder / "straight.mp3", CUES, request.param)
    places = [(clip.start, clip.length, clip.end) for clip in timeline.clips]
    assert places == [(clip.start, clip.length, clip.end) for clip in laid.clips]
    return folder / "joined.mp3", folder / "straight.mp3", timeline, sound


@pytest.mark.device
@pytest.mark.parametrize("decode", [ffmpeg_decoded, mpg123_decoded])
def test_both_ways_have_the_same_sound_at_the_same_place(both, decode):
    one, other, timeline, sound = both
    ours, theirs = decode(one), decode(other)
    assert len(ours) == len(theirs) == len(sound)
    for clip in timeline.clips:
        start, end = clip.start * WIDTH, clip.end * WIDTH
        mine, lame, true = (one[start:end] for one in (ours, theirs, sound))
        assert noise_between(mine, true) <= 1.2 * noise_between(lame, true) + 20, clip.cue.text
    for clip in timeline.clips:
        quiet = ours[(clip.end + TAIL * FRAME) * WIDTH : (clip.start + clip.length - TAIL * FRAME) * WIDTH]
        assert not any(quiet), clip.cue.text


@pytest.mark.device
def test_mp3val_finds_no_fault_in_the_joints(both):
    told = run("mp3val", both[0]).stdout.decode()
    assert "WARNING" not in told and "ERROR" not in told and "Xing header" in told


@pytest.mark.device
def test_at_a_constant_bit_rate_every_frame_stands_where_a_player_reckons_it(tmp_path):
    cues = session(*((str(number), 1) for number in range(3000, 3040)), ("", 60), ("9000", 1))
    joined(tmp_path / "x.mp3", cues, Talker(), tmp_path / "cache", 48)
    stream = stream_of(tmp_path / "x.mp3")[SIZE:]
    at = 0
    for number, size in enumerate(Stream.read(stream).sizes):
        assert abs(at - number * 72_000 * 48 / RATE) < 20
        at += size
    assert MP3(tmp_path / "x.mp3").info.bitrate_mode == BitrateMode.CBR


@examples(25)
@given(st.lists(st.tuples(st.integers(200, 4000) | st.just(0), st.integers(0, 6 * FRAME)), max_size=6))
@example([(FRAME, 0), (FRAME, 0)])
@example([(FRAME - 1, TAIL * FRAME), (FRAME + 1, (TAIL + 1) * FRAME), (200, 0)])
def test_sounds_of_any_length_at_any_distance_are_heard_whole(tmp_path_factory, sounds):
    folder = tmp_path_factory.mktemp("any")
    cues = session(*((str(count), (count + gap) / 24_000) for count, gap in sounds))
    timeline = joined(folder / "joined.mp3", cues, Talker(), folder / "cache")
    _, sound = straight(folder / "straight.mp3", cues)
    ours, theirs = (mpg123_decoded(folder / name) for name in ("joined.mp3", "straight.mp3"))
    assert len(ours) == len(theirs) == len(sound) == timeline.length * WIDTH
    for clip in timeline.clips:
        start, end = clip.start * WIDTH, clip.end * WIDTH
        mine, lame, true = (one[start:end] for one in (ours, theirs, sound))
        # The 250 are for a blip of 13 milliseconds, 323 frames: of a word, which has three times that, it is below 150.
        assert noise_between(mine, true) <= 1.3 * noise_between(lame, true) + 250, clip.cue.text


def test_sounds_whose_frames_would_overlap_are_one_stream(both):
    *_, timeline, _ = both
    together = [[clip.cue.text for clip in run] for run in runs(timeline.clips)]
    assert together == [[WORDS], ["♪"], ["600"], ["9000"], [WORDS], ["8820", "Two."], ["♪"]] or together == [
        [WORDS], ["♪"], ["600"], ["9000"], [WORDS], ["8820"], ["Two."], ["♪"],
    ]  # fmt: skip
    clips = tuple(lay([(cue, sound_of(cue.text)) for cue in session(("5000", 0), ("5000", 0))], FRAME))
    near = [clips[0], type(clips[0])(clips[1].cue, clips[1].sound, 10 * FRAME, 12 * FRAME)]
    assert [len(run) for run in runs(near)] == [2]


def test_the_second_time_nothing_is_spoken_and_nothing_encoded_and_the_bytes_are_the_same(tmp_path):
    first, second = Talker(), tmp_path / "second.mp3"
    joined(tmp_path / "first.mp3", CUES, first, tmp_path / "cache")
    assert sorted(first.said) == sorted(set(first.said))
    joined(second, CUES, Mute(), tmp_path / "cache")
    assert second.read_bytes() == (tmp_path / "first.mp3").read_bytes()
    joined(tmp_path / "third.mp3", CUES, Talker(), tmp_path / "another cache")
    assert second.read_bytes() == (tmp_path / "third.mp3").read_bytes()


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"\0" + data[1:], lambda data: b""])
def test_a_broken_entry_is_a_miss_and_is_replaced(tmp_path, damage):
    joined(tmp_path / "first.mp3", CUES, Talker(), tmp_path / "cache")
    before = {path: path.read_bytes() for path in (tmp_path / "cache").iterdir()}
    for path, data in before.items():
        path.write_bytes(damage(data))
    joined(tmp_path / "second.mp3", CUES, Talker(), tmp_path / "cache")
    assert (tmp_path / "second.mp3").read_bytes() == (tmp_path / "first.mp3").read_bytes()
    assert {path: path.read_bytes() for path in (tmp_path / "cache").iterdir()} == before


def test_another_voice_or_other_words_are_never_taken_for_these(tmp_path):
    class Other(Talker):
        key = "other"

    joined(tmp_path / "first.mp3", CUES, Talker(), tmp_path / "cache")
    other = Other()
    joined(tmp_path / "second.mp3", CUES, other, tmp_path / "cache")
    assert other.said
    entries = sorted((tmp_path / "cache").iterdir())
    entries[0].write_bytes(entries[1].read_bytes())
    assert Kept(tmp_path / "cache").load(entries[0].name) == b""


def test_a_folder_that_takes_nothing_is_told_and_does_not_stop_the_export(tmp_path):
    (tmp_path / "cache").touch()
    kept = Kept(tmp_path / "cache")
    voice = Encoded(Talker(), kept)
    assert voice.length(WORDS) == length(sound_of(WORDS))
    assert "cannot keep rendered cues" in kept.warning


def test_a_session_without_sound_is_as_long_as_it_should_be(tmp_path):
    for cues, count in ((session(), 0), (session(("", 3)), frames(3))):
        timeline = joined(tmp_path / "x.mp3", cues, Talker(), tmp_path / "cache")
        assert timeline.length // FRAME == round(count / FRAME)
        assert round(MP3(tmp_path / "x.mp3").info.length * RATE) == timeline.length


def test_a_stream_that_would_begin_inside_another_leaves_no_file(tmp_path):
    stream = encoded(noise(0.2))
    with pytest.raises(VoiceGuideError), Mp3(tmp_path / "x.mp3", BARE) as sink:
        sink.join([(0, stream), (len(stream.sizes) - 1, stream)], frames(1))
    assert list(tmp_path.iterdir()) == []


def test_every_stream_stands_alone():
    for sound in (noise(1), sound_of(WORDS), ring(), silence(5), array.array("h", [20_000] * 5000).tobytes()):
        stream = encoded(sound)
        assert stream == Stream.read(stream.data)
        assert stream.data[4] == 0  # nothing of an earlier frame is needed
        assert len(stream.sizes) == -(-length(sound) // FRAME) + TAIL

"""A voice that somebody recorded: which sounds are taken, what is heard of a folder from anywhere, what else speaks."""

import audioop
import json
import math
import os
import random
import shutil
import subprocess
import threading
import wave
from array import array
from contextlib import closing
from functools import cache
from itertools import pairwise

import lameenc
import pytest

from fakes import Hum
from sound_server import wait_until
from test_cache import Mute, Parrot
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import spoken_seconds
from voice_guide.devices.microphone import Block
from voice_guide.errors import ChoiceError, HearingError, VoiceError, VoiceGuideError
from voice_guide.formats.joined import Encoded
from voice_guide.guide import Guide
from voice_guide.guide.recording import BEAT, QUIET, heard, spoken
from voice_guide.pcm import RATE, WAV_HEAD, WIDTH, frames, length, seconds, silence, wav_head
from voice_guide.voices import open_voice
from voice_guide.voices.bell import Belled
from voice_guide.voices.cache import Remembering
from voice_guide.voices.recorded import FORM, FORMAT, LIST, Listed, Recorded, Sentence, digest, keep_list, keep_sound
from voice_guide.voices.steady import Steady
from voice_guide.voices.take import taken

IN, OUT, SHARP = "Breathe in.", "And slowly out.", "If it turns sharp or tingles, ease off."
SCRIPT = "name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, hold: 30}\n"


@cache
def noise(span, loud, rate=RATE):
    made = random.Random(1)
    piece = array("h", (round(made.gauss(0, loud)) for _ in range(rate // 10)))
    return (piece * (round(span * 10) + 1)).tobytes()[: round(span * rate) * WIDTH]


@cache
def said(text, rate=RATE, pace=1.0, loud=6_000, hertz=300):
    """As a person might say it: a room, a moment, and as much sound as the words take."""
    count, period = round(spoken_seconds(text) * pace * rate), round(rate / hertz)
    wave = [loud * math.sin(2 * math.pi * at / period) for at in range(period)]
    words, fade = wave * (count // period), rate // 50
    for at in range(fade):
        words[at] *= at / fade
        words[-1 - at] *= at / fade
    return noise(0.5, 12, rate) + array("h", map(round, words)).tobytes() + noise(0.6, 12, rate)


def stereo(sound):
    return array("h", (one for frame in array("h", sound) for one in (frame, frame))).tobytes()


def wav(path, sound, rate=RATE, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, WIDTH, rate, 0, "NONE", ""))
        file.writeframes(sound)


def mp3(path, sound, rate=RATE):
    encoder = lameenc.Encoder()
    encoder.set_in_sample_rate(rate)
    encoder.set_channels(1)
    encoder.silence()
    path.write_bytes(bytes(encoder.encode(sound) + encoder.flush()))


@pytest.fixture
def guide(tmp_path):
    with Guide("tone", scripts=tmp_path / "scripts", data=tmp_path / "data", cache=tmp_path / "cache") as guide:
        yield guide


@pytest.fixture
def recording(guide, tmp_path):
    """Of a short routine, with numbers."""
    (tmp_path / "short.yaml").write_text(SCRIPT)
    with guide.record("Mine", [str(tmp_path / "short.yaml")]) as recording:
        recording.sheet(tmp_path / "sheet.txt")
        yield recording


@pytest.fixture
def takes(tmp_path):
    folder = tmp_path / "takes"
    folder.mkdir()
    return folder


@pytest.fixture
def mine(tmp_path):
    """The folder of a voice that has two sentences."""
    folder = tmp_path / "mine"
    listed = Listed(FORMAT, "Mine", (Sentence(IN), Sentence(OUT), Sentence(SHARP)))
    for number, hertz in ((1, 300), (2, 400)):
        listed = keep_sound(
            folder, listed, number, taken(said(listed.sentences[number - 1].text, hertz=hertz), RATE, IN)
        )
    return folder


def sound_of(folder, text):
    listed = FORM.read((folder / LIST).read_bytes())
    return folder / next(one.file for one in listed.sentences if one.text == text)


# Which sentences.


def test_what_most_routines_share_is_recorded_first_and_answers_to_keys_last(guide):
    with guide.record("Mine", ["soft landing"]) as first:
        texts = [*first.wanted.values()]
    places = [
        texts.index(text) for text in ("Half way.", "Welcome to Soft Landing.", "Paused. Come off slowly, all the way.")
    ]
    assert places == sorted(places)
    with guide.record("Mine") as every:
        assert {*texts[:8]} < {*[*every.wanted.values()][:20]}
        assert {*texts} < {*every.wanted.values()}
    assert not every.folder.exists()  # nothing was kept


def test_a_number_is_for_good_whatever_is_recorded_or_wanted_later(guide, recording, tmp_path):
    sheet = (tmp_path / "sheet.txt").read_text().splitlines()
    assert sheet == [f"{number}. {text}" for number, text in enumerate(recording.wanted.values(), 1)]
    recording.keep(3, taken(said(recording.wanted[3]), RATE, recording.wanted[3]))
    recording.close()
    with guide.record("mine", ["soft landing", str(tmp_path / "short.yaml")]) as more:
        for number, text in more.wanted.items():
            assert number > len(sheet) or sheet[number - 1] == f"{number}. {text}"
        assert 3 not in more.wanted
        assert more.count[0] == 1
    with guide.record("mine", [str(tmp_path / "short.yaml")], again=True) as anew:
        assert 3 in anew.wanted


def test_a_voice_is_recorded_by_one_at_a_time_and_has_a_name_that_is_free(guide, recording):
    with pytest.raises(VoiceGuideError, match="is being recorded already"):
        guide.record("Mine")
    for name in ("natural", "ESPEAK", "tone", "", "..", "x" * 80, "a\nb\x1b"):
        with pytest.raises(ChoiceError):
            guide.record(name).close()


# What is taken.


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000, 96_000])
def test_a_take_at_any_rate_is_trimmed_levelled_and_as_long_as_it_was(rate):
    sound = taken(said(SHARP, rate), rate, SHARP)
    assert -0.05 < seconds(length(sound)) - spoken_seconds(SHARP) < 0.45
    assert 3_500 < max(array("h", sound)) < 27_501
    tone = array("h", sound)[RATE : RATE + RATE // 2]
    ups = sum(one < 0 <= other for one, other in pairwise(tone))
    assert ups == pytest.approx(150, abs=3)


def hot(sound):
    return array("h", (max(-32_768, min(32_767, 20 * one)) for one in array("h", sound))).tobytes()


REFUSED = {
    "nothing but silence": (silence(RATE), RATE),
    "nothing but silence ": (b"", RATE),
    "hardly louder than the noise": (noise(2, 800), RATE),
    "hardly louder": (audioop.add(said(IN), (noise(9, 1_500))[: len(said(IN))], WIDTH), RATE),
    "clipped": (hot(said(IN)), RATE),
    "8000 frames a second": (said(IN, 8_000), 8_000),
    "is it all of this sentence": (said(IN, pace=0.2), RATE),
    "at most": (said(IN, pace=4), RATE),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_is_no_fit_take_is_refused_with_the_reason(reason):
    with pytest.raises(ValueError, match=reason.strip()):
        taken(*REFUSED[reason], IN)


@pytest.mark.long
def test_files_named_by_number_are_taken_in(recording, takes):
    texts = recording.wanted
    wav(takes / "1.wav", said(texts[1]))
    wav(takes / "002 take two.WAV", stereo(said(texts[2], 44_100)), 44_100, 2)
    mp3(takes / "3.mp3", said(texts[3], 48_000), 48_000)
    (takes / "notes.txt").write_text("1.")
    assert recording.take_in(takes) == (3, [])
    assert recording.count[0] == 3
    voice = Recorded(recording.folder)
    for number in (1, 2, 3):
        assert -0.05 < seconds(length(voice.speak(texts[number]))) - spoken_seconds(texts[number]) < 0.45
    assert not voice.faults


@pytest.mark.long
@pytest.mark.device
def test_flac_is_taken_in(recording, takes):
    wav(takes / "take.wav", said(recording.wanted[1], 44_100), 44_100)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", takes / "take.wav", takes / "1.flac"], check=True, stdin=subprocess.DEVNULL
    )
    assert recording.take_in(takes) == (1, [])


def ill(path, what, text):
    """A file that is none to take."""
    if what == "empty":
        path.write_bytes(b"")
    elif what == "no sound":
        path.write_bytes(b"Breathe in." * 1_000)
    elif what == "a folder":
        path.mkdir()
    elif what == "a pipe":
        os.mkfifo(path)
    elif what == "a link out":
        wav(path.parents[1] / "secret.wav", said(text))
        path.symlink_to(path.parents[1] / "secret.wav")
    elif what == "8 kHz":
        wav(path, said(text, 8_000), 8_000)
    elif what == "an hour":
        path.write_bytes(wav_head(3_600 * RATE * WIDTH))
        os.truncate(path, WAV_HEAD + 3_600 * RATE * WIDTH)
    elif what == "stereo":
        wav(path, stereo(said(text)), RATE, 2)
    elif what == "clipped":
        wav(path, hot(said(text)))
    elif what == "cut":
        path.write_bytes(path.read_bytes()[:-100] if path.exists() else wav_head(1_000)[:30])


ILL = ["empty", "no sound", "a folder", "a pipe", "a link out", "8 kHz", "an hour", "clipped", "cut"]


def test_a_file_that_cannot_be_taken_is_one_line_and_nothing_of_it_is_kept(recording, takes):
    texts = recording.wanted
    for number, what in enumerate(ILL, 1):
        ill(takes / f"{number}.wav", what, recording.wanted[number])
    good = len(ILL) + 1
    wav(takes / f"{good}.wav", said(recording.wanted[good]))
    kept, faults = recording.take_in(takes)
    assert kept == 1
    for number, (what, fault) in enumerate(zip(ILL, faults, strict=True), 1):
        assert fault.startswith(f"{takes / f'{number}.wav'}: "), what
        assert "\n" not in fault
    assert len([*recording.folder.iterdir()]) == 2
    assert Recorded(recording.folder).has(texts.values()) == 1


def test_numbers_that_mean_nothing_or_two_things_are_told(recording, takes):
    for name in ("1.wav", "01.flac", "999.wav", "3.ogg"):
        wav(takes / name, said(recording.wanted[1]))
    kept, faults = recording.take_in(takes)
    assert kept == 0
    for told in ("another file has the number 1 too", "no sentence 999", "ends in none of .wav, .flac, .mp3"):
        assert any(told in fault for fault in faults)
    assert len(faults) == 4
    with pytest.raises(ChoiceError, match="no such file"):
        recording.take_in(takes / "nowhere")


# From the microphone.


def blocks(sound):
    step = frames(0.03) * WIDTH
    return iter([Block(sound[at : at + step], 0.0, RATE) for at in range(0, len(sound), step)])


def test_a_sentence_is_counted_in_and_over_when_it_is_quiet():
    counted = []
    room = noise(3 * BEAT + 0.1, 12)
    sound = heard(blocks(room + said(SHARP) + noise(20, 12)), SHARP, counted.append)
    assert counted == [3, 2, 1, 0]
    assert seconds(length(sound)) == pytest.approx(BEAT + 0.6 + spoken_seconds(SHARP) + QUIET, abs=0.3)
    assert taken(sound, RATE, SHARP)


def test_who_says_nothing_is_not_listened_to_for_ever():
    sound = heard(blocks(noise(60, 12)), IN, lambda number: None)
    assert seconds(length(sound)) < 8
    with pytest.raises(ValueError, match="silence"):
        taken(sound, RATE, IN)


# What is heard.


def test_what_is_recorded_is_heard_and_another_voice_says_the_rest(mine, tmp_path):
    parrot = Parrot()
    voice = Remembering(parrot, tmp_path / "cache", recorded=Recorded(mine))
    assert voice.speak(IN) == sound_of(mine, IN).read_bytes()[WAV_HEAD:]
    assert voice.speak(SHARP)
    assert parrot.said == [SHARP]
    assert not voice.warning


def test_another_recording_changes_the_key_and_no_other_sentence_is_said_anew(mine, tmp_path):
    parrot = Parrot()
    before = Remembering(parrot, tmp_path / "cache", recorded=Recorded(mine))
    sounds = [before.speak(text) for text in (IN, OUT, SHARP)]
    listed = FORM.read((mine / LIST).read_bytes())
    keep_sound(mine, listed, 1, taken(said(IN, hertz=500), RATE, IN))
    after = Remembering(parrot, tmp_path / "cache", recorded=Recorded(mine))
    assert after.key != before.key
    assert [after.speak(text) == sound for text, sound in zip((IN, OUT, SHARP), sounds, strict=True)] == [
        False,
        True,
        True,
    ]
    assert parrot.said == [SHARP]
    assert len([*mine.glob("*.wav")]) == 2


def test_killed_while_a_sentence_is_recorded_anew_it_is_the_one_or_the_other(mine):
    before, old = (mine / LIST).read_bytes(), sound_of(mine, IN)
    kept = old.read_bytes()
    keep_sound(mine, FORM.read(before), 1, taken(said(IN, hertz=500), RATE, IN))
    assert Recorded(mine).speak(IN) not in (b"", kept[WAV_HEAD:])
    old.write_bytes(kept)  # as it was before the list was exchanged
    (mine / LIST).write_bytes(before)
    assert Recorded(mine).speak(IN) == kept[WAV_HEAD:]


def test_who_has_lost_the_other_voice_still_hears_what_is_recorded(mine, tmp_path):
    remembering = Remembering(Mute(), tmp_path / "cache", recorded=Recorded(mine))
    with closing(Steady(remembering, Belled(open_voice("tone")))) as voice:
        first = voice.speak(IN)
        assert voice.speak(SHARP) == open_voice("tone").speak(SHARP)
        assert voice.fault
        assert voice.speak(IN) == first


BROKEN = [
    "missing",
    "empty",
    "stereo",
    "8 kHz",
    "an hour",
    "a link out",
    "a pipe",
    "a folder",
    "clipped",
    "cut",
    "another sentence",
]


@pytest.mark.parametrize("what", BROKEN)
def test_a_sound_that_is_not_what_was_recorded_is_one_line_and_the_other_voice_says_it(mine, tmp_path, what):
    path = sound_of(mine, IN)
    content = path.read_bytes()
    whole = Recorded(mine).key
    path.unlink()
    if what == "cut":
        path.write_bytes(content)
    if what == "another sentence":
        shutil.copy(sound_of(mine, OUT), path)
    elif what != "missing":
        ill(path, what, IN)
    parrot = Parrot()
    voice = Remembering(parrot, tmp_path / "cache", recorded=Recorded(mine))
    frames_of = Encoded(voice, voice.kept)
    assert voice.speak(IN) == frames_of._voice.speak(IN)
    assert voice.speak(OUT) == sound_of(mine, OUT).read_bytes()[WAV_HEAD:]
    assert parrot.said == [IN]
    assert voice.warning.startswith(f"{path}: ")
    assert voice.warning.count("\n") == 0
    assert voice.key != f"{whole}, else parrot"
    assert frames_of.length(IN) == length(voice.speak(IN))
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink(missing_ok=True)
    path.write_bytes(content)  # mended, nothing of the other voice is left of it
    mended = Remembering(Mute("parrot"), tmp_path / "cache", recorded=Recorded(mine))
    assert Encoded(mended, mended.kept).length(IN) == length(content[WAV_HEAD:])


def test_a_take_that_was_held_down_to_the_ceiling_is_heard(mine):
    peaks = array("h", said(IN, loud=1_500))
    for at in range(RATE // 2 + 2_000, len(peaks) - RATE // 2 - 4_000, 1_000):
        peaks[at] = 30_000
    sound = taken(peaks.tobytes(), RATE, IN)
    assert max(array("h", sound)) > 27_000
    keep_sound(mine, FORM.read((mine / LIST).read_bytes()), 1, sound)
    assert Recorded(mine).speak(IN) == sound


def test_frames_of_a_spare_are_not_kept_as_those_of_the_voice_that_was_lost(tmp_path):
    lost = Remembering(Mute("parrot"), tmp_path, lambda: Hum(3_000))
    mended = Remembering(Parrot("parrot"), tmp_path)
    assert Encoded(lost, lost.kept).length(IN) != Encoded(mended, mended.kept).length(IN) == length(mended.speak(IN))


@pytest.mark.parametrize(
    ("loud", "fault"), [(lambda one: 27_000 if one > 0 else -27_000, "louder"), (lambda one: 0, "silence")]
)
def test_a_forged_sound_is_no_louder_than_any_voice_and_never_silence(mine, loud, fault):
    content = wav_head(2 * RATE) + array("h", map(loud, array("h", said(IN)[: 2 * RATE]))).tobytes()
    sentence = Sentence(IN, digest(IN, content))
    (mine / sentence.file).write_bytes(content)
    keep_list(mine, Listed(FORMAT, "Mine", (sentence,)))
    voice = Recorded(mine)
    assert not voice.speak(IN)
    assert fault in voice.faults[0]


LISTS = {
    "none": None,
    "empty": b"",
    "deep": b"[" * 100_000,
    "huge": b" " * (5 << 20),
    "of another version": FORM.written(Listed("voice_guide.recorded.2", "x")),
    "a way out": FORM.written(Listed(FORMAT, "x", (Sentence(IN, "../../../etc/passwd"),))),
    "twice": FORM.written(Listed(FORMAT, "x", (Sentence(IN), Sentence(IN)))),
    "unseen": FORM.written(Listed(FORMAT, "x", (Sentence("Breathe\x1b[2J."),))),
    "other values": json.dumps({"form": FORMAT, "name": "x", "sentences": [[1, 2]]}).encode(),
}


@pytest.mark.parametrize("what", LISTS)
def test_a_list_that_is_none_is_one_line(mine, tmp_path, what):
    (mine / LIST).unlink()
    if LISTS[what] is not None:
        (mine / LIST).write_bytes(LISTS[what])
    with pytest.raises(VoiceError, match=r"voice\.json: .*(name the folder|ask for the folder again)"):
        Recorded(mine)
    with Guide(str(mine), data=tmp_path, cache=tmp_path) as guide, pytest.raises(VoiceError):
        guide.speak(IN, tmp_path / "x.wav")


def test_a_list_that_is_a_link_out_of_the_folder_is_not_read(mine, tmp_path):
    (mine / LIST).rename(tmp_path / "elsewhere.json")
    (mine / LIST).symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(VoiceError, match="leads out of the folder"):
        Recorded(mine)


# The whole way.


@pytest.fixture
def whole(recording, takes):
    """Every sentence of the short routine is recorded."""
    for number, text in recording.wanted.items():
        wav(takes / f"{number}.wav", said(text))
    count = len(recording.wanted)
    assert recording.take_in(takes) == (count, [])
    recording.close()
    return recording


@pytest.mark.long
def test_a_recorded_voice_plays_by_name_and_by_its_folder_anywhere(run, whole, tmp_path):
    moved = tmp_path / "stick" / "mine"
    shutil.copytree(whole.folder, moved)
    files = []
    for name, data in (("mine", tmp_path / "data"), (moved, tmp_path / "other"), ("stick/mine", tmp_path / "other")):
        done = run("export", "short.yaml", "--voice", name, "-o", "x.wav", VOICE_GUIDE_DATA=str(data))
        assert done.returncode == 0, done.stderr
        files.append((tmp_path / "x.wav").read_bytes())
    assert files[0] == files[1] == files[2]
    for file in whole.folder.glob("*.wav"):
        text = next(
            one.text for one in FORM.read((whole.folder / LIST).read_bytes()).sentences if one.file == file.name
        )
        if text == IN:
            assert file.read_bytes()[WAV_HEAD:] in files[0]
    assert not [*tmp_path.glob("cache/*.wav")]  # no other voice said a word
    done = run("check", "short.yaml", "soft-landing", "--voice", "mine", VOICE_GUIDE_DATA=str(tmp_path / "data"))
    assert "sentences are recorded in 'mine'" in done.stdout
    assert run("voices", VOICE_GUIDE_DATA=str(tmp_path / "data")).stdout.splitlines()[1].split()[:2] == [
        "mine",
        "Mine,",
    ]
    mp3s = run("export", "short.yaml", "--voice", "mine", "--verify", VOICE_GUIDE_DATA=str(tmp_path / "data"))
    assert mp3s.returncode == 0, mp3s.stderr


@pytest.mark.long
def test_what_is_not_recorded_the_natural_voice_says(run, whole, tmp_path):
    gone = sound_of(whole.folder, IN)
    gone.unlink()
    done = run("export", "short.yaml", "--voice", whole.folder, "-o", "x.wav")
    assert done.returncode == 0
    assert done.stderr.count(f"{gone}: no such file") == 1
    assert len([*tmp_path.glob("cache/*.wav")]) == 1


@pytest.mark.long
def test_check_counts_the_sentences_that_a_voice_has(whole, tmp_path, library):
    routine = library.find(str(tmp_path / "short.yaml"))
    texts = spoken(compile_script(routine, library.phrases), library.phrases)
    with Guide("mine", scripts=tmp_path, data=tmp_path / "data", cache=tmp_path / "cache") as guide:
        checked = guide.check(tmp_path / "short.yaml")
        assert (checked.recorded, checked.sentences) == (len(texts), len(texts))
        checked = guide.check("soft landing")
        assert 60 < checked.recorded < checked.sentences


@pytest.mark.long
def test_sentences_are_recorded_elsewhere_by_command(run, takes, tmp_path):
    (tmp_path / "short.yaml").write_text(SCRIPT)
    done = run("record", "Mine", "--routine", "short.yaml", "--sheet", "sheet.txt")
    assert done.returncode == 0, done.stderr
    first = (tmp_path / "sheet.txt").read_text().splitlines()[0].partition(". ")[2]
    wav(takes / "1.wav", said(first))
    wav(takes / "2.wav", silence(RATE))
    done = run("record", "Mine", "--import", takes)
    assert (done.returncode, done.stdout) == (1, "1 sentences kept\n")
    assert f"{takes / '2.wav'}: nothing but silence" in done.stderr


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.device
def test_a_voice_is_recorded_through_a_microphone_and_heard(sound_server, recording, monkeypatch):
    for name, value in sound_server.env.items():
        monkeypatch.setenv(name, value)
    number, text = next((number, text) for number, text in recording.wanted.items() if 20 < len(text) < 40)
    with pytest.raises(HearingError):
        recording.take(number, lambda number: None)
    with closing(open_voice("espeak")) as voice, sound_server.microphone() as mouth:
        words = voice.speak(text)

        def count_in(at):
            if at == 0:
                threading.Thread(target=mouth.speak, args=(silence(frames(0.3)) + words,)).start()

        sound = recording.take(number, count_in)
        assert seconds(length(sound)) == pytest.approx(seconds(length(words)), abs=0.6)
        recording.keep(number, sound)
        with sound_server.record() as played:
            recording.play(sound, number)
        wait_until(lambda: not sound_server.streams(), "the end of the playback")
        assert seconds(length(bytes(played.sound))) > seconds(length(sound))
        with pytest.raises(ChoiceError, match="not taken: "):
            recording.take(number, lambda number: None)
    assert Recorded(recording.folder).speak(text) == sound
    assert (
        Remembering(Hum(), recording.folder.parent / "cache", recorded=Recorded(recording.folder)).speak(text) == sound
    )

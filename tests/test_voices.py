import audioop
import json
import math
import os
import re
import signal
import subprocess
import sys
import threading
import wave
from contextlib import closing
from operator import mul
from statistics import median

import pytest

import sick_engine
from fakes import Hum
from voice_guide.compiler.cues import BELL
from voice_guide.compiler.speech import spoken_seconds
from voice_guide.errors import VoiceError
from voice_guide.pcm import RATE, WIDTH, frames, length, seconds, silence
from voice_guide.voices import open_voice, speakers
from voice_guide.voices.bell import Belled
from voice_guide.voices.dress import CEILING, dress, read
from voice_guide.voices.engine import WORKER, Engine, chosen, enough, speakable
from voice_guide.voices.voice import Speaker

CUES = [
    "Now.",
    "Release.",
    "Three.",
    "Breathe in.",
    "And slowly out.",
    "Paused. Ease off the ball.",
    "Feel for the hollow above the hip bone, two fingers from the spine.",
    "Lean in slowly, straight forward into the muscle, until you feel a dull ache or warmth.",
    "Roll to your side, take the ball out, and rest for a moment before you stand up.",
]


@pytest.fixture(scope="module", params=["natural", "espeak"])
def engine(request):
    with closing(open_voice(request.param)) as voice:
        yield voice


@pytest.fixture
def sick(tmp_path):
    """A voice with that sickness; `starts()` is how many processes it took."""
    voices = []

    def sick(*sickness, patience=5.0):
        command = [sys.executable, "-S", sick_engine.__file__, *sickness, str(tmp_path / "log")]
        voices.append(Engine(command=command, patience=patience))
        return voices[-1]

    sick.starts = lambda: (tmp_path / "log").read_text().count("started")
    yield sick
    for voice in voices:
        voice.close()


# The real engines


def test_the_real_engine_speaks_a_sentence_at_the_pace_it_was_asked_for(engine):
    for cue in CUES[4:]:
        assert 0.6 < seconds(length(engine.speak(cue))) / spoken_seconds(cue) < 1.4


def test_of_many_cues_in_a_row_none_is_lost_or_repeated(engine):
    lengths = [length(engine.speak("Breathe. " * count)) for count in range(1, 16)]
    assert lengths == sorted(set(lengths))


def first_words(voice, rates_and_pitches):
    sounds = {}
    for rate, pitch in rates_and_pitches:
        with closing(open_voice(voice, rate, pitch)) as opened:
            sounds[rate, pitch] = opened.speak(CUES[-1])
    return sounds


def test_the_natural_voice_is_what_who_names_none_hears_at_the_rate_they_wish():
    sounds = first_words(None, [(100, 45), (200, 45), (200, 90)])
    assert 1.8 < length(sounds[100, 45]) / length(sounds[200, 45]) < 2.2
    assert sounds[200, 45] == sounds[200, 90] == first_words("natural", [(200, 45)])[200, 45]


def test_no_at_the_end_of_a_sentence_is_said_as_no():
    """The natural voice takes it for an abbreviation."""
    with closing(open_voice("natural")) as voice:
        assert voice.speak("Say yes or no.") == voice.speak("Say yes or no .") != voice.speak("Say yes or number.")


def test_rate_and_pitch_reach_the_first_words():
    sounds = first_words("espeak", [(100, 45), (200, 45), (200, 90)])
    assert 1.8 < length(sounds[100, 45]) / length(sounds[200, 45]) < 2.2
    assert hertz(sounds[200, 90]) > hertz(sounds[200, 45]) * 1.2


def hertz(sound):
    """The pitch of a voice: the median, over loud moments, of the shift at which it is most like itself."""
    samples = memoryview(sound).cast("h")
    found = []
    for at in range(4_000, len(samples) - 2_000, 3_000):
        now = samples[at : at + 1_000]
        if audioop.rms(now, WIDTH) > 3_000:
            later = {lag: samples[at + lag : at + lag + 1_000] for lag in range(90, 400, 5)}
            likeness = {lag: sum(map(mul, now, then)) for lag, then in later.items()}
            found.append(RATE / max(likeness, key=likeness.get))
    return median(found)


def test_the_key_tells_all_that_changes_the_sound_and_needs_no_engine(sick):
    hanging = sick("hang")
    key = r".+, pyttsx3 [\d.]+, .*espeakng-loader.*, dressed \d+, speaker .+, rate 140.*"
    assert re.fullmatch(key, hanging.key)
    with closing(open_voice("en-gb", 120, 30)) as other:
        assert other.key != hanging.key
        assert other.key.endswith("speaker gmw/en, rate 120, pitch 30") or sys.platform != "linux"


def test_speakers_are_listed_and_each_can_be_named_by_id_name_or_language():
    listed = speakers()
    assert len({speaker.id for speaker in listed}) == len(listed) > 0
    for speaker in listed:
        assert chosen(speaker.id.upper(), listed).id == speaker.id
        assert chosen(speaker.name, listed).name == speaker.name
        assert not speaker.language or chosen(speaker.language.replace("-", "_"), listed)


def test_an_unknown_speaker_is_an_error_that_names_the_nearest():
    here = [Speaker("gmw/en-us", "English (America)", "en-us"), Speaker("gmw/de", "German", "de")]
    assert chosen("en", here).id == "gmw/en-us"
    with pytest.raises(VoiceError, match=r"no voice 'Germen'.*did you mean 'german'.*`voice-guide voices`"):
        chosen("Germen", here)
    with pytest.raises(VoiceError, match="no voice ''"):
        chosen("", [Speaker("x", "X")])
    with closing(open_voice("Klingon opera")) as voice, pytest.raises(VoiceError, match="Klingon opera"):
        voice.speak("Hello.")


@pytest.mark.parametrize(("rate", "pitch"), [(79, 45), (301, 45), (140, -1), (140, 100)])
def test_a_rate_or_pitch_that_no_engine_can_speak_is_refused(rate, pitch):
    with pytest.raises(VoiceError, match="is outside"):
        open_voice("tone", rate, pitch)


def test_what_an_engine_would_obey_and_not_speak_is_taken_out():
    assert speakable("Press [[h@'loU]] in\x00,\r\n <b>now</b>\u202e\ud800.") == "Press h@'loU in , b now /b ."
    assert speakable("\x1b[2J") == "2J"


def test_a_text_without_words_has_no_sound(engine):
    assert engine.speak("") == engine.speak(" ... \n") == b""


def test_a_cue_too_long_for_one_breath_of_the_pipe_is_refused(engine):
    with pytest.raises(VoiceError, match="split it"):
        engine.speak("na " * 2_000)


# The worker


@pytest.fixture(params=["natural", "system"])
def worker(request, tmp_path):
    for library in ("pyttsx3", "hibari", "numpy"):
        (tmp_path / f"{library}.py").write_text("raise SystemExit('a file of the listener was run')")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([*WORKER, request.param], cwd=tmp_path, text=True, **pipes) as process:

        def ask(line):
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        ask.process = process
        yield ask
        process.kill()


def test_the_worker_answers_nonsense_with_one_line_and_lives(worker):
    for line in ("", "[", "3", '{"text": "No file."}'):
        assert list(worker(line)) == ["error"]
    assert worker("{}")["speakers"]


def test_the_worker_outlives_ctrl_c_and_runs_nothing_of_the_folder_it_is_in(worker, tmp_path):
    assert worker("{}")["speakers"]
    worker.process.send_signal(signal.SIGINT)
    speaker = worker("{}")["speakers"][0]["id"]
    request = {"file": str(tmp_path / "said.wav"), "text": "Now.", "speaker": speaker}
    request |= {"rate": 140, "pitch": 45, "frames": RATE, "sounds": {}}
    assert worker(json.dumps(request)) == {}
    assert length(read(tmp_path / "said.wav")) > RATE / 5


def test_the_worker_ends_with_whoever_started_it(worker):
    worker.process.stdin.close()
    assert worker.process.wait(timeout=10) == 0


# Sick engines


@pytest.mark.parametrize(
    ("sickness", "said"),
    [
        ("die", "died"),
        ("nothing", "saved no sound"),
        ("empty", "no WAV file"),
        ("noise", "no WAV file"),
        ("header", "0.00 seconds of sound for 5 words"),
        ("short", "0.02 seconds of sound for 5 words"),
        ("endless", "120 seconds over 'Ease off the ball now.'"),
        ("silent", "nothing but silence"),
        ("garbage", "garbage"),
        ("list", "garbage"),
        ("fault", "no larynx"),
    ],
)
def test_a_sick_engine_is_replaced_once_then_named_with_the_remedy(sick, sickness, said):
    with pytest.raises(VoiceError, match=said) as error:
        sick(sickness).speak("Ease off the ball now.")
    assert re.search("speech engine .* twice; `voice-guide doctor` .* `--voice tone`", str(error.value))
    assert "\n" not in str(error.value)
    assert error.value.exit_code == 5
    assert sick.starts() == 2


def test_a_hanging_engine_is_killed_and_replaced_once(sick):
    with pytest.raises(VoiceError, match="gave no answer"):
        sick("hang", patience=0.6).speak("Go.")
    assert sick.starts() == 2


@pytest.mark.parametrize("sickness", ["die", "header", "garbage", "fault"])
def test_an_engine_that_is_well_again_after_one_retry_speaks(sick, sickness):
    voice = sick("once", sickness)
    assert voice.speak("Ease off.")
    assert voice.speak("And rest.")
    assert sick.starts() == 2


def test_an_engine_that_starts_slowly_is_given_twice_the_time(sick):
    assert sick("slow", patience=0.6).speak("Go.")
    assert sick.starts() == 1


def test_an_engine_known_to_be_quick_is_soon_missed_and_one_as_slow_as_its_words_is_not():
    dozens = [0.4, *[0.012] * 30]
    for speech in (0.5, 30):
        assert enough(dozens, 10, speech) == 3
        for start in ([], [0.4], [8.0]):
            assert enough(start, 10, speech) >= 10 + speech
    assert enough([], 10) == 20
    assert enough([9.0, 5.0, 0.2], 10, 33) == 43


SLEEPER = """
import sys
from voice_guide.voices.engine import Engine
voice = Engine(command=sys.argv[1:], patience=0.5)
print(len(voice.speak("Go.")) > 0, flush=True)
voice.close()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_a_machine_that_slept_while_a_cue_was_spoken_finds_its_answer(tmp_path):
    os.mkfifo(tmp_path / "asked")
    engine = [sys.executable, "-S", sick_engine.__file__, "tell and save", str(tmp_path / "log")]
    command = [sys.executable, "-c", SLEEPER, *engine]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        with (tmp_path / "asked").open() as asked:  # now the engine was asked to speak
            listener.send_signal(signal.SIGSTOP)
            asked.read()  # now it speaks
        threading.Event().wait(1.2)  # longer than any patience
        listener.send_signal(signal.SIGCONT)
        assert listener.communicate(timeout=20)[0] == "True\n"
    assert (tmp_path / "log").read_text().count("started") == 1


def test_an_engine_that_cannot_be_started_is_a_voice_error(tmp_path):
    with pytest.raises(VoiceError, match=r"cannot be started.*--voice tone"):
        Engine(command=[str(tmp_path / "missing")])


@pytest.mark.skipif(sys.platform == "win32", reason="needs named pipes")
def test_closing_ends_a_hanging_cue_at_once_and_frees_its_thread(sick, tmp_path):
    os.mkfifo(tmp_path / "asked")
    voice = sick("tell", patience=600)
    ended = []

    def speak():
        try:
            voice.speak("Ease off.")
        except VoiceError as error:
            ended.append(str(error))

    thread = threading.Thread(target=speak)
    thread.start()
    (tmp_path / "asked").read_text()  # until it was asked to speak
    voice.close()
    thread.join(timeout=10)
    assert ended == ["the voice was closed while it was speaking"]
    voice.close()
    with pytest.raises(VoiceError, match="closed"):
        voice.speak("More.")


# Dressing


def sine(amplitude, count, period=100):
    wave_ = [round(amplitude * math.sin(2 * math.pi * frame / period)) for frame in range(count)]
    return b"".join(sample.to_bytes(2, "little", signed=True) for sample in wave_)


def test_silence_at_the_ends_is_trimmed_to_a_few_blocks():
    for before, after in ((0, 0), (5_000, 9_000), (100, 20_000)):
        dressed = length(dress(silence(before) + sine(8_000, 22_000) + silence(after)))
        assert 22_000 <= dressed <= 22_000 + frames(0.08)


def test_quiet_and_loud_words_come_out_alike_and_begin_and_end_in_silence():
    quiet, loud = (dress(sine(amplitude, 33_000)) for amplitude in (200, 30_000))
    assert abs(audioop.rms(quiet, WIDTH) / audioop.rms(loud, WIDTH) - 1) < 0.02
    for sound in (quiet, loud):
        assert max(map(abs, memoryview(sound).cast("h")[:10])) < 500
        assert max(map(abs, memoryview(sound).cast("h")[-10:])) < 500


def test_no_peak_passes_the_ceiling_and_no_click_makes_its_words_roar():
    click = sine(1_000, 20_000) + sine(32_000, 44, period=44) + sine(1_000, 20_000)
    dressed = dress(click)
    assert audioop.max(dressed, WIDTH) <= CEILING + 1
    assert audioop.rms(dressed[: RATE // 2 * WIDTH], WIDTH) < 1_000 * 4


KINDS = [(44_100, 2, 2), (16_000, 1, 1), (48_000, 4, 1), (22_050, 3, 2)]


@pytest.mark.parametrize(("rate", "width", "channels"), KINDS)
def test_other_rates_widths_and_channels_are_read_as_ours(tmp_path, rate, width, channels):
    samples = audioop.lin2lin(sine(8_000, rate * channels), 2, width)
    if width == 1:
        samples = audioop.bias(samples, 1, 128)  # WAV keeps eight bits unsigned
    save(tmp_path / "other.wav", samples, rate, width, channels)
    sound = read(tmp_path / "other.wav")
    assert abs(length(sound) - RATE) < 20
    assert 4_000 < audioop.rms(sound, WIDTH) < 8_000


def save(file, samples, rate=RATE, width=WIDTH, channels=1):
    with wave.open(str(file), "wb") as wav:
        wav.setframerate(rate)
        wav.setsampwidth(width)
        wav.setnchannels(channels)
        wav.writeframes(samples)


@pytest.mark.device
def test_a_session_is_about_minus_sixteen_lufs_and_even_from_cue_to_cue(engine, tmp_path):
    sounds = [engine.speak(cue) for cue in CUES]
    for sound in sounds:
        assert abs(lufs(sound * math.ceil(3 * RATE / length(sound)), tmp_path) + 16) < 1.3  # a word dies away
    assert abs(lufs(b"".join(sound + silence(RATE) for sound in sounds), tmp_path) + 16) < 1.0


def lufs(sound, folder):
    save(folder / "heard.wav", sound)
    measure = ["ffmpeg", "-hide_banner", "-nostats", "-i", folder / "heard.wav", "-af", "ebur128"]
    said = subprocess.run([*measure, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


# Beeps


def test_a_beep_is_exactly_as_long_as_the_words_and_loudest_in_its_first_frame():
    voice = open_voice("tone", 100)
    for cue in CUES:
        sound = memoryview(voice.speak(cue)).cast("h")
        assert len(sound) == frames(spoken_seconds(cue, 100))
        assert max(map(abs, sound)) == sound[0] < CEILING
        assert abs(sound[-1]) < 100
    assert open_voice("tone", 100).speak(CUES[0]) == voice.speak(CUES[0])
    assert open_voice("tone", 101).key != voice.key
    assert voice.speak("...") == b""
    voice.close()


def test_a_bell_rings_for_any_voice_and_words_are_left_to_it():
    hum = Hum()
    belled = Belled(hum)
    bell = belled.speak(BELL)
    assert 0.5 < seconds(length(bell)) < 1 and hum.said == [] and bell == belled.speak(BELL)
    assert max(memoryview(bell).cast("h")) > 5000 and bell[-2:] == b"\0\0"
    assert belled.speak("Rest.") == hum.speak("Rest.") and belled.key == hum.key

"""A voice that sickens in the middle of a session, in every way: each hold is exact, and ends in its words."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace

import pytest

import sick_engine
from fakes import Hum, Tape
from test_cache import Mute, Parrot
from voice_guide.compiler.cues import BELL
from voice_guide.compiler.script import compile_script
from voice_guide.errors import VoiceError
from voice_guide.pcm import RATE, WIDTH, frames, length
from voice_guide.player import play
from voice_guide.player.session import Session
from voice_guide.voices import open_voice
from voice_guide.voices.bell import Belled, ring
from voice_guide.voices.cache import Remembering
from voice_guide.voices.dress import dress, read
from voice_guide.voices.engine import Engine
from voice_guide.voices.rendering import VOICELESS, Ahead
from voice_guide.voices.steady import Steady

SCRIPT = "name: Short\nabout: x\navoid: []\nending: asleep\nsteps:\n  - {press: palm center, hold: 30}\n"
HOLD = frames(30)
FIRST, BETWEEN, INSIDE = "Breathe in.", "Now the palm center, right hand.", "In."
"""Where the engine sickens: inside the first hold, before the second, inside the second."""
WAYS = ("die", "hang", "fault", "garbage", "nothing", "empty", "noise", "header", "endless", "silent")
PLACES = [(way, INSIDE) for way in WAYS] + [("die", FIRST), ("hang", BETWEEN)]
ONCE = [("once", *place) for place in PLACES]
FOR_GOOD = [("always", *place) for place in PLACES]
DRAGGING = [("once", "real time", INSIDE), ("always", "real time", BETWEEN)]


@dataclass
class Heard:
    """A session, and every clip of it with the frame at which it was heard."""

    session: Session
    clips: list
    starts: list
    voice: Steady
    fault: Exception | None
    processes: list

    @property
    def holds(self):
        """Frames from each press to the release that follows it."""
        kinds = [(clip.cue.kind, start) for clip, start in zip(self.clips, self.starts, strict=True)]
        turns = [(kind, start) for kind, start in kinds if kind in ("press", "release")]
        assert [kind for kind, _ in turns] == ["press", "release"] * (len(turns) // 2)
        return [end - start for (_, start), (_, end) in zip(turns[::2], turns[1::2], strict=True)]


class Watched(Session):
    """A session that shows what it was fed."""

    def __init__(self):
        super().__init__()
        self.fed = []

    def feed(self, clips):
        self.fed += clips
        super().feed(clips)


@pytest.fixture(scope="module")
def phrases(library):
    """Without the many words for what is left of a session."""
    return replace(library.phrases, left=library.phrases.left[:1])


@pytest.fixture(scope="module")
def plan(library, phrases, tmp_path_factory):
    path = tmp_path_factory.mktemp("script") / "short.yaml"
    path.write_text(SCRIPT)
    return compile_script(library.find(str(path)), phrases)


@pytest.fixture(scope="module")
def asked(phrases, plan):
    """The texts that a voice is asked for, in order."""
    hum = Hum()
    ahead = Ahead(plan, phrases, hum)
    while not ahead.ready(whole=True):
        pass
    return hum.said


@pytest.fixture(scope="module")
def listen(phrases, plan, asked, tmp_path_factory):
    """Listen to a whole session whose engine sickens, `once` or `always`, when it is asked for a text."""

    def listen(how, sickness, text):
        folder = tmp_path_factory.mktemp("sick")
        words = [how, "after", str(asked.index(text)), sickness, str(folder / "log")]
        engine = Engine(command=[sys.executable, "-S", sick_engine.__file__, *words], patience=1.0)
        with closing(Steady(Remembering(engine, folder / "cache"), Belled(open_voice("tone")))) as voice:
            ahead, session, tape = Ahead(plan, phrases, voice), Watched(), Tape()
            tape.stretch = 10 * RATE  # quicker than any engine

            def arriving(session):
                ahead.ready(whole=True)
                ahead.deliver(session)
                return ()

            play(session, tape, arriving)
            ahead.stop()
        started = [line for line in (folder / "log").read_text().splitlines() if line != "said"]
        processes = [int(line.split()[1]) for line in started]
        starts = onsets(tape.sound, session.fed, session.answers.get("wait", b""))
        return Heard(session, session.fed, starts, voice, ahead.fault, processes)

    return listen


def onsets(sound, clips, wait):
    """The frame of each clip's first word; before, between and after them is silence, and a word of patience."""
    starts, at = [], 0
    for clip in clips:
        start = sound.index(clip.sound, at)
        assert start % WIDTH == 0 and quiet(sound[at:start], wait)
        starts.append(start // WIDTH)
        at = start + len(clip.sound)
    assert quiet(sound[at:], wait)
    return starts


def quiet(sound, wait):
    return not (sound.replace(wait, b"") if wait else sound).strip(b"\0")


@pytest.fixture(scope="module")
def sessions(listen):
    """All of them at once: they wait for their engines most of the time."""
    with ThreadPoolExecutor(8) as pool:
        running = {case: pool.submit(listen, *case) for case in (*DRAGGING, *FOR_GOOD, *ONCE)}
        return {case: session.result() for case, session in running.items()}


@pytest.fixture(scope="module")
def well(asked, tmp_path_factory):
    """The sound of each text in the true voice."""
    said = tmp_path_factory.mktemp("well") / "said.wav"

    def sound(text):
        sick_engine.save({"text": text, "file": str(said)})
        return dress(read(said))

    return {text: sound(text) for text in asked}


@pytest.fixture(params=[*ONCE, *FOR_GOOD, *DRAGGING], ids=" ".join)
def any_session(request, sessions):
    return sessions[request.param]


@pytest.fixture(params=ONCE, ids=" ".join)
def saved(request, sessions):
    return sessions[request.param]


@pytest.fixture(params=FOR_GOOD, ids=" ".join)
def lost(request, sessions):
    return sessions[request.param]


def test_every_hold_is_exact_and_ends_in_the_true_voice(any_session, well):
    assert any_session.holds == [HOLD, HOLD]
    releases = [clip for clip in any_session.clips if clip.cue.kind == "release"]
    assert all(clip.sound == well[clip.cue.text] for clip in releases)
    assert any_session.session.over and any_session.fault is None


def test_its_processes_are_reaped(any_session):
    assert any_session.processes
    for process in any_session.processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


def test_after_a_passing_sickness_nothing_is_missing_and_all_is_in_the_true_voice(saved, plan, well):
    assert tuple(clip.cue for clip in saved.clips) == plan.cues
    assert all(clip.sound == well[clip.cue.text] for clip in saved.clips)
    assert len(saved.processes) > 1 and not saved.voice.warning


def test_a_voice_that_is_lost_is_told_of_once_before_the_first_tone_and_outside_a_hold(lost, well, phrases):
    words = phrases.answers[VOICELESS]
    texts = [clip.cue.text for clip in lost.clips]
    assert texts.count(words) == 1
    told = texts.index(words)
    notice, after = lost.clips[told], lost.clips[told + 1]
    assert notice.sound == well[words] and not after.cue.optional and after.cue.kind != "release"
    assert (notice.cue.kind, notice.cue.step, notice.cue.side) == ("notice", after.cue.step, after.cue.side)
    tone = open_voice("tone")
    spoken = [clip.sound == well[clip.cue.text] for clip in lost.clips]
    assert all(spoken[: told + 1]) and not all(spoken)
    assert all(own or clip.sound == tone.speak(clip.cue.text) for own, clip in zip(spoken, lost.clips, strict=True))


def test_a_session_without_its_voice_goes_to_its_end_and_tells_the_screen_why(lost, plan):
    cues = [clip.cue for clip in lost.clips]
    assert cues[-1] == plan.cues[-1] and set(plan.cues) <= set(cues)
    assert "`voice-guide doctor`" in lost.voice.warning and "\n" not in lost.voice.warning


def test_an_engine_as_slow_as_its_words_is_late_between_steps_alone(sessions, plan, well):
    for case in DRAGGING:
        clips = sessions[case].clips
        assert tuple(clip.cue for clip in clips) == plan.cues
        assert all(clip.sound == well[clip.cue.text] for clip in clips)
    assert sessions[DRAGGING[1]].session.late > 0


@pytest.mark.parametrize("text", ["Welcome to Short.", "Louder now, my voice.", "Come off slowly, and let go."])
def test_without_the_words_that_end_a_hold_nobody_is_told_to_press(listen, text):
    early = listen("always", "die", text)
    assert "press" not in {clip.cue.kind for clip in early.clips}
    assert isinstance(early.fault, VoiceError) and "died, twice" in str(early.fault)
    assert early.session.over


# The voice alone


class Mortal(Parrot):
    """A voice that speaks so many texts, and counts how often it is asked for more."""

    def __init__(self, texts):
        super().__init__()
        self.texts, self.tried = texts, 0

    def speak(self, text):
        if len(self.said) >= self.texts:
            self.tried += 1
            raise VoiceError("no larynx; `voice-guide doctor` says why")
        return super().speak(text)


@dataclass
class Keyed:
    """The same voice under another key."""

    voice: Mortal
    key: str

    def speak(self, text):
        return self.voice.speak(text)

    def close(self):
        self.voice.close()


def test_what_was_said_before_is_still_said_in_the_true_voice_and_all_else_by_the_spare(tmp_path):
    mortal, spare = Mortal(2), Hum()
    voice = Steady(Remembering(mortal, tmp_path), spare)
    before = [voice.speak(text) for text in ("In.", "Out.")]
    assert voice.fault is None and voice.warning == ""
    assert voice.speak("Rest.") == Hum().speak("Rest.")
    assert [voice.speak(text) for text in ("In.", "Out.")] == before
    assert voice.speak("Release.") == Hum().speak("Release.")
    assert (spare.said, mortal.tried, voice.key) == (["Rest.", "Release."], 1, "parrot")
    assert "no larynx" in voice.warning and "`voice-guide doctor`" in voice.warning


def test_espeak_stands_in_for_the_natural_voice_and_a_tone_for_both(tmp_path):
    natural, espeak, tone = Mortal(1), Mortal(1), Hum()
    voice = Steady(remembering := Remembering(natural, tmp_path, lambda: Keyed(espeak, "espeak")), tone)
    first, second = voice.speak("In."), voice.speak("Out.")
    assert (natural.said, espeak.said, tone.said) == (["In."], ["Out."], [])
    assert "the espeak speaks meanwhile" in remembering.warning and voice.warning == ""
    assert voice.speak("Rest.") == Hum().speak("Rest.")
    assert [voice.speak(text) for text in ("In.", "Out.")] == [first, second]  # as they were rendered
    assert (natural.tried, espeak.tried) == (1, 1) and "a tone took its place" in voice.warning


def test_a_voice_that_never_spoke_is_an_error_and_no_tone(tmp_path):
    voice = Steady(Remembering(Mute(), tmp_path), Hum())
    for _ in range(2):
        with pytest.raises(VoiceError, match="no larynx"):
            voice.speak("In.")
    assert not voice.fault


def test_a_text_without_words_is_no_word_spoken(tmp_path):
    class Wordless(Mute):
        def speak(self, text):
            return b"" if text == "..." else super().speak(text)

    voice = Steady(Remembering(Wordless(), tmp_path), Hum())
    assert voice.speak("...") == b""
    with pytest.raises(VoiceError):
        voice.speak("In.")


def test_a_cache_that_is_gone_leaves_the_spare(tmp_path):
    voice = Steady(Remembering(Mortal(1), tmp_path / "cache"), Belled(open_voice("tone")))
    assert voice.speak("In.")
    (tmp_path / "cache").rename(tmp_path / "gone")
    assert voice.speak("In.") == open_voice("tone").speak("In.")
    assert voice.speak(BELL) == ring()


def test_many_threads_lose_the_voice_once_and_each_hears_something(tmp_path):
    mortal = Mortal(5)
    voice = Steady(Remembering(mortal, tmp_path), Hum())
    with ThreadPoolExecutor(8) as pool:
        sounds = list(pool.map(voice.speak, [f"Breath {number}." for number in range(200)]))
    assert all(map(length, sounds))
    assert 1 <= mortal.tried <= 8


def test_it_closes_both(tmp_path):
    own, spare = Parrot(), Parrot()
    Steady(Remembering(own, tmp_path), spare).close()
    assert own.closed and spare.closed

"""Hands free, in real time: somebody speaks into the microphone of a session, and the speaker answers.

Each story has a room of its own: a sound server, a microphone with the quiet noise of any microphone, a home. They take
their time but little of the machine's, so that several are told at once.
"""

import array
import audioop
import importlib.util
import random
import re
import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from itertools import groupby
from pathlib import Path

import pytest

from sound_server import MOUTH, SINK, start_server, wait_until, waits
from test_play import SCRIPT, TONE, VOICE_GUIDE, environment, past_sessions
from voice_guide.compiler.script import compile_script
from voice_guide.library import Library
from voice_guide.pcm import RATE, WIDTH
from voice_guide.pcm import frames as frames_of
from voice_guide.voices import open_voice
from voice_guide.voices.voice import DEFAULT_RATE

NEEDED = pytest.mark.skipif(
    importlib.util.find_spec("pocketsphinx") is None,
    reason="pocketsphinx is not installed: pip install '.[hands-free]'",
)
HEARS_AT = 16_000
AT_ONCE = 5
HISS = 33  # -60 dBFS
WINDOW = 0.02
"""Seconds for which loudness is told."""
LOUD = 3_000
"""Of 32,767: our voice is louder in a window, the opening tone is not."""
PROMPT = 2.0
"""Seconds from the end of a word to its answer; the benchmark measures what it really takes."""
OVER = 1.0
"""Seconds of quiet after which nobody is deafened by our own voice."""
LIBRARY = Library(own=Path("nowhere"))
PHRASES = LIBRARY.phrases
ASIDE = SCRIPT.replace("steps:\n", "steps:\n  - {say: Now., for: 60}\n")
"""A minute of quiet after the introduction."""
AWAKE = ASIDE.replace("ending: asleep\n", "")
MOVES = ["Take your seat on a firm chair.", "We begin with the palm center, left hand.", "Sit upright, feet flat."]


# The room.

SENTENCES = {"gap": 0.5, "loud": 2_500}
"""How to tell apart what a real voice says, the opening tone left out."""


def phrases(sound):
    return runs(sound, **SENTENCES)


def runs(sound, gap=0.1, loud=LOUD):
    """What sounds: seconds from where to where, silences of less than `gap` not counted."""
    size = frames_of(WINDOW) * WIDTH
    windows = (audioop.max(sound[at : at + size], WIDTH) > loud for at in range(0, len(sound), size))
    found, at = [], 0
    for sounds, group in groupby(windows):
        count = sum(1 for _ in group)
        if sounds and found and at * WINDOW - found[-1][1] < gap:
            found[-1] = (found[-1][0], (at + count) * WINDOW)
        elif sounds:
            found.append((at * WINDOW, (at + count) * WINDOW))
        at += count
    return found


def spoken(words, voice="slt"):
    """By flite: samples, 16,000 a second, without the quiet around them."""
    with subprocess.Popen(
        ["flite", "-voice", voice, "-t", words, "-o", "/dev/stdout"], stdout=subprocess.PIPE
    ) as flite, wave.open(flite.stdout) as file:  # fmt: skip
        assert file.getframerate() == HEARS_AT
        return file.readframes(file.getnframes())


@contextmanager
def echoing(env, decibels):
    """The microphone hears the speaker, so much softer."""

    def pactl(*words):
        return subprocess.run(["pactl", *words], env=env, capture_output=True, text=True, check=True).stdout.strip()

    module = pactl("load-module", "module-loopback", f"source={SINK}.monitor", f"sink={MOUTH}", "latency_msec=40")
    inputs = re.findall(r"Sink Input #(\d+)\n(?:.*\n)*?\s*Owner Module: (\d+)", pactl("list", "sink-inputs"))
    pactl("set-sink-input-volume", dict(map(reversed, inputs))[module], f"{decibels}dB")
    yield


class Room:
    """A session in a room, and somebody who hears it and speaks."""

    def __init__(self, env, folder, mouth, recording):
        self.env, self.folder, self.took = env, folder, []
        self._mouth, self._recording = mouth, recording
        self._process = None
        self._tone = open_voice("tone", DEFAULT_RATE)

    # What it is.

    @contextmanager
    def session(self, *words):
        """`voice-guide` with these words."""
        with (self.folder / "told").open("wb") as told, subprocess.Popen(
            [*VOICE_GUIDE, *map(str, words)], env=self.env, stdin=subprocess.DEVNULL, stderr=told
        ) as self._process:  # fmt: skip
            try:
                yield self
            finally:
                self._process.kill()

    @property
    def told(self):
        """What it wrote on stderr."""
        return (self.folder / "told").read_text(encoding="utf-8")

    def ends(self, patience=30):
        """The exit code, when it has ended by itself."""
        return self._process.wait(timeout=patience)

    def press(self, word):
        """As `voice-guide tell` does."""
        (self.folder / "run" / "commands").write_text(f"{word}\n")

    # What is heard.

    @property
    def now(self):
        """Seconds of the recording."""
        return len(self._recording.sound) / WIDTH / RATE

    def heard(self, since=0.0, **how):
        """The runs of sound since then."""
        first = int(since / WINDOW) * frames_of(WINDOW) * WIDTH
        at = first / WIDTH / RATE
        return [(at + start, at + end) for start, end in runs(bytes(self._recording.sound[first:]), **how)]

    def stalled_for(self, start, end):
        """By how much a sound may be longer, as it had to wait; never so much that it could be another."""
        began = self._recording.began
        return min(self._recording.stalled_for(began + start, began + end), 0.05 + 0.03 * (end - start))

    def is_quiet(self, seconds=OVER):
        return self.now > seconds and not self.heard(self.now - seconds, loud=200)

    def hush(self, seconds=OVER):
        """Waits until it is quiet."""
        wait_until(lambda: self.is_quiet(seconds) or self._process.poll() is not None, "quiet", 60)
        assert self._process.poll() is None, self.told

    def hears(self, text, since, patience=60.0):
        """Waits for a beep as long as these words; returns when it began."""
        text = PHRASES.answers.get(text, text)
        span = len(self._tone.speak(text)) / WIDTH / RATE
        found = []

        def there():
            found[:] = [
                start
                for start, end in self.heard(since)
                if -0.045 < end - start - span < 0.045 + self.stalled_for(start, end) and end < self.now - 0.1
            ]
            return bool(found) or self._process.poll() is not None

        wait_until(there, f"'{text}', {span:.2f} s, since {since:.2f}", patience)
        assert found, (text, span, [(start, end - start) for start, end in self.heard(since)], self.told)
        return found[0]

    def hears_as_much_as(self, texts, patience=60):
        """Waits until a real voice has sounded for about as long as it takes to say these."""
        enough = sum(self._sentences(texts)) - 1
        wait_until(lambda: sum(end - start for start, end in self.heard(**SENTENCES)) > enough, f"{texts}", patience)

    def hears_just(self, texts, since, patience):
        """Waits for as many sentences of a real voice, and nothing else."""
        wanted = self._sentences(texts)

        def heard():
            return [end - start for start, end in self.heard(since, **SENTENCES) if end < self.now - 1]

        wait_until(lambda: len(heard()) >= len(wanted) or self._process.poll() is not None, f"{texts}", patience)
        assert [round(span, 1) for span in heard()] == pytest.approx([round(span, 1) for span in wanted], abs=0.11)

    def _sentences(self, texts):
        """The seconds of each sentence, in a real voice."""
        with closing(open_voice(None, DEFAULT_RATE)) as voice:
            sounds = [voice.speak(PHRASES.answers.get(text, text)) for text in texts]
        return [end - start for sound in sounds for start, end in phrases(sound)]

    # What is said.

    def says(self, words, when_quiet=True):
        """Into the microphone; returns when the words were over."""
        if when_quiet:
            self.hush()
        sound = spoken(words)
        began = self.now
        self._mouth.speak(sound, HEARS_AT)
        return began + len(sound) / WIDTH / HEARS_AT

    def is_answered(self, words, text):
        """Says these words, and is answered in time."""
        over, before = self.says(words), waits(self._process.pid)
        late = self.hears(text, over - 0.5) - over
        # Somebody else may have had the processors meanwhile; that is not ours to answer for.
        late -= max(wait - before.get(task, 0.0) for task, wait in waits(self._process.pid).items())
        self.took.append((words, round(late, 2)))
        assert late < PROMPT, (words, late)

    def files(self):
        """What the session left, but for the sounds of its own words, and scripts that were checked."""
        left = [path for name in ("home", "run", "tmp", "data", "cache") for path in (self.folder / name).rglob("*")]
        return {str(path.relative_to(self.folder)) for path in left if not path.is_dir() and not self._own(path)}

    def _own(self, path):
        beep = self._tone.speak("a")[:98]
        return path.suffix == ".checked" or (path.suffix == ".wav" and path.read_bytes()[44:].startswith(beep))


@contextmanager
def room(folder, noise=HISS, microphone=True):
    """A room and its session's home."""
    for name in ("server", "home", "run", "tmp"):
        (folder / name).mkdir(mode=0o700)
    with ExitStack() as stack:
        server = stack.enter_context(start_server(folder / "server"))
        mouth = stack.enter_context(server.microphone()) if microphone else None
        env = environment(server.env, folder) | {"HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}
        env |= {"VOICE_GUIDE_RUNTIME": str(folder / "run")}
        if noise:
            stack.enter_context(hissing(server.env, folder / "hiss", noise))
        yield Room(env, folder, mouth, stack.enter_context(server.record()))


@contextmanager
def hissing(env, file, loudness):
    """The microphone is never quite still."""
    source = random.Random(0)
    hiss = array.array("h", (round(source.gauss(0, loudness)) for _ in range(3 * HEARS_AT)))
    file.write_bytes(hiss.tobytes() * 100)
    command = ["pacat", f"--device={MOUTH}", "--raw", "--format=s16le", f"--rate={HEARS_AT}", "--channels=1", file]
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as pacat:
        try:
            yield
        finally:
            pacat.kill()


def script(room, text=SCRIPT):
    path = room.folder / "short.yaml"
    path.write_text(text)
    return path


def before(folder, text):
    """All that is said of the script with a minute of quiet, up to these words and with them."""
    plan = compile_script(LIBRARY.read(folder / "short.yaml"), PHRASES, day=date.today().toordinal())
    texts = [cue.text for cue in plan.cues]
    return texts[: texts.index(text) + 1]


# The stories.

STORIES = {}


def story(function):
    """A test that is told in a thread, while others are."""

    def test(stories):
        stories(function.__name__)

    test.__name__, test.__doc__ = function.__name__, function.__doc__
    STORIES[function.__name__] = function
    return pytest.mark.device(pytest.mark.alone(pytest.mark.long(NEEDED(test))))


@pytest.fixture(scope="module")
def stories(request, tmp_path_factory):
    """Tells all that are tested at once; gives what waits for the end of one."""
    wanted = [item.name for item in request.session.items if item.name in STORIES and item.module is request.module]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        told = {name: pool.submit(STORIES[name], tmp_path_factory.mktemp("room")) for name in wanted}
        yield lambda name: told[name].result()


# The longest ones first.


@story
def test_ready_opens_the_gates_and_sharp_pain_ends_a_hold(folder):
    with room(folder) as here, here.session("play", script(here), *TONE, "--listen", "--no-questions"):
        here.hears("listening", 0)
        here.press("next")
        began = here.hears("next", 0) + 3
        wait_until(lambda: here.heard(began + 1.5), "the words that lead there")
        here.says("stop", when_quiet=False)  # while we speak ourselves nobody is heard
        here.is_answered("ready", "continue")  # seated
        told = here.hears(MOVES[1], here.now - 1, 120)
        here.hears(MOVES[2], told)
        here.is_answered("ready", "continue")  # upright
        found = here.hears("Put your right thumb there.", here.now, 60)
        here.hears("Let the hand grow warm and easy.", found)
        here.is_answered("ready", "continue")  # the thumb is there
        held = here.hears("Now make slow, small circles, at the pace of your breath. Medium pressure is enough.", 0)
        here.hears("And slowly out.", held)  # then there is quiet enough to be heard
        here.is_answered("sharp pain", "sharp")
        here.hears("offer", 0)
        here.is_answered("skip", "next")
        here.press("stop")
        assert here.ends() == 0, here.told
        assert here.files() == {"data/journal.sqlite"}, "nobody is led back to where it hurt"
        assert "goes on from here" not in here.told
        print(here.took)


@story
def test_what_the_speaker_says_into_the_microphone_commands_nothing(folder):
    """As loud as a room gives it back: -12 dB. Whatever was obeyed would be answered, or would open a gate."""
    with ExitStack() as stack:
        here = stack.enter_context(room(folder))
        stack.enter_context(echoing(here.env, -12))
        stack.enter_context(here.session("play", script(here, ASIDE), "--listen", "--no-questions"))
        # However slow the machine is: when it says that it listens, the minute of quiet is not over.
        here.hears_as_much_as([*before(here.folder, "Now."), "listening"], 120)
        here.hush(8)  # no other is as long
        began = here.now
        here.press("next")
        here.hears_just(["next", *MOVES, "ready", "ready_again"], began, 90)


@story
def test_pause_continue_and_stop_are_obeyed_and_answered_and_nothing_said_is_kept(folder):
    with room(folder) as here, here.session("play", script(here, ASIDE), *TONE, "--listen", "--no-questions"):
        here.hears("listening", 0)
        here.press("next")
        here.hears("next", 0)
        here.is_answered("guide, pause", "pause")
        here.hush(3)
        here.is_answered("guide, continue", "continue")
        here.is_answered("guide, louder", "louder")
        here.is_answered("stop", "stop")
        assert here.ends() == 0, here.told
        assert {name.partition("-")[0] for name in here.files()} == {"data/journal.sqlite", "data/place"}
        print(here.took)
    assert past_sessions(here.env)[-1].ended == "stopped"


@story
def test_on_digital_silence_somebody_is_heard_too(folder):
    with room(folder, noise=0) as here, here.session("play", script(here, ASIDE), *TONE, "--listen", "--no-questions"):
        here.hears("listening", 0)
        here.press("next")
        here.hears("next", 0)
        here.is_answered("guide, louder", "louder")
        here.is_answered("stop", "stop")
        assert here.ends() == 0, here.told
        print(here.took)


@story
def test_the_pain_is_told_by_speaking_and_kept(folder):
    with room(folder) as here, here.session("play", script(here, AWAKE), *TONE, "--listen"):
        here.hears(asked("check"), 0)
        here.says("no")
        here.hears(asked("pain"), 0)
        here.says("six")
        began = here.hears("Welcome to Short.", here.now - 1)
        here.hears("listening", 0)
        here.hears(PHRASES.skin, began)  # the last words before a minute of quiet
        here.is_answered("stop", "stop")
        here.hears(asked("pain_after"), began)
        here.says("four")
        assert here.ends() == 0, here.told
        print(here.took)
    told = past_sessions(here.env)[-1]
    assert (told.pain_before, told.pain_after, told.ended) == (6, 4, "stopped")


def asked(question):
    words = PHRASES.ask
    return f"{words[question]} {words[question.split('_')[0] + '_spoken']}"


@story
def test_a_routine_is_chosen_by_its_name_and_starts_unless_somebody_says_no(folder):
    with room(folder) as here, here.session("listen", *TONE, "--no-questions"):
        here.hears(PHRASES.listen["which"], 0)
        here.says("hip pocket ball")
        here.hears("Hip Pocket Ball, about eleven minutes. If that is not it, say no.", here.now - 1)
        here.says("no")
        here.hears(PHRASES.listen["again"], here.now - 1)
        here.says("soft landing")
        wait_until(lambda: "Soft Landing, about" in here.told, "what it understood", 5)
        here.hears("Welcome to Soft Landing.", here.now)
        here.press("stop")
        assert here.ends() == 0, here.told
        print(here.took)
    assert past_sessions(here.env)[-1].routine == "soft-landing"


@story
def test_without_a_microphone_one_line_says_so_and_the_session_plays(folder):
    with room(folder, noise=0, microphone=False) as here:
        plays_and_says("no microphone", here.env, folder)


@story
def test_without_the_extra_one_line_says_what_to_install_and_the_session_plays(folder):
    hidden = folder / "hidden"
    hidden.mkdir()
    (hidden / "pocketsphinx.py").write_text("raise ImportError\n")
    with room(folder) as here:
        plays_and_says("voice-guide[hands-free]", here.env | {"PYTHONPATH": str(hidden)}, folder)


def plays_and_says(fault, env, folder):
    """Ten times as fast as a listener, who cannot be heard, would have it."""
    (folder / "short.yaml").write_text(SCRIPT)
    hasty = [sys.executable, Path(__file__).with_name("hasty.py"), "10", "play", folder / "short.yaml"]
    words = [*TONE, "--listen", "--no-questions", "--sink", "silent"]
    done = subprocess.run(
        [*hasty, *words], env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "hone" in line or "install" in line or "hear" in line] == [
        line for line in done.stderr.splitlines() if fault in line
    ]
    assert done.stderr.count(fault) == 1
    assert done.stderr.splitlines()[-1].startswith("Nothing more to do.")

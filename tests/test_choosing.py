"""Choosing by voice, turn by turn, and what is understood in a recording: nothing unclear is acted on."""

import array
import errno
import importlib.util
import json
import os
import random
import subprocess
import sys
import wave

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice_guide.guide.choosing import OBJECTION, PATIENCE, Choice, choosing, understood
from voice_guide.guide.vocabularies import names_of, vocabularies
from voice_guide.hearing import Heard
from voice_guide.player.command import Command
from voice_guide.routine.phrases import listed
from voice_guide.understanding import Meaning

NEEDED = pytest.mark.skipif(
    importlib.util.find_spec("pocketsphinx") is None,
    reason="pocketsphinx is not installed: pip install '.[hands-free]'",
)
THREE = ["Soft Landing", "Office Chair", "Winter Warmer"]
SILENCE = None


def said(meaning):
    """Something that was understood."""
    return Heard(meaning, meaning, 1.0, 2.0, 0.9)


def mumbled(*likely):
    """Something that was not; what it may have been."""
    return Heard(f"mum bled {'/'.join(likely)}".strip(), None, 1.0, 2.0, 0.1)


STOP = said(Command.STOP)
NEEDS = ("leg pain",)


def understand(heard):
    """The meaning of what `said` and `mumbled` make, and of a name that was asked back."""
    if heard.said.startswith("mum bled"):
        likely = heard.said.removeprefix("mum bled").strip()
        return Meaning(heard.said, candidates=tuple(filter(None, likely.split("/"))))
    return Meaning(heard.said, need=heard.said) if heard.said in NEEDS else Meaning(heard.said, name=heard.said)


def settle(meaning):
    return Choice(meaning.name, meaning.need)


def told(choice):
    name = choice.name or choice.need if isinstance(choice, Choice) else choice
    return {"name": name, "minutes": "about six minutes"}


class Told:
    """A talk: `hear` answers it and gives the next turn; once it is over, `ended` and `chosen` tell."""

    def __init__(self, library):
        self._talk = choosing(library.phrases.listen, understand, settle, told, THREE)
        self.say = library.phrases.listen
        self.turn, self.ended, self.chosen = next(self._talk), False, None

    def hear(self, heard):
        try:
            self.turn = self._talk.send(heard)
        except StopIteration as end:
            self.ended = True
            self.chosen = end.value and (end.value.name or end.value.need)
        return self.turn

    def asks(self, what, **words):
        return not self.ended and self.turn.say == self.say[what].format(**words)

    def reads_back(self, name):
        return self.asks("chosen", **told(name))


@pytest.fixture
def talk(library):
    return Told(library)


class TestAName:
    def test_is_read_back_and_starts_after_a_silence(self, talk):
        assert talk.asks("which") and (talk.turn.hear, talk.turn.wait) == ("names", PATIENCE)
        talk.hear(said("Hip Pocket Ball"))
        assert talk.reads_back("Hip Pocket Ball") and (talk.turn.hear, talk.turn.wait) == ("yes or no", OBJECTION)
        talk.hear(SILENCE)
        assert talk.ended and talk.chosen == "Hip Pocket Ball"

    def test_starts_at_once_where_somebody_agrees(self, talk):
        talk.hear(said("Hip Pocket Ball"))
        talk.hear(said("yes"))
        assert talk.chosen == "Hip Pocket Ball"

    def test_is_asked_for_again_after_a_no_and_another_one_starts(self, talk):
        talk.hear(said("Hip Pocket Ball"))
        talk.hear(said("no"))
        assert talk.asks("again")
        talk.hear(said("leg pain"))
        assert talk.reads_back("leg pain")
        talk.hear(SILENCE)
        assert talk.chosen == "leg pain"

    def test_leaves_time_to_begin_to_say_no_for_three_seconds(self):
        """A word takes 0.7 s to its end, and 0.5 s until that is known and understood."""
        assert OBJECTION > 3 + 0.7 + 0.5

    def test_does_not_start_on_words_that_may_have_been_a_no(self, talk):
        talk.hear(said("Hip Pocket Ball"))
        talk.hear(mumbled())
        assert talk.asks("meant", name="Hip Pocket Ball") and talk.turn.wait == PATIENCE
        talk.hear(said("no"))
        assert talk.asks("again")

    def test_does_not_start_where_that_question_has_no_answer(self, talk):
        for heard in (said("Hip Pocket Ball"), mumbled(), SILENCE):
            talk.hear(heard)
        assert talk.asks("again")

    def test_starts_where_that_question_has_a_yes(self, talk):
        for heard in (said("Hip Pocket Ball"), mumbled(), said("yes")):
            talk.hear(heard)
        assert talk.chosen == "Hip Pocket Ball"


class TestWhatIsUnclear:
    def test_is_asked_back_and_a_yes_takes_it_and_it_is_read_back_all_the_same(self, talk):
        talk.hear(mumbled("Hip Pocket Ball"))
        assert talk.asks("meant", name="Hip Pocket Ball")
        assert (talk.turn.hear, talk.turn.wait) == ("yes or no", PATIENCE)
        talk.hear(said("yes"))
        assert talk.reads_back("Hip Pocket Ball")
        talk.hear(SILENCE)
        assert talk.chosen == "Hip Pocket Ball"

    @pytest.mark.parametrize("answer", [said("no"), mumbled(), SILENCE])
    def test_is_taken_by_nothing_but_a_yes(self, talk, answer):
        talk.hear(mumbled("Hip Pocket Ball"))
        talk.hear(answer)
        assert talk.asks("again")

    def test_brings_three_names_to_choose_from_when_it_comes_twice_and_they_stay(self, talk):
        talk.hear(mumbled())
        assert talk.asks("again")
        for _ in range(5):
            talk.hear(mumbled())
            assert talk.asks("three", names=listed(THREE, " or ")) and talk.turn.wait == PATIENCE
        talk.hear(said("Office Chair"))
        assert talk.reads_back("Office Chair")


class TestSilence:
    def test_brings_the_names_and_ends_it_when_it_comes_twice(self, talk):
        talk.hear(SILENCE)
        assert talk.asks("three", names=listed(THREE, " or ")), "nobody said what could be misunderstood"
        talk.hear(SILENCE)
        assert talk.asks("nobody") and talk.turn.wait == 0
        talk.hear(SILENCE)
        assert talk.ended and talk.chosen is None

    def test_once_and_again_much_later_does_not_end_it(self, talk):
        for heard in (SILENCE, mumbled(), SILENCE, mumbled(), SILENCE):
            talk.hear(heard)
        assert not talk.ended


@pytest.mark.parametrize(
    "before",
    [
        [],
        [SILENCE],
        [mumbled()],
        [mumbled(), mumbled()],
        [mumbled("Hip Pocket Ball")],
        [said("Hip Pocket Ball")],
        [mumbled("Hip Pocket Ball"), said("yes")],
        [said("Hip Pocket Ball"), mumbled()],
        [said("Hip Pocket Ball"), said("no")],
    ],
)
def test_stop_ends_it_at_every_turn(talk, before):
    for heard in before:
        talk.hear(heard)
    assert not talk.ended
    talk.hear(STOP)
    assert talk.ended and talk.chosen is None


def test_two_that_may_be_meant_are_asked_in_one_question(talk):
    talk.hear(mumbled("Hip Pocket Ball", "leg pain"))
    assert talk.asks("either", names="Hip Pocket Ball, or leg pain") and talk.turn.hear == "names"
    talk.hear(said("leg pain"))
    assert talk.reads_back("leg pain")


NAMED = ["Hip Pocket Ball", "leg pain", "Soft Landing"]
SOUNDS = {
    "names": st.one_of(st.none(), st.sampled_from([Command.STOP, *NAMED]).map(said), st.sampled_from([(), *((name,) for name in NAMED), ("leg pain", "Soft Landing")]).map(lambda names: mumbled(*names))),
    "yes or no": st.one_of(st.none(), st.sampled_from(["yes", "no", Command.STOP]).map(said), st.just(mumbled())),
}  # fmt: skip


@given(st.data())
def test_whatever_is_heard_only_what_was_said_or_agreed_to_and_then_read_back_is_chosen(library, data):
    talk, wanted, read_back = Told(library), set(), None
    for _ in range(12):
        asked = talk.turn
        heard = data.draw(SOUNDS[asked.hear])
        meaning = heard.meaning if heard else None
        if asked.hear == "names":
            wanted, read_back = {meaning}, None
        wanted |= {name for name in NAMED if talk.asks("meant", name=name) and meaning == "yes"}
        read_back = next((name for name in NAMED if talk.reads_back(name)), read_back)
        agreed = meaning == "yes" or (heard is None and talk.reads_back(read_back))
        talk.hear(heard)
        if talk.ended:
            break
    if talk.chosen:
        assert talk.chosen == read_back and talk.chosen in wanted and agreed


# What may be said.


@pytest.fixture(scope="module")
def names(library):
    return names_of(library)


def plain(name):
    return "".join(letter if letter.isalpha() or letter == "'" else " " for letter in name.lower()).split()


def test_every_routine_and_need_is_likely_and_of_meanings_only_a_stop_counts(library, names):
    for one in library.routines.values():
        assert " ".join(plain(one.name)) in names.bare
    for need in library.needs.values():
        assert " ".join(plain(need.name)) in names.bare
    assert {meaning for meaning in names.bare.values() if meaning} == {Command.STOP}


def test_no_name_could_be_taken_for_an_answer_or_a_command(library, names):
    others = {phrase for vocabulary in vocabularies(library) for phrase in vocabulary.sentences}
    felt = {phrase for event in library.safety.events.values() for phrase in event.say}
    assert set(names.bare) & others <= felt | {*library.phrases.hear.bare[Command.STOP]}


def test_a_name_is_never_empty(names):
    assert all(phrase and phrase == " ".join(phrase.split()) for phrase in names.bare)


def hearing(*texts):
    """One utterance, heard so many times."""
    return Heard(texts[0], None, 1.0, 2.0, 1.0, texts[1:])


@pytest.mark.parametrize(
    ("texts", "meant"),
    [
        (("my hips hurt", "my hips hurt"), "hip_buttock"),
        (("my hips hurt", "nice hips hurt"), "hip_buttock"),
        (("play soft landing", "play soft lending"), "Soft Landing"),
        (("i can not sleep", "i can not sleep please"), "sleep"),
        (("my heads hurt", "my hips hurt", "mine hips hurt"), "hip_buttock"),
        (("i have chest pain", "i have chess pain"), "emergency"),
    ],
)
def test_what_two_hearings_agree_on_is_meant(library, texts, meant):
    meaning = understood(hearing(*texts), library.matcher)
    assert meant in (meaning.name, meaning.need, meaning.warning)


def test_what_they_do_not_agree_on_is_asked_and_the_question_says_both(library):
    meaning = understood(hearing("my leg hurts", "my belly", "my neck hurts"), library.matcher)
    assert not meaning.clear and meaning.candidates == ("leg pain", "belly and core", "shoulder tension")


def test_a_danger_is_answered_and_never_asked_back_as_a_guess(library):
    assert understood(hearing("i can not pee", "i can not sleep"), library.matcher).warning == "emergency"
    assert "pee" not in " ".join(understood(hearing("i can not sleep"), library.matcher).candidates)


# `voice-guide hear`.


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    """A recording of sentences a second apart, with the quiet noise of any microphone."""
    folder = tmp_path_factory.mktemp("recordings")

    hiss = random.Random(0)

    def record(*sentences, voice="slt"):
        sound = array.array("h", bytes(32_000))
        for sentence in sentences:
            path = folder / "sentence.wav"
            subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", path], check=True)
            with wave.open(str(path)) as file:
                assert file.getframerate() == 16_000
                sound.frombytes(file.readframes(file.getnframes()) + bytes(32_000))
        noisy = array.array("h", (max(-32_768, min(32_767, round(one + hiss.gauss(0, 33)))) for one in sound))
        return written(folder / f"{len([*folder.iterdir()])}.wav", noisy.tobytes())

    return record


def written(path, sound, rate=16_000, channels=1):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound)
    return path


def meanings(done):
    assert (done.returncode, done.stderr) == (0, "")
    return [line[12:25].strip() for line in done.stdout.splitlines() if line[12:25].strip() != "-"]


@NEEDED
@pytest.mark.device
def test_commands_in_a_recording_are_told_with_their_times(record, run):
    file = record("guide, pause", "pause", "stop", "it is a fine day", "guide, where am i")
    done = run("hear", file)
    assert meanings(done) == ["pause", "stop", "where"], "a pause without the prefix is talk"
    starts = [float(line.split()[0]) for line in done.stdout.splitlines()]
    assert starts == sorted(starts)
    for program in json.loads(run("hear", file, "--json").stdout):
        assert set(program) == {"said", "meaning", "start", "end", "confidence", "others"}
        assert 0 <= program["start"] < program["end"] and 0 <= program["confidence"] <= 1


@NEEDED
@pytest.mark.device
def test_a_recording_can_be_heard_as_names_answers_or_where_one_is_waited_for(record, run):
    assert meanings(run("hear", record("soft landing", "leg pain", "chest pain"), "--for", "names")) == [
        "Soft Landing", "need leg pain", "emergency",
    ]  # fmt: skip
    assert meanings(run("hear", record("six", "none"), "--for", "number")) == ["6", "0"]
    assert meanings(run("hear", record("no"), "--for", "yes or no")) == ["no"]
    assert meanings(run("hear", record("ready"), "--for", "ready")) == ["continue"]
    assert meanings(run("hear", record("ready"))) == []


@NEEDED
@pytest.mark.device
def test_what_hurts_may_be_said_in_a_sentence(record, run):
    file = record("my hips hurt", "i can't sleep", "play soft landing please", "something very gentle")
    assert meanings(run("hear", file, "--for", "names")) == [
        "need hip or b", "need sleep", "Soft Landing", "need very gen",
    ]  # fmt: skip


@NEEDED
@pytest.mark.device
def test_stereo_at_another_rate_and_an_mp3_are_heard_too(record, run, tmp_path):
    file = record("guide, pause")
    for name, words in [("both.wav", ["-ar", "44100", "-ac", "2"]), ("both.mp3", ["-ar", "44100", "-ac", "2"])]:
        subprocess.run(["ffmpeg", "-loglevel", "error", "-i", file, *words, tmp_path / name], check=True)
        assert meanings(run("hear", tmp_path / name)) == ["pause"], name


@NEEDED
@pytest.mark.parametrize("seconds", [0, 0.01, 5])
def test_silence_has_no_speech_in_it(tmp_path, run, seconds):
    silence = written(tmp_path / "silence.wav", bytes(2 * int(16_000 * seconds)))
    done = run("hear", silence)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "no speech in it\n")
    assert json.loads(run("hear", silence, "--json").stdout) == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, f": {os.strerror(errno.ENOENT).lower()}; name a recording"),
        (b"", "not a recording that can be read"),
        (b"# A text\n" * 200, "not a recording that can be read"),
        (b"RIFF\xff\xff\xff\xffWAVEfmt ", "not a recording that can be read"),
    ],
)
@NEEDED
def test_what_is_no_recording_is_told_in_one_line(tmp_path, run, content, told):
    file = tmp_path / "kitchen.wav"
    if content is not None:
        file.write_bytes(content)
    done = run("hear", file)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "kitchen.wav" in done.stderr and told in done.stderr


@NEEDED
def test_a_folder_is_no_recording(tmp_path, run):
    done = run("hear", tmp_path)
    assert done.returncode == 2 and done.stderr.count("\n") == 1


def pipe(path):
    os.mkfifo(path)


def claiming(path, seconds):
    """A WAV file of so much silence, which takes no room on the disk."""
    written(path, b"")
    size = 32_000 * seconds
    with path.open("r+b") as file:
        for at, claimed in ((4, size + 36), (40, size)):
            file.seek(at)
            file.write(claimed.to_bytes(4, "little"))
        file.truncate(size + 44)


BOUNDED = """
import resource
resource.setrlimit(resource.RLIMIT_DATA, (200 << 20, 200 << 20))
from voice_guide.cli import main
main()
"""


@NEEDED
@pytest.mark.skipif(sys.platform != "linux", reason="devices and limits of Linux")
@pytest.mark.parametrize(
    ("made", "told"),
    [
        (lambda path: path.symlink_to("/dev/zero"), "it is no file; name a recording"),
        (lambda path: path.symlink_to("/dev/urandom"), "it is no file; name a recording"),
        (pipe, "it is no file; name a recording"),
        (lambda path: claiming(path, 90_000), "larger than 64 MB; cut out the minutes that matter"),
        (lambda path: claiming(path, 700), "longer than 10 minutes; cut out what matters"),
    ],
)
def test_what_never_ends_is_no_recording_and_takes_no_memory(tmp_path, made, told):
    made(file := tmp_path / "kitchen.wav")
    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, "hear", str(file)], capture_output=True, text=True, check=False, timeout=20
    )
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{file}: {told}\n")


WITHOUT = "import sys; sys.modules['pocketsphinx'] = None; from voice_guide.cli import main; main()"


def test_without_the_extra_one_line_says_what_to_install(tmp_path):
    file = written(tmp_path / "x.wav", bytes(3200))
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, "hear", str(file)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 6 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and "'voice-guide[hands-free]'" in done.stderr

import audioop
import subprocess
import sys
import wave

import pytest

from voice_guide.devices.microphone import RATE
from voice_guide.errors import HearingError
from voice_guide.hearing import sounds
from voice_guide.hearing.recogniser import Recogniser
from voice_guide.hearing.sounds import arpabet
from voice_guide.hearing.utterances import BLOCK, STEP, Utterances
from voice_guide.pcm import RATE as SPOKEN
from voice_guide.routine.vocabulary import Vocabulary
from voice_guide.voices import open_voice

COMMANDS = Vocabulary(
    "commands",
    bare={"stop": "stop", "it hurts": "stop", "dizzy": "dizzy"},
    prefixed={"pause": "pause", "repeat": "repeat", "continue": "continue", "longer": "longer", "stop": "stop"},
    sure=frozenset({"stop"}),
)
NAMES = Vocabulary("names", {"psoas hunt": "", "evening unwind": "", "stop": "stop"}, free=True, around=("*", "play *"))

LOUD, STILL = b"\x00\x10" * (BLOCK // 2), bytes(BLOCK)


class ByLoudness:
    """Takes for speech what is loud."""

    def is_speech(self, block):
        return audioop.rms(block, 2) > 1000


def silence(seconds):
    return bytes(2 * round(RATE * seconds))


@pytest.fixture(scope="module")
def say():
    """What makes words into sound at 16 kHz, with a second of silence before and after."""
    voice = open_voice("espeak")  # "Guide." alone in the natural voice is heard as "stop"

    def said(*texts):
        sound = silence(1)
        for text in texts:
            sound += audioop.ratecv(voice.speak(text), 2, 1, SPOKEN, RATE, None)[0] + silence(1)
        return sound

    yield said
    voice.close()


@pytest.fixture(scope="module")
def both():
    pytest.importorskip("pocketsphinx")
    return Recogniser([COMMANDS, NAMES])


@pytest.fixture
def recogniser(both):
    both.end()
    both.use("commands")
    return both


def meanings(heard):
    return [one.meaning for one in heard]


def whole(recogniser, sound):
    return recogniser.hear(sound) + recogniser.end()


def test_commands_are_understood(recogniser, say):
    heard = whole(recogniser, say("Guide, repeat.", "Guide, continue.", "Guide, longer."))
    assert meanings(heard) == ["repeat", "continue", "longer"]
    assert all(0 < one.confidence <= 1 for one in heard)


def test_stop_needs_no_prefix_and_other_commands_do(recogniser, say):
    assert meanings(whole(recogniser, say("Stop.", "Pause.", "It hurts."))) == ["stop", None, "stop"]


def test_talk_is_no_command_though_a_command_is_in_it(recogniser, say):
    heard = whole(recogniser, say("The guide paused at the old church.", "We waited at the bus stop for an hour."))
    assert heard and set(meanings(heard)) == {None}


def test_the_prefix_may_be_followed_by_a_silence(recogniser, say):
    first, second = say("Guide.")[: -2 * RATE // 2], say("Longer.")[2 * RATE // 2 :]
    assert meanings(whole(recogniser, first + second))[-1] == "longer"


def test_any_size_of_block_gives_the_same(recogniser, say):
    sound = say("Guide, longer.")
    at_once = whole(recogniser, sound)
    bits = [one for at in range(0, len(sound), 334) for one in recogniser.hear(sound[at : at + 334])]
    assert at_once == bits + recogniser.end()


def test_times_are_those_of_the_sound(recogniser, say):
    sound = say("Guide, longer.")
    [heard] = whole(recogniser, sound)
    assert 0.7 < heard.start < 1.1
    assert abs(heard.end - (len(sound) / 2 / RATE - 1)) < 0.3


def test_what_was_begun_can_be_forgotten_and_time_goes_on(recogniser, say):
    sound = say("Guide, longer.")
    middle = 2 * round(RATE * 1.4)
    assert recogniser.hear(sound[:middle]) == []
    recogniser.forget()
    rest = recogniser.hear(silence(1) + sound)
    assert meanings(rest)[-1] == "longer"
    assert rest[-1].start > 3


def test_another_vocabulary_hears_other_things(recogniser, say):
    sound = say("Evening unwind.")
    assert set(meanings(whole(recogniser, sound))) == {None}
    recogniser.use("names")
    [heard] = whole(recogniser, sound)
    assert (heard.said, heard.meaning) == ("evening unwind", None)


def test_a_word_outside_the_dictionary_is_heard_by_the_sounds_that_espeak_gives_it(recogniser, say):
    recogniser.use("names")
    assert recogniser.left_out == ()
    assert [heard.said for heard in whole(recogniser, say("Psoas hunt."))] == ["psoas hunt"]


def test_where_all_is_told_it_is_heard_more_than_once(recogniser, say):
    recogniser.use("names")
    [heard] = whole(recogniser, say("Play evening unwind."))
    assert heard.said == "play evening unwind" and "evening unwind" in heard.others[0]
    [heard] = whole(recogniser, say("Stop."))
    assert heard.meaning == "stop"


def test_phrases_that_nobody_can_sound_are_left_out_and_told():
    pytest.importorskip("pocketsphinx")
    odd = Vocabulary("odd", {"stop": "stop", "\ue000 day": "private"})
    recogniser = Recogniser([odd])
    assert recogniser.left_out == ("\ue000 day",)


def test_without_the_library_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pocketsphinx", None)
    with pytest.raises(HearingError, match=r"pip install 'voice-guide\[hands-free\]'$"):
        Recogniser([COMMANDS])


def test_espeaks_letters_become_those_of_the_dictionary():
    assert arpabet("sˈeɪkɹəm") == "S EY K R AH M"
    assert arpabet("tʃˈɔɪs") == "CH OY S"
    assert arpabet("ˈækjuːpɹˌɛʃɚ") == "AE K Y UW P R EH SH ER"
    assert arpabet("ʙ") is None
    assert arpabet("") is None
    assert sounds.sounds("fascia") == "F EY SH IY AH"


def test_an_utterance_has_what_was_just_before_it_and_ends_in_a_pause():
    ears = Utterances(ByLoudness)
    [found] = ears.hear(STILL * 20 + LOUD * 15 + STILL * 20)
    assert found.sound.count(LOUD) == 15
    assert found.start < 20 * STEP < found.end
    assert abs(found.end - 35 * STEP) < 1e-6


def test_a_knock_is_no_utterance():
    assert Utterances(ByLoudness).hear(STILL * 20 + LOUD * 3 + STILL * 20) == []


def test_what_goes_on_for_more_than_three_seconds_is_talk_and_what_follows_is_heard():
    ears = Utterances(ByLoudness)
    assert ears.hear(STILL * 20 + LOUD * 150 + STILL * 20) == []
    assert len(ears.hear(LOUD * 15 + STILL * 20)) == 1


def test_the_end_of_the_sound_ends_an_utterance_and_begins_time_anew():
    ears = Utterances(ByLoudness)
    assert ears.hear(STILL * 20 + LOUD * 15) == []
    assert len(ears.end()) == 1
    assert ears.end() == []
    [found] = ears.hear(STILL * 20 + LOUD * 15 + STILL * 20)
    assert found.end < 2


@pytest.mark.device
@pytest.mark.parametrize("speaker", ["slt", "rms"])
def test_other_voices_are_understood(recogniser, tmp_path, speaker):
    made = tmp_path / "said.wav"
    understood = []
    for text in ("Guide, pause.", "Guide, longer.", "Stop."):
        subprocess.run(["flite", "-voice", speaker, "-t", text, "-o", str(made)], check=True)
        with wave.open(str(made)) as file:
            understood += meanings(whole(recogniser, silence(1) + file.readframes(file.getnframes()) + silence(1)))
    assert understood == ["pause", "longer", "stop"]

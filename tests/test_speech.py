"""Whatever stands in a line, it is refused, or a voice takes no longer over it than is reckoned with before it plays."""

import json
import math
from contextlib import closing

import pytest

from voice_guide.compiler.speech import most_seconds, plain_letters, spoken_seconds, unspoken
from voice_guide.errors import RoutineError, SafetyError, VoiceError
from voice_guide.guide import Guide
from voice_guide.pcm import RATE, length, seconds
from voice_guide.voices import open_voice
from voice_guide.voices.engine import ESPEAK

PLAIN = (
    *("Hips and knees stay soft.", "Slowly, slowly, let the weight of the leg go, as far as it likes.", "Rest", "In."),
    *("St. John's rd. near Mt. Ida", "PLEASE LET GO OF YOUR JAW", "Look at the TV, the DVD or the PC", "VWX VWX VWX"),
    *("WC WC WC WC WC WC WC WC WC WC", "w.w.w, w.w.w and www.w.w", "shhh, now; pst, pst, hm, hm, mhm", "Mmmmmmmmmm"),
    *("b, c, d, f, g, h, j, k", "W-W-W-W-W-W-W", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww", "fbi cia nsa kgb bbc cnn"),
    *("Mr. Wrzsnk of Krk", "rst mnp qwt zxv plk", "A & B & C & D", "left/right/left/right/left/right", "and/or"),
    *("rest — and rest — and rest — and rest", "one…two…three…four", "wait… wait… wait… wait…", "¿now? ¡now!"),
    *("a - b - c - d - e - f", '"in" "and" "out" "and" "in"', "(in) (and) (out)", "'in' 'and' 'out'", "‘in’ “out”"),
    *("breathe:in:and:out:and:in", "no!no!no!no!no!no!", "why?why?why?why?", "yes.no.yes.no.yes.no", "stay- here- now-"),
    *("Ça va, Zoë? Où est l'œuf?", "Füße, Ökonomie, äußerst", "mañana, corazón, señor", "ŁÓDŹ ŻÓŁĆ ŚWIT", "Größe žluťoučký kůň"),
    *("ｂｒｅａｔｈｅ ｓｌｏｗｌｙ", "𝓫𝓻𝓮𝓪𝓽𝓱𝓮 𝕚𝕟", "ﬂow ﬁne oﬃce", "x" * 80, "ha" * 60, "aeiou" * 20, "bcdfg" * 20, "Why" * 30),
)  # fmt: skip
FOREIGN = (
    "Дыши спокойно",
    "深く息を吸って",
    "숨을 쉬세요",
    "خذ نفسا عميقا",
    "נשום עמוק",
    "หายใจเข้า",
    "Βαθιά ανάσα",
    "ðə ˈkaːf",
    "ቀስ በል",
    "𒀀𒀁",
    "Thở sâu",
    "ﷺﷺ",
)
REFUSED = ("now ☺", "a → b", "10", "x²", "three × three", "half % half", "#rest", "a@b.com", "a*b*c", "£ and €", "C++", "™", "∞ rest", "¶", "⁂", "•  rest", "~rest~", "so^so", "rest_now", "back\\slash", "`rest`", "a|b", "a=b", "⠗⠑⠎⠞", "Ⓡⓔⓢⓣ", "🅁🄴🅂🅃", "٣", "Ⅻ", "½")  # fmt: skip


@pytest.fixture(scope="module")
def voice():
    with closing(open_voice()) as voice:
        yield voice


@pytest.mark.skipif(not ESPEAK, reason="the figures are eSpeak's")
@pytest.mark.parametrize("line", PLAIN)
def test_an_odd_line_takes_about_as_long_as_is_thought_and_never_longer_than_the_most(voice, line):
    assert not unspoken(line)
    real = seconds(length(voice.speak(line)))
    assert real <= 1.5 * spoken_seconds(line) + 0.5 and real < most_seconds(line)


@pytest.mark.skipif(not ESPEAK, reason="the figures are eSpeak's")
def test_words_of_other_alphabets_are_asked_of_the_voice_itself(voice):
    assert all(most_seconds(line) == math.inf and not unspoken(line) for line in FOREIGN)
    spelled = [line for line in FOREIGN if seconds(length(voice.speak(line))) > 2.5 * spoken_seconds(line) + 1]
    assert len(spelled) > 6  # with no more than what a voice of their language takes they would be too short


@pytest.mark.parametrize("text", REFUSED)
def test_a_sign_that_is_no_part_of_a_sentence_is_refused(library, tmp_path, text):
    (tmp_path / "any.yaml").write_text(
        SCRIPT.format(f"say: {json.dumps(text, ensure_ascii=False)}, for: 5"), encoding="utf-8"
    )
    with pytest.raises(RoutineError, match="is not spoken") as caught:
        library.read(tmp_path / "any.yaml")
    assert len(str(caught.value).splitlines()) == 1


def test_a_letter_that_is_only_written_in_another_way_is_said_as_a_voice_knows_it():
    assert plain_letters("ﬂow ｓｌｏｗｌｙ 𝕚𝕟… cafe\u0301") == "flow slowly in… café"
    assert len(plain_letters("ﷺ" * 600)) == 600


@pytest.mark.parametrize(("voice", "rate"), [("natural", 140), ("espeak", 80), ("espeak", 300)])
def test_at_every_speed_the_most_is_enough(library, voice, rate):
    texts = [*library.phrases.answers.values(), *library.phrases.left[:5], *PLAIN[:9]]
    with closing(open_voice(voice, rate)) as voice:
        assert all(seconds(length(voice.speak(text))) < most_seconds(text, rate) for text in texts)


@pytest.mark.skipif(not ESPEAK, reason="a speaker of eSpeak")
def test_a_voice_that_spells_the_words_is_refused_in_a_line(library):
    with (
        closing(open_voice("jpx/ja")) as voice,
        pytest.raises(VoiceError, match="spelled it: another --voice is better"),
    ):
        voice.speak(library.phrases.skin)


SCRIPT = (
    "name: Quiet River\nabout: A test.\nsteps:\n  - {{press: palm center, hold: 60}}\n  - {{{}}}\n  - {{rest: 30}}\n"
)


def prepared(tmp_path, step, **wishes):
    """What a script becomes, and how long its rendered cues really take."""
    (tmp_path / "own").mkdir(exist_ok=True)
    (tmp_path / "own" / "river.yaml").write_text(SCRIPT.format(step), encoding="utf-8")
    with Guide(scripts=tmp_path / "own", data=tmp_path / "data", cache=tmp_path / "cache", **wishes) as guide:
        session = guide.prepare("quiet river", heard=False)
        made = session.export(tmp_path, format="wav")
        return session, (made[0].stat().st_size - 44) / 2 / RATE


@pytest.mark.skipif(not ESPEAK, reason="eSpeak spells these letters")
def test_a_session_whose_words_are_spelled_has_its_real_length_before_anything_plays(tmp_path):
    session, real = prepared(tmp_path, f"say: {'Дышите медленно. ' * 4}, for: 5, repeat: 20", voice="espeak")
    assert real == pytest.approx(session.seconds, abs=1) and 600 < real < 1800


@pytest.mark.skipif(not ESPEAK, reason="eSpeak spells these letters")
def test_a_session_that_the_voice_would_spell_beyond_the_half_hour_is_refused_before_anything_plays(tmp_path):
    with pytest.raises(SafetyError, match="time is too short"):
        prepared(tmp_path, f"say: {'Дышите медленно и спокойно. ' * 12}, for: 5, repeat: 20")


def test_what_is_spelled_counts_when_a_script_is_looked_over(library, tmp_path):
    (tmp_path / "any.yaml").write_text(SCRIPT.format(f"say: {'WWW ' * 40}, for: 5, repeat: 20"))
    with pytest.raises(RoutineError, match="a session at most 30"):
        library.read(tmp_path / "any.yaml")

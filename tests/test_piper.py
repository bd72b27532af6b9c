"""A Piper model of the listener's own: a tiny one that is made here, which hums as long as a real one would speak."""

import json
from contextlib import closing

import onnx
import pytest
from onnx import TensorProto, helper

from test_cli import only_line
from voice_guide.compiler.speech import spoken_seconds
from voice_guide.errors import VoiceError
from voice_guide.pcm import length, seconds
from voice_guide.voices import open_voice
from voice_guide.voices.cache import remembering

RATE, HOP = 16_000, 1_200
LETTERS = "_^$ abcdefghijklmnopqrstuvwxyz.,!?"
SENTENCE = "Come off slowly, and open your eyes."


def model(path, **settings):
    """A model of the shape of Piper's, which hums HOP frames for each letter, times its length scale."""

    def number(name, kind, *value):
        shape = [len(value)] if len(value) > 1 or name == "axes" else []
        return helper.make_node("Constant", [], [name], value=helper.make_tensor(name, kind, shape, value))

    nodes = [
        number("one", TensorProto.INT64, 1), number("hop", TensorProto.FLOAT, HOP), number("pitch", TensorProto.FLOAT, 0.1),
        number("zero", TensorProto.INT64, 0), number("axes", TensorProto.INT64, 0, 1, 2), number("loud", TensorProto.FLOAT, 0.3),
        helper.make_node("Shape", ["input"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["count"]),
        helper.make_node("Cast", ["count"], ["letters"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", "one"], ["scale"]),
        helper.make_node("Mul", ["letters", "scale"], ["long"]), helper.make_node("Mul", ["long", "hop"], ["frames"]),
        helper.make_node("Cast", ["frames"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Range", ["zero", "whole", "one"], ["steps"]),
        helper.make_node("Cast", ["steps"], ["time"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["time", "pitch"], ["phase"]), helper.make_node("Sin", ["phase"], ["wave"]),
        helper.make_node("Mul", ["wave", "loud"], ["hum"]), helper.make_node("Unsqueeze", ["hum", "axes"], ["output"]),
    ]  # fmt: skip
    told = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "hum",
        [told("input", TensorProto.INT64, [1, "n"]), told("input_lengths", TensorProto.INT64, [1]),
         told("scales", TensorProto.FLOAT, [3])],
        [told("output", TensorProto.FLOAT, [1, 1, 1, "t"])],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(made, path)
    ids = {letter: [number] for number, letter in enumerate(LETTERS)}
    plain = {"num_symbols": len(LETTERS), "num_speakers": 1, "audio": {"sample_rate": RATE}, "phoneme_type": "text"}
    plain |= {"espeak": {"voice": "en-us"}, "phoneme_id_map": ids}
    path.with_name(path.name + ".json").write_text(json.dumps(plain | settings))
    return f"piper:{path}"


@pytest.fixture
def hum(tmp_path):
    return model(tmp_path / "hum.onnx")


IPA = {letter: [number] for number, letter in enumerate("_^$ abdefhijklmnopstuvwzæðɐɑɔəɚɛɜɡɪɹɾʃʊʌʒθᵻˈˌː.,!?")}


@pytest.mark.parametrize("phonemes", [{}, {"phoneme_type": "espeak", "phoneme_id_map": IPA, "num_symbols": len(IPA)}])
def test_a_model_speaks_at_the_pace_of_every_voice_and_the_same_twice(tmp_path, phonemes):
    hum = model(tmp_path / "hum.onnx", **phonemes)
    with closing(open_voice(hum)) as voice, closing(open_voice(hum, 200)) as quick:
        sound = voice.speak(SENTENCE)
        assert 0.7 < seconds(length(sound)) / spoken_seconds(SENTENCE) < 1.3
        assert voice.speak(SENTENCE) == sound
        assert length(quick.speak(SENTENCE)) == pytest.approx(length(sound) * 140 / 200, rel=0.1)


def test_another_model_of_the_same_name_is_another_voice(tmp_path, hum):
    with closing(open_voice(hum, at_once=False)) as before:
        model(tmp_path / "hum.onnx", length_scale=2.0)
        with closing(open_voice(hum, at_once=False)) as after:
            assert before.key != after.key and "hum" in before.key


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.unlink(), "there is no such file"),
        (lambda path: path.with_name("hum.onnx.json").unlink(), "there is no such file"),
        (lambda path: path.write_bytes(b""), "by its size"),
    ],
)
def test_what_can_be_no_model_is_one_line_before_anything_plays(run, tmp_path, hum, spoil, told):
    spoil(tmp_path / "hum.onnx")
    done = run("play", "muscle truce", "--sink", "silent", "--voice", hum)
    assert done.returncode == 5 and told in only_line(done.stderr) and "piper:PATH.onnx" in done.stderr


def test_without_what_reads_it_one_line_says_what_to_install(monkeypatch, hum):
    monkeypatch.setattr("voice_guide.voices.piper.find_spec", lambda name: None)
    with pytest.raises(VoiceError, match=r"pip install 'voice-guide\[piper\]'"):
        open_voice(hum)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-300]),
        lambda path: path.write_bytes(b"x" * 5_000),
        lambda path: path.with_name("hum.onnx.json").write_text("[]"),
        lambda path: model(path, phoneme_type="pinyin"),
    ],
    ids=["cut", "replaced", "settings", "would load more"],
)
def test_a_model_that_fails_is_said_once_and_the_natural_voice_goes_on(tmp_path, hum, spoil):
    spoil(tmp_path / "hum.onnx")
    with remembering(hum, 140, 45, tmp_path / "cache") as voice, closing(open_voice("natural")) as natural:
        assert voice.speak("This is a test.") == natural.speak("This is a test.")
        assert "natural voice speaks meanwhile" in voice.warning and len(voice.warning.splitlines()) == 1

"""The stamp of a WAV and of what ffmpeg writes: no byte of the file can be another and be called whole."""

import random

import pytest

from test_formats import FULL_TAGS, SOUND, export, ffprobe, shown
from test_seal import at_the_end, bit, stretch
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.verify import verify

SOUNDS = (".wav", *(pytest.param(ending, marks=pytest.mark.device) for ending in (".m4a", ".m4b", ".opus", ".flac")))
KINDS = {
    "a bit": bit("all"),
    "garbage": stretch("all", lambda chance, old: chance.randbytes(len(old))),
    "zeros": stretch("all", lambda chance, old: bytes(len(old))),
    "a stretch taken out": stretch("all", lambda chance, old: b""),
    "a stretch twice": stretch("all", lambda chance, old: old * 2),
    "cut short": lambda chance, data: data[: chance.randrange(len(data))],
    "something at the end": at_the_end,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What an ending is exported to, once."""
    made = {}

    def of(ending):
        if ending not in made:
            made[ending] = export(tmp_path_factory.mktemp("stamp") / f"whole{ending}", SOUND, FULL_TAGS)
        return made[ending]

    return of


def told(path, data):
    path.write_bytes(data)
    with pytest.raises(VoiceGuideError) as caught:
        verify(path)
    return str(caught.value).removeprefix(f"{path}: ")


def damaged(data, seed, count):
    chance, kinds = random.Random(seed), list(KINDS.values())
    for number in range(count):
        while (other := kinds[number % len(kinds)](chance, data)) == data:
            pass
        yield other


@pytest.mark.parametrize("ending", SOUNDS)
def test_as_it_was_written_it_is_whole_and_shows_its_stamp(whole, ending):
    assert verify(whole(ending)).remarks == []
    comment = shown(whole(ending)) | ffprobe(whole(ending))["format"].get("tags", {})
    assert any(text.startswith("voice-guide sha256 ") for text in comment.values())


@pytest.mark.parametrize("ending", SOUNDS)
def test_any_damage_is_told(whole, tmp_path, ending):
    for data in damaged(whole(ending).read_bytes(), 5, 3 * len(KINDS)):
        assert told(tmp_path / "damaged", data)


@pytest.mark.long
@pytest.mark.parametrize("ending", SOUNDS)
def test_of_a_thousand_damages_none_is_missed(whole, tmp_path, ending):
    for data in damaged(whole(ending).read_bytes(), 6, 1000):
        assert told(tmp_path / "damaged", data)


@pytest.mark.parametrize("ending", SOUNDS)
def test_each_bit_of_the_stamp_counts(whole, tmp_path, ending):
    data = whole(ending).read_bytes()
    at = data.index(b"voice-guide sha256 ")
    for place in range(at, at + 83, 3):
        other = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        assert told(tmp_path / "damaged", other).startswith(("it carries no digest", "its bytes are not those"))


def test_without_a_stamp_it_is_not_called_whole(whole, tmp_path):
    data = whole(".wav").read_bytes()
    assert told(tmp_path / "older.wav", data[:-104]) == (
        "it carries no digest: it was changed, or voice-guide did not write it, or an older version did; export it again"
    )
    assert told(tmp_path / "none.opus", b"OggS" + data).startswith("its bytes are not those")
    assert told(tmp_path / "none.opus", b"OggS").startswith("it carries no digest")

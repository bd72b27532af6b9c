"""How well speech is understood. No real person has spoken to it: every voice here is synthetic.

The search was tuned on other voices (flite's kal16, rms and awb) than those that report here; but thresholds, the
words of `filler.txt` that sound like commands and the room were settled with these in view, so the figures flatter.
"""

import audioop
import csv
import hashlib
import random
import resource
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import speech
from speech import FAR, LOUD, NOISY, QUIET, Speaker
from table import CannotRun, Row

from voice_guide.errors import HearingError
from voice_guide.guide.choosing import chosen_in
from voice_guide.hearing import Heard
from voice_guide.hearing.recogniser import Recogniser
from voice_guide.hearing.recording import Understood
from voice_guide.library import Library
from voice_guide.routine.vocabulary import PREFIX

CLEAR = [
    Speaker("flite", "slt"), Speaker("flite", "slt", 1.15, 150), Speaker("flite", "slt", 0.9, 200),
    Speaker("festival", "hts"), Speaker("festival", "ked"), Speaker("festival", "ked", 1.15),
]  # fmt: skip
ACCENTS = [Speaker("espeak", name) for name in ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-us+f3")]

SAID = Path(__file__).parents[1] / "said.csv"
SHORT = 6
"""Words of what is said to a machine that asks which routine."""
MATCHER = Library().matcher
TALK = Path(__file__).with_name("talk.txt")
UNLISTED = (
    "kitchen table", "morning news", "garden fence", "wooden spoon", "winter coat", "happy birthday", "evening train",
    "golden retriever", "grand piano", "village school", "office party", "hip hop music", "lavender soap", "long distance call",
    "folded letter", "strong coffee", "soft butter", "spot remover", "tennis court", "early bird", "complete nonsense",
    "feather duster", "distant relative", "peaceful protest", "creaky floor", "muscle car", "sunrise hotel", "bedtime story",
    "therapist waiting room", "harbor pilot",
)  # fmt: skip
"""Names of nothing here, made to resemble."""


def _listen(recogniser: Recogniser, name: str, sound: bytes) -> Sequence[Heard]:
    recogniser.use(name)
    heard = [one for place in range(0, len(sound), 3200) for one in recogniser.hear(sound[place : place + 3200])]
    heard += recogniser.end()
    return chosen_in(Understood(heard, ()), MATCHER).heard if name == "names" else heard


def _asked(
    recogniser: Recogniser, name: str, speaker: Speaker, room: str, meant: Mapping[str, str]
) -> tuple[int, int, list[str]]:
    """How many were understood, how many understood wrongly, and what happened to the others."""
    sound, spans = speech.stream(speaker, list(meant))
    heard = _listen(recogniser, name, speech.in_room(sound, room))
    right, wrong, others = 0, 0, []
    for (text, meaning), (start, end) in zip(meant.items(), spans, strict=True):
        said = [one for one in heard if one.end > start and one.start < end + 0.3]
        found = [one.meaning for one in said if one.meaning is not None]
        right += found == [meaning]
        wrong += bool(found) and found != [meaning]
        if found != [meaning]:
            others.append(f"{text} {[one.said for one in said]}")
    return right, wrong, others


def _rate(
    recogniser: Recogniser,
    what: str,
    name: str,
    speakers: Sequence[Speaker],
    room: str,
    meant: Mapping[str, str],
    bars: tuple[float, float],
) -> Iterator[Row]:
    right = wrong = 0
    lost: list[str] = []
    for speaker in speakers:
        one, other, more = _asked(recogniser, name, speaker, room, meant)
        right, wrong, lost = right + one, wrong + other, lost + [f"{speaker.name}: {text}" for text in more]
    count = len(speakers) * len(meant)
    yield Row(f"{what}, {room}: not understood", 100 * (1 - right / count), bars[0], "%", [f"of {count}", *lost[:4]])
    yield Row(f"{what}, {room}: wrongly", 100 * wrong / count, bars[1], "%")


ALIKE = (
    "A wide pause.", "Quite a pause.", "Held up.", "Step up.", "Stuff it.", "Top it up.", "Hell of a day.", "Hello.",
    "I could stop.", "Good guide.", "Shop till you drop.", "A cup of tea.",
)  # fmt: skip
"""A sound or two away from a command. Shown apart: some were mistaken while they stood in the talk."""


class Bench:
    """The vocabularies of a session, and what is said in them."""

    def __init__(self) -> None:
        from voice_guide.guide.vocabularies import names_of, vocabularies

        self.library = Library()
        shown = [*vocabularies(self.library), names_of(self.library)]
        try:
            began = time.perf_counter()
            self.recogniser = Recogniser(shown)
            self.start = time.perf_counter() - began
        except HearingError as fault:
            raise CannotRun(str(fault)) from None
        self.commands, self.names = shown[0], shown[-1]

    def after_prefix(self) -> dict[str, str]:
        """Every command as it is said."""
        return {f"{PREFIX.title()}, {phrase}.": meaning for phrase, meaning in self.commands.prefixed.items()}

    def some_names(self) -> dict[str, str]:
        """The names of routines, as written, and what hurts, in a few words of those who had not seen ours."""
        told = {f"{name}.": name for name in self.library.routines}
        rows = csv.DictReader(SAID.read_text(encoding="utf-8").splitlines())
        short = [row for row in rows if len(row["phrase"].split()) <= SHORT and row["means"] in self.library.needs]
        return told | {row["phrase"]: f"need {self.library.needs[row['means']].name}" for row in short}

    def false_ones(self, sound: bytes) -> list[str]:
        """What was heard as a command where none was given."""
        return [one.said for one in _listen(self.recogniser, self.commands.name, sound) if one.meaning is not None]


def commands(folder: Path, quick: bool = False) -> Iterator[Row]:
    """What was said to it, and whether it understood."""
    bench = Bench()
    yield Row("start of the recogniser", bench.start, 1, "s", ["no real person has spoken to it: synthetic voices"])
    said, stop = (
        bench.after_prefix(),
        {"Stop.": "stop", "It hurts.": "stop", "Enough.": "stop", "Help.": "stop", "Ouch.": "stop"},
    )
    clear = CLEAR[::2] if quick else CLEAR

    def rate(
        what: str, speakers: Sequence[Speaker], room: str, meant: Mapping[str, str], *bars: float
    ) -> Iterator[Row]:
        name = bench.names.name if what == "names" else bench.commands.name
        yield from _rate(bench.recogniser, what, name, speakers, room, meant, (bars[0], bars[1]))

    yield from rate("guide X", clear, QUIET, said, 5, 1)
    yield from rate("guide X", clear, FAR, said, 10, 1)
    yield from rate("guide X", clear, NOISY, said, 10, 1)
    yield from rate("stop alone", clear, QUIET, {"Stop.": "stop"}, 20, 1)
    yield from rate("stop and its like", clear, QUIET, stop, 20, 1)
    yield from rate("names", clear, QUIET, bench.some_names(), 10, 2)
    if not quick:
        yield from rate("guide X", clear, LOUD, said, 100, 100)
        yield from rate("guide X, accents", ACCENTS, QUIET, said, 100, 100)
        yield from rate("stop and its like", clear, FAR, stop, 100, 100)
        events = {f"{phrase}.": meaning for phrase, meaning in bench.commands.bare.items()}
        yield from rate("events", clear, QUIET, events, 100, 100)
    unlisted, many = 0, len(UNLISTED) * len(clear)
    for speaker in clear:
        sound, _ = speech.stream(speaker, [f"{name}." for name in UNLISTED])
        heard = _listen(bench.recogniser, bench.names.name, speech.in_room(sound, QUIET))
        unlisted += sum(one.meaning is not None for one in heard)
    yield Row("unlisted names accepted", 100 * unlisted / many, 2, "%", [f"of {many}"])


def mistakes(folder: Path, quick: bool = False) -> Iterator[Row]:
    """What is taken for a command where nobody gives one."""
    bench = Bench()
    talk = TALK.read_text(encoding="utf-8").splitlines()
    speakers = CLEAR[:1] if quick else CLEAR[:4]
    yield _none("talk", bench, (speech.in_room(speech.stream(one, talk, (0.3, 1.5))[0], QUIET) for one in speakers))
    alike = (speech.in_room(speech.stream(one, ALIKE)[0], QUIET) for one in speakers)
    yield _none("what sounds alike", bench, alike, len(speakers) * len(ALIKE))
    yield _none("noise and thumps", bench, [_thumps(60 if quick else 600)])
    cues = _cues(bench.library)
    cues = cues[::40] if quick else cues
    for level in (-6, -12, -20):
        yield _none(f"our own cues at {level} dB", bench, [_own_voice(cues, level)])


def _none(what: str, bench: Bench, sounds: Iterable[bytes], bar: int = 0) -> Row:
    found, seconds = [], 0.0
    for sound in sounds:
        seconds += len(sound) / 2 / speech.RATE
        found += bench.false_ones(sound)
    return Row(f"commands heard in {what}", len(found), bar, "", [f"{seconds / 60:.0f} minutes", *found[:6]])


def _thumps(seconds: int) -> bytes:
    """Pink noise at -40 dBFS, and now and then a thump, a click or a creak."""
    chance, sound = random.Random(0), speech.noise("pink", seconds * speech.RATE * 2, -40)
    for _ in range(seconds // 2):
        kind = chance.choice((("brown", 0.15, -12), ("white", 0.02, -10), ("pink", 0.4, -22)))
        size = round(kind[1] * speech.RATE) * 2
        place = chance.randrange(len(sound) // 2 - size) * 2
        part = audioop.add(sound[place : place + size], speech.noise(kind[0], size, kind[2]), 2)
        sound = sound[:place] + part + sound[place + size :]
    return sound


def _cues(library: Library) -> list[str]:
    from voice_guide.compiler.script import compile_script

    plans = (compile_script(routine, library.phrases) for routine in library.routines.values())
    return sorted({cue.text for plan in plans for cue in plan.cues if cue.text})


def _own_voice(cues: Sequence[str], level: int) -> bytes:
    """All cues in the voice that a session has, as loud at the microphone as `level` dB under full."""
    from voice_guide.pcm import RATE
    from voice_guide.voices import open_voice

    file = speech.KEPT / f"cues-{hashlib.sha256(repr(cues).encode()).hexdigest()[:16]}.raw"
    if not file.exists():
        voice, made, state = open_voice(), bytearray(), None
        for cue in cues:
            said, state = audioop.ratecv(voice.speak(cue), 2, 1, RATE, speech.RATE, state)
            made += said + bytes(speech.RATE)
        voice.close()
        speech.KEPT.mkdir(exist_ok=True)
        file.write_bytes(made)
    sound = file.read_bytes()
    return audioop.mul(sound, 2, 10 ** (level / 20))


def effort(folder: Path) -> Iterator[Row]:
    """What it costs to listen, and how soon it answers."""
    bench = Bench()
    quiet, talk = speech.noise("pink", 60 * 2 * speech.RATE, -66), TALK.read_text(encoding="utf-8").splitlines()[:30]
    chat, _ = speech.stream(CLEAR[0], talk, (0.3, 1.5))
    for what, sound, bar in (("quiet", quiet, 5), ("talk", chat, 20)):
        began = time.process_time()
        bench.false_ones(sound)
        yield Row(
            f"listening to {what}",
            100 * (time.process_time() - began) / (len(sound) / 2 / speech.RATE),
            bar,
            "% of a core",
        )
    yield Row("memory with all vocabularies", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 100, "MB")
    sound, spans = speech.stream(CLEAR[0], list(bench.after_prefix()))
    sound, late = speech.in_room(sound, QUIET), []
    bench.recogniser.use(bench.commands.name)
    ends = [end for _, end in spans]
    for place in range(0, len(sound), 640):
        began = time.perf_counter()
        if bench.recogniser.hear(sound[place : place + 640]):
            now = (place + 640) / 2 / speech.RATE + time.perf_counter() - began
            late.append(now - max(end for end in ends if end < now))
    yield Row("from the end of the word, median", sorted(late)[len(late) // 2], 0.6, "s", [f"of {len(late)}"])


if __name__ == "__main__":  # a quick look, for who tunes
    for measure in (commands, mistakes):
        for row in measure(Path(), quick=True):
            print(f"{row.what:50} {row.figure:8.2f} {row.unit} (bar {row.bar})", *row.notes, sep="\n    ", flush=True)

"""Export: half an hour against LAME alone and against the naive way, and eight hours' memory."""

import sys
from collections.abc import Iterator
from pathlib import Path

from row import VOICE_GUIDE, Row, environment, medians, need, run, seconds_of

ROUTINE = ("complete", "daily", "care")
EIGHT_HOURS = str(Path(__file__).with_name("eight_hours.py"))


def half_an_hour(folder: Path) -> Iterator[Row]:
    """The whole process with a warm cache, against only the encoding of what it writes."""
    from voice_guide.cli.parts import rendered
    from voice_guide.library import Library
    from voice_guide.pcm import length, seconds, silence
    from voice_guide.script import compile_script
    from voice_guide.sinks.mp3 import _encoder
    from voice_guide.voices import open_voice
    from voice_guide.voices.cache import Remembering

    export = [VOICE_GUIDE, "export", *ROUTINE, "-o", str(folder / "ours.mp3")]
    env = environment(folder)
    run(export, env)
    library = Library(own=folder)
    plan = compile_script(library.find(" ".join(ROUTINE)), library.phrases)
    with Remembering(open_voice(), folder / "cache") as voice:
        clips = rendered(plan, voice).clips
    sounds = [(clip.sound, silence(clip.length - length(clip.sound))) for clip in clips]
    whole = b"".join(sound + quiet for sound, quiet in sounds)

    def ours() -> float:
        return seconds_of(lambda: run(export, env))

    def lame() -> float:
        encoder = _encoder()  # the very settings of the export
        return seconds_of(lambda: (encoder.encode(whole), encoder.flush()))

    took, alone = medians(3, ours, lame)
    yield Row(
        "export, warm cache, whole process", f"{took / alone:.2f} x LAME", "<= 0.15", took <= 0.15 * alone,
        f"{seconds(length(whole)) / 60:.0f} minutes: {took:.2f} s, and LAME alone {alone:.2f} s, on the same sound and settings;\n"
        "joining frames that were encoded before is not built yet: every export encodes all of it",
    )  # fmt: skip
    need("ffmpeg")
    naive = seconds_of(lambda: _naive(sounds, folder / "naive.mp3"))
    yield Row(
        "the same, against pydub += and ffmpeg", f"{took / naive:.2f} x naive", "<= 0.03", took <= 0.03 * naive,
        f"{took:.2f} s against {naive:.2f} s",
    )  # fmt: skip


def _naive(sounds: list[tuple[bytes, bytes]], file: Path) -> None:
    from pydub import AudioSegment

    def segment(sound: bytes) -> AudioSegment:
        return AudioSegment(data=sound, sample_width=2, frame_rate=22_050, channels=1)

    session = segment(b"")
    for sound, quiet in sounds:
        session += segment(sound)
        session += segment(quiet)
    session.export(file, format="mp3", parameters=["-q:a", "5"]).close()


def eight_hours(folder: Path) -> Iterator[Row]:
    """Peak memory of the real export, of half an hour's cues again and again."""
    run([VOICE_GUIDE, "export", *ROUTINE, "-o", str(folder / "warm.mp3")], environment(folder))

    def peak(hours: int) -> float:
        out = str(folder / f"{hours}.mp3")
        return float(run([sys.executable, EIGHT_HOURS, str(hours), out, *ROUTINE], environment(folder)))

    one, eight = peak(1), peak(8)
    yield Row(
        "export 8 hours, peak memory", f"{eight:.0f} MB", "<= 80 MB", eight <= 80,
        "the whole process; every cue is spoken again from the warm cache, as in a script that long",
    )  # fmt: skip
    yield Row("the same, against 1 hour", f"{eight / one:.2f} x", "<= 1.05", eight <= 1.05 * one, f"1 hour: {one:.0f} MB")

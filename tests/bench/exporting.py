"""Export: half an hour against LAME alone and against the naive way; the memory of eight hours."""

import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from table import VOICE_GUIDE, CannotRun, Row, environment, medians, run, seconds_of

from voice_guide.body.wishes import Wishes
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.speech import USUAL_RATE
from voice_guide.compiler.timeline import sketch
from voice_guide.formats.mp3 import encoder
from voice_guide.guide.fitted import fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.writing import Export, write
from voice_guide.library import Library
from voice_guide.pcm import RATE, WIDTH, length, seconds, silence
from voice_guide.voices import open_voice
from voice_guide.voices.cache import Remembering
from voice_guide.voices.rendering import rendered
from voice_guide.voices.voice import DEFAULT_PITCH

ROUTINE = "complete daily care"


def half_an_hour(folder: Path) -> Iterator[Row]:
    """The whole process with a warm cache, against encoding what it writes and nothing else."""
    env = environment(folder)
    export = [VOICE_GUIDE, "export", *ROUTINE.split(), "-o", str(folder / "ours.mp3")]
    run(export, env)
    library = Library(own=folder / "own")
    with Remembering(open_voice(), folder / "cache") as voice:
        clips = rendered(compile_script(library.find(ROUTINE), library.phrases), voice).clips
    parts = [part for clip in clips for part in (clip.sound, silence(clip.length - length(clip.sound)))]
    whole = b"".join(parts)

    def lame() -> float:
        lame = encoder()  # with the export's own settings
        return seconds_of(lambda: (lame.encode(whole), lame.flush()))

    took, alone = medians(3, lambda: seconds_of(lambda: run(export, env)), lame)
    minutes = seconds(length(whole)) / 60
    notes = [f"{minutes:.0f} minutes in {took:.2f} s; LAME alone, on the same sound: {alone:.2f} s;"]
    yield Row("export with a warm cache, whole process", took / alone, 0.15, "x LAME", notes)
    if not shutil.which("ffmpeg"):
        raise CannotRun("ffmpeg is not installed, for the naive peer")
    naive = seconds_of(lambda: _naive(parts, folder / "naive.mp3"))
    yield Row("the same", took / naive, 0.03, "x naive", [f"naive: pydub's += and ffmpeg, {naive:.2f} s"])


def _naive(parts: list[bytes], file: Path) -> None:
    from pydub import AudioSegment

    session = AudioSegment.silent(duration=0, frame_rate=RATE)
    for part in parts:
        session += AudioSegment(data=part, sample_width=WIDTH, frame_rate=RATE, channels=1)
    session.export(file, format="mp3", parameters=["-q:a", "5"]).close()


def eight_hours(folder: Path) -> Iterator[Row]:
    """Peak memory of the real export, the cues of half an hour again and again, in a process of its own."""
    env = environment(folder)
    one, eight = (
        float(run([sys.executable, __file__, hours, str(folder / "long.mp3")], env).split()[0]) for hours in "18"
    )
    notes = ["whole process, tags and chapters too; cues of the same words share one sound"]
    yield Row("export 8 hours, peak memory", eight, 80, "MB", notes)
    yield Row("the same, flat", eight / one, 1.1, "x 1 hour", [f"1 hour: {one:.0f} MB"])


def catalogue(folder: Path) -> Iterator[Row]:
    """All shipped routines with a warm cache, in one process, against encoding what they hold and nothing else."""
    env = environment(folder)
    export = [VOICE_GUIDE, "export", "--all", "--force", "--jobs", "1", "-o", str(folder / "all")]
    run(export, env)
    library, lame, minutes = Library(own=folder / "own"), 0.0, 0.0
    with Remembering(open_voice(), folder / "cache") as voice:
        for routine in library.routines.values():
            clips = rendered(compile_script(routine, library.phrases), voice).clips
            whole = b"".join(clip.sound + silence(clip.length - length(clip.sound)) for clip in clips)
            minutes += seconds(length(whole)) / 60
            one, began = encoder(), time.process_time()
            one.encode(whole), one.flush()
            lame += time.process_time() - began
    took = statistics.median(_processor_time(lambda: run(export, env)) for _ in range(3))
    hundred = 100 / len(library.routines)
    notes = [f"{len(library.routines)} routines, {minutes:.0f} minutes of sound, in {took:.2f} s, starting included;"]
    notes += [f"LAME alone, on the same sound: {lame:.1f} s, or {lame * hundred:.0f} s for a hundred"]
    yield Row("--all, warm cache, a hundred routines", took * hundred, 2, "s of processor", notes)
    yield Row("the same", took / lame, 2 / (lame * hundred), "x LAME", ["the bar is the two seconds, as a ratio"])


def _processor_time(action: Callable[[], object]) -> float:
    """Seconds that the processes it starts keep a processor busy."""
    before = os.times()
    action()
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _export(hours: str, file: str) -> None:
    with Kit(None, USUAL_RATE, DEFAULT_PITCH) as kit:
        session = fitted(kit, ROUTINE, Wishes())
        plan = session.plan()
        times = round(float(hours) * 3600 / seconds(sketch(plan.cues).length))
        all_of_it = replace(plan, cues=plan.cues * times)
        write(Export(session.routine.name, all_of_it, session.chart(), Path(file)), kit.studio)


def _peak() -> float:
    """Megabytes. Not ru_maxrss, which on Linux begins with the peak of whoever started the process."""
    status = Path("/proc/self/status")
    if not status.exists():
        raise CannotRun("peak memory is read from /proc, which is not here")
    return int(status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    _export(*sys.argv[1:])
    print(_peak(), len(list(Path("/proc/self/fd").iterdir())))

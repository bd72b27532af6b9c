"""`python eight_hours.py HOURS FILE NAME...`: exports a routine over and over for HOURS, prints its peak in MB."""

import sys
from dataclasses import replace
from pathlib import Path

from voice_guide.cli.exporting import write_mp3
from voice_guide.cli.parts import chosen, remembering
from voice_guide.pcm import seconds
from voice_guide.script import compile_script
from voice_guide.timeline import sketch
from voice_guide.voices import DEFAULT_PITCH, DEFAULT_RATE


def peak() -> float:
    """Megabytes. Not ru_maxrss, which on Linux begins with the peak of the process that started this one."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


hours, file, *name = sys.argv[1:]
library, routine = chosen(tuple(name))
plan = compile_script(routine, library.phrases)
times = round(int(hours) * 3600 / seconds(sketch(plan.cues).length))
with remembering(None, DEFAULT_RATE, DEFAULT_PITCH) as voice:
    write_mp3(routine, replace(plan, cues=plan.cues * times), voice, Path(file))
print(peak())

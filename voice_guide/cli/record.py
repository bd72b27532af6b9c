"""The command that records a voice, sentence by sentence, or takes in what was recorded elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_guide.cli.asking import asked
from voice_guide.cli.options import sink_option
from voice_guide.cli.screen import hint
from voice_guide.errors import ChoiceError, SinkError, VoiceGuideError
from voice_guide.guide import Guide

if TYPE_CHECKING:
    from voice_guide.guide.recording import Recording

BEGIN = {"": "begin", "s": "skip", "q": "leave"}
AFTER = {"": "keep", "r": "repeat", "s": "skip", "q": "leave"}


@click.command("record")
@click.argument("name", nargs=-1, required=True)
@click.option("--routine", "routines", multiple=True, help="Its sentences alone; may be given again. All else.")
@click.option("--again", is_flag=True, help="Also those that are recorded already.")
@click.option(
    "--sheet",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write the sentences with their numbers, to record them elsewhere.",
)
@click.option(
    "--import",
    "folder",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Take WAV, FLAC or MP3 files named by these numbers.",
)
@sink_option
def record_command(
    name: tuple[str, ...], routines: tuple[str, ...], again: bool, sheet: Path | None, folder: Path | None, sink: str
) -> None:
    """Record a voice of your own, sentence by sentence; leave at any, and go on another day.

    \b
    voice-guide record Mine --routine "soft landing"
    voice-guide record Mine --sheet sentences.txt      # or record elsewhere: 1.wav, 2.wav ...
    voice-guide record Mine --import recordings        # ... and take them in
    voice-guide play soft landing --voice mine

    What is not recorded, the natural voice says. Hand the folder on: --voice FOLDER plays it anywhere.
    """  # fmt: skip
    if sheet and folder:
        raise click.UsageError("--sheet and --import are two steps; give one of them")
    with Guide(tell=hint) as guide, guide.record(" ".join(name), routines, again=again) as recording:
        faults: list[str] = []
        if sheet:
            click.echo(f"{sheet}: {recording.sheet(sheet)} sentences; record each into a file named by its number")
        elif folder:
            kept, faults = recording.take_in(folder)
            click.echo(f"{kept} sentences kept")
        else:
            _record(recording, sink)
        has, most = recording.count
        hint(f"{has} of {most} sentences are recorded, in {recording.folder}")
        if faults:
            raise VoiceGuideError("\n".join(faults))


def _record(recording: Recording, sink: str) -> None:
    left = recording.wanted
    if not left:
        hint("every sentence is recorded; --again records them anew")
    for place, (number, text) in enumerate(left.items(), 1):
        click.echo(f"\n{place} of {len(left)}:  {text}", err=True)
        if _one(recording, number, sink) == "leave":
            return


def _one(recording: Recording, number: int, sink: str) -> str:
    """What was chosen in the end."""
    choice = _asked("Enter to begin, s to skip, q to leave", BEGIN)
    while choice in ("begin", "repeat"):
        try:
            sound = recording.take(number, _count)
        except ChoiceError as reason:
            hint(str(reason))
            choice = _asked("Enter to repeat, s to skip, q to leave", BEGIN)
            continue
        try:
            recording.play(sound, number, sink)
        except SinkError as fault:  # what was said is not lost with the loudspeaker
            hint(f"not played back: {fault}")
        choice = _asked("Enter to keep, r to repeat, s to skip, q to leave", AFTER)
        if choice == "keep":
            recording.keep(number, sound)
    return choice


def _count(number: int) -> None:
    click.echo(f"{number} " if number else "speak", err=True, nl=not number)


def _asked(question: str, choices: dict[str, str]) -> str:
    def read(typed: str) -> str:
        if typed.lower() not in choices:
            raise ValueError(f"{typed!r}: {question}")
        return choices[typed.lower()]

    return asked(question, read)

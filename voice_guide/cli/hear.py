"""The command that tells what is understood in a recording: for tests, for tuning, and for who was not heard."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from voice_guide.cli.options import json_option
from voice_guide.cli.screen import hint
from voice_guide.guide import Guide

if TYPE_CHECKING:
    from voice_guide.hearing import Heard

KINDS = ("commands", "ready", "yes or no", "number", "names")


@click.command("hear")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--for", "kind", type=click.Choice(KINDS), default="commands", show_default=True,
              help="What may be said in it.")  # fmt: skip
@json_option
def hear_command(file: Path, kind: str, as_json: bool) -> None:
    """What is understood in a recording (WAV, FLAC, MP3 or Ogg): each utterance, its time, what it means, how sure.

    \b
    voice-guide hear kitchen.wav
    voice-guide hear kitchen.wav --for names

    An utterance counts only where the whole of it is a command: "guide, pause", or a bare "stop".
    """
    understood = Guide().understood(file, kind)
    if as_json:
        click.echo(json.dumps([asdict(heard) for heard in understood.heard], indent=2))
        return
    for heard in understood.heard:
        click.echo(_line(heard))
    if not understood.heard:
        hint("no speech in it")
    if understood.left_out:
        hint(f"cannot be heard here: {', '.join(understood.left_out)}")


def _line(heard: Heard) -> str:
    return f"{heard.start:8.2f} s  {heard.meaning or '-':12} {heard.confidence:4.2f}  {heard.said}"

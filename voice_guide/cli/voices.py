"""The commands that list voices, have them heard, and try words."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from voice_guide.cli.options import json_option, sink_option, voice_options
from voice_guide.cli.screen import hint
from voice_guide.guide import Guide


@click.command("voices")
@click.argument("language", required=False, default="")
@click.option("--try", "tried", is_flag=True, help="Have each of them say the same words.")
@sink_option
@json_option
def voices_command(language: str, tried: bool, sink: str, as_json: bool) -> None:
    """The voices this machine has; LANGUAGE narrows the list.

    \b
    voice-guide voices en
    voice-guide voices en-gb --try
    voice-guide play soft landing --voice gmw/en-gb-scotland
    """
    if tried:
        with Guide(tell=hint) as guide:
            guide.try_voices(language, sink=sink)
        return
    found = Guide().voices(language)
    if as_json:
        click.echo(json.dumps([asdict(speaker) for speaker in found], indent=2))
        return
    for speaker in found:
        click.echo(f"{speaker.language:10} {speaker.id:28} {speaker.name}")
    click.echo(f"{'':10} {'piper:PATH.onnx':28} a Piper model of your own")
    click.echo(f"{'':10} {'tone':28} beeps, for machines without a voice")


@click.command("say")
@click.argument("text", nargs=-1, required=True)
@voice_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A WAV file, in place of the speaker.")
@sink_option
def say_command(text: tuple[str, ...], voice: dict[str, Any], output: Path | None, sink: str) -> None:
    """Speak any words, to try a voice, or a sentence of a script of your own.

    \b
    voice-guide say Come off slowly.
    voice-guide say "Find the flat bone at the base of your spine." --voice espeak
    """
    with Guide(**voice, tell=hint) as guide:
        path = guide.speak(" ".join(text), output or "", sink=sink)
    if path:
        click.echo(path)

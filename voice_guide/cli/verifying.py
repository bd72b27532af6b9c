"""The command that checks an exported MP3 against the timeline it carries."""

from pathlib import Path

import click

from voice_guide.cli.parts import clock
from voice_guide.formats.verify import verify
from voice_guide.pcm import seconds


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
def verify_command(file: Path) -> None:
    """Check an exported MP3: its bytes, its chapters, and that each cue is heard where its timeline has it.

    \b
    voice-guide verify soft-landing.mp3
    """
    whole = verify(file)
    counts = [(whole.chapters, "chapter"), (whole.cues, "cue")]
    told = ", ".join(f"{count} {thing}{'s' * (count != 1)}" for count, thing in counts)
    click.echo(f"{file} is whole: {clock(seconds(whole.length))}, {told}")

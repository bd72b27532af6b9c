"""The commands that write files and check them: the same session as `play`, in any format, one or all of them."""

from pathlib import Path
from typing import Any

import click

from voice_guide.cli.options import Nearest, all_options, name_or_need, voice_options, wishes_options
from voice_guide.cli.screen import bar, clock, hint
from voice_guide.guide import FORMATS, Guide, verify


@click.command("export")
@name_or_need
@voice_options
@wishes_options
@all_options
@click.option("--all-sidecars", is_flag=True, help="All captions, and the chart, beside the file.")
@click.option("--captions", default="", metavar="KIND,...", help="Beside the file: vtt, srt, lrc, chapters, txt.")
@click.option("--format", "wanted", type=Nearest(FORMATS), help="What to write; MP3 else.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder; the routine's name here else.")
@click.option("--verify", "verified", is_flag=True, help="Check what was written, as `verify` does.")
@click.pass_context
def export_command(
    ctx: click.Context,
    name: tuple[str, ...],
    wishes: dict[str, Any],
    voice: dict[str, Any],
    output: Path | None,
    wanted: str | None,
    captions: str,
    all_sidecars: bool,
    verified: bool,
    many: dict[str, Any] | None,
) -> None:
    """Write a routine as an MP3 for the phone, with a chapter for each step, fitted to your profile.

    \b
    voice-guide export soft landing
    voice-guide export hip pocket ball --minutes 8 -o ~/Music
    voice-guide export soft landing -o soft.m4b --captions vtt,lrc
    voice-guide export --all -o ~/Music/voice-guide

    Other formats than MP3 and WAV need ffmpeg.
    """
    beside = ["all"] if all_sidecars else captions.split(",")
    into = output or Path()
    with Guide(**voice, tell=hint) as guide:
        if many is not None:
            with bar("Writing") as progress:
                done = guide.export_all(
                    into, format=wanted or FORMATS[0], captions=beside, verify=verified, progress=progress,
                    **many, **wishes,
                )  # fmt: skip
            show(done)
            ctx.exit(done.exit_code)
        with bar("Speaking") as progress:
            session = guide.prepare(" ".join(name), heard=False, **wishes)
            paths = session.export(into, format=wanted, captions=beside, verify=verified, progress=progress)
    for path in paths:
        click.echo(path)


def show(done: Any) -> None:
    """What was made, and at the end what failed."""
    for path in done.made:
        click.echo(path)
    hint("\n".join(done.summary()))


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path))
def verify_command(file: Path) -> None:
    """Check an export: of an MP3 every byte of its sound, all that its tags say, and each cue heard at its time.

    What a player added, a rating or a play count, is named and is no fault. Of other formats every byte is checked,
    and whatever a player changes is a fault.

    \b
    voice-guide verify soft-landing.mp3
    """
    whole = verify(file)
    counts = [(whole.chapters, "chapter"), (whole.cues, "cue")]
    told = ", ".join(f"{count} {thing}{'s' * (count != 1)}" for count, thing in counts)
    told = f"{clock(whole.seconds)}, {told}" if whole.length else "every byte is as it was written"
    click.echo("\n".join([f"{file} is whole: {told}", *whole.remarks]))

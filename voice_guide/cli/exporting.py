"""The command that writes files: the same session as `play`, into any format, one or all of them."""

from pathlib import Path

import click

from voice_guide.cli.fitting import Fitted, Nearest, Wishes, fitted, fitting_options
from voice_guide.cli.parts import Catalogue, bar, catalogue_options, hint, name_or_need, voice_options
from voice_guide.cli.writing import COVER, ENDINGS, MP3, Export, Studio, VoiceWish, path_of, sidecars_of, write
from voice_guide.controls.signals import unwinding
from voice_guide.formats.verify import verify


@click.command("export")
@name_or_need
@voice_options
@fitting_options
@catalogue_options
@click.option("--all-sidecars", is_flag=True, help="All captions, and the chart, beside the file.")
@click.option("--captions", default="", metavar="KIND,...", help="Beside the file: vtt, srt, lrc, chapters, txt.")
@click.option("--format", "wanted", type=Nearest([ending[1:] for ending in ENDINGS]), help="What to write; MP3 else.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder; the routine's name here else.")
@click.option("--verify", "verified", is_flag=True, help="Check the MP3 that was written, as `verify` does.")
@click.pass_context
def export_command(
    ctx: click.Context,
    name: tuple[str, ...],
    wishes: Wishes,
    voice: str | None,
    rate: int,
    pitch: int,
    output: Path | None,
    wanted: str | None,
    captions: str,
    all_sidecars: bool,
    verified: bool,
    catalogue: Catalogue | None,
) -> None:
    """Write a routine as an MP3 for the phone, with a chapter for each step, fitted to your profile.

    \b
    voice-guide export soft landing
    voice-guide export hip pocket ball --minutes 8 -o ~/Music
    voice-guide export soft landing -o soft.m4b --captions vtt,lrc
    voice-guide export --all -o ~/Music/voice-guide

    Other formats than MP3 and WAV need ffmpeg.
    """
    from voice_guide.formats.captions import SIDECARS

    beside = (*SIDECARS, COVER) if all_sidecars else sidecars_of(captions)
    ending = f".{wanted}" if wanted else None
    wish = VoiceWish(voice, rate, pitch)
    if verified and {ending, output.suffix.lower() if output else None} & {*ENDINGS} - {MP3}:
        raise click.UsageError("--verify checks an MP3, and no other format; leave it out")
    if catalogue:
        from voice_guide.cli.catalogue import Making, make_all

        making = Making(wish, wishes, output or Path(), ending or MP3, beside, verified)
        with unwinding():
            code, _ = make_all(making, catalogue)
        ctx.exit(code)
    with unwinding(), wish.open() as speaker:
        studio = Studio(speaker)
        session = fitted(name, wishes, rate, studio.encoded.length)
        paths = written(session, rate, output or Path(), ending, beside, studio)
        hint(speaker.warning)
    if verified:
        verify(paths[0])
    for path in paths:
        click.echo(path)


def written(
    session: Fitted, rate: int, output: Path, ending: str | None, beside: tuple[str, ...], studio: Studio
) -> list[Path]:
    """Write one session to a file or into a folder, with a progress bar; returns the paths."""
    path = path_of(output, ending, session.routine.id)
    export = Export(session.routine.name, session.plan(rate), session.chart(), path, beside)
    with bar("Speaking", len(export.plan.cues)) as step:
        return write(export, studio, step)

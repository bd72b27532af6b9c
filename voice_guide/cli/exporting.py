"""The command that writes an MP3: the same session as `play`, into a file."""

from pathlib import Path

import click

from voice_guide.captions import captions
from voice_guide.cli.fitting import Fitted, Wishes, fitted, fitting_options
from voice_guide.cli.parts import hint, name_or_need, remembering, rendered, voice_options
from voice_guide.pcm import seconds
from voice_guide.player import play
from voice_guide.script import Plan
from voice_guide.session import Session
from voice_guide.sinks.id3 import Tags
from voice_guide.sinks.mp3 import Mp3
from voice_guide.sinks.verify import verify
from voice_guide.timeline import Timeline
from voice_guide.voices.cache import Remembering


@click.command("export")
@name_or_need
@voice_options
@fitting_options
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File or folder; the routine's name here else.")
@click.option("--verify", "verified", is_flag=True, help="Check the file that was written, as `verify` does.")
def export_command(
    name: tuple[str, ...],
    wishes: Wishes,
    voice: str | None,
    rate: int,
    pitch: int,
    output: Path | None,
    verified: bool,
) -> None:
    """Write a routine as an MP3 for the phone, with a chapter for each step, fitted to your profile.

    \b
    voice-guide export soft landing
    voice-guide export hip pocket ball --minutes 8 -o ~/Music
    """
    with remembering(voice, rate, pitch) as speaker:
        session = fitted(name, wishes, rate, speaker.speak)
        routine, plan = session.routine, session.plan(rate)
        path = output or Path()
        if path.is_dir():
            path = path / f"{routine.id}.mp3"
        write_mp3(session, plan, speaker, path)
        hint(speaker.warning)
    if verified:
        verify(path)
    click.echo(path)


def write_mp3(session: Fitted, plan: Plan, voice: Remembering, path: Path) -> Path:
    """Speak, lay and write the whole session with a progress bar; returns the path."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Speaking", total=len(plan.cues))
        timeline = rendered(plan, voice, lambda: progress.advance(bar))
        heard = Session()
        heard.feed(timeline.clips)
        heard.whole = True
        bar = progress.add_task("Writing", total=seconds(timeline.length))
        length = seconds(timeline.length)
        with Mp3(path, tags(session, plan, timeline)) as sink:
            play(heard, sink, progress=lambda place: progress.update(bar, completed=length - (place.left or 0)))
    return path


def tags(session: Fitted, plan: Plan, timeline: Timeline) -> Tags:
    """What a phone shows of a session: its name, its points on a body, a chapter a step, every word as lyrics."""
    routine = session.routine
    told = captions(routine.name, plan.titles, timeline)
    lyrics: list[str] = []
    for step, start, end in timeline.steps():
        lyrics += ["", plan.titles[step]]
        lyrics += [clip.cue.text for clip in timeline.clips if start <= clip.start < end]
    return Tags(
        title=routine.name,
        artist="voice_guide",
        album="voice_guide sessions",
        genre="Speech",
        lyrics="\n".join(lyrics).strip(),
        chapters=told.chapters,
        cover=cover(session),
        words=told.words,
    )


def cover(session: Fitted) -> bytes:
    """The points of the session on a body, as a PNG."""
    from voice_guide.chart import draw_chart
    from voice_guide.pictures import png

    points = list(dict.fromkeys(step.point for step in session.routine.steps if step.point))
    return png(draw_chart(session.library.charts, points, session.routine.name))

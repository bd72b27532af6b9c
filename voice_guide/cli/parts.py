"""What several commands share: the options of the voice and of --all, and a routine made ready to be spoken."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from voice_guide.cli import complete_name
from voice_guide.voices.voice import DEFAULT_PITCH, DEFAULT_RATE, PITCHES, RATES

if TYPE_CHECKING:
    from voice_guide.compiler.cues import Plan
    from voice_guide.compiler.timeline import Said, Timeline
    from voice_guide.library import Library
    from voice_guide.routine import Routine
    from voice_guide.voices.cache import Remembering
    from voice_guide.voices.voice import Voice

F = TypeVar("F", bound=Callable[..., Any])

name_argument = click.argument("name", nargs=-1, required=True, shell_complete=complete_name)
name_or_need = click.argument("name", nargs=-1, shell_complete=complete_name)


def voice_options(command: F) -> F:
    """--voice, --rate and --pitch."""
    for option in (
        click.option(
            "--pitch",
            type=click.IntRange(PITCHES[0], PITCHES[-1]),
            default=DEFAULT_PITCH,
            show_default=True,
            help="Low to high.",
        ),
        click.option(
            "--rate",
            type=click.IntRange(RATES[0], RATES[-1]),
            default=DEFAULT_RATE,
            show_default=True,
            help="Words a minute.",
        ),
        click.option("--voice", help="A voice from `voice-guide voices`, or 'tone' for beeps."),
    ):
        command = option(command)
    return command


def optioned(command: F, asking: Callable[..., Any], *options: Callable[[Any], Any]) -> F:
    """`command` with more options, the last given first in its help; `asking` takes them and calls it."""
    asking.__name__, asking.__doc__ = command.__name__, command.__doc__
    asking.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in options:
        asking = option(asking)
    return asking  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """How every routine is made: also those that are up to date, in how many processes here, or on a cluster."""

    force: bool = False
    jobs: int | None = None
    scheduler: str | None = None


def catalogue_options(command: F) -> F:
    """--all, --force, --jobs and --scheduler, as one `Catalogue`, or None where one routine is meant."""

    def asking(everything: bool, force: bool, jobs: int | None, scheduler: str | None, **others: Any) -> Any:
        catalogue = Catalogue(force, jobs, scheduler)
        if not everything and catalogue != Catalogue():
            raise click.UsageError("--force, --jobs and --scheduler go with --all")
        if everything and (others["name"] or others["wishes"].need):
            raise click.UsageError("--all means every routine; leave the name out, or --all")
        return command(catalogue=catalogue if everything else None, **others)

    return optioned(
        command,
        asking,
        click.option("--scheduler", metavar="ADDRESS", help="With --all: a Dask cluster, such as tcp://host:8786."),
        click.option(
            "--jobs", type=click.IntRange(1), help="With --all: how many at once; as many as processors else."
        ),
        click.option("--force", is_flag=True, help="With --all: also those that are up to date."),
        click.option("--all", "everything", is_flag=True, help="Every routine, into the folder given with -o."),
    )


def remembering(
    voice: str | None, rate: int, pitch: int, folder: Path | None = None, at_once: bool = True
) -> "Remembering":
    """The voice asked for, which remembers what it said; its engine starts at once, or when it is needed."""
    from voice_guide.storage.kept import cache_folder
    from voice_guide.voices import open_voice
    from voice_guide.voices.bell import Belled
    from voice_guide.voices.cache import Remembering

    return Remembering(Belled(open_voice(voice, rate, pitch, at_once)), folder or cache_folder())


def chosen(name: tuple[str, ...]) -> "tuple[Library, Routine]":
    """The library and the routine meant; warns of own scripts that cannot be used."""
    from voice_guide.library import Library  # late: the voice starts meanwhile

    library = Library()
    routine = library.find(" ".join(name))
    for line in library.broken:
        click.echo(line, err=True)
    return library, routine


def rendered(plan: "Plan", voice: "Voice", step: Callable[[], None] = lambda: None, grid: int = 1) -> "Timeline":
    """The whole timeline, on a grid of frames; `step` is called after each cue. Cues of the same words share one."""
    from voice_guide.compiler.timeline import Timeline, lay

    speak = cache(voice.speak)

    def said() -> "Iterator[Said]":
        for cue in plan.cues:
            yield cue, speak(cue.text)
            step()

    return Timeline(tuple(lay(said(), grid)))


@contextmanager
def bar(what: str, total: int) -> Iterator[Callable[[], None]]:
    """A progress bar for who looks at a terminal; what it gives is called after each of `total` parts."""
    if not (sys.stderr and sys.stderr.isatty()):
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import MofNCompleteColumn, Progress

    columns = (*Progress.get_default_columns(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task(what, total=total)
        yield lambda: progress.advance(task)


def hint(text: str) -> None:
    """A line for those who look, if there is one; a terminal that was closed is none."""
    with suppress(OSError, ValueError):
        if text:
            click.echo(text, err=True)


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds, for reading."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"

"""The options that several commands share."""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from voice_guide.cli import complete_name
from voice_guide.errors import SafetyError, VoiceGuideError, did_you_mean
from voice_guide.guide import BALLS, COMPANY, DEFAULT_PITCH, DEFAULT_RATE, PITCHES, RATES, SIDES, SINKS, SURFACES, TALKS

F = TypeVar("F", bound=Callable[..., Any])
MINUTES = (3, 45)

name_argument = click.argument("name", nargs=-1, required=True, shell_complete=complete_name)
name_or_need = click.argument("name", nargs=-1, shell_complete=complete_name)
json_option = click.option("--json", "as_json", is_flag=True, help="For programs.")
"""In ASCII: on Windows what goes into a pipe or a file is in an old code page."""
sink_option = click.option(
    "--sink",
    type=click.Choice([*SINKS, "miniaudio"]),
    default="speaker",
    show_default=True,
    help="speaker, simpleaudio, or silent (words on the screen).",
)
questions_option = click.option("--questions/--no-questions", default=True, help="On a terminal, ask before and after.")


class Nearest(click.Choice):  # type: ignore[type-arg,unused-ignore]
    """A choice that says what was probably meant."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The choice, as it is written in the list."""
        known = list(map(str, self.choices))
        if value not in known:
            remedy = did_you_mean(str(value), known, f"there are {', '.join(known)}")
            self.fail(f"there is no '{value}'; {remedy}", param, ctx)
        return value


class Within(click.FloatRange):
    """A number of a range, which is told in our words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"'{value}' cannot be; give a number from {self.min:g} to {self.max:g}", param, ctx)


def optioned(command: F, asking: Callable[..., Any], *options: Callable[[Any], Any]) -> F:
    """`command` with more options, the last given first in its help; `asking` takes them and calls it."""
    asking.__name__, asking.__doc__ = command.__name__, command.__doc__
    asking.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in options:
        asking = option(asking)
    return asking  # type: ignore[return-value]


def voice_options(command: F) -> F:
    """--voice, --rate and --pitch, as the `voice` of a guide."""

    def speaking(voice: str | None, rate: int, pitch: int, **others: Any) -> Any:
        return command(voice={"voice": voice, "rate": rate, "pitch": pitch}, **others)

    return optioned(
        command, speaking,
        click.option("--pitch", type=click.IntRange(PITCHES[0], PITCHES[-1]), default=DEFAULT_PITCH,
                     show_default=True, help="Low to high."),
        click.option("--rate", type=click.IntRange(RATES[0], RATES[-1]), default=DEFAULT_RATE,
                     show_default=True, help="Words a minute."),
        click.option("--voice", help="A voice from `voice-guide voices`, piper:PATH.onnx, or 'tone' for beeps."),
    )  # fmt: skip


def wishes_options(command: F) -> F:
    """--need, --condition, --doctor-agreed, --minutes, --surface, --ball, --side, --with, --talk: the `wishes`."""
    names = ("need", "conditions", "doctor_agreed", "minutes", "surface", "ball", "side", "company", "talk")

    def wishing(**options: Any) -> Any:
        wishes = {name: value for name in names if (value := options.pop(name)) is not None}
        return command(wishes=wishes, **options)

    return optioned(
        command, wishing,
        click.option("--talk", type=Nearest(TALKS), default="full", show_default=True,
                     help="Every word, a regular's words, or bells with only names and safety spoken."),
        click.option("--with", "company", type=Nearest(COMPANY), help="Whose hands press your back, where they can."),
        click.option("--side", type=Nearest(SIDES), help="One side only, or both."),
        click.option("--ball", type=Nearest(BALLS), help="The ball you have."),
        click.option("--surface", type=Nearest(SURFACES), help="Where you are."),
        click.option("--minutes", type=Within(*MINUTES), help="Make it last so long."),
        click.option("--doctor-agreed", is_flag=True, help="Your doctor agreed to this, with your --condition."),
        click.option("--condition", "conditions", multiple=True, metavar="WORDS[:PART]",
                     help="What you have, in your words, besides your profile; may be given again. "
                          "`voice-guide conditions` lists them."),
        click.option("--need", help="What hurts, in your words, in place of a name."),
    )  # fmt: skip


def all_options(command: F) -> F:
    """--all, --force, --jobs and --scheduler: how `many` are made, or None where one routine is meant."""

    def asking(everything: bool, force: bool, jobs: int | None, scheduler: str | None, **others: Any) -> Any:
        if not everything and (force or jobs or scheduler):
            raise click.UsageError("--force, --jobs and --scheduler go with --all")
        if everything and (others["name"] or others["wishes"].get("need")):
            raise click.UsageError("--all means every routine; leave the name out, or --all")
        many = {"force": force, "jobs": jobs, "scheduler": scheduler}
        return command(many=many if everything else None, **others)

    return optioned(
        command, asking,
        click.option("--scheduler", metavar="ADDRESS", help="With --all: a Dask cluster, such as tcp://host:8786."),
        click.option("--jobs", type=click.IntRange(1), help="With --all: so many at once; else as many as processors."),
        click.option("--force", is_flag=True, help="With --all: also those that are up to date."),
        click.option("--all", "everything", is_flag=True, help="Every routine, into the folder given with -o."),
    )  # fmt: skip


def there_are_keys() -> bool:
    """Somebody sits at a terminal."""
    from voice_guide.guide.onlooker import is_terminal

    return is_terminal(sys.stdin)


def instead_of(error: VoiceGuideError) -> dict[str, object]:
    """For programs, why there is no answer: what safety says, or what to ask."""
    if isinstance(error, SafetyError):
        told = {"level": error.level, "say": str(error), "rules": error.rules, "instead": error.instead}
        return {"refused": told}
    return {"question": str(error), "candidates": getattr(error, "candidates", ())}

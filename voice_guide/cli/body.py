"""Commands about the listener's body: what they tell once, and what a routine becomes for it."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import click

from voice_guide.body.profile import Profile
from voice_guide.cli.fitting import Fitted, Wishes, as_data, fitted, fitting_options
from voice_guide.cli.parts import clock, name_or_need
from voice_guide.cli.told import asked_again, keep_profile, profile_of
from voice_guide.compiler.speech import USUAL_RATE
from voice_guide.errors import SafetyError
from voice_guide.library import Library
from voice_guide.personal.profile import forget_profile, profile_path

NONE = ""


@click.command("profile")
@click.option("--show", is_flag=True, help="Print what you told, and where it lies.")
@click.option("--forget", is_flag=True, help="Delete it.")
def profile_command(show: bool, forget: bool) -> None:
    """Tell once about your body, so that every session fits it.

    Questions come in groups: type the numbers that are true, or press Enter for none of them. It takes less
    than a minute and stays on this machine, in a file that you can read and edit.
    """
    if forget:
        gone = forget_profile()
        click.echo("\n".join(f"deleted {path}" for path in gone) or "there was no profile")
        return
    library = Library()
    if show:
        _show(library)
        return
    try:
        profile_of(library)
    except SafetyError as error:  # what is broken was set aside; it is asked anew
        click.echo(str(error), err=True)
    try:
        profile = _asked(library, date.today())
    except click.Abort:
        click.echo("\nnothing was kept", err=True)
        raise
    path = keep_profile(profile, library)
    click.echo(f"Kept in {path}. Sessions are fitted to it from now on.")


def _show(library: Library) -> None:
    profile = profile_of(library)
    if profile is None:
        click.echo("there is no profile yet; `voice-guide profile` asks in less than a minute", err=True)
        return
    click.echo(f"# {profile_path()}")
    click.echo(profile_path().read_text(encoding="utf-8"), nl=False)
    if due := asked_again(profile, library):
        click.echo(f"to be asked again: {', '.join(due)}", err=True)


def _asked(library: Library, day: date) -> Profile:
    """The answers to all questions."""
    conditions = library.safety.conditions
    yes: dict[str, date] = {}
    no: dict[str, date] = {}
    where: dict[str, tuple[str, ...]] = {}
    for title, names in library.questions.groups:
        true = choose_numbers(title, [conditions[name].name for name in names])
        for number, name in enumerate(names):
            (yes if number in true else no)[name] = day
    parts = library.catalogue.parts
    for name in [name for name in yes if conditions[name].where]:
        chosen = choose_numbers(f"Where is it: {conditions[name].name}?", parts, "everywhere")
        if chosen:
            where[name] = tuple(parts[number] for number in chosen)
    confirmed = {name for rule in library.safety.rules if rule.do == "confirm" for name in rule.when}
    agreed = {}
    for name in [name for name in yes if name in confirmed]:
        if click.confirm(f"{conditions[name].name}: has a doctor agreed that you do this?", err=True):
            agreed[name] = day
    ages = [*library.questions.ages.values()]
    began = choose_numbers(library.questions.onset, [say for say, _ in ages], "no pain just now", most=1)
    if began:
        return Profile(yes, no, agreed, where, day - timedelta(days=ages[began[0]][1]))
    return Profile(yes, no, agreed, where)


def choose_numbers(
    title: str, options: Sequence[str], otherwise: str = "none of these", most: int | None = None
) -> list[int]:
    """The numbers chosen, from 0; asked again until they can be read."""
    click.echo(f"\n{title}", err=True)
    for number, option in enumerate(options, 1):
        click.echo(f"  {number}  {option}", err=True)
    while True:
        numbers = "One number" if most == 1 else "Numbers"
        typed = click.prompt(f"{numbers}, or Enter for {otherwise}", default=NONE, show_default=False, err=True)
        words = typed.replace(",", " ").split()
        chosen = [int(word) - 1 for word in words if word.isdecimal() and 1 <= int(word) <= len(options)]
        if len(chosen) == len(words) and (most is None or len(chosen) <= most):
            return sorted(set(chosen))
        click.echo(f"'{typed}': type numbers from 1 to {len(options)}, with spaces between", err=True)


@click.command("adapt")
@name_or_need
@fitting_options
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.pass_context
def adapt_command(ctx: click.Context, name: tuple[str, ...], wishes: Wishes, as_json: bool) -> None:
    """What a routine becomes today, and why, without playing it.

    \b
    voice-guide adapt soft landing --condition "thin bones"
    voice-guide adapt hip pocket ball --condition first_time --minutes 8 --json
    """
    try:
        session = fitted(name, wishes, USUAL_RATE)
    except SafetyError as error:
        if not as_json:
            raise
        refusal = {"level": error.level, "say": str(error), "rules": error.rules, "instead": error.instead}
        click.echo(json.dumps({"refused": refusal}, indent=2))
        ctx.exit(error.exit_code)
    if as_json:
        click.echo(json.dumps(_data(session), ensure_ascii=False, indent=2))
        return
    click.echo(f"{session.routine.name}, {clock(session.length)}")
    for sentence in session.routine.today:
        click.echo(f"  {sentence}")
    for step in session.routine.steps:
        if step.point and step.tool and step.posture:
            sides = " and ".join(side for side in step.sides if side) or "middle"
            click.echo(f"{step.point.name:22} {step.seconds:4.0f} s  {step.tool.name}, {step.posture.name}, {sides}")
        else:
            click.echo(f"{step.do:22} {step.seconds:4.0f} s  {step.text.split('.')[0]}")
    for change in session.changes:
        numbers = f" ({change.before} to {change.after})" if change.after else ""
        click.echo(f"{change.what} {change.name}{numbers}: {change.why} [{change.rule}]")


def _data(session: Fitted) -> Mapping[str, object]:
    routine = session.routine
    return {
        "refused": None,
        "name": routine.name,
        "id": routine.id,
        "seconds": round(session.length, 3),
        "light": session.light,
        "say": list(routine.today),
        "changes": as_data(session.changes),
        "steps": [
            {
                "do": step.do,
                "point": step.point and step.point.id,
                "name": step.point.name if step.point else step.text,
                "sides": [side for side in step.sides if side],
                "places": [place for place in step.places if place],
                "seconds": step.seconds,
                "pressure": step.pressure,
                "tool": step.tool and step.tool.id,
                "posture": step.posture and step.posture.id,
            }
            for step in routine.steps
        ],
    }

"""The command that asks about the listener's body, once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from voice_guide.cli.screen import hint
from voice_guide.errors import SafetyError
from voice_guide.guide import Guide

if TYPE_CHECKING:
    from voice_guide.guide.interview import Question

NONE = ""


@click.command("profile")
@click.option("--show", is_flag=True, help="Print what you told, and where it lies.")
@click.option("--forget", is_flag=True, help="Delete it.")
def profile_command(show: bool, forget: bool) -> None:
    """Tell once about your body, so that every session fits it.

    Questions come in groups: type the numbers that are true, or press Enter for none of them. It takes less
    than a minute and stays on this machine, in a file that you can read and edit.
    """
    guide = Guide(tell=hint)
    if forget:
        gone = guide.forget_profile()
        click.echo("\n".join(f"deleted {path}" for path in gone) or "there was no profile")
    elif show:
        _show(guide)
    else:
        _ask(guide)


def _show(guide: Guide) -> None:
    if guide.profile is None:
        hint("there is no profile yet; `voice-guide profile` asks in less than a minute")
        return
    click.echo(f"# {guide.profile_path}")
    click.echo(guide.profile_path.read_text(encoding="utf-8-sig"), nl=False)
    if due := guide.profile_due():
        hint(f"to be asked again: {', '.join(due)}")


def _ask(guide: Guide) -> None:
    try:
        guide.profile  # noqa: B018
    except SafetyError as error:  # what is broken was set aside; it is asked anew
        hint(str(error))
    interview = guide.interview()
    question = next(interview)
    try:
        while True:
            question = interview.send(choose_numbers(question))
    except StopIteration as end:
        path = guide.keep_profile(end.value)
        click.echo(f"Kept in {path}. Sessions are fitted to it from now on.")
    except click.Abort:
        hint("\nnothing was kept")
        raise


def choose_numbers(question: Question) -> Sequence[int]:
    """The numbers chosen, from 0; asked again until they can be read."""
    if not question.options:
        return [0] * click.confirm(question.title, err=True)
    click.echo(f"\n{question.title}", err=True)
    for number, option in enumerate(question.options, 1):
        click.echo(f"  {number}  {option}", err=True)
    while True:
        numbers = "One number" if question.most == 1 else "Numbers"
        asked = f"{numbers}, or Enter for {question.otherwise}"
        typed = click.prompt(asked, default=NONE, show_default=False, err=True)
        words = typed.replace(",", " ").split()
        chosen = [int(word) - 1 for word in words if word.isdecimal() and 1 <= int(word) <= len(question.options)]
        if len(chosen) == len(words) and (question.most is None or len(chosen) <= question.most):
            return sorted(set(chosen))
        click.echo(f"'{typed}': type numbers from 1 to {len(question.options)}, with spaces between", err=True)

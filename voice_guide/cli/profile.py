"""The command that asks about the listener's body, once."""

from __future__ import annotations

import click

from voice_guide.cli.asking import BACK, choose
from voice_guide.cli.screen import hint
from voice_guide.errors import ChoiceError, SafetyError
from voice_guide.guide import Guide


@click.command("profile")
@click.option("--show", is_flag=True, help="Print what you told, and where it lies.")
@click.option("--forget", is_flag=True, help="Delete it.")
def profile_command(show: bool, forget: bool) -> None:
    """Tell once about your body, so that every session fits it.

    Questions come in groups: type the numbers that are true, or press Enter for none of them; or say it in your own
    words, and it is read back as what it means. 'back' goes a question back, and Ctrl-C keeps what was told. It takes
    less than a minute and stays on this machine, in a file that you can read and edit.
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
    try:
        while question := interview.question:
            given = choose(question)
            interview.back() if given is BACK else interview.answer(given)
    except (click.Abort, KeyboardInterrupt, ChoiceError):
        if not interview.begun:
            hint("\nnothing was told")
            raise
        guide.keep_profile(interview.profile)
        hint("\nwhat you told is kept; `voice-guide profile` asks again from the start")
        raise
    path = guide.keep_profile(interview.profile)
    click.echo(f"Kept in {path}. Sessions are fitted to it from now on.")

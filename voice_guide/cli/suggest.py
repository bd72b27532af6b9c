"""The command that finds a routine for what hurts."""

import json
import shlex
from dataclasses import asdict

import click

from voice_guide.cli.asking import choose_numbers, words
from voice_guide.cli.options import instead_of, json_option, there_are_keys
from voice_guide.cli.screen import hint
from voice_guide.errors import VoiceGuideError
from voice_guide.guide import Guide
from voice_guide.guide.interview import Question


@click.command("suggest")
@click.argument("what", nargs=-1)
@click.option("--since", help="within three days, within six weeks, within three months, longer ago.")
@click.option("--condition", "conditions", multiple=True, metavar="WORDS[:PART]", help="What you have, today.")
@click.option("--doctor-agreed", is_flag=True, help="Your doctor agreed to this, with your --condition.")
@json_option
@click.pass_context
def suggest_command(
    ctx: click.Context,
    what: tuple[str, ...],
    since: str | None,
    conditions: tuple[str, ...],
    doctor_agreed: bool,
    as_json: bool,
) -> None:
    """Up to three routines for what hurts, and the reason for each.

    \b
    voice-guide suggest leg pain --since "within six weeks"
    """
    asks = there_are_keys() and not as_json
    with Guide(tell=hint) as guide:
        asked = " ".join(what) or (words("What hurts, or what do you want help with?") if asks else "")
        try:
            question = guide.onset(asked)
            since = since or (_since(question) if question and asks else "")
            suggestions = guide.suggest(asked, since, conditions=conditions, doctor_agreed=doctor_agreed)
        except VoiceGuideError as error:
            if not as_json:
                raise
            click.echo(json.dumps(instead_of(error), indent=2))
            ctx.exit(error.exit_code)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in suggestions.found], indent=2))
        return
    if question and not since:
        hint("since when is not known, so these are open to all; say it with --since, such as --since 'longer ago'")
    for one in suggestions.found:
        click.echo(f"{one.name}, {one.minutes} minutes. {one.why}")
    said = [f"--condition {shlex.quote(name)}" for name in suggestions.conditions]
    said += ["--doctor-agreed"] * doctor_agreed
    hint(" ".join(("voice-guide play", suggestions.found[0].name.lower(), *said)))


def _since(question: Question) -> str:
    chosen = choose_numbers(question)
    return question.options[chosen[0]] if chosen else ""

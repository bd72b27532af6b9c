"""The command that shows what a routine becomes for the listener's body, without playing it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from voice_guide.cli.options import instead_of, json_option, name_or_need, wishes_options
from voice_guide.cli.screen import clock, hint
from voice_guide.errors import SafetyError
from voice_guide.guide import Guide

if TYPE_CHECKING:
    from voice_guide.guide.prepared import Prepared


@click.command("adapt")
@name_or_need
@wishes_options
@json_option
@click.pass_context
def adapt_command(ctx: click.Context, name: tuple[str, ...], wishes: dict[str, Any], as_json: bool) -> None:
    """What a routine becomes today, and why, without playing it.

    \b
    voice-guide adapt soft landing --condition "thin bones"
    voice-guide adapt hip pocket ball --condition first_time --minutes 8 --json
    """
    with Guide(tell=hint) as guide:
        try:
            session = guide.adapt(" ".join(name), **wishes)
        except SafetyError as error:
            if not as_json:
                raise
            click.echo(json.dumps(instead_of(error), indent=2))
            ctx.exit(error.exit_code)
    if as_json:
        click.echo(json.dumps(_data(session), indent=2))
        return
    click.echo(f"{session.routine.name}, {clock(session.seconds)}")
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


def _data(session: Prepared) -> Mapping[str, object]:
    routine = session.routine
    return {
        "refused": None,
        "name": routine.name,
        "id": routine.id,
        "seconds": round(session.seconds, 3),
        "light": session.light,
        "say": list(routine.today),
        "changes": [asdict(change) for change in session.changes],
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

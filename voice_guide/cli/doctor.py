"""The command that tells what works on this machine."""

import click

from voice_guide.guide import Guide


@click.command("doctor")
@click.pass_context
def doctor_command(ctx: click.Context) -> None:
    """What works on this machine, and the remedy for what does not.

    Exit code 0 where a session can at least be exported.
    """
    can_export = True
    for finding in Guide().examine():
        click.echo(f"{'ok' if finding.works else 'missing':8} {': '.join(filter(None, (finding.what, finding.told)))}")
        can_export &= finding.works or not finding.needed
    ctx.exit(0 if can_export else 1)

"""The command that tells a session, from another terminal or program, what a key would."""

import click

from voice_guide.guide import tell


@click.command("tell")
@click.argument("word", nargs=-1, required=True)
def tell_command(word: tuple[str, ...]) -> None:
    """Tell the session that plays what to do.

    \b
    voice-guide tell pause
    voice-guide tell continue

    Also toggle, next, back, repeat, longer, louder, softer, slower, where, ready and stop; press is one press of
    the one button. Where several sessions play, the one that started last is told.
    """
    tell(" ".join(word).lower())

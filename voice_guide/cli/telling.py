"""The command that tells a session, from another terminal or program, what a key would."""

import click

from voice_guide.controls.button import PRESS
from voice_guide.controls.pipe import WORDS, tell
from voice_guide.errors import ChoiceError, did_you_mean

KNOWN = (*WORDS, PRESS)


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
    told = " ".join(word).lower()
    if told not in KNOWN:
        remedy = did_you_mean(told, KNOWN, f"there are {', '.join(KNOWN)}")
        raise ChoiceError(f"no command '{told}'; {remedy}")
    tell(told)

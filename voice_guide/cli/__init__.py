"""The command line: reads options, calls the guide, prints, and shows each error once, in one line."""

import errno
import importlib
import io
import os
import sys
import traceback
from typing import Any

import click

from voice_guide import __version__
from voice_guide.errors import VoiceGuideError

COMMANDS = {
    "play": "play",
    "resume": "play",
    "listen": "listen",
    "tell": "tell",
    "export": "export",
    "page": "page",
    "verify": "export",
    "suggest": "suggest",
    "list": "list",
    "show": "show",
    "chart": "chart",
    "find": "list",
    "conditions": "conditions",
    "profile": "profile",
    "adapt": "adapt",
    "journal": "journal",
    "check": "check",
    "new": "check",
    "voices": "voices",
    "say": "voices",
    "record": "record",
    "cache": "cache",
    "hear": "hear",
    "doctor": "doctor",
}
"""Each with the file it is in."""
INTERRUPTED = 130
NO_THREAD = "can't start new thread"
"""What Python says, in a RuntimeError."""


class Late(click.Group):
    """Loads a command's module when the command is asked for, so that help comes at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, from its module."""
        if name not in COMMANDS:
            return None
        module = importlib.import_module(f"voice_guide.cli.{COMMANDS[name]}")
        command: click.Command = getattr(module, f"{name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in the help, without loading any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUMMARIES.items()))


SUMMARIES = {
    "play": "Guide you through a routine, hands-free.",
    "resume": "Go on with the last session, where it was broken off.",
    "listen": "Choose by saying the name, and steer by speaking.",
    "tell": "Tell the session that plays to pause, go on, stop.",
    "export": "Write a routine as an MP3 for the phone.",
    "page": "Write a routine as a page for the phone's browser.",
    "verify": "Check an export: its sound, its tags, every cue.",
    "suggest": "Up to three routines for what hurts.",
    "list": "All routines by name.",
    "show": "Every cue of a routine, with its time.",
    "chart": "A picture of where the points of a routine lie.",
    "find": "Which routine a name means.",
    "conditions": "What you may say with --condition.",
    "profile": "Tell once about your body, so that every session fits it.",
    "adapt": "What a routine becomes today, and why.",
    "journal": "Your past sessions: points, pain, how each ended.",
    "check": "Look over a script for faults.",
    "new": "Start a script of your own.",
    "voices": "The voices this machine has.",
    "say": "Speak any words, to try a voice or a sentence.",
    "record": "Record a voice of your own.",
    "cache": "Look after the rendered cues.",
    "hear": "What is understood in a recording, and why not.",
    "doctor": "What works on this machine, and the remedy for what does not.",
}


@click.group(cls=Late, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="voice-guide")
@click.option("--debug", is_flag=True, help="Show where in the program an error came from.")
@click.pass_context
def cli(ctx: click.Context, debug: bool) -> None:
    """A calm voice guides you through self-massage for the low back.

    \b
    voice-guide list                     choose a routine
    voice-guide play soft landing        lie down and listen
    voice-guide export soft landing      take it along as an MP3

    This is self care. It does not replace a doctor.
    """
    ctx.obj = debug


def main() -> None:
    """Run, and leave with the exit code that tells a program what happened."""
    debug = "--debug" in sys.argv
    _open_what_is_closed()
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # as under pythonw
            setattr(sys, name, io.StringIO())
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names and answers of any bytes
    try:
        sys.exit(cli.main(standalone_mode=False) or 0)
    except VoiceGuideError as error:
        leave(error, error.exit_code, debug)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(INTERRUPTED)
    except OSError as error:
        # Who read our output has gone, of which Windows says that the argument is invalid.
        if error.errno == errno.EPIPE or (sys.platform == "win32" and error.errno == errno.EINVAL):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(1)
        leave(error, 1, debug, f"{error.filename or 'output'}: {(error.strerror or str(error)).lower()}")
    except MemoryError as error:
        leave(error, 1, debug, "there is not enough memory; end other programs, or see `ulimit -v`")
    except Exception as error:
        if str(error) == NO_THREAD:
            leave(error, 1, debug, f"{NO_THREAD}: this system allows no more; end other programs, or see `ulimit -u`")
        leave(
            error,
            1,
            debug,
            f"{type(error).__name__}: {error}. This is a fault of voice-guide; --debug shows where",
        )


def _open_what_is_closed() -> None:
    """A file that is opened later would take the number of a closed stream, and what is said there be written in it."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def leave(error: Exception, code: int, debug: bool, message: str = "") -> None:
    """One line on stderr, and out."""
    if debug:
        traceback.print_exception(error)
    from voice_guide.cli.screen import hint

    hint(message or str(error))
    sys.exit(code)


def complete_name(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
    """Routine names for the shell, as one word each."""
    from click.shell_completion import CompletionItem

    from voice_guide.guide import Guide

    routines = Guide().routines()
    return [CompletionItem(r.id, help=r.about) for r in routines if r.id.startswith(incomplete)]

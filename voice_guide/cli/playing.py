"""The commands that guide a listener: a session from its start, or on from where the last one stood."""

import math
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click

from voice_guide.cli.asking import say
from voice_guide.cli.fitting import Wishes, fitted, fitting_options, wishes_of
from voice_guide.cli.listening import Listening, Manner, SilentMachine
from voice_guide.cli.parts import hint, name_or_need, remembering, voice_options
from voice_guide.compiler.timeline import Mark
from voice_guide.controls.keys import Keys
from voice_guide.devices import SINKS, open_sink
from voice_guide.errors import SafetyError, SinkError, VoiceError, VoiceGuideError
from voice_guide.personal.bookmark import Bookmark, read_bookmark
from voice_guide.personal.journal import Journal
from voice_guide.player.resume import mark_of
from voice_guide.voices.cache import Remembering

sink_option = click.option(
    "--sink",
    type=click.Choice([*SINKS, "miniaudio"]),
    default="speaker",
    show_default=True,
    help="speaker, simpleaudio, or silent (words on the screen).",
)
listen_option = click.option("--listen", is_flag=True, help="Steer by speaking: 'guide, pause', 'ready', 'stop'.")
button_option = click.option(
    "--one-button", is_flag=True, help="One key, headset or pedal: once pauses, twice skips, three times repeats."
)
questions_option = click.option("--questions/--no-questions", default=True, help="On a terminal, ask before and after.")


@click.command("play")
@name_or_need
@voice_options
@fitting_options
@sink_option
@click.option("--or-export", is_flag=True, help="Where there is no sound device, write the MP3 instead.")
@questions_option
@listen_option
@button_option
@click.pass_context
def play_command(
    ctx: click.Context,
    name: tuple[str, ...],
    wishes: Wishes,
    voice: str | None,
    rate: int,
    pitch: int,
    sink: str,
    or_export: bool,
    questions: bool,
    listen: bool,
    one_button: bool,
) -> None:
    """Guide you through a routine, hands-free.

    \b
    voice-guide play soft landing
    voice-guide play --need "leg pain" --minutes 12
    voice-guide play winter warmer --ball none --talk short

    The session is fitted to your `voice-guide profile`. Keys: space pauses and continues, n next, b back,
    r repeat, l longer, + louder, - softer, ? where am I, q stop. Every way out ends with the words that
    take you off the ball, and `voice-guide resume` goes on from there.

    With --listen or --one-button it waits at each place until you are ready, and ends where you give no answer
    twice. The microphone is on only with --listen; what it hears is not kept.
    """
    manner = Manner(voice, rate, pitch, sink, questions and (listen or Keys().present), listen, one_button)
    ctx.exit(guide(name, wishes, manner, or_export))


def guide(name: Sequence[str], wishes: Wishes, manner: Manner, or_export: bool = False) -> int:
    """Have a routine heard; returns the exit code."""

    def heard(speaker: Remembering, journal: Journal) -> int:
        session = fitted(name, wishes, manner.rate, speaker.length, journal, manner.asking, listening=True)
        try:
            code = Listening(session, wishes, speaker, manner).listen(journal)
        except SilentMachine as error:
            if not or_export:
                raise
            from voice_guide.cli.exporting import written
            from voice_guide.cli.writing import Studio

            click.echo(f"{error}; writing the MP3 instead", err=True)
            click.echo(written(session, manner.rate, Path(), None, (), Studio(speaker))[0])
            code = 0
        hint(session.remark)
        return code

    return guided(manner, heard)


@click.command("resume")
@click.option("--voice", help="Another voice; the one of before else.")
@sink_option
@questions_option
@listen_option
@button_option
@click.pass_context
def resume_command(
    ctx: click.Context, voice: str | None, sink: str, questions: bool, listen: bool, one_button: bool
) -> None:
    """Go on with the last session, where it was broken off or stopped.

    \b
    voice-guide resume

    It says where you are, gives you time to get back there, and goes on; a hold has what was left of it.
    After a change of the routine or the voice it goes on at the start of that step. Hours later it is a new
    session for the journal, and every word of caution is said again.
    """
    page = read_bookmark()
    if page is None:
        raise VoiceGuideError("there is no session to go on with; `voice-guide list` shows what to play")
    asking = questions and (listen or Keys().present)
    manner = Manner(voice or page.voice, page.rate, page.pitch, sink, asking, listen, one_button)
    ctx.exit(guided(manner, lambda speaker, journal: _resumed(page, manner, speaker, journal)))


def _resumed(page: Bookmark, manner: Manner, speaker: Remembering, journal: Journal) -> int:
    from voice_guide.library import Library

    library, wishes, now = Library(), wishes_of(page.words), datetime.now().astimezone()
    hours = (now - page.when).total_seconds() / 3600
    if abs(hours) < library.habits.hours_apart:
        journal.known = [record for record in journal.known if record.started.isoformat() != page.started]
    else:  # another session: asked, limited and told as any, and a doctor's word was for that one
        wishes = replace(wishes, doctor_agreed=False)
        page = replace(page, started="", asked=False, pain=None, noticed=[], released=[], seconds=0.0, room=math.inf)
    session = fitted((page.routine,), wishes, page.rate, speaker.length, journal, page.asked, True, library)
    plan = session.plan(page.rate, page.asked)
    if (plan.digest, speaker.key) == (page.plan, page.key) and page.cue < len(plan.cues):
        mark: Mark | None = Mark(page.cue, page.wait)
    else:
        mark = mark_of(plan, page.step, page.title)
    anew = mark is None or mark.cue == 0
    page = replace(page, key=speaker.key, plan=plan.digest)
    listening = Listening(session, wishes, speaker, manner, None if anew else page)
    code = listening.listen(journal, None if anew else mark)
    hint(session.remark)
    return code


def guided(manner: Manner, heard: Callable[[Remembering, Journal], int]) -> int:
    """Have it heard, a refusal too; returns the exit code."""
    with remembering(manner.voice, manner.rate, manner.pitch) as speaker:
        journal = Journal()
        try:
            code = heard(speaker, journal)
        except SafetyError as error:
            hint(str(error))  # before it is spoken: it may be urgent
            code = error.exit_code
            with suppress(KeyboardInterrupt):
                _say_aloud(error, speaker, manner.sink)
        hint(speaker.warning)
        hint(journal.warning)
    return code


def _say_aloud(error: SafetyError, voice: Remembering, sink_name: str) -> None:
    """A refusal by a rule is heard too, where there are a voice and a device; others name files and options."""
    if sink_name == "silent" or not error.level:
        return
    with suppress(VoiceError, SinkError):
        sink = open_sink(sink_name)
        try:
            text = re.sub(r"[`']|--", "", str(error))
            say(text, voice.speak(text), sink)
        finally:
            sink.close()

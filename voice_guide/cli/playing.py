"""The command that guides a listener: keys in, one line of progress out, and the last words on every way out."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import click

from voice_guide.cli import INTERRUPTED
from voice_guide.cli.asking import KEYS_FOR, PAIN, QUIT, YES_NO, Answers, ask, hint, say
from voice_guide.cli.diary import Diary, Ended
from voice_guide.cli.fitting import Fitted, Wishes, fitted, fitting_options
from voice_guide.cli.line import Line
from voice_guide.cli.parts import name_or_need, remembering, voice_options, warn
from voice_guide.cli.told import refused
from voice_guide.controls.keys import HELP, Keys
from voice_guide.controls.signals import caught_signals
from voice_guide.errors import SafetyError, SinkError, VoiceError
from voice_guide.pcm import RATE, seconds
from voice_guide.personal.journal import Journal
from voice_guide.player import Sink, play
from voice_guide.safety import Refusal, Today, adapt
from voice_guide.session import Command, Place, Session
from voice_guide.sinks import SINKS, open_sink
from voice_guide.voices.ahead import Ahead
from voice_guide.voices.cache import Remembering

WHOLE = 10 * RATE
"""A sink that wants more frames than this at once plays whole stretches: all is rendered before it starts."""
ANSWER = 120.0
"""Seconds that a question before the session waits."""
LATE_ANSWER = 45.0
"""Seconds that the question after it waits: the listener may not have got up."""


class SilentMachine(SinkError):
    """There is no sound device: nothing was heard yet."""


@click.command("play")
@name_or_need
@voice_options
@fitting_options
@click.option(
    "--sink",
    type=click.Choice([*SINKS, "miniaudio"]),
    default="speaker",
    show_default=True,
    help="speaker, simpleaudio, or silent (words on the screen).",
)
@click.option("--or-export", is_flag=True, help="Where there is no sound device, write the MP3 instead.")
@click.option("--questions/--no-questions", default=True, help="On a terminal, ask before and after.")
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
) -> None:
    """Guide you through a routine, hands-free.

    \b
    voice-guide play soft landing
    voice-guide play --need "leg pain" --minutes 12
    voice-guide play winter warmer --ball none --talk short

    The session is fitted to your `voice-guide profile`. Keys: space pauses and continues, n next, b back,
    r repeat, l longer, + louder, - softer, ? where am I, q stop. Every way out ends with the words that
    take you off the ball.
    """
    with remembering(voice, rate, pitch) as speaker:
        asking, journal = questions and Keys().present, Journal()
        try:
            code = _heard(name, wishes, speaker, rate, sink, or_export, asking, journal)
        except SafetyError as error:
            click.echo(str(error), err=True)  # before it is spoken: it may be urgent
            code = error.exit_code
            with suppress(KeyboardInterrupt):
                _say_aloud(error, speaker, sink)
        warn(speaker)
        if journal.warning:
            click.echo(journal.warning, err=True)
    ctx.exit(code)


def _heard(
    name: tuple[str, ...],
    wishes: Wishes,
    voice: Remembering,
    rate: int,
    sink: str,
    or_export: bool,
    asking: bool,
    journal: Journal,
) -> int:
    """Fit the session and play it; returns the exit code."""
    session = fitted(name, wishes, rate, voice.speak, journal, asking, listening=True)
    try:
        code = _Listening(session, voice, rate, sink, asking).listen(journal)
    except SilentMachine as error:
        if not or_export:
            raise
        from voice_guide.cli.exporting import write_mp3

        click.echo(f"{error}; writing the MP3 instead", err=True)
        click.echo(write_mp3(session, session.plan(rate), voice, Path(f"{session.routine.id}.mp3")))
        code = 0
    if session.remark:
        click.echo(session.remark, err=True)
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


class _Listening:
    """One session, from the question before it to the one after it."""

    def __init__(self, session: Fitted, voice: Remembering, rate: int, sink_name: str, asking: bool) -> None:
        self.fitted, self.voice, self.rate, self.sink_name = session, voice, rate, sink_name
        self.phrases, self.asking = session.library.phrases, asking
        rules = session.library.safety.rules
        self.worse = next(rule.say for rule in rules if "worse_today" in rule.when)
        words = [*self.phrases.ask.values(), self.worse] if asking else []
        self.sounds = {text: voice.speak(text) for text in words}
        self.stopped = False

    def listen(self, journal: Journal) -> int:
        """Play to the end; returns the exit code."""
        ahead = None if self.asking else self._ahead(asked=False)
        try:
            with caught_signals() as self.caught, Keys() as self.keys:
                self.sink = _opened(self.sink_name, lambda: self.caught.unheard or self.keys.waiting())
                try:
                    answered, pain = self._ask_before() if self.asking else (False, None)
                    ahead = ahead or self._ahead(answered)
                    late = self._played(ahead, journal, pain)
                finally:
                    self.sink.close()
        finally:
            if ahead:
                ahead.stop()
        if ahead.fault:
            raise ahead.fault
        if late > RATE // 10:
            click.echo(f"The voice was late by {seconds(late):.1f} seconds in all, between steps.", err=True)
        return INTERRUPTED if self.caught.any else 0

    def _ahead(self, asked: bool) -> Ahead:
        self.plan = self.fitted.plan(self.rate, asked)
        return Ahead(self.plan, self.phrases, self.voice)

    def _played(self, ahead: Ahead, journal: Journal, pain: int | None) -> int:
        """The frames for which the voice was late."""
        line = Line(self.plan, ahead.words, captions=self.sink_name == "silent")
        if self.keys.present and line.live and not (self.stopped or self.caught.any):
            hint(HELP)
        while not (self.caught.any or self.stopped or ahead.ready(whole=self.sink.stretch > WHOLE)):
            pass
        if self.caught.any or self.stopped:  # nothing was heard yet
            return 0
        diary = Diary(journal, self.fitted, self.plan)
        diary.begin(pain)
        try:
            session = self._play(ahead, line, diary)
            fault = self.caught.any or ahead.fault is not None
            ended: Ended = "interrupted" if fault else "stopped" if self.stopped else "finished"
            diary.end(ended, None)
            if pain is not None and not fault:
                diary.end(ended, self._ask_after(pain))
        finally:
            diary.close()
        return session.late

    def _play(self, ahead: Ahead, line: Line, diary: Diary) -> Session:
        caught, session = self.caught, Session()
        session.room = self.fitted.room

        def arriving(session: Session) -> Iterator[Command]:
            if not session.whole:
                ahead.deliver(session)
                caught.unheard |= ahead.fault is not None
            for command in self.keys.pressed():
                if command is Command.STOP:
                    caught.unheard = self.stopped = True
                else:
                    yield command
            if caught.unheard and (Command.STOP in session.answers or session.whole):  # the last words are there
                caught.unheard = False
                yield Command.STOP

        def progress(place: Place) -> None:
            line.show(place)
            diary.see(place)

        try:
            return play(session, self.sink, arriving, progress)
        finally:
            line.end()

    def _ask_before(self) -> tuple[bool, int | None]:
        """Warning signs, then pain: whether the first was answered, and the pain. SafetyError where there is a sign."""
        sign = self._ask("check", YES_NO, ANSWER)
        if sign:
            library, today = self.fitted.library, Today({"warning_sign": ()})
            refusal = adapt(self.fitted.asked, today, library.safety, library.catalogue)
            assert isinstance(refusal, Refusal)
            raise refused(refusal, library, today)
        if self.caught.any or self.stopped or self.fitted.asked.ending == "asleep":
            return sign is not None, None
        return sign is not None, self._ask("pain", PAIN, ANSWER)

    def _ask_after(self, before: int) -> int | None:
        after = self._ask("pain_after", PAIN, LATE_ANSWER)
        if after is not None and after >= before + self.fitted.library.habits.worse_by:
            hint(self.worse)
            say(self.worse, self.sounds[self.worse], self.sink)
        return after

    def _ask(self, name: str, answers: Answers, patience: float) -> int | None:
        text = self.phrases.ask[name]
        hint(f"{text}\n{KEYS_FOR[name.split('_')[0]]}")
        answer = ask(text, self.sounds[text], self.keys, self.sink, answers, lambda: self.caught.any, patience)
        self.stopped |= answer == QUIT
        return None if answer == QUIT else answer


def _opened(name: str, wanted: Callable[[], bool]) -> Sink:
    """The sink, once its device is there; the first words are rendered meanwhile."""
    try:
        sink = open_sink(name, wanted)
        sink.write(b"")
    except SinkError as error:
        raise SilentMachine(str(error)) from error
    return sink

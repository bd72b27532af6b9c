"""One session as it is heard, new or gone on with: questions, keys, progress, and the last words on every way out."""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voice_guide.cli import INTERRUPTED
from voice_guide.cli.asking import Questions
from voice_guide.cli.diary import Diary, Ended
from voice_guide.cli.fitting import Fitted, Wishes, words_of
from voice_guide.cli.line import Line
from voice_guide.cli.parts import hint
from voice_guide.cli.steering import Steering, hearer_of, vocabularies
from voice_guide.cli.told import danger_of
from voice_guide.compiler.timeline import Mark
from voice_guide.controls import button, keys
from voice_guide.controls.mpris import Mpris
from voice_guide.controls.signals import caught_signals
from voice_guide.devices import open_sink
from voice_guide.devices.lasting import Lasting
from voice_guide.errors import ChoiceError, SafetyError, SinkError
from voice_guide.pcm import RATE, length, seconds
from voice_guide.personal.bookmark import Bookmark
from voice_guide.personal.journal import Journal
from voice_guide.player import play
from voice_guide.player.command import Command, Place
from voice_guide.player.resume import resumed
from voice_guide.player.session import Session
from voice_guide.voices import open_voice
from voice_guide.voices.ahead import Ahead
from voice_guide.voices.bell import Belled, opening_tone
from voice_guide.voices.cache import Remembering
from voice_guide.voices.steady import Steady

WHOLE = 10 * RATE
"""A sink that wants more frames than this at once plays whole stretches: all is rendered before it starts."""
GONE = "The sound device is gone. Come off slowly; the session waits a minute for it to come back."


class SilentMachine(SinkError):
    """There is no sound device: nothing was heard yet."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session is heard: the options of the voice, the sink, whether questions are asked, and what steers it."""

    voice: str | None
    rate: int
    pitch: int
    sink: str
    asking: bool
    listen: bool = False
    one_button: bool = False

    def __post_init__(self) -> None:
        if self.listen and self.sink == "simpleaudio":
            raise ChoiceError(
                "simpleaudio plays long stretches and hears nobody meanwhile; --listen needs --sink speaker"
            )


class Listening:
    """One session, from the question before it to the one after it; `page` is where it goes on, None for a new one."""

    def __init__(
        self, fitted: Fitted, wishes: Wishes, voice: Remembering, manner: Manner, page: Bookmark | None = None
    ) -> None:
        self.fitted, self.wishes, self.voice, self.manner = fitted, wishes, voice, manner
        self.phrases, self.page = fitted.library.phrases, page
        self.questions = Questions(fitted, voice) if manner.asking else None
        self.stopped = False
        self.danger: SafetyError | None = None
        self.coming: deque[str] = deque()
        self.follow: Callable[[int], None] = lambda heard: None

    def listen(self, journal: Journal, mark: Mark | None = None) -> int:
        """Play to the end, from `mark` where one goes on; returns the exit code."""
        questions = None if mark else self.questions
        ahead = None if questions else self._ahead(self.page.asked if self.page else False, mark)
        try:
            with (
                caught_signals() as self.caught,
                self._steering() as self.steering,
                closing(self._device()) as self.sink,
            ):
                answered, pain = False, self.page.pain if self.page else None
                if questions:
                    answered, pain = questions.before(self.steering, self.sink, self._unwanted)
                    self.stopped = questions.stopped
                ahead = ahead or self._ahead(answered)
                late = self._played(ahead, journal, pain)
        except SinkError:
            if not (self.caught.any or self.stopped):  # or nobody waits for the device
                raise
            late = 0
        finally:
            if ahead:
                ahead.stop()
        if ahead and ahead.fault:
            raise ahead.fault
        if ahead:
            hint(self.steady.warning)
        if late > RATE // 10:
            hint(f"The voice was late by {seconds(late):.1f} seconds in all, between steps.")
        if self.danger:
            raise self.danger
        return INTERRUPTED if self.caught.any else 0

    def _steering(self) -> Steering:
        wanted = self.manner.listen
        return Steering(self.manner.one_button, hearer_of(vocabularies(self.fitted.library)) if wanted else None)

    def _device(self) -> Lasting:
        """The sink, once its device is there; the first words are rendered meanwhile."""
        caught = self.caught
        try:
            return Lasting(
                lambda: open_sink(self.manner.sink, self._wanted),
                lambda: caught.any or self.stopped,
            )
        except SinkError as error:
            raise SilentMachine(str(error)) from error

    def _wanted(self, heard: int) -> bool:
        """Asked while a long stretch is heard, which it follows; the listener waits for an answer."""
        self.follow(heard)
        return self.caught.unheard or self.caught.asleep or self.steering.waiting()

    def _ahead(self, asked: bool, mark: Mark | None = None) -> Ahead:
        manner, fitted = self.manner, self.fitted
        self.asked, self.plan = asked, fitted.plan(manner.rate, asked)
        self.heard = self.plan
        if mark and self.page:
            noticed, name = self.page.noticed, fitted.routine.name
            self.heard = resumed(self.plan, mark, noticed, self.phrases, name, manner.rate)
        self.steady = Steady(self.voice, Belled(open_voice("tone", manner.rate)))
        return Ahead(self.heard, self.phrases, self.steady)

    def _played(self, ahead: Ahead, journal: Journal, pain: int | None) -> int:
        """The frames for which the voice was late."""
        line = Line(self.heard, ahead.words, captions=self.manner.sink == "silent")
        if self.steering.keys.present and line.live and not (self.stopped or self.caught.any):
            hint(button.HELP if self.manner.one_button else keys.HELP)
        while not (self.caught.any or self.stopped or ahead.ready(whole=self.sink.stretch > WHOLE)):
            self.sink.write(b"")  # or it would think that it slept
            self._unwanted()
        if self.caught.any or self.stopped:  # nothing was heard yet
            return 0
        diary = Diary(journal, self.fitted, self.plan, self.page or self._page())
        diary.begin(pain)
        self.sink.away()  # what was before is no loss
        ended: Ended = "interrupted"
        try:
            session = self._play(ahead, line, diary)
            self.danger = danger_of([*session.place.told, *self.coming], self.fitted.library)
            fault = self.caught.any or ahead.fault is not None
            ended = "interrupted" if fault else "stopped" if self.stopped or session.stopped else "finished"
            diary.end(ended, None)
            if pain is not None and self.questions and not (fault or self.danger):
                with suppress(SinkError):  # then nobody is asked
                    diary.end(ended, self.questions.after(pain, self.steering, self.sink, self._unwanted))
        except SinkError:
            diary.end("stopped" if self.stopped else ended, None)
            raise
        finally:
            diary.close()
            hint(diary.warning)
            if ended != "finished" and diary.kept and not diary.warning:
                hint("`voice-guide resume` goes on from here.")
        return session.late

    def _page(self) -> Bookmark:
        """The bookmark of a session that has not begun."""
        routine, manner = self.fitted.asked, self.manner
        now = datetime.now().astimezone().isoformat()
        file = routine.file and str(Path(routine.file).absolute())
        return Bookmark(
            saved=now,
            started="",
            routine=file or routine.id,
            words=words_of(self.wishes),
            asked=self.asked,
            pain=None,
            voice=manner.voice,
            rate=manner.rate,
            pitch=manner.pitch,
            key=self.voice.key,
            plan=self.plan.digest,
            cue=0,
            wait=0.0,
            step=0,
            title=self.plan.titles[0],
            noticed=[],
            released=[],
            seconds=0.0,
            room=self.fitted.room,
        )

    def _play(self, ahead: Ahead, line: Line, diary: Diary) -> Session:
        caught, session, steering = self.caught, Session(), self.steering
        session.events = self.fitted.library.safety.events
        session.opening = opening_tone() if steering.hears else b""
        session.room = min(self.fitted.room, self.page.room) if self.page else self.fitted.room
        told = False

        def arriving(session: Session) -> Iterator[str]:
            nonlocal told
            if not session.whole:
                ahead.deliver(session)
                caught.unheard |= ahead.fault is not None
            if away := self.sink.away():
                session.came_back(away)
            if self.sink.lost and not told:
                line.end()
                hint(GONE)
            told = self.sink.lost
            yield from self._steered(session)
            if caught.asleep:
                yield from self._falling_asleep(session)
            if caught.unheard and (Command.STOP in session.answers or session.whole):  # the last words are there
                caught.unheard = False
                yield Command.STOP
            if self.sink.stretch > WHOLE:
                self.follow = _following(session.copy(), progress)

        def progress(place: Place) -> None:
            steering.hear(place)
            line.show(place)
            diary.see(place)
            desktop.show(place, session.gain)

        with Mpris(self.fitted.routine.name, self.heard.titles, self.manner.one_button) as desktop:
            steering.join(desktop)
            try:
                return play(session, self.sink, arriving, progress)
            finally:
                line.end()
                self.follow = lambda heard: None

    def _steered(self, session: Session) -> Iterator[str]:
        """What came, in order; what is felt waits until there are words for it."""
        self.coming.extend(self.steering.commands(session))
        if Command.STOP in self.coming:  # it overtakes what waits for its words
            self.caught.unheard = self.stopped = True
            self.coming = deque(command for command in self.coming if command != Command.STOP)
        while self.coming:
            event = session.events.get(self.coming[0])
            if event and not (event.words in session.answers or session.whole):
                return
            yield self.coming.popleft()

    def _falling_asleep(self, session: Session) -> Iterator[Command]:
        """Off the ball first; when that was heard, the process stops until it is continued, and stays paused."""
        if not session.paused:
            yield Command.PAUSE
        elif self.sink.lost or not session.place.answering:
            self._sleep()
            if not self.steering.answers:  # nobody could press a key to go on
                yield Command.CONTINUE

    def _sleep(self) -> None:
        self.sink.rest()
        with self.steering.resting():
            self.caught.sleep()

    def _unwanted(self) -> bool:
        """Nobody answers any more."""
        if self.caught.asleep:
            self._sleep()
        return self.caught.any


def _following(session: Session, progress: Callable[[Place], None]) -> Callable[[int], None]:
    """Tells the progress of a session as a long stretch of it is heard; to be called with the frames that were."""
    at = 0

    def follow(heard: int) -> None:
        nonlocal at
        at += length(session.read(max(0, heard - at)))
        progress(session.place)

    return follow

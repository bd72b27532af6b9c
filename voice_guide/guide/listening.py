"""One session as it is heard, new or gone on with: questions, keys, progress, and the last words on every way out."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from voice_guide.body.refusal import danger_of
from voice_guide.compiler.timeline import Mark
from voice_guide.controls import button, keys
from voice_guide.controls.mpris import Mpris
from voice_guide.controls.signals import caught_signals
from voice_guide.devices import SINKS, open_sink
from voice_guide.devices.lasting import Lasting
from voice_guide.errors import ChoiceError, NoSpeaker, SafetyError, SinkError
from voice_guide.guide.diary import Diary, Ended
from voice_guide.guide.fitted import Fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.moment import Moments, Show, unseen
from voice_guide.guide.questions import Questions
from voice_guide.guide.steering import Control, Steering, hearer_of
from voice_guide.guide.vocabularies import vocabularies
from voice_guide.pcm import RATE, length, seconds
from voice_guide.personal.bookmark import Bookmark
from voice_guide.player import play
from voice_guide.player.command import Command, Place
from voice_guide.player.resume import resumed
from voice_guide.player.session import Session
from voice_guide.voices import open_voice
from voice_guide.voices.bell import Belled, opening_tone
from voice_guide.voices.rendering import Ahead
from voice_guide.voices.steady import Steady

WHOLE = 10 * RATE
"""A sink that wants more frames than this at once plays whole stretches: all is rendered before it starts."""
GONE = "The sound device is gone. Come off slowly; the session waits a minute for it to come back."


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session is heard: where its sound goes, and what steers it."""

    sink: str = "speaker"
    listen: bool = False
    one_button: bool = False
    keys: bool = False
    controls: Sequence[Control] = ()
    show: Show = unseen

    def __post_init__(self) -> None:
        if self.sink not in (*SINKS, "miniaudio"):
            raise ChoiceError(f"no sink '{self.sink}'; choose one of {', '.join(SINKS)}")
        if self.listen and self.sink == "simpleaudio":
            raise ChoiceError(
                "simpleaudio plays long stretches and hears nobody meanwhile; --listen needs --sink speaker"
            )


class Listening:
    """One session, from the question before it to the one after it; `page` is where it goes on, None for a new one.

    `began` is when it was begun before, where nothing of it was heard.
    """

    def __init__(self, kit: Kit, fitted: Fitted, manner: Manner, page: Bookmark | None = None, began: str = "") -> None:
        self.kit, self.fitted, self.manner, self.page, self.began = kit, fitted, manner, page, began
        self.voice, self.phrases = kit.voice, fitted.library.phrases
        self.questions = Questions(fitted, self.voice, kit.tell) if fitted.asked else None
        self.stopped = False
        self.danger: SafetyError | None = None
        self.coming: deque[str] = deque()
        self.ended: Ended = "stopped"
        self.follow: Callable[[int], None] = lambda heard: None

    def listen(self, mark: Mark | None = None) -> Ended:
        """Play to the end, from `mark` where one goes on; returns how it ended, by a signal as 'interrupted'."""
        questions = None if mark else self.questions
        ahead = None if questions else self._ahead(self.page.asked if self.page else False, mark)
        try:
            with (
                caught_signals() as self.caught,
                self._steering() as self.steering,
                closing(self._device()) as self.sink,
            ):
                self._tell_behind()
                answered, pain = False, self.page.pain if self.page else None
                if questions:
                    answered, pain = questions.before(self.steering, self.sink, self._unwanted)
                    self.stopped = questions.stopped
                ahead = ahead or self._ahead(answered)
                late = self._played(ahead, pain)
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
            self.kit.tell(self.steady.warning)
        if late > RATE // 10:
            self.kit.tell(f"The voice was late by {seconds(late):.1f} seconds in all, between steps.")
        if self.danger:
            raise self.danger
        return "interrupted" if self.caught.any else self.ended

    def _steering(self) -> Steering:
        manner = self.manner
        hearer = hearer_of(vocabularies(self.fitted.library)) if manner.listen else None
        return Steering(manner.one_button, hearer, manner.controls, manner.keys, self.kit.tell)

    def _device(self) -> Lasting:
        """The sink, once its device is there; the first words are rendered meanwhile."""
        caught = self.caught
        try:
            return Lasting(
                lambda: open_sink(self.manner.sink, self._wanted),
                lambda: caught.any or self.stopped,
            )
        except SinkError as error:
            raise NoSpeaker(str(error)) from error

    def _wanted(self, heard: int) -> bool:
        """Asked while a long stretch is heard, which it follows; the listener waits for an answer."""
        self.follow(heard)
        return self.caught.unheard or self.caught.asleep or self.steering.waiting()

    def _ahead(self, asked: bool, mark: Mark | None = None) -> Ahead:
        fitted = self.fitted
        self.asked, self.plan = asked, fitted.plan(asked)
        self.heard = self.plan
        if mark and self.page:
            noticed, name = self.page.noticed, fitted.routine.name
            self.heard = resumed(self.plan, mark, noticed, self.phrases, name, fitted.rate)
        self.steady = Steady(self.voice, Belled(open_voice("tone", fitted.rate)))
        return Ahead(self.heard, self.phrases, self.steady)

    def _played(self, ahead: Ahead, pain: int | None) -> int:
        """The frames for which the voice was late."""
        while not (self.caught.any or self.stopped or ahead.ready(whole=self.sink.stretch > WHOLE)):
            self.sink.write(b"")  # or it would think that it slept
            self._unwanted()
        if self.caught.any or self.stopped:  # nothing was heard yet
            return 0
        diary = Diary(self.kit.journal, self.fitted, self.plan, self.page or self._page(), self.kit.bookmarks)
        diary.begin(pain)
        self.sink.away()  # what was before is no loss
        ended: Ended = "interrupted"
        try:
            session = self._play(ahead, diary)
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
            self.ended = ended
            diary.close()
            self.kit.tell(diary.warning)
            if ended != "finished" and diary.kept and not diary.warning:
                self.kit.tell("`voice-guide resume` goes on from here.")
        return session.late

    def _page(self) -> Bookmark:
        """The bookmark of a session that has not begun."""
        routine, kit = self.fitted.fit.asked, self.kit
        now = datetime.now().astimezone().isoformat()
        file = routine.file and str(Path(routine.file).absolute())
        return Bookmark(
            saved=now,
            started=self.began,
            routine=file or routine.id,
            wishes=self.fitted.wishes,
            asked=self.asked,
            pain=None,
            voice=kit.voice_name,
            rate=kit.rate,
            pitch=kit.pitch,
            key=self.voice.key,
            plan=self.plan.digest,
            cue=0,
            wait=0.0,
            step=0,
            title=self.plan.titles[0],
            noticed=[],
            released=[],
            seconds=0.0,
            room=self.fitted.fit.room,
        )

    def _play(self, ahead: Ahead, diary: Diary) -> Session:
        caught, session, steering = self.caught, Session(), self.steering
        moments = Moments(self.heard.titles, ahead.words, self._key_help())
        session.events = self.fitted.library.safety.events
        session.opening = opening_tone() if steering.hears else b""
        room = self.fitted.fit.room
        session.room = min(room, self.page.room) if self.page else room
        told = False

        def arriving(session: Session) -> Iterator[str]:
            nonlocal told
            if not session.whole:
                ahead.deliver(session)
                caught.unheard |= ahead.fault is not None
            if away := self.sink.away():
                session.came_back(away)
            if self.sink.lost and not told:
                self.kit.tell(GONE)
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
            self.manner.show(moments.at(place))
            diary.see(place)
            desktop.show(place, session.gain)

        with Mpris(self.fitted.routine.name, self.heard.titles, self.manner.one_button) as desktop:
            steering.join(desktop)
            try:
                return play(session, self.sink, arriving, progress)
            finally:
                self.follow = lambda heard: None

    def _key_help(self) -> str:
        if not self.steering.keys.present:
            return ""
        return button.HELP if self.manner.one_button else keys.HELP

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
        self._tell_behind()

    def _tell_behind(self) -> None:
        if self.steering.keys.behind:
            self.kit.tell(keys.BEHIND)

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

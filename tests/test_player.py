"""The one loop, and the rendering that runs ahead of it."""

from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes import Hum, Tape, heard, tone
from test_session import answered, of, small
from voice_guide.compiler.script import compile_script
from voice_guide.compiler.timeline import lay
from voice_guide.errors import SinkError, VoiceError
from voice_guide.pcm import RATE, length
from voice_guide.player import play
from voice_guide.player.command import Command
from voice_guide.player.session import Session
from voice_guide.voices.rendering import Ahead


def test_what_is_played_is_the_timeline():
    tape = Tape()
    ended = play(of(small()), tape)
    assert tape.sound == play_whole(small())
    assert ended.over


def play_whole(clips):
    return b"".join(clip.sound + bytes(2 * (clip.length - length(clip.sound))) for clip in clips)


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=10))
def test_a_sink_that_takes_less_than_it_is_given_loses_nothing(takes):
    left = [*takes]
    tape = Tape(lambda count: min(count, left.pop() if left else count))
    tape.stretch = 100_000
    play(of(small()), tape)
    assert tape.sound == play_whole(small())


def test_a_command_comes_in_where_the_sink_broke_off():
    """A sink of whole stretches is stopped in mid-stretch; the listener hears the answer there."""
    pressed = []
    tape = Tape(lambda count: count if pressed else 10 * RATE)
    tape.stretch = 10**9

    def arriving(session):
        if tape.sound and not pressed:
            pressed.append(True)
            yield Command.STOP

    play(of(small()), tape, arriving)
    assert [number for number, _, _ in heard(tape.sound)][:2] == [1, 2]
    assert length(tape.sound) == 10 * RATE + 3000


def test_a_lost_device_ends_the_loop_with_its_own_words():
    def lost(count):
        raise SinkError("the sound device has taken no sound")

    with pytest.raises(SinkError, match="taken no sound"):
        play(of(small()), Tape(lost))


def wait_for(ahead):
    """Until everything is rendered."""
    while not ahead.ready(whole=True):
        pass


class Slow:
    """A voice that speaks its first `free` texts and then waits to be let go on."""

    key = "slow"

    def __init__(self, free):
        self.free, self.go = free, Event()

    def speak(self, text):
        if self.free == 0:
            self.go.wait()
        self.free = max(0, self.free - 1)
        return tone(1, 2000)


def test_the_first_cue_sounds_before_the_last_is_rendered(library):
    plan = compile_script(library.routines["Muscle Truce"], library.phrases)
    voice = Slow(free=10)
    ahead = Ahead(plan, library.phrases, voice)
    session, tape = Session(), Tape()

    def arriving(session):
        ahead.deliver(session)
        if length(tape.sound) > 3 * RATE:
            voice.go.set()
        return ()

    ended = play(session, tape, arriving)
    ahead.stop()
    wait_for(ahead)
    assert heard(tape.sound)[0][1] < 3 * RATE, "nothing was heard before the voice was let go on"
    assert ended.whole and ended.late > 0


def test_the_words_that_stop_are_rendered_before_anything_is_pressed(library):
    plan = compile_script(library.routines["Muscle Truce"], library.phrases)
    voice = Hum()
    ahead = Ahead(plan, library.phrases, voice)
    wait_for(ahead)
    session = answered(Session())
    ahead.deliver(session)
    ahead.stop()
    wait_for(ahead)
    first_press = voice.said.index(next(cue.text for cue in plan.cues if cue.kind == "press"))
    for name in (Command.STOP, Command.PAUSE, Command.NEXT, Command.BACK):
        assert voice.said.index(library.phrases.answers[name]) < first_press
        assert session.answers[name] == Hum().speak(library.phrases.answers[name])
    assert set(ahead.words) <= set(session.answers)
    for cue in plan.cues:
        assert cue.kind != "release" or voice.said.index(cue.text) < first_press


def test_rendered_ahead_is_the_same_timeline(library):
    plan = compile_script(library.routines["Muscle Truce"], library.phrases)
    ahead = Ahead(plan, library.phrases, Hum())
    wait_for(ahead)
    session, tape = Session(), Tape()
    ahead.deliver(session)
    play(session, tape)
    ahead.stop()
    wait_for(ahead)
    assert tape.sound == play_whole(tuple(lay((cue, Hum().speak(cue.text)) for cue in plan.cues)))


class Failing(Hum):
    """A voice that is lost at these words."""

    def __init__(self, lost):
        super().__init__()
        self.lost = lost

    def speak(self, text):
        if text == self.lost:
            raise VoiceError("the engine died")
        return super().speak(text)


def test_a_voice_that_is_lost_leaves_nobody_pressing(library):
    plan = compile_script(library.routines["Muscle Truce"], library.phrases)
    second = [cue.number for cue in plan.cues if cue.kind == "press"][1]
    texts = [cue.text for cue in plan.cues]
    inside = next(cue.text for cue in plan.cues[second + 1 :] if texts.count(cue.text) == 1)
    ahead = Ahead(plan, library.phrases, Failing(inside))
    wait_for(ahead)
    session = Session()
    assert ahead.deliver(session)
    ahead.stop()
    wait_for(ahead)
    assert str(ahead.fault) == "the engine died"
    tape = Tape()
    play(session, tape)
    assert session.over and session.place.hold_left is None
    assert session.place.released


def test_closing_stops_rendering(library):
    plan = compile_script(library.routines["Grand Tour"], library.phrases)
    voice = Slow(free=5)
    ahead = Ahead(plan, library.phrases, voice)
    ahead.stop()
    voice.go.set()
    wait_for(ahead)
    session = Session()
    ahead.deliver(session)
    assert len(session.answers) < 10

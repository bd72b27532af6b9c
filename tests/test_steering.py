"""Whatever steers a session, it comes in by the one `Session.send`, and is answered as where the listener is needs it.

The golden table is for reading: is each answer what somebody with closed eyes would want?
"""

import os
import pty
import sys
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from fakes import Hum, Tape, clip, tone
from sound_server import wait_until
from test_session import answered
from test_waiting import PROMPTS, placed
from voice_guide.controls.keys import KEYS
from voice_guide.controls.mpris import Mpris
from voice_guide.controls.pipe import WORDS, tell
from voice_guide.errors import HearingError
from voice_guide.guide.questions import Questions
from voice_guide.guide.steering import Steering
from voice_guide.guide.vocabularies import vocabularies
from voice_guide.hearing import Heard
from voice_guide.pcm import RATE, frames, length
from voice_guide.player import play
from voice_guide.player.command import Command
from voice_guide.player.session import Session
from voice_guide.routine.vocabulary import PREFIX

GOLDEN = Path(__file__).parent / "golden" / "steering.txt"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="terminals and pipes of POSIX")
STATES = {
    "opening": [(1, None)],
    "quiet before a gate": [(7, None)],
    "waiting": [(12, None)],
    "hold": [(7, Command.CONTINUE), (20, None)],
    "paused": [(7, Command.CONTINUE), (20, Command.PAUSE), (30, None)],
    "offer": [(7, Command.CONTINUE), (20, "hurts"), (35, None)],
    "stopping": [(7, Command.CONTINUE), (20, Command.STOP), (20.05, None)],
}
"""How each comes about: what was sent after so many seconds."""


class Sent(Session):
    """A session that knows what it was sent."""

    def __init__(self, library):
        super().__init__()
        self.sent = []
        answered(self)
        words = {event.words for event in library.safety.events.values()} | PROMPTS.keys()
        self.answers.update({name: tone(1, 3000) for name in words | {"unclear"}})
        self.events, self.gated = library.safety.events, True

    def send(self, command):
        self.sent.append(str(command))
        super().send(command)


@pytest.fixture
def at(library):
    """A session in one of the states."""

    def at(state):
        session = Sent(library)
        session.feed([clip("intro", 0, 4 * RATE, 9), *placed()])
        session.whole = True
        now = 0
        for until, command in STATES[state]:
            while now < frames(until):
                now += length(session.read(frames(until) - now))
            if command:
                session.send(command)
        session.sent.clear()
        return session

    return at


def outcome(session):
    """What is answered, and where the listener is when they have heard it."""
    answering = ", ".join(session.place.answering) or "(the words of now again)" * bool(session._answer)
    while session.place.answering or (session._answer and not session._over_hold):
        if not session.read(frames(0.05)):
            break
    session.read(1)
    place = session.place
    kind = place.clip.cue.kind if place.clip else ""
    where = (
        "over" if session.over
        else "paused" if place.paused
        else "waiting for an answer" if session._waiting and session._waiting.offered
        else "waiting for ready" if place.waiting
        else "the hold goes on" if place.hold_left is not None
        else f"{kind}, place {place.clip.cue.step + 1}"
    )  # fmt: skip
    return f"{answering or '-'} > {where}"


class Ear:
    """Understands what it is told was said, in the vocabulary that is in use."""

    ready, fault, unheard = True, None, ""

    def __init__(self, library):
        self._known = {one.name: one for one in vocabularies(library)}
        self._using, self._said = self._known["commands"], []

    def use(self, name):
        self._using = self._known[name]

    def deafen(self, seconds):
        pass

    def say(self, words):
        self._said.append(words)

    def heard(self):
        words, self._said = self._said, []
        return [Heard(said, self._using.meaning(said), 0.0, 1.0, 1.0) for said in words]

    def close(self):
        pass


class Enough(Exception):
    """All that came was sent."""


def steered(steering, session):
    """What the loop of the player sends of all that came."""

    def arriving(session):
        yield from steering.commands(session)
        raise Enough

    with pytest.raises(Enough):
        play(session, Tape(), arriving)
    return session.sent


# The controls, each of which gives what may be put into it, and puts it in.


@contextmanager
def keys(monkeypatch, library):
    here, there = pty.openpty()
    with os.fdopen(there, encoding="utf-8") as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        with Steering(hearer=lambda: Ear(library)) as steering:

            def press(key, session):
                os.write(here, key.encode())
                wait_until(steering.waiting, "the key")

            yield steering, {key: KEYS[key] for key in KEYS}, press
    os.close(here)


@contextmanager
def pipe(monkeypatch, library):
    with Steering(hearer=lambda: Ear(library)) as steering:
        yield steering, dict(WORDS), lambda word, session: tell(word)


@contextmanager
def desktop(monkeypatch, library):
    given = (Command.PAUSE, Command.CONTINUE, Command.TOGGLE, Command.NEXT, Command.BACK, Command.STOP)
    with Steering(hearer=lambda: Ear(library)) as steering:
        player = Mpris("Short", ["One", "Two"])
        steering.join(player)

        def put(command, session):
            player.show(session.place, session.gain)
            player.take(command)

        yield steering, {str(command): command for command in given}, put


@contextmanager
def voice(monkeypatch, library):
    ear = Ear(library)
    everything = {phrase: meaning for one in vocabularies(library)[:2] for phrase, meaning in one.sentences.items()}
    with Steering(hearer=lambda: ear) as steering:
        yield steering, everything, lambda words, session: ear.say(words)


@contextmanager
def button(monkeypatch, library):
    """One of a headset, which tells the desktop that it was pressed."""
    clock = [1000.0]
    presses = {"one press": (1, 0.25), "two": (2, 0.25), "three": (3, 0.25), "many": (5, 0.25), "held down": (20, 0.03)}
    meanings = (Command.TOGGLE, Command.NEXT, Command.REPEAT, Command.PAUSE, Command.STOP)
    with Steering(one_button=True) as steering:
        player = Mpris("Short", ["One", "Two"], one_button=True, now=lambda: clock[0])
        steering.join(player)

        def put(what, session):
            player.show(session.place, session.gain)
            count, apart = presses[what]
            for _ in range(count):
                player.take(Command.TOGGLE)
                clock[0] += apart
            clock[0] += 1

        yield steering, dict(zip(presses, meanings, strict=True)), put


CONTROLS = {"keys": keys, "pipe": pipe, "desktop": desktop, "button": button, "voice": voice}


@pytest.fixture
def runtime(monkeypatch, tmp_path):
    monkeypatch.setenv("VOICE_GUIDE_RUNTIME", str(tmp_path))


@POSIX
@pytest.mark.parametrize("name", CONTROLS)
def test_every_control_sends_what_it_means_in_every_state_by_the_one_way_in(name, at, library, monkeypatch, runtime):
    commands, ready = vocabularies(library)[:2]
    awaited = set(ready.sentences) - set(commands.sentences) if name == "voice" else set()
    with CONTROLS[name](monkeypatch, library) as (steering, inputs, put):
        steering.commands(Session())  # what it says once, when it begins
        compared = set()
        for state in STATES:
            for what, command in inputs.items():
                session, told = at(state), at(state)
                understood = session.place.waiting or session.paused or what not in awaited
                put(what, session)
                sent = steered(steering, session)
                told.by_button = session.by_button
                if understood:
                    told.send(command)
                elif what.startswith(f"{PREFIX} "):
                    told.say("unclear")
                assert sent == told.sent, (state, what)
                if (state, command) not in compared:
                    assert outcome(session) == outcome(told), (state, what)
                    compared.add((state, command))


def test_what_begins_with_the_prefix_and_is_no_command_is_asked_back_and_sends_nothing(at, library, runtime):
    ear = Ear(library)
    with Steering(hearer=lambda: ear) as steering:
        steering.commands(Session())
        for state in STATES:
            for words, answer in [("guide pours", ("unclear",)), ("a fine day", ())]:
                session = at(state)
                before = session.place.answering
                ear.say(words)
                assert steered(steering, session) == []
                assert session.place.answering[-1:] == (before if state == "stopping" else answer)[-1:], (state, words)


def test_an_ear_that_is_lost_is_told_once_and_nobody_waits_for_it(at, library, runtime):
    ear, told = Ear(library), []
    with Steering(hearer=lambda: ear, tell=told.append) as steering:
        session = at("opening")
        steered(steering, session)
        ear.fault = HearingError("the microphone fell silent")
        assert not steering.hears and not steering.answers
        steered(steering, session)
        steered(steering, session)
        assert not session.gated and steering.ear is None
    assert told == ["the microphone fell silent"]


def test_who_is_not_heard_for_noise_is_told_once_and_waited_for_only_while_they_are_heard(at, library, runtime):
    ear, told = Ear(library), []
    with Steering(hearer=lambda: ear, tell=told.append) as steering:
        session = at("opening")
        steered(steering, session)
        gated = []
        for ear.unheard in ("", "only noise", "only noise", "", "only noise"):
            steered(steering, session)
            gated.append(session.gated)
    assert gated == [True, False, False, True, False]
    assert told == ["only noise"]


def test_the_opening_tone_takes_no_gate_away(library):
    """In all shipped routines seven seconds of quiet are left to change position, and the tone is in them."""
    places = []
    for opening in (b"", tone(77, frames(0.45))):
        session = Sent(library)
        session.opening = opening
        session.feed(
            [clip("move", 0, 10 * RATE, 1, 3 * RATE, point="hip"), clip("locate", 0, 5 * RATE, 2, point="hip")]
        )
        session.whole = True
        session.read(12 * RATE)
        places.append(session.place.waiting)
    assert places == [True, True]


# The table.


def table(at, library):
    """Each command and event in each state."""
    lines = []
    for state in STATES:
        rows = defaultdict(list)
        for what in (*Command, *library.safety.events):
            session = at(state)
            session.send(what)
            rows[outcome(session)].append(str(what))
        lines += [f"[{state}]", *(f"{', '.join(names)}: {told}" for told, names in rows.items()), ""]
    return "\n".join(lines)


def given(library):
    """By what each command and event can be given."""
    ways = defaultdict(list)
    for key, command in KEYS.items():
        ways[str(command)].append(f"key {key!r}")
    for word, command in WORDS.items():
        ways[str(command)].append(f"tell {word}")
    bare, ready = vocabularies(library)[:2]
    for phrase, meaning in ready.sentences.items():
        if phrase.startswith(f"{PREFIX} ") and phrase.removeprefix(f"{PREFIX} ") in bare.bare:
            continue  # the prefix does no harm
        ways[meaning].append(f"'{phrase}'" + " (where one waits, or in a pause)" * (phrase not in bare.sentences))
    return "".join(f"{name}: {', '.join(found)}\n" for name, found in ways.items())


def test_each_answer_is_the_one_we_agreed_on(at, library):
    """UPDATE_GOLDEN=1 writes it anew; read it with closed eyes before you commit it."""
    text = f"{given(library)}\n{table(at, library)}"
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")


class Mumbles(Ear):
    """Hears something now and then, and understands nothing."""

    asked = 0

    def heard(self):
        self.asked += 1
        return [Heard("yes i have a fever", None, 0, 1, 0.0)] if self.asked % 8 == 7 else []


def test_what_is_not_understood_where_it_may_be_a_yes_to_a_warning_sign_begins_no_session(library, runtime):
    voice, fitted = Hum(), SimpleNamespace(library=library, asked=SimpleNamespace(ending="awake"))
    questions = Questions(fitted, voice)
    with Steering(hearer=lambda: Mumbles(library), keys=False) as steering:
        assert questions.before(steering, Tape(), lambda: False) == (False, None)
    assert questions.stopped
    assert library.phrases.answers["unclear"] in voice.said
    assert voice.said[-1] == library.phrases.ask["check_unclear"]

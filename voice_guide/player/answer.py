"""The words of an answer: how they sound, and which of them take the listener off a point."""

from collections.abc import Iterable, Mapping

from voice_guide.body.terms import Event
from voice_guide.pcm import Pcm, frames, length, silence
from voice_guide.player.command import Command

COMING_OFF = (Command.PAUSE, Command.NEXT, Command.BACK, Command.STOP)
"""Their answers take the listener off the point: only each other and GOING_ON may cut them short."""
GOING_ON = (Command.CONTINUE, "press_again", "softer_again")
RELEASE = "release"
"""The name of a release whose words an answer waits for."""
TIME_TO_COME_OFF = frames(6)
"""Quiet before the next step, where a hold was left."""
LAST_BREATHS = ("slow_breath",) * 6
"""A minute, for somebody who was dizzy: 004:20."""
SLOW_BREATH = frames(10)


def sound_of(names: Iterable[str], answers: Mapping[str, Pcm]) -> Pcm:
    """All of these one after the other; what has no sound is left out."""
    return b"".join(_spaced(name, answers.get(name, b"")) for name in names)


def takes_off(name: str, events: Mapping[str, Event]) -> bool:
    """These words take the listener off a point."""
    felt = any(event.words == name and event.then != "tell" for event in events.values())
    return felt or name in (*COMING_OFF, "no_answer")


def _spaced(name: str, sound: Pcm) -> Pcm:
    return sound + silence(max(0, SLOW_BREATH - length(sound))) if name in LAST_BREATHS else sound

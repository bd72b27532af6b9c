"""Everything that can go wrong, said to the listener in one line, with the exit code that tells a program.

Each message says what, where, the value and the remedy. Adapters translate what their libraries raise
into one of these at the edge, and the command line shows it once.
"""

from collections.abc import Iterable, Sequence


class VoiceGuideError(Exception):
    """The root of all our errors: something failed, and the message says what to do about it."""

    exit_code = 1


class NameUnclear(VoiceGuideError):
    """The name fits no routine, or several: `candidates` holds what may have been meant, best first."""

    exit_code = 2

    def __init__(self, message: str, candidates: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.candidates = tuple(candidates)


class ChoiceError(VoiceGuideError):
    """The choice asked for cannot be had: the message says what can."""

    exit_code = 2


class RoutineError(VoiceGuideError):
    """Your script is at fault: one line for each fault, `file:line: what, value, remedy`."""

    exit_code = 3


class SafetyError(VoiceGuideError):
    """Safety says no: the message says why and what to do now.

    `level` is emergency, urgent, doctor, today or instead, `rules` are ids, `instead` are routines that are offered;
    all empty where no rule was asked.
    """

    exit_code = 4

    def __init__(self, message: str, level: str = "", rules: Sequence[str] = (), instead: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.level, self.rules, self.instead = level, tuple(rules), tuple(instead)


class VoiceError(VoiceGuideError):
    """The speech engine is at fault, after one retry in a fresh process."""

    exit_code = 5


class SinkError(VoiceGuideError):
    """The sound device is at fault: there is none, or it stopped taking sound after `heard` frames of a write."""

    exit_code = 6

    def __init__(self, message: str, heard: int = 0) -> None:
        super().__init__(message)
        self.heard = heard


class NoSpeaker(SinkError):
    """There is no sound device to begin with: nothing was heard."""


class HearingError(VoiceGuideError):
    """The microphone is at fault, or what understands it is not installed: the keys still work."""

    exit_code = 6


def closest(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant; empty where none is near."""
    from difflib import get_close_matches

    return next(iter(get_close_matches(name, list(known), 1)), "")


def did_you_mean(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """The remedy for an unknown name."""
    near = closest(name, known)
    return f"did you mean '{near}'?" if near else otherwise


def printable(text: str) -> str:
    """On one line, with a code in place of each letter that nobody sees."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)

"""Questions on a terminal, or to a pipe: each is asked a few times, and of an answer so much is read, never more."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import click

from voice_guide.errors import ChoiceError

if TYPE_CHECKING:
    from voice_guide.guide.interview import Answer, Question

Read = TypeVar("Read")
TRIES = 10
LONGEST = 1000
"""Characters of an answer."""
BACK = "back"
NONE = ("none", "nothing", "no", "0", "none of these", "none of them", "nope")
YES_NO = {"y": True, "yes": True, "n": False, "no": False, "": False}


def asked(question: str, read: Callable[[str], Read]) -> Read:
    """What `read` makes of the answer, asked anew where it raises ValueError with the reason.

    Raises click.Abort where nobody answers, ChoiceError where nothing can be made of the answers.
    """
    for _ in range(TRIES):
        click.echo(f"{question}: ", nl=False, err=True)
        typed = sys.stdin.readline(LONGEST + 1) if sys.stdin else ""
        if not typed:
            raise click.Abort
        try:
            if len(typed) > LONGEST:
                raise ValueError(f"an answer has {LONGEST} letters at the most")
            return read(typed.strip())
        except ValueError as reason:
            click.echo(reason, err=True)
    raise ChoiceError(f"no answer could be read {TRIES} times: '{question}'; begin again when you can answer")


def agreed(question: str) -> bool:
    """Yes or no; Enter is no."""

    return asked(f"{question} [y/N]", _yes)


def words(question: str) -> str:
    """Anything but nothing."""

    def read(typed: str) -> str:
        if not typed:
            raise ValueError("type a few words, or Ctrl-C to leave")
        return typed

    return asked(question, read)


def choose_numbers(question: Question) -> Sequence[int]:
    """The numbers chosen, from 0."""
    _show(question)
    return asked(_prompt(question), lambda typed: _numbers(typed, question))


def choose(question: Question) -> Answer:
    """The numbers chosen, from 0, or words where they may be told; BACK to go a question back."""
    _show(question)

    def read(typed: str) -> Answer:
        if typed.lower() == BACK:
            return BACK
        if not question.options:
            return [0] * _yes(typed)
        if typed.lower() in NONE:
            return []
        if question.words and typed.lower() not in YES_NO and any(c.isalpha() for c in typed):
            return " ".join(typed.split())
        return _numbers(typed, question)

    return asked(_prompt(question), read)


def _prompt(question: Question) -> str:
    if not question.options:
        return f"{question.title} [y/N]"
    numbers = "One number" if question.most == 1 else "Numbers"
    ways = ", or in your own words" if question.words else ""
    return f"{numbers}{ways}, or Enter for {question.otherwise}"


def _show(question: Question) -> None:
    if question.options:
        place = f"{question.place}: " if question.place else ""
        click.echo(f"\n{place}{question.title}", err=True)
    for number, option in enumerate(question.options, 1):
        click.echo(f"  {number}  {option}", err=True)


def _numbers(typed: str, question: Question) -> Sequence[int]:
    listed = typed.replace(",", " ").split()
    chosen = [int(word) - 1 for word in listed if word.isdecimal() and 1 <= int(word) <= len(question.options)]
    if len(chosen) < len(listed) or (question.most is not None and len(chosen) > question.most):
        raise ValueError(f"{typed!r}: type numbers from 1 to {len(question.options)}, with spaces between")
    return sorted(set(chosen))


def _yes(typed: str) -> bool:
    if typed.lower() not in YES_NO:
        raise ValueError("type y for yes, n for no")
    return YES_NO[typed.lower()]

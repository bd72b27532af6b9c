"""The one loop: a session is read, a sink takes what was read. Play and export differ in the sink alone."""

from collections.abc import Callable, Iterable
from typing import Protocol

from voice_guide.pcm import Pcm, length
from voice_guide.player.command import Place
from voice_guide.player.session import Session


class Sink(Protocol):
    """Where sound goes."""

    stretch: int
    """The frames to offer in one write."""

    def write(self, block: Pcm) -> int:
        """Blocks until taken; returns the frames taken, fewer where a command came in between.

        Raises SinkError where there is no device, or it stopped taking.
        """

    def close(self) -> None:
        """Let the last frames be heard, then free the device. Safe twice."""


def play(
    session: Session,
    sink: Sink,
    arriving: Callable[[Session], Iterable[str]] = lambda session: (),
    progress: Callable[[Place], None] = lambda place: None,
) -> Session:
    """Play to the end and return the session as it ended.

    `arriving` is asked before each block: it feeds clips that were rendered since and returns commands.
    """
    while True:
        for command in arriving(session):
            session.send(command)
        before = session.copy()
        block = session.read(sink.stretch)
        if not block:
            return session
        taken = sink.write(block)
        if taken < length(block):
            session = before
            session.read(taken)
        progress(session.place)

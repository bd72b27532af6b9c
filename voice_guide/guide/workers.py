"""Many jobs at once, in processes here: one that fails harms no other, and no process outlives its parent."""

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from typing import TypeAlias, TypeVar, Union

from voice_guide.controls.signals import ENDING
from voice_guide.errors import VoiceGuideError

MOMENT = 0.5
"""Seconds after which an interruption is heard on Windows, where it ends no wait."""
MOST = 61
"""Processes that Windows can wait for."""

Job = TypeVar("Job")
Made = TypeVar("Made")
Outcome: TypeAlias = Union[Made, BaseException]  # noqa: UP007 - it is also indexed as it runs
"""What became of a job: what was made, or why not."""
Make: TypeAlias = Callable[[Job], Made]
"""A function of a module, so that it can be sent to where it is done."""


def in_processes(
    make: Make[Job, Made], jobs: Sequence[Job], workers: int
) -> Generator[tuple[Job, Outcome[Made]], None, None]:
    """Each job with its outcome, as they are done.

    A process that is killed takes its pool with it; those it took are made again, each in a pool of its own.
    """
    broken = []
    with _pool(workers) as pool:
        for job, outcome in _through(pool, make, jobs):
            if isinstance(outcome, BrokenExecutor):
                broken.append(job)
            else:
                yield job, outcome
    for job in broken:
        with _pool(1) as pool:
            ((_, outcome),) = _through(pool, make, [job])
        killed = VoiceGuideError("the process that made it was killed; see that there is memory for it")
        yield job, killed if isinstance(outcome, BrokenExecutor) else outcome


def _through(executor: Executor, make: Make[Job, Made], jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome[Made]]]:
    with without_interruption():  # the processes are started here
        futures = {_submitted(executor, make, job): job for job in jobs}
    left = set(futures)
    while left:
        done, left = wait(left, MOMENT, FIRST_COMPLETED)
        for future in done:
            yield futures[future], future.exception() or future.result()


@contextmanager
def without_interruption() -> Iterator[None]:
    """A process that is interrupted while it starts breaks its pool; what came meanwhile is heard at the end."""
    if sys.platform == "win32":  # there is no such mask
        yield
        return
    numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _submitted(executor: Executor, make: Make[Job, Made], job: Job) -> "Future[Made]":
    try:
        return executor.submit(make, job)
    except BrokenExecutor as error:
        future: Future[Made] = Future()
        future.set_exception(error)
        return future


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    from multiprocessing import active_children, get_context  # not forked: the bar has a thread

    if sys.platform == "win32":
        workers = min(workers, MOST)
    before = {*active_children()}
    try:
        with ProcessPoolExecutor(workers, get_context("spawn"), end_with_parent) as pool:
            try:
                yield pool
            finally:
                pool.shutdown(cancel_futures=True)
    except (OSError, RuntimeError) as error:
        for child in {*active_children()} - before:  # a pool that is half started forgets them, and Python waits
            child.kill()
        raise VoiceGuideError(f"no other process can be started: {error}; try --jobs 1") from error


def end_with_parent() -> None:
    """A terminal's signals are for who began it all, and nothing goes on without them."""
    from multiprocessing import parent_process
    from threading import Thread

    def watch() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()
    for name in ("SIGINT", "SIGHUP", "SIGBREAK"):  # by SIGTERM a broken pool ends those that are left
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_SETMASK, [])

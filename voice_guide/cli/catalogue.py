"""Every routine written at once, over processes or a cluster: one that fails harms no other, and a killed run goes on.

It stands apart from the commands because MP3s and pages are made in the same way. A record beside the files tells of
each what it was made of, and so which are up to date.
"""

import json
import os
import signal
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click

from voice_guide.cli.fitting import Fitted, Wishes, all_fitted
from voice_guide.cli.parts import Catalogue, bar, hint
from voice_guide.cli.writing import PAGE, Export, Studio, VoiceWish, write
from voice_guide.controls.signals import ENDING
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.verify import verify
from voice_guide.storage.kept import cache_folder
from voice_guide.storage.whole import write_whole

RECORD = "voice-guide.json"
PATIENCE = 5
"""Seconds that a scheduler has to answer."""
Seen = list[int]
"""A file's bytes, and when it was changed, in nanoseconds: another after every change."""
Outcome = Mapping[str, Seen] | BaseException
"""The files that were made, by their names, or why there are none."""

Fault = tuple[int, str]
"""An exit code, and why a session was not made."""


@dataclass(frozen=True, slots=True)
class Making:
    """What to make of every routine, and where."""

    voice: VoiceWish
    wishes: Wishes
    folder: Path
    ending: str
    beside: tuple[str, ...] = ()
    verified: bool = False
    home: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One session, as it is sent to where it is made."""

    export: Export
    voice: VoiceWish
    cache: Path
    verified: bool
    made_of: str


class Record:
    """What the sessions in a folder were made of."""

    def __init__(self, path: Path) -> None:
        """Raises VoiceGuideError where the file is somebody else's; a broken one of ours is as none."""
        self._path = path
        self._sessions: dict[str, tuple[str, dict[str, Seen]]] = {}
        if not path.exists():
            return
        try:
            data = path.read_bytes() if path.is_file() else b"?"  # a pipe would be waited for
        except OSError as error:
            raise VoiceGuideError(f"cannot read {path}: {error.strerror}; choose another folder with -o") from error
        if data and not data.startswith(b'{"voice_guide"'):
            raise VoiceGuideError(f"{path} was not written by voice-guide; choose another folder with -o")
        with suppress(ValueError, TypeError, AttributeError, KeyError, RecursionError):
            for file, (made_of, files) in json.loads(data)["voice_guide"].items():
                self._sessions[file] = made_of, dict(files)

    def has(self, job: Job) -> bool:
        """Whether all files of the session are there, as they were made, and made of the same."""
        made_of, files = self._sessions.get(job.export.path.name, ("", {}))
        there = all(_seen(self._path.parent / name) == seen for name, seen in files.items())
        return made_of == job.made_of and bool(files) and there

    def add(self, job: Job, files: Mapping[str, Seen]) -> None:
        """Tell of a session that was made."""
        self._sessions[job.export.path.name] = job.made_of, dict(files)
        told = json.dumps({"voice_guide": self._sessions}, sort_keys=True)
        write_whole(self._path, told.encode() + b"\n")


def make_all(making: Making, how: Catalogue) -> tuple[int, list[Fitted]]:
    """Make every routine that is not up to date, and tell at the end what failed.

    Returns the exit code, and the sessions that are in the folder now. Raises VoiceGuideError where nothing can be.
    """
    folder = _made(making.folder)
    made: list[str] = []
    with _alone(folder), making.voice.open() as voice:
        record, studio = Record(folder / RECORD), Studio(voice)
        jobs, faults = _planned(making, folder, studio)
        due = [job for job, _ in jobs.values() if how.force or not record.has(job)]
        with bar("Writing", len(due)) as step, closing(_outcomes(due, how, studio)) as outcomes:
            for job, outcome in outcomes:
                step()
                try:
                    if isinstance(outcome, BaseException):
                        raise outcome
                    record.add(job, outcome)
                    made.append(job.export.path.name)
                except Exception as fault:
                    faults[job.export.title] = 1, str(fault) or type(fault).__name__
        hint(voice.warning)
    there = [session for job, session in jobs.values() if job.export.title not in faults]
    for file in sorted(made):
        click.echo(making.folder / file)
    lines = [f"{name}: {' '.join(told.split())}" for name, (_, told) in faults.items()]
    counts = f"{len(made)} made, {len(there) - len(made)} up to date"
    hint("\n".join([f"{counts}, {len(lines)} not made:" if lines else counts, *lines]))
    codes = {code for code, _ in faults.values()}
    return 1 if 1 in codes else max(codes, default=0), there


def _planned(making: Making, folder: Path, studio: Studio) -> tuple[dict[str, tuple[Job, Fitted]], dict[str, Fault]]:
    """Every session with its job, by the name of its file; and why there is none, by the name of the routine."""
    jobs: dict[str, tuple[Job, Fitted]] = {}
    faults: dict[str, Fault] = {}
    takes = (studio.constant if making.ending == PAGE else studio.encoded).length
    for routine, session in all_fitted(making.wishes, making.voice.rate, takes):
        if isinstance(session, VoiceGuideError):
            old = folder / f"{routine.id}{making.ending}"
            still = f" An older {old.name} is still there." if old.exists() else ""
            faults[routine.name] = session.exit_code, f"{session}{still}"
            continue
        job = _job(session, making, folder, studio.voice.key)
        file = job.export.path.name
        if file in jobs or file == making.home:
            other = jobs[file][0].export.title if file in jobs else "the list of all"
            faults[routine.name] = 1, f"would be {file}, as '{other}' is; give it another name"
        else:
            jobs[file] = job, session
    return jobs, faults


def _job(session: Fitted, making: Making, folder: Path, key: str) -> Job:
    path = folder / f"{session.routine.id}{making.ending}"
    plan = session.plan(making.voice.rate)
    export = Export(session.routine.name, plan, session.chart(), path, making.beside, making.home)
    return Job(export, making.voice, cache_folder().absolute(), making.verified, export.made_of(key))


def make(job: Job, studio: Studio | None = None) -> Mapping[str, Seen]:
    """Make one session, in any process on any machine that sees the folders; its files by name."""
    paths = write(job.export, studio or _studio(job.voice, job.cache))
    if job.verified:
        verify(paths[0])
    return {path.name: _seen(path) for path in paths}


@cache
def _studio(voice: VoiceWish, folder: Path) -> Studio:
    """One for each process, that remembers from job to job."""
    return Studio(voice.open(folder))


def _outcomes(jobs: Sequence[Job], how: Catalogue, studio: Studio) -> Generator[tuple[Job, Outcome], None, None]:
    workers = min(len(jobs), how.jobs or os.cpu_count() or 1)
    if not jobs:
        return
    if how.scheduler:
        with _cluster(how.scheduler) as executor:
            yield from _through(executor, jobs)
    elif workers == 1:
        yield from ((job, _here(job, studio)) for job in jobs)
    else:
        yield from _in_processes(jobs, workers)


def _here(job: Job, studio: Studio) -> Outcome:
    try:
        return make(job, studio)
    except Exception as error:  # the others are not harmed
        return error


def _in_processes(jobs: Sequence[Job], workers: int) -> Iterator[tuple[Job, Outcome]]:
    """A process that is killed takes its pool with it; those it took are made again, each in a pool of its own."""
    broken = []
    with _pool(workers) as pool:
        for job, outcome in _through(pool, jobs):
            if isinstance(outcome, BrokenExecutor):
                broken.append(job)
            else:
                yield job, outcome
    for job in broken:
        with _pool(1) as pool:
            ((_, outcome),) = _through(pool, [job])
        killed = VoiceGuideError("the process that made it was killed; see that there is memory for it")
        yield job, killed if isinstance(outcome, BrokenExecutor) else outcome


def _through(executor: Executor, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
    with _without_interruption():  # the processes are started here
        futures = {_submitted(executor, job): job for job in jobs}
    for future in as_completed(futures):
        yield futures[future], future.exception() or future.result()


@contextmanager
def _without_interruption() -> Iterator[None]:
    """A process that is interrupted while it starts breaks its pool; what came meanwhile is heard at the end."""
    mask = getattr(signal, "pthread_sigmask", None)  # there is none on Windows
    numbers = [getattr(signal, name) for name in ENDING if hasattr(signal, name)]
    before = mask(signal.SIG_BLOCK, numbers) if mask else None
    try:
        yield
    finally:
        if mask:
            mask(signal.SIG_SETMASK, before)


def _submitted(executor: Executor, job: Job) -> "Future[Mapping[str, Seen]]":
    try:
        return executor.submit(make, job)
    except BrokenExecutor as error:
        future: Future[Mapping[str, Seen]] = Future()
        future.set_exception(error)
        return future


@contextmanager
def _pool(workers: int) -> Iterator[Executor]:
    from multiprocessing import get_context  # not forked: the bar has a thread

    with ProcessPoolExecutor(workers, get_context("spawn"), _worker) as pool:
        try:
            yield pool
        finally:
            pool.shutdown(cancel_futures=True)


def _worker() -> None:
    """A terminal's signals are for who began it all, and nothing goes on without them."""
    from multiprocessing import parent_process
    from threading import Thread

    def watch() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()
    for name in ("SIGINT", "SIGHUP"):  # by SIGTERM a broken pool ends those that are left
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, [])


@contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    try:
        from distributed import Client
    except ImportError as error:
        raise VoiceGuideError(f"--scheduler needs Dask: {error}; pip install 'voice-guide[dask]'") from error
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError, TypeError) as error:
        why = " ".join(str(error).split())[:100]
        raise VoiceGuideError(f"no Dask scheduler answers at {address}: {why}; start one, or use --jobs") from error
    with client:
        try:
            client.wait_for_workers(1, PATIENCE)
        except TimeoutError as error:
            raise VoiceGuideError(f"the Dask scheduler at {address} has no worker; start one, or use --jobs") from error
        executor = client.get_executor(pure=False)
        try:
            yield executor
        finally:
            executor.shutdown(wait=False)  # what is not done yet is not wanted any more


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other run writes there meanwhile, where the system can tell: its files would be taken for ours."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise VoiceGuideError(f"another run writes into {folder}; wait for it, or choose another with -o") from error
    except OSError:
        pass  # a disk without locks
    try:
        yield
    finally:
        os.close(lock)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise VoiceGuideError(f"cannot make {folder}: {error.strerror}; choose another folder with -o") from error
    return folder.absolute()


def _seen(path: Path) -> Seen:
    try:
        told = path.stat()
    except OSError:
        return []
    return [told.st_size, told.st_mtime_ns]

"""Every routine written at once, over processes or a cluster: one that fails harms no other, and a killed run goes on.

It stands apart from the commands because MP3s and pages are made in the same way. A record beside the files tells of
each what it was made of, and so which are up to date.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import click

from voice_guide.cli.fitting import Fitted, Wishes, all_fitted
from voice_guide.cli.parts import Catalogue, bar, hint
from voice_guide.cli.writing import PAGE, Export, Studio, VoiceWish, write
from voice_guide.errors import VoiceGuideError
from voice_guide.kept import cache_folder
from voice_guide.sinks.verify import verify
from voice_guide.whole import write_whole

RECORD = "voice-guide.json"
PATIENCE = 5
"""Seconds that a scheduler has to answer."""
Seen = list[int]
"""A file's bytes, and when it was changed, in nanoseconds: another after every change."""
Outcome = Mapping[str, Seen] | BaseException
"""The files that were made, by their names, or why there are none."""


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
        self._sessions: dict[str, dict[str, Any]] = {}
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            raise VoiceGuideError(f"cannot read {path}: {error.strerror}; choose another folder with -o") from error
        if not data.startswith(b'{"voice_guide"'):
            raise VoiceGuideError(f"{path} was not written by voice-guide; choose another folder with -o")
        with suppress(ValueError, TypeError):
            self._sessions = dict(json.loads(data)["voice_guide"])

    def has(self, job: Job) -> bool:
        """Whether all files of the session are there, as they were made, and made of the same."""
        told = self._sessions.get(job.export.path.name)
        if not isinstance(told, dict) or told.get("made_of") != job.made_of or not told.get("files"):
            return False
        return all(_seen(self._path.with_name(name)) == seen for name, seen in told["files"].items())

    def add(self, job: Job, files: Mapping[str, Seen]) -> None:
        """Tell of a session that was made."""
        self._sessions[job.export.path.name] = {"made_of": job.made_of, "files": dict(files)}
        told = json.dumps({"voice_guide": self._sessions}, sort_keys=True)
        write_whole(self._path, told.encode() + b"\n")


def make_all(making: Making, how: Catalogue) -> tuple[int, list[Fitted]]:
    """Make every routine that is not up to date, and tell at the end what failed.

    Returns the exit code, and the sessions that are in the folder now. Raises VoiceGuideError where nothing can be.
    """
    folder = _made(making.folder)
    record = Record(folder / RECORD)
    made: list[str] = []
    with making.voice.open() as voice:
        studio = Studio(voice)
        jobs, faults = _planned(making, folder, studio)
        code = max((fault.exit_code for fault in faults.values() if isinstance(fault, VoiceGuideError)), default=0)
        due = [job for job, _ in jobs.values() if how.force or not record.has(job)]
        with bar("Writing", len(due)) as step:
            for job, outcome in _outcomes(due, how, studio):
                step()
                if isinstance(outcome, BaseException):
                    faults[job.export.title] = outcome
                    code = 1
                else:
                    record.add(job, outcome)
                    made.append(job.export.path.name)
        hint(voice.warning)
    there = [session for job, session in jobs.values() if job.export.title not in faults]
    for file in sorted(made):
        click.echo(making.folder / file)
    lines = [f"{name}: {' '.join(str(fault).split()) or type(fault).__name__}" for name, fault in faults.items()]
    counts = f"{len(made)} made, {len(there) - len(made)} up to date"
    hint("\n".join([f"{counts}, {len(lines)} not made:" if lines else counts, *lines]))
    return code, there


def _planned(
    making: Making, folder: Path, studio: Studio
) -> tuple[dict[str, tuple[Job, Fitted]], dict[str, BaseException]]:
    """Every session with its job, by the name of its file; and why there is none, by the name of the routine."""
    jobs: dict[str, tuple[Job, Fitted]] = {}
    faults: dict[str, BaseException] = {}
    takes = (studio.constant if making.ending == PAGE else studio.encoded).length
    for routine, session in all_fitted(making.wishes, making.voice.rate, takes):
        if isinstance(session, VoiceGuideError):
            faults[routine.name] = session
            continue
        job = _job(session, making, folder, studio.voice.key)
        file = job.export.path.name
        if file in jobs or file == making.home:
            other = jobs[file][0].export.title if file in jobs else "the list of all"
            faults[routine.name] = VoiceGuideError(f"would be {file}, as '{other}' is; give it another name")
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


def _outcomes(jobs: Sequence[Job], how: Catalogue, studio: Studio) -> Iterator[tuple[Job, Outcome]]:
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
    for job, outcome in _through(_pool(workers), jobs):
        if isinstance(outcome, BrokenExecutor):
            broken.append(job)
        else:
            yield job, outcome
    for job in broken:
        ((_, outcome),) = _through(_pool(1), [job])
        killed = VoiceGuideError("the process that made it was killed; see that there is memory for it")
        yield job, killed if isinstance(outcome, BrokenExecutor) else outcome


def _through(executor: Executor, jobs: Iterable[Job]) -> Iterator[tuple[Job, Outcome]]:
    with executor:
        futures = {_submitted(executor, job): job for job in jobs}
        try:
            for future in as_completed(futures):
                yield futures[future], future.exception() or future.result()
        finally:
            for future in futures:
                future.cancel()


def _submitted(executor: Executor, job: Job) -> "Future[Mapping[str, Seen]]":
    try:
        return executor.submit(make, job)
    except BrokenExecutor as error:
        future: Future[Mapping[str, Seen]] = Future()
        future.set_exception(error)
        return future


def _pool(workers: int) -> ProcessPoolExecutor:
    from multiprocessing import get_context  # not forked: the bar has a thread

    return ProcessPoolExecutor(workers, get_context("spawn"), _worker)


def _worker() -> None:
    """Ctrl-C is for who began it all, and nothing goes on without them."""
    import signal
    from multiprocessing import parent_process
    from threading import Thread

    def watch() -> None:
        if parent := parent_process():
            parent.join()
            os._exit(1)

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=watch, daemon=True).start()


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
        yield client.get_executor(pure=False)


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

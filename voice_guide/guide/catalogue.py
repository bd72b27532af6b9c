"""Every routine written at once: one that fails harms no other, and a killed run goes on.

MP3s and pages are made in the same way. A record beside the files tells of each what it was made of, and so which are
up to date.
"""

import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voice_guide.body.wishes import Wishes
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.verify import verify
from voice_guide.guide.fitted import Fitted, all_fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.moment import Progress, unmoved
from voice_guide.guide.workers import Outcome, outcomes
from voice_guide.guide.writing import PAGE, Export, Studio, VoiceWish, write
from voice_guide.personal import read
from voice_guide.storage.whole import write_whole

RECORD = "voice-guide.json"
LARGEST = 16 * 1024**2
"""Bytes of a record; of thousands of sessions it is a hundredth of that."""
Seen = list[int]
"""A file's bytes, and when it was changed, in nanoseconds: another after every change."""
Files = Mapping[str, Seen]
"""The files that were made, by their names."""
Fault = tuple[int, str]
"""An exit code, and why a session was not made."""


@dataclass(frozen=True, slots=True)
class Many:
    """How every routine is made: also those that are up to date, in how many processes here, or on a cluster."""

    force: bool = False
    jobs: int | None = None
    scheduler: str | None = None


@dataclass(frozen=True, slots=True)
class Making:
    """What to make of every routine, and where."""

    wishes: Wishes
    folder: Path
    ending: str
    beside: tuple[str, ...] = ()
    verified: bool = False
    home: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What became of every routine."""

    made: list[Path]
    there: list[Fitted]
    """The sessions that are in the folder now, those that were up to date too."""
    faults: Mapping[str, Fault]
    """By the name of the routine."""

    @property
    def exit_code(self) -> int:
        """1 where anything failed, 4 where safety refused some, 0 else."""
        codes = {code for code, _ in self.faults.values()}
        return 1 if 1 in codes else max(codes, default=0)

    def summary(self) -> list[str]:
        """How many there are, and a line for each that is not."""
        lines = [f"{name}: {' '.join(told.split())}" for name, (_, told) in self.faults.items()]
        counts = f"{len(self.made)} made, {len(self.there) - len(self.made)} up to date"
        return [f"{counts}, {len(lines)} not made:", *lines] if lines else [counts]


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
            data = read(path, LARGEST) or b""
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

    def add(self, job: Job, files: Files) -> None:
        """Tell of a session that was made."""
        self._sessions[job.export.path.name] = job.made_of, dict(files)
        told = json.dumps({"voice_guide": self._sessions}, sort_keys=True)
        write_whole(self._path, told.encode() + b"\n")


def make_all(kit: Kit, making: Making, how: Many, progress: Progress = unmoved) -> Catalogue:
    """Make every routine that is not up to date. Raises VoiceGuideError where nothing can be made."""
    folder = _made(making.folder)
    made: list[Path] = []
    with _alone(folder):
        record = Record(folder / RECORD)
        jobs, faults = _planned(kit, making, folder)
        due = [job for job, _ in jobs.values() if how.force or not record.has(job)]
        progress(0, len(due))
        with closing(_outcomes(due, how, kit.studio)) as results:
            for done, (job, outcome) in enumerate(results, 1):
                progress(done, len(due))
                try:
                    if isinstance(outcome, BaseException):
                        raise outcome
                    record.add(job, outcome)
                    made.append(making.folder / job.export.path.name)
                except Exception as fault:
                    faults[job.export.title] = 1, str(fault) or type(fault).__name__
    return Catalogue(sorted(made), [s for job, s in jobs.values() if job.export.title not in faults], faults)


def _planned(kit: Kit, making: Making, folder: Path) -> tuple[dict[str, tuple[Job, Fitted]], dict[str, Fault]]:
    """Every session with its job, by the name of its file; and why there is none, by the name of the routine."""
    jobs: dict[str, tuple[Job, Fitted]] = {}
    faults: dict[str, Fault] = {}
    takes = (kit.studio.constant if making.ending == PAGE else kit.studio.encoded).length
    for routine, session in all_fitted(kit, making.wishes, takes):
        if isinstance(session, VoiceGuideError):
            old = folder / f"{routine.id}{making.ending}"
            still = f" An older {old.name} is still there." if old.exists() else ""
            faults[routine.name] = session.exit_code, f"{session}{still}"
            continue
        job = _job(kit, session, making, folder)
        file = job.export.path.name
        if file in jobs or file == making.home:
            other = jobs[file][0].export.title if file in jobs else "the list of all"
            faults[routine.name] = 1, f"would be {file}, as '{other}' is; give it another name"
        else:
            jobs[file] = job, session
    return jobs, faults


def _job(kit: Kit, session: Fitted, making: Making, folder: Path) -> Job:
    path = folder / f"{session.routine.id}{making.ending}"
    export = Export(session.routine.name, session.plan(), session.chart(), path, making.beside, making.home)
    voice = VoiceWish(kit.voice_name, kit.rate, kit.pitch)
    return Job(export, voice, kit.cache.absolute(), making.verified, export.made_of(kit.voice.key))


def make(job: Job, studio: Studio | None = None) -> Files:
    """Make one session, in any process on any machine that sees the folders; its files by name."""
    paths = write(job.export, studio or _studio(job.voice, job.cache))
    if job.verified:
        verify(paths[0])
    return {path.name: _seen(path) for path in paths}


@cache
def _studio(voice: VoiceWish, folder: Path) -> Studio:
    """One for each process, that remembers from job to job."""
    return Studio(voice.open(folder))


def _outcomes(jobs: Sequence[Job], how: Many, studio: Studio) -> Generator[tuple[Job, Outcome[Files]], None, None]:
    workers = min(len(jobs), how.jobs or os.cpu_count() or 1)
    if workers > 1 or (jobs and how.scheduler):
        yield from outcomes(make, jobs, workers, how.scheduler)
    else:
        yield from ((job, _here(job, studio)) for job in jobs)


def _here(job: Job, studio: Studio) -> Outcome[Files]:
    try:
        return make(job, studio)
    except Exception as error:  # the others are not harmed
        return error


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

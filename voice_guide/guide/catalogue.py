"""Every routine written at once: one that fails harms no other, and a killed run goes on.

MP3s and pages are made in the same way. A record beside the files tells of each what it was made of, and so which are
up to date; and the digest of each, captions and covers too.
"""

import hashlib
import json
import os
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from voice_guide.body.wishes import Wishes
from voice_guide.errors import VoiceGuideError
from voice_guide.formats.verify import verify
from voice_guide.guide.cluster import Unfit, on_cluster
from voice_guide.guide.fitted import Fitted, all_fitted
from voice_guide.guide.kit import Kit
from voice_guide.guide.moment import Progress, unmoved
from voice_guide.guide.workers import Outcome, in_processes
from voice_guide.guide.writing import PAGE, Export, Studio, VoiceWish, write
from voice_guide.storage.bounded import read_bounded
from voice_guide.storage.links import followed
from voice_guide.storage.locked import locked
from voice_guide.storage.whole import write_whole

RECORD, SIGN = "voice-guide.json", ".shared"
LARGEST = 16 * 1024**2
"""Bytes of a record; of thousands of sessions it is a hundredth of that."""
Seen = list[int | str]
"""A file's bytes, and when it was changed, in nanoseconds; and, where it was read, its digest."""
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
    sign: Path | None = None
    """A file that is in the folder meanwhile: who does not see it would write elsewhere."""


class Record:
    """What the sessions in a folder were made of."""

    def __init__(self, path: Path) -> None:
        """Raises VoiceGuideError where the file is somebody else's; a broken one of ours is as none."""
        self._path = path
        self._sessions: dict[str, tuple[str, dict[str, Seen]]] = {}
        if not path.exists():
            return
        try:
            data = read_bounded(path, LARGEST)
        except OSError as error:
            raise VoiceGuideError(f"cannot read {path}: {error.strerror}; choose another folder with -o") from error
        if data and not data.startswith(b'{"voice_guide"'):
            raise VoiceGuideError(f"{path} was not written by voice-guide; choose another folder with -o")
        with suppress(ValueError, TypeError, AttributeError, KeyError, RecursionError):
            for file, (made_of, files) in json.loads(data)["voice_guide"].items():
                self._sessions[file] = made_of, {name: list(seen) for name, seen in files.items()}

    def has(self, job: Job) -> bool:
        """Whether all files of the session are there, as they were made, and made of the same.

        When they were changed is looked at, or, where it is to be verified, every byte.
        """
        made_of, files = self._sessions.get(job.export.path.name, ("", {}))
        if job.verified:
            there = all(_seen(self._path.parent / name, read=True) == seen for name, seen in files.items())
        else:
            there = all(_seen(self._path.parent / name) == seen[:2] for name, seen in files.items())
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
                    record.add(job, _found(folder, outcome))
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
    voice = VoiceWish(kit.voice_name, kit.rate, kit.pitch, json.dumps(kit.library.pronunciations))
    return Job(export, voice, kit.cache.absolute(), making.verified, export.made_of(kit.voice.key))


def make(job: Job, studio: Studio | None = None) -> Files:
    """Make one session, in any process on any machine that sees the folders; its files by name."""
    studio = studio or _studio(job.voice, job.cache)
    if job.sign and not job.sign.exists():
        raise Unfit(f"does not see {job.sign.parent}; share that folder with it")
    if job.export.made_of(studio.voice.key) != job.made_of:
        raise Unfit("has another voice, or another Pillow; install the same there")
    paths = write(job.export, studio)
    if job.verified:
        verify(paths[0])
    return {path.name: _seen(path, read=True) for path in paths}


@cache
def _studio(voice: VoiceWish, folder: Path) -> Studio:
    """One for each process, that remembers from job to job."""
    return Studio(voice.open(folder))


def _outcomes(jobs: Sequence[Job], how: Many, studio: Studio) -> Generator[tuple[Job, Outcome[Files]], None, None]:
    workers = min(len(jobs), how.jobs or os.cpu_count() or 1)
    if jobs and how.scheduler:
        with _sign(jobs[0].export.path.parent) as sign:
            yield from on_cluster(make, [replace(job, sign=sign) for job in jobs], how.scheduler)
    elif workers > 1:
        yield from in_processes(make, jobs, workers)
    else:
        yield from ((job, _here(job, studio)) for job in jobs)


def _here(job: Job, studio: Studio) -> Outcome[Files]:
    try:
        return make(job, studio)
    except Exception as error:  # the others are not harmed
        return error


@contextmanager
def _sign(folder: Path) -> Iterator[Path]:
    """A file with a name that nobody can know; what a killed run left goes, as no other run writes there."""
    for old in folder.glob(f".*{SIGN}"):
        old.unlink(missing_ok=True)
    sign = folder / f".{os.urandom(8).hex()}{SIGN}"
    write_whole(sign, b"")
    try:
        yield sign
    finally:
        sign.unlink(missing_ok=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other run writes there meanwhile, where the system can tell: its files would be taken for ours."""
    try:
        lock = locked(folder)
    except BlockingIOError as error:
        raise VoiceGuideError(f"another run writes into {folder}; wait for it, or choose another with -o") from error
    try:
        yield
    finally:
        if lock is not None:
            os.close(lock)


def _found(folder: Path, files: Files) -> Files:
    """What was told to be made, as it is seen from here. Raises VoiceGuideError where it is not."""
    names = {path.name for path in folder.iterdir()}  # a shared folder is asked anew when it is listed
    found = {name: _seen(folder / name) for name in files if name in names}
    for name, (size, *_) in files.items():
        if found.get(name, [])[:1] != [size]:
            raise VoiceGuideError(f"{name} was made, and is not found in {folder}; is the folder shared?")
    return {name: [*found[name], *told[2:]] for name, told in files.items()}


def _made(folder: Path) -> Path:
    try:
        folder = folder.absolute()
        followed(folder).mkdir(exist_ok=True)
    except OSError as error:
        raise VoiceGuideError(f"cannot make {folder}: {error.strerror}; choose another folder with -o") from error
    return folder


def _seen(path: Path, read: bool = False) -> Seen:
    try:
        told = path.stat()
        digest = [_digest(path)] if read else []
    except OSError:
        return []
    return [told.st_size, told.st_mtime_ns, *digest]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Many jobs on a Dask cluster: whatever answers at its address, and whatever of it dies or is silent, that is bounded.

Dask waits for ever for much, and is killed by a message that it cannot open. So its client is a process of its own,
which gives signs of life, and ends where there are none. What is sent are bytes, which a worker opens as part of the
job.
"""

import os
import pickle
from collections.abc import Generator, Sequence
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from voice_guide import __version__
from voice_guide.errors import VoiceGuideError
from voice_guide.guide.workers import Job, Made, Make, Outcome, end_with_parent, without_interruption

if TYPE_CHECKING:
    from distributed import Client, Future

LOADS = 60.0
"""Seconds to load Dask, which takes two."""
ANSWERS = 5.0
"""Seconds that a scheduler has to answer, and then to have a worker."""
ALIVE = 30.0
"""Seconds without a sign of life of any worker: they give one a second, and who is started again needs ten."""
LONGEST = 3600.0
"""Seconds in which a session must have been made: half an hour of sound, by a voice that is slower than speech."""
ASKED = 2.0
"""Seconds from one look at the workers to the next."""
MADE, FAULT, UNFIT = "made", "fault", "unfit"
Answer = tuple[str, Any]
"""What a worker returns: one of those with what was made, or with words. Plain, so that anybody can open it."""


class Unfit(VoiceGuideError):
    """The worker is at fault, whatever the job: no other job is for it."""


class Receiving(Protocol):
    """The end of a pipe that is read, of whatever kind the system has."""

    def poll(self, timeout: float) -> bool:
        """Whether there is something, within so many seconds."""

    def recv(self) -> Any:
        """What there is."""


class Sign(NamedTuple):
    """A sign of life: what to tell the user if nothing else comes within so many seconds."""

    within: float
    otherwise: str


def on_cluster(
    make: Make[Job, Made], jobs: Sequence[Job], address: str
) -> Generator[tuple[Job, Outcome[Made]], None, None]:
    """Each job with its outcome, as they are done. VoiceGuideError where it goes no further."""
    from multiprocessing import get_context

    ours = get_context("spawn")
    receiving, sending = ours.Pipe(duplex=False)
    client = ours.Process(target=_client, args=(address, [_packed(make, job) for job in jobs], sending), daemon=True)
    try:
        with without_interruption():
            client.start()
    except OSError as error:
        raise VoiceGuideError(f"no process can be started that speaks with {address}: {error}") from error
    sending.close()
    try:
        for number, outcome in _told(receiving, len(jobs), address):
            yield jobs[number], outcome
    finally:
        client.kill()  # the scheduler forgets what is not done yet
        client.join()


def _told(receiving: Receiving, count: int, address: str) -> Generator[tuple[int, Any], None, None]:
    sign, last = Sign(LOADS, "Dask cannot be loaded; reinstall it with pip install 'voice-guide[dask]'"), monotonic()
    while count:
        try:
            told = receiving.recv() if receiving.poll(sign.within) else None
        except (EOFError, OSError):
            told = None
        if told is None:
            raise VoiceGuideError(sign.otherwise)
        if isinstance(told, Sign):
            sign = told
            if monotonic() - last > LONGEST:
                raise VoiceGuideError(f"the Dask cluster at {address} made nothing for an hour; look at its workers")
        else:
            yield told
            count, last = count - 1, monotonic()


class _There:
    """What becomes, where it is opened, the answer of `_done`."""

    def __init__(self, task: bytes) -> None:
        self._task = task

    def __reduce__(self) -> tuple[Any, ...]:
        return _done, (__version__, self._task)


def _packed(make: Make[Job, Made], job: Job) -> bytes:
    return pickle.dumps(_There(pickle.dumps((make, job))))


def _done(version: str, task: bytes) -> Answer:
    """On a worker: do the job."""
    if version != __version__:
        return UNFIT, f"runs voice-guide {__version__}, and here is {version}; install the same there"
    try:
        make, job = pickle.loads(task)
        return MADE, make(job)
    except Unfit as error:
        return UNFIT, str(error)
    except Exception as error:
        return FAULT, str(error) or type(error).__name__


def _client(address: str, tasks: Sequence[bytes], sending: Connection) -> None:
    """The process that speaks with the scheduler; whatever threads Dask leaves, it ends."""
    end_with_parent()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (1, 2):  # Dask tells the terminal of every trouble
        os.dup2(nowhere, stream)
    try:
        client = _connected(address, sending)
        sending.send(Sign(2 * ANSWERS, f"the Dask scheduler at {address} has no worker; start one, or use --jobs"))
        client.wait_for_workers(1, ANSWERS)
        _work(client, tasks, sending, address)
    finally:
        os._exit(1)


def _connected(address: str, sending: Connection) -> "Client":
    try:
        from distributed import Client
    except ImportError as error:
        sending.send(Sign(0, f"--scheduler needs Dask: {error}; pip install 'voice-guide[dask]'"))
        raise
    sending.send(Sign(2 * ANSWERS, f"no Dask scheduler answers at {address}; start one, or use --jobs"))
    try:
        return Client(address, timeout=ANSWERS, set_as_default=False)
    except Exception as error:  # Dask takes any bytes for lengths
        plain = isinstance(error, OSError | ValueError | TypeError)
        why = " ".join(str(error).split())[:100] if plain else "something else does"
        sending.send(Sign(0, f"no Dask scheduler answers at {address}: {why}; start one, or use --jobs"))
        raise


def _work(client: "Client", tasks: Sequence[bytes], sending: Connection, address: str) -> None:
    alive = Sign(ALIVE, f"the Dask scheduler at {address} is gone, or its last worker is; what was made is there, "
                        "start them again for the rest")  # fmt: skip
    sending.send(alive)
    done: SimpleQueue[tuple[int, Answer | None]] = SimpleQueue()
    futures = [client.submit(pickle.loads, task, pure=False) for task in tasks]
    for number, future in enumerate(futures):
        future.add_done_callback(lambda future, number=number: done.put((number, _answer(future))))
    seen: dict[str, float] = {}
    while True:
        try:
            number, answer = done.get(timeout=ASKED)
        except Empty:
            before, seen = seen, _seen(client)
            if any(before.get(worker) != when for worker, when in seen.items()):
                sending.send(alive)
            continue
        if answer is None:
            return
        kind, what = answer
        if kind == UNFIT:
            sending.send(Sign(0, f"a worker of the Dask scheduler at {address} {what}"))
            return
        sending.send((number, what if kind == MADE else VoiceGuideError(what)))


def _seen(client: "Client") -> dict[str, float]:
    """When the scheduler last heard of each worker, on its clock."""
    workers = client.sync(client.scheduler.identity)["workers"]
    return {worker: told["last_seen"] for worker, told in workers.items()}


def _answer(future: "Future[Any]") -> Answer | None:
    """None where the scheduler is gone."""
    try:
        if future.status == "finished":
            answer: Answer = future.result()
            return answer
        error = future.exception() if future.status == "error" else None
    except Exception:
        return None
    if error is None:
        return None
    if type(error).__name__ == "KilledWorker":
        return FAULT, "the workers that made it were killed; see that there is memory for it"
    return UNFIT, f"cannot do this: {' '.join(str(error).split())}; install voice-guide {__version__} there"

"""A pool of processes of this machine: forked when there is work for them, replaced when they die."""

from __future__ import annotations

import contextlib
import logging
import pickle
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from types import TracebackType

import psutil

from ecgfactory.errors import BuildFailedError
from ecgfactory.pools.crew import ENVIRONMENT, Crew
from ecgfactory.pools.nursery import Nursery
from ecgfactory.pools.pool import (
    ATTEMPTS,
    DEATHS_ALLOWED,
    LOOK_INTERVAL_S,
    Ended,
    Job,
    Resource,
    Slots,
    WorkersDiedError,
    may_pass_next_time,
)
from ecgfactory.storage.process_folder import remove_folders_of_killed

MEMORY_LOOK_INTERVAL_S = 1.0

DYING_S = 5.0
"""How long the end of a pool waits for what it has killed to be gone, at most."""

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Worker:
    """A worker process, and the job that it has."""

    connection: Connection
    resource: Resource
    gpu: str
    generation: int  # how often the nursery had been prepared when it was forked
    job: Job | None = None
    process: psutil.Process | None = None  # until it says which

    def kill(self) -> None:
        self.kill_process()
        self.connection.close()  # one that has not said its id yet ends by this

    def kill_process(self) -> None:
        """Kill the process, and never another one that has its number by now: psutil compares when they started."""
        if self.process is not None:
            with contextlib.suppress(psutil.Error):
                self.process.kill()


class ProcessPool:
    """Processes of this machine; a context manager, whose end kills them: nothing in them is worth keeping.

    Parameters
    ----------
    crew : Crew
        How many, at most.
    modules : sequence of str
        What they need imported.
    log : Path
        File that gets what they write to stderr.
    """

    def __init__(self, crew: Crew, modules: Sequence[str], log: Path) -> None:
        self._crew = crew
        self._modules = list(modules)
        self._log = log
        self._nursery = Nursery(modules, ENVIRONMENT, log)
        self._waiting: deque[Job] = deque()
        self._workers: list[_Worker] = []
        self._given_up: list[Ended] = []
        self._deaths: Counter[Job] = Counter()
        self._failures: Counter[Job] = Counter()
        self._generation = 0
        self._to_import: list[str] = []
        self._memory_looked_at = time.monotonic()

    def __enter__(self) -> ProcessPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.kill()
        self._nursery.close()
        psutil.wait_procs([worker.process for worker in self._workers if worker.process], timeout=DYING_S)
        remove_folders_of_killed()

    @property
    def slots(self) -> Slots:
        """A job for each process."""
        return self._crew.slots

    def start(self, job: Job) -> None:
        """Have a job done; see `Pool.start`."""
        self._waiting.append(job)
        self._hand_out()

    def prepare(self, modules: Sequence[str]) -> None:
        """Import modules in the nursery: processes from before give way to new ones once they are idle."""
        self._to_import += modules

    def _prepare(self) -> None:
        """Tell the nursery which modules to import, once the first processes are being forked."""
        if self._to_import and self._workers:
            self._modules += self._to_import
            self._generation += 1
            with contextlib.suppress(OSError):  # it is gone, and is started anew when it is needed
                self._nursery.prepare(self._to_import)
            self._to_import = []

    def ended(self) -> list[Ended]:
        """Wait a moment for jobs to end; see `Pool.ended`."""
        self._hand_out()
        self._prepare()
        by_connection = {worker.connection: worker for worker in self._workers}
        timeout_s = 0.0 if self._given_up else LOOK_INTERVAL_S
        heard = wait(list(by_connection), timeout_s)
        ready = [by_connection[connection] for connection in heard if isinstance(connection, Connection)]
        found = [ended for worker in ready for ended in self._heard_from(worker)]
        self._end_the_greedy()
        self._hand_out()
        found, self._given_up = self._given_up + found, []
        return found

    def _hand_out(self) -> None:
        """Give waiting jobs to idle processes, or to new ones where there may be more."""
        for job in list(self._waiting):
            worker = self._idle(job.resource)
            if worker is None:
                continue
            self._waiting.remove(job)
            worker.job = job
            try:
                worker.connection.send((job.function, dict(job.parameters)))
            except OSError:
                self._lost(worker)

    def _idle(self, resource: Resource | None) -> _Worker | None:
        wanted: tuple[Resource, ...] = (resource,) if resource else ("CPU", "GPU")
        for kind in wanted:
            for worker in [worker for worker in self._workers if worker.resource == kind and worker.job is None]:
                if worker.generation == self._generation:
                    return worker
                self._workers.remove(worker)
                worker.kill()
            if (gpu := self._vacancy(kind)) is not None:
                return self._fork(kind, gpu)
        return None

    def _vacancy(self, resource: Resource) -> str | None:
        """Name the GPU of a place that is free ('' for none), or None when all places are taken."""
        there = [worker.gpu for worker in self._workers if worker.resource == resource]
        if resource == "CPU":
            return "" if len(there) < self._crew.cpus else None
        return next((gpu for gpu in self._crew.gpus if gpu not in there), None)

    def _fork(self, resource: Resource, gpu: str) -> _Worker:
        environment = {"CUDA_VISIBLE_DEVICES": gpu}
        try:
            connection = self._nursery.fork(environment)
        except OSError:  # somebody killed it, or it could not start
            self._check_nursery()
            self._nursery.close()
            self._nursery = Nursery(self._modules, ENVIRONMENT, self._log)
            connection = self._nursery.fork(environment)
        worker = _Worker(connection, resource, gpu, self._generation)
        self._workers.append(worker)
        return worker

    def _heard_from(self, worker: _Worker) -> Iterator[Ended]:
        """Take what a process sent: its id at first, then how its job ended."""
        try:
            if worker.process is None:
                worker.process = psutil.Process(worker.connection.recv())
                return
            value, error = pickle.loads(worker.connection.recv_bytes())  # noqa: S301 (of our own process)
        except (EOFError, OSError, psutil.NoSuchProcess):
            self._lost(worker)
            return
        job, worker.job = worker.job, None
        assert job is not None
        if error is None or not may_pass_next_time(error) or self._failures[job] == ATTEMPTS - 1:
            yield Ended(job, value, error)
            return
        self._failures[job] += 1
        _log.warning("%s failed, and is tried again: %s: %s", job.function.__name__, type(error).__name__, error)
        self._waiting.appendleft(job)

    def _lost(self, worker: _Worker) -> None:
        """Have the job of a dead process done by another, unless it has cost too many."""
        self._workers.remove(worker)
        worker.kill()
        self._check_nursery()
        job = worker.job
        if job is None:  # it was idle
            return
        self._deaths[job] += 1
        _log.warning("a worker died while it did %s%s", job.function.__name__, dict(job.parameters))
        if self._deaths[job] > DEATHS_ALLOWED:
            died = WorkersDiedError(f"the workers that did {job.function.__name__} died again and again")
            self._given_up.append(Ended(job, error=died))
        else:
            self._waiting.appendleft(job)

    def _check_nursery(self) -> None:
        if problem := self._nursery.failure():
            raise BuildFailedError(
                f"worker processes can't start: {problem}; install what is missing or broken, and build again."
            )

    def _end_the_greedy(self) -> None:
        """Kill processes that take more memory than they may, before the machine has none left for anybody."""
        if time.monotonic() - self._memory_looked_at < MEMORY_LOOK_INTERVAL_S:
            return
        self._memory_looked_at = time.monotonic()
        for worker in self._workers:
            with contextlib.suppress(psutil.Error):
                if worker.process and worker.process.memory_info().rss > self._crew.memory_limit_bytes:
                    _log.warning("a worker took more than %d bytes of memory", self._crew.memory_limit_bytes)
                    worker.process.kill()

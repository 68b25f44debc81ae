"""Which workers of a scheduler that exists already may do a build's jobs: those that passed its checks."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, NamedTuple

from ecgfactory.flows.dask_workers import DaskWorkers, count_slots, declared, describe, silent_problem, slots_of
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.flows.worker_checks import WorkerChecks, check_workers, unasked_problem
from ecgfactory.generators.base import Device
from ecgfactory.line.placement import Placement
from ecgfactory.pools.pool import Resource

NOBODY = "tcp://0.0.0.0:0"
"""An address that no worker has: where a job waits while there is nobody for it."""

_log = logging.getLogger(__name__)


class _Worker(NamedTuple):
    """A worker process: one that is started again may have the address of the one before."""

    address: str
    local_directory: str


Workers = dict[_Worker, Mapping[str, Any]]
"""What Dask tells of each."""


@dataclass(frozen=True)
class _Check:
    """Workers that are being checked, in a thread of their own: the build does not wait for them."""

    workers: Workers
    found: Future[list[tuple[str, str]]] = field(default_factory=Future)


class AdmittedWorkers(DaskWorkers):
    """Workers of a scheduler that come and go; each is checked before it gets its first job.

    Parameters
    ----------
    runner : PlacedTaskRunner
        Connected to the scheduler, which has workers.
    checks : WorkerChecks
        What a worker must pass.
    device : {'auto', 'cpu', 'cuda'}
        Where the request wants candidates generated.

    Raises
    ------
    BadInputError
        When one of the workers that are there can't do the build.
    """

    def __init__(self, runner: PlacedTaskRunner, checks: WorkerChecks, device: Device) -> None:
        self._admitted = _present(runner)
        by_address = _by_address(self._admitted)
        super().__init__(runner, slots_of(by_address))
        self._checks, self._placement = checks, Placement(self.slots, device)
        check_workers(checks, by_address, self._placement)
        self._refused: set[_Worker] = set()
        self._running: list[_Check] = []

    def allowed(self, resource: Resource | None) -> list[str]:
        """Return the addresses of the workers that may do a job with a resource; see `DaskWorkers.allowed`."""
        fit = [
            worker.address
            for worker, description in self._admitted.items()
            if resource is None or declared(description)[resource]
        ]
        return fit or [NOBODY]

    def look(self, jobs: Mapping[str, Resource | None]) -> None:
        """Have new workers checked, and admit those that passed; see `DaskWorkers.look`."""
        present = _present(self.runner)
        admitted = {worker: present[worker] for worker in self._admitted if worker in present}
        admitted |= {worker: present[worker] for worker in self._passed() if worker in present}
        self._begin_checks({worker: present[worker] for worker in present if self._is_new(worker, admitted)})
        if admitted.keys() == self._admitted.keys():
            return
        self._admitted = admitted
        if admitted:
            self.slots = count_slots(_by_address(admitted), self.slots.are_declared)
        self.runner.restrict({key: self.allowed(resource) for key, resource in jobs.items()})

    def present(self) -> Mapping[str, Mapping[str, Any]]:
        """Return those that may do jobs, or soon; see `DaskWorkers.present`."""
        return _by_address(
            {worker: told for worker, told in _present(self.runner).items() if worker not in self._refused}
        )

    def release(self) -> None:
        """Have the workers remove what they still have of the build on disks of their own."""
        if self.runner.client.status == "running":
            self._checks.release([worker.address for worker in self._admitted])

    def _is_new(self, worker: _Worker, admitted: Workers) -> bool:
        is_known = worker in admitted or worker in self._refused
        return not is_known and not any(worker in check.workers for check in self._running)

    def _begin_checks(self, new: Workers) -> None:
        silent = [worker for worker in new if self.slots.are_declared and not declared(new[worker])]
        for worker in silent:
            self._refuse(worker, silent_problem(worker.address))
        new = {worker: told for worker, told in new.items() if worker not in silent}
        if new:
            check = _Check(new)
            self._running.append(check)
            Thread(target=self._check, args=(check,), daemon=True).start()

    def _check(self, check: _Check) -> None:
        workers = _by_address(check.workers)
        try:
            problems = self._checks.problems(workers, self._placement)
        except Exception as error:
            problems = [(address, unasked_problem(f"worker {address}", error)) for address in workers]
        check.found.set_result(problems)

    def _passed(self) -> list[_Worker]:
        """Return the workers that have passed their checks since the last look; what others lack is told."""
        ended = [check for check in self._running if check.found.done()]
        self._running = [check for check in self._running if check not in ended]
        passed: list[_Worker] = []
        for check in ended:
            problems = dict(reversed(check.found.result()))
            for worker in check.workers:
                if worker.address in problems:
                    self._refuse(worker, problems[worker.address])
                else:
                    passed.append(worker)
        return passed

    def _refuse(self, worker: _Worker, problem: str) -> None:
        self._refused.add(worker)
        _log.warning("%s It gets no work of this build.", problem)


def _present(runner: PlacedTaskRunner) -> Workers:
    workers = describe(runner.client)
    return {_Worker(address, told["local_directory"]): told for address, told in workers.items()}


def _by_address(workers: Workers) -> dict[str, Mapping[str, Any]]:
    return {worker.address: told for worker, told in workers.items()}

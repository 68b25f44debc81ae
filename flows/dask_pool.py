"""The pool of a flow run: each job is a Prefect task run on a Dask worker."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from typing import Any

import distributed
from distributed.scheduler import KilledWorker
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.runtime import flow_run
from prefect_dask.task_runners import PrefectDaskFuture

from ecgfactory.errors import BadInputError, BuildCancelledError, BuildFailedError
from ecgfactory.flows.dask_workers import DaskWorkers, local_cluster
from ecgfactory.flows.existing_scheduler import connected
from ecgfactory.line.state import Build
from ecgfactory.pools.pool import LOOK_INTERVAL_S, Ended, Job, Slots, WorkersDiedError
from ecgfactory.request.preflight import worker_problems
from ecgfactory.tasks.jobs import TASKS

SERVER_LOOK_INTERVAL_S = 3.0
"""How often the Prefect server is asked whether the run was cancelled, and Dask whether its workers are there."""

RESULT_TIMEOUT_S = 5.0
"""How long the result of a job that has ended is waited for; results are small."""

GONE_TIMEOUT_S = 20.0
"""How long a build does without any worker of a kind that it needs."""


class DaskPool:
    """Dask workers that take jobs for the present flow run.

    Parameters
    ----------
    workers : DaskWorkers
        Who they are.
    client : SyncPrefectClient
        Of the server that knows the flow run.
    """

    def __init__(self, workers: DaskWorkers, client: SyncPrefectClient) -> None:
        self._workers = workers
        self._client = client
        self._in_flight: dict[Any, tuple[Job, PrefectDaskFuture[Any]]] = {}
        self._looked_at = self._complete_at = time.monotonic()

    @property
    def slots(self) -> Slots:
        """How many jobs the workers that are there now take at a time."""
        return self._workers.slots

    def start(self, job: Job) -> None:
        """Have a job done by a worker with its resource; see `Pool.start`."""
        resources: dict[str, float] = {job.resource: 1} if job.resource else {}
        allowed = self._workers.allowed(job.resource)
        future = self._workers.runner.place(TASKS[job.function], dict(job.parameters), resources, allowed)
        self._in_flight[future.wrapped_future] = (job, future)
        self._workers.grow(len(self._in_flight))

    def prepare(self, modules: Sequence[str]) -> None:
        """Do nothing: these workers import what they need when they need it."""

    def ended(self) -> list[Ended]:
        """Wait a moment for jobs to end; see `Pool.ended`."""
        self._look()
        if not self._in_flight:
            return []
        try:
            waited = distributed.wait(list(self._in_flight), timeout=LOOK_INTERVAL_S, return_when="FIRST_COMPLETED")
        except TimeoutError:
            return []
        found = []
        for future in waited.done:
            ended = _ended(*self._in_flight[future])
            if ended is not None:
                del self._in_flight[future]
                found.append(ended)
        return found

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked_at < SERVER_LOOK_INTERVAL_S:
            return
        if now - self._looked_at > 5 * SERVER_LOOK_INTERVAL_S:  # nobody looked for a while: count from now on
            self._complete_at = now
        self._looked_at = now
        state = self._client.read_flow_run(flow_run.id).state
        if state is not None and (state.is_cancelling() or state.is_cancelled()):
            raise BuildCancelledError("the build was cancelled; the same request goes on from what is committed")
        jobs = {future.key: job.resource for future, (job, _) in self._in_flight.items()}
        self._workers.look(jobs)
        missing = self._workers.missing({resource for resource in jobs.values() if resource is not None})
        if not missing:
            self._complete_at = now
        elif now - self._complete_at > GONE_TIMEOUT_S:
            raise BuildFailedError(
                f"for {GONE_TIMEOUT_S:.0f} s {self._workers.runner.address} has had {missing}; start workers "
                "again and then the build, which goes on from what is committed."
            )


def _ended(job: Job, future: PrefectDaskFuture[Any]) -> Ended | None:
    """Return how a job has ended; None where its worker died with the result, so that it is done again."""
    try:
        return Ended(job, future.result(timeout=RESULT_TIMEOUT_S))
    except KilledWorker as error:
        return Ended(job, error=WorkersDiedError(str(error)))
    except CancelledError:  # by Dask, as all are when the scheduler is gone
        raise
    except Exception as error:
        is_not_there = isinstance(error, TimeoutError) and isinstance(error.__cause__, TimeoutError)
        return None if is_not_there else Ended(job, error=error)


@contextlib.contextmanager
def dask_pool(build: Build) -> Iterator[DaskPool]:
    """Start the Dask workers that a build's request asks for, on loopback, or connect to its scheduler.

    Raises
    ------
    BadInputError
        When this machine or that scheduler can't give them; no work has begun then.
    BuildFailedError
        When the scheduler goes away during the block.
    """
    request = build.plan.request
    if problems := worker_problems(request):
        raise BadInputError([f"{key}: {problem}" for key, problem in problems])
    start: Callable[[Build], contextlib.AbstractContextManager[DaskWorkers]]
    start = connected if request.workers.scheduler else local_cluster
    with start(build) as workers, get_client(sync_client=True) as client:
        try:
            yield DaskPool(workers, client)
        except CancelledError:  # of Dask futures
            raise BuildFailedError(
                f"the Dask scheduler at {workers.runner.address} is gone; start it again and then the build, which "
                "goes on from what is committed."
            ) from None

"""The Dask workers of a build, and how a cluster of them is started on this machine."""

from __future__ import annotations

import contextlib
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from typing import Any

import dask
from distributed import Client, Nanny, Scheduler, SpecCluster
from prefect.settings import get_current_settings

from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.flows.main_guard import HINT
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.line.state import Build
from ecgfactory.line.workers import crew_of
from ecgfactory.pools.crew import ENVIRONMENT, Crew
from ecgfactory.pools.pool import DEATHS_ALLOWED, Resource, Slots

RESOURCES: tuple[Resource, ...] = ("GPU", "CPU")
"""Dask resources; a worker that declares 1 of one takes one job of that kind at a time."""

DASK = {
    # Dask keeps its last 1,000 messages, some of them several times, each with the flow's context: 40 MB.
    "distributed.admin.low-level-log-length": 10,
}
"""Settings of every build's client."""

LOCAL_DASK = {
    "distributed.scheduler.allowed-failures": DEATHS_ALLOWED,
    **{f"distributed.nanny.pre-spawn-environ.{name}": value for name, value in ENVIRONMENT.items()},
    "distributed.nanny.pre-spawn-environ.PYTHONSAFEPATH": "1",  # nothing from the working folder
    # Sampling every thread's stack a hundred times per second cost 4 % of the work.
    "distributed.worker.profile.enabled": False,
    # Nor does every process need to wake fifty times per second to check that it is still alive.
    "distributed.admin.tick.interval": "500ms",
    "distributed.worker.memory.monitor-interval": "500ms",
    # A cluster gives up, for good, a worker that is not there at this time after it died; its nanny may need longer to
    # start it again, and it may have died a second time.
    "distributed.deploy.lost-worker-timeout": "1 day",
}
"""Settings of a local cluster."""


class DaskWorkers:
    """Workers that are ready.

    Parameters
    ----------
    runner : PlacedTaskRunner
        Takes tasks.
    slots : Slots
        How many jobs they take at a time.
    cluster : SpecCluster or None
        Theirs, where it is ours to start more of them.
    """

    def __init__(self, runner: PlacedTaskRunner, slots: Slots, cluster: SpecCluster | None = None) -> None:
        self.runner, self.slots, self._cluster = runner, slots, cluster

    def grow(self, jobs: int) -> None:
        """Start more workers, where there may be more, until there is one for each of so many jobs."""
        wanted = min(jobs, self.slots.cpu) + self.slots.gpu
        if self._cluster is not None and len(self._cluster.worker_spec) < wanted:
            self._cluster.scale(wanted)

    def allowed(self, resource: Resource | None) -> list[str] | None:
        """Return the addresses of the workers that may do a job with a resource; None for all that declare it."""
        return None

    def look(self, jobs: Mapping[str, Resource | None]) -> None:
        """Take note of workers that have come or gone.

        Parameters
        ----------
        jobs : mapping of str to {'GPU', 'CPU'} or None
            The jobs that have not ended, by the keys of their tasks, with the resources that they need.
        """

    def present(self) -> Mapping[str, Mapping[str, Any]]:
        """Return what Dask tells of the workers that are there, by address."""
        return describe(self.runner.client)

    def missing(self, needed: set[Resource]) -> str:
        """Describe what is missing of the kinds that are needed; empty when nothing is."""
        present = self.present()
        if not present:
            return "no workers"
        there = sum(map(declared, present.values()), Counter[str]())
        gone = [resource for resource in RESOURCES if resource in needed and not there[resource]]
        return " and ".join(f"no {resource} workers" for resource in gone)


def describe(client: Client) -> dict[str, Any]:
    """Return what Dask knows of each worker, by its address.

    Raises
    ------
    CancelledError
        As by Dask's futures, when the client has given up its scheduler.
    """
    workers: dict[str, Any] | None = client.scheduler_info().get("workers")
    if workers is None:
        raise CancelledError
    return workers


def slots_of(workers: Mapping[str, Mapping[str, Any]]) -> Slots:
    """Count the slots of the workers in Dask's description of a scheduler.

    Raises
    ------
    BadInputError
        When some declare resources and others do not.
    """
    silent = [address for address, worker in workers.items() if not declared(worker)]
    if silent and len(silent) < len(workers):
        raise BadInputError(f"workers.scheduler: {silent_problem(', '.join(silent))}")
    return count_slots(workers, are_declared=not silent)


def count_slots(workers: Mapping[str, Mapping[str, Any]], are_declared: bool) -> Slots:
    """Count the slots of workers that all declare resources, or of which that does not matter."""
    if not are_declared:
        return Slots(0, sum(worker["nthreads"] for worker in workers.values()), are_declared=False)
    total = sum(map(declared, workers.values()), Counter[str]())
    return Slots(total["GPU"], total["CPU"])


def declared(worker: Mapping[str, Any]) -> Counter[str]:
    """Return how many jobs of each kind a worker takes at a time, as it declares."""
    resources = worker["resources"]
    return Counter({name: int(resources[name]) for name in RESOURCES if resources.get(name, 0) >= 1})


def silent_problem(addresses: str) -> str:
    """Put in words that workers declare nothing where others do."""
    return f'{addresses} declares neither GPU nor CPU, as other workers do; start it with --resources "CPU=1".'


@contextlib.contextmanager
def local_cluster(build: Build) -> Iterator[DaskWorkers]:
    """Start the workers that a request asks for, on loopback: as many as it has work for at first.

    Raises
    ------
    BuildFailedError
        When they can't start.
    """
    crew = crew_of(build.plan.request)
    with (
        dask.config.set(DASK),
        local_dask(),
        _started(crew, _jobs_at_first(build), build) as cluster,
        PlacedTaskRunner(address=cluster.scheduler_address) as runner,
        runner.client.as_current(),
    ):
        yield DaskWorkers(runner, crew.slots, cluster)


@contextlib.contextmanager
def local_dask() -> Iterator[None]:
    """Have the settings of a local cluster for a block that starts one.

    At its end this process also has its environment variables back: Dask sets those that the workers inherit here
    as well, and leaves them.
    """
    with dask.config.set(LOCAL_DASK):
        names: dict[str, Any] = dask.config.get("distributed.nanny.pre-spawn-environ")
        before = {name: os.environ.get(name) for name in names}
        try:
            yield
        finally:
            _restore(before)


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _started(crew: Crew, jobs: int, build: Build) -> SpecCluster:
    try:
        return _cluster(crew, jobs, build)
    except RuntimeError as error:
        raise BuildFailedError(f"the Dask workers of the build can't start ({error}); {HINT}") from error


def _cluster(crew: Crew, jobs: int, build: Build) -> SpecCluster:
    options = {
        "host": "127.0.0.1",
        "nthreads": 1,
        "memory_limit": crew.memory_limit_bytes,
        "local_directory": str(build.workspace.scratch / "dask"),
        "silence_logs": logging.CRITICAL,
    }
    environment = ENVIRONMENT | get_current_settings().to_environment_variables(exclude_unset=True)

    def worker(resource: Resource, gpu: str = "") -> dict[str, Any]:
        seen = environment | {"CUDA_VISIBLE_DEVICES": gpu}
        return {"cls": Nanny, "options": options | {"resources": {resource: 1}, "env": seen}}

    workers = {f"gpu-{index}": worker("GPU", gpu) for index, gpu in enumerate(crew.gpus)}
    workers |= {f"cpu-{index}": worker("CPU") for index in range(min(crew.cpus, jobs))}
    scheduler = {
        "cls": Scheduler,
        "options": {"host": "127.0.0.1", "protocol": "tcp://", "port": 0, "dashboard_address": "127.0.0.1:0"},
    }
    return SpecCluster(workers=workers, worker=worker("CPU"), scheduler=scheduler, silence_logs=logging.CRITICAL)


def _jobs_at_first(build: Build) -> int:
    """How many workers a build can keep busy if all candidates pass: more are started when more work turns up."""
    return max(build.plan.fewest_shards, 2 if build.plan.request.report.samples else 1)

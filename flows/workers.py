"""The Dask workers of a build: a local cluster, or a scheduler that exists already."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass

import dask
from distributed import LocalCluster
from prefect.settings import get_current_settings
from prefect_dask.task_runners import DaskTaskRunner

from ecgfactory.plan import Plan
from ecgfactory.request import WorkersRequest
from ecgfactory.workspace import Workspace

DEATHS_ALLOWED = 2
"""A shard whose worker dies more often than this fails the build."""

LOCAL_DASK = {
    "distributed.scheduler.allowed-failures": DEATHS_ALLOWED,
    # Dask lets workers hand freed memory back at once; micro-batches then fault the same pages in again and again.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 29,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 29,
    # A hundred looks a second at every thread's stack cost 4 % of the work.
    "distributed.worker.profile.enabled": False,
}
"""Settings of a local cluster."""

SHARDS_PER_WORKER = 2
"""Shards in flight for each worker: one in work and one waiting, so that no worker waits for the flow."""


@dataclass(frozen=True)
class Workers:
    """Workers that are ready.

    Parameters
    ----------
    runner : DaskTaskRunner
        Takes tasks.
    window : int
        Shards to have in flight.
    """

    runner: DaskTaskRunner
    window: int


@contextlib.contextmanager
def dask_workers(plan: Plan, workspace: Workspace) -> Iterator[Workers]:
    """Start the workers that the request asks for, on loopback, or connect to its scheduler."""
    asked = plan.request.workers
    with contextlib.ExitStack() as stack:
        address = asked.scheduler
        if address is None:
            cluster = stack.enter_context(_local_cluster(asked, workspace))
            address = cluster.scheduler_address
        runner = stack.enter_context(DaskTaskRunner(address=address))
        stack.enter_context(runner.client.as_current())  # so that `distributed.wait` finds it
        count = max(1, len(runner.client.scheduler_info()["workers"]))
        yield Workers(runner, window=SHARDS_PER_WORKER * count)


def cpu_workers(asked: WorkersRequest) -> int:
    """Return how many CPU workers a request means: one for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if asked.cpu == "auto" else asked.cpu


def _local_cluster(asked: WorkersRequest, workspace: Workspace) -> LocalCluster:
    dask.config.set(LOCAL_DASK)
    return LocalCluster(
        n_workers=cpu_workers(asked),
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
        local_directory=str(workspace.scratch / "dask"),
        silence_logs=logging.CRITICAL,
        env=_worker_environment(workspace),
    )


def _worker_environment(workspace: Workspace) -> dict[str, str]:
    """Environment of a worker process: one thread, the flow's Prefect server, its own matplotlib cache."""
    return {
        "OMP_NUM_THREADS": "1",
        "MPLCONFIGDIR": str(workspace.scratch / "matplotlib"),
        **get_current_settings().to_environment_variables(exclude_unset=True),
    }

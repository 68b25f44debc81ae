"""The Dask workers of a build: a local cluster, or those of a scheduler that exists already."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any

import dask
from distributed import Client, Nanny, Scheduler, Security, SpecCluster
from distributed.system import MEMORY_LIMIT
from prefect.settings import get_current_settings

from ecgfactory.errors import BadInputError, BuildFailedError
from ecgfactory.flows.placement import CPU, GPU, Placement, Slots
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.flows.worker_checks import check_workers
from ecgfactory.request.build_request import WorkersRequest
from ecgfactory.request.devices import gpu_count
from ecgfactory.request.plan import Plan
from ecgfactory.request.preflight import worker_problems
from ecgfactory.session.workspace import Workspace

DEATHS_ALLOWED = 2
"""A shard whose worker dies more often than this fails the build."""

DASK = {
    # Dask keeps its last 1,000 messages, some of them several times, each with the flow's context: 40 MB.
    "distributed.admin.low-level-log-length": 10,
}
"""Settings of every build's client."""

LOCAL_DASK = {
    "distributed.scheduler.allowed-failures": DEATHS_ALLOWED,
    # Dask lets workers hand freed memory back at once; micro-batches then fault the same pages in again and again.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 1 << 29,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 1 << 29,
    # Huge pages, where the kernel has them to give: 3 % less time in arrays of megabytes.
    "distributed.nanny.pre-spawn-environ.GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
    # A hundred looks a second at every thread's stack cost 4 % of the work.
    "distributed.worker.profile.enabled": False,
    # Nor need every process wake fifty times a second to see whether it still does.
    "distributed.admin.tick.interval": "500ms",
    "distributed.worker.memory.monitor-interval": "500ms",
}
"""Settings of a local cluster."""

CONNECT_TIMEOUT_S = 10.0
WORKERS_TIMEOUT_S = 10.0
"""How long a scheduler that exists already may be without workers at first."""

GONE_TIMEOUT_S = 60.0
"""How long a build does without any worker of a kind that it needs."""


class Workers:
    """Workers that are ready.

    Parameters
    ----------
    runner : PlacedTaskRunner
        Takes tasks.
    placement : Placement
        Says which of them go where.
    """

    def __init__(self, runner: PlacedTaskRunner, placement: Placement) -> None:
        self.runner = runner
        self.placement = placement
        self._complete_at = time.monotonic()

    def forget_losses(self) -> None:
        """Count from now on how long workers have been missing: nobody looked for a while."""
        self._complete_at = time.monotonic()

    def heed_losses(self) -> None:
        """Note which workers are there.

        Raises
        ------
        BuildFailedError
            When there has been none of a kind that is needed for a minute: its tasks would wait forever.
        """
        missing = self.placement.missing(_describe(self.runner.client))
        if not missing:
            self._complete_at = time.monotonic()
        elif time.monotonic() - self._complete_at > GONE_TIMEOUT_S:
            raise BuildFailedError(
                f"for {GONE_TIMEOUT_S:.0f} s {self.runner.address} has had {missing}; start workers "
                "again and then the build, which goes on from what is committed."
            )


@contextlib.contextmanager
def dask_workers(plan: Plan, workspace: Workspace) -> Iterator[Workers]:
    """Start the workers that the request asks for, on loopback, or connect to its scheduler.

    Raises
    ------
    BadInputError
        When this machine or that scheduler can't give them; no work has begun then.
    BuildFailedError
        When the scheduler goes away during the block.
    """
    if problems := worker_problems(plan.request):
        raise BadInputError([f"{key}: {problem}" for key, problem in problems])
    asked, device = plan.request.workers, plan.request.generator.device
    dask.config.set(DASK)
    with contextlib.ExitStack() as stack:
        if asked.scheduler is None:
            gpus = 0 if device == "cpu" else gpu_workers(asked)
            cluster = stack.enter_context(_local_cluster(plan, gpus, workspace))
            runner = stack.enter_context(PlacedTaskRunner(address=cluster.scheduler_address))
        else:
            runner = stack.enter_context(_connected(asked, asked.scheduler))
        stack.enter_context(runner.client.as_current())  # so that `distributed.wait` finds it
        placement = Placement(Slots.of(_describe(runner.client)), device)
        if asked.scheduler is not None:
            check_workers(runner, placement, plan, workspace)
        try:
            yield Workers(runner, placement)
        except CancelledError:  # of Dask futures
            raise BuildFailedError(
                f"the Dask scheduler at {runner.address} is gone; start it again and then the build, which goes on "
                "from what is committed."
            ) from None


def cpu_workers(asked: WorkersRequest) -> int:
    """Return how many CPU workers a request means: one for each core that this process may use."""
    return len(os.sched_getaffinity(0)) if asked.cpu == "auto" else asked.cpu


def gpu_workers(asked: WorkersRequest) -> int:
    """Return how many GPU workers a request means: one for each GPU that this process may use."""
    return gpu_count() if asked.gpu == "auto" else asked.gpu


def _describe(client: Client) -> dict[str, Any]:
    """What Dask knows of each worker, by its address."""
    workers: dict[str, Any] = client.scheduler_info()["workers"]
    return workers


@contextlib.contextmanager
def _connected(asked: WorkersRequest, address: str) -> Iterator[PlacedTaskRunner]:
    """Connect to a scheduler and wait a moment for its first worker."""
    security = None
    if address.startswith("tls://"):
        security = Security(
            require_encryption=True,
            tls_ca_file=asked.tls_ca,
            tls_client_cert=asked.tls_cert,
            tls_client_key=asked.tls_key,
        )
    settings = {"security": security, "timeout": CONNECT_TIMEOUT_S}
    with PlacedTaskRunner(address=address, client_kwargs=settings) as runner:
        try:
            runner.client  # noqa: B018 (connects)
        except OSError as error:
            reason = " ".join(str(error.__cause__ or error).split())
            raise BadInputError(
                f"workers.scheduler: no Dask scheduler answers at {address} ({reason}); start one with "
                "`dask scheduler`, or leave the key out to use this machine."
            ) from None
        try:
            runner.client.wait_for_workers(1, timeout=WORKERS_TIMEOUT_S)
        except TimeoutError:
            raise BadInputError(
                f"workers.scheduler: {address} has no workers; start some with `dask worker {address}`."
            ) from None
        yield runner


def _local_cluster(plan: Plan, gpus: int, workspace: Workspace) -> SpecCluster:
    dask.config.set(LOCAL_DASK)
    asked = plan.request.workers
    cpus = min(cpu_workers(asked), _jobs(plan))  # one without work would only slow the others' start
    limit_bytes = int(asked.memory_limit_gb * 1e9) if asked.memory_limit_gb else MEMORY_LIMIT // (cpus + gpus)
    options = {
        "host": "127.0.0.1",
        "nthreads": 1,
        "memory_limit": limit_bytes,
        "local_directory": str(workspace.scratch / "dask"),
        "silence_logs": logging.CRITICAL,
    }
    environment = _worker_environment()
    visible = {f"gpu-{index}": (GPU, device) for index, device in enumerate(_gpu_names(gpus))}
    visible |= {f"cpu-{index}": (CPU, "") for index in range(cpus)}  # these see no GPU, whatever there is
    workers = {
        name: {
            "cls": Nanny,
            "options": options
            | {"resources": {kind: 1}, "env": environment | {"CUDA_VISIBLE_DEVICES": device}, "name": name},
        }
        for name, (kind, device) in visible.items()
    }
    scheduler = {
        "cls": Scheduler,
        "options": {"host": "127.0.0.1", "protocol": "tcp://", "port": 0, "dashboard_address": "127.0.0.1:0"},
    }
    return SpecCluster(workers=workers, scheduler=scheduler, silence_logs=logging.CRITICAL)


def _jobs(plan: Plan) -> int:
    """How many workers a build can keep busy: a shard each, or one with the report and one with its samples."""
    shards = math.ceil(plan.request.records / plan.candidates_per_shard)
    return max(shards, 2 if plan.request.report.samples else 1)


def _gpu_names(gpus: int) -> list[str]:
    """Names, as CUDA_VISIBLE_DEVICES has them, of the first GPUs that this process may use."""
    allowed = os.environ.get("CUDA_VISIBLE_DEVICES")
    return (allowed.split(",") if allowed else [str(index) for index in range(gpus)])[:gpus]


def _worker_environment() -> dict[str, str]:
    """Environment of a worker process: one thread, the flow's Prefect server."""
    return {
        "OMP_NUM_THREADS": "1",
        **get_current_settings().to_environment_variables(exclude_unset=True),
    }

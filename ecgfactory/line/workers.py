"""The worker processes of this machine that a request means."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ecgfactory.errors import BadInputError
from ecgfactory.line.jobs import PICTURE_MODULES, shard_modules
from ecgfactory.line.state import Build
from ecgfactory.pools.crew import Crew
from ecgfactory.pools.processes import ProcessPool
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.devices import gpu_count
from ecgfactory.request.preflight import worker_problems


@contextlib.contextmanager
def process_pool(build: Build) -> Iterator[ProcessPool]:
    """Start the pool of processes that a build's request asks for.

    Raises
    ------
    BadInputError
        When this machine can't give them, or the request names a Dask scheduler; no work has begun then.
    """
    request = build.plan.request
    problems = [f"{key}: {problem}" for key, problem in worker_problems(request)]
    if request.workers.scheduler:
        problems.append(
            "workers.scheduler: processes of this machine were to build, but a Dask scheduler is named; leave the key "
            "out, or build by `ecgfactory build`."
        )
    if problems:
        raise BadInputError(problems)
    modules = shard_modules(build.plan.generator_class) + (PICTURE_MODULES if build.plan.pictures else ())
    with ProcessPool(crew_of(request), modules, build.workspace.logs / "workers.log") as pool:
        yield pool


def crew_of(request: BuildRequest) -> Crew:
    """Return how many workers a request means on this machine, with how much memory each."""
    asked = request.workers
    gpus = gpu_count() if asked.gpu == "auto" else asked.gpu
    return Crew.of(
        gpus=0 if request.generator.device == "cpu" else gpus,
        cpus=None if asked.cpu == "auto" else asked.cpu,
        memory_limit_bytes=int(asked.memory_limit_gb * 1e9) if asked.memory_limit_gb else None,
    )

"""Waiting for jobs of which every one is needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecgfactory.errors import BuildFailedError
from ecgfactory.line.jobs import Timed
from ecgfactory.line.state import Build
from ecgfactory.line.trouble import full_disk
from ecgfactory.pools.pool import Job, Pool, WorkersDiedError


def results_of(jobs: Sequence[Job], build: Build, pool: Pool, work: str, done: str) -> dict[Job, Timed[Any]]:
    """Start jobs, and wait for what all of them return.

    Parameters
    ----------
    jobs : sequence of Job
        Of functions that return something `Timed`.
    build : Build
        Whose progress is told meanwhile.
    pool : Pool
        Who does them.
    work, done : str
        What they are, and what the workers did, for messages.

    Raises
    ------
    BuildCancelledError
        When the pool says that nobody wants the build any more.
    BuildFailedError
        When workers die again and again over it, or the disk is full.
    """
    for job in jobs:
        pool.start(job)
    waiting = set(jobs)
    results: dict[Job, Timed[Any]] = {}
    try:
        while waiting:
            for ended in pool.ended():
                if ended.job in waiting:  # shards that are not needed end here too
                    waiting.remove(ended.job)
                    results[ended.job] = ended.result()
            build.tell_progress()
    except WorkersDiedError as error:
        raise BuildFailedError(
            f"the workers that {done} died again and again; they may lack memory, so ask for fewer workers."
        ) from error
    except OSError as error:
        raise full_disk(error, work, build.plan.request) from error
    return results

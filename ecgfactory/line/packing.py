"""The files that small shards share, written by the workers once all shards are committed."""

from __future__ import annotations

import numpy as np

from ecgfactory.line.jobs import pack_shards
from ecgfactory.line.placement import Placement
from ecgfactory.line.state import Build
from ecgfactory.line.waiting import results_of
from ecgfactory.pools.pool import Job, Pool


def pack_small_shards(build: Build, pool: Pool) -> None:
    """Have the records of small shards written into files that they share, where the plan says so.

    Raises
    ------
    BuildCancelledError
        When the pool says that nobody wants the build any more.
    BuildFailedError
        When workers die again and again over it, or the disk is full.
    """
    plan, shards = build.plan, build.selection.complete_shards
    if not plan.packed_formats:
        return
    resource = Placement(pool.slots, plan.request.generator.device).whole.resource
    runs = np.array_split(shards, min(plan.packs or 1, len(shards)))
    jobs = [
        Job(
            pack_shards,
            {"workspace_root": build.address, "format_name": name, "shards": run.tolist()},
            resource,
        )
        for name in plan.packed_formats
        for run in runs
    ]
    build.tell_step("putting small shards together")
    results = results_of(jobs, build, pool, "the files of small shards", "put small shards together")
    build.packs = [results[job].value for job in jobs]
    build.clock.seconds["write"] = sum(result.seconds for result in results.values())

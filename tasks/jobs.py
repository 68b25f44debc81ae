"""Tasks that run on Dask workers: the jobs of a build, one task run each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger

from ecgfactory.line import jobs
from ecgfactory.line.draft import Made
from ecgfactory.line.jobs import Compared, Generated, ShardMade, Timed
from ecgfactory.line.layout import Pack
from ecgfactory.pools.pool import ATTEMPTS, may_pass_next_time
from ecgfactory.storage.place import is_address
from ecgfactory.tasks.holder import held_here

if TYPE_CHECKING:
    from ecgfactory.dataset.counts import Counts
    from ecgfactory.quality.diversity import Diversity
    from ecgfactory.shards.handover import Holder


async def _may_pass_next_time(_task: Any, _run: Any, state: Any) -> bool:
    try:
        await state.result()
    except Exception as error:
        return may_pass_next_time(error)
    return False


ON_WORKERS: dict[str, Any] = {
    # No tags: each run of a tagged task asks the server for a concurrency slot, which can take seconds.
    "retries": ATTEMPTS - 1,
    "retry_delay_seconds": 1,
    "retry_condition_fn": _may_pass_next_time,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}


@task(name="make-shard", task_run_name="shard-{shard:05d}", **ON_WORKERS)
def make_shard(workspace_root: str, shard: int, limit: int) -> ShardMade | None:
    """Make and commit one shard in this process, from noise to files; None when it is no longer wanted."""
    return _told(shard, jobs.make_shard(workspace_root, shard, limit))


@task(name="generate-shard", task_run_name="generate-{shard:05d}", **ON_WORKERS)
def generate_shard(workspace_root: str, shard: int, limit: int) -> Generated | None:
    """Generate one shard for another process to finish; None when it is no longer wanted."""
    generated = jobs.generate_shard(workspace_root, shard, limit)
    if generated is not None and is_address(workspace_root):  # only this worker has the signals
        return Generated(held_here(workspace_root, shard))
    return generated


@task(name="finish-shard", task_run_name="shard-{shard:05d}", **ON_WORKERS)
def finish_shard(workspace_root: str, shard: int, limit: int, holder: Holder | None) -> ShardMade | None:
    """Assess, write and commit a shard that was generated elsewhere; None when it is no longer wanted."""
    return _told(shard, jobs.finish_shard(workspace_root, shard, limit, holder))


@task(name="pack-shards", task_run_name="pack-{format_name}-{shards[0]:05d}", **ON_WORKERS)
def pack_shards(workspace_root: str, format_name: str, shards: list[int]) -> Timed[Pack]:
    """Write the records of committed shards into files that they share, in a folder of the attempt's own."""
    return jobs.pack_shards(workspace_root, format_name, shards)


@task(name="write-report", **ON_WORKERS)
def write_report(workspace_root: str, counts: Counts) -> Timed[Made]:
    """Write report.pdf, a PDF for each sample and the web page; return where these files are."""
    return jobs.write_report(workspace_root, counts)


@task(name="compare-records", **ON_WORKERS)
def compare_records(workspace_root: str) -> Timed[Diversity]:
    """Look for near-duplicates in a sample of the assembled dataset."""
    return jobs.compare_records(workspace_root)


@task(name="compare-with-reference", **ON_WORKERS)
def compare_with_reference(workspace_root: str) -> Timed[Compared]:
    """Compare the assembled dataset with its reference; return the files, and the section of the card."""
    return jobs.compare_with_reference(workspace_root)


TASKS: dict[Callable[..., Any], Task[Any, Any]] = {
    jobs.make_shard: make_shard,
    jobs.generate_shard: generate_shard,
    jobs.finish_shard: finish_shard,
    jobs.pack_shards: pack_shards,
    jobs.write_report: write_report,
    jobs.compare_records: compare_records,
    jobs.compare_with_reference: compare_with_reference,
}
"""The task of each job."""


def _told(shard: int, made: ShardMade | None) -> ShardMade | None:
    if made is not None:
        get_run_logger().info("shard %d: %d of %d candidates accepted", shard, made.accepted, made.examined)
    return made

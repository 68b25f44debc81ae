"""Tasks that run on Dask workers, one run a shard and step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from pydantic import BaseModel

from ecgfactory.build import shard as shards
from ecgfactory.build.handover import Handover
from ecgfactory.errors import EcgFactoryError, ShardUnwantedError
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import ShardEntry
from ecgfactory.session.workspace import Workspace

Result = TypeVar("Result")


class ShardReport(BaseModel):
    """What the flow needs to know of a committed shard; the ledger holds the rest."""

    examined: int
    accepted: int


async def _may_pass_next_time(_task: Any, _run: Any, state: Any) -> bool:
    """Retry what the machine may have caused, not what the user asked for."""
    try:
        await state.result()
    except EcgFactoryError:
        return False
    except Exception:
        return True
    return False


ON_WORKERS: dict[str, Any] = {
    # No tags: each run of a tagged task asks the server for a concurrency slot, which can take seconds.
    "retries": 2,
    "retry_delay_seconds": 1,
    "retry_condition_fn": _may_pass_next_time,
    "cache_policy": NO_CACHE,
    "persist_result": False,
}


@task(name="make-shard", task_run_name="shard-{shard:05d}", **ON_WORKERS)
def make_shard(workspace_root: str, shard: int, limit: int) -> ShardReport | None:
    """Make and commit one shard in this process, from noise to files; None when it is not wanted any more."""
    return _unless_unwanted(workspace_root, lambda workspace: _report(shards.make_shard, shard, limit, workspace))


@task(name="generate-shard", task_run_name="generate-{shard:05d}", **ON_WORKERS)
def generate_shard(workspace_root: str, shard: int, limit: int) -> bool | None:
    """Generate one shard for another process to finish; None when it is not wanted any more.

    All steps of a shard have the same parameters: its limit only matters to those that assess.
    """
    return _unless_unwanted(workspace_root, lambda workspace: Handover(workspace.read_plan(), shard, workspace).write())


@task(name="finish-shard", task_run_name="shard-{shard:05d}", **ON_WORKERS)
def finish_shard(workspace_root: str, shard: int, limit: int) -> ShardReport | None:
    """Assess, write and commit a shard that was generated elsewhere; None when it is not wanted any more."""
    return _unless_unwanted(workspace_root, lambda workspace: _report(shards.finish_shard, shard, limit, workspace))


def _unless_unwanted(workspace_root: str, work: Callable[[Workspace], Result]) -> Result | None:
    workspace = Workspace(Path(workspace_root))
    try:
        return work(workspace)
    except ShardUnwantedError as reason:
        get_run_logger().info("%s", reason)
    except FileNotFoundError:
        if workspace.root.is_dir():
            raise
        # else the session ended while this shard was in work
    return None


def _report(
    make: Callable[[Plan, int, int, Workspace], ShardEntry], shard: int, limit: int, workspace: Workspace
) -> ShardReport:
    entry = make(workspace.read_plan(), shard, limit, workspace)
    get_run_logger().info("shard %d: %d of %d candidates accepted", shard, entry.accepted, entry.examined)
    return ShardReport(examined=entry.examined, accepted=entry.accepted)

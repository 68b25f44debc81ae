"""Tasks that run on Dask workers, one run a shard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.logging import get_run_logger
from pydantic import BaseModel

from ecgfactory import shard as shards
from ecgfactory.errors import EcgFactoryError
from ecgfactory.workspace import Workspace


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


@task(  # no tags: each run of a tagged task asks the server for a concurrency slot, which can take seconds
    name="make-shard",
    task_run_name="shard-{shard:05d}",
    retries=2,
    retry_delay_seconds=1,
    retry_condition_fn=_may_pass_next_time,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def make_shard(workspace_root: str, shard: int, limit: int) -> ShardReport | None:
    """Make and commit one shard; None when it is not wanted any more."""
    workspace = Workspace(Path(workspace_root))
    try:
        entry = shards.make_shard(workspace.read_plan(), shard, limit, workspace)
    except shards.ShardUnwantedError as reason:
        get_run_logger().info("%s", reason)
        return None
    except FileNotFoundError:
        if workspace.root.is_dir():
            raise
        return None  # the session ended while this shard was in work
    get_run_logger().info("shard %d: %d of %d candidates accepted", shard, entry.accepted, entry.examined)
    return ShardReport(examined=entry.examined, accepted=entry.accepted)

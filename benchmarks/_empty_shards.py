"""The flow's loop over shards, with a Prefect server and Dask workers, but with stages that do nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence

import psutil
from prefect import flow, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    TaskRunFilter,
    TaskRunFilterState,
    TaskRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.runtime import flow_run

from benchmarks.timing import Row
from ecgfactory.flows.dask_pool import dask_pool
from ecgfactory.line import jobs
from ecgfactory.line.shards import make_shards
from ecgfactory.line.state import Build
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan
from ecgfactory.session.workspace import Workspace
from ecgfactory.tasks.jobs import ON_WORKERS, TASKS

WORKERS = 2
CANDIDATES = 1000
WARM_UP_SHARDS = 50
STANDSTILL_S = 30.0


@task(name="make-shard", task_run_name="shard-{shard:05d}", **ON_WORKERS)
def do_nothing(workspace_root: str, shard: int, limit: int) -> jobs.ShardMade:
    """Return the outcome of a shard of which every candidate was accepted."""
    return jobs.ShardMade(examined=CANDIDATES, accepted=min(CANDIDATES, limit), rejects={})


@flow(name="empty-shards")
def measure(counts: Sequence[int]) -> list[Row]:
    """Make each number of shards in turn, with the same workers."""
    rows = []
    TASKS[jobs.make_shard] = do_nothing
    with tempfile.TemporaryDirectory() as output:
        workspace = Workspace.create(_plan_of(WARM_UP_SHARDS, output), "large")
        warming_up = Build(_plan_of(WARM_UP_SHARDS, output), workspace)
        with dask_pool(warming_up) as pool:
            make_shards(warming_up, pool)
            done = WARM_UP_SHARDS
            for shards in counts:
                build = Build(_plan_of(shards, output), workspace)
                _wait_for_records(done)
                before_bytes = psutil.Process().memory_info().rss
                started = time.perf_counter()
                make_shards(build, pool)
                made_s = time.perf_counter() - started
                grown_bytes = psutil.Process().memory_info().rss - before_bytes
                done += shards
                _wait_for_records(done)
                recorded_s = time.perf_counter() - started
                name = f"{shards:,} shards that do nothing"
                rows += [
                    Row(f"{name}: made", "shards/s", shards / made_s),
                    Row(f"{name}: made, and recorded by the Prefect server", "shards/s", shards / recorded_s),
                    Row(f"{name}: growth of the flow's process", "MB", grown_bytes / 1e6),
                ]
    return rows


def _plan_of(shards: int, output: str) -> Plan:
    request = {
        "name": "large",
        "records": shards * CANDIDATES,
        "seed": 7,
        "shard_records": CANDIDATES,
        "output": output,
        "workers": {"cpu": WORKERS},
    }
    return make_plan(BuildRequest.model_validate(request))


def _wait_for_records(runs: int) -> None:
    """Wait until the server has recorded so many task runs of this flow run as complete; it records them late.

    Raises
    ------
    TimeoutError
        When the count stops rising before.
    """
    completed = TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=[StateType.COMPLETED])))
    here = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run.id]))
    query = {"flow_runs": here.model_dump(mode="json"), "task_runs": completed.model_dump(mode="json")}
    known, changed = -1, time.monotonic()
    with get_client(sync_client=True) as client:
        while known < runs:
            count = client.request("POST", "/task_runs/count", json=query).json()
            if count != known:
                known, changed = count, time.monotonic()
            elif time.monotonic() - changed > STANDSTILL_S:
                raise TimeoutError(
                    f"the server has recorded {known} of {runs} task runs, and the count no longer rises"
                )
            time.sleep(0.2)

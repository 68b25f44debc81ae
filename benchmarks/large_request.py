"""A large request: what it costs to plan it, and what Prefect and Dask cost a shard whose stages do nothing."""

from __future__ import annotations

import tempfile
import time
import tracemalloc

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

from benchmarks.timing import Row, seconds
from ecgfactory.plan import Plan, make_plan
from ecgfactory.request import BuildRequest
from ecgfactory.workspace import Workspace
from flows.placement import Step
from flows.shards import make_shards
from flows.workers import dask_workers
from tasks.shards import ON_WORKERS, ShardReport

PLANNED_RECORDS = 10_000_000
WORKERS = 2
WARM_UP_SHARDS = 50
SHARDS = (200, 2000)  # 10,000 take six minutes
CANDIDATES = 1000


@task(name="make-shard", task_run_name="shard-{shard:05d}", **ON_WORKERS)
def do_nothing(workspace_root: str, shard: int, limit: int) -> ShardReport:
    """Report a shard of which every candidate was accepted."""
    return ShardReport(examined=CANDIDATES, accepted=min(CANDIDATES, limit))


def run() -> list[Row]:
    """Plan for real; run the flow's loop over shards with a Prefect server and Dask workers, but without ECGs."""
    from flows.embedded import prefect_api

    with prefect_api():
        return [*_planning(), *_shards()]


def _planning() -> list[Row]:
    request = BuildRequest(name="large", records=PLANNED_RECORDS)
    seconds(lambda: make_plan(request))
    tracemalloc.start()
    make_plan(request)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    name = f"planning of {PLANNED_RECORDS:,} records"
    return [Row(name, "s", seconds(lambda: make_plan(request))), Row(f"{name}, memory", "MB", peak_bytes / 1e6)]


@flow(name="large-request")
def _shards() -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as output:
        plan = _plan_of(WARM_UP_SHARDS, output)
        workspace = Workspace.create(plan, "large")
        with dask_workers(plan, workspace) as workers:
            workers.placement.whole = Step(do_nothing, workers.placement.whole.resource)
            make_shards(plan, workspace, workers)
            done = WARM_UP_SHARDS
            for shards in SHARDS:
                plan = _plan_of(shards, output)
                _wait_for_records(done)
                before_bytes = psutil.Process().memory_info().rss
                started = time.perf_counter()
                make_shards(plan, workspace, workers)
                through_s = time.perf_counter() - started
                grown_bytes = psutil.Process().memory_info().rss - before_bytes
                done += shards
                _wait_for_records(done)
                recorded_s = time.perf_counter() - started
                name = f"{shards:,} shards that do nothing"
                rows += [
                    Row(f"{name}, made", "shards/s", shards / through_s),
                    Row(f"{name}, made and recorded by the Prefect server", "shards/s", shards / recorded_s),
                    Row(f"{name}, growth of the flow process", "MB", grown_bytes / 1e6),
                ]
    return rows


def _plan_of(shards: int, output: str) -> Plan:
    request = {
        "name": "large",
        "records": shards * CANDIDATES,
        "shard_records": CANDIDATES,
        "output": output,
        "seed": 7,
    }
    return make_plan(BuildRequest.model_validate(request | {"workers": {"cpu": WORKERS}}))


def _wait_for_records(runs: int) -> None:
    """Wait until the server knows that so many task runs of this flow run are complete: it lags behind."""
    completed = TaskRunFilter(state=TaskRunFilterState(type=TaskRunFilterStateType(any_=[StateType.COMPLETED])))
    here = FlowRunFilter(id=FlowRunFilterId(any_=[flow_run.id]))
    query = {"flow_runs": here.model_dump(mode="json"), "task_runs": completed.model_dump(mode="json")}
    with get_client(sync_client=True) as client:
        while client.request("POST", "/task_runs/count", json=query).json() < runs:
            time.sleep(0.2)

"""The share of Prefect and Dask in a build: the same 5,000 records with them, and by a bare loop over two processes."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from benchmarks.timing import Row, seconds
from ecgfactory.ledger import ShardEntry
from ecgfactory.plan import make_plan
from ecgfactory.request import BuildRequest
from ecgfactory.selection import Selection, ShardOrder
from ecgfactory.shard import make_shard
from ecgfactory.workspace import Workspace

RECORDS = 5000
WORKERS = 2
PAIRS = 3


def run() -> list[Row]:
    """Build with and without the workflow engine, in turns; start-up of server, workers and pool apart."""
    import dask
    from distributed import LocalCluster

    from flows.embedded import prefect_api
    from flows.workers import LOCAL_DASK

    os.environ["OMP_NUM_THREADS"] = "1"  # as Dask does for its workers; the pool's processes inherit it
    for name in ("TRIM", "MMAP"):
        os.environ[f"MALLOC_{name}_THRESHOLD_"] = str(1 << 29)  # as for the workers of a local cluster
    dask.config.set(LOCAL_DASK)
    pool = ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"))
    cluster = LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=WORKERS, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    )
    with prefect_api(), cluster, pool, tempfile.TemporaryDirectory() as folder:
        builds: dict[str, Callable[[BuildRequest], object]] = {
            "flow": _flow_build,
            "bare": lambda request: _bare_build(request, pool),
        }

        def build_once(kind: str, turn: int, records: int) -> float:
            request = BuildRequest.model_validate(
                {
                    "name": f"{kind}-{turn}",
                    "records": records,
                    "seed": 7,
                    "report": {"samples": 0},
                    "output": folder,
                    "workers": {"scheduler": cluster.scheduler_address},
                }
            )
            return seconds(lambda: builds[kind](request))

        for kind in builds:
            build_once(kind, -1, 256)  # imports, weights and code paths warm on every worker
        pairs = [(build_once("flow", turn, RECORDS), build_once("bare", turn, RECORDS)) for turn in range(PAIRS)]
    flow, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    share = statistics.median(1 - without / with_ for with_, without in pairs)
    return [
        Row(f"build of {RECORDS:,} records, with and without Prefect and Dask", "s", flow, bare, bare / flow),
        Row("share of orchestration in the wall time", "%", 100 * share),
        Row("records a second of the whole build", "records/s", RECORDS / flow, RECORDS / bare),
    ]


def _flow_build(request: BuildRequest) -> None:
    from flows.build_dataset import build_dataset

    build_dataset(request)


def _bare_build(request: BuildRequest, pool: ProcessPoolExecutor) -> None:
    """Do what the flow does, by plain calls."""
    from tasks import datasets

    plan = make_plan(request)
    workspace = Workspace.create(plan, "bare")
    selection = Selection(request.records, plan.shard_records)
    in_flight: dict[Future[ShardEntry], ShardOrder] = {}
    while not selection.is_complete:
        while len(in_flight) < 2 * WORKERS and (order := selection.next_order()) is not None:
            in_flight[pool.submit(make_shard, plan, order.shard, order.limit, workspace)] = order
        finished, _ = wait(in_flight, return_when=FIRST_COMPLETED)
        for future in finished:
            entry = future.result()
            selection.commit(in_flight.pop(future), entry.examined, entry.accepted)
    shards = selection.complete_shards
    sums = datasets.assemble.fn(plan, shards, workspace)
    datasets.describe.fn(plan, sums, workspace)
    datasets.seal.fn(plan, shards, sums, workspace)
    datasets.publish_dataset.fn(plan, workspace)
    workspace.remove()

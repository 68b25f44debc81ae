"""The share of Prefect and Dask in a build: the same 5,000 records with them, and by a bare loop over two processes."""

from __future__ import annotations

import multiprocessing
import statistics
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait

from benchmarks.factory import WARM_RECORDS, warm_factory
from benchmarks.timing import Row, seconds
from ecgfactory.build.selection import Selection, ShardOrder
from ecgfactory.build.shard import make_shard
from ecgfactory.dataset.reader import DatasetFiles, sample_diversity
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.ledger import ShardEntry
from ecgfactory.session.workspace import Workspace

RECORDS = 5000
WORKERS = 2
PAIRS = 3


def run() -> list[Row]:
    """Build with and without the workflow engine, in turns; start-up of server, workers and pool apart."""
    with warm_factory(WORKERS) as factory, _pool() as pool:
        _bare_build(factory.request(WARM_RECORDS), pool)
        pairs = [
            (factory.build(RECORDS).taken_s, seconds(lambda: _bare_build(factory.request(RECORDS), pool)))
            for _ in range(PAIRS)
        ]
    flow, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    share = statistics.median(1 - without / with_ for with_, without in pairs)
    return [
        Row(f"build of {RECORDS:,} records, with and without Prefect and Dask", "s", flow, bare, bare / flow),
        Row("share of orchestration in the wall time", "%", 100 * share),
        Row("records a second of the whole build", "records/s", RECORDS / flow, RECORDS / bare),
    ]


def _pool() -> ProcessPoolExecutor:
    """Make a pool whose processes take their environment from the factory that has warmed up."""
    return ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"))


def _bare_build(request: BuildRequest, pool: ProcessPoolExecutor) -> None:
    """Do what the flow does, by plain calls."""
    from ecgfactory.tasks import datasets

    plan = make_plan(request)
    workspace = Workspace.create(plan, "bare")
    selection = Selection(request.records, plan.candidates_per_shard)
    in_flight: dict[Future[ShardEntry], ShardOrder] = {}
    while not selection.is_complete:
        while len(in_flight) < 2 * WORKERS and (order := selection.next_order()) is not None:
            in_flight[pool.submit(make_shard, plan, order.shard, order.limit, workspace)] = order
        finished, _ = wait(in_flight, return_when=FIRST_COMPLETED)
        for future in finished:
            entry = future.result()
            selection.commit(in_flight.pop(future), entry.examined, entry.accepted)
    shards = selection.complete_shards
    counts = datasets.assemble.fn(plan, shards, workspace)
    datasets.describe.fn(plan, shards, counts, workspace)
    diversity = pool.submit(sample_diversity, DatasetFiles(workspace.dataset, plan)).result()
    datasets.seal.fn(plan, shards, counts, diversity, workspace)
    datasets.publish_dataset.fn(plan, workspace)
    workspace.remove()

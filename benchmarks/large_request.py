"""A large request: the cost of planning it, and that of Prefect and Dask per shard, with stages that do nothing."""

from __future__ import annotations

import tracemalloc

from benchmarks.timing import Row, seconds
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan

PLANNED_RECORDS = 10_000_000
SHARDS = (200, 10_000)


def run() -> list[Row]:
    """Plan for real, and run the flow's loop over shards without ECGs."""
    from ecgfactory.flows.embedded import prefect_api

    with prefect_api():
        from benchmarks._empty_shards import measure

        return [*_planning(), *measure(SHARDS)]


def _planning() -> list[Row]:
    request = BuildRequest(name="large", records=PLANNED_RECORDS)
    make_plan(request)
    tracemalloc.start()
    make_plan(request)
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    name = f"planning of {PLANNED_RECORDS:,} records"
    return [Row(name, "s", seconds(lambda: make_plan(request))), Row(f"{name}, memory", "MB", peak_bytes / 1e6)]

"""The share of Prefect and Dask in a build: the same records by the library's pool of processes, and by the flow."""

from __future__ import annotations

import statistics

from benchmarks.factory import warm_factory, with_dask
from benchmarks.timing import Row

RECORDS = 5000
WORKERS = 2
PAIRS = 3


def run() -> list[Row]:
    """Build by one pool and the other in turn; start-up of both is timed separately."""
    with warm_factory(WORKERS) as library, with_dask(library, WORKERS) as factory:
        pairs = [(factory.build_by_flow(RECORDS).taken_s, factory.build(RECORDS).taken_s) for _ in range(PAIRS)]
    flow, library = (statistics.median(side) for side in zip(*pairs, strict=True))
    share = statistics.median(1 - without / with_ for with_, without in pairs)
    return [
        Row(f"build of {RECORDS:,} records, with and without Prefect and Dask", "s", flow, library, library / flow),
        Row("share of orchestration in the wall time", "%", 100 * share),
        Row("records per second, whole build", "records/s", RECORDS / flow, RECORDS / library),
    ]

"""Whether time and memory grow as they should with records and workers: Parquet, `basic`, 8 leads."""

from __future__ import annotations

from benchmarks.factory import Measured, warm_factory
from benchmarks.timing import Row

SIZES = (1000, 5000, 20_000, 100_000)
WORKERS = (1, 2)
RECORDS_BY_WORKERS = 5000


def run() -> list[Row]:
    """Build each size once with the most workers, then one size with each number of workers."""
    rows = []
    with warm_factory(WORKERS[-1]) as factory:
        for records in SIZES:
            rows += _rows(f"{records:,} records, {WORKERS[-1]} workers", records, factory.build(records, leads=8))
    for workers in WORKERS[:-1]:
        with warm_factory(workers) as factory:
            build = factory.build(RECORDS_BY_WORKERS, leads=8)
        rows += _rows(f"{RECORDS_BY_WORKERS:,} records, {workers} worker", RECORDS_BY_WORKERS, build)
    return rows


def _rows(name: str, records: int, build: Measured) -> list[Row]:
    return [
        Row(name, "records/s", records / build.taken_s),
        Row(f"{name}: peak of the largest worker", "MB", build.worker_mb),
        Row(f"{name}: peak of the leading process", "MB", build.leader_mb),
    ]

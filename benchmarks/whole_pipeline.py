"""From request to published Parquet dataset, policy `basic`, 8 leads: ours against what a user would write today."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks import peer_pipeline
from benchmarks.factory import warm_factory
from benchmarks.timing import Row

OUR_RECORDS = 20_000
PEER_RECORDS = 256
WORKERS = 2
PAIRS = 3


def run() -> list[Row]:
    """Time both in turn; start-up of both sides is timed separately."""
    ours, peers = [], []
    with warm_factory(WORKERS) as factory:
        for _ in range(PAIRS):
            ours.append(OUR_RECORDS / factory.build(OUR_RECORDS, leads=8).taken_s)
            with tempfile.TemporaryDirectory() as folder:
                peers.append(peer_pipeline.measure(PEER_RECORDS, Path(folder), WORKERS))
    rates = [peer.records_per_s for peer in peers]
    ratio = statistics.median(our / peer for our, peer in zip(ours, rates, strict=True))
    return [
        Row(
            f"whole pipeline, {OUR_RECORDS:,} records of ours, {WORKERS} processes",
            "records/s",
            statistics.median(ours),
            statistics.median(rates),
            ratio,
        ),
        Row("start-up of the user's script", "s", None, statistics.median(peer.start_up_s for peer in peers)),
    ]

"""The candidates of a committed shard, or its records alone, read back from its files as they were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.dataset.names import ANNOTATIONS_FILE, RECORDS_FILE, REJECTED_FILE
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.rows import feature_table
from ecgfactory.leads import SignalUv
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import ShardEntry
from ecgfactory.shards.staging import staged_formats


def committed_batches(plan: Plan, entry: ShardEntry, folder: Path) -> Iterator[CandidateBatch]:
    """Read a shard back, in the micro-batches in which it was generated.

    Parameters
    ----------
    plan : Plan
        What was made.
    entry : ShardEntry
        The shard's; its files are intact.
    folder : Path
        Where they are.

    Yields
    ------
    CandidateBatch
        The shard's candidates from the first on. Signals of rejected ones are not kept, so they are zero.
    """
    records = pq.read_table(folder / RECORDS_FILE)
    rejected = pq.read_table(folder / REJECTED_FILE)
    annotations = _annotations(plan, folder)
    candidates = plan.shard_candidates(entry.shard)[: entry.examined]
    for start in range(0, len(candidates), plan.request.generator.batch):
        numbers = np.asarray(candidates[start : start + plan.request.generator.batch], dtype=np.int64)
        batch = _batch(plan, numbers, _rows_of(records, numbers), _rows_of(rejected, numbers), folder)
        yield replace(batch, waves=annotations.read(numbers) if annotations else None)


def committed_records(plan: Plan, folder: Path) -> Iterator[RecordBatch]:
    """Read the accepted records of a shard back, as many at a time as a micro-batch has candidates.

    Parameters
    ----------
    plan : Plan
        What was made.
    folder : Path
        The shard's files, intact.

    Yields
    ------
    RecordBatch
        In candidate order.
    """
    records = pq.read_table(folder / RECORDS_FILE)
    annotations = _annotations(plan, folder)
    for start in range(0, len(records), plan.request.generator.batch):
        rows = records.slice(start, plan.request.generator.batch)
        candidates = rows.column("candidate").to_numpy()
        yield RecordBatch(
            candidates,
            np.array(rows.column("split").to_pylist(), dtype=np.str_),
            _signals(plan, rows, folder),
            feature_table(rows, plan.policy.features),
            waves=annotations.read(candidates) if annotations else None,
        )


def _annotations(plan: Plan, folder: Path) -> AnnotationsReader | None:
    """Return what reads the waves of a committed shard from its folder; None where none were asked for."""
    return AnnotationsReader(folder / ANNOTATIONS_FILE, plan.lead_names) if plan.labels else None


def _rows_of(table: pa.Table, numbers: npt.NDArray[np.int64]) -> pa.Table:
    first, last = np.searchsorted(table.column("candidate").to_numpy(), (numbers[0], numbers[-1] + 1))
    return table.slice(first, last - first)


def _batch(
    plan: Plan, numbers: npt.NDArray[np.int64], records: pa.Table, rejected: pa.Table, folder: Path
) -> CandidateBatch:
    """Put accepted and rejected rows together again, in candidate order."""
    accepted_numbers = records.column("candidate").to_numpy()
    order = np.argsort(np.concatenate([accepted_numbers, rejected.column("candidate").to_numpy()]))
    signals_uv = np.zeros((len(numbers), len(plan.lead_names), plan.samples_per_lead), dtype=np.int16)
    signals_uv[np.searchsorted(numbers, accepted_numbers)] = _signals(plan, records, folder)
    broken: list[list[str]] = [[] for _ in range(len(records))]
    failed_rules = broken + rejected.column("failed_rules").to_pylist()
    reasons = broken + rejected.column("reasons").to_pylist()
    kept, dropped = (feature_table(rows, plan.policy.features) for rows in (records, rejected))
    return CandidateBatch(
        numbers,
        plan.splits_of(numbers),
        signals_uv,
        {name: np.concatenate([kept[name], dropped[name]])[order] for name in kept},
        [failed_rules[row] for row in order],
        [reasons[row] for row in order],
    )


def _signals(plan: Plan, records: pa.Table, folder: Path) -> SignalUv:
    """Read the signals of accepted rows from the first of the staged formats."""
    writer = staged_formats(plan)[0]
    candidates, splits = records.column("candidate").to_numpy(), records.column("split").to_pylist()
    paths = np.array([writer.staged_path(int(c), split) for c, split in zip(candidates, splits, strict=True)])
    signals_uv = np.empty((len(candidates), len(plan.lead_names), plan.samples_per_lead), dtype=np.int16)
    for path in dict.fromkeys(paths.tolist()):
        rows = np.flatnonzero(paths == path)
        signals_uv[rows] = writer.read(folder, path, candidates[rows].tolist(), plan.signal_spec)
    return signals_uv

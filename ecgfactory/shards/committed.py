"""The candidates of a committed shard, or its records alone, read back from its files as they were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.composing import rhythms_of
from ecgfactory.dataset.names import (
    ANNOTATIONS_FILE,
    ARTEFACTS_FILE,
    BEATS_FILE,
    RECORDS_FILE,
    REJECTED_FILE,
    RHYTHMS_FILE,
)
from ecgfactory.formats.annotations import AnnotationsReader
from ecgfactory.formats.artefacts import ArtefactsReader
from ecgfactory.formats.base import Format
from ecgfactory.formats.batch import Composed, Injury, RecordBatch
from ecgfactory.formats.beats import BeatsReader
from ecgfactory.formats.clean_twin import clean_twin
from ecgfactory.formats.rhythms import RhythmsReader
from ecgfactory.formats.rows import CLEAN, feature_table
from ecgfactory.leads import SignalUv
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import ShardEntry
from ecgfactory.shards.staging import has_clean_features, staged_formats

Number = TypeVar("Number", bound=np.generic)


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
        The shard's candidates from the first on. Signals of rejected ones are not kept, so they are zero; of the
        records without their artefacts, only what the plan keeps of them is there.
    """
    committed = _Committed(plan, folder)
    rejected = pq.read_table(folder / REJECTED_FILE)
    candidates = plan.shard_candidates(entry.shard)[: entry.examined]
    for start in range(0, len(candidates), plan.request.generator.batch):
        numbers = np.asarray(candidates[start : start + plan.request.generator.batch], dtype=np.int64)
        records = committed.batch(_rows_of(committed.records, numbers), plan.keeps_clean)
        yield _with_rejected(plan, numbers, records, _rows_of(rejected, numbers))


def committed_records(plan: Plan, folder: Path, with_clean: bool = False) -> Iterator[RecordBatch]:
    """Read the accepted records of a shard back, as many at a time as a micro-batch has candidates.

    Parameters
    ----------
    plan : Plan
        What was made.
    folder : Path
        The shard's files, intact.
    with_clean : bool
        Whether the signals without artefacts are wanted too, which the plan keeps.

    Yields
    ------
    RecordBatch
        In candidate order.
    """
    committed = _Committed(plan, folder)
    for start in range(0, len(committed.records), plan.request.generator.batch):
        yield committed.batch(committed.records.slice(start, plan.request.generator.batch), with_clean)


class _Committed:
    """The files of a committed shard with what is known of its accepted records."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan, self._folder, leads = plan, folder, plan.lead_names
        self.records = pq.read_table(folder / RECORDS_FILE)
        self._annotations = AnnotationsReader(folder / ANNOTATIONS_FILE, leads) if plan.labels else None
        self._artefacts = ArtefactsReader(folder / ARTEFACTS_FILE, leads) if plan.artefacts else None
        self._beats = BeatsReader(folder / BEATS_FILE, leads) if plan.is_composed else None
        self._rhythms = RhythmsReader(folder / RHYTHMS_FILE, leads) if plan.is_composed else None

    def batch(self, rows: pa.Table, with_clean: bool) -> RecordBatch:
        """Return some of the records, given by their rows."""
        candidates = rows.column("candidate").to_numpy()
        return RecordBatch(
            candidates,
            np.array(rows.column("split").to_pylist(), dtype=np.str_),
            self._signals(rows, staged_formats(self._plan)[0]),
            feature_table(rows, self._plan.policy.features),
            waves=self._annotations.read(candidates) if self._annotations else None,
            injury=self._injury(rows, self._artefacts, with_clean) if self._artefacts else None,
            composed=self._composed(rows),
        )

    def _composed(self, rows: pa.Table) -> Composed | None:
        if self._beats is None or self._rhythms is None:
            return None
        candidates, names = rows.column("candidate").to_numpy(), rows.column("rhythm").to_numpy()
        return Composed(names, self._beats.read(candidates), self._rhythms.read(candidates))

    def _injury(self, rows: pa.Table, artefacts: ArtefactsReader, with_clean: bool) -> Injury:
        plan = self._plan
        snr_db = [rows.column(f"snr_db_{lead}").to_numpy() for lead in plan.lead_names]
        return Injury(
            artefacts.read(rows.column("candidate").to_numpy()),
            np.stack(snr_db, axis=1),
            rows.column("failed_rules").to_pylist(),
            feature_table(rows, plan.policy.features, CLEAN) if has_clean_features(plan) else {},
            self._signals(rows, clean_twin(staged_formats(plan)[0])) if with_clean else None,
        )

    def _signals(self, rows: pa.Table, staged: type[Format]) -> SignalUv:
        """Read the signals of some records from a format that the shard is in."""
        plan = self._plan
        candidates, splits = rows.column("candidate").to_numpy(), rows.column("split").to_pylist()
        paths = np.array([staged.staged_path(int(c), split) for c, split in zip(candidates, splits, strict=True)])
        signals_uv = np.empty((len(candidates), len(plan.lead_names), plan.samples_per_lead), dtype=np.int16)
        for path in dict.fromkeys(paths.tolist()):
            members = np.flatnonzero(paths == path)
            spec = plan.spec_of(staged.name)
            signals_uv[members] = staged.read(self._folder, path, candidates[members].tolist(), spec)
        return signals_uv


def _rows_of(table: pa.Table, numbers: npt.NDArray[np.int64]) -> pa.Table:
    first, last = np.searchsorted(table.column("candidate").to_numpy(), (numbers[0], numbers[-1] + 1))
    return table.slice(first, last - first)


def _with_rejected(
    plan: Plan, numbers: npt.NDArray[np.int64], records: RecordBatch, rejected: pa.Table
) -> CandidateBatch:
    """Put records and the rows of rejected candidates together again, in candidate order."""
    order = np.argsort(np.concatenate([records.candidates, rejected.column("candidate").to_numpy()]))
    places = np.searchsorted(numbers, records.candidates)
    broken: list[list[str]] = [[] for _ in range(len(records))]
    failed_rules = broken + rejected.column("failed_rules").to_pylist()
    reasons = broken + rejected.column("reasons").to_pylist()
    dropped = feature_table(rejected, plan.policy.features)
    batch = CandidateBatch(
        numbers,
        plan.splits_of(numbers),
        _spread(records.signals_uv, places, len(numbers), 0),
        _in_order(records.features, dropped, order),
        [failed_rules[row] for row in order],
        [reasons[row] for row in order],
        waves=records.waves.put(places, len(numbers)) if records.waves else None,
        composed=records.composed.put(places, rhythms_of(plan, numbers)) if records.composed else None,
    )
    injury = records.injury
    if injury is None:
        return batch
    rules = injury.failed_rules + [[] for _ in range(len(rejected))]
    return replace(
        batch,
        injury=Injury(
            injury.artefacts.put(places, len(numbers)),
            _spread(injury.snr_db, places, len(numbers), np.nan),
            [rules[row] for row in order],
            _in_order(injury.clean_features, dropped, order),
            None if injury.clean_uv is None else _spread(injury.clean_uv, places, len(numbers), 0),
        ),
    )


def _in_order(kept: FeatureTable, dropped: FeatureTable, order: IntArray) -> FeatureTable:
    return {name: np.concatenate([kept[name], dropped[name]])[order] for name in kept}


def _spread(values: npt.NDArray[Number], places: IntArray, rows: int, fill: float) -> npt.NDArray[Number]:
    """Return so many rows, the given ones in their places."""
    spread = np.full((rows, *values.shape[1:]), fill, dtype=values.dtype)
    spread[places] = values
    return spread

"""Putting the chosen shards together as one dataset, which is not published yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from ecgfactory.dataset.counts import ArtefactCounts, Counts, count, count_pictures, of_symbols, of_waves
from ecgfactory.dataset.names import (
    ANNOTATIONS_FILE,
    ARTEFACTS_FILE,
    BEATS_FILE,
    IMAGES_FILE,
    RECORDS_FILE,
    REJECTED_FILE,
    RHYTHMS_FILE,
)
from ecgfactory.dataset.records_csv import write_records_csv
from ecgfactory.formats.annotations import AnnotationsReader, AnnotationsWriter
from ecgfactory.formats.artefacts import ArtefactsReader, ArtefactsWriter
from ecgfactory.formats.beats import BeatsReader, BeatsWriter
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.formats.rhythms import RhythmsReader, RhythmsWriter
from ecgfactory.formats.rows import CLEAN
from ecgfactory.formats.truth_file import Table, TruthReader, TruthWriter
from ecgfactory.line.draft import Draft
from ecgfactory.line.layout import Layout
from ecgfactory.pictures.exports import write_exports
from ecgfactory.pictures.paths import IMAGES_FOLDER
from ecgfactory.pictures.table import ROWS_PER_GROUP as PICTURES_PER_GROUP
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import Ledger, ShardEntry
from ecgfactory.storage.faults import fault_point

ROWS_PER_GROUP = 10_000
"""Rows of the tables that are held at a time, 6 MB: the flow's process stays small, however many there are."""


def assemble(plan: Plan, entries: Sequence[ShardEntry], layout: Layout, ledger: Ledger, draft: Draft) -> Counts:
    """Lay the files of the chosen shards out as a dataset, with its tables of records and rejects.

    The shards stay complete, so that this can be done again after a crash.

    Parameters
    ----------
    plan : Plan
        The plan.
    entries : sequence of ShardEntry
        The chosen shards, in order.
    layout : Layout
        Where their files are published.
    ledger : Ledger
        Holds the shards.
    draft : Draft
        The dataset; made anew.

    Returns
    -------
    Counts
        What the dataset holds.
    """
    draft.begin()
    draft.lay(layout.files())
    dataset = draft.folder
    _write_tables(plan, entries, layout, ledger, dataset)
    write_records_csv(dataset, dataset)
    truth = _TruthFiles(plan, entries, ledger, dataset)
    waves = truth.annotations() if plan.labels else {}
    artefacts = truth.artefacts() if plan.artefacts else None
    beats = truth.beats_and_rhythms() if plan.is_composed else {}
    pictures = _write_pictures(plan, entries, ledger, dataset) if plan.pictures else {}
    for name in plan.formats:
        format_named(name).write_index(dataset, _candidates(dataset), plan.spec_of(name))
    draft.hand_in()
    fault_point("dataset-assembled")
    return replace(count(plan, dataset), waves=waves, artefacts=artefacts, beats=beats, pictures=pictures)


def _write_tables(plan: Plan, entries: Sequence[ShardEntry], layout: Layout, ledger: Ledger, dataset: Path) -> None:
    """Write records.parquet, with the paths of each record's files, and rejected.parquet."""
    records = _TableFile(dataset / RECORDS_FILE)
    rejected = _TableFile(dataset / REJECTED_FILE)
    unwanted = _unwanted_columns(plan)
    last_candidate = -1
    for entry in entries:
        with ledger.opened(entry, [RECORDS_FILE, REJECTED_FILE]) as folder:
            rows = pq.read_table(folder / RECORDS_FILE).drop_columns(unwanted)
            rejects = pq.read_table(folder / REJECTED_FILE)
        if rows.num_rows:
            last_candidate = rows.column("candidate")[-1].as_py()
        records.add(_with_paths(plan, rows, layout, entry.shard))
        if entry is entries[-1]:  # candidates after the last record are not part of the dataset
            rejects = rejects.filter(pc.less(rejects.column("candidate"), last_candidate))
        rejected.add(rejects)
    records.close()
    rejected.close()


def _write_pictures(plan: Plan, entries: Sequence[ShardEntry], ledger: Ledger, dataset: Path) -> dict[str, int]:
    """Write images.parquet, and what others read in its place; return how many pictures have which damage."""
    joined = _TableFile(dataset / IMAGES_FILE, PICTURES_PER_GROUP)
    for entry in entries:
        with ledger.opened(entry, [IMAGES_FILE]) as folder:
            for rows in pq.ParquetFile(folder / IMAGES_FILE).iter_batches(PICTURES_PER_GROUP):
                joined.add(pa.Table.from_batches([rows]))
    joined.close()
    splits = [split for split in plan.request.splits if (dataset / IMAGES_FOLDER / split).exists()]
    write_exports(dataset, plan.lead_names, splits)
    return count_pictures(dataset)


def _unwanted_columns(plan: Plan) -> list[str]:
    """Return the columns that a shard holds to make the files of clean twins from, and readers did not ask for."""
    asked = plan.signal_spec.artefacts
    is_unwanted = asked is not None and asked.clean_twins and not asked.clean_features
    return [f"{CLEAN}{feature.name}" for feature in plan.policy.features] if is_unwanted else []


class _TruthFiles:
    """The files of what is true of records, which are joined from those of the shards, group by group."""

    def __init__(self, plan: Plan, entries: Sequence[ShardEntry], ledger: Ledger, dataset: Path) -> None:
        self._plan, self._entries, self._ledger, self._dataset = plan, entries, ledger, dataset

    def annotations(self) -> dict[str, int]:
        """Write annotations.parquet; return how many waves there are over all leads, by wave."""
        with AnnotationsWriter(self._dataset / ANNOTATIONS_FILE, self._plan.recorder.rate_hz) as joined:
            self._join(joined, ANNOTATIONS_FILE, AnnotationsReader)
        return of_waves(joined.counts)

    def artefacts(self) -> ArtefactCounts:
        """Write artefacts.parquet; return how many artefacts there are."""
        with ArtefactsWriter(self._dataset / ARTEFACTS_FILE, self._plan.recorder.rate_hz) as joined:
            injured = self._join(joined, ARTEFACTS_FILE, ArtefactsReader)
        records = pq.read_metadata(self._dataset / RECORDS_FILE).num_rows
        return ArtefactCounts.of(records - injured, joined.counts)

    def beats_and_rhythms(self) -> dict[str, int]:
        """Write beats.parquet and rhythms.parquet; return how many beats there are, by symbol."""
        rate_hz = self._plan.recorder.rate_hz
        with RhythmsWriter(self._dataset / RHYTHMS_FILE, rate_hz) as rhythms:
            self._join(rhythms, RHYTHMS_FILE, RhythmsReader)
        with BeatsWriter(self._dataset / BEATS_FILE, rate_hz) as beats:
            self._join(beats, BEATS_FILE, BeatsReader)
        return of_symbols(beats.counts)

    def _join(self, joined: TruthWriter[Table], file: str, reader_class: type[TruthReader[Table]]) -> int:
        """Write what the shards hold; return of how many records it is, each in one group of its shard."""
        records = 0
        for entry in self._entries:
            with self._ledger.opened(entry, [file]) as folder:
                for candidates, table in reader_class(folder / file, self._plan.lead_names).groups():
                    joined.write(candidates, table)
                    records += len(candidates)
        return records


def _with_paths(plan: Plan, rows: pa.Table, layout: Layout, shard: int) -> pa.Table:
    candidates, splits = rows.column("candidate").to_pylist(), rows.column("split").to_pylist()
    for name in plan.formats:
        files = [layout.record_path(name, shard, c, s) for c, s in zip(candidates, splits, strict=True)]
        rows = rows.append_column(f"{name}_path", pa.array(files, pa.string()))
    return rows


class _TableFile:
    """A Parquet file written in row groups of one size, whatever comes in."""

    def __init__(self, path: Path, rows_per_group: int = ROWS_PER_GROUP) -> None:
        self._path, self._rows_per_group = path, rows_per_group
        self._writer: pq.ParquetWriter | None = None
        self._waiting: list[pa.Table] = []

    def add(self, table: pa.Table) -> None:
        self._waiting.append(table)
        size = self._rows_per_group
        while sum(waiting.num_rows for waiting in self._waiting) >= size:
            merged = pa.concat_tables(self._waiting)
            self._write(merged.slice(0, size))
            self._waiting = [merged.slice(size)]

    def close(self) -> None:
        merged = pa.concat_tables(self._waiting)
        if merged.num_rows or self._writer is None:
            self._write(merged)
        if self._writer is not None:
            self._writer.close()

    def _write(self, table: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema, compression="zstd")
        self._writer.write_table(table.combine_chunks(), row_group_size=self._rows_per_group)


def _candidates(dataset: Path) -> Iterator[npt.NDArray[np.int64]]:
    for batch in pq.ParquetFile(dataset / RECORDS_FILE).iter_batches(ROWS_PER_GROUP, columns=["candidate"]):
        yield batch.column("candidate").to_numpy()

"""Parquet: one row per record, one fixed-size int16 list per lead, features, R peaks and masks beside them.

Of long records one row per piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.beat_table import BeatTable
from ecgfactory.formats.base import Format, SignalSpec, numbered, stores_artefact_masks
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.formats.damage import reading
from ecgfactory.formats.long_record import PIECE_S, LongRecord
from ecgfactory.formats.parquet_columns import (
    BEAT_SYMBOLS,
    BESIDE_SIGNALS,
    PIECE,
    R_PEAKS,
    RHYTHM_NAMES,
    RHYTHM_ONSETS,
    artefact_mask_columns,
    beats_of_rows,
    mask_columns,
    rhythms_of_rows,
    table_of_piece,
    table_of_records,
)
from ecgfactory.formats.parquet_loading import (
    ARTEFACT_LOADING,
    ARTEFACT_MASK_LOADING,
    LABEL_LOADING,
    LOADING,
    LONG_LOADING,
    MASK_LOADING,
    PAIR_LOADING,
    RHYTHM_LOADING,
)
from ecgfactory.formats.parquet_rows import (
    Sample,
    fill_from_pieces,
    first_rows,
    piece_rows_of,
    rows_of,
    samples_of,
)
from ecgfactory.formats.parquet_settings import writer_options
from ecgfactory.leads import SignalUv
from ecgfactory.rhythm_table import RhythmTable
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath

GROUP_S = 500
"""Signal in a row group: of records of 10 s 50 rows, 6 MB in memory, about 2.6 MB on disk.

A reader of one record decodes its whole group, and a reader of all records pays for each group's columns. Measured on
12-lead records of 10 s (one core; groups decoded per second, Hugging Face's conversion, size of a record):

    10 rows    490 /s    0.95 ms    52.5 kB
    20 rows    240 /s    0.60 ms    51.8 kB
    50 rows    120 /s    0.41 ms    51.4 kB
    100 rows    50 /s    0.40 ms    51.3 kB
"""


class ParquetFormat(Format):
    """Files for each split, in row groups of a fixed size whatever the micro-batches were.

    Records that are too long to be held whole have a row for each piece of 60 s, with the record's columns in each;
    samples of beats and rhythms count from the start of the record in all of them. Dropped samples hold the value
    before them.
    """

    name: ClassVar[str] = "parquet"
    media_types: ClassVar[Mapping[str, str]] = {".parquet": "application/x-parquet"}
    bytes_per_sample: ClassVar[float] = 0.85
    bytes_per_wave: ClassVar[float] = 0.1
    holds_masks: ClassVar[bool] = True
    bytes_per_mask_sample: ClassVar[float] = 0.02
    loading: ClassVar[Mapping[str, str]] = LOADING
    long_loading: ClassVar[Mapping[str, str]] = LONG_LOADING
    rhythm_loading: ClassVar[Mapping[str, str]] = RHYTHM_LOADING
    label_loading: ClassVar[Mapping[str, str]] = LABEL_LOADING
    mask_loading: ClassVar[Mapping[str, str]] = MASK_LOADING
    artefact_loading: ClassVar[Mapping[str, str]] = ARTEFACT_LOADING
    artefact_mask_loading: ClassVar[Mapping[str, str]] = ARTEFACT_MASK_LOADING
    pair_loading: ClassVar[Mapping[str, str]] = PAIR_LOADING

    def __init__(self, folder: Path, spec: SignalSpec) -> None:
        super().__init__(folder, spec)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {}
        row_samples = PIECE_S * spec.sampling_rate_hz if spec.is_long else spec.samples
        self._rows_per_group = max(1, GROUP_S * spec.sampling_rate_hz // row_samples)

    def write(self, batch: RecordBatch) -> None:
        """Write records; see `Format.write`."""
        for split in np.unique(batch.splits):
            rows = batch.take(np.flatnonzero(batch.splits == split))
            self._add(str(split), table_of_records(rows, self.spec))

    def write_long(self, record: LongRecord) -> None:
        """Write a row for each piece; see `Format.write_long`."""
        for number, piece in enumerate(record.pieces()):
            self._add(record.split, table_of_piece(record.row, number, piece, self.spec))

    def _add(self, split: str, rows: pa.Table) -> None:
        waiting = self._waiting.setdefault(split, [])
        waiting.append(rows)
        if sum(table.num_rows for table in waiting) >= self._rows_per_group:
            self._flush(split, whole_groups=True)

    def close(self) -> None:
        """Write the last, smaller row groups and the footers."""
        for split in list(self._waiting):
            self._flush(split, whole_groups=False)
        for writer in self._writers.values():
            writer.close()

    def _flush(self, split: str, whole_groups: bool) -> None:
        table, rows = pa.concat_tables(self._waiting.pop(split, [])), self._rows_per_group
        ready = table.num_rows // rows * rows if whole_groups else table.num_rows
        for start in range(0, ready, rows):
            group = table.slice(start, min(rows, ready - start))
            self._writer(split, table.schema).write_table(group.combine_chunks(), row_group_size=rows)
        if ready < table.num_rows:
            self._waiting[split] = [table.slice(ready)]

    def _writer(self, split: str, schema: pa.Schema) -> pq.ParquetWriter:
        if split not in self._writers:
            path = self.place(self.staged_path(0, split))
            masks = mask_columns(self.spec.lead_names) if self.spec.labels.mask else []
            if stores_artefact_masks(self.spec):
                masks += artefact_mask_columns(self.spec.lead_names)
            options = writer_options(schema, self.spec.lead_names, masks)
            self._writers[split] = pq.ParquetWriter(path, schema, **options)
        return self._writers[split]

    @classmethod
    def staged_path(cls, candidate: int, split: str) -> str:
        """One file per split."""
        return f"data/{split}.parquet"

    @classmethod
    def published_path(cls, staged_path: str, position: int, count: int) -> str:
        """Number the files of a split; see `numbered`."""
        return numbered(staged_path, position, count)

    @classmethod
    def takes_for_data(cls, path: str) -> bool:
        """Whether it is in the folder: pandas and PyArrow read it whole, whatever its files are called."""
        return path.startswith(f"{cls.top_folder()}/")

    @classmethod
    def table_files(cls, split: str) -> str:
        """Return the pattern of the names that `published_path` makes."""
        return f"{cls.top_folder()}/{split}-*.parquet"

    @classmethod
    def table_schema(cls, dataset: Path) -> pa.Schema | None:
        """Read the columns from the first file."""
        files = sorted((dataset / cls.top_folder()).glob("[!.]*.parquet"))
        return pq.read_schema(files[0]) if files else None

    @classmethod
    def count(cls, dataset: Path) -> int:
        """Add up the rows that the footers give; of long records those of first pieces."""
        total = 0
        for path in (dataset / cls.top_folder()).glob("[!.]*.parquet"):
            with reading(path.relative_to(dataset)):
                if PIECE in pq.read_schema(path).names:
                    total += pc.sum(pc.equal(pq.read_table(path, columns=[PIECE]).column(PIECE), 0)).as_py()
                else:
                    total += pq.read_metadata(path).num_rows
        return total

    @classmethod
    def read(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> SignalUv:
        """Read records back; see `Format.read`."""
        return _samples(dataset, path, candidates, spec, spec.lead_names, np.int16)

    @classmethod
    def read_stretch(
        cls, dataset: Path, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv:
        """Read a stretch back, of a long record from the pieces that it is in; see `Format.read_stretch`."""
        if not spec.is_long:
            return super().read_stretch(dataset, path, candidate, spec, start, stop)
        return _long_stretch(dataset, path, candidate, spec, start, stop)

    @classmethod
    def read_stretch_in_store(
        cls, dataset: StorePath, path: str, candidate: int, spec: SignalSpec, start: int, stop: int
    ) -> SignalUv | None:
        """Read the pieces of a long record that it is in; see `Format.read_stretch_in_store`."""
        return _long_stretch(dataset, path, candidate, spec, start, stop) if spec.is_long else None

    @classmethod
    def read_columns(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> pa.Table | None:
        """Read features and what artefacts did back; see `Format.read_columns`."""
        leads = spec.lead_names
        others = {*leads, *mask_columns(leads), *artefact_mask_columns(leads), *BESIDE_SIGNALS, "candidate"}
        names = [name for name in pq.read_schema(dataset / path).names if name not in others]
        if not spec.is_long:
            return pa.concat_tables(rows_of(dataset, path, candidates, names))
        return first_rows(piece_rows_of(dataset, path, candidates, names, spec))

    @classmethod
    def read_r_peaks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> list[npt.NDArray[np.int32]] | None:
        """Read R peaks back, which those of `read_beats` are where records are composed; see `Format.read_r_peaks`."""
        if not spec.labels.waves or spec.composed:
            return None
        tables = rows_of(dataset, path, candidates, [R_PEAKS])
        return list(pa.concat_tables(tables).column(R_PEAKS).to_numpy())

    @classmethod
    def read_beats(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> BeatTable | None:
        """Read beats back; see `Format.read_beats`."""
        if not spec.composed:
            return None
        rows = _rows(dataset, path, candidates, spec, [R_PEAKS, BEAT_SYMBOLS])
        return beats_of_rows(rows, spec, _record(rows, candidates), len(candidates))

    @classmethod
    def read_rhythms(cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec) -> RhythmTable | None:
        """Read rhythms back; see `Format.read_rhythms`."""
        if not spec.composed:
            return None
        rows = _rows(dataset, path, candidates, spec, [RHYTHM_NAMES, RHYTHM_ONSETS])
        return rhythms_of_rows(rows, spec, _record(rows, candidates), len(candidates))

    @classmethod
    def read_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks back; see `Format.read_masks`."""
        if not spec.labels.mask:
            return None
        return _samples(dataset, path, candidates, spec, mask_columns(spec.lead_names), np.uint8)

    @classmethod
    def read_artefact_masks(
        cls, dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec
    ) -> npt.NDArray[np.uint8] | None:
        """Read masks of artefacts back; see `Format.read_artefact_masks`."""
        if not stores_artefact_masks(spec):
            return None
        return _samples(dataset, path, candidates, spec, artefact_mask_columns(spec.lead_names), np.uint8)


def _long_stretch(dataset: Place, path: str, candidate: int, spec: SignalSpec, start: int, stop: int) -> SignalUv:
    array = np.empty((len(spec.lead_names), stop - start), np.int16)
    piece_samples = PIECE_S * spec.sampling_rate_hz
    fill_from_pieces(array, dataset, path, candidate, spec.lead_names, start, piece_samples)
    return array


def _rows(dataset: Path, path: str, candidates: Sequence[int], spec: SignalSpec, columns: Sequence[str]) -> pa.Table:
    """Read columns of all rows of some candidates."""
    if spec.is_long:
        return piece_rows_of(dataset, path, candidates, columns, spec)
    return pa.concat_tables(rows_of(dataset, path, candidates, columns))


def _samples(
    dataset: Path,
    path: str,
    candidates: Sequence[int],
    spec: SignalSpec,
    columns: Sequence[str],
    dtype: type[Sample],
) -> npt.NDArray[Sample]:
    """Read samples of whole records, shape (candidates, columns, samples)."""
    if not spec.is_long:
        return samples_of(rows_of(dataset, path, candidates, columns), columns, spec.samples, dtype)
    array = np.empty((len(candidates), len(columns), spec.samples), dtype)
    for of_record, candidate in zip(array, candidates, strict=True):
        fill_from_pieces(
            of_record, dataset, path, candidate, columns, start=0, piece_samples=PIECE_S * spec.sampling_rate_hz
        )
    return array


def _record(rows: pa.Table, candidates: Sequence[int]) -> npt.NDArray[np.int32]:
    """Return which of the candidates each row is of."""
    record: npt.NDArray[np.int32] = np.searchsorted(candidates, rows.column("candidate").to_numpy()).astype(np.int32)
    return record

"""Reading annotations.parquet: the waves of some records, without the rest of the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.dataset.damage import reading
from ecgfactory.wave_table import ABSENT, ALL_LEADS, POINTS, WAVES, WaveTable, joined_waves

GROUPS_IN_MEMORY = 64
"""Row groups that stay decoded: of 100,000 rows, 150 MB, with the waves of 14,000 records of twelve leads."""

_NAMES = ["record_id", "lead", "wave"]
"""Columns in which few names come often."""


@dataclass(frozen=True)
class _RowGroup:
    """A row group decoded: the candidates that it has waves of, rising, and these, numbered in that order."""

    candidates: IntArray
    waves: WaveTable


class AnnotationReader:
    """Reads the waves of records by row group; the last ones stay decoded. Not for several threads at a time.

    Parameters
    ----------
    file : Path
        The annotations.parquet, which is opened now.
    candidates : int64 array, shape (records,)
        Candidate numbers of the dataset's records, rising.
    lead_names : tuple of str
        Names of its leads.

    Raises
    ------
    DamagedDatasetError
        When the file can't be read.
    """

    def __init__(self, file: Path, candidates: IntArray, lead_names: tuple[str, ...]) -> None:
        self._file, self._candidates, self._lead_names = file, candidates, lead_names
        with reading(file):
            self._content = pq.ParquetFile(file, memory_map=True, read_dictionary=_NAMES)
            self._first, self._last = _candidate_ranges(self._content)
        self._group = lru_cache(GROUPS_IN_MEMORY)(self._decode)

    def read(self, places: IntArray, lead_names: tuple[str, ...]) -> WaveTable:
        """Read the waves of records.

        Parameters
        ----------
        places : int array, shape (n,)
            Their places among the candidates, in any order.
        lead_names : tuple of str
            Leads to read, besides what is marked over all leads.

        Raises
        ------
        DamagedDatasetError
            When the file can't be read.
        """
        once, again = np.unique(places, return_inverse=True)
        wanted = self._candidates[once]
        begins = np.searchsorted(wanted, self._first, side="left")
        ends = np.searchsorted(wanted, self._last, side="right")
        with reading(self._file):
            groups = np.flatnonzero(begins < ends).tolist()
            parts = [_of(self._group(number), wanted).of_leads(lead_names) for number in groups]
        waves = _above_each_other([_none(len(wanted), lead_names), *parts])
        return waves if np.array_equal(once, places) else waves.take(again)

    def _decode(self, group: int) -> _RowGroup:
        table = self._content.read_row_group(group)
        ids, record = _names_and_codes(table, "record_id")
        onset, peak, offset = (pc.fill_null(table.column(name), ABSENT).to_numpy() for name in POINTS)
        waves = WaveTable(
            self._lead_names,
            len(ids),
            record.astype(np.int32),
            table.column("beat").to_numpy(),
            _places(table, "lead", (ALL_LEADS, *self._lead_names)),
            _places(table, "wave", WAVES),
            onset,
            peak,
            offset,
        )
        return _RowGroup(np.array([int(name) for name in ids], dtype=np.int64), waves)


def _candidate_ranges(content: pq.ParquetFile) -> tuple[IntArray, IntArray]:
    """Return the first and the last candidate that each row group has waves of, by its statistics."""
    column = content.schema_arrow.get_field_index("record_id")
    ids = [content.metadata.row_group(group).column(column).statistics for group in range(content.num_row_groups)]
    if not all(of_group and of_group.has_min_max for of_group in ids):
        raise ValueError("its row groups don't say which records they hold")
    ranges = np.array([[int(of_group.min), int(of_group.max)] for of_group in ids], dtype=np.int64).reshape(-1, 2)
    return ranges[:, 0], ranges[:, 1]


def _of(group: _RowGroup, wanted: IntArray) -> WaveTable:
    """Return the waves of those of the wanted candidates that a row group has, numbered among all that are wanted."""
    _, rows, places = np.intersect1d(group.candidates, wanted, assume_unique=True, return_indices=True)
    return group.waves.take(rows).put(places, len(wanted))


def _above_each_other(tables: list[WaveTable]) -> WaveTable:
    """Put waves of the same records into one table, each table's after those before it."""
    records = tables[0].records
    stacked = joined_waves(tables)  # which numbers the records of each table anew
    return replace(stacked, records=records, record=stacked.record % max(records, 1))


def _none(records: int, lead_names: tuple[str, ...]) -> WaveTable:
    """Return the table of records without a wave."""
    points = np.empty((records, 0, 1 + len(lead_names), len(WAVES), len(POINTS)), dtype=np.int32)
    return WaveTable.of_points(points, np.empty((records, 0), dtype=bool), lead_names)


def _places(table: pa.Table, column: str, known: tuple[str, ...]) -> npt.NDArray[np.int8]:
    names, codes = _names_and_codes(table, column)
    return np.array([known.index(name) for name in names], dtype=np.int8)[codes]


def _names_and_codes(table: pa.Table, column: str) -> tuple[list[str], npt.NDArray[np.int32]]:
    """Return the names in a column, in order of appearance, and which of them each row has."""
    encoded = table.column(column).combine_chunks()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy()

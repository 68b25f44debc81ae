"""annotations.parquet: one row per wave, in groups of whole records.

Measured on generated 12-lead records of 10 s, each with 440 waves in 13 rows a beat (pyarrow 26, one core; onset, peak
and offset, with zstd):

    PLAIN                   2.3 kB a record
    DELTA_BINARY_PACKED     1.8 kB
    BYTE_STREAM_SPLIT       1.5 kB

The other columns are dictionaries, and 30 bytes a record in all. Either takes 20 to 30 us a record to write.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.formats.wave_rows import places_among
from ecgfactory.record import record_id
from ecgfactory.wave_table import ABSENT, ALL_LEADS, POINTS, WAVES, WaveTable, joined_waves

RECORDS_PER_GROUP = 250
"""Records in a row group: 110,000 rows of 12 leads, 2.5 MB in memory, which a reader of one record decodes in 3 ms."""

ANNOTATION_SCHEMA = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("beat", pa.int32(), nullable=False),
        pa.field("lead", pa.string(), nullable=False),
        pa.field("wave", pa.string(), nullable=False),
        *(pa.field(point, pa.int32()) for point in POINTS),
    ]
)
"""Columns as readers find them."""

_NAMES = ("record_id", "lead", "wave")
"""Columns of few texts, many times each, which are handed over as codes."""

_RATE = b"sampling_rate_hz"
"""Key of the metadata that tells the sampling rate."""

_CODES = pa.dictionary(pa.int32(), pa.string())

_CODED = pa.schema([field.with_type(_CODES) if field.name in _NAMES else field for field in ANNOTATION_SCHEMA])


def annotation_table(waves: WaveTable, record_ids: list[str]) -> pa.Table:
    """Return waves as rows of annotations.parquet.

    Parameters
    ----------
    waves : WaveTable
        Of some records.
    record_ids : list of str
        Id of each record.
    """
    points = {point: getattr(waves, point) for point in POINTS}
    columns = {
        "record_id": _coded(waves.record, record_ids),
        "beat": pa.array(waves.beat),
        "lead": _coded(waves.lead.astype(np.int32), [ALL_LEADS, *waves.lead_names]),
        "wave": _coded(waves.wave.astype(np.int32), list(WAVES)),
        **{point: pa.array(samples, mask=samples == ABSENT) for point, samples in points.items()},
    }
    return pa.table(columns, schema=_CODED)


def _coded(codes: npt.NDArray[np.int32], names: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(names, pa.string()))


class AnnotationsWriter:
    """Writes waves in row groups of one number of records, whatever comes in; one group is in memory at a time.

    Parameters
    ----------
    path : Path
        The file.
    rate_hz : int
        Sampling rate of the records, which its metadata tell.

    Attributes
    ----------
    counts : dict of str to int
        Waves over all leads so far, by wave.
    """

    def __init__(self, path: Path, rate_hz: int) -> None:
        self.counts = dict.fromkeys(WAVES, 0)
        self._writer = pq.ParquetWriter(
            path,
            _CODED,
            use_dictionary=[*_NAMES, "beat"],
            column_encoding=dict.fromkeys(POINTS, "BYTE_STREAM_SPLIT"),
            compression="zstd",
            write_statistics=["record_id"],  # by which a reader skips groups
            store_schema=False,  # else readers would get codes, which some can't read
            version="2.6",
        )
        self._writer.add_key_value_metadata({_RATE: str(rate_hz)})
        self._waiting: list[tuple[IntArray, WaveTable]] = []

    def write(self, candidates: IntArray, waves: WaveTable) -> None:
        """Write the waves of records; called with rising candidate numbers, one for each record of `waves`."""
        over_all = waves.wave[waves.lead == 0]
        for number, wave in enumerate(WAVES):
            self.counts[wave] += int((over_all == number).sum())
        self._waiting.append((candidates, waves))
        while sum(len(numbers) for numbers, _ in self._waiting) >= RECORDS_PER_GROUP:
            self._write_group()

    def close(self) -> None:
        """Write the last, smaller row group and the footer."""
        if self._waiting:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        candidates = np.concatenate([numbers for numbers, _ in self._waiting])
        waves = joined_waves([waves for _, waves in self._waiting])
        ready, rest = np.split(np.arange(len(candidates)), [RECORDS_PER_GROUP])
        marked = ready[np.isin(ready, waves.record)]
        if len(marked):
            table = annotation_table(waves.take(marked), [record_id(number) for number in candidates[marked].tolist()])
            self._writer.write_table(table, row_group_size=len(table))
        self._waiting = [(candidates[rest], waves.take(rest))] if len(rest) else []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._writer.close()


class AnnotationsReader:
    """Reads waves back from annotations.parquet, a row group at a time; the last ones stay in memory.

    Parameters
    ----------
    path : Path
        The file.
    lead_names : tuple of str
        Leads of its records.
    groups_in_memory : int
        How many stay: one for reading in order.

    Attributes
    ----------
    rate_hz : str
        Sampling rate of the records as its metadata tell it; empty where they don't.

    Raises
    ------
    ValueError
        When it has other columns, or does not say which records its row groups begin with.
    """

    def __init__(self, path: Path, lead_names: tuple[str, ...], groups_in_memory: int = 1) -> None:
        self.lead_names = lead_names
        metadata = pq.read_metadata(path)
        if not metadata.schema.to_arrow_schema().equals(ANNOTATION_SCHEMA):
            raise ValueError("it has other columns than annotations have")
        self._source = pq.ParquetFile(path, metadata=metadata, read_dictionary=list(_NAMES))
        ids = [metadata.row_group(group).column(0).statistics for group in range(metadata.num_row_groups)]
        if not all(statistics and statistics.has_min_max for statistics in ids):
            raise ValueError("its row groups don't say which records they hold")
        self._firsts = np.array([statistics.min for statistics in ids], dtype=np.int64)
        self.rate_hz = (metadata.metadata or {}).get(_RATE, b"").decode()
        self._group = lru_cache(groups_in_memory)(self._decode)

    def groups(self) -> Iterator[tuple[IntArray, WaveTable]]:
        """Yield the candidates that have waves, rising, and these waves, group after group.

        Raises
        ------
        ValueError
            When a column is not as it should be.
        """
        for group in range(len(self._firsts)):
            yield self._group(group)

    def read(self, candidates: IntArray) -> WaveTable:
        """Return the waves of some candidates.

        Parameters
        ----------
        candidates : int array, shape (n,)
            Candidate numbers, rising.

        Returns
        -------
        WaveTable
            Of n records; those that the file does not name have none.

        Raises
        ------
        ValueError
            When a column is not as it should be.
        """
        places = (np.searchsorted(self._firsts, candidates, side="right") - 1).clip(0)
        parts = [self._read(group, candidates[places == group]) for group in np.unique(places).tolist()]
        return joined_waves(parts) if parts else _waves(self._empty, self.lead_names)[1]

    def _read(self, group: int, candidates: IntArray) -> WaveTable:
        held, waves = self._group(group) if len(self._firsts) else _waves(self._empty, self.lead_names)
        found = np.isin(candidates, held)
        return waves.take(np.searchsorted(held, candidates[found])).put(np.flatnonzero(found), len(candidates))

    def _decode(self, group: int) -> tuple[IntArray, WaveTable]:
        return _waves(self._source.read_row_group(group), self.lead_names)

    @property
    def _empty(self) -> pa.Table:
        return self._source.schema_arrow.empty_table()


def _waves(table: pa.Table, lead_names: tuple[str, ...]) -> tuple[IntArray, WaveTable]:
    """Return the candidates of rows, rising, and the waves of each."""
    table = table.unify_dictionaries()
    ids, codes = _names_and_codes(table, "record_id")
    candidates, places = np.unique(np.array(ids, dtype=np.int64), return_inverse=True)
    if misspelt := [
        text for text, place in zip(ids, places.tolist(), strict=True) if text != record_id(candidates[place])
    ]:
        raise ValueError(f"there is a record {misspelt[0]!r}, where ids have eight digits")
    leads, lead_codes = _names_and_codes(table, "lead")
    waves, wave_codes = _names_and_codes(table, "wave")
    onset, peak, offset = (table.column(point).fill_null(ABSENT).to_numpy().astype(np.int32) for point in POINTS)
    return candidates, WaveTable(
        lead_names,
        len(candidates),
        places.astype(np.int32)[codes],
        table.column("beat").to_numpy().astype(np.int32),
        places_among((ALL_LEADS, *lead_names), leads)[lead_codes],
        places_among(WAVES, waves)[wave_codes],
        onset,
        peak,
        offset,
    )


def _names_and_codes(table: pa.Table, name: str) -> tuple[list[str], IntArray]:
    column = table.column(name).combine_chunks()
    codes: IntArray = column.indices.to_numpy()
    return column.dictionary.to_pylist(), codes

"""Files of what is true of records, in rows of which a record has many: Parquet in groups of whole records.

annotations.parquet and artefacts.parquet are such files.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.record import record_id
from ecgfactory.record_rows import RecordRows

_RATE = b"sampling_rate_hz"
"""Key of the metadata that tells the sampling rate."""


Table = TypeVar("Table", bound=RecordRows)


class TruthWriter(ABC, Generic[Table]):
    """Writes rows in groups of one number of records, whatever comes in; one group is in memory at a time.

    Parameters
    ----------
    path : Path
        The file.
    rate_hz : int
        Sampling rate of the records, which its metadata tell.
    """

    schema: ClassVar[pa.Schema]
    """Columns as they are handed over."""

    records_per_group: ClassVar[int]

    options: ClassVar[dict[str, Any]]
    """How columns are encoded; see `pyarrow.parquet.ParquetWriter`."""

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._writer = pq.ParquetWriter(
            path,
            self.schema,
            compression="zstd",
            write_statistics=["record_id"],  # by which a reader skips groups
            store_schema=False,  # else readers would get the codes of dictionaries, which some can't read
            version="2.6",
            **self.options,
        )
        self._writer.add_key_value_metadata({_RATE: str(rate_hz)})
        self._waiting: list[tuple[IntArray, Table]] = []

    @abstractmethod
    def rows(self, table: Table, record_ids: list[str]) -> pa.Table:
        """Return what is known of some records as rows of the file, given the id of each."""

    def write(self, candidates: IntArray, table: Table) -> None:
        """Write the rows of records; called with rising candidate numbers, one for each record of the table."""
        self._waiting.append((candidates, table))
        while sum(len(numbers) for numbers, _ in self._waiting) >= self.records_per_group:
            self._write_group()

    def close(self) -> None:
        """Write the last, smaller row group and the footer."""
        if self._waiting:
            self._write_group()
        self._writer.close()

    def _write_group(self) -> None:
        candidates = np.concatenate([numbers for numbers, _ in self._waiting])
        tables = [table for _, table in self._waiting]
        table = tables[0].joined(tables)
        ready, rest = np.split(np.arange(len(candidates)), [self.records_per_group])
        with_rows = ready[np.isin(ready, table.record)]
        if len(with_rows):
            ids = [record_id(number) for number in candidates[with_rows].tolist()]
            rows = self.rows(table.take(with_rows), ids)
            self._writer.write_table(rows, row_group_size=len(rows))
        self._waiting = [(candidates[rest], table.take(rest))] if len(rest) else []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._writer.close()


class TruthReader(ABC, Generic[Table]):
    """Reads rows back, a row group at a time; the last ones stay in memory.

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

    noun: ClassVar[str]
    """What the rows are."""

    schema: ClassVar[pa.Schema]
    """Columns as readers find them."""

    coded: ClassVar[Sequence[str]] = ()
    """Columns that are read as dictionaries."""

    def __init__(self, path: Path, lead_names: tuple[str, ...], groups_in_memory: int = 1) -> None:
        self.lead_names = lead_names
        metadata = pq.read_metadata(path)
        if not metadata.schema.to_arrow_schema().equals(self.schema):
            raise ValueError(f"it has other columns than {self.noun} have")
        self._source = pq.ParquetFile(path, metadata=metadata, read_dictionary=list(self.coded))
        ids = [metadata.row_group(group).column(0).statistics for group in range(metadata.num_row_groups)]
        if not all(statistics and statistics.has_min_max for statistics in ids):
            raise ValueError("its row groups don't say which records they hold")
        self._firsts = np.array([statistics.min for statistics in ids], dtype=np.int64)
        self.rate_hz = (metadata.metadata or {}).get(_RATE, b"").decode()
        self._group = lru_cache(groups_in_memory)(self._decode)

    @abstractmethod
    def decoded(self, rows: pa.Table) -> tuple[IntArray, Table]:
        """Return the candidates of rows, rising, and what is known of each.

        Raises
        ------
        ValueError
            When a column is not as it should be.
        """

    def groups(self) -> Iterator[tuple[IntArray, Table]]:
        """Yield the candidates that have rows, rising, and what is known of them, group after group.

        Raises
        ------
        ValueError
            When a column is not as it should be.
        """
        for group in range(len(self._firsts)):
            yield self._group(group)

    def read(self, candidates: IntArray) -> Table:
        """Return what is known of some candidates.

        Parameters
        ----------
        candidates : int array, shape (n,)
            Candidate numbers, rising.

        Returns
        -------
        table
            Of n records; those that the file does not name have nothing.

        Raises
        ------
        ValueError
            When a column is not as it should be.
        """
        places = (np.searchsorted(self._firsts, candidates, side="right") - 1).clip(0)
        parts = [self._read(group, candidates[places == group]) for group in np.unique(places).tolist()]
        return parts[0].joined(parts) if parts else self._nothing[1]

    def _read(self, group: int, candidates: IntArray) -> Table:
        held, table = self._group(group) if len(self._firsts) else self._nothing
        found = np.isin(candidates, held)
        return table.take(np.searchsorted(held, candidates[found])).put(np.flatnonzero(found), len(candidates))

    def _decode(self, group: int) -> tuple[IntArray, Table]:
        return self.decoded(self._source.read_row_group(group))

    @property
    def _nothing(self) -> tuple[IntArray, Table]:
        return self.decoded(self._source.schema_arrow.empty_table())


def candidates_of_ids(ids: list[str]) -> tuple[IntArray, IntArray]:
    """Return the candidates that ids name, rising, and the place among them of each id.

    Raises
    ------
    ValueError
        When an id is not spelt as ids are.
    """
    candidates, places = np.unique(np.array(ids, dtype=np.int64), return_inverse=True)
    names = [record_id(number) for number in candidates.tolist()]
    if misspelt := [text for text, place in zip(ids, places.tolist(), strict=True) if text != names[place]]:
        raise ValueError(f"there is a record {misspelt[0]!r}, where ids have eight digits")
    return candidates, places

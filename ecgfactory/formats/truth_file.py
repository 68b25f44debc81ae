"""Files of what is true of records, in rows of which a record has many: Parquet in groups of whole records.

annotations.parquet, artefacts.parquet, beats.parquet and rhythms.parquet are such files.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Generic, Self, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.arrays import IntArray
from ecgfactory.record import record_id
from ecgfactory.record_rows import RecordRows
from ecgfactory.storage.object_file import readable
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath

_RATE = b"sampling_rate_hz"
"""Key of the metadata that tells the sampling rate."""

CODES = pa.dictionary(pa.int32(), pa.string())
"""Type in which columns of few texts, many times each, are handed over."""


def coded_schema(schema: pa.Schema, names: Sequence[str]) -> pa.Schema:
    """Return the columns of a file as they are handed over: those of the given names as `CODES`."""
    return pa.schema([field.with_type(CODES) if field.name in names else field for field in schema])


Table = TypeVar("Table", bound=RecordRows)


class TruthWriter(ABC, Generic[Table]):
    """Writes rows in groups of one number of records, whatever comes in; one group is in memory at a time.

    A group of long records is smaller, so that it has no more than `rows_per_group` rows; of a record that has more by
    itself, it holds a part.

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

    rows_per_group: ClassVar[int] = 500_000
    """More than a day has beats, and than the waves of 250 records of a minute in few leads: 15 MB of waves."""

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
        """Write the rows of records; called with rising candidate numbers, one for each record of the table.

        The rows of one record may come in several tables, one after the other.
        """
        self._waiting.append(_with_rows(candidates, table))
        records, rows = sum(len(numbers) for numbers, _ in self._waiting), sum(len(held) for _, held in self._waiting)
        if records > self.records_per_group or rows > self.rows_per_group:
            waiting = self._gathered()
            while (stop := self._end_of_group(waiting[1])) is not None:
                waiting = self._write_group(*waiting, stop)
            self._waiting = [waiting]

    def close(self) -> None:
        """Write the last, smaller row group and the footer."""
        if any(len(table) for _, table in self._waiting):
            candidates, table = self._gathered()
            self._write_group(candidates, table, len(table))
        self._writer.close()

    def _gathered(self) -> tuple[IntArray, Table]:
        """Put what waits together, each record once."""
        numbers = [numbers for numbers, _ in self._waiting]
        candidates, places = np.unique(np.concatenate(numbers), return_inverse=True)
        of_each = np.split(places, np.cumsum([len(held) for held in numbers])[:-1])
        tables = [table.put(rows, len(candidates)) for rows, (_, table) in zip(of_each, self._waiting, strict=True)]
        return candidates, tables[0].of_same(tables)

    def _end_of_group(self, table: Table) -> int | None:
        """Return before which row the first group ends; None where more may come into it."""
        stop = int(np.searchsorted(table.record, self.records_per_group))
        if stop > self.rows_per_group:
            record = table.record[self.rows_per_group]
            return int(np.searchsorted(table.record, record)) or self.rows_per_group
        return stop if table.records > self.records_per_group else None

    def _write_group(self, candidates: IntArray, table: Table, stop: int) -> tuple[IntArray, Table]:
        """Write the rows before one; return the others, of which the first may be of the same record."""
        numbers, group = _with_rows(candidates, table.part(0, stop))
        rows = self.rows(group, [record_id(number) for number in numbers.tolist()])
        self._writer.write_table(rows, row_group_size=len(rows))
        return _with_rows(candidates, table.part(stop, len(table)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        if kind is None:
            self.close()
        else:
            self._writer.close()


def _with_rows(candidates: IntArray, table: Table) -> tuple[IntArray, Table]:
    """Leave out the records that have no rows."""
    with_rows = np.unique(table.record)
    return candidates[with_rows], table.take(with_rows)


class TruthReader(ABC, Generic[Table]):
    """Reads rows back, a row group at a time; the last ones stay in memory.

    Parameters
    ----------
    path : Path or StorePath
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

    def __init__(self, path: Place, lead_names: tuple[str, ...], groups_in_memory: int = 1) -> None:
        self.lead_names = lead_names
        source = readable(path)
        metadata = pq.read_metadata(source)
        if not _same_columns(metadata.schema.to_arrow_schema(), self.schema):
            raise ValueError(f"it has other columns than {self.noun} have")
        in_store = isinstance(path, StorePath)
        self._source = pq.ParquetFile(source, metadata=metadata, read_dictionary=list(self.coded), pre_buffer=in_store)
        ids = [metadata.row_group(group).column(0).statistics for group in range(metadata.num_row_groups)]
        if not all(statistics and statistics.has_min_max for statistics in ids):
            raise ValueError("its row groups don't say which records they hold")
        self._firsts = np.array([statistics.min for statistics in ids], dtype=np.int64)
        self._lasts = np.array([statistics.max for statistics in ids], dtype=np.int64)
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
        """Yield the candidates that have rows, rising, and what is known of them, group after group, as written.

        The rows of a long record may go on in the next group.

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
        return self._of_groups(self._groups_of(candidates), candidates)

    def _groups_of(self, candidates: IntArray) -> list[int]:
        """Return the row groups that may tell of some candidates, rising."""
        begin = np.searchsorted(self._lasts, candidates, side="left")
        end = np.searchsorted(self._firsts, candidates, side="right")
        return [group for group in range(len(self._firsts)) if np.any((begin <= group) & (group < end))]

    def _of_groups(self, groups: Sequence[int], candidates: IntArray) -> Table:
        """Return what some row groups tell of candidates, rising."""
        held = [self._nothing, *(self._group(group) for group in groups)]
        parts = [_of_candidates(*of_group, candidates) for of_group in held]
        return parts[0].of_same(parts)

    def _decode(self, group: int) -> tuple[IntArray, Table]:
        return self.decoded(self._source.read_row_group(group))

    @property
    def _nothing(self) -> tuple[IntArray, Table]:
        return self.decoded(self._source.schema_arrow.empty_table())


def _of_candidates(held: IntArray, table: Table, candidates: IntArray) -> Table:
    """Return what is known of some candidates, rising, of which a table tells of those that are held."""
    places = np.flatnonzero(np.isin(candidates, held))
    return table.take(np.searchsorted(held, candidates[places])).put(places, len(candidates))


def _same_columns(one: pa.Schema, other: pa.Schema) -> bool:
    """Whether names and types are the same; in earlier versions no wave was without a beat, so none could be null."""
    return [(field.name, field.type) for field in one] == [(field.name, field.type) for field in other]


def coded(codes: npt.NDArray[np.integer], names: Sequence[str]) -> pa.Array:
    """Return a column of texts by their places among names."""
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(names, pa.string()))


def names_and_codes(table: pa.Table, name: str) -> tuple[list[str], IntArray]:
    """Return the texts that a column which was read as a dictionary has, and the place among them of each row's."""
    column = table.column(name).unify_dictionaries().combine_chunks()
    codes: IntArray = column.indices.to_numpy()
    return column.dictionary.to_pylist(), codes


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


def check_order(candidates: IntArray, table: RecordRows) -> None:
    """Check that rows follow each other by record.

    Parameters
    ----------
    candidates : int array, shape (records,)
        Which candidate each record of the table is.
    table : RecordRows
        The rows as they were read.

    Raises
    ------
    ValueError
        Naming the first record that comes after one that follows it.
    """
    late = np.flatnonzero(np.diff(table.record) < 0)
    if len(late):
        name = record_id(candidates[table.record[late[0] + 1]])
        raise ValueError(f"a row of record {name} comes after those of a record that follows it")

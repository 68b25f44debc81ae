"""Rows of Parquet files by their candidates: of whole records, and of the pieces of long ones."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.formats.base import SignalSpec
from ecgfactory.formats.long_record import PIECE_S
from ecgfactory.formats.parquet_columns import FIRST_SAMPLE, PIECE
from ecgfactory.record import record_id
from ecgfactory.storage.fetched import checked_path
from ecgfactory.storage.object_file import parquet_file
from ecgfactory.storage.place import Place

Sample = TypeVar("Sample", np.int16, np.uint8)


def rows_of(dataset: Path, path: str, candidates: Sequence[int], columns: Sequence[str]) -> list[pa.Table]:
    """Read columns of the rows of some candidates, one a candidate, row group by row group.

    Raises
    ------
    ValueError
        When the file does not hold them.
    """
    tables = list(_groups_of(dataset, path, candidates, columns))
    if [number for table in tables for number in table.column("candidate").to_pylist()] != list(candidates):
        raise _missing(path)
    return tables


def samples_of(
    tables: list[pa.Table], columns: Sequence[str], samples: int, dtype: type[Sample]
) -> npt.NDArray[Sample]:
    """Return columns of lists as an array of shape (records, columns, samples)."""
    array = np.empty((sum(table.num_rows for table in tables), len(columns), samples), dtype)
    start = 0
    for table in tables:
        for place, name in enumerate(columns):
            flat = table.column(name).combine_chunks().flatten().to_numpy()
            array[start : start + table.num_rows, place] = flat.reshape(table.num_rows, samples)
        start += table.num_rows
    return array


def piece_rows_of(
    dataset: Path, path: str, candidates: Sequence[int], columns: Sequence[str], spec: SignalSpec
) -> pa.Table:
    """Read columns of all pieces of some long records, and their numbers and first samples.

    Raises
    ------
    ValueError
        When the file does not hold them whole, in order.
    """
    tables = list(_groups_of(dataset, path, candidates, [PIECE, FIRST_SAMPLE, *columns]))
    if not tables:
        raise _missing(path)
    table = pa.concat_tables(tables)
    length = PIECE_S * spec.sampling_rate_hz
    numbers = range(-(-spec.samples // length))
    expected = ((candidate, number, number * length) for candidate in candidates for number in numbers)
    held = zip(*(table.column(name).to_pylist() for name in ("candidate", PIECE, FIRST_SAMPLE)), strict=True)
    for one, other in zip_longest(held, expected):
        if one != other:
            raise _disordered((other or one)[0])
    return table


def first_rows(pieces: pa.Table) -> pa.Table:
    """Return the first piece of each record without its number, given rows as `piece_rows_of` reads them.

    Raises
    ------
    ValueError
        When another piece of a record tells otherwise.
    """
    is_first = pieces.column(PIECE).to_numpy() == 0
    table = pieces.filter(pa.array(is_first)).drop_columns([PIECE, FIRST_SAMPLE])
    record = np.cumsum(is_first) - 1
    for name in table.column_names:
        told, of_first = pieces.column(name), table.column(name).take(pa.array(record))
        if not told.equals(of_first):
            pairs = zip(told.to_pylist(), of_first.to_pylist(), strict=True)
            row = next(row for row, (one, other) in enumerate(pairs) if one != other)
            candidate, number = (pieces.column(column)[row].as_py() for column in ("candidate", PIECE))
            raise ValueError(f"{name} of record {record_id(candidate)} is another in piece {number} than in its first")
    return table


def fill_from_pieces(
    array: npt.NDArray[Sample],
    dataset: Place,
    path: str,
    candidate: int,
    columns: Sequence[str],
    start: int,
    piece_samples: int,
) -> None:
    """Fill an array with a stretch of a long record, row group by row group.

    Parameters
    ----------
    array : array, shape (columns, samples)
        Is filled.
    dataset, path
        As in `Format.read`.
    candidate : int
        Its number.
    columns : sequence of str
        Columns of its samples.
    start : int
        First sample of the stretch.
    piece_samples : int
        Samples of a piece; the last of the record may have fewer.

    Raises
    ------
    ValueError
        When the file does not hold it whole, in order.
    """
    filled, stop = 0, start + array.shape[1]
    firsts = range(start - piece_samples + 1, stop)
    for table in _groups_of(dataset, path, [candidate], [FIRST_SAMPLE, *columns], firsts):
        for row, first in enumerate(table.column(FIRST_SAMPLE).to_pylist()):
            lists = [table.column(name)[row].values.to_numpy() for name in columns]
            wanted = slice(start + filled - first, stop - first)
            if first > start + filled or len({len(values) for values in lists}) != 1:
                raise _disordered(candidate)
            length = len(lists[0][wanted])
            for place, values in enumerate(lists):
                array[place, filled : filled + length] = values[wanted]
            filled += length
    if filled < array.shape[1]:
        raise _disordered(candidate)


def _groups_of(
    dataset: Place, path: str, candidates: Sequence[int], columns: Sequence[str], firsts: range | None = None
) -> Iterator[pa.Table]:
    """Yield the rows of some candidates from each row group that may hold one; the rest of it is freed at once.

    With `firsts` only pieces whose first sample is among these.
    """
    with parquet_file(dataset / checked_path(path)) as source:
        for group in range(source.num_row_groups):
            least, largest = _range_of(source, group, "candidate")
            index = bisect.bisect_left(candidates, least)
            if index == len(candidates) or candidates[index] > largest:
                continue
            if firsts is not None:
                least, largest = _range_of(source, group, FIRST_SAMPLE)
                if largest < firsts.start or least >= firsts.stop:
                    continue
            table = source.read_row_group(group, columns=["candidate", *columns])
            table = table.filter(pc.is_in(table.column("candidate"), pa.array(candidates, pa.int64())))
            if firsts is not None:
                first = table.column(FIRST_SAMPLE)
                wanted = pc.and_(pc.greater_equal(first, firsts.start), pc.less(first, firsts.stop))
                table = table.filter(wanted)
            yield table


def _range_of(source: pq.ParquetFile, group: int, name: str) -> tuple[int, int]:
    """Return the least and the largest value of a column in a row group, by its statistics."""
    column = source.schema_arrow.get_field_index(name)
    statistics = source.metadata.row_group(group).column(column).statistics
    return statistics.min, statistics.max


def _missing(path: str) -> ValueError:
    return ValueError(f"{path} does not hold the records that records.parquet places there")


def _disordered(candidate: int) -> ValueError:
    return ValueError(f"the pieces of record {record_id(candidate)} are not all there, numbered and end to end")

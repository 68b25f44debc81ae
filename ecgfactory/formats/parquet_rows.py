"""Rows of Parquet files by their candidates: of whole records, and of the pieces of long ones."""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.formats.parquet_columns import FIRST_SAMPLE, PIECE

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


def piece_rows_of(dataset: Path, path: str, candidates: Sequence[int], columns: Sequence[str]) -> pa.Table:
    """Read columns of all pieces of some long records, and their numbers; raises as `rows_of`."""
    tables = list(_groups_of(dataset, path, candidates, [PIECE, FIRST_SAMPLE, *columns]))
    if not tables:
        raise _missing(path)
    table = pa.concat_tables(tables)
    is_first = pc.equal(table.column(PIECE), 0)
    if table.filter(is_first).column("candidate").to_pylist() != list(candidates):
        raise _missing(path)
    return table


def fill_from_pieces(
    array: npt.NDArray[Sample],
    dataset: Path,
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
        When the file does not hold it, or its pieces are not end to end.
    """
    filled, stop = 0, start + array.shape[1]
    firsts = range(start - piece_samples + 1, stop)
    for table in _groups_of(dataset, path, [candidate], [FIRST_SAMPLE, *columns], firsts):
        for row, first in enumerate(table.column(FIRST_SAMPLE).to_pylist()):
            lists = [table.column(name)[row].values.to_numpy() for name in columns]
            wanted = slice(start + filled - first, stop - first)
            if first > start + filled or len({len(values) for values in lists}) != 1:
                raise ValueError(f"{path} has pieces that are not end to end")
            length = len(lists[0][wanted])
            for place, values in enumerate(lists):
                array[place, filled : filled + length] = values[wanted]
            filled += length
    if filled < array.shape[1]:
        raise _missing(path)


def _groups_of(
    dataset: Path, path: str, candidates: Sequence[int], columns: Sequence[str], firsts: range | None = None
) -> Iterator[pa.Table]:
    """Yield the rows of some candidates from each row group that may hold one; the rest of it is freed at once.

    With `firsts` only pieces whose first sample is among these.
    """
    with pq.ParquetFile(dataset / path) as source:
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

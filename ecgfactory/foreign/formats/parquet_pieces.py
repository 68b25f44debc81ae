"""Tables of ours with long records: a row for each piece of 60 s, which are put together again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ecgfactory.foreign.recording import UnreadableError
from ecgfactory.formats.long_record import PIECES_READ
from ecgfactory.formats.parquet_columns import FIRST_SAMPLE, PIECE

OF_OURS = {"record_id", "candidate", "split"}
"""Columns that the tables of our datasets have."""

_ROWS_AT_ONCE = 64


def is_of_ours(schema: pa.Schema) -> bool:
    """Return whether a table is of a dataset of ours, whose lists are leads only where they are named as these."""
    return set(schema.names) >= OF_OURS


def rows_of_each(source: pq.ParquetFile, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield columns of the rows of each record: one, or those of its pieces, of which one record is held at a time."""
    names = set(source.schema_arrow.names)
    if not names >= {PIECE, FIRST_SAMPLE, *OF_OURS}:
        for batch in source.iter_batches(_ROWS_AT_ONCE, columns=list(columns)):
            yield from (pa.Table.from_batches([batch.slice(row, 1)]) for row in range(batch.num_rows))
        return
    wanted, held, rows = ["record_id", FIRST_SAMPLE, *columns], None, list[pa.RecordBatch]()
    for batch in source.iter_batches(PIECES_READ, columns=list(dict.fromkeys(wanted))):
        for row in range(batch.num_rows):
            if rows and batch["record_id"][row] != held:
                yield pa.Table.from_batches(rows)
                rows = []
            held = batch["record_id"][row]
            rows.append(batch.slice(row, 1))
    if rows:
        yield pa.Table.from_batches(rows)


def cells_of(rows: pa.Table, lists: Sequence[str]) -> Mapping[str, pa.Scalar]:
    """Return what the rows of a record say, by column.

    Parameters
    ----------
    rows : Table
        As `rows_of_each` yields them.
    lists : sequence of str
        Columns of samples, which are put together from all rows; of the others the first row's are taken.

    Raises
    ------
    UnreadableError
        When pieces do not follow each other end to end, as they do not where one is missing.
    """
    cells = {name: rows.column(name)[0] for name in rows.column_names}
    if FIRST_SAMPLE not in cells:
        return cells
    for name in lists:
        lengths = pc.list_value_length(rows.column(name)).fill_null(0).to_numpy()
        ends = np.cumsum(lengths)
        if not np.array_equal(rows.column(FIRST_SAMPLE).to_numpy(), ends - lengths):
            raise UnreadableError("its pieces of 60 s do not follow each other end to end; one may be missing")
        values = rows.column(name).combine_chunks().flatten()
        cells[name] = pa.LargeListArray.from_arrays(pa.array([0, len(values)], pa.int64()), values)[0]
    return cells

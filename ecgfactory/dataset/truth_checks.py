"""What may be wrong with a file of what is true of records: by itself, and beside what formats hold of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import IntArray
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import RECORDS_FILE
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats.damage import reading
from ecgfactory.formats.truth_file import Table, TruthReader
from ecgfactory.record import record_id
from ecgfactory.record_rows import RecordRows

GroupCheck = Callable[[IntArray, Table], Iterator[str]]
"""Yields what is wrong with what is known of some candidates, rising."""

CopyCheck = Callable[[str, str, Sequence[int], Table], dict[str, list[int]]]
"""Tells what a format holds otherwise in a file than is known of some candidates, and of which of these, by place."""


def truth_problems(
    dataset: DatasetFiles,
    file: str,
    reader_class: type[TruthReader[Table]],
    check: GroupCheck[Table],
    goes_on: bool = False,
) -> Iterator[str]:
    """Yield what is wrong with the sampling rate and the order of records of a file, and with each of its groups.

    Parameters
    ----------
    dataset : DatasetFiles
        Whose file it is.
    file : str
        Its name.
    reader_class : type of TruthReader
        What reads it.
    check : callable
        What each group is to pass.
    goes_on : bool
        Whether the rows of a record may go on in the next group.

    Raises
    ------
    DamagedDatasetError
        When the file can't be read.
    """
    with reading(file), dataset.at_hand(file) as folder:
        reader = reader_class(folder / file, dataset.plan.lead_names)
    rate = dataset.plan.recorder.rate_hz
    if reader.rate_hz != str(rate):
        yield f"{file}: its sampling rate is {reader.rate_hz!r}, where records have {rate} Hz"
    before = -1
    with reading(file):
        for candidates, table in reader.groups():
            if len(candidates) and candidates[0] < before + (0 if goes_on else 1):
                yield f"{file}: record {record_id(candidates[0])} is not in the order of {RECORDS_FILE}"
            before = int(candidates[-1])
            yield from check(candidates, table)


Parts = Sequence[npt.NDArray[np.int32]]
"""Rows of each record, as whole numbers."""


def rows_of_each(table: RecordRows, columns: Sequence[str]) -> Parts:
    """Return the rows of each record, each of shape (rows, columns), of columns that are whole numbers."""
    rows = np.stack([getattr(table, name).astype(np.int32) for name in columns], axis=-1)
    return np.split(rows, np.searchsorted(table.record, np.arange(table.records)))[1:]


def differing_rows(held: Parts, expected: Parts) -> list[int]:
    """Return the records of which the rows differ."""
    pairs = enumerate(zip(held, expected, strict=True))
    return [row for row, (one, other) in pairs if not np.array_equal(one, other)]


def copy_problems(
    dataset: DatasetFiles,
    format_names: Sequence[str],
    file: str,
    reader_class: type[TruthReader[Table]],
    check: CopyCheck[Table],
    records_at_once: int,
) -> Iterator[str]:
    """Yield what formats hold otherwise than a file, which is sound, by record.

    Parameters
    ----------
    dataset : DatasetFiles
        Whose files they are.
    format_names : sequence of str
        Formats, and clean twins of formats.
    file, reader_class
        As in `truth_problems`.
    check : callable
        Compares one file of a format.
    records_at_once : int
        Records of a file that are compared at a time.
    """
    with dataset.at_hand(file) as folder:
        reader = reader_class(folder / file, dataset.plan.lead_names)
    for name in format_names:
        for path, candidates in dataset.files_of(name, records_at_once):
            table = reader.read(np.array(candidates))
            try:
                differing = check(name, path, candidates, table)
            except DamagedDatasetError as error:
                yield from error.problems
                continue
            for what, rows in differing.items():
                for row in rows:
                    yield f"{path}: the {what} of record {record_id(candidates[row])} differ from {file}"

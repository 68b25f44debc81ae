"""Rows of a table that belong to records: taken by record, and numbered anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray


@dataclass(frozen=True, eq=False, repr=False)
class RecordRows:
    """Rows in the order of records, of which some may have none.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the records' leads.
    records : int
        How many records there are, those without a row included.
    record : int32 array, shape (rows,)
        Which record each row is of, from 0; rising.
    """

    _noun: ClassVar[str]
    """What rows are, in messages."""

    _columns: ClassVar[tuple[str, ...]]
    """Names of the arrays, one value a row, that stay as they are when records are numbered anew."""

    lead_names: tuple[str, ...]
    records: int
    record: npt.NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.record)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """How many rows each record has, shape (records,)."""
        return np.bincount(self.record, minlength=self.records)

    def take(self, rows: npt.NDArray[np.integer]) -> Self:
        """Return what is of some of the records, by index; they are numbered anew in that order."""
        starts = np.searchsorted(self.record, np.arange(self.records + 1))
        counts = np.diff(starts)[rows]
        first = np.repeat(starts[:-1][rows] - (np.cumsum(counts) - counts), counts)
        return self._rows(first + np.arange(counts.sum()), len(rows), np.repeat(np.arange(len(rows)), counts))

    def put(self, rows: npt.NDArray[np.integer], records: int) -> Self:
        """Return the same as of some rows, rising, among so many records; the others have none."""
        return self._rows(slice(None), records, rows[self.record])

    def where(self, wanted: BoolArray) -> Self:
        """Return some of the rows, given for each whether it is wanted, of as many records as before."""
        return self._rows(np.flatnonzero(wanted), self.records, self.record[wanted])

    def of(self, row: int) -> Self:
        """Return what is of one record, by index: negative from the end.

        Raises
        ------
        IndexError
            When there is no such record.
        """
        if not -self.records <= row < self.records:
            raise IndexError(f"{self._noun}: index is {row}; there are those of {self._ecgs}, counted from 0.")
        row %= self.records
        first, end = np.searchsorted(self.record, [row, row + 1])
        return self._rows(slice(first, end), 1, np.zeros(end - first))

    def part(self, first: int, stop: int) -> Self:
        """Return the rows from one place to before another, of the same records."""
        return self._rows(slice(first, stop), self.records, self.record[first:stop])

    @property
    def _ecgs(self) -> str:
        return "1 ECG" if self.records == 1 else f"{self.records:,} ECGs"

    def _rows(self, places: npt.NDArray[np.integer] | slice, records: int, record: npt.NDArray[np.generic]) -> Self:
        """Return some rows as those of so many records, given which record each is of."""
        columns = {name: getattr(self, name)[places] for name in self._columns}
        return replace(self, records=records, record=record.astype(np.int32), **columns)

    @classmethod
    def of_same(cls, tables: Sequence[Self]) -> Self:
        """Put rows of the same records together, of one or more tables in which records never fall."""
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(table, name) for table in tables]) for name in ("record", *cls._columns)
        }
        return replace(tables[0], **columns)

    @classmethod
    def joined(cls, tables: Sequence[Self]) -> Self:
        """Put the rows of some batches of records, one or more, below each other."""
        starts = np.cumsum([0, *(table.records for table in tables)])
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(table, name) for table in tables]) for name in cls._columns
        }
        record = np.concatenate([table.record + start for table, start in zip(tables, starts[:-1], strict=True)])
        return replace(tables[0], records=int(starts[-1]), record=record.astype(np.int32), **columns)

"""Two .npy files of rows that belong to records: the rows, record after record, and where those of each begin."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import IntArray
from ecgfactory.formats.growing_npy import GrowingNpy


@dataclass(frozen=True)
class RaggedNpy:
    """What there is to know of the two files beforehand.

    Parameters
    ----------
    noun : str
        What the rows are of, as messages have it.
    rows_suffix, starts_suffix : str
        Endings of the names of the two files.
    dtype : dtype
        Of a row.
    """

    noun: str
    rows_suffix: str
    starts_suffix: str
    dtype: np.dtype[Any]

    @property
    def suffixes(self) -> tuple[str, str]:
        """Endings of the names of the two files."""
        return self.rows_suffix, self.starts_suffix

    def spans(
        self, rows: npt.NDArray[Any], starts: npt.NDArray[Any], places: IntArray, records: int
    ) -> tuple[npt.NDArray[Any], npt.NDArray[np.int32]]:
        """Take the rows of some records from the two arrays.

        Parameters
        ----------
        rows, starts : array
            What the files hold.
        places : int array, shape (n,)
            Places of the wanted records in the files.
        records : int
            How many records the files are of.

        Returns
        -------
        array of `dtype`, int32 array, both of shape (rows,)
            The rows, and which of the wanted records each is of.

        Raises
        ------
        ValueError
            When the arrays are not such.
        """
        are_those = rows.dtype == self.dtype and starts.dtype == np.int64 and len(starts) == records + 1
        if not are_those or starts[-1] != len(rows):
            raise ValueError(f"there are {self.noun} of another type or number than in the dataset")
        spans = [rows[starts[place] : starts[place + 1]] for place in places.tolist()]
        record = np.arange(len(spans), dtype=np.int32).repeat([len(span) for span in spans])
        return np.concatenate(spans), record


class RaggedNpyWriter:
    """Writes the two files.

    Parameters
    ----------
    of : RaggedNpy
        What is known of them.
    path : Path
        Where, but for the ending.
    """

    def __init__(self, of: RaggedNpy, path: Path) -> None:
        self._rows = GrowingNpy(path.with_suffix(of.rows_suffix), of.dtype, ())
        self._starts_path = path.with_suffix(of.starts_suffix)
        self._starts = [0]

    def append(self, rows: npt.NDArray[Any], counts: IntArray) -> None:
        """Add the rows of some records, given how many each has."""
        self._starts.extend((self._starts[-1] + np.cumsum(counts)).tolist())
        self._rows.append(rows)

    def extend(self, rows: npt.NDArray[Any]) -> None:
        """Add some rows of a record that `end_record` ends."""
        self._rows.append(rows)

    def end_record(self) -> None:
        """End the record whose rows `extend` added."""
        self._starts.append(len(self._rows))

    def close(self) -> None:
        """Finish the files."""
        self._rows.close()
        np.save(self._starts_path, np.array(self._starts, dtype="<i8"))

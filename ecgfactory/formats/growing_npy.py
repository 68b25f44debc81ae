"""An .npy file that rows are added to."""

from __future__ import annotations

import io
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy_format


class GrowingNpy:
    """A new file, which holds the rows written so far once it is closed.

    Parameters
    ----------
    path : Path
        Where.
    dtype : dtype
        Of all rows.
    row_shape : tuple of int
        Shape of each.
    """

    def __init__(self, path: Path, dtype: npt.DTypeLike, row_shape: tuple[int, ...]) -> None:
        self._dtype, self._row_shape = np.dtype(dtype), row_shape
        self._header = {"descr": npy_format.dtype_to_descr(self._dtype), "fortran_order": False}
        self._rows = 0
        self._stream = path.open("wb")
        self._write_header()
        self._header_bytes = self._stream.tell()

    def __len__(self) -> int:
        return self._rows

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Add rows, which have the file's type and shape."""
        self._stream.write(np.ascontiguousarray(rows).data)
        self._rows += len(rows)

    def put(self, start: int, piece: npt.NDArray[Any]) -> None:
        """Write a stretch of the row that `end_row` will add, of two axes, from a place of the second on.

        Parameters
        ----------
        start : int
            The place.
        piece : array, shape (rows of the row, any)
            What is there from it on, of the file's type.
        """
        height, width = self._row_shape
        begin = self._header_bytes + self._rows * height * width * self._dtype.itemsize
        put_stretch(self._stream, begin, width, start, piece)

    def end_row(self) -> None:
        """Add the row that `put` wrote."""
        self._rows += 1
        self._stream.seek(0, io.SEEK_END)

    def close(self) -> None:
        """Write how many rows there are into the header."""
        self._stream.seek(0)
        self._write_header()
        self._stream.close()

    def _write_header(self) -> None:
        """Write the header, which NumPy makes equally long for any number of rows."""
        npy_format.write_array_header_1_0(self._stream, self._header | {"shape": (self._rows, *self._row_shape)})


def put_stretch(stream: IO[bytes], begin: int, width: int, start: int, piece: npt.NDArray[Any]) -> None:
    """Write a stretch of an array of two axes, in C order, of which the second is so wide.

    Parameters
    ----------
    stream : file
        Is written into.
    begin : int
        Place of the array's first byte.
    width : int
        Length of the array's second axis.
    start : int
        Where in it the stretch begins.
    piece : array, shape (first axis, any)
        The stretch.
    """
    for line, values in enumerate(piece):
        stream.seek(begin + (line * width + start) * piece.itemsize)
        stream.write(np.ascontiguousarray(values).data)

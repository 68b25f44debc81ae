"""An .npy file that rows are added to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

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
        self._header = {"descr": npy_format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False}
        self._row_shape = row_shape
        self._rows = 0
        self._stream = path.open("wb")
        self._write_header()

    def append(self, rows: npt.NDArray[Any]) -> None:
        """Add rows, which have the file's type and shape."""
        self._stream.write(np.ascontiguousarray(rows).data)
        self._rows += len(rows)

    def close(self) -> None:
        """Write how many rows there are into the header."""
        self._stream.seek(0)
        self._write_header()
        self._stream.close()

    def _write_header(self) -> None:
        """Write the header, which NumPy makes equally long for any number of rows."""
        npy_format.write_array_header_1_0(self._stream, self._header | {"shape": (self._rows, *self._row_shape)})

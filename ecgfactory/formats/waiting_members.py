"""Members of a tar file whose content comes in pieces: it waits in a file without a name until it is whole."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
from numpy.lib import format as npy_format

from ecgfactory.formats.growing_npy import put_stretch
from ecgfactory.formats.wave_rows import WAVE_SCHEMA, wave_rows
from ecgfactory.wave_table import WaveTable


class WaitingFiles(ExitStack):
    """Makes files without a name, which are gone once it is closed.

    Parameters
    ----------
    folder : Path
        A folder on the disk that they are to wait on.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def new(self) -> IO[bytes]:
        """Return an empty one."""
        return self.enter_context(tempfile.TemporaryFile(dir=self._folder))


class WaitingNpy:
    """An array, shape (leads, samples), as `numpy.save` writes it.

    Parameters
    ----------
    stream : file
        Where it waits.
    dtype : dtype
        Of a sample.
    shape : (int, int)
        Leads and samples.
    """

    def __init__(self, stream: IO[bytes], dtype: npt.DTypeLike, shape: tuple[int, int]) -> None:
        self.stream = stream
        self._samples = shape[1]
        header = {"descr": npy_format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
        npy_format.write_array_header_1_0(stream, header)
        self._header_bytes = stream.tell()

    def put(self, start: int, piece: npt.NDArray[Any]) -> None:
        """Write what is there from a sample on; shape (leads, any)."""
        put_stretch(self.stream, self._header_bytes, self._samples, start, piece)


class WaitingWaves:
    """Waves of a record as text, a list for each column, as `json.dumps` gives it.

    Parameters
    ----------
    files : WaitingFiles
        Where it waits.
    """

    def __init__(self, files: WaitingFiles) -> None:
        self.stream = files.new()
        self._columns = {name: files.new() for name in WAVE_SCHEMA.names}

    def add(self, waves: WaveTable) -> None:
        """Add the waves of a piece."""
        for name, values in wave_rows(waves).to_pydict().items():
            comma = b", " if values and self._columns[name].tell() else b""
            self._columns[name].write(comma + json.dumps(values)[1:-1].encode())

    def finish(self) -> None:
        """Put the text together in `stream`."""
        for name, column in self._columns.items():
            begin = ", " if self.stream.tell() else "{"
            self.stream.write(f'{begin}"{name}": ['.encode())
            column.seek(0)
            shutil.copyfileobj(column, self.stream)
            self.stream.write(b"]")
        self.stream.write(b"}")

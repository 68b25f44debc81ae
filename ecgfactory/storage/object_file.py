"""An object in a store as a file that is read in parts: of a Parquet file the footer and what is asked for alone."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ecgfactory.storage.fetched import fetched_files
from ecgfactory.storage.place import Place
from ecgfactory.storage.store_path import StorePath

LEAST_BYTES = 256 * 2**10
"""Read at once, and kept for what is asked for next: a request takes as long as these do."""


def parquet_file(place: Place, **options: Any) -> pq.ParquetFile:
    """Open a Parquet file; in a store, what lies close together is read at once.

    Parameters
    ----------
    place : Path or StorePath
        The file.
    **options
        As `pyarrow.parquet.ParquetFile` takes them.

    Raises
    ------
    FileNotFoundError
        When there is none.
    StoreError
        When the store does not give it.
    """
    if isinstance(place, Path):
        return pq.ParquetFile(place, **options)
    return pq.ParquetFile(readable(place), **{**options, "pre_buffer": True})


def readable(place: Place) -> Path | pa.NativeFile | ObjectFile:
    """Return what readers of tables take: a path; of a store a file that was fetched, or the object as a file.

    It raises as `parquet_file` does.
    """
    return place if isinstance(place, Path) else fetched_files().opened(place) or ObjectFile(place)


class ObjectFile(io.RawIOBase):
    """An object as a file that is read only, from anywhere in it; for one thread at a time.

    Parameters
    ----------
    place : StorePath
        The object.

    Raises
    ------
    FileNotFoundError
        When there is none; later, when it is gone.
    StoreError
        When the store does not give it; later too.
    """

    def __init__(self, place: StorePath) -> None:
        stored = place.store.stat(place.name)
        if stored is None:
            raise FileNotFoundError(f"{place}: is not there")
        self._place = place
        self._size = stored.size_bytes
        self._position = 0
        self._kept_from, self._kept = 0, b""

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read from anywhere: always."""
        return True

    def tell(self) -> int:
        """Return where the next byte is read."""
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Say where the next byte is read; see `io.IOBase.seek`."""
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        if start + offset < 0:
            raise ValueError(f"{self._place}: there is no byte {start + offset}")
        self._position = start + offset
        return self._position

    def read(self, size: int | None = -1) -> bytes:
        """Read so many bytes, or all that follow; fewer only where it ends."""
        asked = self._size if size is None or size < 0 else self._position + size
        start, stop = min(self._position, self._size), min(asked, self._size)
        if start < self._kept_from or stop > self._kept_from + len(self._kept):
            self._keep(start, stop)
        self._position = max(self._position, stop)
        return self._kept[start - self._kept_from : stop - self._kept_from] if stop > start else b""

    def readall(self) -> bytes:
        """Read all that follows."""
        return self.read()

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer; see `io.RawIOBase.readinto`."""
        content = self.read(len(memoryview(buffer).cast("B")))
        memoryview(buffer).cast("B")[: len(content)] = content
        return len(content)

    def _keep(self, start: int, stop: int) -> None:
        """Read bytes from the store, and more around them where they are few: at the end of the file before them."""
        stop = min(max(stop, start + LEAST_BYTES), self._size)
        start = max(min(start, stop - LEAST_BYTES), 0)
        content = self._place.store.read(self._place.name, start, stop)
        if len(content) != stop - start:
            raise ValueError(f"{self._place}: it is shorter than it was")
        self._kept_from, self._kept = start, content

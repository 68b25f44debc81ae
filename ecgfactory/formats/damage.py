"""Any error of a library on a damaged file, turned into one that names the file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ecgfactory.errors import DamagedDatasetError, EcgFactoryError
from ecgfactory.storage.fetched import fetched_files
from ecgfactory.storage.place import Place


@contextmanager
def reading(path: Place | str) -> Iterator[None]:
    """Read a file of a dataset.

    Raises
    ------
    DamagedDatasetError
        When it is missing or does not hold what it should.
    """
    try:
        yield
    except (EcgFactoryError, MemoryError):
        raise
    except Exception as error:  # libraries raise errors of many kinds
        text = " ".join(fetched_files().addressed(str(error)).split())
        raise DamagedDatasetError([f"{path}: can't be read ({text[:200]})"]) from error

"""Opening a source: a path, an open dataset, or ECGs in memory."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.reader import Dataset, dataset_at
from ecgfactory.ecgs import Ecgs
from ecgfactory.errors import BadInputError, shown
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.sources.dataset import DatasetSource
from ecgfactory.sources.files import FilesSource
from ecgfactory.sources.memory import EcgsSource
from ecgfactory.sources.source import Source
from ecgfactory.storage.place import as_place
from ecgfactory.storage.store_path import StorePath

Comparable: TypeAlias = "str | Path | StorePath | DatasetFiles | Ecgs"
"""What may be opened: the path or the address of a dataset of ours, of a file or of a folder; an open dataset; ECGs in
memory."""


def open_source(given: Comparable, what: str, called: str = "", **stated: Any) -> Source:
    """Open ECGs.

    Parameters
    ----------
    given : str, Path, StorePath, DatasetFiles or Ecgs
        See `Comparable`; a path of a dataset of ours is read by its manifest, any other as `read_ecgs` does.
    what : str
        What it is, for messages.
    called : str
        What ECGs of files are called where their names must not be passed on; see `FilesSource`.
    **stated
        What the user says about files, by parameter of `read_ecgs`.

    Raises
    ------
    BadInputError
        When it is none of these, there is nothing to read, or what is stated can't be used.
    """
    if isinstance(given, DatasetFiles):
        return DatasetSource(given)
    if isinstance(given, Ecgs):
        return EcgsSource(given)
    if not isinstance(given, str | PathLike | StorePath):
        raise BadInputError(f"{what} is {shown(given)}; give the path of a dataset, file or folder, a Dataset or Ecgs.")
    path = as_place(given)
    if dataset_at(path) is None:
        return FilesSource(path, read_ecgs(path, **stated), called)
    if said := [name for name, value in stated.items() if value]:
        raise BadInputError(f"{path}: is a dataset, which says all of itself; leave {' and '.join(said)} out.")
    return DatasetSource(Dataset(path))

"""How many records the files of a format hold."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ecgfactory.dataset.files import DatasetFiles, candidates_by_file
from ecgfactory.formats.base import Format
from ecgfactory.formats.clean_twin import format_named
from ecgfactory.formats.damage import reading


def records_in_files(dataset: DatasetFiles, name: str, files: Collection[str]) -> int:
    """Count the records that a dataset holds in a format, by its files alone.

    In a store, files of one record each are counted by their names, and of others one is on this machine at a time.

    Parameters
    ----------
    dataset : DatasetFiles
        The dataset.
    name : str
        Of the format, or clean twin of one.
    files : collection of str
        All its files, as paths below it.

    Raises
    ------
    DamagedDatasetError
        When one can't be read.
    """
    format_ = format_named(name)
    if isinstance(dataset.path, Path):
        with reading(name):
            return format_.count(dataset.path)
    if format_.has_file_per_record():
        return sum(_is_of_record(format_, path, dataset.plan.request.splits) for path in files)
    return sum(_records_in_file(dataset, name, path) for path in candidates_by_file(dataset.records_table, name))


def _is_of_record(format_: type[Format], path: str, splits: Collection[str]) -> bool:
    """Whether a file is the one by which a record is named in this format."""
    number = PurePosixPath(path).name.partition(".")[0]
    return number.isdecimal() and any(format_.staged_path(int(number), split) == path for split in splits)


def _records_in_file(dataset: DatasetFiles, name: str, path: str) -> int:
    """Count the records of one file, as of a dataset that has no other."""
    with dataset.format_file(name, path) as folder, TemporaryDirectory() as alone:
        held = Path(alone) / path
        held.parent.mkdir(parents=True)
        held.symlink_to(folder / path)
        return format_named(name).count(Path(alone))

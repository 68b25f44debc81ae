"""The pictures of single records of a dataset, to look at."""

from __future__ import annotations

from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.pictures import StoredPicture, without_pictures
from ecgfactory.pictures.paths import PicturePaths


def pictures_of(files: DatasetFiles, wanted: str) -> list[StoredPicture]:
    """Return the pictures of an accepted record, in order.

    Parameters
    ----------
    files : DatasetFiles
        The dataset.
    wanted : str
        Record id, leading zeros optional.

    Raises
    ------
    BadInputError
        When the dataset has no pictures, or no such record.
    """
    asked = files.plan.pictures
    if asked is None:
        raise without_pictures(str(files.path))
    row = files.place(wanted)
    candidate, split = int(files.candidates[row]), files.records_table.column("split")[row].as_py()
    numbers = range(asked.per_record) if asked.per_record > 1 else [None]
    paths = [PicturePaths(candidate, split, number, asked.encoding.suffix) for number in numbers]
    record = files.records_table.column("record_id")[row].as_py()
    return [
        StoredPicture(record, number, files.path / at.image, files.path / at.mask, files.path / at.truth)
        for number, at in enumerate(paths)
    ]

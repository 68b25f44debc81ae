"""What lies in the folder of a dataset and is no part of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.dataset.foreign_files import foreign_files, passes_for_data
from ecgfactory.dataset.verify import verify
from ecgfactory.errors import DamagedDatasetError
from ecgfactory.formats import FORMATS

DROPPED = (
    ".DS_Store",
    ".directory",
    ".git/config",
    ".gitattributes",
    "Thumbs.db",
    "csv/00000/._00000003.csv",
    "csv/.sync/00000003.csv",
    "data/.DS_Store",
    "data/._train-00000-of-00003.parquet",
    "data/Thumbs.db",
    "desktop.ini",
    "edf/00000/.~lock.00000003.edf#",
    "npy/.train-00000-of-00003.npy.swp",
    "records.csv~",
    "webdataset/._train-00000-of-00003.tar",
    "wfdb/00000/00000003.hea~",
    "wfdb/desktop.ini",
)
NOTES = ("csv/00000/notes.txt", "notes.md", "reports/seen.txt", "wfdb/figures/a.png")
TAKEN = (
    "csv/00000/00099999.csv",
    "csv/extra.csv",
    "data/more/x.parquet",
    "data/notes.txt",
    "data/train-00000-of-00003 (conflicted copy).parquet",
    "edf/00000/00099999.edf",
    "npy/extra.npy",
    "webdataset/extra.tar",
    "wfdb/00000/00000003.art",
    "wfdb/00000/00000003.ii",
    "wfdb/00000/00099999.hea",
    "wfdb_flac/00000/00099999_limb.flac",
)


def put(folder: Path, *paths: str) -> None:
    for path in paths:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x", encoding="utf-8")


def test_droppings_and_notes_are_found_and_no_damage(copy: Path) -> None:
    assert foreign_files(copy) == []
    put(copy, *DROPPED, *NOTES)
    (copy / "elsewhere").symlink_to("/")
    assert foreign_files(copy) == sorted([*DROPPED, *NOTES, "elsewhere"])
    assert verify(copy).manifest.records == 8


def test_what_readers_take_for_data_is_damage(copy: Path) -> None:
    put(copy, *TAKEN)
    with pytest.raises(DamagedDatasetError) as caught:
        verify(copy, with_signals=False)
    named = [problem.partition(": does not belong to the dataset")[0] for problem in caught.value.problems]
    assert named == list(TAKEN)


def test_only_the_formats_of_the_dataset_count() -> None:
    assert passes_for_data("wfdb/00000/00099999.hea", list(FORMATS))
    assert not passes_for_data("wfdb/00000/00099999.hea", ["csv"])

"""Pictures of a published dataset, as its readers get them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgfactory.dataset.pictures import StoredPicture
from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.errors import BadInputError, DamagedDatasetError


@pytest.fixture(scope="module")
def dataset(pictured: Path) -> Dataset:
    return open_dataset(pictured)


def test_the_table_has_a_row_per_picture(dataset: Dataset) -> None:
    assert list(dataset.images.index) == [name for name in dataset.record_ids for _ in (0, 1)]
    assert list(dataset.images.picture) == [0, 1] * 6
    assert "boxes" not in dataset.images.columns
    assert "12 pictures; train" in repr(dataset)


def test_a_picture_comes_with_its_mask_and_its_truth(dataset: Dataset) -> None:
    wanted = dataset.record_ids[3]
    picture, row = dataset.picture(wanted.lstrip("0"), 1), dataset.images[dataset.images.picture == 1].loc[wanted]
    assert (picture.record_id, picture.number, picture.split) == (wanted, 1, dataset.splits[wanted])
    assert picture.path == dataset.path / row.image_path
    assert picture.pixels.shape == (row.height_px, row.width_px, 3)
    assert picture.pixels.dtype == picture.mask.dtype == np.dtype(np.uint8)
    assert picture.mask.shape == picture.pixels.shape[:2]
    assert picture.truth.record_id == wanted
    shown = picture.truth.leads[0]
    assert (picture.mask == picture.truth.mask_values[shown.lead]).any()
    assert picture._repr_png_() == picture.path.read_bytes()
    assert picture._repr_jpeg_() is None


def test_pictures_of_a_split_are_those_of_its_records(dataset: Dataset) -> None:
    of_test = list(dataset.pictures("test"))
    records = [name for name in dataset.record_ids if dataset.splits[name] == "test"]
    assert [(of.record_id, of.number) for of in of_test] == [(name, number) for name in records for number in (0, 1)]
    assert {of.split for of in of_test} == {"test"}
    assert len(list(dataset.pictures())) == 12


def test_what_is_not_there_is_told(dataset: Dataset, built: Path) -> None:
    with pytest.raises(BadInputError, match=r"there is no picture 2 of a record; give a number from 0 to 1\."):
        dataset.picture(dataset.record_ids[0], 2)
    with pytest.raises(BadInputError, match="the nearest one is"):
        dataset.picture("99999")
    with pytest.raises(BadInputError, match="there is no split 'dev'"):
        list(dataset.pictures("dev"))
    without = open_dataset(built)
    for ask in (lambda: without.images, lambda: without.picture("1"), without.torch_pictures):
        with pytest.raises(BadInputError, match=r"there are no pictures; build with `formats: \[\.\.\., images\]`\."):
            ask()


def test_a_picture_that_can_not_be_read_is_named(dataset: Dataset, tmp_path: Path) -> None:
    (row,) = dataset.pictures_table.slice(0, 1).to_pylist()
    broken = StoredPicture.of_row(tmp_path, row)
    for part in ("pixels", "mask", "truth"):
        with pytest.raises(DamagedDatasetError, match="can't be read"):
            getattr(broken, part)

"""Pictures of a published dataset, as its readers get them."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ecgfactory.dataset.pictures import StoredPicture
from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.paper.truth_file import read_truth


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


def test_a_picture_is_saved_as_one_that_was_drawn_is(dataset: Dataset, tmp_path: Path) -> None:
    picture = dataset.picture(dataset.record_ids[0])
    picture.save(tmp_path / "ecg.png")
    assert (tmp_path / "ecg.png").read_bytes() == picture.path.read_bytes()
    assert (tmp_path / "ecg_mask.png").read_bytes() == picture.mask_path.read_bytes()
    truth = read_truth(tmp_path / "ecg.json")
    assert (truth.image.file, truth.mask.file, truth.page) == ("ecg.png", "ecg_mask.png", picture.truth.page)
    with pytest.raises(BadInputError, match=r"ecg\.png: is there already"):
        picture.save(tmp_path / "ecg.png")
    picture.save(tmp_path / "small.webp", quality=50)
    small = replace(picture, path=tmp_path / "small.webp")
    assert small.pixels.shape == picture.pixels.shape
    shown = small._repr_png_()
    assert shown is not None
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(shown))), small.pixels)


def test_pictures_of_a_split_are_those_of_its_records(dataset: Dataset) -> None:
    of_test = list(dataset.pictures("test"))
    records = [name for name in dataset.record_ids if dataset.splits[name] == "test"]
    assert [(of.record_id, of.number) for of in of_test] == [(name, number) for name in records for number in (0, 1)]
    assert {of.split for of in of_test} == {"test"}
    assert len(list(dataset.pictures())) == 12


def test_what_is_not_there_is_told(dataset: Dataset, built: Path) -> None:
    with pytest.raises(BadInputError, match=r"there is no picture 2 of a record; give a number from 0 to 1\."):
        dataset.picture(dataset.record_ids[0], 2)
    with pytest.raises(BadInputError, match=r"^record 7 is no id; give one like '00000000'\.$"):
        dataset.picture(7, 1)  # type: ignore[arg-type]
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
    with pytest.raises(DamagedDatasetError, match="can't be read"):
        broken.save(tmp_path / "ecg.png")

"""One picture made again from its dataset alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ecgfactory.dataset.reader import open_dataset
from ecgfactory.errors import BadInputError


@pytest.mark.parametrize(("record", "number"), [(0, 1), (4, 0)])
def test_a_picture_made_again_has_the_same_bytes_and_so_have_its_mask_truth_and_boxes(
    pictured: Path, record: int, number: int
) -> None:
    dataset = open_dataset(pictured)
    again = dataset.picture_again(dataset.record_ids[record], number)
    assert len(again.drawn) == 4
    for path, content in again.drawn.items():
        assert content == path.read_bytes(), path
    stored = dataset.picture(dataset.record_ids[record], number)
    assert {stored.path, stored.mask_path, stored.truth_path} < again.drawn.keys()
    assert again.stored_otherwise == stored.stored_otherwise == []


def test_what_is_drawn_again_takes_the_place_of_damaged_files(pictured: Path, tmp_path: Path) -> None:
    dataset = open_dataset(pictured)
    again = dataset.picture_again(dataset.record_ids[0])
    moved = replace(again, path=tmp_path / "gone.png", drawn={tmp_path / "gone.png": again.drawn[again.path]})
    assert moved.stored_otherwise == [tmp_path / "gone.png"]
    assert np.array_equal(moved.pixels, dataset.picture(dataset.record_ids[0]).pixels)
    moved.path.write_bytes(moved.drawn[moved.path])
    assert moved.stored_otherwise == []


def test_there_is_no_third_picture_of_two(pictured: Path) -> None:
    dataset = open_dataset(pictured)
    with pytest.raises(BadInputError, match="there is no picture 2 of a record; give a number from 0 to 1"):
        dataset.picture_again(dataset.record_ids[0], 2)

"""One picture made again from its dataset alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgfactory.dataset.picture_remake import remade_picture
from ecgfactory.dataset.reader import open_dataset
from ecgfactory.errors import BadInputError


@pytest.mark.parametrize(("record", "number"), [(0, 1), (4, 0)])
def test_a_picture_made_again_has_the_same_bytes_and_so_have_its_mask_truth_and_boxes(
    pictured: Path, record: int, number: int
) -> None:
    dataset = open_dataset(pictured)
    again = remade_picture(dataset, dataset.record_ids[record], number)
    assert len(again) == 4
    for path, content in again.items():
        assert content == (pictured / path).read_bytes(), path
    stored = dataset.picture(dataset.record_ids[record], number)
    assert stored.path.relative_to(pictured).as_posix() in again


def test_there_is_no_third_picture_of_two(pictured: Path) -> None:
    dataset = open_dataset(pictured)
    with pytest.raises(BadInputError, match="there is no picture 2 of a record; give a number from 0 to 1"):
        remade_picture(dataset, dataset.record_ids[0], 2)

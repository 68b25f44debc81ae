"""Pictures of a published dataset for PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.errors import BadInputError


@pytest.fixture(scope="module")
def dataset(pictured: Path) -> Dataset:
    return open_dataset(pictured)


def test_a_sample_is_a_picture_with_its_mask_and_the_signal(dataset: Dataset) -> None:
    samples = dataset.torch_pictures(leads=["V1", "II"], unit="uV")
    assert repr(samples) == "PictureDataset pictured: 12 pictures, 2 leads, uV"
    last, stored = samples[-1], dataset.picture(dataset.record_ids[-1], 1)
    assert (last["candidate"], last["number"]) == (dataset.candidates[-1], 1)
    assert (last["picture"].dtype, last["mask"].dtype, last["signal"].dtype) == (torch.uint8, torch.uint8, torch.int16)
    assert np.array_equal(last["picture"].numpy().transpose(1, 2, 0), stored.pixels)
    assert np.array_equal(last["mask"].numpy(), stored.mask)
    assert np.array_equal(last["signal"].numpy(), dataset[-1].signal_uv[[6, 1]])
    with pytest.raises(IndexError, match="index is 12; there are 12 pictures"):
        _ = samples[12]
    with pytest.raises(BadInputError, match="leads is"):
        dataset.torch_pictures(leads=["V9"])


def load(path: Path, workers: int) -> list[tuple[int, int, int]]:
    """Record, number and sum of the mask of each picture of the split `train`, as a loader gives them."""
    samples = open_dataset(path).torch_pictures("train")
    loader = DataLoader(samples, batch_size=3, shuffle=True, num_workers=workers, collate_fn=list)
    return [(of["candidate"], of["number"], int(of["mask"].sum())) for batch in loader for of in batch]


@pytest.mark.parametrize("workers", [0, 2])
def test_a_loader_gives_each_picture_once(
    in_fresh_process: Callable[..., Any], pictured: Path, dataset: Dataset, workers: int
) -> None:
    found = in_fresh_process(load, path=pictured, workers=workers)
    assert sorted(found) == [(int(of.record_id), of.number, int(of.mask.sum())) for of in dataset.pictures("train")]

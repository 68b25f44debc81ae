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
from ecgfactory.paper.truth_file import PictureTruth


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
    assert last["truth"].page == stored.truth.page
    with pytest.raises(IndexError, match="index is 12; there are 12 pictures"):
        _ = samples[12]
    with pytest.raises(BadInputError, match="leads is"):
        dataset.torch_pictures(leads=["V9"])


@pytest.mark.parametrize("whole", [True, False])
def test_the_signal_is_what_the_page_shows(dataset: Dataset, whole: bool) -> None:
    table = dataset.pictures_table.select(["first_sample", "last_sample"]).to_pylist()
    lengths = [row["last_sample"] - row["first_sample"] + 1 for row in table]
    place = next(place for place, length in enumerate(lengths) if (length == 5000) is whole)
    sample = dataset.torch_pictures(leads=["V1", "II"], unit="uV")[place]
    first, truth = sample["first_sample"], sample["truth"]
    shown = slice(first, first + lengths[place])
    assert first == table[place]["first_sample"]
    assert np.array_equal(sample["signal"].numpy(), dataset[place // 2].signal_uv[[6, 1], shown])
    lead = next(lead for lead in truth.leads if lead.lead == "II")
    uv = sample["signal"][1, lead.first_sample - first : lead.last_sample + 1 - first].numpy()
    page_mm = truth.page_map.to_page(lead.points_px)[:, 1]
    drawn_uv = lead.baseline_uv + (lead.baseline_mm - page_mm) / lead.mm_per_mv * 1000
    known = lead.is_known & np.isfinite(lead.points_px).all(axis=1)
    assert np.abs(drawn_uv - uv)[known].max() < 10  # a hundredth of a pixel, at 72 dpi and 5 mm/mV


def load(path: Path, workers: int, alone: bool) -> list[tuple[int, int, int, int]]:
    """Record, number, sum of the mask and points of each picture of the split `train`, as a loader gives them."""
    samples = open_dataset(path).torch_pictures("train")
    how: dict[str, Any] = {"batch_size": None} if alone else {"batch_size": 3, "collate_fn": list}
    loader = DataLoader(samples, shuffle=True, num_workers=workers, **how)
    found = list(loader) if alone else [of for batch in loader for of in batch]
    return [(of["candidate"], of["number"], int(of["mask"].sum()), points_of(of["truth"])) for of in found]


def points_of(truth: PictureTruth) -> int:
    return sum(len(lead.points_px) for lead in truth.leads)


@pytest.mark.parametrize(("workers", "alone"), [(0, True), (2, False)])
def test_a_loader_gives_each_picture_once(
    in_fresh_process: Callable[..., Any], pictured: Path, dataset: Dataset, workers: int, alone: bool
) -> None:
    found = in_fresh_process(load, path=pictured, workers=workers, alone=alone)
    assert sorted(found) == [
        (int(of.record_id), of.number, int(of.mask.sum()), points_of(of.truth)) for of in dataset.pictures("train")
    ]

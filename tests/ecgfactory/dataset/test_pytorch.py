"""A published dataset for PyTorch: any record, in any worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch.utils.data import DataLoader

from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.errors import BadInputError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dataset(many: Path) -> Dataset:
    return open_dataset(many)


def test_samples_are_the_records(dataset: Dataset) -> None:
    samples = dataset.torch(features=["heart_rate_bpm", "beats"])
    assert len(samples) == 110
    last = samples[109]
    assert last["candidate"] == int(dataset[-1].record_id)
    assert last["signal"].dtype == torch.float32
    assert np.array_equal(last["signal"].numpy(), dataset[-1].signal_uv / np.float32(1000))
    assert last["heart_rate_bpm"] == dataset[-1].features["heart_rate_bpm"]
    stored = dataset.torch(split="test", leads=["V1", "II"], unit="uV")[0]["signal"]
    assert (stored.shape, stored.dtype) == ((2, 5000), torch.int16)


def load(path: Path, workers: int, context: str | None) -> dict[int, npt.NDArray[np.int16]]:
    """Lead II of each record, by candidate number, as a loader gives them."""
    samples = open_dataset(path).torch(leads=["II"], unit="uV")
    loader = DataLoader(samples, batch_size=32, shuffle=True, num_workers=workers, multiprocessing_context=context)
    found: dict[int, npt.NDArray[np.int16]] = {}
    for batch in loader:
        found.update(zip(batch["candidate"].tolist(), batch["signal"].numpy(), strict=True))
    return found


@pytest.mark.parametrize(("workers", "context"), [(0, None), (2, "fork"), (1, "spawn")])
def test_a_loader_gives_each_record_once(
    in_fresh_process: Callable[..., Any], many: Path, dataset: Dataset, workers: int, context: str | None
) -> None:
    found = in_fresh_process(load, path=many, workers=workers, context=context)
    assert sorted(found) == dataset.candidates.tolist()
    assert np.array_equal(
        np.stack([found[candidate] for candidate in sorted(found)]), dataset.signals(leads=["II"], unit="uV")
    )


def test_an_index_counts_as_in_a_list(dataset: Dataset) -> None:
    samples = dataset.torch(leads=["II"])
    assert repr(samples) == "EcgDataset many: 110 ECGs, 1 leads, mV"
    assert samples[-1]["candidate"] == int(dataset.record_ids[-1])
    with pytest.raises(IndexError, match="index is 110; there are 110 records"):
        _ = samples[110]
    with pytest.raises(TypeError, match="index can't be of type slice; give a whole number"):
        _ = samples[:2]  # type: ignore[index]


def test_an_unknown_feature_is_told(dataset: Dataset) -> None:
    with pytest.raises(BadInputError, match=r"features is \['pulse'\]; give a list of some of beats"):
        dataset.torch(features=["pulse"])
    with pytest.raises(BadInputError, match=r"features is 3; give a list of some of beats"):
        dataset.torch(features=3)  # type: ignore[arg-type]

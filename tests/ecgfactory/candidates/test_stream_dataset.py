"""The endless source for PyTorch: the same records for any number of workers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from torch.utils.data import DataLoader

from ecgfactory.candidates.generate import generate
from ecgfactory.candidates.pytorch import StreamDataset
from ecgfactory.errors import BadInputError

pytestmark = pytest.mark.slow

CANDIDATES = 24
ASKED: dict[str, Any] = {"seed": 7, "bounds": {"heart_rate": {"min": 66}}, "batch": 8}


def epoch_of(loader: DataLoader[Any], epoch: int) -> dict[int, torch.Tensor]:
    """The samples of an epoch by candidate number, each there once."""
    dataset = loader.dataset
    assert isinstance(dataset, StreamDataset)
    dataset.set_epoch(epoch)
    found: dict[int, torch.Tensor] = {}
    for batch in loader:
        for candidate, signal in zip(batch["candidate"].tolist(), batch["signal"], strict=True):
            assert candidate not in found
            found[candidate] = signal
    return found


@pytest.fixture(scope="module")
def expected() -> list[dict[int, torch.Tensor]]:
    """Two epochs without workers."""
    loader = DataLoader(StreamDataset(CANDIDATES, unit="uV", **ASKED), batch_size=4)
    return [epoch_of(loader, 0), epoch_of(loader, 1)]


def load(workers: int, context: str, epochs: tuple[int, ...]) -> list[dict[int, npt.NDArray[np.int16]]]:
    """Some epochs, one after the other, by workers that stay."""
    loader = DataLoader(
        StreamDataset(CANDIDATES, unit="uV", **ASKED),
        batch_size=4,
        num_workers=workers,
        multiprocessing_context=context,
        persistent_workers=True,
    )
    found = [epoch_of(loader, epoch) for epoch in epochs]
    return [{candidate: signal.numpy() for candidate, signal in epoch.items()} for epoch in found]


@pytest.mark.parametrize(("workers", "context"), [(2, "fork"), (3, "fork"), (1, "spawn")])
def test_an_epoch_has_the_same_records_for_any_number_of_workers(
    in_fresh_process: Callable[..., Any], workers: int, context: str, expected: list[dict[int, torch.Tensor]]
) -> None:
    epochs = (1, 0)  # the one that is not the first first, and back
    for epoch, found in zip(
        epochs, in_fresh_process(load, workers=workers, context=context, epochs=epochs), strict=True
    ):
        assert found.keys() == expected[epoch].keys()
        assert all(np.array_equal(found[candidate], expected[epoch][candidate].numpy()) for candidate in found)


def test_an_epoch_is_a_range_of_candidates(expected: list[dict[int, torch.Tensor]]) -> None:
    ecgs = generate(len(expected[0]), **ASKED)
    assert list(expected[0]) == ecgs.candidates.tolist()
    assert np.array_equal(torch.stack(list(expected[0].values())).numpy(), ecgs.signals_uv)
    assert all(CANDIDATES <= candidate < 2 * CANDIDATES for candidate in expected[1])


def test_it_goes_on_from_a_position(expected: list[dict[int, torch.Tensor]]) -> None:
    before = StreamDataset(CANDIDATES, unit="uV", **ASKED)
    before.set_epoch(1)
    assert (before.epoch, before.position) == (1, CANDIDATES)
    assert repr(before) == "StreamDataset(candidates=24, seed=7, epoch=1, position=24)"
    after = StreamDataset(CANDIDATES, unit="uV", start=before.position, **ASKED)
    assert [sample["candidate"] for sample in after] == list(expected[1])


def test_samples_in_mv_with_features(expected: list[dict[int, torch.Tensor]]) -> None:
    dataset = StreamDataset(8, features=["heart_rate_bpm", "neurokit_quality_zhao2018_simple"], **ASKED)
    sample = next(iter(dataset))
    assert sample.keys() == {"signal", "candidate", "heart_rate_bpm", "neurokit_quality_zhao2018_simple"}
    assert sample["signal"].dtype == torch.float32
    assert torch.equal(sample["signal"], expected[0][sample["candidate"]] / 1000)
    assert sample["heart_rate_bpm"] >= 66


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"candidates": 0}, "StreamDataset: candidates is 0; it must be a whole number, at least 1."),
        ({"start": -1}, "StreamDataset: start is -1; it must be a whole number, at least 0."),
        ({"unit": "V"}, "StreamDataset: unit is 'V'; choose 'mV'"),
        ({"features": ["pulse"]}, r"StreamDataset: features is \['pulse'\]; give a list of some of beats, "),
        ({"features": "beats"}, "StreamDataset: features is 'beats'; give a list of some of beats, "),
        ({"leads": 1}, "StreamDataset: leads is 1; choose 8 or 12."),
    ],
)
def test_a_bad_argument_is_told_in_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(BadInputError, match=sentence):
        StreamDataset(**({"candidates": 8, "seed": 7} | changes))

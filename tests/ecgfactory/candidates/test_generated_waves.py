"""ECGs that are generated with their waves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.candidates.pytorch import StreamDataset
from ecgfactory.candidates.stream import stream
from ecgfactory.errors import BadInputError

ASKED: dict[str, Any] = {"seed": 7, "leads": 8, "bounds": {"heart_rate": {"min": 75}}, "batch": 2}
"""Of many micro-batches no candidate is accepted."""


@pytest.fixture(scope="module")
def ecgs() -> GeneratedEcgs:
    return generate(6, **ASKED, waves=True)


def test_each_record_has_those_of_its_own_beats(ecgs: GeneratedEcgs) -> None:
    assert ecgs.waves is not None
    assert ecgs.waves.records == 6
    assert [len(record.r_peaks) for record in ecgs] == ecgs.features["beats"].tolist()
    for record in ecgs:
        rates = 60 * record.sampling_rate_hz / np.diff(record.r_peaks)
        assert rates.mean() == pytest.approx(record.features["heart_rate_bpm"], rel=0.02)


def test_signals_are_the_same_without(ecgs: GeneratedEcgs) -> None:
    plain = generate(6, **ASKED)
    assert plain.waves is None
    assert np.array_equal(plain.signals_uv, ecgs.signals_uv)


def test_a_stream_gives_the_same(ecgs: GeneratedEcgs) -> None:
    first = next(stream(**ASKED, waves=True))
    assert first.waves is not None
    assert first.waves.to_frame().equals(ecgs[0].waves.to_frame())  # type: ignore[union-attr]
    assert next(stream(**ASKED)).waves is None


def test_a_stream_for_pytorch_gives_masks(ecgs: GeneratedEcgs) -> None:
    sample = next(iter(StreamDataset(40, **ASKED, masks=True)))
    assert sample["mask"].dtype == torch.uint8
    assert np.array_equal(sample["mask"].numpy(), ecgs.masks()[0])


def test_a_bad_argument_is_told_in_a_sentence() -> None:
    with pytest.raises(BadInputError, match="generate: waves is 'all'; it must be true or false"):
        generate(1, seed=7, waves="all")  # type: ignore[arg-type]

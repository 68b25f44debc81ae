"""A labelled dataset with records in which no beat is found: alone in their batch, or beside records that have some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ecgfactory.dataset.names import ANNOTATIONS_FILE
from ecgfactory.dataset.verify import verify
from ecgfactory.generators.pulse2pulse import Pulse2PulseGenerator
from ecgfactory.leads import SignalUv
from ecgfactory.line.build import build
from ecgfactory.request.build_request import BuildRequest
from tests.inline_pool import InlinePool

pytestmark = pytest.mark.slow

FLAT = ["00000001", "00000004", "00000005", "00000006", "00000007"]
"""The second of the first batch of four, and all of the second, which is a shard."""


@pytest.fixture(autouse=True)
def _some_are_flat(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Pulse2PulseGenerator.stream

    def stream(
        self: Pulse2PulseGenerator, seed: int, batches: Sequence[Sequence[int]], samples: int
    ) -> Iterator[SignalUv]:
        batches = list(batches)
        for candidates, signals_uv in zip(batches, made(self, seed, batches, samples), strict=True):
            is_flat = np.isin(candidates, np.array(FLAT, dtype=np.int64))
            yield np.where(is_flat[:, np.newaxis, np.newaxis], np.int16(0), signals_uv)

    monkeypatch.setattr(Pulse2PulseGenerator, "stream", stream)


def test_it_is_sound_in_every_format(make_request: Callable[..., BuildRequest], tmp_path: Path) -> None:
    asked: dict[str, Any] = {"labels": {"waves": True, "mask": True}, "quality": {"policy": "off"}}
    asked |= {"records": 8, "generator": {"batch": 4}, "shard_records": 4, "report": {"samples": 0}}
    dataset = verify(build(make_request(output=str(tmp_path), **asked), pool=lambda _: InlinePool()).dataset)
    assert dataset.features.beats[FLAT].fillna(0).tolist() == [0] * len(FLAT)
    stored = pd.read_parquet(dataset.path / ANNOTATIONS_FILE)
    assert sorted(set(stored.record_id)) == ["00000000", "00000002", "00000003"]
    for flat in FLAT:
        record = dataset[flat]
        assert record.waves is not None
        assert len(record.waves) == len(record.r_peaks) == 0
        for name in ("wfdb", "wfdb_flac"):
            assert (dataset.path / name / "00000" / f"{flat}.v6").read_bytes() == b"\0\0"
        assert len(pd.read_csv(dataset.path / "csv" / "00000" / f"{flat}_waves.csv")) == 0
    of_flat = np.isin(dataset.record_ids, FLAT)
    assert not dataset.masks()[of_flat].any()
    assert dataset.masks()[~of_flat].any(axis=(1, 2)).all()

"""Labels of a published dataset from Python: every way to them gives what generating gives."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.data import DataLoader

from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.dataset.names import ANNOTATIONS_FILE, MANIFEST_FILE
from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.wave_table import ABSENT, POINTS, WaveTable

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dataset(labelled: Path) -> Dataset:
    return open_dataset(labelled)


@pytest.fixture(scope="module")
def ecgs(dataset: Dataset) -> GeneratedEcgs:
    """The same ECGs, generated."""
    return generate(len(dataset), seed=dataset.seed, signal={"rate_hz": 250}, batch=8, waves=True)


def same(found: WaveTable, expected: WaveTable) -> bool:
    pd.testing.assert_frame_equal(found.to_frame(), expected.to_frame())
    return (found.records, found.lead_names) == (expected.records, expected.lead_names)


def test_they_are_those_of_generated_ecgs(dataset: Dataset, ecgs: GeneratedEcgs) -> None:
    assert ecgs.waves is not None
    assert same(dataset.waves(), ecgs.waves)
    pd.testing.assert_frame_equal(dataset.annotations, ecgs.annotations)
    stored = pd.read_parquet(dataset.path / ANNOTATIONS_FILE)
    assert list(dataset.annotations.index) == list(stored["record_id"])
    for name in ("beat", "lead", "wave"):
        assert dataset.annotations[name].tolist() == stored[name].tolist()
    for name in POINTS:
        assert dataset.annotations[name].fillna(ABSENT).tolist() == stored[name].fillna(ABSENT).tolist()
    record = dataset[3]
    assert record.waves is not None
    assert same(record.waves, ecgs.waves.of(3))
    assert record.r_peaks.tolist() == ecgs[3].r_peaks.tolist()
    assert len(record.r_peaks) == record.features["beats"]


def test_a_part_of_them(dataset: Dataset, ecgs: GeneratedEcgs) -> None:
    assert ecgs.waves is not None
    of_split = np.flatnonzero((dataset.splits == "train").to_numpy())
    assert same(dataset.waves("train", ["V1", "II"]), ecgs.waves.take(of_split).of_leads(("V1", "II")))
    over_all = dataset.waves(leads=[]).to_frame()
    assert same(dataset.waves(leads=np.array([])), dataset.waves(leads=[]))
    assert set(over_all["lead"]) == {"all"}
    assert len(over_all) == (dataset.annotations["lead"] == "all").sum()
    with pytest.raises(BadInputError, match=r"leads is \['V7'\]; give some of I, II"):
        dataset.waves(leads=["V7"])
    with pytest.raises(BadInputError, match="masks is 'no'; give True or False"):
        dataset.torch(masks="no")  # type: ignore[arg-type]


@given(places=st.lists(st.integers(0, 19), max_size=30))
@settings(max_examples=25, deadline=None)
def test_those_of_any_records_in_any_order(dataset: Dataset, ecgs: GeneratedEcgs, places: list[int]) -> None:
    rows = np.array(places, dtype=np.int64)
    assert ecgs.waves is not None
    assert same(dataset.waves_of(rows, dataset.lead_names), ecgs.waves.take(rows))


def test_ecgs_of_some_leads_have_their_waves(dataset: Dataset, ecgs: GeneratedEcgs) -> None:
    assert ecgs.waves is not None
    (chunk,) = dataset.chunks(500, leads=["V5", "I"])
    assert chunk.waves is not None
    assert same(chunk.waves, ecgs.waves.of_leads(("V5", "I")))
    part = dataset[4:9].waves
    assert part is not None
    assert same(part, ecgs.waves.take(np.arange(4, 9)))


def test_masks_are_those_stored(dataset: Dataset) -> None:
    table = pq.read_table(dataset.path / "data").sort_by("candidate")
    names = ("all", *dataset.lead_names)
    stored = np.stack([np.stack(table.column(f"mask_{name}").to_pylist()) for name in names], axis=1)
    assert dataset.masks().dtype == np.uint8
    assert np.array_equal(dataset.masks(), stored)
    is_test = (dataset.splits == "test").to_numpy()
    assert np.array_equal(dataset.masks("test", ["V1", "II"]), stored[is_test][:, [0, 7, 2]])
    assert np.array_equal(dataset.masks(leads=[]), stored[:, :1])


def load(path: Path, workers: int) -> dict[int, npt.NDArray[np.uint8]]:
    """The masks of each record over all leads and in II, by candidate number, as a loader gives them."""
    samples = open_dataset(path).torch(leads=["II"], masks=True)
    loader = DataLoader(samples, batch_size=6, shuffle=True, num_workers=workers)
    found: dict[int, npt.NDArray[np.uint8]] = {}
    for batch in loader:
        assert batch["mask"].dtype == torch.uint8
        found.update(zip(batch["candidate"].tolist(), batch["mask"].numpy(), strict=True))
    return found


def test_a_loader_gives_masks(in_fresh_process: Callable[..., Any], dataset: Dataset) -> None:
    found = in_fresh_process(load, path=dataset.path, workers=2)
    assert sorted(found) == dataset.candidates.tolist()
    assert np.array_equal(np.stack([found[number] for number in sorted(found)]), dataset.masks(leads=["II"]))


def test_it_travels_to_another_process_after_reading(dataset: Dataset) -> None:
    again: Dataset = pickle.loads(pickle.dumps(dataset))
    assert same(again.waves(), dataset.waves())


def test_without_labels_it_is_told_how_to_get_them(copy: Path) -> None:
    content = json.loads((copy / MANIFEST_FILE).read_text(encoding="utf-8"))
    del content["plan"]["request"]["labels"]  # as older versions wrote it
    (copy / MANIFEST_FILE).write_text(json.dumps(content), encoding="utf-8")
    dataset = open_dataset(copy)
    assert dataset[0].waves is None
    for ask in (
        dataset.waves,
        dataset.masks,
        lambda: dataset.annotations,
        lambda: dataset.torch(masks=True),
        lambda: dataset[0].r_peaks,
        lambda: dataset[:2].annotations,
        dataset[:2].masks,
    ):
        with pytest.raises(BadInputError, match=r"waves are not marked; .* build with `labels: \{waves: true\}`"):
            ask()


def test_a_damaged_file_is_named(labelled: Path, tmp_path: Path) -> None:
    for path in (MANIFEST_FILE, "records.parquet", "data"):
        (tmp_path / path).symlink_to(labelled / path)
    with pytest.raises(DamagedDatasetError, match=rf"{ANNOTATIONS_FILE}: can't be read"):
        open_dataset(tmp_path).waves()
    pq.write_table(pq.read_table(labelled / ANNOTATIONS_FILE).drop_columns("peak"), tmp_path / ANNOTATIONS_FILE)
    with pytest.raises(DamagedDatasetError, match=rf"{ANNOTATIONS_FILE}: can't be read"):
        open_dataset(tmp_path).waves()

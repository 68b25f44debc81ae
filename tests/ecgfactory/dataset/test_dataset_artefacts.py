"""Artefacts and clean twins of a published dataset from Python: every way to them gives what is stored."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import wfdb
from torch.utils.data import DataLoader

from ecgfactory.dataset.annotation_checks import annotation_problems
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.names import ANNOTATIONS_FILE, ARTEFACTS_FILE
from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.errors import BadInputError
from ecgfactory.formats.artefacts import ArtefactsWriter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dataset(injured: Path) -> Dataset:
    return open_dataset(injured)


def column_of(dataset: Dataset, folder: str, name: str) -> npt.NDArray[Any]:
    table = pq.read_table(dataset.path / folder, columns=["candidate", name]).sort_by("candidate")
    return np.stack(table.column(name).to_pylist())


def test_features_are_features_alone(dataset: Dataset) -> None:
    assert not {name for name in dataset.features if name.startswith(("clean_", "snr_db", "is_", "artefact", "failed"))}
    assert list(dataset.features) == [feature.name for feature in dataset.plan.policy.features]
    assert {"is_clean", "artefact_kinds", "failed_rules", "snr_db_aVL", "clean_beats"} <= set(dataset.injuries)
    assert list(dataset.rejected) == ["failed_rules", "reasons", *dataset.features]
    stored = pd.read_parquet(dataset.path / "records.parquet").set_index("record_id")
    assert dataset.injuries.snr_db_aVL.equals(stored.snr_db_aVL)
    assert dataset.injuries.artefact_kinds.tolist() == stored.artefact_kinds.map(list).tolist()
    assert "; with artefacts, with clean twins; train" in repr(dataset)


def test_artefacts_are_those_stored(dataset: Dataset) -> None:
    stored = pd.read_parquet(dataset.path / ARTEFACTS_FILE)
    assert dataset.artefact_frame.index.tolist() == stored.record_id.tolist()
    for name in ("kind", "lead", "onset", "offset", "unit", "breaks_lead_equations", "parameters"):
        assert dataset.artefact_frame[name].tolist() == stored[name].tolist()
    record = dataset[str(stored.record_id[0])]
    assert record.artefacts is not None
    assert record.artefacts.kind.tolist() == stored.kind[stored.record_id == record.record_id].tolist()
    places = np.array([9, 0, 9])
    assert dataset.artefacts_of(places).kinds_of_records() == [dataset.injuries.artefact_kinds.iloc[i] for i in places]


def test_those_of_some_leads(dataset: Dataset) -> None:
    swapped = dataset.injuries.artefact_kinds.map(lambda kinds: kinds == ["limb_lead_swap"])
    place = int(np.flatnonzero(swapped)[0])
    (leads,) = dataset.artefacts_of(np.array([place])).leads_of_each
    touched = next(lead for lead in leads if lead not in ("I", "II"))
    untouched = [lead for lead in dataset.lead_names if lead not in leads][:2]
    (chunk,) = dataset.chunks(500, leads=[untouched[0], touched])
    assert chunk.artefacts is not None
    assert chunk.artefacts.of(place).leads_of_each == [[touched]]
    assert dataset.artefacts_of(np.array([place]), tuple(untouched)).kind.tolist() == []


def test_clean_signals_are_the_twins(dataset: Dataset) -> None:
    clean_ii = column_of(dataset, "clean", "II")
    assert np.array_equal(dataset.signals(leads=["V1", "II"], unit="uV", clean=True)[:, 1], clean_ii)
    assert np.array_equal(dataset.signals(unit="uV"), np.stack([record.signal_uv for record in dataset]))
    record = dataset[4]
    assert record.clean_uv is not None
    twin = wfdb.rdrecord(str(dataset.path / "wfdb_clean" / "00000" / record.record_id), physical=False)
    assert np.array_equal(record.clean_uv, twin.d_signal.T)
    some = dataset[3:9].clean_uv
    assert some is not None
    assert np.array_equal(some[:, 1], clean_ii[3:9])
    is_clean = dataset.injuries.is_clean.to_numpy()
    assert np.array_equal((dataset.signals() == dataset.signals(clean=True)).all(axis=(1, 2)), is_clean)


def test_the_clean_twin_of_one_record_has_its_own_features(dataset: Dataset) -> None:
    noisy = dataset.injuries.index[~dataset.injuries.is_clean][0]
    twin = dataset.clean_record(noisy)
    assert twin.features["mains_50hz_uv"] == dataset.injuries.clean_mains_50hz_uv[noisy]
    assert (twin.artefacts, twin.clean_uv, twin.injury) == (None, None, {})
    assert np.array_equal(twin.signal_uv, dataset[noisy].clean_uv)
    assert twin.dataset == f"{dataset.title}, without artefacts"


def test_stored_leads_are_read_where_artefacts_break_the_lead_equations(dataset: Dataset, tmp_path: Path) -> None:
    shutil.copytree(dataset.path / "npy", tmp_path / "npy")
    for name in ("records.parquet", "npy_clean", ANNOTATIONS_FILE):
        (tmp_path / name).symlink_to(dataset.path / name)
    path = sorted((tmp_path / "npy").glob("train-*[0-9].npy"))[0]
    signals_uv = np.load(path, mmap_mode="r+")
    signals_uv[0, 2, 100] += 7
    signals_uv.flush()
    candidate = np.load(path.with_suffix(".candidates.npy"))[0]
    artefacts = dataset.artefacts_of(dataset.places())
    for breaks in (True, False):
        with ArtefactsWriter(tmp_path / ARTEFACTS_FILE, 500) as writer:
            told = np.full(len(artefacts), breaks)
            writer.write(dataset.candidates, replace(artefacts, breaks_lead_equations=told))
        files = DatasetFiles(tmp_path, dataset.plan)
        (read_uv,) = files.take(np.flatnonzero(files.candidates == candidate)).signals_uv
        assert read_uv[2, 100] == (signals_uv[0, 2, 100] if breaks else read_uv[1, 100] - read_uv[0, 100])


def test_clean_features_come_from_clean_tables_and_beats_that_nobody_kept_are_no_fault(
    dataset: Dataset, tmp_path: Path
) -> None:
    table = pq.read_table(dataset.path / "records.parquet")
    kept = [name for name in table.column_names if not name.startswith("clean_")]
    pq.write_table(table.select(kept), tmp_path / "records.parquet")
    for name in ("clean", ANNOTATIONS_FILE):
        (tmp_path / name).symlink_to(dataset.path / name)
    clean = DatasetFiles(tmp_path, dataset.plan).clean_measured
    assert clean is not None
    assert clean["neurokit_heart_rate_bpm"].tolist() == dataset.injuries.clean_neurokit_heart_rate_bpm.tolist()
    assert list(annotation_problems(DatasetFiles(tmp_path, dataset.plan))) == []
    asked = dataset.plan.request.artefacts
    assert asked is not None
    without_twins = {"artefacts": asked.model_copy(update={"keep_clean": False})}
    plan = dataset.plan.model_copy(update={"request": dataset.plan.request.model_copy(update=without_twins)})
    files = DatasetFiles(tmp_path, plan)
    assert files.clean_measured is None
    beats = table.column("beats").to_numpy() + ~table.column("is_clean").to_numpy()
    changed = table.select(kept).set_column(kept.index("beats"), "beats", pa.array(beats))
    pq.write_table(changed, tmp_path / "records.parquet")
    assert list(annotation_problems(files)) == []
    pq.write_table(changed.set_column(kept.index("beats"), "beats", pa.array(beats + 1)), tmp_path / "records.parquet")
    is_clean = dataset.injuries.is_clean
    assert len(list(annotation_problems(DatasetFiles(tmp_path, plan)))) == is_clean.sum()


def test_masks_are_those_stored(dataset: Dataset) -> None:
    masks = dataset.artefact_masks(leads=["V6", "II"])
    assert masks.dtype == np.uint8
    assert np.array_equal(masks[:, 1], column_of(dataset, "data", "artefact_mask_II"))
    assert np.array_equal(masks[:, 0], column_of(dataset, "data", "artefact_mask_V6"))
    assert np.array_equal(dataset.artefacts(leads=["V6", "II"]).masks(masks.shape[-1]), masks)
    assert np.array_equal(dataset[:].artefact_masks(["V6", "II"]), masks)
    assert dataset.artefacts("test").records == len(dataset.places("test"))
    of_swaps = dataset.artefact_masks(kind="limb_lead_swap").any(axis=(1, 2))
    assert of_swaps.tolist() == ["limb_lead_swap" in kinds for kinds in dataset.injuries.artefact_kinds]

    assert not dataset.artefact_masks(kind="muscle").any()
    with pytest.raises(BadInputError, match="'mians' is not a kind of artefact; did you mean mains"):
        dataset.artefact_masks(kind="mians")


def load(path: Path, workers: int) -> dict[int, npt.NDArray[np.float32]]:
    """Stored and clean lead II and their masks, by candidate number, as a loader gives them."""
    samples = open_dataset(path).torch(leads=["II"], clean=True, artefact_masks=True, features=["is_clean"])
    found: dict[int, npt.NDArray[np.float32]] = {}
    for batch in DataLoader(samples, batch_size=6, shuffle=True, num_workers=workers):
        assert (batch["clean"].dtype, batch["artefact_mask"].dtype) == (torch.float32, torch.uint8)
        pairs = torch.cat([batch["signal"], batch["clean"], batch["artefact_mask"]], dim=1)
        found.update(zip(batch["candidate"].tolist(), pairs.numpy(), strict=True))
        assert (batch["artefact_mask"].flatten(1).any(dim=1) <= ~batch["is_clean"]).all()
    return found


def test_a_loader_gives_pairs(in_fresh_process: Callable[..., Any], dataset: Dataset) -> None:
    found = in_fresh_process(load, path=dataset.path, workers=2)
    assert sorted(found) == dataset.candidates.tolist()
    pairs = np.stack([found[number] for number in sorted(found)])
    assert np.array_equal(pairs[:, :1], dataset.signals(leads=["II"]))
    assert np.array_equal(pairs[:, 1:2], dataset.signals(leads=["II"], clean=True))
    assert np.array_equal(pairs[:, 2:], dataset.artefact_masks(leads=["II"]))


def test_lists_are_no_features_of_samples(dataset: Dataset) -> None:
    for name in ("artefact_kinds", "failed_rules"):
        with pytest.raises(BadInputError, match=f"features: {name} is a list of names, which batches can't hold; give"):
            dataset.torch(features=["is_clean", name])


def test_it_travels_to_another_process_after_reading(dataset: Dataset) -> None:
    again: Dataset = pickle.loads(pickle.dumps(dataset))
    pd.testing.assert_frame_equal(again.artefact_frame, dataset.artefact_frame)


def test_without_artefacts_it_is_told_how_to_get_them(built: Path) -> None:
    dataset = open_dataset(built)
    assert (dataset[0].artefacts, dataset[0].clean_uv, dataset[0].injury) == (None, None, {})
    assert "artefacts" not in repr(dataset)
    for ask in (
        lambda: dataset.artefact_frame,
        dataset.artefacts,
        lambda: dataset.injuries,
        dataset.artefact_masks,
        lambda: dataset.signals(clean=True),
        lambda: dataset.clean_record("0"),
        lambda: dataset.torch(clean=True),
        lambda: dataset.torch(artefact_masks=True),
    ):
        with pytest.raises(BadInputError, match=r"no artefacts are put in; .* build with `artefacts: "):
            ask()
    with pytest.raises(BadInputError, match="clean is 1; give True or False"):
        dataset.torch(clean=1)  # type: ignore[arg-type]

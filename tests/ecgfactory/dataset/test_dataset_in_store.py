"""A dataset in a store is read as on a disk: the same arrays and tables from every format. Here the store is a folder,
and the dataset is the one that other tests read on their disk."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from torch.utils.data import DataLoader

import ecgfactory as ef
from ecgfactory.dataset.files import DatasetFiles
from ecgfactory.dataset.signals import SignalReader
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.storage.store_path import StorePath


def in_store(dataset: Path) -> StorePath:
    return StorePath.parse(f"file://{dataset}")


def pair(dataset: Path) -> tuple[ef.Dataset, ef.Dataset]:
    """The dataset as it is read on a disk, and in a store."""
    return ef.open_dataset(dataset), ef.open_dataset(str(in_store(dataset)))


def test_every_format_gives_the_signals_that_it_gives_on_a_disk(few: Path) -> None:
    local, stored = pair(few)
    for name in local.formats:
        for path, candidates in local.files_of(name, 100):
            expected = local.signals_in(name, path, candidates)
            assert np.array_equal(stored.signals_in(name, path, candidates), expected)
            stretch_uv = stored.stretch_in(name, path, candidates[0], 100, 300)
            assert np.array_equal(stretch_uv, expected[0, :, 100:300])


@pytest.mark.parametrize("name", ["few", "labelled", "injured", "composed"])
def test_records_are_the_same_with_all_that_is_known_of_them(name: str, request: pytest.FixtureRequest) -> None:
    local, stored = pair(request.getfixturevalue(name))
    assert stored.path == in_store(local.path)
    assert stored.features.equals(local.features)
    assert stored.splits.equals(local.splits)
    assert stored.rejected.equals(local.rejected)
    assert np.array_equal(stored.signals("test", ["II"], "uV"), local.signals("test", ["II"], "uV"))
    for one, other in zip(stored, local, strict=True):
        assert np.array_equal(one.signal_uv, other.signal_uv)
        assert one.features == other.features
    last = local.record_ids[-1]
    assert np.array_equal(stored.stretch(last, 1, 2).signal_uv, local.stretch(last, 1, 2).signal_uv)


def test_tables_of_truth_are_the_same(labelled: Path, injured: Path, composed: Path) -> None:
    for dataset, frames in (
        (labelled, ["annotations"]),
        (injured, ["artefact_frame", "injuries"]),
        (composed, ["beat_frame", "rhythm_frame", "rhythm"]),
    ):
        local, stored = pair(dataset)
        for frame in frames:
            assert getattr(stored, frame).equals(getattr(local, frame))


def test_clean_twins_are_the_same(injured: Path) -> None:
    local, stored = pair(injured)
    assert np.array_equal(stored.signals(clean=True), local.signals(clean=True))
    assert stored.clean_record(local.record_ids[3]).features == local.clean_record(local.record_ids[3]).features
    for name in local.plan.formats:
        for path, candidates in local.files_of(name, 100):
            assert np.array_equal(stored.signals_in(name, path, candidates), local.signals_in(name, path, candidates))


def test_pictures_are_the_same(pictured: Path, tmp_path: Path) -> None:
    local, stored = pair(pictured)
    for one, other in zip(stored.pictures("test"), local.pictures("test"), strict=True):
        assert np.array_equal(one.pixels, other.pixels)
        assert np.array_equal(one.mask, other.mask)
        assert repr(one.truth) == repr(other.truth)
    picture = stored.picture(stored.record_ids[0], 1)
    assert str(picture.path).startswith(str(stored.path))
    assert picture._repr_png_() or picture._repr_jpeg_()
    picture.save(tmp_path / "ecg.png")
    again = stored.picture_again(stored.record_ids[0], 1)
    assert not again.stored_otherwise


def test_a_loader_with_forked_workers_reads_a_dataset_in_a_store(
    few: Path, in_fresh_process: Callable[..., Any]
) -> None:
    local = ef.open_dataset(few)
    candidates, signals_mv = in_fresh_process(loaded, address=str(in_store(few)))
    assert candidates == local.candidates.tolist()
    assert np.array_equal(signals_mv, local.signals())


def loaded(address: str) -> tuple[list[int], Any]:
    samples = ef.open_dataset(address).torch()
    samples[0]  # what the parent has opened is of no use to its children
    batches = list(DataLoader(samples, batch_size=3, num_workers=2))
    candidates = [candidate for batch in batches for candidate in batch["candidate"].tolist()]
    return candidates, np.concatenate([batch["signal"].numpy() for batch in batches])


def test_it_can_be_pickled(few: Path) -> None:
    dataset = ef.open_dataset(str(in_store(few)))
    dataset.signals("test")
    again = pickle.loads(pickle.dumps(dataset))
    assert again.path == dataset.path
    assert np.array_equal(again.signals("test"), dataset.signals("test"))


def test_the_newest_of_a_name_is_opened_by_the_object_that_tells_it(copy: Path) -> None:
    of_name = in_store(copy.parent)
    with pytest.raises(BadInputError, match="holds no dataset"):
        ef.open_dataset(of_name)
    (of_name / "latest").store.write((of_name / "latest").name, f"{copy.name}\n".encode())
    assert ef.open_dataset(of_name).path == in_store(copy)


@pytest.mark.parametrize("told", ["", "../../elsewhere", "nowhere", "\xff"])
def test_an_object_that_tells_no_dataset_is_none(told: str, copy: Path) -> None:
    (copy.parent / "latest").write_bytes(told.encode("latin-1"))
    with pytest.raises(BadInputError, match="holds no dataset"):
        ef.open_dataset(in_store(copy.parent))


def test_files_can_be_read_before_there_is_a_manifest(copy: Path) -> None:
    plan = ef.open_dataset(copy).plan
    (copy / "manifest.json").unlink()
    files = DatasetFiles(in_store(copy), plan)
    assert files.record("0" if 0 in files.candidates else str(files.candidates[0])).features
    with pytest.raises(BadInputError, match="holds no dataset"):
        ef.open_dataset(in_store(copy))


def test_a_file_that_is_gone_is_named_by_its_path_below_the_dataset(copy: Path) -> None:
    dataset = ef.open_dataset(in_store(copy))
    (path,) = dataset.paths(dataset.record_ids[0])["edf"]
    (copy / path).unlink()
    with pytest.raises(DamagedDatasetError, match=f"^{path}: can't be read"):
        dataset.signals_in("edf", path, [int(dataset.candidates[0])])


@pytest.mark.parametrize("path", ["../{}", "/{}", "{}/../{}"])
def test_its_tables_never_lead_out_of_it(path: str, few: Path) -> None:
    """Whoever may write there may write any path into them."""
    _, stored = pair(few)
    records, plan = stored.records_table, stored.plan
    for name in stored.formats:
        column = f"{name}_path"
        elsewhere = [path.replace("{}", held) for held in records.column(column).to_pylist()]
        spoilt = records.set_column(records.column_names.index(column), column, pa.array(elsewhere))
        reader = SignalReader(stored.path, name, spoilt, plan.spec_of(name), plan.lead_names, True, False)
        with pytest.raises(DamagedDatasetError, match="is no path below it"):
            reader.read(np.arange(2))

"""Opening a dataset from Python: every way to its records gives the same."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.candidates.generate import GeneratedEcgs, generate
from ecgfactory.dataset.names import LATEST, MANIFEST_FILE
from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.dataset.signals import QUICK_SOURCES
from ecgfactory.errors import BadInputError, DamagedDatasetError
from ecgfactory.leads import TWELVE_LEADS

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def dataset(many: Path) -> Dataset:
    return open_dataset(str(many))


@pytest.fixture(scope="module")
def ecgs() -> GeneratedEcgs:
    """The same ECGs, generated."""
    return generate(110, seed=7, bounds={"heart_rate": {"min": 62}})


@pytest.fixture(scope="module")
def stored(many: Path) -> np.ndarray:
    """All leads as they are stored in Parquet, by candidate number."""
    table = pq.read_table(many / "data").sort_by("candidate")
    leads = [np.stack(table.column(name).to_pylist()) for name in TWELVE_LEADS]
    return np.stack(leads, axis=1)


def test_it_holds_what_generate_gives(dataset: Dataset, ecgs: GeneratedEcgs) -> None:
    assert np.array_equal(dataset.signals(unit="uV"), ecgs.signals_uv)
    assert dataset.record_ids == ecgs.record_ids
    assert (dataset.lead_names, dataset.seed, dataset.sampling_rate_hz) == (ecgs.lead_names, 7, 500)
    pd.testing.assert_frame_equal(dataset.features, ecgs.features)
    pd.testing.assert_frame_equal(dataset.rejected, ecgs.rejected)
    assert len(dataset.rejected) > 0


def test_derived_leads_are_those_stored(dataset: Dataset, stored: np.ndarray) -> None:
    assert np.array_equal(dataset.signals(unit="uV"), stored)
    assert np.array_equal(dataset.signals(leads=["aVR", "II"], unit="uV"), stored[:, [3, 1]])


def test_one_record_by_place_and_by_id(dataset: Dataset, ecgs: GeneratedEcgs) -> None:
    for place in (0, 17, -1):
        record, expected = dataset[place], ecgs[place]
        assert record.record_id == expected.record_id
        assert np.array_equal(record.signal_uv, expected.signal_uv)
        assert record.features == expected.features
        for name in (record.record_id, str(int(record.record_id))):
            assert np.array_equal(dataset[name].signal_uv, expected.signal_uv)
            assert name in dataset
    assert np.array_equal(dataset[3:6].signals_uv, ecgs.signals_uv[3:6])
    assert len(dataset[5:5]) == 0
    assert dataset[np.int64(3)].record_id == ecgs.record_ids[3]
    assert dataset[::-50].record_ids == ecgs.record_ids[::-50]


def test_what_is_not_there_is_told(dataset: Dataset) -> None:
    rejected = dataset.rejected.index[0]
    for wanted in (rejected, "99999", "9" * 30, "hello", "-1"):
        assert wanted not in dataset
        with pytest.raises(BadInputError, match=rf"'{wanted}' is not in .*; (the nearest one is|did you mean|ids are)"):
            _ = dataset[wanted]
    for place in (len(dataset), -len(dataset) - 1):
        with pytest.raises(IndexError, match=f"many.*: index is {place}; there are 110 records, counted from 0"):
            _ = dataset[place]
    for index in (True, 1.0, None, [1], np.array([1])):
        with pytest.raises(TypeError, match=f"index can't be of type {type(index).__name__}; give a whole number"):
            _ = dataset[index]  # type: ignore[call-overload]
    with pytest.raises(BadInputError, match="there is no split 'validation'; it has train, test"):
        dataset.signals(split="validation")
    with pytest.raises(BadInputError, match=r"leads is \['V7'\]; give some of I, II"):
        dataset.signals(leads=["V7"])
    with pytest.raises(BadInputError, match="leads is 8; give some of I, II"):
        dataset.signals(leads=8)  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="unit is 'V'; choose 'mV'"):
        dataset.signals(unit="V")  # type: ignore[arg-type]
    with pytest.raises(BadInputError, match="records is 0"):
        dataset.chunks(0)
    with pytest.raises(BadInputError, match="records is 'all'"):
        dataset.chunks("all")  # type: ignore[arg-type]


def test_iteration_and_chunks_go_through_all_in_order(dataset: Dataset, ecgs: GeneratedEcgs) -> None:
    assert len(dataset) == 110
    for record, expected in zip(dataset, ecgs, strict=True):
        assert record.record_id == expected.record_id
        assert np.array_equal(record.signal_uv, expected.signal_uv)
    chunks = list(dataset.chunks(32))
    assert [len(chunk) for chunk in chunks] == [32, 32, 32, 14]
    assert np.array_equal(np.concatenate([chunk.signals_uv for chunk in chunks]), ecgs.signals_uv)
    pd.testing.assert_frame_equal(pd.concat([chunk.features for chunk in chunks]), ecgs.features)


def test_a_split_and_a_lead_in_mv(dataset: Dataset, ecgs: GeneratedEcgs) -> None:
    is_test = (dataset.splits == "test").to_numpy()
    signals = dataset.signals(split="test", leads=["V5"])
    assert signals.dtype == np.float32
    assert np.array_equal(signals, (ecgs.signals_uv[is_test][:, [10]] / np.float32(1000)))
    (chunk,) = dataset.chunks(500, split="test", leads="V5")
    assert chunk.lead_names == ("V5",)
    assert chunk.record_ids == list(dataset.splits.index[is_test])


@given(places=st.lists(st.integers(0, 109), min_size=1, max_size=40))
@settings(max_examples=25, deadline=None)
def test_any_records_in_any_order(dataset: Dataset, ecgs: GeneratedEcgs, places: list[int]) -> None:
    assert np.array_equal(dataset.take(np.array(places)).signals_uv, ecgs.signals_uv[places])


def test_every_format_gives_the_same_records(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = open_dataset(built).signals(unit="uV")
    places = np.array([30, 2, 2, 11])
    monkeypatch.setattr("ecgfactory.dataset.signals.QUICK_SOURCES", {})
    for name in open_dataset(built).formats:
        of_format = open_dataset(built)
        of_format.plan = of_format.plan.model_copy(
            update={"request": of_format.plan.request.model_copy(update={"formats": (name,)})}
        )
        for sources in ({}, QUICK_SOURCES):
            monkeypatch.setattr("ecgfactory.dataset.signals.QUICK_SOURCES", sources)
            assert np.array_equal(of_format.reader(TWELVE_LEADS).read(places), expected[places]), name


def test_memory_for_decoded_row_groups_is_bounded(dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgfactory.dataset.sources.CACHE_BYTES", 0)
    monkeypatch.setattr("ecgfactory.dataset.sources.LEAST_GROUPS", 1)
    reader = dataset.reader(("II",), at_random=True)
    expected = dataset.signals(leads=["II"], unit="uV")
    for place in (109, 0, 109, 70):
        assert np.array_equal(reader.read(np.array([place])), expected[[place]])
        assert len(reader._source._decoded) == 1  # type: ignore[attr-defined]


def test_it_tells_what_it_is(dataset: Dataset) -> None:
    assert repr(dataset).startswith("Dataset many: 110 ECGs, 12 leads, 10 s at 500 Hz; train ")
    assert repr(dataset).endswith(f"parquet; {dataset.path}")


def test_it_travels_to_another_process(dataset: Dataset) -> None:
    again = pickle.loads(pickle.dumps(dataset))
    assert np.array_equal(again[5].signal_uv, dataset[5].signal_uv)


def test_a_damaged_file_is_named(many: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(many, copy)
    victim = sorted((copy / "data").glob("train-*"))[0]
    victim.write_bytes(victim.read_bytes()[:-100])
    with pytest.raises(DamagedDatasetError, match=rf"data/{victim.name}: can't be read"):
        _ = open_dataset(copy)[0]
    pq.write_table(pq.read_table(many / "data" / victim.name).slice(1), victim)
    with pytest.raises(DamagedDatasetError, match="does not hold the records that"):
        _ = open_dataset(copy)[0]
    victim.unlink()
    with pytest.raises(DamagedDatasetError, match=rf"data/{victim.name}: can't be read"):
        _ = open_dataset(copy)[0]


def test_a_dataset_of_an_older_version_is_read(copy: Path) -> None:
    """Its manifest had a key that is gone, its edges were as published, and its length need not be made any more."""
    content = json.loads((copy / MANIFEST_FILE).read_text(encoding="utf-8")) | {"within_training_length": False}
    del content["plan"]["request"]["generator"]["edges"]
    content["plan"]["request"]["duration_s"] = 15
    (copy / MANIFEST_FILE).write_text(json.dumps(content), encoding="utf-8")
    plan = Dataset(copy).plan
    assert (plan.edges, plan.request.duration_s) == ("as_published", 15)


def test_no_dataset_at_all(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="holds no dataset"):
        open_dataset(str(tmp_path))
    with pytest.raises(BadInputError, match="holds no dataset"):
        open_dataset(f"file://{tmp_path}")
    with pytest.raises(BadInputError, match="open_dataset: path is None; give the folder"):
        open_dataset(None)  # type: ignore[arg-type]


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_the_datasets_below_are_named(tmp_path: Path, scheme: str) -> None:
    """As when somebody gives the output, or the datasets of a name after `latest` is gone."""
    for number in range(7):
        (tmp_path / f"d{number}" / "0123").mkdir(parents=True)
        (tmp_path / f"d{number}" / "0123" / MANIFEST_FILE).touch()
        if scheme:
            (tmp_path / f"d{number}" / LATEST).write_text("0123\n")
        else:
            (tmp_path / f"d{number}" / LATEST).symlink_to("0123")
    (tmp_path / "a-file").touch()
    output = f"{scheme}{tmp_path}"
    named = ", ".join(f"{output}/d{number}" for number in range(5))
    with pytest.raises(BadInputError) as caught:
        open_dataset(output)
    assert str(caught.value) == f"{output}: holds no dataset (no manifest.json); give one of those below it: {named}."
    (tmp_path / "d0" / LATEST).unlink()
    with pytest.raises(BadInputError, match=f"give one of those below it: {output}/d0/0123"):
        open_dataset(f"{output}/d0")

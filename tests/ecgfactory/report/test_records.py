"""Any record of a dataset to look at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.errors import BadInputError
from ecgfactory.quality.features import measure
from ecgfactory.report.records import any_record


@pytest.fixture(scope="module")
def dataset(rejecting: Dataset) -> Dataset:
    return rejecting


def test_an_accepted_one_is_read(dataset: Dataset) -> None:
    record = any_record(dataset, str(int(dataset[3].record_id)))
    assert record.reasons == ()
    assert record.dataset == dataset[0].dataset == f"rejecting {dataset.plan.plan_id[:8]}"
    assert np.array_equal(record.signal_uv, dataset[3].signal_uv)


def test_a_rejected_one_is_made_again(dataset: Dataset) -> None:
    row = dataset.rejected.iloc[0]
    record = any_record(dataset, str(row.name))
    assert record.reasons == tuple(row.reasons)
    again = measure(record.signal_uv[np.newaxis], record.lead_names)
    assert again["heart_rate_bpm"][0] == row.heart_rate_bpm == record.features["heart_rate_bpm"]
    assert record.features.keys() == dataset[0].features.keys()
    assert record.dataset == dataset[0].dataset


def test_neither_is_told(dataset: Dataset) -> None:
    for wanted in ("99999", "hello"):
        with pytest.raises(BadInputError, match=f"record '{wanted}' is not in"):
            any_record(dataset, wanted)


def test_the_reader_alone_knows_nothing_of_the_generator(dataset: Dataset) -> None:
    with pytest.raises(BadInputError, match="the nearest one is"):
        open_dataset(Path(dataset.path)).record(str(dataset.rejected.index[0]))


def test_a_stretch_of_either_is_cut(dataset: Dataset) -> None:
    for wanted in (dataset.record_ids[0], str(dataset.rejected.index[0])):
        whole, cut = any_record(dataset, wanted), any_record(dataset, wanted, at_s=4.5)
        assert np.array_equal(cut.signal_uv, whole.signal_uv[:, 2250:])
        assert cut.stretch is not None and (cut.stretch.start_s, cut.stretch.record_s) == (4.5, 10)

"""Datasets of another rate and band, read back by the ecosystem's readers, by ours and by `assess`."""

from __future__ import annotations

import json
import re
from typing import Any

import edfio
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import wfdb

from ecgfactory.dataset.reader import Dataset, open_dataset
from ecgfactory.dataset.verify import verify
from ecgfactory.foreign.assessment import assess_records
from ecgfactory.foreign.reader import read_ecgs
from ecgfactory.formats import FORMATS
from ecgfactory.leads import TWELVE_LEADS
from tests.ecosystem import read_record

pytestmark = pytest.mark.slow

FILTERS = "filtered 0.5-40 Hz, zero-phase"
SIGNALS: dict[int, dict[str, Any]] = {
    100: {"rate_hz": 100, "highpass_hz": 0.5, "lowpass_hz": 40},
    1000: {"rate_hz": 1000},
}


@pytest.fixture(scope="module", params=SIGNALS)
def dataset(request: pytest.FixtureRequest, make_request: Any, build: Any, tmp_path_factory: Any) -> Dataset:
    """Four records in every format; the low rate with a report."""
    output = str(tmp_path_factory.mktemp("recorded"))
    report = {"samples": 1 if request.param == 100 else 0}
    asked = make_request(records=4, signal=SIGNALS[request.param], report=report, splits={"train": 1}, output=output)
    return open_dataset(build(asked).dataset)


def test_it_is_whole_and_says_its_rate(dataset: Dataset) -> None:
    rate_hz = dataset.sampling_rate_hz
    assert rate_hz in SIGNALS
    assert verify(dataset.path).path == dataset.path
    assert dataset.signals(unit="uV").shape == (4, 12, 10 * rate_hz)
    assert dataset[0].sampling_rate_hz == next(dataset.chunks()).sampling_rate_hz == rate_hz
    assert dataset.torch()[1]["signal"].shape == (12, 10 * rate_hz)
    assert f"10 s at {rate_hz} Hz" in repr(dataset)


@pytest.mark.parametrize("name", FORMATS)
def test_readers_of_the_ecosystem_find_the_same_integers(dataset: Dataset, name: str) -> None:
    rows = pd.read_parquet(dataset.path / "records.parquet").itertuples()
    for row, signal_uv in zip(rows, dataset.signals(unit="uV"), strict=True):
        read = read_record(name, dataset.path, row, list(TWELVE_LEADS), 10, dataset.sampling_rate_hz)
        assert np.array_equal(read, signal_uv)


def test_headers_cards_and_metadata_tell_rate_and_filters(dataset: Dataset) -> None:
    rate_hz, is_filtered = dataset.sampling_rate_hz, dataset.sampling_rate_hz == 100
    first = pd.read_parquet(dataset.path / "records.parquet").iloc[0]
    header = wfdb.rdheader(str((dataset.path / first.wfdb_path).with_suffix("")))
    assert (header.fs, header.sig_len, set(header.fmt)) == (rate_hz, 10 * rate_hz, {"16"})
    assert (FILTERS in header.comments) == is_filtered
    edf = edfio.read_edf(dataset.path / first.edf_path)
    assert {signal.prefiltering for signal in edf.signals} == {"HP:0.5Hz LP:40Hz" if is_filtered else ""}
    metadata = pq.read_schema(next((dataset.path / "data").glob("*.parquet"))).metadata
    assert metadata[b"sampling_rate_hz"] == str(rate_hz).encode()
    assert metadata.get(b"filters", b"").decode() == (FILTERS if is_filtered else "")
    size = f"10 s at {rate_hz} Hz, {FILTERS}" if is_filtered else f"10 s at {rate_hz} Hz"
    card = (dataset.path / "README.md").read_text(encoding="utf-8")
    assert f"ECGs of {size}, made by" in card
    assert f"brought to {rate_hz} Hz" in " ".join(card.split())
    croissant = json.loads((dataset.path / "croissant.json").read_text(encoding="utf-8"))
    assert f"ECGs of {size}. Synthetic" in croissant["description"]
    assert dataset.manifest_content["plan"]["request"]["signal"]["rate_hz"] == rate_hz


def test_pages_tell_rate_and_filters(dataset: Dataset) -> None:
    if dataset.sampling_rate_hz != 100:
        return
    page = (dataset.path / "reports" / "index.html").read_text(encoding="utf-8")
    assert "each, at 100 Hz</li>" in page
    assert f"10 mm/mV, {FILTERS}; a small" in page


def test_assess_measures_what_the_dataset_says(dataset: Dataset, policy: Any) -> None:
    """Each feature of each record in each format, to the last digit."""
    told = dataset.features
    found = list(assess_records(read_ecgs(dataset.path), policy))
    assert len(found) == 4 * len(FORMATS)
    for assessment in found:
        row = told.loc[re.findall(r"\d{8}", assessment.name)[-1]]
        assert assessment.accepted
        off = {name: (value, row[name]) for name, value in assessment.features.items() if not _same(value, row[name])}
        assert not off, assessment.name


def _same(found: Any, told: Any) -> bool:
    return bool(pd.isna(told) or told == "") if found is None else bool(found == told)


@pytest.fixture(scope="module")
def policy() -> Any:
    from ecgfactory.quality.policy import load_policy

    return load_policy("basic", {})

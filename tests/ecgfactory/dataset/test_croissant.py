"""Croissant metadata, as the official validator and reader see it."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import mlcroissant
import numpy as np
import pandas as pd
import pytest

from ecgfactory.dataset.names import CROISSANT_FILE
from ecgfactory.dataset.reader import Dataset
from ecgfactory.dataset.seal import dataset_files
from ecgfactory.leads import TWELVE_LEADS


@pytest.fixture
def croissant(built: Path) -> mlcroissant.Dataset:
    return mlcroissant.Dataset(jsonld=str(built / CROISSANT_FILE))


def test_the_validator_asks_for_nothing_but_a_date(croissant: mlcroissant.Dataset) -> None:
    issues = croissant.metadata.ctx.issues
    assert not issues.errors
    assert all("datePublished" in warning for warning in issues.warnings)


def test_every_file_has_its_sum_or_belongs_to_a_set(built: Path) -> None:
    distribution = json.loads((built / CROISSANT_FILE).read_text(encoding="utf-8"))["distribution"]
    objects = {entry["contentUrl"]: entry for entry in distribution if entry["@type"] == "cr:FileObject"}
    for path, entry in objects.items():
        content = (built / path).read_bytes()
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["contentSize"] == f"{len(content)} B"
    sets = [path for entry in distribution if "includes" in entry for path in built.glob(entry["includes"])]
    in_sets = {path.relative_to(built).as_posix() for path in sets}
    rest = set(dataset_files(built)) - objects.keys() - in_sets
    assert rest == {CROISSANT_FILE, "wfdb/RECORDS", "wfdb_flac/RECORDS"}


def test_tables_load_through_it(built: Path, croissant: mlcroissant.Dataset) -> None:
    records = pd.read_parquet(built / "records.parquet")
    rows = list(croissant.records("records"))
    assert [row["records/record_id"].decode() for row in rows] == list(records.record_id)
    assert [row["records/heart_rate_bpm"] for row in rows] == list(records.heart_rate_bpm)
    rejected = pd.read_parquet(built / "rejected.parquet")
    assert [row["rejected/candidate"] for row in croissant.records("rejected")] == list(rejected.candidate)


def test_signals_load_through_it(built: Path, croissant: mlcroissant.Dataset) -> None:
    dataset = Dataset(built)
    for row in itertools.islice(croissant.records("signals"), 2):
        record = dataset.record(row["signals/record_id"].decode())
        read = np.array([row[f"signals/{lead}"] for lead in TWELVE_LEADS])
        assert np.array_equal(read, record.signal_uv)


def test_labels_load_through_it(labelled: Path) -> None:
    dataset, croissant = Dataset(labelled), mlcroissant.Dataset(jsonld=str(labelled / CROISSANT_FILE))
    assert not croissant.metadata.ctx.issues.errors
    rows = itertools.islice(croissant.records("annotations"), 5)
    for row, (_, expected) in zip(rows, dataset.annotations.iterrows(), strict=False):
        assert row["annotations/lead"].decode() == expected.lead
        assert row["annotations/wave"].decode() == expected.wave
        numbers = ["beat", "onset", "peak", "offset"]
        assert [row[f"annotations/{name}"] for name in numbers] == expected[numbers].replace({pd.NA: None}).tolist()
    signals = next(iter(croissant.records("signals")))
    record = dataset.record(signals["signals/record_id"].decode())
    assert list(signals["signals/r_peaks"]) == list(record.r_peaks)
    assert record.waves is not None
    assert list(signals["signals/mask_all"]) == list(record.waves.masks(2500)[0, 0])


def test_every_column_of_labels_is_described(labelled: Path) -> None:
    content = json.loads((labelled / CROISSANT_FILE).read_text(encoding="utf-8"))
    told = {field["@id"]: field for one in content["recordSet"] for field in one["field"]}
    assert not [name for name, field in told.items() if "another version" in field["description"]]
    assert (
        told["signals/mask_all"]["description"]
        == "Which wave each sample is in, over all leads: 0 none, 1 P, 2 QRS, 3 T."
    )
    assert told["signals/mask_aVR"]["dataType"] == "cr:UInt8"
    included = {entry["@id"]: entry["includes"] for entry in content["distribution"] if "includes" in entry}
    assert included["wfdb.atr"] == "wfdb/*/*.atr"
    assert included["csv_waves.csv"] == "csv/*/*_waves.csv"

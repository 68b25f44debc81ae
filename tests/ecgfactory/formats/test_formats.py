"""One contract that every format of the registry keeps."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import edfio
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import wfdb

from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import Format
from ecgfactory.leads import lead_names
from ecgfactory.validation.format_contract import FormatContract
from tests.ecosystem import read_record

SAMPLED = 3
"""Every third record is read by the libraries of others, from every shard; `verify` reads all."""


@pytest.fixture(scope="module")
def in_parquet(built: Path) -> dict[Any, np.ndarray]:
    """The signals of each record as they are stored in Parquet, by candidate number."""
    table = pq.read_table(built / "data").combine_chunks()
    rows = len(table)
    leads = [table.column(lead).chunk(0).flatten().to_numpy().reshape(rows, -1) for lead in lead_names(12)]
    return dict(zip(table.column("candidate").to_pylist(), np.stack(leads, axis=1), strict=True))


@pytest.mark.parametrize("name", FORMATS)
class TestContract(FormatContract):
    @pytest.fixture
    def member(self, name: str) -> type[Format]:
        return FORMATS.load(name)

    def test_all_formats_of_a_dataset_hold_the_same_integers(
        self, name: str, built: Path, in_parquet: dict[Any, np.ndarray]
    ) -> None:
        records = pd.read_parquet(built / "records.parquet")
        for row in records[::SAMPLED].itertuples():
            signal = read_record(name, built, row, list(lead_names(12)), duration_s=10)
            assert np.array_equal(signal, in_parquet[row.candidate]), row.record_id


def test_a_published_parquet_file_is_numbered_as_hugging_face_does() -> None:
    assert FORMATS.load("parquet").published_path("data/train.parquet", 2, 4) == "data/train-00002-of-00004.parquet"


def test_published_files_of_two_dots_keep_their_ending() -> None:
    assert (
        FORMATS.load("npy").published_path("npy/test.candidates.npy", 0, 1) == "npy/test-00000-of-00001.candidates.npy"
    )


def test_tar_headers_tell_nothing_of_the_machine(built: Path) -> None:
    with tarfile.open(next((built / "webdataset").glob("train-*"))) as tar:
        entries = tar.getmembers()
    assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname) for entry in entries} == {(0, 0, 0, "", "")}
    assert [entry.name[-4:] for entry in entries[:2]] == [".npy", "json"]


def test_edf_has_no_date_and_is_marked_synthetic(built: Path) -> None:
    edf = edfio.read_edf(next((built / "edf").glob("*/*.edf")))
    assert edf.patient.name == "synthetic"
    with pytest.raises(edfio.AnonymizedDateError):
        _ = edf.startdate


def test_wfdb_comments_carry_the_origin(built: Path) -> None:
    row = pd.read_parquet(built / "records.parquet").iloc[0]
    comments = wfdb.rdheader(str((built / row.wfdb_path).with_suffix(""))).comments
    assert "synthetic, not for diagnosis" in comments
    assert "seed: 11" in comments
    assert f"candidate: {row.candidate}" in comments
    assert f"heart rate: {row.heart_rate_bpm:.1f} /min" in comments


def test_parquet_holds_a_fixed_size_int16_list_a_lead_and_the_features(built: Path) -> None:
    schema = pq.read_schema(next((built / "data").glob("train-*")))
    for lead in lead_names(12):
        assert str(schema.field(lead).type) == "fixed_size_list<element: int16 not null>[5000]"
    assert {"record_id", "candidate", "split", "heart_rate_bpm"} <= set(schema.names)

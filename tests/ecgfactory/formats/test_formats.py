"""One contract that every format of the registry keeps."""

from __future__ import annotations

import tarfile
from pathlib import Path

import edfio
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import webdataset
import wfdb

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.formats import FORMATS
from ecgfactory.formats.base import FormatWriter, SignalSpec, format_writer
from ecgfactory.leads import lead_names
from ecgfactory.quality.features import measure

CANDIDATES = np.array([3, 4, 7, 999, 1000, 1205, 99_999_999])


def make_batch(leads: int, samples: int = 500) -> CandidateBatch:
    """Arbitrary signals, the extremes of int16 among them."""
    draw = np.random.default_rng(5)
    signals = draw.integers(-6000, 6000, (len(CANDIDATES), leads, samples), dtype=np.int16)
    signals[0, 0, :4] = [32_767, -32_767, 0, -1]
    names = lead_names(8 if leads == 8 else 12)
    empty: list[list[str]] = [[] for _ in CANDIDATES]
    splits = np.array(["train", "test", "train", "train", "validation", "test", "train"])
    return CandidateBatch(CANDIDATES, splits, signals, measure(signals, names), empty, empty)


@pytest.fixture(params=[8, 12], ids=["8-lead", "12-lead"])
def batch(request: pytest.FixtureRequest) -> CandidateBatch:
    return make_batch(request.param)


def spec_of(batch: CandidateBatch) -> SignalSpec:
    leads = batch.signals_uv.shape[1]
    return SignalSpec(lead_names(8 if leads == 8 else 12), batch.signals_uv.shape[2], seed=7)


def write(writer_class: type[FormatWriter], folder: Path, batch: CandidateBatch, cuts: list[int]) -> None:
    writer = writer_class(folder, spec_of(batch))
    for rows in np.split(np.arange(len(batch)), cuts):
        writer.write(batch.take(rows))
    writer.close()


@pytest.mark.parametrize("name", FORMATS)
class TestContract:
    def test_what_is_written_reads_back_the_same(self, name: str, batch: CandidateBatch, tmp_path: Path) -> None:
        writer = format_writer(name)
        write(writer, tmp_path, batch, [])
        for row, candidate in enumerate(batch.candidates):
            path = writer.staged_path(int(candidate), str(batch.splits[row]))
            read = writer.read(tmp_path, path, [int(candidate)], spec_of(batch))
            assert read.dtype == np.int16
            assert np.array_equal(read[0], batch.signals_uv[row])

    def test_bytes_do_not_depend_on_how_records_were_fed(self, name: str, tmp_path: Path) -> None:
        batch = make_batch(12)
        for folder, cuts in (("whole", []), ("parts", [1, 2, 5])):
            (tmp_path / folder).mkdir()
            write(format_writer(name), tmp_path / folder, batch, cuts)
        files = [
            {path.relative_to(tmp_path / folder): path.read_bytes() for path in (tmp_path / folder).rglob("*.*")}
            for folder in ("whole", "parts")
        ]
        assert files[0] == files[1] != {}

    def test_every_file_is_under_the_path_it_says(self, name: str, batch: CandidateBatch, tmp_path: Path) -> None:
        writer = format_writer(name)
        write(writer, tmp_path, batch, [3])
        told = {
            writer.staged_path(int(candidate), str(split))
            for candidate, split in zip(batch.candidates, batch.splits, strict=True)
        }
        assert all((tmp_path / path).is_file() for path in told)
        folders = {path.parent for path in tmp_path.rglob("*") if path.is_file()}
        assert all(len(list(folder.iterdir())) <= 2000 for folder in folders)

    def test_count_and_index(self, name: str, batch: CandidateBatch, tmp_path: Path) -> None:
        writer = format_writer(name)
        write(writer, tmp_path, batch, [])
        writer.write_index(tmp_path, iter([batch.candidates[:2], batch.candidates[2:]]))
        assert writer.count(tmp_path) == len(batch)

    def test_another_record_than_the_spec_says_is_told(self, name: str, tmp_path: Path) -> None:
        batch = make_batch(8)
        writer = format_writer(name)
        write(writer, tmp_path, batch, [])
        path = writer.staged_path(3, "train")
        with pytest.raises((ValueError, KeyError)):
            writer.read(tmp_path, path, [3], SignalSpec(lead_names(12), 500, seed=7))

    def test_all_formats_of_a_dataset_hold_the_same_integers(self, name: str, built: Path) -> None:
        records = pd.read_parquet(built / "records.parquet")
        leads = list(lead_names(12))
        for row in records.itertuples():
            signal = read_by_the_ecosystem(name, built, row)
            parquet = pq.read_table(built / row.parquet_path, filters=[("candidate", "=", row.candidate)])
            expected = np.stack([parquet.column(lead)[0].as_py() for lead in leads])
            assert np.array_equal(signal, expected), row.record_id


def read_by_the_ecosystem(name: str, dataset: Path, row: object) -> np.ndarray:
    """Read one record by other people's readers; int, shape (leads, samples), uV."""
    leads = list(lead_names(12))
    path = dataset / str(getattr(row, f"{name}_path"))
    if name == "parquet":
        table = pd.read_parquet(path).set_index("record_id").loc[row.record_id]  # type: ignore[attr-defined]
        return np.stack([table[lead] for lead in leads])
    if name == "npy":
        row_of = list(np.load(str(path).replace(".npy", ".candidates.npy"))).index(row.candidate)  # type: ignore[attr-defined]
        return np.load(path)[row_of]
    if name == "webdataset":
        samples = webdataset.WebDataset(str(path), shardshuffle=False).decode()
        return next(sample["npy"] for sample in samples if sample["__key__"] == row.record_id)  # type: ignore[attr-defined]
    if name == "edf":
        edf = edfio.read_edf(path)
        assert edf.labels == tuple(f"ECG {lead}" for lead in leads)
        assert (edf.duration, edf.patient.code) == (10, row.record_id)  # type: ignore[attr-defined]
        return np.rint([signal.data for signal in edf.signals]).astype(int)
    if name in {"wfdb", "wfdb_flac"}:
        record = wfdb.rdrecord(str(path.with_suffix("")))
        assert record.sig_name == leads
        assert record.units == ["mV"] * 12
        assert record.adc_gain == [1000.0] * 12
        assert record.baseline == [0] * 12
        assert record.fs == 500
        return np.rint(record.p_signal.T * 1000).astype(int)
    frame = pd.read_csv(path)
    assert list(frame.columns) == ["time_ms", *leads]
    assert np.array_equal(frame["time_ms"], np.arange(5000) * 2)
    return frame[leads].to_numpy().T


def test_a_published_parquet_file_is_numbered_as_hugging_face_does() -> None:
    assert format_writer("parquet").published_path("data/train.parquet", 2, 4) == "data/train-00002-of-00004.parquet"


def test_published_files_of_two_dots_keep_their_ending() -> None:
    writer = format_writer("npy")
    assert writer.published_path("npy/test.candidates.npy", 0, 1) == "npy/test-00000-of-00001.candidates.npy"


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

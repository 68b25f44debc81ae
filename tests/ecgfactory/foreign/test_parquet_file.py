"""Parquet tables: one row per record or per sample, by whomever written; a bad row ends nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.foreign.recording import UnreadableEcg
from ecgfactory.formats.base import Labels
from ecgfactory.formats.parquet import ParquetFormat
from ecgfactory.formats.wfdb import WfdbFormat
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from tests.foreign_files import EIGHT, MV, TIME_S, TWELVE, only, problem, read
from tests.long_composed import composed_batch, composed_spec, long_record


def write(path: Path, columns: dict[str, Any], **metadata: str) -> Path:
    pq.write_table(pa.table(columns).replace_schema_metadata(metadata), path)
    return path


def test_a_row_a_record(tmp_path: Path) -> None:
    rows = {lead: [values.tolist(), (values // 2).tolist()] for lead, values in zip(EIGHT_LEADS, EIGHT, strict=True)}
    columns = {"record_id": ["00000003", "00000007"], "qrs_ms": [90.0, 91.0], "r_peaks": [[3], [4]], **rows}
    first, second = read(write(tmp_path / "a.parquet", columns, unit="uV", sampling_rate_hz="500"))
    assert (first.name, second.name) == ("a.parquet:00000003", "a.parquet:00000007")
    np.testing.assert_array_equal(first.signal_uv, EIGHT)  # type: ignore[union-attr]
    assert first.notes == ()  # type: ignore[union-attr]


def test_a_row_that_can_not_be_read_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    rows = {"I": [EIGHT[0].tolist(), [1, 2], None, None], "II": [EIGHT[1].tolist(), [1, 2, 3], None, EIGHT[1].tolist()]}
    good, uneven, empty, half = read(write(tmp_path / "a.parquet", rows, unit="uV"), rate_hz=500)
    assert good.lead_names == ("I", "II")  # type: ignore[union-attr]
    assert "differ in length" in uneven.problem  # type: ignore[union-attr]
    assert "no signal" in empty.problem  # type: ignore[union-attr]
    assert (half.lead_names, half.notes) == (("II",), ("left out: I holds nothing in this record",))  # type: ignore[union-attr]


def test_lists_in_a_list_under_a_lead_are_unreadable_and_the_run_goes_on(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", {"I": [[[1, 2], [3, 4]]], "II": [[[1], [2, 3]]]}, sampling_rate_hz="500")
    write(tmp_path / "b.parquet", {"II": [EIGHT[1].tolist()]}, sampling_rate_hz="500 Hz")
    bad, good = read(tmp_path)
    assert isinstance(bad, UnreadableEcg)
    assert "column 'I' holds lists within a list" in bad.problem
    assert good.lead_names == ("II",)  # type: ignore[union-attr]


def test_all_leads_in_one_column_are_read_in_either_order_of_axes(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"ecg_id": [1, 2], "signal": [MV.tolist(), MV.T.tolist()]})
    for found in read(path, rate_hz=500, unit="mV"):
        assert found.lead_names == TWELVE_LEADS  # type: ignore[union-attr]
        np.testing.assert_allclose(found.signal_uv, TWELVE, atol=1e-6)  # type: ignore[union-attr]


def test_each_row_has_the_rate_in_its_column(tmp_path: Path) -> None:
    columns = {"id": ["a", "b"], "fs": [500, 250], "II": [EIGHT[1].tolist(), EIGHT[1].tolist()]}
    for stated in ({}, {"rate_hz": 500}):
        first, second = read(write(tmp_path / "a.parquet", columns, unit="uV"), **stated)
        assert [one.signal_uv.shape[1] for one in (first, second)] == [5000, 10_000]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "index",
    [
        pd.Index(TIME_S, name="time"),
        pd.Index(TIME_S),
        pd.date_range("2024-03-01 23:59:55", periods=5000, freq="2ms"),
        pd.date_range("2024-03-01", periods=5000, freq="2ms", tz="Europe/Berlin", name="timestamp"),
        pd.to_timedelta(TIME_S, unit="s"),
    ],
)
def test_time_may_be_the_index(tmp_path: Path, index: pd.Index) -> None:
    pd.DataFrame(MV[:2].T, columns=["I", "II"], index=index).to_parquet(tmp_path / "a.parquet")
    found = only(tmp_path / "a.parquet")
    assert found.lead_names == ("I", "II")
    np.testing.assert_allclose(found.signal_uv, TWELVE[:2], atol=1e-6)


def test_rate_and_unit_may_stand_in_metadata(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"I": EIGHT[0], "II": EIGHT[1]}, fs="500", unit="uV")
    assert (only(path).signal_uv.shape, only(path).notes) == ((2, 5000), ())
    frame = pd.DataFrame(MV[:2].T, columns=["I_mV", "II_mV"])
    frame.attrs = {"sampling_rate": 250}
    frame.to_parquet(tmp_path / "b.parquet")
    assert only(tmp_path / "b.parquet").signal_uv.shape == (2, 10_000)
    told = problem(write(tmp_path / "c.parquet", {"I": [EIGHT[0].tolist()]}, fs="fast"))
    assert "its metadata 'fs' is 'fast', which is no sampling rate" in told


def test_a_table_without_signals_is_no_ecg(tmp_path: Path) -> None:
    assert "'age'" in problem(write(tmp_path / "a.parquet", {"id": ["x"], "age": [3]}))
    assert "no samples" in problem(write(tmp_path / "b.parquet", {"I": np.empty(0)}))
    assert "it holds no records" in problem(write(tmp_path / "c.parquet", {"I": pa.array([], pa.list_(pa.float64()))}))


def test_a_list_of_times_is_the_clock_of_its_record(tmp_path: Path) -> None:
    path = write(tmp_path / "a.parquet", {"time": [TIME_S.tolist()], "II": [MV[1].tolist()]}, unit="mV")
    np.testing.assert_allclose(only(path).signal_uv, TWELVE[[1]], atol=1e-6)
    assert "250 Hz as you say, though the file says 500 Hz" in only(path, rate_hz=250).notes
    both = write(tmp_path / "b.parquet", {"time": [TIME_S.tolist()], "II": [MV[1].tolist()], "fs": [250]}, unit="mV")
    assert "column 'fs' says 250 Hz, column 'time' 500 Hz; give --rate" in problem(both)


@pytest.mark.parametrize("said", ["unknown", "[500]", "5.0.0"])
def test_a_rate_in_metadata_that_is_none_is_overruled(tmp_path: Path, said: str) -> None:
    for columns in ({"II": EIGHT[1]}, {"II": [EIGHT[1].tolist()]}):
        path = write(tmp_path / "a.parquet", columns, fs=said, unit="uV")
        assert f"its metadata 'fs' is {said!r}, which is no sampling rate; give --rate" in problem(path)
        assert only(path, rate_hz=500).signal_uv.shape == (1, 5000)


def test_unit_and_gain_may_stand_in_a_row_or_in_metadata(tmp_path: Path) -> None:
    rows = {"II": [(MV[1] * 10).tolist()], "unit": ["0.1mV"]}
    np.testing.assert_allclose(only(write(tmp_path / "a.parquet", rows, fs="500")).signal_uv, TWELVE[[1]], atol=1e-6)
    for columns in ({"II": MV[1]}, {"II": [MV[1].tolist()]}, {"II": [MV[1].tolist()], "gain": [200]}):
        path = write(tmp_path / "b.parquet", columns, fs="500", **({} if "gain" in columns else {"gain": "200"}))
        assert "unit 'numbers with gain 200' is no unit of voltage; give --unit" in problem(path)
        assert only(path, unit="mV").lead_names == ("II",)


def test_columns_of_the_same_name_are_those_of_one_lead(tmp_path: Path) -> None:
    columns = [pa.array(values) for values in (TIME_S, MV[1], MV[1] * 0)]
    pq.write_table(pa.Table.from_arrays(columns, names=["time", "II", "II"]), tmp_path / "a.parquet")
    np.testing.assert_allclose(only(tmp_path / "a.parquet").signal_uv, TWELVE[[1]], atol=1e-6)
    lists = [pa.array([values.tolist()]) for values in (TIME_S, MV[1], MV[1])]
    pq.write_table(pa.Table.from_arrays(lists, names=["time", "II", "II"]), tmp_path / "b.parquet")
    assert "more than one column is named 'II'; rename all but one" in problem(tmp_path / "b.parquet")


def test_long_records_of_ours_are_put_together_from_their_pieces(tmp_path: Path) -> None:
    leads, batch = ("I", "II", "V1"), composed_batch(("I", "II", "V1"), 150, 100)
    spec = composed_spec(leads, 150, 100, Labels(waves=True, mask=True))
    second = replace(batch, candidates=batch.candidates + 1, signals_uv=batch.signals_uv // 2)
    for format_ in (ParquetFormat, WfdbFormat):
        writer = format_(tmp_path, spec)
        for record in (batch, second):
            writer.write_long(long_record(record, 100))
        writer.close()
    path = tmp_path / "data" / "train.parquet"
    expected = read(tmp_path / "wfdb")
    for stated in ({}, {"lead_names": leads}, {"lead_map": {"II": "II"}}):
        found = read(path, **stated)
        assert [one.name for one in found] == ["train.parquet:00001205", "train.parquet:00001206"]
        for one, other in zip(found, expected, strict=True):
            assert (one.lead_names, one.notes) == (other.lead_names, other.notes)  # type: ignore[union-attr]
            np.testing.assert_array_equal(one.signal_uv, other.signal_uv)  # type: ignore[union-attr]
    rows = pq.read_table(path)
    pq.write_table(rows.take([0, 2, 3, 4, 5]), path)
    broken, whole = read(path)
    assert "its pieces of 60 s do not follow each other end to end" in broken.problem  # type: ignore[union-attr]
    assert whole.name == "train.parquet:00001206"

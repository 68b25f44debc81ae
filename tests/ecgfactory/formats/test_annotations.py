"""annotations.parquet: the same bytes however records come, and the same waves back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ecgfactory.formats.annotations import AnnotationsReader, AnnotationsWriter
from ecgfactory.validation.format_contract import are_same, make_waves
from ecgfactory.wave_table import ALL_LEADS, WaveTable

CANDIDATES = np.arange(30, 1030, 10)


@pytest.fixture(scope="module")
def waves() -> WaveTable:
    """Of a hundred records, of which each third has none."""
    some = WaveTable.joined([make_waves(12)] * 15).take(np.arange(100))
    rows = np.flatnonzero(np.arange(100) % 3)
    return some.take(rows).put(rows, 100)


def write(path: Path, waves: WaveTable, cuts: list[int]) -> dict[str, int]:
    with AnnotationsWriter(path, 500) as writer:
        for rows in np.split(np.arange(waves.records), cuts):
            writer.write(CANDIDATES[rows], waves.take(rows))
    return writer.counts


def marked(waves: WaveTable) -> npt.NDArray[np.int64]:
    """Candidates that have a wave."""
    return CANDIDATES[np.unique(waves.record)]


def test_what_is_written_reads_back_whatever_the_batches_were(
    waves: WaveTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AnnotationsWriter, "records_per_group", 32)
    counts = write(tmp_path / "whole.parquet", waves, [])
    assert write(tmp_path / "parts.parquet", waves, [1, 20, 64, 99]) == counts
    assert (tmp_path / "parts.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert counts["QRS"] == sum(map(len, waves.r_peaks()))
    assert pq.read_metadata(tmp_path / "whole.parquet").num_row_groups == 2, "of 32 records that have some"

    reader = AnnotationsReader(tmp_path / "whole.parquet", waves.lead_names)
    assert are_same(reader.read(CANDIDATES), waves)
    for rows in ([0], [31, 32, 33], [3, 50, 99], []):
        assert are_same(reader.read(CANDIDATES[rows]), waves.take(np.array(rows, dtype=np.int64)))
    assert reader.read(np.array([0, 31, 5000])).records == 3, "records that are not there have no waves"
    assert len(reader.read(np.array([0, 31, 5000]))) == 0
    assert np.array_equal(np.concatenate([candidates for candidates, _ in reader.groups()]), marked(waves))


def test_the_columns_are_plain_for_other_readers(waves: WaveTable, tmp_path: Path) -> None:
    write(tmp_path / "waves.parquet", waves, [])
    schema = pq.read_schema(tmp_path / "waves.parquet")
    points = {"onset": "int32", "peak": "int32", "offset": "int32"}
    kinds = {"record_id": "string", "beat": "int32", "lead": "string", "wave": "string", **points}
    assert {field.name: str(field.type) for field in schema} == kinds
    assert schema.metadata == {b"sampling_rate_hz": b"500"}
    frame = pd.read_parquet(tmp_path / "waves.parquet")
    assert list(frame.record_id.unique()) == [f"{candidate:08d}" for candidate in marked(waves)]
    assert list(frame.lead[:1]) == [ALL_LEADS]
    assert frame.onset.isna().sum() == (waves.onset == -1).sum() > 0


def test_a_file_without_a_wave_and_one_of_other_columns(waves: WaveTable, tmp_path: Path) -> None:
    none = waves.take(np.array([0]))
    with AnnotationsWriter(tmp_path / "none.parquet", 500) as writer:
        writer.write(CANDIDATES[:1], none)
    reader = AnnotationsReader(tmp_path / "none.parquet", waves.lead_names)
    assert list(reader.groups()) == []
    assert are_same(reader.read(CANDIDATES[:2]), waves.take(np.array([0, 0])))
    pq.write_table(pa.table({"record_id": ["00000001"]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match="other columns"):
        AnnotationsReader(tmp_path / "other.parquet", waves.lead_names)

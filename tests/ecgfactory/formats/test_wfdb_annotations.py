"""Our annotation files against those that wfdb itself writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from ecgfactory.formats.wfdb_annotations import (
    PEAK_SYMBOLS,
    decode_annotation_files,
    encode_annotation_files,
    encode_annotations,
)
from ecgfactory.wave_table import ABSENT, WaveTable

LEADS = ("I", "V6")
gaps = st.one_of(st.sampled_from([0, 1, 1023, 1024, 65_535, 65_536, 36_000_000]), st.integers(0, 3000))


@st.composite
def tables(draw: st.DrawFn) -> WaveTable:
    """Some records of one beat after the other, with waves, bounds and whole leads missing here and there."""
    records, beats = draw(st.integers(1, 3)), draw(st.integers(0, 3))
    since = draw(st_numpy.arrays(np.int32, (records, 1 + len(LEADS), beats, 3, 3), elements=gaps))
    points = since.reshape(*since.shape[:2], beats * 9).cumsum(axis=-1, dtype=np.int32).reshape(since.shape)
    there = draw(st_numpy.arrays(bool, since.shape))
    points = np.where(there, points, ABSENT).transpose(0, 2, 1, 3, 4)
    return WaveTable.of_points(points, np.ones((records, beats), dtype=bool), LEADS)


def listed(waves: WaveTable) -> list[tuple[int, str]]:
    """Marks of one lead of a record as (sample, symbol), by sample; the order of equal ones is that of the table."""
    marks = [
        (sample, symbol)
        for wave, *points in zip(waves.wave, waves.onset, waves.peak, waves.offset, strict=True)
        for sample, symbol in zip(points, ("(", PEAK_SYMBOLS[wave], ")"), strict=True)
        if sample != ABSENT
    ]
    return sorted(marks, key=lambda mark: mark[0])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(waves=tables())
def test_the_bytes_are_those_of_wrann_and_rdann_reads_each_mark(tmp_path: Path, waves: WaveTable):
    files = encode_annotation_files(waves)
    assert [len(of_record) for of_record in files] == [1 + len(LEADS)] * waves.records
    for record, of_record in enumerate(files):
        for lead, content in zip(("all", *LEADS), of_record, strict=True):
            of_lead = waves.of(record).of_lead(lead)
            assert encode_annotations(of_lead) == content
            (tmp_path / "r.atr").write_bytes(content)
            read, marks = wfdb.rdann(str(tmp_path / "r"), "atr"), listed(of_lead)
            assert list(zip(read.sample, read.symbol, strict=True)) == marks
            if marks:  # wrann writes no file without a mark
                samples, symbols = zip(*marks, strict=True)
                wfdb.wrann("w", "atr", np.array(samples), list(symbols), write_dir=str(tmp_path))
                assert (tmp_path / "w.atr").read_bytes() == content


WHOLE = bytes.fromhex("149c 1e60 28a0 0000")  # ( at 20, p at 50, ) at 90


DAMAGED = [b"", WHOLE[:-2], WHOLE[:-1], WHOLE + WHOLE, WHOLE[:2] + WHOLE[-2:], b"\0\xec" + WHOLE[:2]]


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_is_told(content: bytes):
    assert decode_annotation_files([WHOLE], ("I",)).peak.tolist() == [50]
    with pytest.raises(ValueError, match="annotation file"):
        decode_annotation_files([content], ("I",))

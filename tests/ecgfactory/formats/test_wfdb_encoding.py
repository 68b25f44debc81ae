"""Our encoding of a record against the files that wfdb itself writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import wfdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_numpy

from ecgfactory.formats.wfdb_encoding import encode_record
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS

COMMENTS = ["synthetic, not for diagnosis", "seed: 7", "heart rate: 68.5 /min"]
any_int16 = st.one_of(st.sampled_from([-32768, -1, 0, 1, 32767]), st.integers(-32768, 32767))


def written_by_wfdb(folder: Path, signal_uv: np.ndarray, names: tuple[str, ...], comments: list[str]):
    leads = len(names)
    wfdb.wrsamp(
        "00000012",
        fs=500,
        units=["mV"] * leads,
        sig_name=list(names),
        d_signal=signal_uv.T,
        fmt=["16"] * leads,
        adc_gain=[1000] * leads,
        baseline=[0] * leads,
        comments=comments,
        write_dir=str(folder),
    )
    return (folder / "00000012.hea").read_bytes(), (folder / "00000012.dat").read_bytes()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data(), names=st.sampled_from([EIGHT_LEADS, TWELVE_LEADS, ("II",)]), samples=st.integers(1, 300))
def test_the_bytes_are_those_of_wrsamp(tmp_path: Path, data: st.DataObject, names: tuple[str, ...], samples: int):
    signal_uv = data.draw(st_numpy.arrays(np.int16, (len(names), samples), elements=any_int16))
    header, signal = encode_record("00000012", signal_uv, names, 500, COMMENTS)
    assert (header.encode(), signal) == written_by_wfdb(tmp_path, signal_uv, names, COMMENTS)


def test_a_whole_record_reads_back(tmp_path: Path):
    signal_uv = np.random.default_rng(3).integers(-32768, 32768, (12, 5000)).astype(np.int16)
    header, signal = encode_record("00000012", signal_uv, TWELVE_LEADS, 500)
    (tmp_path / "r").mkdir()
    assert (header.encode(), signal) == written_by_wfdb(tmp_path, signal_uv, TWELVE_LEADS, [])
    (tmp_path / "r" / "00000012.hea").write_text(header)
    (tmp_path / "r" / "00000012.dat").write_bytes(signal)
    record = wfdb.rdrecord(str(tmp_path / "r" / "00000012"), physical=False, return_res=16)
    np.testing.assert_array_equal(record.d_signal.T, signal_uv)
    assert tuple(record.sig_name) == TWELVE_LEADS and record.units == ["mV"] * 12 and record.fs == 500


def test_layout_in_memory_does_not_matter():
    signal_uv = np.arange(8 * 10, dtype=np.int16).reshape(10, 8).T
    contiguous = np.ascontiguousarray(signal_uv)
    assert encode_record("a", signal_uv, EIGHT_LEADS, 500) == encode_record("a", contiguous, EIGHT_LEADS, 500)


def test_a_missing_lead_name_is_an_error():
    with pytest.raises(ValueError, match="zip"):
        encode_record("a", np.zeros((3, 5), np.int16), ("I", "II"), 500)

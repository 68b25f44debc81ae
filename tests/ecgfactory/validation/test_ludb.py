"""Reading LUDB's format, taking intervals from marks, and how near the measured ones come to the cardiologists'."""

import numpy as np
import pytest
import wfdb

from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.validation.ludb import Mark, compare_intervals, read_ludb, reference_intervals
from tests.real_ecgs import ludb_records, write_ludb_record


def marks_of(onsets: list[float], offsets: list[float], beats: int = 3) -> dict[str, list[Mark]]:
    """Mark QRS of some beats, 500 samples apart, in as many leads as there are bounds; P and T at fixed places."""
    return {
        f"lead {number}": [
            mark
            for start in range(500, 500 * (beats + 1), 500)
            for mark in (
                Mark("p", start - 80, start - 60, start - 30),
                Mark("N", start + onset, start + 20, start + offset),
                Mark("t", start + 100, start + 150, start + 200),
            )
        ]
        for number, (onset, offset) in enumerate(zip(onsets, offsets, strict=True))
    }


def test_intervals_run_over_the_leads_without_outlying_ones():
    # Medians 0 and 50; -40 and 90 lie more than 20 ms (10 samples) away.
    intervals = reference_intervals(marks_of([-8, 0, 0, 3, -40], [55, 50, 50, 48, 90]))
    assert intervals == {"p_duration_ms": 100, "pr_ms": 144, "qrs_ms": 126, "qt_ms": 416}


def test_waves_that_are_not_marked_have_no_intervals():
    marks = {lead: [mark for mark in row if mark.wave != "p"] for lead, row in marks_of([0] * 4, [50] * 4).items()}
    intervals = reference_intervals(marks)
    assert intervals["qrs_ms"] == 100
    assert np.isnan([intervals["p_duration_ms"], intervals["pr_ms"]]).all()
    assert np.isnan(list(reference_intervals({"I": []}).values())).all()


def test_a_bound_in_two_leads_is_none():
    assert np.isnan(reference_intervals(marks_of([0, 0, np.nan], [50, 50, 50]))["qrs_ms"])


@pytest.fixture
def folder(tmp_path):
    """A record in LUDB's layout, its second QRS without an onset."""
    signal_uv = np.random.default_rng(1).integers(-500, 500, (12, 5000)).astype(np.int16)
    marks = [(100, "("), (120, "p"), (140, ")"), (200, "("), (210, "N"), (230, ")"), (700, "N"), (730, ")")]
    write_ludb_record(tmp_path, 7, signal_uv, marks)
    return tmp_path


def test_a_record_is_read_as_it_is_stored(folder):
    (record,) = read_ludb(folder)
    counts = wfdb.rdrecord(str(folder / "data" / "7"), physical=False).d_signal
    np.testing.assert_array_equal(record.signal_uv, counts.T)
    assert (record.name, record.rhythm, record.sampling_rate_hz) == ("7", "Sinus rhythm", 500)
    assert list(record.marks) == list(TWELVE_LEADS)
    assert record.marks["V3"][:2] == [Mark("p", 100, 120, 140), Mark("N", 200, 210, 230)]
    assert np.isnan(record.marks["V3"][2].onset)
    assert record.marks["V3"][2].offset == 730


def test_a_folder_without_records_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no data/\*\.hea"):
        next(read_ludb(tmp_path))


def test_intervals_come_as_near_to_the_cardiologists_as_promised():
    compared = compare_intervals(ludb_records())
    for name, mean_ms, sd_ms in (("qrs_ms", 3, 12), ("pr_ms", 5, 15), ("qt_ms", 5, 20), ("p_duration_ms", 6, 18)):
        errors = compared.errors(name)
        assert abs(errors.mean()) <= mean_ms, name
        assert errors.std() <= sd_ms, name
    assert compared.p_found() >= 0.98
    assert compared.p_falsely_found() <= 0.1

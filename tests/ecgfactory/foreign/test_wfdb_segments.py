"""WFDB records of several segments."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tests.ecgfactory.foreign.wfdb_files import SIGNAL, two_leads, write
from tests.foreign_files import EIGHT, only, problem, read


def segment(folder: Path, name: str, leads: dict[str, Any], frames: int, rate: int = 500) -> None:
    lines = "".join(f"FILE {SIGNAL} {lead}\n" for lead in leads)
    write(folder, f"{name} {len(leads)} {rate} {frames}\n{lines}", np.stack(list(leads.values()), axis=1), name)


def test_segments_of_a_fixed_layout_are_joined_and_a_gap_stays_empty(tmp_path: Path) -> None:
    segment(tmp_path, "s_1", {"I": EIGHT[0, :2000], "II": EIGHT[1, :2000]}, 2000)
    segment(tmp_path, "s_2", {"I": EIGHT[0, 2500:], "II": EIGHT[1, 2500:]}, 2500)
    (tmp_path / "s.hea").write_text("s/3 2 500 5000\ns_1 2000\n~ 500\ns_2 2500\n")
    found = only(tmp_path)  # the segments are no records of their own
    expected = EIGHT[:2].astype(float)
    expected[:, 2000:2500] = np.nan
    np.testing.assert_allclose(found.signal_uv, expected, atol=1e-3)
    assert only(tmp_path / "s_1.hea").signal_uv.shape == (2, 2000)


def test_segments_of_a_variable_layout_leave_empty_what_they_lack(tmp_path: Path) -> None:
    (tmp_path / "s_layout.hea").write_text(
        f"s_layout 3 500 0\n~ 0 {SIGNAL[3:]} I\n~ 0 {SIGNAL[3:]} II\n~ 0 1 8 0 0 0 0 P\n"
    )
    segment(tmp_path, "s_1", {"II": EIGHT[1, :2000]}, 2000)
    segment(tmp_path, "s_2", {"I": EIGHT[0, 2000:], "II": EIGHT[1, 2000:]}, 3000)
    (tmp_path / "s.hea").write_text("s/3 3 500 5000\ns_layout 0\ns_1 2000\ns_2 3000\n")
    found = only(tmp_path)
    assert found.lead_names == ("II", "I")
    np.testing.assert_allclose(found.signal_uv[0], EIGHT[1], atol=1e-3)
    assert np.isnan(found.signal_uv[1, :2000]).all()
    np.testing.assert_allclose(found.signal_uv[1, 2000:], EIGHT[0, 2000:], atol=1e-3)
    assert "only tells the layout" in problem(tmp_path / "s_layout")


def test_a_segment_that_can_not_be_read_is_left_empty_and_told(tmp_path: Path) -> None:
    segment(tmp_path, "s_1", {"II": EIGHT[1, :2000]}, 2000)
    segment(tmp_path, "s_3", {"II": EIGHT[1, 4000:]}, 1000, rate=250)
    (tmp_path / "s.hea").write_text("s/3 1 500 5000\ns_1 2000\ns_2 2000\ns_3 1000\n")
    found = only(tmp_path)
    assert np.isnan(found.signal_uv[0, 2000:]).all()
    assert found.notes[0].startswith("segment s_2 is left empty: ")
    assert found.notes[1] == "segment s_3 is left empty: it states 250.0 Hz, the record 500.0"


def test_a_gap_of_centuries_does_not_get_the_memory(tmp_path: Path) -> None:
    segment(tmp_path, "s_1", {"II": EIGHT[1]}, 5000)
    (tmp_path / "s.hea").write_text("s/2 1 500 1000000005000\ns_1 5000\n~ 1000000000000\n")
    assert "1,000,000,005,000 samples, and at most" in problem(tmp_path)


def test_a_layout_without_its_record_is_no_record(tmp_path: Path) -> None:
    (tmp_path / "s_layout.hea").write_text("s_layout 1 500 0\n~ 0 200 16 0 0 0 0 I\n")
    write(tmp_path, two_leads("ecg 2 500 5000"))
    assert [found.name for found in read(tmp_path)] == ["ecg.hea"]

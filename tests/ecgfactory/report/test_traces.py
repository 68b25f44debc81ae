import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.paper.arrangement import arrange, row_gaps_mm
from ecgfactory.report.style import PageStyle
from ecgfactory.report.traces import clinical_layout, lay_out


def test_arrangement_reads_down_the_columns():
    assert arrange(TWELVE_LEADS, clinical_layout("3x4")).rows[0] == ("I", "aVR", "V1", "V4")
    assert arrange(TWELVE_LEADS, clinical_layout("6x2")).rows[5] == ("aVF", "V6")
    assert arrange(EIGHT_LEADS, clinical_layout("3x4")).rows == (("I", "V3"), ("II", "V4"), ("V1", "V5"), ("V2", "V6"))
    assert arrange(TWELVE_LEADS, clinical_layout("3x4")).rhythm_leads == ("II",)
    assert arrange(TWELVE_LEADS, clinical_layout("12x1")).rhythm_leads == ()


@given(st.lists(st.floats(0, 80), min_size=2, max_size=14))
def test_row_gaps_share_out_the_whole_height(needed):
    needed_mm = np.array(needed)
    gaps = row_gaps_mm(needed_mm, 165.0)
    assert gaps.sum() == pytest.approx(165)
    assert (gaps >= 0).all()
    if needed_mm.sum() < 165:
        assert (gaps >= needed_mm - 1e-9).all()


@pytest.mark.parametrize(("leads", "layout"), [(12, "3x4"), (12, "6x2"), (12, "12x1"), (8, "3x4")])
def test_strips_know_which_samples_they_show(make_record, leads, layout):
    record = make_record(leads=leads)
    traces = lay_out(record, PageStyle(layout=layout))
    for row in traces.rows:
        assert row[0].first == 0
        assert [strip.first for strip in row[1:]] == [strip.first + strip.x_mm.size - 1 for strip in row[:-1]]
        for strip in row:
            shown_uv = record.lead(strip.lead)[strip.first :][: strip.x_mm.size]
            assert strip.height_mm == pytest.approx((shown_uv - np.median(record.lead(strip.lead))) / 100)
    assert [row[0].is_rhythm for row in traces.rows[:-1]] == [False] * (len(traces.rows) - 1)
    assert traces.rows[-1][0].is_rhythm == (layout != "12x1")


@pytest.mark.parametrize("rate_hz", [100, 500, 1000])
def test_traces_are_to_scale_at_any_rate(make_record, rate_hz):
    flat_uv = np.zeros((12, 10 * rate_hz), np.int16)
    record = make_record(signal_uv=flat_uv, sampling_rate_hz=rate_hz)
    strip = lay_out(record, PageStyle(layout="12x1")).rows[0][0]
    assert strip.x_mm[-1] - strip.x_mm[0] == pytest.approx(25 * (10 - 1 / rate_hz))

"""Marks of waves: which are drawn, and where."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_lines import pdf_text

from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.report.analysis import analysis_page
from ecgfactory.report.clinical import clinical_page
from ecgfactory.report.marks import page_marks, strip_marks
from ecgfactory.report.paper import A4
from ecgfactory.report.rhythm import as_measured
from ecgfactory.report.sheet import Areas, Lines
from ecgfactory.report.style import PALETTES, PageStyle
from ecgfactory.report.traces import Strip, lay_out
from ecgfactory.report.waves import record_waves
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, WaveTable

MARKED = PageStyle(marks=True)
P, QRS, T = range(3)


def table(*rows, lead_names=TWELVE_LEADS):
    """Waves of a record: each beat, lead (0 over all), wave, onset, peak and offset."""
    beat, lead, wave, onset, peak, offset = np.array(rows).reshape(-1, 6).T
    small, whole = np.int8, np.int32
    counted = (column.astype(whole) for column in (onset, peak, offset))
    record = np.zeros(len(beat), whole)
    return WaveTable(lead_names, 1, record, beat.astype(whole), lead.astype(small), wave.astype(small), *counted)


def boxes(sheet, colours="red"):
    """Boxes drawn in the colours of P, QRS and T."""
    waves = PALETTES[colours].waves[: len(BEAT_WAVES)]
    drawn = dict.fromkeys(waves, 0)
    for item in sheet.items:
        if isinstance(item, Areas) and item.colour in drawn:
            drawn[item.colour] += len(item.points_mm)
    return [drawn[colour] for colour in waves]


def time_mm(sample, rate_hz=500):
    return A4.traces_left_mm + 25 * sample / rate_hz


def test_each_lead_shows_its_own_waves_and_the_rhythm_strip_those_over_all(make_record):
    lead_ii, lead_v1 = 1 + TWELVE_LEADS.index("II"), 1 + TWELVE_LEADS.index("V1")
    waves = table(
        (0, 0, QRS, 590, 620, 660), (0, lead_ii, QRS, 600, 620, 640), (0, lead_ii, T, 700, 740, 780),
        (1, lead_v1, QRS, 3000, 3020, 3040), (2, lead_v1, P, 200, 210, 220),
    )  # fmt: skip
    marks = page_marks(lay_out(make_record(), MARKED), waves, A4)
    found = sorted(zip(marks.wave.tolist(), marks.boxes_mm[:, 0], marks.boxes_mm[:, 2], strict=True))
    spans = [(QRS, 590, 660), (QRS, 600, 640), (QRS, 3000, 3040), (T, 700, 780)]  # V1 is not shown at its P
    expected = [(wave, time_mm(first), time_mm(last)) for wave, first, last in spans]
    assert np.array(found) == pytest.approx(np.array(expected))


def test_waves_end_with_the_piece_and_with_the_record(make_record):
    waves = table(
        (0, 1, T, ABSENT, 20, 60), (1, 1, QRS, 1240, 1255, 1270), (2, 0, T, 4900, 4990, ABSENT),
        (3, 1, P, 1250, 1260, 1270), (4, 1, P, ABSENT, 100, ABSENT),
    )  # fmt: skip
    marks = page_marks(lay_out(make_record(), MARKED), waves, A4)
    edges = sorted(map(tuple, marks.boxes_mm[:, [0, 2]]))
    assert np.array(edges) == pytest.approx(time_mm(np.array([(0, 60), (1240, 1250), (4900, 4999)])))
    assert len(marks.of(QRS)[1]) == 0, "its peak is beyond the piece"
    assert marks.of(T)[1][:, 0] == pytest.approx([time_mm(20), time_mm(4990)])


def test_boxes_hold_the_trace_and_ticks_point_away_from_it():
    height_mm = np.zeros(100)
    height_mm[20:30], height_mm[60:70] = 5.0, -7.0
    strip = Strip("I", 0, np.arange(100.0), height_mm)
    up, down = strip_marks(strip, 50.0, table((0, 1, QRS, 15, 25, 35), (1, 1, QRS, 55, 65, 75)), (0, 100)).of(QRS)[1]
    assert (up[0], down[0]) == (25, 65)
    assert 55 < up[1] < up[2] and 43 > down[1] > down[2]


@given(
    st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2), *[st.integers(-1, 999)] * 3), max_size=8),
    st.integers(0, 700),
    st.integers(1, 300),
    st.integers(-30_000, 30_000),
)
def test_no_mark_leaves_its_strip(rows, first, samples, level):
    waves = table(*((beat, *row) for beat, row in enumerate(rows)), lead_names=EIGHT_LEADS)
    strip = Strip("I", first, np.arange(samples) / 20.0, np.resize([level, -level, 0.5], samples) / 100)
    marks = strip_marks(strip, 90.0, waves, (12.0, 177.0))
    assert len(marks.wave) <= sum(row[0] == 1 for row in rows)
    left, bottom, right, top = marks.boxes_mm.T
    assert np.all((strip.x_mm[0] <= left) & (left < right) & (right <= strip.x_mm[-1]))
    assert np.all((bottom >= 12) & (bottom <= top) & (top <= 177))
    for wave in range(len(BEAT_WAVES)):
        _, ticks_mm = marks.of(wave)
        assert np.all((ticks_mm[:, 0] >= strip.x_mm[0]) & (ticks_mm[:, 0] <= strip.x_mm[-1]))
        assert np.all((ticks_mm[:, 1:] >= 12) & (ticks_mm[:, 1:] <= 177))


@pytest.mark.parametrize(("leads", "layout"), [(12, "12x1"), (12, "3x4"), (8, "6x2")])
def test_a_marked_page_is_the_plain_one_with_marks_below_its_traces(make_record, leads, layout):
    record = make_record(leads=leads)
    plain = [repr(item) for item in clinical_page(record, PageStyle(layout=layout)).items]
    marked = clinical_page(record, PageStyle(layout=layout, marks=True))
    places = iter([repr(item) for item in marked.items])
    assert all(item in places for item in plain), "in the same order"
    traces = [place for place, item in enumerate(marked.items) if isinstance(item, Lines) and item.inside]
    assert traces[0] > max(place for place, item in enumerate(marked.items) if isinstance(item, Areas))
    assert min(boxes(marked)) > record_waves(record).r_peaks()[0].size
    legend = " ".join(marked.texts())
    assert "found by an algorithm in each lead" in legend
    assert ("; in the rhythm strip (II, below) over all leads" in legend) == (layout != "12x1")


def test_waves_that_a_record_carries_are_shown_and_not_found_again(make_record):
    record = make_record(waves=table((0, 2, T, 500, 520, 540)))
    assert boxes(clinical_page(record, MARKED)) == [0, 0, 2], "in the legend, and once on the page"
    assert boxes(analysis_page(dataclasses.replace(record, waves=table((0, 0, P, 500, 520, 540))))) == [2, 0, 0]


@pytest.mark.parametrize("rate_hz", [100, 250, 1000])
def test_marks_are_at_the_same_times_at_any_rate(make_record, rate_hz):
    whole = make_record()
    stored = Recorder(rate_hz).record(whole.signal_uv[np.newaxis])[0]
    record = make_record(signal_uv=stored, sampling_rate_hz=rate_hz)
    places_s = [record_waves(one).r_peaks()[0] / one.sampling_rate_hz for one in (whole, record)]
    assert places_s[1] == pytest.approx(places_s[0], abs=0.012)
    carrying = dataclasses.replace(record, waves=record_waves(record))
    assert as_measured(carrying).waves.r_peaks()[0] / 500 == pytest.approx(places_s[1], abs=0.001)
    assert boxes(analysis_page(carrying)) == boxes(analysis_page(record))
    assert boxes(clinical_page(carrying, MARKED))[QRS] > 30


@pytest.mark.parametrize("samples", [1, 30, 700, 5000])
def test_records_without_beats_say_that_none_were_found(make_record, samples):
    text = pdf_text(clinical_page(make_record(signal_uv=np.zeros((12, samples), np.int16)), MARKED))
    assert "none found" in text


def test_grey_pages_have_grey_marks(make_record):
    sheet = clinical_page(make_record(), PageStyle(marks=True, colours="black-and-white"))
    assert min(boxes(sheet, "black-and-white")) > 12 and boxes(sheet) == [0, 0, 0]


def test_analysis_page_marks_the_waves_over_all_leads(make_record):
    record = make_record()
    over_all = record_waves(record).of_lead("all")
    legend = 1
    counts = [np.sum(over_all.wave == wave) + legend for wave in range(len(BEAT_WAVES))]
    assert boxes(analysis_page(record)) == counts


def test_a_quiz_has_no_marks():
    with pytest.raises(BadInputError, match="marks tell the answers to a quiz page; leave one of the two out"):
        PageStyle(quiz=True, marks=True)

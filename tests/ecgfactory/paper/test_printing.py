import re
from itertools import combinations, groupby, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.errors import BadInputError
from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS
from ecgfactory.paper.arrangement import USUAL_LAYOUTS
from ecgfactory.paper.header import WORDINGS, measurement_lines
from ecgfactory.paper.page import Box, Page, box_around
from tests.printed_ecgs import FEATURES, printed, spikes_uv

styles = st.fixed_dictionaries(
    {
        "layout": st.sampled_from([*USUAL_LAYOUTS, "1x12", "2x6+V2", "12x1+II+V1+V5"]),
        "size": st.sampled_from(["A4", "letter"]),
        "gain_mm_per_mv": st.sampled_from([5, 10, 20]),
        "speed_mm_per_s": st.sampled_from([25, 50]),
        "pulse": st.sampled_from(["left", "right", "none"]),
        "colour": st.sampled_from(["red", "none"]),
        "line_mm": st.sampled_from([0.1, 0.3, 1.0]),
        "labels": st.booleans(),
        "header": st.booleans(),
    }
)


@st.composite
def signals(draw):
    """Leads with artefacts of up to 30 mV here and there, constant ones, and missing samples."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    leads = draw(st.sampled_from([1, 3, 8, 12, 13, 15]))
    rate_hz = draw(st.sampled_from([100, 500]))
    signal = spikes_uv(leads, draw(st.sampled_from([1, 5, 10, 12])), rate_hz, int(rng.integers(99)))
    if draw(st.booleans()):
        signal += rng.uniform(-30_000, 30_000, signal.shape) * (rng.random(signal.shape) < 0.0005)
    signal[0] = 123
    signal[:, rng.random(signal.shape[1]) < 0.01] = np.nan
    names = TWELVE_LEADS if leads == 12 else EIGHT_LEADS if leads == 8 else tuple(f"E{n}" for n in range(leads))
    return signal, rate_hz, names


def trace_boxes(page: Page) -> list[Box]:
    return [box_around(trace.points_mm, page.style.line_mm / 2) for trace in page.traces]


def meet(one: Box, other: Box) -> bool:
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


@settings(max_examples=50, deadline=None)
@given(signals(), styles, st.integers(0, 2**32))
def test_traces_names_and_pulses_do_not_meet_and_are_on_the_paper(ecg, style, seed):
    page = printed(*ecg, seed=seed, **style)
    half = page.style.line_mm / 2
    boxes = [
        *trace_boxes(page),
        *(box_around(pulse.points_mm, half) for pulse in page.pulses),
    ]
    assert not [pair for pair in combinations(boxes, 2) if meet(*pair)]
    for box in [*boxes, *(text.box_mm for text in page.texts)]:
        assert box.left > 0
        assert box.top > 0
        assert box.right < page.width_mm
        assert box.bottom < page.height_mm
    for one, other in combinations([text.box_mm for text in page.texts if text.role != "lead"], 2):
        assert not meet(one, other)


@settings(max_examples=50, deadline=None)
@given(signals(), styles)
def test_every_point_is_its_sample(ecg, style):
    signal_uv, rate_hz, names = ecg
    page = printed(*ecg, first_sample=1000, **style)
    shown = min(signal_uv.shape[1], 250 * rate_hz // page.style.speed_mm_per_s)
    for trace in page.traces:
        first = trace.first_sample - 1000
        values_uv = signal_uv[names.index(trace.lead), first : first + len(trace.points_mm)]
        assert trace.baseline_uv == np.nanmedian(signal_uv[names.index(trace.lead), :shown])
        above_mm = (values_uv - trace.baseline_uv) / 1000 * page.gain_mm_per_mv
        whole = ~trace.clipped
        np.testing.assert_allclose(trace.points_mm[whole, 1], trace.baseline_mm - above_mm[whole], rtol=0, atol=1e-9)
        cut_mm = np.abs(trace.points_mm[trace.clipped, 1] - trace.baseline_mm)
        assert (cut_mm < np.abs(above_mm[trace.clipped])).all()
        assert np.ptp(cut_mm) < 1e-9 if cut_mm.size else True
        steps_mm = np.diff(trace.points_mm[:, 0])
        assert np.nanmax(np.abs(steps_mm - page.style.speed_mm_per_s / rate_hz), initial=0) < 1e-9
    for is_rhythm, traces in groupby(page.traces, key=lambda trace: (trace.row, trace.is_rhythm)):
        row = list(traces)
        assert [trace.column for trace in row] == list(range(len(row)))
        assert row[0].first_sample == 1000
        assert row[-1].last_sample == 1000 + shown - 1, is_rhythm
        for left, right in pairwise(row):
            apart_mm = (right.first_sample - left.last_sample) * page.style.speed_mm_per_s / rate_hz
            assert 1 < apart_mm <= 1 + 2 * page.style.speed_mm_per_s / rate_hz


@pytest.mark.parametrize("size", ["A4", "letter"])
@pytest.mark.parametrize("pulse", ["left", "right", "none"])
@pytest.mark.parametrize("layout", ["3x4+II", "12x1", "1x12"])
def test_ten_seconds_fit_at_25_mm_per_s(size, pulse, layout):
    page = printed(size=size, pulse=pulse, layout=layout)
    assert page.traces[-1].last_sample == 4999


@pytest.mark.parametrize("rate_hz", [75, 500])
def test_neighbouring_columns_are_a_millimetre_apart_and_in_time_with_the_strip_below(rate_hz):
    page = printed(spikes_uv(rate_hz=rate_hz), rate_hz, layout="3x4+II")
    *above, strip = page.traces
    assert strip.is_rhythm
    for trace in above:
        same = strip.points_mm[trace.first_sample : trace.last_sample + 1, 0]
        np.testing.assert_allclose(trace.points_mm[:, 0], same, rtol=0, atol=1e-9)
    left, right = above[:2]
    assert 1 < right.points_mm[0, 0] - left.points_mm[-1, 0] < 1 + 2 * 25 / rate_hz + 1e-9
    middle_mm = (right.points_mm[0, 0] + left.points_mm[-1, 0]) / 2
    np.testing.assert_allclose(page.separators_mm[0, :, 0], middle_mm)


def test_as_few_samples_are_printed_as_leave_each_column_two():
    assert [len(trace.points_mm) for trace in printed(spikes_uv(seconds=0.176), layout="3x4").traces[:4]] == [
        12,
        2,
        2,
        12,
    ]


def test_the_next_smaller_gain_is_taken_where_rows_would_touch():
    flat = np.zeros((12, 5000))
    assert printed(flat, gain_mm_per_mv=20).gain_mm_per_mv == 20
    tall = flat.copy()
    tall[:, 100:110] = 3000
    assert printed(tall, gain_mm_per_mv=20).gain_mm_per_mv == 10
    assert printed(tall, gain_mm_per_mv=20, layout="12x1").gain_mm_per_mv == 2.5
    assert not any(trace.clipped.any() for trace in printed(tall, layout="12x1").traces)


def test_where_no_gain_is_small_enough_the_tallest_are_cut():
    signal = spikes_uv()
    signal[3, 200:210], signal[3, 1000:1010] = 60_000, -60_000
    page = printed(signal, layout="12x1")
    assert page.gain_mm_per_mv == 2.5
    clipped = {trace.lead: np.flatnonzero(trace.clipped) for trace in page.traces if trace.clipped.any()}
    assert list(clipped) == ["aVR"]
    assert clipped["aVR"].tolist() == [*range(200, 210), *range(1000, 1010)]
    baselines_mm = np.array([trace.baseline_mm for trace in page.traces])
    assert np.diff(baselines_mm).min() > 0.5 * np.ptp(baselines_mm) / 12  # the others are not pushed into a corner


def test_names_are_clear_of_traces():
    page = printed(layout="3x4+II")
    names = [text for text in page.texts if text.role == "lead"]
    assert [text.text for text in names] == [trace.lead for trace in page.traces]
    for name, trace in zip(names, page.traces, strict=True):
        beside = (trace.points_mm[:, 0] > name.box_mm.left) & (trace.points_mm[:, 0] < name.box_mm.right)
        assert trace.points_mm[beside, 1].min() > name.box_mm.bottom
        assert abs(name.box_mm.left - trace.points_mm[0, 0]) < 2


@pytest.mark.parametrize("font", ["sans", "plotter"])
@pytest.mark.parametrize("after", range(0, 300, 12))
def test_names_are_clear_of_thick_lines_at_coarse_pixels(font: str, after: int) -> None:
    at = np.arange(5000) % 1250
    page = printed(
        np.tile(np.where((at >= after) & (at < after + 100), 600 + after, 0), (12, 1)), dpi=72, line_mm=0.7, font=font
    )
    for name, trace in zip([text for text in page.texts if text.role == "lead"], page.traces, strict=True):
        left, top, right, bottom = name.box_mm
        x, y = trace.points_mm.T
        touched = (left - 0.35 < x) & (x < right + 0.35) & (top - 0.35 < y) & (y < bottom + 0.35)
        assert not touched.any()


def test_names_stand_left_of_traces_that_are_alone_where_they_fit():
    beside = printed(layout="12x1")
    names = [text for text in beside.texts if text.role == "lead"]
    assert all(name.box_mm.right < beside.pulses[0].points_mm[0, 0] for name in names)
    for name, trace in zip(names, beside.traces, strict=True):
        assert name.box_mm.top < trace.baseline_mm < name.box_mm.bottom
    above = printed(spikes_uv(2), lead_names=("I", "a rather long name"), layout="12x1")
    for name, trace in zip([text for text in above.texts if text.role == "lead"], above.traces, strict=True):
        assert name.box_mm.bottom < trace.baseline_mm


def test_names_longer_than_their_trace_are_smaller():
    leads = ("I", "II", "III", "a name that is rather long for a column")
    texts = [text for text in printed(spikes_uv(4, seconds=2), lead_names=leads).texts if text.role == "lead"]
    assert texts[3].size_mm < texts[0].size_mm
    assert texts[3].box_mm.right - texts[3].box_mm.left < 25 + 0.5


def test_a_pulse_is_1_mv_high_and_5_mm_wide():
    for speed, width_s in ((25, 0.2), (50, 0.1)):
        page = printed(np.zeros((12, 5000)), speed_mm_per_s=speed, gain_mm_per_mv=20)
        assert len(page.pulses) == 4
        points = page.pulses[0].points_mm
        assert np.ptp(points[:, 1]) == pytest.approx(20)
        assert points[3, 0] - points[2, 0] == pytest.approx(5)
        assert page.pulses[0].width_s == pytest.approx(width_s)
        assert points[0, 1] == page.traces[0].baseline_mm


def test_pulses_stand_where_they_are_asked_for():
    for pulse, sign in (("left", -1), ("right", 1)):
        page = printed(pulse=pulse)
        middle = page.pulses[0].points_mm[:, 0].mean()
        assert all(sign * (middle - trace.points_mm[:, 0].mean()) > 0 for trace in page.traces)
    assert not printed(pulse="none").pulses


def test_the_header_says_what_was_measured_and_nothing_else():
    for wording in WORDINGS:
        lines = measurement_lines(FEATURES, wording)
        assert [value.split()[0] for _, value in lines] == ["72", "96"]
        assert [label for label, _ in lines] == [wording.rate[0], wording.qrs[0]]
    header = [text.text for text in printed().texts if text.role == "header"]
    assert len(header) == 4 + 2 * 2
    assert not [text for text in printed(header=False).texts if text.role == "header"]


def test_qt_is_printed_with_qtc():
    lines = dict(
        measurement_lines({"qt_ms": 380.4, "qtc_bazett_ms": np.float32(411.2), "qrs_axis_deg": -31}, WORDINGS[0])
    )
    assert lines == {"QT/QTc": "380/411 ms", "QRS axis": "-31 deg"}


def test_the_scale_is_that_of_the_page():
    tall = np.zeros((12, 5000))
    tall[:, 5] = 9000
    for seed in range(6):
        page = printed(tall, layout="12x1", speed_mm_per_s=50, seed=seed)
        (scale,) = [text.text for text in page.texts if text.role == "scale"]
        assert re.findall(r"[0-9.]+", scale) == ["50", "2.5"]


def test_patients_are_drawn_and_differ():
    texts = [tuple(text.text for text in printed(seed=seed).texts if text.role == "header") for seed in (1, 1, 2)]
    assert texts[0] == texts[1]
    assert not set(texts[0][:2]) & set(texts[2][:2])


def test_separators_stand_between_neighbours():
    page = printed(layout="3x4")
    assert page.separators_mm.shape == (9, 2, 2)
    boxes = trace_boxes(page)
    for x_mm in page.separators_mm[:, 0, 0]:
        assert not any(box.left < x_mm < box.right for box in boxes)
    assert printed(separators=False).separators_mm.shape == (0, 2, 2)


def test_lines_of_the_grid_are_whole_millimetres_apart_and_squares_are_whole():
    for seed in range(12):
        grid = printed(seed=seed, size="letter").grid
        assert np.diff(grid.vertical_mm()) == pytest.approx(1)
        if grid.box_mm.left:
            assert (grid.box_mm.right - grid.box_mm.left) % 5 == pytest.approx(0)
            assert (grid.box_mm.bottom - grid.box_mm.top) % 5 == pytest.approx(0)
    assert printed(colour="none").grid is None


def test_integers_and_floats_of_the_same_values_make_the_same_page():
    whole = np.rint(spikes_uv()).astype(np.int16)
    for one, other in zip(printed(whole).traces, printed(whole.astype(np.float32)).traces, strict=True):
        assert np.array_equal(one.points_mm, other.points_mm)


@pytest.mark.parametrize(
    ("signal_uv", "rate_hz", "names", "words"),
    [
        (np.zeros((12, 7)), 500, None, "7 samples are too few for 4 leads side by side; give at least 88"),
        (np.zeros((2, 500)), 500, ("I", "II", "III"), "3 names of leads"),
        (np.zeros((2, 500)), 500, ("I", "I"), "'I' is named twice"),
        (np.zeros((2, 500)), 500, ("I", " "), "a lead has no name"),
        (np.zeros((1, 500)), 0, None, "rate is 0 Hz"),
        (np.zeros((80, 500)), 500, tuple(map(str, range(80))), "80 rows of leads do not fit on A4"),
    ],
)
def test_what_can_not_be_printed_is_told(signal_uv, rate_hz, names, words):
    layout = "12x1" if len(signal_uv) > 12 else "3x4"
    with pytest.raises(BadInputError, match=words):
        printed(signal_uv, rate_hz, names, layout=layout)

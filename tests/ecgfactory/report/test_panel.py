import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pdf_lines import pdf_page, stroked_lines

from ecgfactory.report.panel import Panel, around, tick_labels, ticks
from ecgfactory.report.sheet import Box, Sheet

RANGES = st.tuples(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6)).filter(lambda r: r[1] > 1e-9 * abs(r[0]))


@given(RANGES, st.integers(2, 12), st.booleans())
def test_ticks_are_few_inside_the_range_and_evenly_apart(low_and_span, most, whole):
    low, span = low_and_span[0], max(low_and_span[1], 1 if whole else 0)
    values = ticks(low, low + span, most, whole)
    assert 1 <= len(values) <= most + 1
    slack = 1e-3 * span
    assert ((values >= low - slack) & (values <= low + span + slack)).all()
    if len(values) > 2:
        assert np.diff(values) == pytest.approx(np.full(len(values) - 1, values[1] - values[0]), rel=1e-3)
    if whole:
        assert np.array_equal(values, np.round(values))


@given(RANGES, st.integers(2, 12))
def test_labels_tell_ticks_apart_and_round_to_them(low_and_span, most):
    low, span = low_and_span
    values = ticks(low, low + span, most)
    labels = tick_labels(values)
    if span > 1e-4 * abs(low):
        assert len(set(labels)) == len(values)
    read = [float(label.replace("−", "-")) for label in labels]
    assert read == pytest.approx(values.tolist(), rel=1e-4, abs=1e-6 * span)
    assert "−0" not in labels


def test_usual_scales_have_usual_ticks():
    assert tick_labels(ticks(0, 10, 11)) == [str(second) for second in range(11)]
    assert tick_labels(ticks(-0.16, 0.53, 7)) == ["−0.1", "0.0", "0.1", "0.2", "0.3", "0.4", "0.5"]
    assert tick_labels(ticks(0.3, 12.7, 8, whole=True)) == ["2", "4", "6", "8", "10", "12"]
    assert tick_labels(ticks(0.3, 1.7, 8, whole=True)) == ["1"]
    assert tick_labels(np.empty(0)) == []


def test_data_is_drawn_to_the_scale_of_the_frame():
    sheet = Sheet()
    panel = Panel(sheet, Box(50, 100, 100, 40), "title")
    panel.scale((0, 10), (-1, 1))
    panel.line(np.arange(11), np.linspace(-1, 1, 11), "#000000", 1)
    (line,) = (line for path in stroked_lines(pdf_page(sheet)) for line in path)
    assert line[:, 0] == pytest.approx(np.linspace(50, 150, 11), abs=0.01)
    assert line[:, 1] == pytest.approx(np.linspace(100, 140, 11), abs=0.01)


def test_range_has_room_around_what_it_shows():
    assert around(np.array([0.0, 10.0]), np.array([20.0])) == (-1, 21)
    assert around(np.array([3.0])) == pytest.approx((2.95, 3.05))

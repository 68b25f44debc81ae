"""Marks at other rates: as near as can be, and waves that don't overlap stay so."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ecgfactory.wave_table import ABSENT, MASK_CODES, WaveTable
from ecgfactory.waves.counting import at_rate, without_overlaps

BEATS = 4
RATES_HZ = [50, 100, 125, 250, 257, 360, 500, 1000]


@st.composite
def marked(draw: st.DrawFn) -> np.ndarray:
    """Marks of one record and lead in order of time, often side by side; some waves absent, the last cut off."""
    steps = draw(st.lists(st.integers(0, 60), min_size=BEATS * 9, max_size=BEATS * 9))
    points = np.cumsum(np.maximum(steps, [1, 10, 10] * (BEATS * 3))).astype(np.int32).reshape(1, BEATS, 1, 3, 3)
    absent = draw(st.lists(st.booleans(), min_size=BEATS * 3, max_size=BEATS * 3))
    points[np.array(absent).reshape(1, BEATS, 1, 3)] = ABSENT
    points[0, -1, 0, 2, 2] = ABSENT
    return points


@st.composite
def scattered(draw: st.DrawFn) -> np.ndarray:
    """Marks over all leads and in one that overlap anyhow, as of two pieces or of noise; R peaks over all rise."""
    number = st.integers(0, 400)
    points = np.array(draw(st.lists(number, min_size=BEATS * 18, max_size=BEATS * 18)), np.int32)
    points = np.sort(points.reshape(1, BEATS, 2, 3, 3), axis=-1)
    r_peaks = np.array([20, 120, 240, 300])
    before, after = np.diff(points[0, :, 0, 1]).T
    points[0, :, 0, 1] = np.stack([r_peaks - before, r_peaks, r_peaks + after], axis=1).clip(0, 400)
    absent = draw(st.lists(st.booleans(), min_size=BEATS * 6, max_size=BEATS * 6))
    is_absent = np.array(absent).reshape(1, BEATS, 2, 3)
    is_absent[0, :, 0, 1] = False
    points[is_absent] = ABSENT
    return points


@given(points=scattered(), rate_hz=st.sampled_from(RATES_HZ))
def test_whatever_is_marked_no_waves_overlap_and_each_beat_keeps_its_peak(points: np.ndarray, rate_hz: int) -> None:
    ratio = Fraction(rate_hz, 500)
    samples = 401 * rate_hz // 500 + 1
    found = without_overlaps(at_rate(points, ratio, samples))
    r_peaks = np.rint(points[0, :, 0, 1, 1] * float(ratio))
    assert (found[0, :, 0, 1, 1] == r_peaks).all()
    for lead in range(2):
        waves = found[0, :, lead].reshape(-1, 3)
        there = waves[waves[:, 1] != ABSENT]
        first = np.where(there[:, 0] == ABSENT, there[:, 1], there[:, 0])
        last = np.where(there[:, 2] == ABSENT, there[:, 1], there[:, 2])
        assert (first <= there[:, 1]).all() and (there[:, 1] <= last).all() and (last[:-1] < first[1:]).all()
    waves = WaveTable.of_points(found, np.ones((1, BEATS), dtype=bool), ("II",))
    assert set(np.unique(waves.masks(samples))) <= {0, *MASK_CODES.values()}


@given(points=marked(), rate_hz=st.sampled_from(RATES_HZ[1:]))
def test_a_mark_is_the_nearest_sample_and_no_wave_reaches_into_the_next(points: np.ndarray, rate_hz: int) -> None:
    ratio = Fraction(rate_hz, 500)
    samples = int(points.max() * ratio) + 2
    found = at_rate(points, ratio, samples)
    assert ((found == ABSENT) == (points == ABSENT)).all()
    there = points != ABSENT
    off = np.abs(found[there] - points[there] * float(ratio))
    assert off.max(initial=0) <= 1.5
    is_peak_or_onset = np.broadcast_to(np.array([True, True, False]), points.shape)[there]
    assert off[is_peak_or_onset].max(initial=0) <= 0.5
    spans = [wave for wave in found.reshape(-1, 3).tolist() if wave[0] != ABSENT]
    assert all(first[2] < second[0] for first, second in itertools.pairwise(spans) if first[2] != ABSENT)
    waves = WaveTable.of_points(found, np.ones((1, BEATS), dtype=bool), ())
    assert set(np.unique(waves.masks(samples)[0, 0])) <= {0, *MASK_CODES.values()}


def test_of_two_that_are_one_wave_the_earlier_goes_but_a_qrs_stays() -> None:
    points = np.full((1, 2, 1, 3, 3), ABSENT, dtype=np.int32)
    points[0, 0, 0, 1] = 100, 120, 140
    points[0, 0, 0, 2] = 300, 350, 400
    points[0, 1, 0, 0] = 310, 340, 390  # the T before
    points[0, 1, 0, 1] = 385, 395, 430
    (found,) = without_overlaps(points)
    assert (found[0, 0, 2] == ABSENT).all()
    assert found[1, 0, 0].tolist() == [310, 340, 384]
    points[0, 0, 0, 1] = 280, 315, 330
    assert without_overlaps(points)[0, 0, 0, 1].tolist() == [280, 315, 315]


def test_a_wave_that_begins_with_the_peak_of_a_qrs_begins_after_it() -> None:
    points = np.full((1, 1, 1, 3, 3), ABSENT, dtype=np.int32)
    points[0, 0, 0, 1] = 90, 100, 130
    points[0, 0, 0, 2] = 100, 150, 200
    assert without_overlaps(points)[0, 0, 0, 1:].tolist() == [[90, 100, 100], [101, 150, 200]]

"""Resampling to 500 Hz: durations, slow waves, gaps, offsets."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.foreign.resampling import resample
from ecgfactory.validation.simulated import simulate_ecg

ECG = simulate_ecg(np.random.default_rng(8), 70, 92, noise_uv=5).signal_uv


@settings(max_examples=30, deadline=None)
@given(st.floats(60, 2000), st.integers(200, 3000))
def test_resampling_keeps_the_duration_and_slow_waves(rate_hz, samples):
    times = np.arange(samples) / rate_hz
    found = resample(np.sin(2 * np.pi * 2 * times)[None], rate_hz)[0]
    assert abs(len(found) / 500 - samples / rate_hz) < 2 / 500 + 1 / rate_hz + 0.001 * samples / rate_hz
    inner = np.arange(len(found))[60:-60]
    np.testing.assert_allclose(found[inner], np.sin(2 * np.pi * 2 * inner / 500), atol=0.05)


def test_gaps_stay_gaps_when_resampled():
    signal = ECG[:, ::2].astype(float)
    signal[0, 1000:1100] = np.nan
    found = resample(signal, 250)
    assert np.isnan(found[0]).sum() == pytest.approx(200, abs=2)
    assert not np.isnan(found[1:]).any()


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2499), st.integers(1, 400), st.sampled_from([100, 250, 360, 1000]))
def test_a_gap_bends_nothing_beside_it(start, length, rate_hz):
    whole = ECG[:1, :2500] + 1000.0
    torn = whole.copy()
    torn[0, start : start + length] = np.nan
    found, expected = resample(torn, rate_hz)[0], resample(whole, rate_hz)[0]
    at_hz = np.arange(len(found)) * rate_hz / 500
    beside = np.isfinite(found) & (at_hz >= start - 10) & (at_hz <= start + length + 10)
    steepest = np.abs(np.diff(whole)).max()
    assert np.abs(found - expected)[beside].max(initial=0) <= steepest


def test_a_lead_without_any_value_stays_so():
    signal = ECG[:2].astype(float)
    signal[1] = np.nan
    found = resample(signal, 250)
    assert np.isnan(found[1]).all()
    assert np.isfinite(found[0]).all()


def test_an_electrode_offset_leaves_no_ripple():
    level = np.full((1, 2500), 40_000.0)
    assert np.ptp(resample(level, 360)) < 0.1
    np.testing.assert_allclose(
        resample(level + ECG[:1, :2500], 360) - 40_000, resample(ECG[:1, :2500] * 1.0, 360), atol=0.1
    )


def test_no_gap_is_lost_however_short():
    signal = ECG[:1, :3000].astype(float)
    signal[0, [1, 1000, 1001, 2999]] = np.nan
    for rate_hz in (128, 250, 1000, 2000):
        found = np.isnan(resample(signal, rate_hz)[0])
        assert found[-1]
        assert np.count_nonzero(np.diff(found.astype(int)) == 1) == 3


@pytest.mark.parametrize("rate_hz", [250, 500])
def test_values_beyond_all_measure_do_no_harm(rate_hz):
    found = resample(np.array([[0.0, 1e300, 0.0] * 100, [1.0, 2.0, 3.0] * 100]), rate_hz)
    assert np.isfinite(found[1]).all()


def test_no_more_than_one_lead_is_held_twice():
    leads = [np.zeros(500_000) for _ in range(6)]
    tracemalloc.start()
    found = resample(leads, 250)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.7 * found.nbytes

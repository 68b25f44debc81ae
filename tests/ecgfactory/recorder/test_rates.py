"""Resampling to the stored rate and back: its response, its places in time, and that it is the one of `assess`."""

from fractions import Fraction

import numpy as np
import pytest
import scipy
from sines import gain_db

from ecgfactory.foreign.resampling import resample
from ecgfactory.recorder.rates import measured_form, resampled
from ecgfactory.recorder.recorder import Recorder
from ecgfactory.validation.simulated import simulate_ecg

RATES_HZ = (100, 125, 250, 1000)
ECG_UV = simulate_ecg(np.random.default_rng(8), 70, 92, noise_uv=0).signal_uv


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_response_is_as_stated(rate_hz: int) -> None:
    recorder, half_hz = Recorder(rate_hz), min(rate_hz, 500) / 2
    assert all(abs(gain_db(recorder, share * half_hz)) < 0.02 for share in (0.01, 0.4, 0.8))
    assert gain_db(recorder, 0.9 * half_hz) == pytest.approx(-6, abs=0.1)
    if rate_hz < 500:
        assert all(gain_db(recorder, share * half_hz) < -59.9 for share in (1.001, 1.05, 1.2, 1.7))


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_nothing_moves_and_slow_waves_come_back(rate_hz: int) -> None:
    samples = np.arange(5000)
    bump_uv = np.rint(1000 * np.exp(-(((samples - 2500) / 25) ** 2))).astype(np.int16)[np.newaxis, np.newaxis]
    recorded_uv = Recorder(rate_hz).record(bump_uv)
    assert recorded_uv.shape == (1, 1, 10 * rate_hz)
    assert recorded_uv.argmax() == 5 * rate_hz
    assert np.abs(measured_form(recorded_uv, rate_hz) - bump_uv).max() <= 2


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_ends_and_offsets_raise_no_wave(rate_hz: int) -> None:
    level_uv = np.full((1, 1, 5000), 9000, dtype=np.int16)
    assert np.abs(Recorder(rate_hz).record(level_uv) - 9000).max() == 0
    slope_uv = np.arange(5000, dtype=np.int16)[np.newaxis, np.newaxis]
    there_and_back = measured_form(Recorder(rate_hz).record(slope_uv), rate_hz)
    assert np.abs(there_and_back - slope_uv).max() <= 5


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_what_is_measured_is_what_assess_measures(rate_hz: int) -> None:
    stored_uv = Recorder(rate_hz).record(ECG_UV[np.newaxis])
    twice_uv = np.concatenate([stored_uv, stored_uv // 2, stored_uv])
    by_assess = np.rint(resample(stored_uv[0].astype(np.float64), rate_hz))
    assert np.array_equal(measured_form(stored_uv, rate_hz)[0], by_assess)
    assert np.array_equal(measured_form(twice_uv, rate_hz)[2], by_assess)


@pytest.mark.parametrize("ratio", [Fraction(5), Fraction(1, 2), Fraction(25, 18)], ids=str)
def test_the_usual_kernel_is_that_of_scipy(ratio: Fraction) -> None:
    lead_uv = ECG_UV[0] - ECG_UV[0].mean()
    theirs = scipy.signal.resample_poly(lead_uv, ratio.numerator, ratio.denominator, padtype="line")
    np.testing.assert_allclose(resampled(lead_uv, ratio), theirs, atol=1e-3)

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgfactory.quality.trimming import trimmed
from tests.drawn_ecgs import drawn_ecg

SIGNALS = hnp.arrays(np.int16, st.tuples(st.integers(1, 3), st.integers(1, 90)))


@pytest.mark.parametrize("rate_hz", [250, 360, 500, 1000])
@pytest.mark.parametrize("spike_mv", [-4, 0.3])
def test_what_is_shorter_than_a_wave_goes(rate_hz, spike_mv):
    signal_uv = np.zeros((2, 3 * rate_hz), np.int16)
    signal_uv[:, rate_hz : rate_hz + round(0.012 * rate_hz)] = 1000 * spike_mv
    assert not trimmed(signal_uv, rate_hz).any()


def test_what_is_as_long_as_a_wave_stays():
    signal_uv = np.zeros((1, 1500), np.int16)
    signal_uv[:, 400:409] = -700
    signal_uv[:, 900:940] = 500
    np.testing.assert_array_equal(trimmed(signal_uv, 500), signal_uv)


def test_a_qrs_loses_its_tip_alone():
    ecg = drawn_ecg([1.0, 2.0], duration_s=3, leads=1)
    calm = trimmed(ecg, 500)
    assert 0.6 * ecg.max() < calm.max() < ecg.max()
    assert np.abs(calm - ecg)[:, np.abs(np.arange(1500) - 500) > 12][:, :900].max() < 100


@given(SIGNALS, st.sampled_from([100, 250, 500]))
def test_an_inverted_lead_is_treated_alike(signal_uv, rate_hz):
    signal_uv = np.maximum(signal_uv, -32767)
    np.testing.assert_array_equal(trimmed(-signal_uv, rate_hz), -trimmed(signal_uv, rate_hz))


@given(SIGNALS, st.sampled_from([100, 500]))
def test_nothing_is_added_at_the_extremes(signal_uv, rate_hz):
    calm = trimmed(signal_uv, rate_hz)
    assert calm.shape == signal_uv.shape
    assert (calm.min(axis=1) >= signal_uv.min(axis=1)).all()
    assert (calm.max(axis=1) <= signal_uv.max(axis=1)).all()

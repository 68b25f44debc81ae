"""The integers that features are measured on, and which of their samples are missing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ecgfactory.quality.batch import bridged, to_integers

EDGES = st.sampled_from([32_767.0, 32_767.4, 32_767.5, -32_767.0, -32_767.4, -32_768.0, np.inf, -np.inf, np.nan])


@settings(max_examples=50, deadline=None)
@given(hnp.arrays(np.float64, (2, 2, 5), elements=st.floats(width=64) | st.floats(-40_000, 40_000) | EDGES))
def test_integers_are_the_rounded_floats_or_missing(signals):
    stored, missing = to_integers(signals)
    expected = ~(np.abs(signals) < 32_767.5)
    assert (missing is None) == (not expected.any())
    if missing is not None:
        np.testing.assert_array_equal(missing, expected)
    np.testing.assert_array_equal(stored[~expected], np.rint(signals[~expected]))


@pytest.mark.parametrize("dtype", [np.int16, np.int32, np.float32, np.float64])
def test_the_lowest_number_of_16_bits_is_no_value(dtype):
    signals = np.array([[[5, -32_768, 9], [-32_767, 32_767, 1]]], dtype)
    stored, missing = to_integers(signals)
    assert missing is not None
    assert missing.tolist() == [[[False, True, False], [False, False, False]]]
    assert stored.tolist() == [[[5, 7, 9], [-32_767, 32_767, 1]]]


def test_integers_without_gaps_are_taken_as_they_are():
    signals = np.arange(12, dtype=np.int16).reshape(1, 2, 6)
    stored, missing = to_integers(signals)
    assert np.shares_memory(stored, signals)
    assert missing is None


@given(hnp.arrays(np.int16, (2, 1, 12), elements=st.integers(-999, 999)), hnp.arrays(np.bool_, (2, 1, 12)))
def test_gaps_are_bridged_as_interpolating_all_values_does(signals, missing):
    for signal, lacks, whole in zip(signals[:, 0], missing[:, 0], bridged(signals, missing)[:, 0], strict=True):
        there = np.flatnonzero(~lacks)
        expected = np.rint(np.interp(np.arange(12), there, signal[there])) if there.size else np.zeros(12)
        np.testing.assert_array_equal(whole, expected)


def test_gaps_are_bridged_by_lines_and_ends_by_the_nearest_value():
    signal = np.array([[[7, 7, 100, 0, 0, 0, 300, 7], [1, 2, 3, 4, 5, 6, 7, 8]]], np.int16)
    missing = np.array([[[1, 1, 0, 1, 1, 1, 0, 1], [1] * 8]], np.bool_)
    assert bridged(signal, missing).tolist() == [[[100, 100, 100, 150, 200, 250, 300, 300], [0] * 8]]
    assert signal[0, 0, 0] == 7

"""Fast filters against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage, signal

from ecgfactory.quality.filters import moving_mean, symmetric_filter, zero_phase

SIGNALS = np.random.default_rng(5).normal(0, 300, (3, 2, 200)).astype(np.float32)


@pytest.mark.parametrize("length", range(1, 20))
def test_moving_mean_is_scipys(length: int) -> None:
    expected = ndimage.uniform_filter1d(SIGNALS.astype(np.float64), length, axis=-1, mode="nearest")
    assert np.allclose(moving_mean(SIGNALS, length), expected, rtol=0, atol=1e-3)


@pytest.mark.parametrize("reach", range(6))
def test_symmetric_filter_is_scipys_convolution(reach: int) -> None:
    half = np.random.default_rng(reach).normal(size=reach + 1)
    kernel = np.concatenate([half[:0:-1], half])
    expected = ndimage.convolve1d(SIGNALS.astype(np.float64), kernel, axis=-1, mode="nearest")
    assert np.allclose(symmetric_filter(SIGNALS, kernel), expected, rtol=0, atol=5e-3)


@pytest.mark.parametrize("kind", ["lowpass", "highpass"])
@pytest.mark.parametrize("padding", [None, 30])
def test_zero_phase_is_scipys_butterworth_both_ways(kind: str, padding: int | None) -> None:
    sections = signal.butter(3, 2.0, kind, output="sos", fs=50)
    expected = signal.sosfiltfilt(sections, SIGNALS, axis=-1, padlen=padding)
    assert np.array_equal(zero_phase(SIGNALS, 3, kind, 2.0, 50, padding), expected)

"""How intervals of the sinus node vary."""

from __future__ import annotations

import numpy as np

from ecgfactory.rhythms.breathing import BREATH_S, MARGIN_S, breaths
from ecgfactory.rhythms.sinus_node import sinus_node


def spectrum(interval_s: np.ndarray, mean_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return frequencies in Hz and the power of intervals, averaged over pieces of 256 of them."""
    pieces = interval_s[: len(interval_s) // 256 * 256].reshape(-1, 256)
    pieces = (pieces - pieces.mean(axis=1, keepdims=True)) * np.hanning(256)
    return np.fft.rfftfreq(256, mean_s), (np.abs(np.fft.rfft(pieces)) ** 2).mean(axis=0)


def test_spectrum_has_a_peak_at_a_tenth_hertz_and_one_at_the_rate_of_breathing() -> None:
    for seed in range(5):
        node = sinus_node(0.8, 0.04, 3600.0, np.random.default_rng(seed), hf_share=(0.5, 0.5))
        frequency_hz, power = spectrum(node.interval_s, 0.8)
        breath_hz = 1 / np.diff(node.breath_s).mean()
        is_low = (frequency_hz > 0.05) & (frequency_hz < 0.14)
        is_high = np.abs(frequency_hz - breath_hz) < 0.03
        is_neither = (frequency_hz > 0.45) & (frequency_hz < 0.6)
        assert power[is_low].max() > 20 * power[is_neither].mean()
        assert power[is_high].max() > 20 * power[is_neither].mean()
        assert abs(frequency_hz[is_low][power[is_low].argmax()] - 0.1) < 0.025


def test_long_records_drift_by_five_percent_at_most() -> None:
    node = sinus_node(0.8, 0.03, 86_400.0, np.random.default_rng(1))
    slow_s = node.interval_s[: len(node.interval_s) // 100 * 100].reshape(-1, 100).mean(axis=1)
    assert slow_s.std() > 0.01
    assert np.abs(slow_s / 0.8 - 1).max() < 0.06


def test_intervals_have_the_standard_deviation_and_mean_asked_for() -> None:
    node = sinus_node(0.9, 0.05, 30.0, np.random.default_rng(2))
    assert np.isclose(node.interval_s.std(), 0.05)
    assert np.isclose(node.interval_s.mean(), 0.9)


def test_breaths_are_of_adults_at_rest_and_reach_beyond_both_ends() -> None:
    for seed in range(20):
        breath_s = breaths(60.0, np.random.default_rng(seed))
        assert breath_s[0] <= -MARGIN_S
        assert breath_s[-1] >= 60 + MARGIN_S
        assert 0.85 * BREATH_S[0] < np.diff(breath_s).mean() < 1.15 * BREATH_S[1]


def test_breaths_keep_with_the_intervals_when_these_change() -> None:
    node = sinus_node(0.8, 0.04, 30.0, np.random.default_rng(3))
    slower = node.with_intervals(node.interval_s * 1.5)
    assert np.allclose(slower.breath_s - node.start_s, 1.5 * (node.breath_s - node.start_s))

"""Whether there is a P: where it keeps its distance from QRS, and nowhere else."""

import numpy as np
import pytest

from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.validation.simulated import simulate_ecg

TIME_S = np.arange(5000) / 500


def without_p(seed: int):
    """Ten ECGs without P, their rates between 50 and 100 /min."""
    rng = np.random.default_rng(seed)
    return rng, [simulate_ecg(rng, rng.uniform(50, 100), 95, noise_uv=5, has_p=False) for _ in range(10)]


def irregular(ecg, rng):
    """Cut the ECG's beats apart by random times of rest, as fibrillation does."""
    pieces, start = [], 0
    for onset_s in ecg.qrs_onsets_s:
        before = max(round((onset_s - 0.08) * 500), start)
        rest = np.repeat(ecg.signal_uv[:, before : before + 1], int(rng.integers(0, 120)), axis=1)
        pieces += [ecg.signal_uv[:, start:before], rest]
        start = before
    return np.concatenate([*pieces, ecg.signal_uv[:, start:]], axis=1)[:, :5000]


@pytest.mark.parametrize("height_uv", [50, 100, 150])
def test_fibrillation_shows_no_p(height_uv):
    rng, ecgs = without_p(51)
    signals = []
    for ecg in ecgs:
        phase = np.cumsum(2 * np.pi * (6 + rng.normal(0, 12, 5000)) / 500)
        waves = height_uv * np.sin(phase) * rng.uniform(0.2, 1, (8, 1))
        signals.append(np.rint(irregular(ecg, rng) + waves).astype(np.int16))
    features = measure_intervals(find_beats(np.stack(signals)))
    assert np.isnan(features["pr_ms"]).mean() >= 0.9
    assert not np.isnan(features["qrs_ms"]).any()


def test_p_waves_that_go_their_own_way_are_not_measured():
    rng, ecgs = without_p(52)
    signals = []
    for ecg in ecgs:
        places_s = np.arange(rng.uniform(0, 1), 10, 60 / (ecg.heart_rate_per_min * 1.37))
        p = sum(np.exp(-0.5 * ((TIME_S - place_s) / 0.02) ** 2) for place_s in places_s)
        signals.append(np.rint(ecg.signal_uv + 120 * p * rng.uniform(0.3, 1, (8, 1))).astype(np.int16))
    features = measure_intervals(find_beats(np.stack(signals)))
    assert np.isnan(features["pr_ms"]).mean() >= 0.9


def test_small_and_notched_p_waves_are_found():
    rng, ecgs = without_p(53)
    signals = []
    for ecg in ecgs:
        first, second = (
            sum(np.exp(-0.5 * ((TIME_S - onset_s + ahead_s) / 0.014) ** 2) for onset_s in ecg.qrs_onsets_s)
            for ahead_s in (0.135, 0.09)
        )
        gains = rng.uniform(0.5, 1, (2, 8, 1)) * [[[1]], [[0.8]]]
        signals.append(np.rint(ecg.signal_uv + 60 * (gains[0] * first + gains[1] * second)).astype(np.int16))
    features = measure_intervals(find_beats(np.stack(signals)))
    assert not np.isnan(features["pr_ms"]).any()
    # From 2.4 standard deviations before the first to as many after the second Gaussian: 112 ms.
    assert np.median(features["p_duration_ms"]) == pytest.approx(112, abs=15)

"""Pacing spikes: they neither begin QRS nor hide it, whatever their height, sign and width."""

import numpy as np
import pytest

from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.quality.pacing_spikes import around_spikes, without_spikes
from ecgfactory.validation.simulated import SimulatedEcg, simulate_ecg
from tests.generated_ecgs import generated_ecgs

NAMES = ("p_duration_ms", "pr_ms", "qrs_ms", "qt_ms")


def paced_ecgs(sampling_rate_hz: int = 500) -> list[SimulatedEcg]:
    """ECGs with the wide QRS of a paced ventricle, and P."""
    rng = np.random.default_rng(31)
    return [
        simulate_ecg(rng, rng.uniform(50, 90), rng.uniform(130, 170), noise, sampling_rate_hz=sampling_rate_hz)
        for noise in (0, 5, 10, 0, 5, 10)
    ]


def with_spikes(ecg: SimulatedEcg, ahead_s: float, height_uv: float, width_s: float, sampling_rate_hz: int = 500):
    """Add a spike before each QRS, of another height and sign in each lead."""
    gains = np.random.default_rng(7).uniform(-1, 1, (8, 1))
    time_s = np.arange(ecg.signal_uv.shape[1]) / sampling_rate_hz
    after = time_s - (ecg.qrs_onsets_s[:, np.newaxis] - ahead_s)
    shape = ((after >= 0) & (after < max(width_s, 1 / sampling_rate_hz))).any(axis=0)
    spiked = ecg.signal_uv + height_uv * gains / np.abs(gains).max() * shape
    return np.clip(np.rint(spiked), -32768, 32767).astype(np.int16)


def mean_errors(signals, ecgs, sampling_rate_hz=500):
    features = measure_intervals(find_beats(np.stack(signals), sampling_rate_hz=sampling_rate_hz))
    return {name: np.mean(features[name] - [ecg.truth[name] for ecg in ecgs]) for name in NAMES}


@pytest.mark.parametrize("sampling_rate_hz", [500, 1000])
@pytest.mark.parametrize("width_s", [0.0005, 0.002, 0.004])
@pytest.mark.parametrize("height_uv", [200, -1000, 5000])
def test_a_spike_before_qrs_changes_little(sampling_rate_hz, width_s, height_uv):
    ecgs = paced_ecgs(sampling_rate_hz)
    signals = [with_spikes(ecg, 0.004, height_uv, width_s, sampling_rate_hz) for ecg in ecgs]
    errors = mean_errors(signals, ecgs, sampling_rate_hz)
    assert max(abs(error) for error in errors.values()) <= 12, errors


def test_an_atrial_spike_is_no_p_and_does_not_hide_it():
    ecgs = paced_ecgs()
    signals = [with_spikes(ecg, ecg.truth["pr_ms"] / 1000 + 0.01, 1500, 0.002) for ecg in ecgs]
    errors = mean_errors(signals, ecgs)
    assert max(abs(error) for error in errors.values()) <= 12, errors


def test_atrial_and_ventricular_spikes():
    ecgs = paced_ecgs()
    signals = [
        with_spikes(ecg, ecg.truth["pr_ms"] / 1000 + 0.01, 1500, 0.002)
        + with_spikes(ecg, 0.004, -2000, 0.002)
        - ecg.signal_uv
        for ecg in ecgs
    ]
    errors = mean_errors(signals, ecgs)
    assert max(abs(error) for error in errors.values()) <= 12, errors


def test_a_spike_upon_a_slow_beginning_begins_qrs():
    """QRS of Gaussians without an onset of their own: 180 ms from the spike to the end."""
    time_s = np.arange(5000) / 500
    beats_s = np.arange(0.5, 9.5, 1.0)
    qrs = sum(-1200 * np.exp(-0.5 * ((time_s - beat - 0.088) / 0.038) ** 2) for beat in beats_s)
    t = sum(600 * np.exp(-0.5 * ((time_s - beat - 0.38) / 0.055) ** 2) for beat in beats_s)
    spike = 3000 * (np.abs(time_s[:, None] - beats_s) < 0.0011).any(axis=1)
    signal_uv = np.rint([[qrs + t + spike, 0.6 * qrs + 0.8 * t - spike]]).astype(np.int16)
    features = measure_intervals(find_beats(signal_uv, ("II", "V2")))
    assert features["qrs_ms"][0] == pytest.approx(184, abs=12)
    assert features["qt_ms"][0] == pytest.approx(525, abs=20)
    assert np.isnan(features["pr_ms"][0])


def test_ecgs_without_a_pacemaker_have_no_spikes():
    rng = np.random.default_rng(32)
    simulated = [
        simulate_ecg(rng, rng.uniform(45, 120), rng.uniform(70, 150), noise).signal_uv for noise in (0, 10, 25, 50)
    ]
    for signals_uv in (np.stack(simulated), generated_ecgs(100)):
        beats = find_beats(signals_uv)
        calm_uv, spikes = without_spikes(beats.median_uv, beats.centre, 500)
        assert calm_uv is beats.median_uv
        assert not spikes.any()


def test_at_100_hz_no_wave_is_taken_for_a_spike():
    ecg = simulate_ecg(np.random.default_rng(33), 70, 80, noise_uv=0, sampling_rate_hz=100)
    beats = find_beats(ecg.signal_uv[np.newaxis], sampling_rate_hz=100)
    assert not without_spikes(beats.median_uv, beats.centre, 100)[1].any()


def test_what_precedes_a_spike_is_no_qrs():
    spikes = np.zeros((3, 100), np.bool_)
    spikes[0, 50:52] = True  # two samples of one spike, 20 ms after what seemed the onset
    spikes[1, 90] = True  # far within QRS
    before, onset = around_spikes(np.array([40, 40, 40]), spikes, 500)
    np.testing.assert_array_equal(before, [40, 40, 40])
    np.testing.assert_array_equal(onset, [53, 40, 40])

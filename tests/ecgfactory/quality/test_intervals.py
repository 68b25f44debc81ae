"""Intervals against the truth of simulated ECGs (seeds that nothing was tuned on), and on generated ones."""

import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.intervals import measure_intervals
from ecgfactory.quality.waves import find_waves
from ecgfactory.validation.simulated import simulate_bench, simulate_ecg
from tests.generated_ecgs import generated_ecgs


@pytest.fixture(scope="module")
def bench():
    """300 simulated ECGs and what is measured on them."""
    ecgs = simulate_bench(seed=20261, records=300)
    return ecgs, measure_intervals(find_beats(np.stack([ecg.signal_uv for ecg in ecgs])))


def errors(bench, name):
    ecgs, features = bench
    return features[name] - np.array([ecg.truth[name] for ecg in ecgs])


@pytest.mark.parametrize(
    ("name", "mean_ms", "sd_ms"), [("qrs_ms", 5, 12), ("pr_ms", 8, 15), ("qt_ms", 10, 20), ("p_duration_ms", 10, 20)]
)
def test_intervals_are_true(bench, name, mean_ms, sd_ms):
    error = errors(bench, name)
    assert np.isnan(error).mean() <= 0.01
    assert abs(np.nanmean(error)) <= mean_ms
    assert np.nanstd(error) <= sd_ms


@pytest.mark.parametrize("noise_uv", [0, 10, 25, 50])
def test_intervals_are_true_at_each_noise_level(bench, noise_uv):
    at_level = np.array([ecg.noise_uv == noise_uv for ecg in bench[0]])
    for name, mean_ms, sd_ms in (("qrs_ms", 5, 12), ("pr_ms", 8, 15), ("qt_ms", 10, 20)):
        assert abs(np.nanmean(errors(bench, name)[at_level])) <= mean_ms, name
        assert np.nanstd(errors(bench, name)[at_level]) <= sd_ms, name


@pytest.mark.parametrize(("slowest", "fastest"), [(45, 80), (80, 115), (115, 150)])
def test_intervals_are_true_at_each_heart_rate(bench, slowest, fastest):
    in_band = np.array([slowest <= ecg.heart_rate_per_min < fastest for ecg in bench[0]])
    for name, mean_ms, sd_ms in (("qrs_ms", 5, 12), ("pr_ms", 8, 15), ("qt_ms", 10, 20)):
        assert abs(np.nanmean(errors(bench, name)[in_band])) <= mean_ms, name
        assert np.nanstd(errors(bench, name)[in_band]) <= sd_ms, name


def test_axis_is_true(bench):
    error = (errors(bench, "qrs_axis_deg") + 180) % 360 - 180
    assert abs(np.nanmedian(error)) <= 1
    assert np.nanmean(np.abs(error) <= 10) >= 0.98


def test_qt_is_corrected_for_the_heart_rate(bench):
    ecgs, features = bench
    rr_s = 60 / np.array([ecg.heart_rate_per_min for ecg in ecgs])
    # RR varies by 3 % from beat to beat, so that its median over 7 to 25 beats differs from the nominal one.
    np.testing.assert_allclose(features["qtc_bazett_ms"], features["qt_ms"] / rr_s**0.5, rtol=0.03)
    np.testing.assert_allclose(features["qtc_fridericia_ms"], features["qt_ms"] / rr_s ** (1 / 3), rtol=0.02)


@pytest.mark.parametrize("angle_deg", [-150, -90, -30, 0, 42, 60, 90, 179])
def test_axis_of_a_dipole_in_einthovens_triangle(angle_deg):
    time_s = np.arange(5000) / 500
    qrs = sum(np.exp(-0.5 * ((time_s - beat) / 0.012) ** 2) for beat in np.arange(0.7, 9.5, 0.8))
    leads = [np.cos(np.deg2rad(angle_deg - lead_deg)) * 1000 * qrs for lead_deg in (0, 60)]
    features = measure_intervals(find_beats(np.rint([leads]).astype(np.int16), ("I", "II")))
    turned = (features["qrs_axis_deg"][0] - angle_deg + 180) % 360 - 180
    assert abs(turned) < 1


def test_no_p_is_found_where_there_is_none():
    rng = np.random.default_rng(20262)
    ecgs = [simulate_ecg(rng, rate, 95, noise_uv=noise, has_p=False) for rate in (50, 75, 110) for noise in (0, 10, 25)]
    features = measure_intervals(find_beats(np.stack([ecg.signal_uv for ecg in ecgs])))
    assert np.isnan(features["pr_ms"]).all()
    assert np.isnan(features["p_duration_ms"]).all()
    assert not np.isnan(features["qt_ms"]).any()


@pytest.mark.parametrize("leads", [("II",), ("II", "V5"), ("V1", "V2", "V3", "V4", "V5", "V6", "I"), EIGHT_LEADS])
def test_any_number_of_leads_does(bench, leads):
    signals_uv = np.stack([ecg.signal_uv for ecg in bench[0][:100]])[:, [EIGHT_LEADS.index(lead) for lead in leads]]
    features = measure_intervals(find_beats(signals_uv, leads))
    for name, median_ms in (("qrs_ms", 15), ("pr_ms", 12), ("qt_ms", 15)):
        error = features[name] - np.array([ecg.truth[name] for ecg in bench[0][:100]])
        assert np.nanmedian(np.abs(error)) <= median_ms, name


def test_three_beats_are_enough():
    rng = np.random.default_rng(20264)
    ecgs = [simulate_ecg(rng, 60, 95, noise_uv=5, duration_s=4.5) for _ in range(10)]
    features = measure_intervals(find_beats(np.stack([ecg.signal_uv for ecg in ecgs])))
    for name, most_ms in (("qrs_ms", 12), ("pr_ms", 15), ("qt_ms", 20)):
        assert np.abs(features[name] - [ecg.truth[name] for ecg in ecgs]).max() <= most_ms, name


@pytest.mark.parametrize("spoilt", ["noise", "hum", "flat", "dead channel of a few uV", "drift"])
def test_a_bad_lead_does_not_pull_the_bounds(bench, spoilt):
    rng = np.random.default_rng(20265)
    signals_uv = np.stack([ecg.signal_uv for ecg in bench[0][:60]]).astype(np.float64)
    sound = measure_intervals(find_beats(signals_uv.astype(np.int16)))
    lead = signals_uv[:, 6]
    lead[:] = {
        "noise": lead + rng.normal(0, 500, lead.shape),
        "hum": lead + 400 * np.sin(2 * np.pi * 50.3 * np.arange(5000) / 500),
        "flat": np.zeros_like(lead),
        "dead channel of a few uV": rng.integers(-6, 7, lead.shape),
        "drift": lead + np.cumsum(rng.normal(0, 12, lead.shape), axis=-1),
    }[spoilt]
    features = measure_intervals(find_beats(np.rint(np.clip(signals_uv, -32000, 32000)).astype(np.int16)))
    for name, median_ms, most_ms in (("qrs_ms", 2, 12), ("pr_ms", 3, 30), ("qt_ms", 3, 20)):
        change = np.abs(features[name] - sound[name])
        assert np.nanmedian(change) <= median_ms, name
        assert np.nanquantile(change, 0.95) <= most_ms, name


@pytest.mark.parametrize("sampling_rate_hz", [250, 1000])
def test_intervals_are_true_at_other_sampling_rates(sampling_rate_hz):
    ecgs = simulate_bench(20263, records=40, sampling_rate_hz=sampling_rate_hz)
    features = measure_intervals(
        find_beats(np.stack([ecg.signal_uv for ecg in ecgs]), sampling_rate_hz=sampling_rate_hz)
    )
    for name, median_ms in (("qrs_ms", 8), ("pr_ms", 8), ("qt_ms", 10)):
        error = features[name] - np.array([ecg.truth[name] for ecg in ecgs])
        assert np.nanmedian(np.abs(error)) <= median_ms, name


def test_waves_follow_each_other(bench):
    waves = find_waves(find_beats(np.stack([ecg.signal_uv for ecg in bench[0][:100]])))
    order = np.stack([waves.p_onset, waves.p_offset, waves.qrs_onset, waves.qrs_offset, waves.t_offset])
    steps = np.diff(order, axis=0)
    assert (steps[~np.isnan(steps)] >= 0).all()


def test_generated_ecgs_have_physiologic_medians():
    features = measure_intervals(find_beats(generated_ecgs(100)))
    for name, low, high in (("qrs_ms", 100, 120), ("pr_ms", 120, 200), ("qt_ms", 350, 430)):
        assert low <= np.nanmedian(features[name]) <= high, name
        assert np.isnan(features[name]).mean() < 0.025, name

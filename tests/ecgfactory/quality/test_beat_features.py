import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.beat_features import measure_beats
from ecgfactory.quality.beats import find_beats
from ecgfactory.validation.simulated import simulate_ecg
from tests.generated_ecgs import generated_ecgs


def measure(signal_uv, sampling_rate_hz=500):
    return measure_beats(find_beats(signal_uv, EIGHT_LEADS, sampling_rate_hz))


@pytest.fixture
def ecg():
    return simulate_ecg(np.random.default_rng(5), 72, 95, noise_uv=10)


def per_lead(features, name):
    return np.array([features[f"{name}_{lead}"][0] for lead in EIGHT_LEADS])


@pytest.mark.parametrize("sampling_rate_hz", [250, 500, 1000])
def test_rhythm_of_a_known_ecg(sampling_rate_hz):
    ecg = simulate_ecg(np.random.default_rng(6), 80, 90, noise_uv=5, sampling_rate_hz=sampling_rate_hz)
    features = {name: values[0] for name, values in measure(ecg.signal_uv[None], sampling_rate_hz).items()}
    rr_ms = 1000 * np.diff(ecg.qrs_onsets_s)
    assert abs(features["beats"] - ecg.qrs_onsets_s.size) <= 1
    assert features["rr_mean_ms"] == pytest.approx(rr_ms.mean(), rel=0.01)
    assert features["heart_rate_bpm"] == pytest.approx(60000 / features["rr_mean_ms"])
    assert features["rr_sd_ms"] == pytest.approx(rr_ms.std(ddof=1), abs=6)
    assert features["rr_min_ms"] <= features["rr_mean_ms"] <= features["rr_max_ms"]


def test_rr_statistics_follow_their_definitions_on_generated_ecgs():
    beats = find_beats(generated_ecgs(300)[:50])
    features = measure_beats(beats)
    for row, peaks in enumerate(beats.r_peaks):
        rr_ms = np.diff(peaks) * 2.0
        assert features["beats"][row] == peaks.size
        assert features["rr_sd_ms"][row] == pytest.approx(np.std(rr_ms, ddof=1))
        assert features["rr_rmssd_ms"][row] == pytest.approx(np.sqrt(np.mean((rr_ms[1:] - rr_ms[:-1]) ** 2)))
        assert (features["rr_min_ms"][row], features["rr_max_ms"][row]) == (rr_ms.min(), rr_ms.max())


def test_leads_and_beats_of_a_sound_ecg_agree(ecg):
    features = measure(ecg.signal_uv[None])
    assert features["r_peak_agreement"][0] == 1
    assert (per_lead(features, "r_peak_agreement") == 1).all()
    assert per_lead(features, "beat_correlation_min").min() > 0.9
    assert (per_lead(features, "beat_correlation_mean") >= per_lead(features, "beat_correlation_min")).all()


def test_generated_ecgs_agree_with_themselves():
    features = measure(generated_ecgs(300))
    assert np.mean(features["r_peak_agreement"] == 1) > 0.9
    for lead in EIGHT_LEADS:
        assert np.mean(features[f"r_peak_agreement_{lead}"] == 1) > 0.9
        assert np.median(features[f"beat_correlation_mean_{lead}"]) > 0.95


@pytest.mark.parametrize("broken", [0, 1, 4])
def test_a_lead_of_noise_disagrees_and_the_others_do_not(ecg, broken):
    noise = np.random.default_rng(7).normal(0, 300, 5000)
    ecg.signal_uv[broken] = np.rint(noise)
    features = measure(ecg.signal_uv[None])
    agreement, correlation = (per_lead(features, name) for name in ("r_peak_agreement", "beat_correlation_mean"))
    assert agreement[broken] < 0.7
    assert correlation[broken] < 0.5
    assert (np.delete(agreement, broken) == 1).all()
    assert np.delete(correlation, broken).min() > 0.9


def test_a_flat_lead_has_no_likeness_at_all(ecg):
    ecg.signal_uv[3] = 17
    features = measure(ecg.signal_uv[None])
    for name in ("r_peak_agreement", "beat_correlation_mean", "beat_correlation_min"):
        assert per_lead(features, name)[3] == 0


def test_a_shifted_lead_disagrees(ecg):
    ecg.signal_uv[6] = np.roll(ecg.signal_uv[6], 75)  # 150 ms
    agreement = per_lead(measure(ecg.signal_uv[None]), "r_peak_agreement")
    assert agreement[6] == 0
    assert (np.delete(agreement, 6) == 1).all()


def test_one_odd_beat_shows_in_the_smallest_correlation(ecg):
    onset = int(ecg.qrs_onsets_s[5] * 500)
    ecg.signal_uv[2, onset : onset + 60] = 0
    features = measure(ecg.signal_uv[None])
    smallest = per_lead(features, "beat_correlation_min")
    assert smallest[2] < 0.7
    assert np.delete(smallest, 2).min() > 0.9
    assert per_lead(features, "beat_correlation_mean")[2] > 0.8


def test_r_peaks_that_lead_ii_misses_lower_the_agreement(ecg):
    for onset in ecg.qrs_onsets_s[3:6]:
        start = int(onset * 500) - 10
        ecg.signal_uv[1, start : start + 80] = ecg.signal_uv[1, start]
    assert measure(ecg.signal_uv[None])["r_peak_agreement"][0] < 0.95

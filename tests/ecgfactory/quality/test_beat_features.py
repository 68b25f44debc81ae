import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.beat_features import measure_beats
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.intervals import measure_intervals
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
    beats = find_beats(generated_ecgs(100)[:50])
    features = measure_beats(beats)
    for row, exists in enumerate(beats.exists):
        peaks = beats.places[row, exists]
        rr_ms = np.diff(peaks) * 2.0
        assert features["beats"][row] == peaks.size
        assert features["rr_sd_ms"][row] == pytest.approx(np.std(rr_ms, ddof=1))
        assert features["rr_rmssd_ms"][row] == pytest.approx(np.sqrt(np.mean((rr_ms[1:] - rr_ms[:-1]) ** 2)))
        assert (features["rr_min_ms"][row], features["rr_max_ms"][row]) == (rr_ms.min(), rr_ms.max())
        assert features["rr_shortest_share"][row] == pytest.approx(rr_ms.min() / np.median(rr_ms))
        assert features["rr_longest_share"][row] == pytest.approx(rr_ms.max() / np.median(rr_ms))


def test_leads_and_beats_of_a_sound_ecg_agree(ecg):
    features = measure(ecg.signal_uv[None])
    assert (per_lead(features, "r_peak_agreement") == 1).all()
    assert per_lead(features, "beat_correlation_min").min() > 0.9
    assert (per_lead(features, "beat_correlation_mean") >= per_lead(features, "beat_correlation_min")).all()


def test_generated_ecgs_agree_with_themselves():
    features = measure(generated_ecgs(100))
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


def test_a_lost_beat_and_an_added_one_show_in_shares_of_the_median(ecg):
    onset, rr = int(500 * ecg.qrs_onsets_s[4]), int(500 * np.diff(ecg.qrs_onsets_s).mean())
    lost, added = ecg.signal_uv[None].copy(), ecg.signal_uv[None].copy()
    start, again = onset - rr // 3, onset + rr // 2
    lost[..., start : start + rr] = lost[..., start : start + 1]
    added[..., again : again + 80] += ecg.signal_uv[:, onset : onset + 80]
    assert measure(ecg.signal_uv[None])["rr_longest_share"][0] < 1.2
    assert measure(lost)["rr_longest_share"][0] == pytest.approx(2, abs=0.2)
    assert measure(added)["rr_shortest_share"][0] < 0.6


def test_rate_and_both_qtc_are_of_the_same_intervals():
    uneven = simulate_ecg(np.random.default_rng(8), 75, 90, noise_uv=5).signal_uv
    uneven = np.delete(uneven, slice(2000, 2300), axis=1)  # a beat comes early, or is lost
    beats = find_beats(np.stack([uneven, *generated_ecgs(20)[:, :, :4700]]))
    rate_bpm = measure_beats(beats)["heart_rate_bpm"]
    intervals = measure_intervals(beats)
    for name, power in (("qtc_bazett_ms", 1 / 2), ("qtc_fridericia_ms", 1 / 3)):
        rr_s = (intervals["qt_ms"] / intervals[name]) ** (1 / power)
        np.testing.assert_allclose(60 / rr_s, rate_bpm)

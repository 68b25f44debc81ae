import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.electrodes import measure_electrodes
from ecgfactory.quality.qrs_activity import find_activity, measure_activity
from ecgfactory.validation.simulated import simulate_bench
from tests.generated_ecgs import generated_ecgs

BENCH = [ecg for ecg in simulate_bench(33, records=60) if ecg.noise_uv <= 10]
STEADY = np.stack([ecg.signal_uv for ecg in BENCH])


def measured(signals):
    return measure_activity(find_activity(EcgBatch(signals, EIGHT_LEADS)), EIGHT_LEADS)


def placement(signals, leads=EIGHT_LEADS):
    batch = EcgBatch(signals, leads)
    return measure_electrodes(batch, find_activity(batch))


def test_beats_of_all_leads_are_the_true_ones():
    activity = find_activity(EcgBatch(STEADY, EIGHT_LEADS))
    for ecg, beats in zip(BENCH, activity.beats, strict=True):
        inner = beats[(beats > 20) & (beats < 970)]
        onsets = ecg.qrs_onsets_s[(ecg.qrs_onsets_s > 0.25) & (ecg.qrs_onsets_s < 9.5)]
        delays = inner[:, None] / 100 - ecg.qrs_onsets_s
        within = (delays > -0.05) & (delays < 0.25)
        assert within.any(axis=1).all()
        assert within[:, np.isin(ecg.qrs_onsets_s, onsets)].any(axis=0).all()


def test_leads_of_one_heart_agree_and_are_in_step():
    table = measured(STEADY)
    assert np.quantile(table["qrs_agreement_min"], 0.2) > 0.6
    assert table["lead_delay_max_ms"].max() <= 40


@pytest.mark.parametrize("shift_ms", [-200, -60, 60, 300])
def test_a_shifted_lead_is_found_with_its_delay(shift_ms):
    shifted = STEADY.copy()
    shifted[:, 6] = np.roll(shifted[:, 6], shift_ms // 2, axis=-1)
    table = measured(shifted)
    assert np.median(np.abs(table["lead_delay_max_ms"] - abs(shift_ms))) <= 10
    assert (table["lead_delay_max_ms@lead"] == "V5").mean() > 0.8


def test_a_beat_missing_from_one_lead_has_no_strength():
    ecgs = STEADY.copy()
    for row, ecg in enumerate(BENCH):
        start = int(500 * ecg.qrs_onsets_s[len(ecg.qrs_onsets_s) // 2]) - 50
        ecgs[row, 3, start : start + 200] = ecgs[row, 3, start]
    table = measured(ecgs)
    assert table["beat_strength_min"].max() < 0.3
    assert (table["beat_strength_min@lead"] == "V2").all()
    assert np.median(measured(STEADY)["beat_strength_min"]) > 0.8


def test_a_beat_that_one_lead_shows_alone_is_stray():
    ecgs = STEADY.copy()
    for row, ecg in enumerate(BENCH):
        before, after = ecg.qrs_onsets_s[3:5]
        start, again = int(500 * before), int(500 * (before + 0.55 * (after - before)))
        ecgs[row, 5, again : again + 60] += ecgs[row, 5, start : start + 60]
    assert np.median(measured(ecgs)["stray_activity_max"]) > 0.9
    assert np.median(measured(STEADY)["stray_activity_max"]) < 0.7


def test_a_lost_beat_and_an_added_one_show_in_shares_of_the_median():
    ecg = BENCH[0]
    onset, rr = int(500 * ecg.qrs_onsets_s[4]), int(500 * np.diff(ecg.qrs_onsets_s).mean())
    lost, added = STEADY[:1].copy(), STEADY[:1].copy()
    start, again = onset - rr // 3, onset + rr // 2
    lost[..., start : start + rr] = lost[..., start : start + 1]
    added[..., again : again + 80] += STEADY[:1, :, onset : onset + 80]
    assert measured(STEADY[:1])["rr_longest_share"][0] < 1.2
    assert measured(lost)["rr_longest_share"][0] == pytest.approx(2, abs=0.2)
    assert measured(added)["rr_shortest_share"][0] < 0.6


def test_noise_in_two_leads_does_not_reach_the_consensus():
    rng = np.random.default_rng(1)
    ecgs = generated_ecgs(20).copy()
    found = measured(ecgs)
    ecgs[:, [0, 5]] = rng.normal(0, 300, (20, 2, 5000)).astype(np.int16)
    noisy = measured(ecgs)
    np.testing.assert_allclose(noisy["rr_longest_share"], found["rr_longest_share"], atol=0.05)
    assert noisy["qrs_agreement_min"].max() < 0.7
    assert set(noisy["qrs_agreement_min@lead"]) <= {"I", "V4"}


def test_too_short_or_lifeless_records_are_not_measurable():
    assert np.isnan(measured(STEADY[..., :900])["qrs_agreement_min"]).all()
    assert np.isnan(measured(np.zeros_like(STEADY))["beat_strength_min"]).all()


def test_exchanged_electrodes_turn_a_limb_lead_against_v6():
    ecgs = generated_ecgs(40)
    lead_i, lead_ii = ecgs[:, 0], ecgs[:, 1]
    arms, leg = ecgs.copy(), ecgs.copy()
    arms[:, 0], arms[:, 1] = -lead_i, lead_ii - lead_i
    leg[:, 0], leg[:, 1] = lead_i - lead_ii, -lead_ii
    sound = placement(ecgs)
    assert min(sound["lead_i_v6_correlation"].min(), sound["lead_ii_v6_correlation"].min()) > 0
    assert (placement(arms)["lead_i_v6_correlation"] < -0.2).mean() >= 0.95
    assert (placement(leg)["lead_ii_v6_correlation"] < -0.2).mean() >= 0.95


def test_a_left_axis_with_upright_p_and_t_is_no_exchange():
    ecgs = generated_ecgs(10).astype(np.int32)
    batch = EcgBatch(generated_ecgs(10), EIGHT_LEADS)
    for row, beats in enumerate(find_activity(batch).beats):
        for beat in 5 * beats:
            qrs = slice(max(beat - 25, 0), beat + 26)
            ecgs[row, 1, qrs] = 2 * np.median(ecgs[row, 1]) - ecgs[row, 1, qrs]
    assert placement(ecgs.astype(np.int16))["lead_ii_v6_correlation"].min() > 0


def test_without_v6_electrodes_are_not_measurable():
    assert np.isnan(placement(generated_ecgs(2)[:, :3], EIGHT_LEADS[:3])["lead_i_v6_correlation"]).all()

import numpy as np

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.electrodes import measure_electrodes
from ecgfactory.quality.qrs_activity import find_activity
from ecgfactory.validation.simulated import simulate_bench
from tests.generated_ecgs import generated_ecgs

BENCH = [ecg for ecg in simulate_bench(33, records=60) if ecg.noise_uv <= 10]
STEADY = np.stack([ecg.signal_uv for ecg in BENCH])


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

import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.lead_agreement import measure_lead_agreement
from ecgfactory.validation.simulated import simulate_bench
from tests.generated_ecgs import generated_ecgs

BENCH = [ecg for ecg in simulate_bench(33, records=60) if ecg.noise_uv <= 10]
STEADY = np.stack([ecg.signal_uv for ecg in BENCH])


def measured(signals):
    return measure_lead_agreement(EcgBatch(signals, EIGHT_LEADS), find_beats(signals))


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


def test_too_short_or_lifeless_records_are_not_measurable():
    assert np.isnan(measured(STEADY[..., :900])["qrs_agreement_min"]).all()
    assert np.isnan(measured(np.zeros_like(STEADY))["beat_strength_min"]).all()


def test_noise_in_two_leads_is_found_in_these():
    noisy = generated_ecgs(20).copy()
    noisy[:, [0, 5]] = np.random.default_rng(1).normal(0, 300, (20, 2, 5000)).astype(np.int16)
    table = measured(noisy)
    assert table["qrs_agreement_min"].max() < 0.7
    assert set(table["qrs_agreement_min@lead"]) <= {"I", "V4"}

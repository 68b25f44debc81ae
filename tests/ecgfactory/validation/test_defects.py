import numpy as np
import pytest
from scipy import signal as sps

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.qrs_activity import find_activity
from ecgfactory.validation import defects
from ecgfactory.validation.defects import DEFECTS, GRADES, SoundEcg
from tests.generated_ecgs import generated_ecgs

SIGNALS = generated_ecgs(1)
BEATS = 5 * find_activity(EcgBatch(SIGNALS, EIGHT_LEADS)).beats[0]
ECG = SoundEcg(SIGNALS[0].astype(float), EIGHT_LEADS, BEATS)
BY_NAME = {defect.name: defect for defect in DEFECTS}


def change(name, grade, seed=0):
    return BY_NAME[name].inject(ECG, grade, np.random.default_rng(seed)) - ECG.signal_uv


def rms(values):
    return np.sqrt(np.mean(values**2, axis=-1))


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
@pytest.mark.parametrize("grade", GRADES)
def test_an_injector_is_a_pure_function_of_its_generator(defect, grade):
    before = ECG.signal_uv.copy()
    first, again, other = (defect.inject(ECG, grade, np.random.default_rng(seed)) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(ECG.signal_uv, before)
    assert first.shape == ECG.signal_uv.shape
    assert not np.array_equal(first, before) or (defect.name, grade) == ("clipping", "mild")
    drawn = defect.name not in ("clipping", "limb-lead reversal")
    assert np.array_equal(first, other, equal_nan=True) != drawn


def test_only_one_lead_goes_off():
    off = change("lead off", "gross")
    touched = np.flatnonzero(np.abs(off).max(axis=1))
    assert len(touched) == 1
    signal = off[touched[0]] + ECG.signal_uv[touched[0]]
    assert rms(signal - signal.mean()) == pytest.approx(defects.AMPLIFIER_NOISE_UV, rel=0.1)


def test_noise_keeps_the_power_of_the_lead():
    noisy = ECG.signal_uv + change("noise in place of a lead", "gross")
    np.testing.assert_allclose(noisy.std(axis=1), ECG.signal_uv.std(axis=1), rtol=0.01)


def test_limb_reversals_follow_from_the_electrodes():
    rng = np.random.default_rng(0)
    right, left, foot = rng.normal(0, 1, (3, 50))

    def leads(ra, la, ll):
        return np.stack([la - ra, ll - ra])

    ecg = SoundEcg(leads(right, left, foot), ("I", "II"), np.array([10, 20, 30]))
    exchanged = {
        defects.RA_LA: leads(left, right, foot),
        defects.RA_LL: leads(foot, left, right),
        defects.LA_LL: leads(right, foot, left),
    }
    for exchange, expected in exchanged.items():
        np.testing.assert_allclose(defects.limb_reversal(ecg, exchange, rng), expected, atol=1e-12)


@pytest.mark.parametrize("name", ["electrode pop", "discontinuity", "step at an edge"])
@pytest.mark.parametrize("grade", GRADES)
def test_jumps_have_their_size(name, grade):
    assert np.abs(change(name, grade)).max() == pytest.approx(BY_NAME[name].amounts[grade])


def test_wander_and_hum_lie_at_their_frequencies():
    for name, low, high in (("baseline wander", 0.1, 0.5), ("50 Hz hum", 49, 51), ("60 Hz hum", 59, 61)):
        added = change(name, "gross")
        frequencies, power = sps.periodogram(added, 500, axis=-1)
        inside = (frequencies >= low) & (frequencies <= high)
        assert power[:, inside].sum() > 0.95 * power.sum()
    assert np.abs(change("50 Hz hum", "moderate")).max() == pytest.approx(50, rel=0.01)
    assert (np.abs(change("50 Hz hum", "moderate")).max(axis=1) > 0).sum() == 4


def test_muscle_noise_has_its_rms():
    assert sorted(rms(change("muscle noise", "moderate")))[-4:] == pytest.approx([50] * 4)


def test_clipping_clips():
    assert np.abs(ECG.signal_uv + change("clipping", "gross")).max() == 500


@pytest.mark.parametrize(("grade", "leads"), [("mild", 1), ("moderate", 4), ("gross", 8)])
@pytest.mark.parametrize("name", ["dropped beat", "doubled beat"])
def test_beats_are_lost_or_added_in_as_many_leads(name, grade, leads):
    touched = np.abs(change(name, grade)).max(axis=1) > 100
    assert touched.sum() == leads


def test_a_shifted_lead_is_the_lead_elsewhere():
    shifted = ECG.signal_uv + change("time-shifted lead", "moderate")
    lead = int(np.abs(shifted - ECG.signal_uv).max(axis=1).argmax())
    ahead = np.array_equal(shifted[lead, :-40], ECG.signal_uv[lead, 40:])
    behind = np.array_equal(shifted[lead, 40:], ECG.signal_uv[lead, :-40])
    assert ahead != behind


def test_missing_samples_are_nan():
    assert [int(np.isnan(change("missing samples (NaN)", grade)).sum()) for grade in GRADES] == [1, 50, 500]

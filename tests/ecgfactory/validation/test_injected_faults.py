import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.qrs_activity import find_activity
from ecgfactory.validation.faults import FAULTS, SoundEcg
from tests.generated_ecgs import generated_ecgs

SIGNALS = generated_ecgs(1)
BEATS = 5 * find_activity(EcgBatch(SIGNALS, EIGHT_LEADS)).beats[0]
ECG = SoundEcg(SIGNALS[0].astype(float), EIGHT_LEADS, BEATS)
BY_NAME = {fault.name: fault for fault in FAULTS}


def faulty(name, amount, seed=0):
    return BY_NAME[name].injector(ECG, amount, np.random.default_rng(seed))


def change(name, amount, seed=0):
    return faulty(name, amount, seed) - ECG.signal_uv


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("end", ["least", "most"])
def test_an_injector_is_a_pure_function_of_its_generator(fault, end):
    before, amount = ECG.signal_uv.copy(), getattr(fault, end)
    first, again, other = (faulty(fault.name, amount, seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(ECG.signal_uv, before)
    assert first.shape == ECG.signal_uv.shape
    assert not np.array_equal(first, before)
    assert not np.array_equal(first, other, equal_nan=True)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_amounts_are_spread_evenly_over_the_powers_of_ten(fault):
    rng = np.random.default_rng(1)
    amounts = np.array([fault.draw(rng) for _ in range(2000)])
    assert fault.least <= amounts.min() < amounts.max() <= fault.most
    assert np.mean(amounts < np.sqrt(fault.least * fault.most)) == pytest.approx(0.5, abs=0.04)


def test_a_flat_line_is_flat():
    flat = faulty("flat line", 0.3)
    longest = [max(map(len, "".join("x" if same else " " for same in np.diff(lead) == 0).split(" "))) for lead in flat]
    assert sorted(longest)[-1] in (1499, 1500)
    assert (np.abs(change("flat line", 0.3)).max(axis=1) > 0).sum() == 1


def test_noise_keeps_the_power_of_the_lead():
    np.testing.assert_allclose(faulty("noise in place of a lead", 1).std(axis=1), ECG.signal_uv.std(axis=1), rtol=0.01)


@pytest.mark.parametrize("name", ["discontinuity", "step at an edge"])
@pytest.mark.parametrize("end", ["least", "most"])
def test_jumps_have_their_size(name, end):
    amount = getattr(BY_NAME[name], end)
    assert np.abs(change(name, amount)).max() == pytest.approx(amount)


@pytest.mark.parametrize(("share", "leads"), [(0.125, 1), (0.5, 4), (1.0, 8)])
@pytest.mark.parametrize("name", ["dropped beat", "doubled beat"])
def test_beats_are_lost_or_added_in_as_many_leads(name, share, leads):
    touched = np.abs(change(name, share)).max(axis=1) > 100
    assert touched.sum() == leads


def test_a_shifted_lead_is_the_lead_elsewhere():
    shifted = faulty("time-shifted lead", 80)
    lead = int(np.abs(shifted - ECG.signal_uv).max(axis=1).argmax())
    ahead = np.array_equal(shifted[lead, :-40], ECG.signal_uv[lead, 40:])
    behind = np.array_equal(shifted[lead, 40:], ECG.signal_uv[lead, :-40])
    assert ahead != behind


def test_missing_samples_are_nan():
    lost = [int(np.isnan(faulty("missing samples (NaN)", amount)).sum()) for amount in (2, 100, 1000)]
    assert lost == [1, 50, 500]

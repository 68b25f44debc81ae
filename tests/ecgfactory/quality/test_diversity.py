import numpy as np
import pytest

from ecgfactory.leads import EIGHT_LEADS, TWELVE_LEADS, derive_twelve
from ecgfactory.quality.diversity import measure_diversity
from tests.generated_ecgs import generated_ecgs

IDS = [f"{number:08d}" for number in range(100)]


def test_the_generator_does_not_repeat_itself():
    found = measure_diversity(generated_ecgs(100), EIGHT_LEADS, IDS)
    assert found.compared == 100
    assert found.near_duplicates == 0
    assert 0.8 < found.typical_nearest_beat < found.beats.correlation < 0.997
    assert 0 < found.whole.correlation < 0.95


@pytest.mark.parametrize("noise_uv", [0, 5, 20])
def test_a_copy_in_noise_is_found_by_both(noise_uv):
    ecgs = generated_ecgs(30).copy()
    ecgs[20] = ecgs[4] + np.random.default_rng(0).normal(0, noise_uv, ecgs[4].shape)
    found = measure_diversity(ecgs, EIGHT_LEADS, IDS[:30])
    assert found.near_duplicates == 1
    assert found.whole.records == found.beats.records == ("00000004", "00000020")


def test_a_shifted_and_scaled_copy_is_found_by_its_beat():
    ecgs = generated_ecgs(30).copy()
    ecgs[7] = np.roll(ecgs[19], 333, axis=-1) * 0.8
    found = measure_diversity(ecgs, EIGHT_LEADS, IDS[:30])
    assert found.near_duplicates == 1
    assert found.beats.records == ("00000007", "00000019")


def test_every_planted_pair_is_counted():
    ecgs = np.concatenate([generated_ecgs(20)] * 3)
    assert measure_diversity(ecgs, EIGHT_LEADS, IDS[:60]).near_duplicates == 20 * 3


def test_twelve_leads_give_the_same():
    eight = generated_ecgs(10)
    of_eight = measure_diversity(eight, EIGHT_LEADS, IDS[:10])
    assert measure_diversity(derive_twelve(eight), TWELVE_LEADS, IDS[:10]) == of_eight
    assert of_eight.to_json()["beats"]["records"] == of_eight.beats.records


@pytest.mark.parametrize("records", [0, 1])
def test_nothing_to_compare(records):
    found = measure_diversity(generated_ecgs(2)[:records], EIGHT_LEADS, IDS[:records])
    assert (found.compared, found.near_duplicates, found.beats.records) == (records, 0, ())


def test_flat_records_are_alike_to_none():
    found = measure_diversity(np.zeros((3, 8, 5000), np.int16), EIGHT_LEADS, IDS[:3])
    assert (found.near_duplicates, found.whole.correlation) == (0, 0)

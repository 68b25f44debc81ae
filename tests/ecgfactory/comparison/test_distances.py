import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from ecgfactory.comparison.distances import BINS, compare_features
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.realism.space_feature import SpaceFeature

TEXT = SpaceFeature("height", "uV", "amplitude", "height of the wave")
VALUES = st.lists(st.integers(-5, 5).map(float), min_size=2, max_size=30)


def matrix(values: list[float], group: list[int] | None = None) -> FeatureMatrix:
    numbers = range(len(values)) if group is None else group
    return FeatureMatrix(("height",), np.array(values)[:, np.newaxis], np.array(numbers))


@settings(max_examples=40, deadline=None)
@given(VALUES, VALUES)
def test_distances_are_those_of_scipy_with_ties_too(dataset: list[float], reference: list[float]) -> None:
    (compared,) = compare_features(matrix(dataset), matrix(reference), [TEXT])
    spread = np.std(reference) or np.nan
    assert compared.kolmogorov_smirnov.value == pytest.approx(scipy.stats.ks_2samp(dataset, reference).statistic)
    expected = scipy.stats.wasserstein_distance(dataset, reference) / spread
    assert compared.wasserstein_sd.value == pytest.approx(expected, abs=1e-6, nan_ok=True)
    assert sum(compared.dataset.counts) == len(dataset)
    assert len(compared.bin_edges) == BINS + 1


def test_the_interval_holds_the_distance_of_what_was_drawn_from() -> None:
    rng = np.random.default_rng(5)
    true_distance, held = 0.5, 0
    for _ in range(40):
        sides = matrix(rng.normal(true_distance, 1, 150).tolist()), matrix(rng.normal(0, 1, 150).tolist())
        estimate = compare_features(*sides, [TEXT])[0].wasserstein_sd
        assert estimate.low <= estimate.value <= estimate.high
        held += estimate.low <= true_distance <= estimate.high
    assert held >= 35


def test_pieces_of_one_ecg_say_no_more_than_one() -> None:
    rng = np.random.default_rng(6)
    values, reference = rng.normal(0.4, 1, 60), matrix(rng.normal(0, 1, 60).tolist())
    single = compare_features(matrix(values.tolist()), reference, [TEXT])[0].wasserstein_sd
    repeated = matrix(np.repeat(values, 6).tolist(), np.repeat(np.arange(60), 6).tolist())
    several = compare_features(repeated, reference, [TEXT])[0].wasserstein_sd
    assert several.value == pytest.approx(single.value, abs=1e-6)
    assert several.high - several.low == pytest.approx(single.high - single.low, rel=0.25)


def test_what_could_not_be_measured_is_told_and_not_counted() -> None:
    (compared,) = compare_features(matrix([1, 2, np.nan, np.nan]), matrix([1, 2, 3, 4]), [TEXT])
    assert (compared.dataset.measured_share, sum(compared.dataset.counts)) == (0.5, 2)
    (nowhere,) = compare_features(matrix([np.nan, np.nan]), matrix([1, 2]), [TEXT])
    assert np.isnan(nowhere.kolmogorov_smirnov.value)
    assert nowhere.dataset.measured_share == 0


def test_what_is_constant_up_to_rounding_has_no_distance_in_standard_deviations() -> None:
    nearly = [0.1 + 0.2, 0.3, 0.3, 0.3]
    assert 0 < np.std(nearly) < 1e-15
    (compared,) = compare_features(matrix([1, 2, 3, 4]), matrix(nearly), [TEXT])
    assert np.isnan([compared.wasserstein_sd.value, compared.wasserstein_sd.high, compared.shift_sd]).all()
    assert compared.kolmogorov_smirnov.value == 1
    (noise,) = compare_features(matrix([900, 950, 1000]), matrix([0, 1e-4, 2e-4]), [TEXT])
    assert np.isnan(noise.wasserstein_sd.value), "a dead lead, filtered"
    (small,) = compare_features(matrix([1e-15, 2e-15]), matrix([2e-15, 3e-15]), [TEXT])
    assert small.wasserstein_sd.value == pytest.approx(2), "small values may differ, too"

import numpy as np
import pytest

from ecgfactory.comparison.coverage import (
    Clouds,
    coverage,
    density,
    frechet_distance,
    measure_coverage,
    mmd,
    precision,
    recall,
)
from ecgfactory.comparison.features import FeatureMatrix

RNG = np.random.default_rng(8)


def matrix(values: np.ndarray) -> FeatureMatrix:
    return FeatureMatrix(tuple(map(str, range(values.shape[1]))), values, np.arange(len(values)))


def test_on_a_line_the_values_are_those_counted_by_hand() -> None:
    reference = np.arange(10.0)[:, np.newaxis]  # the third neighbour is 2 away, or 3 at the ends; the fifth 3, 4 or 5
    clouds = Clouds(np.array([[2.5], [11.9], [40.0]]), reference)
    assert precision(clouds) == pytest.approx(2 / 3)  # 9 reaches 3 far, to 12
    assert coverage(clouds) == pytest.approx(8 / 10)  # by 2.5 up to 5 of those that reach 3, by 11.9 up to 8 and 9
    assert density(clouds) == pytest.approx((6 + 2) / 5 / 3)
    assert recall(Clouds(reference, reference)) == 1


def test_the_frechet_distance_of_gaussians_is_the_formulas() -> None:
    points, reference = RNG.normal(0, [1, 3], (40_000, 2)), RNG.normal([2, 0], [2, 1], (40_000, 2))
    assert frechet_distance(Clouds(points, reference)) == pytest.approx(4 + 1 + 4, rel=0.03)


def test_mmd_is_the_unbiased_estimate_of_gretton() -> None:
    points, reference = RNG.normal(0, 1, (7, 2)), RNG.normal(1, 1, (5, 2))
    pooled = np.concatenate([points, reference])
    squares = ((pooled[:, np.newaxis] - pooled) ** 2).sum(axis=2)
    kernel = np.exp(-squares / (2 * np.median(squares[np.triu_indices(12, 1)])))
    of_points = sum(kernel[i, j] for i in range(7) for j in range(7) if i != j) / (7 * 6)
    of_reference = sum(kernel[i, j] for i in range(7, 12) for j in range(7, 12) if i != j) / (5 * 4)
    expected = of_points + of_reference - 2 * kernel[:7, 7:].mean()
    assert mmd(Clouds(points, reference)) == pytest.approx(expected)


def test_more_of_the_same_reaches_the_floor_and_a_narrow_set_loses_recall_alone() -> None:
    reference = matrix(RNG.normal(0, 1, (200, 12)))
    same = measure_coverage(matrix(RNG.normal(0, 1, (300, 12))), reference)
    narrow = measure_coverage(matrix(RNG.normal(0, 0.4, (300, 12))), reference)
    assert same.records == narrow.records == 100
    for metric in (same.precision, same.recall, same.density, same.coverage):
        assert metric.value == pytest.approx(metric.floor, abs=0.12)
    assert abs(same.mmd.value) < 0.01
    assert narrow.precision.value > narrow.precision.floor
    assert narrow.recall.value < 0.5 * narrow.recall.floor
    assert narrow.mmd.value > 0.05


def test_what_is_missing_takes_the_median_and_is_a_dimension_of_its_own() -> None:
    values = RNG.normal(0, 1, (80, 5))
    lacking = values.copy()
    lacking[:, 2] = np.nan
    compared = measure_coverage(matrix(lacking), matrix(values))
    assert compared.features == 6
    assert compared.frechet_distance.value > compared.frechet_distance.floor
    nowhere = measure_coverage(matrix(values), matrix(lacking))
    assert np.isfinite(nowhere.frechet_distance.value)


def test_what_is_constant_up_to_rounding_sets_no_scale() -> None:
    values = RNG.normal(0, 1, (60, 4))
    values[:, 1] = 0.3
    values[0, 1] = 0.1 + 0.2
    dataset = RNG.normal(0, 1, (60, 4))
    dataset[:, 1] = 0.4
    compared = measure_coverage(matrix(dataset), matrix(values))
    assert compared.precision.value == pytest.approx(compared.precision.floor, abs=0.15)
    assert compared.frechet_distance.words.endswith("; low is good")


def test_a_frechet_distance_of_few_ecgs_says_so() -> None:
    values = RNG.normal(0, 1, (60, 15))
    words = measure_coverage(matrix(values), matrix(values)).frechet_distance.words
    assert words.endswith("low is good; of 30 ECGs in 16 dimensions only a rough value")

import dataclasses

import numpy as np
import pytest

from ecgfactory.comparison.distances import compare_features
from ecgfactory.comparison.enough import FEWEST_RECORDS, reach_points, wilson
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.comparison.findings import Telltale
from ecgfactory.comparison.persons import by_person, person_notes
from ecgfactory.comparison.two_sample import Outcome, describe_telltales, floor_within, two_sample_test
from ecgfactory.realism.repeats import Repeat
from ecgfactory.realism.space_feature import SpaceFeature

FEATURES = tuple(f"f{number}" for number in range(20))
TEXTS = [SpaceFeature(name, "dB", "spectrum", f"power of {name}") for name in FEATURES]


def matrix(seed: int, ecgs: int = 60, pieces: int = 1) -> FeatureMatrix:
    rng = np.random.default_rng(seed)
    values = np.repeat(rng.normal(0, 1, (ecgs, len(FEATURES))), pieces, axis=0)
    return FeatureMatrix(FEATURES, values, np.repeat(np.arange(ecgs), pieces))


def telltales_of(dataset: FeatureMatrix, reference: FeatureMatrix) -> tuple[Telltale, ...]:
    features = compare_features(dataset, reference, TEXTS)
    return describe_telltales({name: float(name == "f3") for name in FEATURES}, features)


def outcome_of(dataset: FeatureMatrix, reference: FeatureMatrix) -> Outcome:
    return two_sample_test(dataset, reference, compare_features(dataset, reference, TEXTS))


def test_one_shifted_feature_is_found_and_named() -> None:
    dataset, reference = matrix(1, 80), matrix(2)
    dataset.values[:, 7] -= 3
    test = outcome_of(dataset, reference).test
    assert test.records_per_class == 60
    assert test.accuracy.low > 0.7
    assert test.telltales[0].feature == "f7"
    assert test.telltales[0].words == "power of f7: lower in the dataset"
    assert test.telltales[0].alone == pytest.approx(test.accuracy.value, abs=0.1)
    assert test.telltales[0].importance > 3 * test.telltales[1].importance
    assert sum(test.scores.dataset) == 80  # all took part in one round or another
    assert test.roc.area > 0.75


@pytest.mark.slow
def test_what_is_alike_is_told_apart_by_chance_and_the_floor_says_so() -> None:
    reference = matrix(4)
    outcome = outcome_of(matrix(3), reference)
    assert outcome.test.accuracy.low <= 0.5 <= outcome.test.accuracy.high
    floor = floor_within(reference, outcome.test.records_per_class)
    assert floor.accuracy.low <= 0.5 <= floor.accuracy.high
    assert floor.records_per_class == 30


@pytest.mark.slow
def test_pieces_of_one_ecg_never_betray_each_other() -> None:
    """Six like pieces of each ECG: a forest that had seen one would know the others."""
    outcome = outcome_of(matrix(5, 40, pieces=6), matrix(6, 40, pieces=6))
    assert outcome.test.records_per_class == 40
    assert outcome.test.accuracy.low <= 0.5 <= outcome.test.accuracy.high


@pytest.mark.slow
def test_missing_values_betray_too() -> None:
    dataset, reference = matrix(1), matrix(2)
    dataset.values[:45, 3] = np.nan
    outcome = outcome_of(dataset, reference)
    telltale = outcome.test.telltales[0]
    assert outcome_of(dataset, reference).test == outcome.test, "the result follows from the features alone"
    assert telltale.words == "power of f3: measurable in 25 % of the dataset and 100 % of the reference"
    assert telltale.alone == pytest.approx(0.875)


@pytest.mark.parametrize(
    ("shift", "missing", "said", "alone"),
    [
        (3, 15, "higher in the dataset", 0.97),
        (-3, 45, "lower in the dataset", 0.97),
        (0.5, 59, "measurable in 2 % of the dataset and 100 % of the reference", 0.99),
    ],
)
def test_what_tells_most_is_said_and_counted(shift: float, missing: int, said: str, alone: float) -> None:
    """A P wave that is upside down betrays by that, not by the ECGs without one."""
    dataset, reference = matrix(1), matrix(2)
    dataset.values[:, 3] += shift
    dataset.values[:missing, 3] = np.nan
    (telltale,) = [one for one in telltales_of(dataset, reference) if one.feature == "f3"]
    assert telltale.words == f"power of f3: {said}"
    assert telltale.alone == pytest.approx(alone, abs=0.05)


@pytest.mark.slow
def test_people_recorded_twice_never_betray_each_other() -> None:
    people, dataset = matrix(7, 40), matrix(8, 60)
    twice = FeatureMatrix(FEATURES, np.concatenate([people.values, people.values + 1e-3]), np.arange(80))
    repeats = [Repeat("reference", row, 40 + row, 0.0, 0.0) for row in range(40)]
    grouped = by_person(twice, repeats)
    assert grouped.ecgs == 40
    assert list(person_notes(80, grouped, repeats)) == [
        "80 ECGs of the reference are of 40 people, as far as near-identical ones tell: only one of each takes part at "
        "a time."
    ]
    assert outcome_of(dataset, twice).test.accuracy.low > 0.5
    accuracy = outcome_of(dataset, grouped).test.accuracy
    assert accuracy.low <= 0.5 <= accuracy.high
    assert floor_within(grouped, 40).records_per_class == 20


def test_too_few_people_are_left_as_they_are_and_that_is_said() -> None:
    reference = matrix(9, 30)
    repeats = [Repeat("reference", row, 15 + row, 0.0, 0.0) for row in range(15)]
    assert by_person(reference, repeats) is reference
    assert "too few people" in next(person_notes(30, reference, repeats))
    assert by_person(reference, repeats[:5]).group.max() == 24
    assert not list(person_notes(30, by_person(reference, []), []))


def test_the_same_ecgs_on_both_sides_are_no_likeness() -> None:
    test = outcome_of(matrix(1), matrix(1)).test
    assert test.finds_twins
    assert not dataclasses.replace(test, accuracy=wilson(0.5, 120)).finds_twins


def test_wilsons_interval_is_that_of_his_paper() -> None:
    interval = wilson(0.5, 40)
    assert (interval.low, interval.high) == pytest.approx((0.352, 0.648), abs=5e-4)
    assert wilson(1.0, 100).low == pytest.approx(0.963, abs=5e-4)
    assert reach_points(FEWEST_RECORDS) < 15 < reach_points(FEWEST_RECORDS - 1)

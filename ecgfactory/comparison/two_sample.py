"""The two-sample test: whether a classifier tells the dataset from the reference, and by what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score, roc_curve
from sklearn.model_selection import StratifiedKFold

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.comparison.enough import accuracy_interval
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.comparison.findings import (
    Estimate,
    FeatureComparison,
    Floor,
    RocCurve,
    Scores,
    Telltale,
    TwoSampleTest,
)
from ecgfactory.comparison.percent import percent
from ecgfactory.realism.space_feature import in_short
from ecgfactory.wilson import CONFIDENCE

FOLDS = 5
TREES = 100
CLASSIFIER = f"random forest of {TREES} trees on all features, {FOLDS}-fold cross-validation over ECGs"

MOST_RECORDS = 1_000
"""ECGs of each side that take part: they tell the accuracy within 2.2 points, and more would only take longer."""

MOST_ROUNDS = 3
"""Drawings and foldings that are averaged where there are few ECGs."""

FEWEST_SPLITS, MOST_SPLITS = 4, 6
"""Of the reference into halves: the fewer the larger they are, since they then differ less and take longer."""

TOLD = 12
"""Features that are named."""

SCORE_BINS = 20
ROC_POINTS = 101
CLEAR_SHIFT_SD = 0.1
"""A smaller shift of the median is not called higher or lower."""

SEED = 20_170


@dataclass(frozen=True, eq=False)
class Outcome:
    """What classifiers made of ECGs that they had not seen.

    Parameters
    ----------
    test : TwoSampleTest
        The result.
    dataset_scores, reference_scores : float array, shape (pieces,)
        Mean probability that a piece is of the dataset; NaN of those that took no part.
    """

    test: TwoSampleTest
    dataset_scores: Float64Array
    reference_scores: Float64Array


@dataclass(frozen=True, eq=False)
class _Round:
    """One drawing of as many ECGs of either side, a piece of each, and what a cross-validation made of them."""

    places: tuple[IntArray, IntArray]
    scores: tuple[Float64Array, Float64Array]
    importance: Float64Array

    @property
    def accuracy(self) -> float:
        """Share told right."""
        right = np.concatenate([self.scores[0] > 0.5, self.scores[1] <= 0.5])
        return float(right.mean())


def two_sample_test(dataset: FeatureMatrix, reference: FeatureMatrix, features: Sequence[FeatureComparison]) -> Outcome:
    """Try to tell the dataset from the reference (Lopez-Paz and Oquab 2017, arXiv:1610.06545).

    Both sides give as many ECGs, one piece of each, so that chance is 0.5 and ECGs count once, however long they are.
    Repeated drawings steady the accuracy and do not narrow its interval.

    Parameters
    ----------
    dataset, reference : FeatureMatrix
        The sides, with the same features; NaN goes its own way in the trees.
    features : sequence of FeatureComparison
        The same features compared, for words.
    """
    records = min(dataset.ecgs, reference.ecgs, MOST_RECORDS)
    rounds = list(_rounds((dataset, reference), records, _rounds_for(records)))
    accuracy = float(np.mean([each.accuracy for each in rounds]))
    scores = _mean_scores(rounds, 0, len(dataset.values)), _mean_scores(rounds, 1, len(reference.values))
    importance = np.mean([each.importance for each in rounds], axis=0)
    test = TwoSampleTest(
        accuracy=accuracy_interval(accuracy, records),
        records_per_class=records,
        rounds=len(rounds),
        folds=FOLDS,
        classifier=CLASSIFIER,
        roc=_roc(*map(_known, scores)),
        scores=_score_histogram(*map(_known, scores)),
        telltales=describe_telltales(dict(zip(dataset.names, importance.tolist(), strict=True)), features),
    )
    return Outcome(test, *scores)


def floor_within(reference: FeatureMatrix, records_per_class: int) -> Floor:
    """Try the same test on random halves of the reference, as large as the main test's samples where possible.

    Parameters
    ----------
    reference : FeatureMatrix
        The reference.
    records_per_class : int
        ECGs of each side in the main test.
    """
    records = min(reference.ecgs // 2, records_per_class)
    rng = np.random.default_rng(SEED)
    accuracies = []
    splits = min(max(MOST_RECORDS // records, FEWEST_SPLITS), MOST_SPLITS)
    for number in range(splits):
        drawn = one_piece_each(reference.group, rng.permutation(reference.ecgs)[: 2 * records], rng)
        values = reference.values[drawn]
        accuracies.append(_cross_validated(values[:records], values[records:], number)[2])
    mean, spread = float(np.mean(accuracies)), float(np.std(accuracies, ddof=1))
    reach = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) * spread
    return Floor(Estimate(mean, max(mean - reach, 0.0), min(mean + reach, 1.0)), records, splits)


def _rounds_for(records: int) -> int:
    return min(max(MOST_RECORDS // records, 1), MOST_ROUNDS)


def _rounds(sides: tuple[FeatureMatrix, FeatureMatrix], records: int, count: int) -> Iterator[_Round]:
    for number in range(count):
        rng = np.random.default_rng([SEED, number])
        places = [one_piece_each(side.group, rng.permutation(side.ecgs)[:records], rng) for side in sides]
        dataset, reference = (side.values[drawn] for side, drawn in zip(sides, places, strict=True))
        scores, importance, _ = _cross_validated(dataset, reference, number)
        yield _Round((places[0], places[1]), (scores[:records], scores[records:]), importance)


def one_piece_each(group: IntArray, ecgs: IntArray, rng: np.random.Generator) -> IntArray:
    """Draw a piece of each of some ECGs.

    Parameters
    ----------
    group : int array, shape (pieces,)
        Of each piece, its ECG's number.
    ecgs : int array, shape (n,)
        Numbers of the ECGs.
    rng : numpy.random.Generator
        What draws.

    Returns
    -------
    int array, shape (n,)
        Places of the pieces.
    """
    order = np.argsort(group, kind="stable")
    first, end = np.searchsorted(group, ecgs, "left", order), np.searchsorted(group, ecgs, "right", order)
    drawn: IntArray = order[first + rng.integers(0, end - first)]
    return drawn


def _cross_validated(
    dataset: Float64Array, reference: Float64Array, seed: int
) -> tuple[Float64Array, Float64Array, float]:
    """Return the scores of all rows by forests that had not seen them, the features' importance, and the accuracy."""
    values = np.concatenate([dataset, reference])
    is_dataset = np.arange(len(values)) < len(dataset)
    scores = np.empty(len(values))
    importance = np.zeros(values.shape[1])
    for known, unseen in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(values, is_dataset):
        forest = RandomForestClassifier(TREES, random_state=seed, n_jobs=-1)
        forest.fit(values[known], is_dataset[known])
        scores[unseen] = forest.predict_proba(values[unseen])[:, 1]
        importance += forest.feature_importances_ / FOLDS
    return scores, importance, float(((scores > 0.5) == is_dataset).mean())


def _mean_scores(rounds: Sequence[_Round], side: int, pieces: int) -> Float64Array:
    """Mean score of each piece over the rounds that it took part in; NaN where it never did."""
    total, count = np.zeros(pieces), np.zeros(pieces)
    for each in rounds:
        total[each.places[side]] += each.scores[side]
        count[each.places[side]] += 1
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _known(scores: Float64Array) -> Float64Array:
    return scores[np.isfinite(scores)]


def _roc(dataset: Float64Array, reference: Float64Array) -> RocCurve:
    is_dataset: BoolArray = np.arange(len(dataset) + len(reference)) < len(dataset)
    scores = np.concatenate([dataset, reference])
    false_positive, true_positive, _ = roc_curve(is_dataset, scores)
    at = np.linspace(0, 1, ROC_POINTS)
    drawn = np.interp(at, false_positive, true_positive)
    return RocCurve(tuple(at.tolist()), tuple(drawn.tolist()), float(roc_auc_score(is_dataset, scores)))


def _score_histogram(dataset: Float64Array, reference: Float64Array) -> Scores:
    edges = np.linspace(0, 1, SCORE_BINS + 1)
    counts = [tuple(np.histogram(scores, edges)[0].tolist()) for scores in (dataset, reference)]
    return Scores(tuple(edges.tolist()), counts[0], counts[1])


def describe_telltales(importance: dict[str, float], features: Sequence[FeatureComparison]) -> tuple[Telltale, ...]:
    """Describe the features that a classifier went by most, by what tells most in each: values, or where it has any."""
    ranked = sorted(features, key=lambda feature: -importance[feature.name])[:TOLD]
    return tuple(
        Telltale(feature.name, f"{in_short(feature.words)}: {words}", importance[feature.name], 0.5 + 0.5 * apart)
        for feature in ranked
        for words, apart in [_difference(feature)]
    )


def _difference(feature: FeatureComparison) -> tuple[str, float]:
    """Say in words how the dataset differs most in a feature, its values or where it has any, and how far, 0 to 1.

    How far is twice what the best cut's balanced accuracy is above chance.
    """
    shares = feature.dataset.measured_share, feature.reference.measured_share
    by_measurability, by_value = abs(shares[0] - shares[1]), feature.kolmogorov_smirnov.value
    if by_value > by_measurability:
        return _difference_in_values(feature), by_value
    measurable = f"measurable in {percent(shares[0])} of the dataset and {percent(shares[1])} of the reference"
    return measurable, by_measurability


def _difference_in_values(feature: FeatureComparison) -> str:
    if np.isnan(feature.shift_sd):
        return "constant in the reference"
    if abs(feature.shift_sd) > CLEAR_SHIFT_SD:
        return f"{'higher' if feature.shift_sd > 0 else 'lower'} in the dataset"
    ranges = [side.quantiles[3] - side.quantiles[1] for side in (feature.dataset, feature.reference)]
    return f"{'more' if ranges[0] > ranges[1] else 'less'} varied in the dataset"

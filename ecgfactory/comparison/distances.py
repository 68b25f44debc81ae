"""How far apart the two sides are in each feature: Kolmogorov-Smirnov and Wasserstein, with bootstrap intervals."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array, IntArray
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.comparison.findings import Distribution, Estimate, FeatureComparison
from ecgfactory.comparison.spread import spread_of
from ecgfactory.realism.space_feature import SpaceFeature
from ecgfactory.wilson import CONFIDENCE

RESAMPLES = 200
"""Of the bootstrap: enough for the ends of a 95 % interval to be steady within a tenth of its width."""

BINS = 40
SHOWN_SHARE = (0.005, 0.995)
"""Histograms run between these quantiles of both sides together; what lies beyond is in the outer bins."""

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
CONSTANT = 1e-3
"""What varies less in the reference, for the spread of both sides together, is constant: noise of filters, no ECG."""

SEED = 20_090  # of all drawing here: results must not depend on when they are computed


def compare_features(
    dataset: FeatureMatrix, reference: FeatureMatrix, texts: Sequence[SpaceFeature]
) -> tuple[FeatureComparison, ...]:
    """Compare the two sides feature by feature.

    Intervals are of the bootstrap over ECGs, whose pieces stay together (Davison and Hinkley 1997). The distance of two
    samples is larger than that of what they were drawn from, and that of resamples larger still; so the resamples'
    spread about their own mean is put around the measured value.

    Parameters
    ----------
    dataset, reference : FeatureMatrix
        The sides, with the same features.
    texts : sequence of SpaceFeature
        What each feature is, in their order.

    Returns
    -------
    tuple of FeatureComparison
        The largest Wasserstein distance first.
    """
    rng = np.random.default_rng(SEED)
    weights = _weights(dataset.group, rng), _weights(reference.group, rng)
    compared = [
        _compare(text, dataset.values[:, place], reference.values[:, place], weights)
        for place, text in enumerate(texts)
    ]
    return tuple(sorted(compared, key=lambda feature: -np.nan_to_num(feature.wasserstein_sd.value, nan=-1)))


def _weights(group: IntArray, rng: np.random.Generator) -> Float32Array:
    """Weight of each piece in the sample itself and in each resample of its ECGs, shape (1 + RESAMPLES, pieces)."""
    ecgs = int(group.max()) + 1
    drawn = rng.multinomial(ecgs, np.full(ecgs, 1 / ecgs), size=RESAMPLES).astype(np.float32)
    return np.concatenate([np.ones((1, len(group)), dtype=np.float32), drawn[:, group]])


def _compare(
    text: SpaceFeature, dataset: Float64Array, reference: Float64Array, weights: tuple[Float32Array, Float32Array]
) -> FeatureComparison:
    is_there = np.isfinite(dataset), np.isfinite(reference)
    edges = _bin_edges(dataset[is_there[0]], reference[is_there[1]])
    if is_there[0].any() and is_there[1].any():
        values = dataset[is_there[0]], reference[is_there[1]]
        spread = float(spread_of(values[1]))
        spread = spread if spread > CONSTANT * np.concatenate(values).std() else np.nan
        distances = _distances(*values, weights[0][:, is_there[0]], weights[1][:, is_there[1]])
        smirnov, wasserstein = _estimate(distances[0], highest=1.0), _estimate(distances[1] / spread)
        shift = float(np.median(values[0]) - np.median(values[1])) / spread
    else:
        smirnov = wasserstein = Estimate(np.nan, np.nan, np.nan)
        shift = np.nan
    return FeatureComparison(
        text.name,
        text.words,
        text.unit,
        text.group,
        tuple(edges.tolist()),
        _distribution(dataset, edges),
        _distribution(reference, edges),
        smirnov,
        wasserstein,
        shift,
    )


def _distances(
    dataset: Float64Array, reference: Float64Array, of_dataset: Float32Array, of_reference: Float32Array
) -> tuple[Float64Array, Float64Array]:
    """Kolmogorov-Smirnov and Wasserstein distances for each row of weights, each of shape (rows,).

    Both follow from the cumulative distributions on the sorted values of both sides: the largest difference, and the
    area between them (Vallender 1974).
    """
    pooled = np.concatenate([dataset, reference])
    order = np.argsort(pooled, kind="stable")
    steps = np.diff(pooled[order])
    signed = np.concatenate(
        [
            of_dataset / np.maximum(of_dataset.sum(axis=1, keepdims=True), 1),
            -of_reference / np.maximum(of_reference.sum(axis=1, keepdims=True), 1),
        ],
        axis=1,
    )
    is_cut = steps > 0  # between equal values there is no place to cut
    smirnov, wasserstein = np.zeros(len(signed)), np.zeros(len(signed))
    for row, weights in enumerate(signed):  # one fits in the cache
        apart = np.abs(np.cumsum(weights[order], dtype=np.float64)[:-1])
        smirnov[row] = np.max(apart, where=is_cut, initial=0)
        wasserstein[row] = apart @ steps
    return smirnov, wasserstein


def _estimate(values: Float64Array, highest: float = np.inf) -> Estimate:
    """Put the spread of the resamples around the value of the sample, which comes first."""
    value, resampled = values[0], values[1:]
    if np.isnan(value):
        return Estimate(np.nan, np.nan, np.nan)
    tails = np.quantile(resampled, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]) - resampled.mean()
    low, high = np.clip(value + tails, 0, highest).tolist()
    return Estimate(float(value), min(low, float(value)), max(high, float(value)))


def _bin_edges(dataset: Float64Array, reference: Float64Array) -> Float64Array:
    pooled = np.concatenate([dataset, reference])
    if not pooled.size:
        return np.empty(0)
    ends = [np.quantile(side, SHOWN_SHARE) for side in (dataset, reference) if side.size]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    return np.linspace(low, high if high > low else low + 1, BINS + 1)


def _distribution(values: Float64Array, edges: Float64Array) -> Distribution:
    there = values[np.isfinite(values)]
    if not there.size:
        return Distribution((0,) * max(len(edges) - 1, 0), (np.nan,) * len(QUANTILES), 0.0)
    counts, _ = np.histogram(there.clip(edges[0], edges[-1]), edges)
    return Distribution(tuple(counts.tolist()), tuple(np.quantile(there, QUANTILES).tolist()), len(there) / len(values))

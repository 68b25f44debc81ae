"""Distributions of both sides over each other, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float64Array, FloatingArray
from ecgfactory.comparison.findings import FeatureComparison, Scores

_BINS, _SHOWN_SHARE = 40, 0.995


@dataclass(frozen=True, eq=False)
class Histograms:
    """Histograms of both sides over the same bins.

    Parameters
    ----------
    edges : float array, shape (bins + 1,)
        Edges of the bins.
    dataset, reference : float array, shape (bins,)
        Share of each side in each bin, in per cent.
    """

    edges: Float64Array
    dataset: Float64Array
    reference: Float64Array

    @property
    def top(self) -> float:
        """Upper end of a scale that shows both."""
        return 1.05 * max(float(self.dataset.max()), float(self.reference.max()), 1e-9)


def of_feature(feature: FeatureComparison) -> Histograms | None:
    """Return the distributions of a feature; None where nothing could be measured."""
    if not feature.bin_edges:
        return None
    return _histograms(feature.bin_edges, feature.dataset.counts, feature.reference.counts)


def of_scores(scores: Scores) -> Histograms:
    """Return the distributions of the classifier's score, in per cent."""
    return _histograms([100 * edge for edge in scores.bin_edges], scores.dataset, scores.reference)


def of_values(dataset: FloatingArray, reference: FloatingArray) -> Histograms:
    """Return the distributions of values that are known one by one, from 0 to all but the largest of both."""
    last = max(float(np.quantile(side, _SHOWN_SHARE)) for side in (dataset, reference)) or 1.0
    edges = np.linspace(0, last, _BINS + 1)
    counts = [np.histogram(side.clip(edges[0], edges[-1]), edges)[0].tolist() for side in (dataset, reference)]
    return _histograms(edges.tolist(), *counts)


def outline(edges: Float64Array, heights: Float64Array) -> tuple[Float64Array, Float64Array]:
    """Return the corners of a histogram's outline, from the lower left one on."""
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(heights, 2), [0.0]])


def _histograms(edges: Sequence[float], dataset: Sequence[int], reference: Sequence[int]) -> Histograms:
    return Histograms(np.array(edges, dtype=np.float64), _percent(dataset), _percent(reference))


def _percent(counts: Sequence[int]) -> Float64Array:
    values = np.array(counts, dtype=np.float64)
    percent: Float64Array = 100 * values / max(values.sum(), 1)
    return percent

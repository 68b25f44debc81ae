"""How much of the reference a dataset covers, and how real its ECGs are, as distances in the feature space."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy
from scipy.spatial.distance import cdist

from ecgfactory.arrays import Float64Array
from ecgfactory.comparison.features import FeatureMatrix
from ecgfactory.comparison.findings import Coverage, Metric
from ecgfactory.comparison.spread import spread_of
from ecgfactory.comparison.two_sample import one_piece_each

SAMPLES = 10
"""Random samples that each value is the mean of."""

MOST_RECORDS = 1_000
"""ECGs in a sample; beyond, distances grow with the square and values hardly change."""

PRECISION_NEIGHBOURS = 3
"""Kynkäänniemi et al. 2019."""

DENSITY_NEIGHBOURS = 5
"""Naeem et al. 2020."""

FARTHEST_SD = 10.0
"""Standardised values are clipped here, so that one faulty ECG does not set the scale of all distances."""

RECORDS_PER_FEATURE = 2
"""With fewer, the Fréchet distance is mostly that of badly known covariances."""

SEED = 20_200


@dataclass(frozen=True, eq=False)
class Clouds:
    """Two samples of points and the distances that several metrics need.

    Parameters
    ----------
    points : float array, shape (n, features)
        Of the dataset, or of what stands in for it.
    reference : float array, shape (m, features)
        Of the reference.
    """

    points: Float64Array
    reference: Float64Array

    @cached_property
    def between(self) -> Float64Array:
        """Distance of each point to each of the reference, shape (n, m)."""
        return cdist(self.points, self.reference)

    @cached_property
    def among_points(self) -> Float64Array:
        """Distances among the points, shape (n, n)."""
        return cdist(self.points, self.points)

    @cached_property
    def among_reference(self) -> Float64Array:
        """Distances among the reference's points, shape (m, m)."""
        return cdist(self.reference, self.reference)


def precision(clouds: Clouds) -> float:
    """Share of points within the region of a reference point: up to its third nearest neighbour."""
    radius = _reach(clouds.among_reference, PRECISION_NEIGHBOURS)
    return float((clouds.between <= radius).any(axis=1).mean())


def recall(clouds: Clouds) -> float:
    """Share of reference points within the region of a point: precision the other way round."""
    radius = _reach(clouds.among_points, PRECISION_NEIGHBOURS)
    return float((clouds.between <= radius[:, np.newaxis]).any(axis=0).mean())


def density(clouds: Clouds) -> float:
    """Mean number of regions of reference points, to the fifth neighbour, that a point is in, of the five expected."""
    radius = _reach(clouds.among_reference, DENSITY_NEIGHBOURS)
    return float((clouds.between <= radius).sum(axis=1).mean() / DENSITY_NEIGHBOURS)


def coverage(clouds: Clouds) -> float:
    """Share of reference points with a point in their region: up to their fifth nearest neighbour."""
    radius = _reach(clouds.among_reference, DENSITY_NEIGHBOURS)
    return float((clouds.between.min(axis=0) <= radius).mean())


def frechet_distance(clouds: Clouds) -> float:
    """Squared Fréchet distance of the Gaussians with the samples' means and covariances."""
    means = clouds.points.mean(axis=0) - clouds.reference.mean(axis=0)
    covariances = np.cov(clouds.points, rowvar=False), np.cov(clouds.reference, rowvar=False)
    root = _root(covariances[0])
    mixed = np.linalg.eigvalsh(root @ covariances[1] @ root)  # of the same eigenvalues as the product, and symmetric
    overlap = np.sqrt(mixed.clip(0)).sum()
    return float(means @ means + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * overlap)


def mmd(clouds: Clouds) -> float:
    """Squared maximum mean discrepancy, unbiased, with a Gaussian kernel as wide as the median distance."""
    within = clouds.among_points, clouds.among_reference
    pairs = [distances[np.triu_indices_from(distances, 1)] for distances in within]
    width = np.median(np.concatenate([*pairs, clouds.between.ravel()])) or 1.0
    means = [np.exp(-((distances / width) ** 2) / 2).mean() for distances in (*pairs, clouds.between)]
    return float(means[0] + means[1] - 2 * means[2])


@dataclass(frozen=True)
class _Definition:
    measure: Callable[[Clouds], float]
    words: str
    source: str


_KYNKAANNIEMI = (
    "Kynkäänniemi et al., Improved precision and recall metric for assessing generative models, 2019, arXiv:1904.06991"
)
_NAEEM = "Naeem et al., Reliable fidelity and diversity metrics for generative models, 2020, arXiv:2002.09797"

DEFINITIONS = {
    "precision": _Definition(
        precision, "share of the dataset's ECGs that lie within the reach of a real one; high is good", _KYNKAANNIEMI
    ),
    "recall": _Definition(
        recall, "share of real ECGs that lie within the reach of one of the dataset's; high is good", _KYNKAANNIEMI
    ),
    "density": _Definition(
        density, "how densely real ECGs surround the dataset's; near the floor or above is good", _NAEEM
    ),
    "coverage": _Definition(
        coverage, "share of real ECGs that have one of the dataset's within their reach; high is good", _NAEEM
    ),
    "frechet_distance": _Definition(
        frechet_distance,
        "squared distance of the two sides' means and covariances; low is good",
        "Dowson and Landau 1982, doi:10.1016/0047-259X(82)90077-X; as FID, Heusel et al. 2017, arXiv:1706.08500",
    ),
    "mmd": _Definition(
        mmd,
        "squared maximum mean discrepancy, Gaussian kernel as wide as the median distance; 0 is good",
        "Gretton et al., A kernel two-sample test, 2012, JMLR 13:723-773, equation 3",
    ),
}


def measure_coverage(dataset: FeatureMatrix, reference: FeatureMatrix) -> Coverage:
    """Compare the two sides as clouds of points.

    The points are features standardised by the reference's mean and standard deviation and clipped at 10; what could
    not be measured is the reference's median, what is constant in the reference keeps its unit, and one more dimension
    is the share that could not be measured. All values depend on the size of the samples, so those of the dataset are
    taken from samples as large as the halves of the reference that give the floor, and each is the mean of ten random
    ones, a piece of each ECG. The covariances of fewer ECGs than features lack rank, and those of fewer than twice as
    many are badly known: then the words for the Fréchet distance say so.

    Parameters
    ----------
    dataset, reference : FeatureMatrix
        The sides, with the same features.
    """
    standardised = _standardised(dataset.values, reference.values), _standardised(reference.values, reference.values)
    records = min(reference.ecgs // 2, dataset.ecgs, MOST_RECORDS)
    values: dict[str, list[float]] = {name: [] for name in DEFINITIONS}
    floors: dict[str, list[float]] = {name: [] for name in DEFINITIONS}
    for number in range(SAMPLES):
        rng = np.random.default_rng([SEED, number])
        halves = one_piece_each(reference.group, rng.permutation(reference.ecgs)[: 2 * records], rng)
        drawn = one_piece_each(dataset.group, rng.permutation(dataset.ecgs)[:records], rng)
        held_against = standardised[1][halves[:records]]
        for found, points in ((values, standardised[0][drawn]), (floors, standardised[1][halves[records:]])):
            clouds = Clouds(points, held_against)
            for name, definition in DEFINITIONS.items():
                found[name].append(definition.measure(clouds))
    dimensions = standardised[0].shape[1]
    words = {name: definition.words for name, definition in DEFINITIONS.items()}
    if records < RECORDS_PER_FEATURE * dimensions:
        words["frechet_distance"] += f"; of {records:,} ECGs in {dimensions} dimensions only a rough value"
    metrics = {
        name: Metric(float(np.mean(values[name])), float(np.mean(floors[name])), words[name], definition.source)
        for name, definition in DEFINITIONS.items()
    }
    return Coverage(**metrics, records=records, samples=SAMPLES, features=dimensions)


def _standardised(values: Float64Array, reference: Float64Array) -> Float64Array:
    """Return the points of a side, shape (pieces, features + 1); see `measure_coverage`."""
    there = np.isfinite(reference)
    known = np.where(there, reference, np.nan)
    known[:, ~there.any(axis=0)] = 0.0  # the reference has no such value: only that they are missing tells
    median, mean, spread = np.nanmedian(known, axis=0), np.nanmean(known, axis=0), spread_of(known)
    missing = ~np.isfinite(values)
    points = (np.where(missing, median, values) - mean) / np.where(spread > 0, spread, 1)
    lacking = 1 - there.mean(axis=1)
    share = (missing.mean(axis=1) - lacking.mean()) / (float(spread_of(lacking)) or 1.0)
    clipped: Float64Array = np.column_stack([points, share]).clip(-FARTHEST_SD, FARTHEST_SD)
    return clipped


def _reach(distances: Float64Array, neighbours: int) -> Float64Array:
    """Distance of each point to its k-th nearest neighbour, from the distances among the points."""
    nearest: Float64Array = np.partition(distances, neighbours, axis=1)[:, neighbours]  # itself comes first
    return nearest


def _root(covariance: Float64Array) -> Float64Array:
    values, vectors = scipy.linalg.eigh(covariance)
    root: Float64Array = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    return root

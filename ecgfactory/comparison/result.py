"""The result of a comparison: what pages, cards and JSON are written from."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ecgfactory.leads import SignalUv
from ecgfactory.realism.privacy import Privacy

CONFIDENCE = 0.95
"""Of all intervals."""

SIGNIFICANT_DIGITS = 6
"""Of numbers in JSON, so that the last bits of a sum do not reach a file."""


@dataclass(frozen=True)
class Estimate:
    """A number that was measured on a sample, and its interval of 95 % confidence.

    Parameters
    ----------
    value : float
        On the sample.
    low, high : float
        Ends of the interval.
    """

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Side:
    """The ECGs on one side of a comparison.

    Parameters
    ----------
    name : str
        Name of the dataset and the beginning of its plan id, or of the file or folder.
    ecgs : int
        ECGs that are compared.
    pieces : int
        Pieces of them; more than one of an ECG of 20 s or more.
    notes : tuple of str
        What was left out and why, with counts, and what was assumed, each a phrase for people.
    """

    name: str
    ecgs: int
    pieces: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Compared:
    """What was compared, and how it was made comparable.

    Parameters
    ----------
    dataset, reference : Side
        The ECGs in question and those that they are held against.
    holdout : Side or None
        More ECGs of the reference's kind, which the dataset's maker never saw.
    lead_names : tuple of str
        Leads that both sides have, of the eight independent ones.
    sampling_rate_hz : int
        Samples per second of both sides as compared.
    band_hz : tuple of float
        Lower and upper edge of the band that both sides were filtered to.
    piece_s : float
        Length of the pieces.
    notes : tuple of str
        What limits the comparison, as a small reference, each a sentence for people.
    """

    dataset: Side
    reference: Side
    holdout: Side | None
    lead_names: tuple[str, ...]
    sampling_rate_hz: int
    band_hz: tuple[float, float]
    piece_s: float
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Distribution:
    """Values of a feature on one side.

    Parameters
    ----------
    counts : tuple of int
        Pieces in each bin; the first and last also hold what lies beyond.
    quantiles : tuple of float
        At 5, 25, 50, 75 and 95 %; NaN where nothing could be measured.
    measured_share : float
        Share of the pieces in which the feature could be measured.
    """

    counts: tuple[int, ...]
    quantiles: tuple[float, ...]
    measured_share: float


@dataclass(frozen=True)
class FeatureComparison:
    """One feature on both sides.

    Parameters
    ----------
    name, words, unit, group : str
        As the feature space has them; the words are such as "power of V4 between 25 and 40 Hz".
    bin_edges : tuple of float
        Edges of the bins of both distributions, one more than bins; empty where nothing could be measured.
    dataset, reference : Distribution
        Its values.
    kolmogorov_smirnov : Estimate
        Largest distance between the two cumulative distributions, 0 to 1.
    wasserstein_sd : Estimate
        First Wasserstein distance in standard deviations of the reference.
    shift_sd : float
        Median of the dataset less that of the reference, in standard deviations of the reference.
    """

    name: str
    words: str
    unit: str
    group: str
    bin_edges: tuple[float, ...]
    dataset: Distribution
    reference: Distribution
    kolmogorov_smirnov: Estimate
    wasserstein_sd: Estimate
    shift_sd: float


@dataclass(frozen=True)
class Telltale:
    """A feature by which the classifier of the two-sample test tells the sides apart.

    Parameters
    ----------
    feature : str
        Its name.
    words : str
        Such as "power of V4 between 25 and 40 Hz: lower in the dataset".
    importance : float
        Its share in what the classifier goes by: the shares of all features sum to 1.
    alone : float
        Accuracy of a single cut through this feature: 0.5 says nothing, 1 everything.
    """

    feature: str
    words: str
    importance: float
    alone: float


@dataclass(frozen=True)
class Scores:
    """How sure the classifier was, of pieces that it had not seen.

    Parameters
    ----------
    bin_edges : tuple of float
        Edges of the bins of the score, 0 to 1: the probability that a piece is of the dataset.
    dataset, reference : tuple of int
        Pieces of either side in each bin.
    """

    bin_edges: tuple[float, ...]
    dataset: tuple[int, ...]
    reference: tuple[int, ...]


@dataclass(frozen=True)
class RocCurve:
    """The receiver operating characteristic of the classifier.

    Parameters
    ----------
    false_positive : tuple of float
        Share of the reference taken for the dataset's, rising from 0 to 1.
    true_positive : tuple of float
        Share of the dataset recognised, at the same thresholds.
    area : float
        Area under the curve.
    """

    false_positive: tuple[float, ...]
    true_positive: tuple[float, ...]
    area: float


@dataclass(frozen=True)
class TwoSampleTest:
    """A classifier's attempt to tell the two sides apart (Lopez-Paz and Oquab 2017).

    Parameters
    ----------
    accuracy : Estimate
        Share of pieces told right, each by a classifier that had not seen its ECG; 0.5 is chance.
    records_per_class : int
        ECGs of each side.
    rounds : int
        How often these were drawn anew from the larger side; 1 where both are used whole.
    folds : int
        Of the cross-validation.
    classifier : str
        What it was, in words.
    roc : RocCurve
        Of the same predictions.
    scores : Scores
        Of the same predictions.
    telltales : tuple of Telltale
        The features that betray most, the strongest first.
    """

    accuracy: Estimate
    records_per_class: int
    rounds: int
    folds: int
    classifier: str
    roc: RocCurve
    scores: Scores
    telltales: tuple[Telltale, ...]


@dataclass(frozen=True)
class Floor:
    """The same test within the reference: random halves of it, which nothing should tell apart.

    Parameters
    ----------
    accuracy : Estimate
        Mean over the splits, and the interval in which 95 % of splits lie.
    records_per_class : int
        ECGs in each half; as many as in the main test where the reference is large enough.
    splits : int
        Random splits into halves.
    """

    accuracy: Estimate
    records_per_class: int
    splits: int


@dataclass(frozen=True)
class Metric:
    """A measure of two sets of points in the standardised feature space.

    Parameters
    ----------
    value : float
        Dataset against reference.
    floor : float
        Mean over random halves of the reference, one against the other: what the best dataset could reach.
    words : str
        What it says, and which end is good.
    source : str
        The paper that defines it.
    """

    value: float
    floor: float
    words: str
    source: str


@dataclass(frozen=True)
class Coverage:
    """How much of the reference the dataset covers, and how much of the dataset lies where the reference does.

    Parameters
    ----------
    precision, recall, density, coverage, frechet_distance, mmd : Metric
        The measures; all were computed on samples of the same size, as their floors.
    records : int
        ECGs in each sample.
    samples : int
        Samples that each value is the mean of.
    features : int
        Dimensions of the space.
    """

    precision: Metric
    recall: Metric
    density: Metric
    coverage: Metric
    frechet_distance: Metric
    mmd: Metric
    records: int
    samples: int
    features: int


@dataclass(frozen=True)
class Example:
    """An ECG of one side, to be drawn.

    Parameters
    ----------
    record : str
        Its id, or its name below what was read.
    index : int
        Its place among the pieces of its side.
    score : float
        Probability, by classifiers that had not seen it, that it is of the dataset; NaN where it took no part.
    signal_uv : int16 array, shape (leads, samples)
        As compared, with the leads of `Compared.lead_names`; not part of the JSON.
    """

    record: str
    index: int
    score: float
    signal_uv: SignalUv


@dataclass(frozen=True)
class Examples:
    """ECGs to look at.

    Parameters
    ----------
    most_betrayed, typical, least_betrayed : tuple of Example
        Of the dataset: those that the classifier was surest of, those in the middle, and those that it took for real.
    reference : tuple of Example
        Of the reference, those that it was surest of.
    pairs : tuple of (Example, Example)
        Of the dataset and the reference, in the order of the pairs that the search for copies describes.
    """

    most_betrayed: tuple[Example, ...]
    typical: tuple[Example, ...]
    least_betrayed: tuple[Example, ...]
    reference: tuple[Example, ...]
    pairs: tuple[tuple[Example, Example], ...] = ()


@dataclass(frozen=True)
class Comparison:
    """Everything that a comparison found.

    Parameters
    ----------
    data : Compared
        What was compared.
    two_sample : TwoSampleTest
        Whether a classifier tells the sides apart.
    floor : Floor
        The same test within the reference.
    features : tuple of FeatureComparison
        Every feature, the largest Wasserstein distance first.
    coverage : Coverage
        Precision, recall and their like.
    privacy : Privacy
        The search for copies.
    examples : Examples
        ECGs to look at.
    """

    data: Compared
    two_sample: TwoSampleTest
    floor: Floor
    features: tuple[FeatureComparison, ...]
    coverage: Coverage
    privacy: Privacy
    examples: Examples

    def to_json(self) -> dict[str, Any]:
        """Return everything but signals as values that JSON knows; a number that does not exist is None."""
        content: dict[str, Any] = _plain(self)
        return content


def _plain(value: Any) -> Any:
    if hasattr(value, "to_json") and not isinstance(value, Comparison):
        return _plain(value.to_json())
    if is_dataclass(value):
        named = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _plain(inner) for name, inner in named if name != "signal_uv"}
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") if math.isfinite(value) else None
    return value

"""What the parts of a comparison find: features, two-sample test, coverage."""

from __future__ import annotations

from dataclasses import dataclass


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
        First Wasserstein distance in standard deviations of the reference; NaN where it is constant there.
    shift_sd : float
        Median of the dataset less that of the reference, in standard deviations of the reference; NaN where it is
        constant there.
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

    @property
    def finds_twins(self) -> bool:
        """Whether fewer were told right than by guessing, as where many ECGs have their like on the other side.

        Then a classifier that learnt the like of an unseen ECG takes it for one of the other side, and neither the
        accuracy nor the telltales say how the sides differ.
        """
        return self.accuracy.high < 0.5


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

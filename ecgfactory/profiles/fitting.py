"""Fitting the density ratio of reference to generated ECGs: a logistic regression on both."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.match.density_ratio import FARTHEST_SD, DensityRatio, Term
from ecgfactory.match.rounding import short

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

Table = Mapping[str, Float64Array]

INVERSE_PENALTY = 0.01
"""C of scikit-learn: few reference ECGs and some hundred features, most of which go together, want small weights."""

FOLDS = 5


def fit_ratio(reference: Table, generated: Table) -> DensityRatio:
    """Fit the density ratio.

    The odds of a classifier that tells two samples of equal weight apart are the ratio of their densities (Sugiyama,
    Suzuki and Kanamori, Density Ratio Estimation in Machine Learning, 2012, chapter 4).

    Parameters
    ----------
    reference, generated : mapping of str to float64 array of shape (records,)
        As `measure_space` gives them.
    """
    names, values = _matrix(reference, generated)
    known = np.where(np.isfinite(values), values, np.nan)
    medians = np.nan_to_num(np.nanmedian(known, axis=0))
    filled = np.where(np.isfinite(values), values, medians)
    means, sds = filled.mean(axis=0), filled.std(axis=0)
    varied = sds > 0
    distances = np.clip((filled - means)[:, varied] / sds[varied], -FARTHEST_SD, FARTHEST_SD)
    model = _model().fit(distances, _labels(reference, generated))
    kept = np.flatnonzero(varied)
    terms = [
        Term(
            feature=names[place],
            median=short(medians[place]),
            mean=short(means[place]),
            sd=short(sds[place]),
            weight=short(weight),
        )
        for place, weight in zip(kept, model.coef_[0], strict=True)
    ]
    return DensityRatio(bias=short(model.intercept_[0]), terms=tuple(terms))


def cross_validated(reference: Table, generated: Table) -> float:
    """Return the balanced accuracy with which the ratio tells the two apart, on ECGs that it was not fitted on."""
    from sklearn.model_selection import StratifiedKFold

    labels = _labels(reference, generated)
    names, values = _matrix(reference, generated)
    log_ratio = np.empty(len(labels))
    for fit_on, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(values, labels):
        of_reference, of_generated = fit_on[labels[fit_on] == 1], fit_on[labels[fit_on] == 0]
        ratio = fit_ratio(_table(names, values[of_reference]), _table(names, values[of_generated]))
        log_ratio[rest] = ratio.log_ratio(_table(names, values[rest]))
    return balanced_accuracy(log_ratio[labels == 1], log_ratio[labels == 0])


def balanced_accuracy(of_reference: Float64Array, of_generated: Float64Array) -> float:
    """Return the mean of the shares of both that a log ratio takes for what they are."""
    return short(float(((of_reference > 0).mean() + (of_generated <= 0).mean()) / 2), 3)


def _model() -> LogisticRegression:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=INVERSE_PENALTY, class_weight="balanced", tol=1e-8, max_iter=10_000)


def _matrix(reference: Table, generated: Table) -> tuple[list[str], Float64Array]:
    names = list(generated)
    return names, np.array([np.concatenate([reference[name], generated[name]]) for name in names]).T


def _table(names: list[str], values: Float64Array) -> Table:
    return dict(zip(names, values.T, strict=True))


def _labels(reference: Table, generated: Table) -> np.ndarray[Any, Any]:
    return np.repeat([1, 0], [len(next(iter(reference.values()))), len(next(iter(generated.values())))])

"""Fitting the density ratio of reference to generated ECGs: forests that tell the two apart."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.match.density_ratio import DensityRatio, log_odds
from ecgfactory.match.rounding import short
from ecgfactory.match.tree import Tree

if TYPE_CHECKING:
    from sklearn.ensemble import RandomForestClassifier

Table = Mapping[str, Float64Array]

FORESTS, TREES, LEAVES, LEAST_RECORDS_OF_LEAF = 2, 100, 16, 3
"""Small trees, so that few reference ECGs are not learnt by heart. On halves of LUDB logistic regressions, linear and
quadratic, boosted stumps and one forest left more to be told apart; forests of fewer trees or leaves 1 to 2 points
more, which is within the spread of so few ECGs."""

FOLDS = 5


def fit_ratio(reference: Table, generated: Table) -> DensityRatio:
    """Fit the density ratio.

    The odds of a classifier that tells two samples of equal weight apart are the ratio of their densities (Sugiyama,
    Suzuki and Kanamori, Density Ratio Estimation in Machine Learning, 2012, chapter 4). Those of a record that the
    classifier learnt from are taken from the trees that did not (out of bag; Breiman 2001,
    doi:10.1023/A:1010933404324), when the next forest is fitted.

    Parameters
    ----------
    reference, generated : mapping of str to float64 array of shape (records,)
        As `measure_space` gives them.
    """
    names, values = _matrix(reference, generated)
    labels = _labels(reference, generated)
    medians = {name: _median(values[labels == 1, place]) for place, name in enumerate(names)}
    filled = np.where(np.isfinite(values), values, list(medians.values()))
    log_ratio = np.zeros(int((labels == 0).sum()))
    forests = []
    for number in range(FORESTS):
        model = _fitted(number, filled, labels, _weights(labels, log_ratio))
        forests.append(tuple(_text(tree.tree_, names) for tree in model.estimators_))
        share = np.nan_to_num(model.oob_decision_function_[labels == 0, 1], nan=0.5)
        log_ratio = log_ratio + log_odds(share)
    return DensityRatio(medians=medians, forests=tuple(forests))


def _median(values: Float64Array) -> float:
    known = values[np.isfinite(values)]
    return short(float(np.median(known))) if known.size else 0.0


def _weights(labels: np.ndarray[Any, Any], log_ratio: Float64Array) -> Float64Array:
    """Weigh both sides equally, and generated ECGs among each other by the ratio as known so far."""
    weights = np.ones(len(labels))
    weights[labels == 0] = np.exp(log_ratio - log_ratio.max())
    for side in (0, 1):
        weights[labels == side] *= len(labels) / weights[labels == side].sum()
    return weights


def _text(fitted: Any, names: list[str]) -> str:
    """Write a tree of scikit-learn as ours: after each node what is below it, then what is above."""
    tree, waiting = Tree(), [0]
    while waiting:
        node = waiting.pop()
        if fitted.children_left[node] < 0:
            of_generated, of_reference = fitted.value[node, 0]
            tree.add("", short(float(of_reference / (of_generated + of_reference))))
            continue
        tree.add(names[fitted.feature[node]], short(float(fitted.threshold[node])))
        waiting += [fitted.children_right[node], fitted.children_left[node]]
    return str(tree)


def cross_validated(reference: Table, generated: Table) -> float:
    """Return how well the ratio tells the two apart on ECGs that it was not fitted on; see `area_under_roc`."""
    from sklearn.model_selection import StratifiedKFold

    labels = _labels(reference, generated)
    names, values = _matrix(reference, generated)
    areas = []
    for fit_on, rest in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(values, labels):
        side = [
            fit_on[labels[fit_on] == 1],
            fit_on[labels[fit_on] == 0],
            rest[labels[rest] == 1],
            rest[labels[rest] == 0],
        ]
        of_reference, of_generated, *others = (_table(names, values[rows]) for rows in side)
        ratio = fit_ratio(of_reference, of_generated)
        areas.append(area_under_roc(*(ratio.log_ratio(other) for other in others)))
    return short(float(np.mean(areas)), 3)


def area_under_roc(of_reference: Float64Array, of_generated: Float64Array) -> float:
    """Return how often a log ratio is greater for a reference than for a generated ECG: 0.5 is chance, 1 always.

    The area under the receiver operating characteristic (Hanley and McNeil 1982, doi:10.1148/radiology.143.1.7063747).
    """
    from sklearn.metrics import roc_auc_score

    labels = np.repeat([1, 0], [len(of_reference), len(of_generated)])
    return short(float(roc_auc_score(labels, np.concatenate([of_reference, of_generated]))), 3)


def _fitted(
    number: int, values: Float64Array, labels: np.ndarray[Any, Any], weights: Float64Array
) -> RandomForestClassifier:
    from sklearn.ensemble import RandomForestClassifier

    model = RandomForestClassifier(
        TREES,
        max_leaf_nodes=LEAVES,
        min_samples_leaf=LEAST_RECORDS_OF_LEAF,
        oob_score=True,
        random_state=number,
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Some inputs do not have OOB scores")  # reference ECGs, which are not asked
        return model.fit(values, labels, sample_weight=weights)


def _matrix(reference: Table, generated: Table) -> tuple[list[str], Float64Array]:
    names = list(generated)
    return names, np.array([np.concatenate([reference[name], generated[name]]) for name in names]).T


def _table(names: list[str], values: Float64Array) -> Table:
    return dict(zip(names, values.T, strict=True))


def _labels(reference: Table, generated: Table) -> np.ndarray[Any, Any]:
    return np.repeat([1, 0], [len(next(iter(reference.values()))), len(next(iter(generated.values())))])

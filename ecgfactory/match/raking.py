"""Raking: weights under which several features have the distributions asked for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array

MOST_ROUNDS = 1000
CLOSE = 1e-3
"""A share is reached when it is off by this part of itself at most: a hundredth of what sampling does to it."""

IMPOSSIBLE = "no choice of candidates has all of them at once"


def raked(places: Sequence[npt.NDArray[np.intp]], shares: Sequence[Float64Array]) -> list[Float64Array]:
    """Find a factor for each bin of each feature, so that products of factors are weights with the shares asked for.

    Iterative proportional fitting, Deming and Stephan 1940, doi:10.1214/aoms/1177731829.

    Parameters
    ----------
    places : sequence of int arrays, each of shape (n,)
        For each feature the bin of each record, -1 for none: the weight of such a record is 0.
    shares : sequence of float arrays, each of shape (bins,)
        For each feature what is asked of its bins, summing to 1.

    Returns
    -------
    list of float arrays, each of shape (bins,)
        The factors of each feature, the largest of them 1.

    Raises
    ------
    ValueError
        When no weights have all these shares.
    """
    inside = np.all([place >= 0 for place in places], axis=0)
    held = [place[inside] for place in places]
    factors = [np.where(share > 0, 1.0, 0.0) for share in shares]
    for _ in range(MOST_ROUNDS):
        worst = 0.0
        for place, share, factor in zip(held, shares, factors, strict=True):
            found = _shares(_weights(held, factors), place, len(share))
            wanted = share > 0
            if not np.all(found[wanted] > 0):  # a bin is empty where the other features have theirs
                raise ValueError(IMPOSSIBLE)
            worst = max(worst, float(np.abs(found[wanted] / share[wanted] - 1).max()))
            factor[wanted] *= share[wanted] / found[wanted]
            factor /= factor.max()
        if worst <= CLOSE:
            return factors
    raise ValueError(IMPOSSIBLE)


def weights_of(places: Sequence[npt.NDArray[np.intp]], factors: Sequence[Float64Array]) -> Float64Array:
    """Return the product of each record's factors, shape (n,): 0 where one of its values is in no bin."""
    inside = np.all([place >= 0 for place in places], axis=0)
    return np.where(inside, _weights([np.maximum(place, 0) for place in places], factors), 0.0)


def _weights(places: Sequence[npt.NDArray[np.intp]], factors: Sequence[Float64Array]) -> Float64Array:
    weights = np.ones(len(places[0]))
    for place, factor in zip(places, factors, strict=True):
        weights *= factor[place]
    return weights


def _shares(weights: Float64Array, place: npt.NDArray[np.intp], bins: int) -> Float64Array:
    total = weights.sum()
    return np.bincount(place, weights, minlength=bins) / total if total else np.zeros(bins)

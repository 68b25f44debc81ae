"""The ratio of two densities in the feature space, as a small model that is read and written as JSON."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import BaseModel, ConfigDict

from ecgfactory.arrays import Float64Array

FARTHEST_SD = 5.0
"""Features count as if they were at most so many SDs from the mean: beyond, nothing was learnt."""


class Term(BaseModel):
    """What one feature adds to the log ratio: `weight` times its distance from `mean` in SDs.

    Parameters
    ----------
    feature : str
        Its name in the feature space.
    median : float
        Taken where it is not measurable.
    mean, sd : float
        Of the records that the model learnt from.
    weight : float
        Natural logarithms per SD.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    feature: str
    median: float
    mean: float
    sd: float
    weight: float


class DensityRatio(BaseModel):
    """Density of reference to density of generated ECGs: the odds of a logistic regression on both, equally weighted.

    Parameters
    ----------
    bias : float
        The log ratio where all features are at their means.
    terms : tuple of Term
        What each feature adds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    bias: float
    terms: tuple[Term, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """Features that it takes from the space."""
        return tuple(term.feature for term in self.terms)

    def log_ratio(self, table: Mapping[str, Float64Array]) -> Float64Array:
        """Return the natural logarithm of the ratio for each record.

        Parameters
        ----------
        table : mapping of str to float64 array of shape (records,)
            As `measure_space` gives it.

        Returns
        -------
        float64 array, shape (records,)
            Each from that record alone, whatever the batch: terms are added one after the other.
        """
        total = np.full(len(next(iter(table.values()))), self.bias)
        for term in self.terms:
            values = table[term.feature]
            distance = (np.where(np.isfinite(values), values, term.median) - term.mean) / term.sd
            total += term.weight * np.clip(distance, -FARTHEST_SD, FARTHEST_SD)
        return total

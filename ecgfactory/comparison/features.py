"""The features of all pieces of a side, by the documented feature space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.comparison.ground import Comparables
from ecgfactory.quality.feature import joined
from ecgfactory.realism.feature_space import measure_space


@dataclass(frozen=True, eq=False)
class FeatureMatrix:
    """Features of the pieces of one side.

    Parameters
    ----------
    names : tuple of str
        Of the features, in the order of the feature space.
    values : float64 array, shape (pieces, features)
        NaN where not measurable.
    group : int array, shape (pieces,)
        Of each piece, its ECG's number, from 0 without gaps; of ECGs that count as one, the same number.
    """

    names: tuple[str, ...]
    values: Float64Array
    group: IntArray

    @property
    def ecgs(self) -> int:
        """How many ECGs the pieces are of."""
        return int(self.group.max(initial=-1)) + 1

    def keep(self, wanted: BoolArray) -> FeatureMatrix:
        """Return the same with some of the features only."""
        names = tuple(name for name, is_wanted in zip(self.names, wanted, strict=True) if is_wanted)
        return FeatureMatrix(names, self.values[:, wanted], self.group)


def measure(side: Comparables) -> FeatureMatrix:
    """Measure all pieces of a side, some at a time."""
    ground = side.ground
    table = joined([measure_space(batch_uv, ground.lead_names, ground.upper_hz) for batch_uv in side.batches()])
    return FeatureMatrix(tuple(table), np.column_stack(list(table.values())), side.group)

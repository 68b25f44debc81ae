"""The ratio of two densities in the feature space, as a small model that is read and written as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
from pydantic import BaseModel, ConfigDict, model_validator

from ecgfactory.arrays import Float64Array
from ecgfactory.match.bounds import Number
from ecgfactory.match.tree import Forest, Tree, parse_tree

LEAST_SHARE = 0.001
"""A forest is never surer than this, whatever its leaves held."""

SHARPNESS = 2.0
"""The odds of forests of small trees are shrunk towards 1. Of the powers 1, 2 and 3, other forests
told least after this one on halves of LUDB (83.8 %, against 84.5 and 84.0: hardly less)."""

MOST_TREES = 1000
"""Of a forest."""


class DensityRatio(BaseModel):
    """Density of reference to density of generated ECGs, from the odds of forests that tell the two apart.

    The first forest learnt from both sides equally weighted; the next from generated ECGs weighted by the odds of
    the first, so that it finds what these leave. All odds are multiplied.

    Parameters
    ----------
    medians : dict of str to float
        Of the reference, by feature: taken where one is not measurable.
    forests : tuple of tuple of str
        One after the other: the trees of each, see `Tree`. Leaves hold the share of reference ECGs there.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    medians: dict[str, Number]
    forests: tuple[tuple[str, ...], ...]

    @model_validator(mode="after")
    def _is_a_model(self) -> DensityRatio:
        if not self.forests or not all(0 < len(forest) <= MOST_TREES for forest in self.forests):
            raise ValueError(f"a forest must have 1 to {MOST_TREES:,} trees")
        says = [value for forest in self._trees for tree in forest for value in tree.leaves]
        if not 0 <= min(says) <= max(says) <= 1:
            raise ValueError("a leaf of a tree must be a share, from 0 to 1")
        unknown = {name for forest in self._trees for tree in forest for name in tree.feature} - {"", *self.medians}
        if unknown:
            raise ValueError(f"a tree asks for {min(unknown)[:60]!r}, of which there is no median")
        return self

    @property
    def features(self) -> tuple[str, ...]:
        """What it asks for."""
        return tuple(self.medians)

    def log_ratio(self, table: Mapping[str, Float64Array]) -> Float64Array:
        """Return the natural logarithm of the ratio for each record.

        Parameters
        ----------
        table : mapping of str to float64 array of shape (records,)
            As `measure_space` gives it.

        Returns
        -------
        float64 array, shape (records,)
            Each from that record alone, whatever the batch.
        """
        values = np.stack([table[name] for name in self.medians], axis=1)
        values = np.where(np.isfinite(values), values, list(self.medians.values()))
        total = np.zeros(len(values))
        for forest in self._packed:
            total += log_odds(forest.mean(values))
        return SHARPNESS * total

    @cached_property
    def _trees(self) -> tuple[tuple[Tree, ...], ...]:
        return tuple(tuple(parse_tree(text) for text in forest) for forest in self.forests)

    @cached_property
    def _packed(self) -> tuple[Forest, ...]:
        places = {name: place for place, name in enumerate(self.medians)}
        return tuple(Forest(trees, places) for trees in self._trees)


def log_odds(share: Float64Array) -> Float64Array:
    """Return the natural logarithm of the odds of a share, within what forests may say."""
    clipped = np.clip(share, LEAST_SHARE, 1 - LEAST_SHARE)
    return np.log(clipped / (1 - clipped))

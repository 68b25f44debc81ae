"""How alike the leads of a record are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array
from ecgfactory.realism.space_feature import SpaceFeature

STRONGEST = 0.9999
"""Where Fisher's transform of equal leads ends."""


def features(lead_names: Sequence[str]) -> list[SpaceFeature]:
    """Describe what `measure` returns."""
    return [
        SpaceFeature(
            _name(one, other),
            "",
            "lead correlation",
            f"correlation of {one} with {other} (Fisher's z: 1 is 0.76, 2 is 0.96, 3 is 0.995)",
        )
        for one, other in combinations(lead_names, 2)
    ]


def measure(signals_uv: Float32Array, lead_names: Sequence[str]) -> dict[str, Float64Array]:
    """Measure the Pearson correlation of each two leads of a record, by Fisher's z (Biometrika 10 (1915) 507).

    Parameters
    ----------
    signals_uv : float32 array, shape (records, leads, samples)
        In uV, less the baseline.
    lead_names : sequence of str
        Names along the second axis.

    Returns
    -------
    dict of str to float array, shape (records,)
        NaN where a lead is flat.
    """
    centred = signals_uv - signals_uv.mean(axis=-1, keepdims=True)
    products = np.matmul(centred, centred.transpose(0, 2, 1)).astype(np.float64)
    power = np.einsum("nll->nl", products)
    scale = np.sqrt(power[:, :, np.newaxis] * power[:, np.newaxis])
    correlations = np.divide(products, scale, out=np.full(products.shape, np.nan), where=scale > 0)
    z = np.arctanh(np.clip(correlations, -STRONGEST, STRONGEST))
    return {
        _name(lead_names[one], lead_names[other]): z[:, one, other]
        for one, other in combinations(range(len(lead_names)), 2)
    }


def _name(one: str, other: str) -> str:
    return f"correlation_{one}_{other}_z"

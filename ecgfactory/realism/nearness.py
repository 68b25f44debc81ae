"""How near synthetic ECGs come to a reference, against how near real ones come, in one way of comparing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import scipy

from ecgfactory.arrays import BoolArray, FloatingArray
from ecgfactory.realism.copy_bound import CopyBound
from ecgfactory.realism.nearest import Nearest

PERCENTILES = {"min": 0, "p5": 5, "p25": 25, "p50": 50, "p75": 75, "p95": 95, "max": 100}


@dataclass(frozen=True)
class Nearness:
    """How near ECGs come to the reference.

    Parameters
    ----------
    synthetic : float array, shape (synthetic records,)
        Distance to the nearest reference record, 1 less the correlation; by leads, of the lead that stands out most.
    real : float array, shape (real records,)
        The same of the holdout; without one, of reference records to the other reference records.
    is_copy : bool array, shape (synthetic records,)
        Whether the nearest stands out further than among people.
    bound : CopyBound
        The ratio where that begins.
    median_ratio : float
        Median synthetic over median real distance: below 1, synthetic ones are nearer.
    share_nearer : float
        Share of synthetic records nearer than the real ones' 5th percentile: 0.05 where they are alike.
    p_nearer : float
        One-sided Mann-Whitney test of whether synthetic distances are smaller than real ones: the test for data copying
        of Meehan et al. (AISTATS 2020, arXiv:2004.05675) with one cell. A small p says that synthetic ECGs lie nearer
        to the reference as a whole, as clean, average beats do; that alone is no copying, nor flags any.
    """

    synthetic: FloatingArray = field(repr=False)
    real: FloatingArray = field(repr=False)
    is_copy: BoolArray = field(repr=False)
    bound: CopyBound
    median_ratio: float
    share_nearer: float
    p_nearer: float

    def to_json(self) -> dict[str, Any]:
        """Return everything as values that JSON knows, distances as percentiles."""
        return {
            "synthetic_distance": _percentiles(self.synthetic),
            "real_distance": _percentiles(self.real),
            "copies": int(self.is_copy.sum()),
            "bound": asdict(self.bound),
            "median_ratio": self.median_ratio,
            "share_nearer": self.share_nearer,
            "p_nearer": self.p_nearer,
        }


def nearness_of(synthetic: Nearest, real: Nearest, bound: CopyBound) -> Nearness:
    """Compare the nearest of synthetic and of real records; both by record."""
    mine, people = synthetic.distances[:, 0], real.distances[:, 0]
    return Nearness(
        synthetic=mine,
        real=people,
        is_copy=synthetic.ratio < bound.ratio,
        bound=bound,
        median_ratio=float(np.median(mine) / max(float(np.median(people)), 1e-6)),
        share_nearer=float((mine < np.percentile(people, 5)).mean()),
        p_nearer=float(scipy.stats.mannwhitneyu(mine, people, alternative="less").pvalue),
    )


def _percentiles(distances: FloatingArray) -> dict[str, float]:
    values = np.percentile(distances, list(PERCENTILES.values())).round(4).tolist()
    return dict(zip(PERCENTILES, values, strict=True))

"""Batches of accepted records, which formats write."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from ecgfactory.leads import SignalUv
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True)
class RecordBatch:
    """Some records, row by row in candidate order.

    Parameters
    ----------
    candidates : int64 array, shape (n,)
        Candidate numbers.
    splits : str array, shape (n,)
        Split of each.
    signals_uv : int16 array, shape (n, leads, samples)
        Stored leads, in uV.
    features : dict of str to array of shape (n,)
        What was measured and is stored, in the order of the columns.
    waves : WaveTable or None
        P, QRS and T of every beat; None where they were not asked for.
    """

    candidates: npt.NDArray[np.int64]
    splits: npt.NDArray[np.str_]
    signals_uv: SignalUv
    features: FeatureTable
    waves: WaveTable | None = field(default=None, kw_only=True)

    def __len__(self) -> int:
        return len(self.candidates)

    def take(self, rows: npt.NDArray[np.integer]) -> Self:
        """Return some of the rows, by index."""
        return replace(
            self,
            candidates=self.candidates[rows],
            splits=self.splits[rows],
            signals_uv=self.signals_uv[rows],
            features={name: values[rows] for name, values in self.features.items()},
            waves=None if self.waves is None else self.waves.take(rows),
        )

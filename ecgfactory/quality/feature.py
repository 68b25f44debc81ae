"""A feature: one number or word measured on a record, with its unit and definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FeatureTable = dict[str, npt.NDArray[Any]]
"""Features of a batch: by name, one value a record. Not measurable is NaN (numbers) or '' (words)."""

Kind = Literal["number", "count", "word"]


@dataclass(frozen=True)
class Feature:
    """What a column of the feature table means.

    Parameters
    ----------
    name : str
        Column name, with the unit in it.
    unit : str
        Unit as printed beside a value; empty for a word or a ratio.
    kind : {'number', 'count', 'word'}
        float64 (NaN when not measurable), int32, or text.
    definition : str
        One sentence: what is measured and by which method, with its source.
    """

    name: str
    unit: str
    kind: Kind
    definition: str

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy type of the column."""
        return np.dtype({"number": np.float64, "count": np.int32, "word": np.object_}[self.kind])

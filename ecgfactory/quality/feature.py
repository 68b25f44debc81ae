"""A feature: one number or word measured on a record, with its unit and definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

FeatureTable = dict[str, npt.NDArray[Any]]
"""Features of a batch: by name, one value per record. Not measurable is NaN (numbers) or '' (words).

A feature that is the worst of the leads may come with the name of that lead, under `lead_key(name)`: not a feature
and not stored, but named in reasons.
"""

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
    words : tuple of str
        The words that it may be; empty where they are not all known.
    counted : str
        Of a count: what is said of the things counted, as "missing" of samples; may be empty.
    """

    name: str
    unit: str
    kind: Kind
    definition: str
    words: tuple[str, ...] = field(default=(), kw_only=True)
    counted: str = field(default="", kw_only=True)

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy type of the column."""
        return np.dtype({"number": np.float64, "count": np.int32, "word": np.object_}[self.kind])


def lead_key(name: str) -> str:
    """Key in a feature table of the leads in which a feature's values were found."""
    return f"{name}@lead"


def joined(tables: Sequence[Mapping[str, npt.NDArray[Any]]]) -> FeatureTable:
    """Put the records of some tables of the same features below each other; of none, nothing."""
    return {name: np.concatenate([table[name] for table in tables]) for name in tables[0]} if tables else {}


def over_leads(
    name: str, values: npt.NDArray[Any], lead_names: Sequence[str], worst: Literal["min", "max"]
) -> FeatureTable:
    """Reduce the values of all leads to the worst.

    Parameters
    ----------
    name : str
        The feature's name.
    values : float array, shape (records, leads)
        NaN, where a lead can't be measured, is worst of all.
    lead_names : sequence of str
        Names along the second axis.
    worst : {'min', 'max'}
        Which end is bad.

    Returns
    -------
    dict of str to array, each of shape (records,)
        The worst value, float64, and under `lead_key(name)` the lead it is from.
    """
    index = values.argmin(axis=1) if worst == "min" else values.argmax(axis=1)
    return {
        name: np.take_along_axis(values, index[:, np.newaxis], axis=1)[:, 0].astype(np.float64),
        lead_key(name): np.array(lead_names, dtype=np.object_)[index],
    }

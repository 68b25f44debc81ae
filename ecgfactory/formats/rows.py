"""The rows of a dataset's tables, without the signals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from ecgfactory.formats.batch import RecordBatch
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.record import record_id

_ARROW_TYPES = {"f": pa.float64(), "i": pa.int32(), "O": pa.string()}
"""Arrow types by the kind of NumPy type that `Feature.dtype` gives."""


def record_columns(batch: RecordBatch) -> dict[str, Any]:
    """Columns of accepted records: record_id, candidate, split and every feature (NaN as null)."""
    return {
        "record_id": pa.array([record_id(candidate) for candidate in batch.candidates], pa.string()),
        "candidate": pa.array(batch.candidates, pa.int64()),
        "split": pa.array(batch.splits.tolist(), pa.string()),
        **feature_columns(batch.features),
    }


def feature_columns(features: FeatureTable) -> dict[str, Any]:
    """Columns of features alone."""
    return {
        name: pa.array(values, _ARROW_TYPES[values.dtype.kind], from_pandas=True) for name, values in features.items()
    }


def feature_table(rows: pa.Table, features: Iterable[Feature]) -> FeatureTable:
    """Read features back from rows of either table."""
    return {
        feature.name: rows.column(feature.name).to_numpy(zero_copy_only=False).astype(feature.dtype)
        for feature in features
    }

"""The rows of records.parquet and rejected.parquet, without the signals."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

from ecgfactory.candidates.pipeline import CandidateBatch
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.features import FEATURES
from ecgfactory.record import record_id

_ARROW_TYPES = {"number": pa.float64(), "count": pa.int32(), "word": pa.string()}


def feature_columns(batch: CandidateBatch) -> dict[str, Any]:
    """Columns of accepted records: record_id, candidate, split and every feature (NaN as null)."""
    return {
        "record_id": pa.array([record_id(candidate) for candidate in batch.candidates]),
        "candidate": pa.array(batch.candidates, pa.int64()),
        "split": pa.array(batch.splits.tolist(), pa.string()),
        **_features(batch),
    }


def rejected_columns(batch: CandidateBatch) -> dict[str, Any]:
    """Columns of rejected candidates: candidate, the rules broken, the reasons in words, and every feature."""
    words = pa.list_(pa.string())
    return {
        "candidate": pa.array(batch.candidates, pa.int64()),
        "failed_rules": pa.array(batch.failed_rules, words),
        "reasons": pa.array(batch.reasons, words),
        **_features(batch),
    }


def feature_table(rows: pa.Table) -> FeatureTable:
    """Read the features back from rows that `feature_columns` or `rejected_columns` describe."""
    return {
        feature.name: rows.column(feature.name).to_numpy(zero_copy_only=False).astype(feature.dtype)
        for feature in FEATURES
    }


def _features(batch: CandidateBatch) -> dict[str, Any]:
    return {
        feature.name: pa.array(batch.features[feature.name], _ARROW_TYPES[feature.kind], from_pandas=True)
        for feature in FEATURES
    }

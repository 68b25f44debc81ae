"""The rows of a dataset's tables, without the signals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from ecgfactory.formats.batch import Composed, Injury, RecordBatch
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.record import record_id
from ecgfactory.rhythm_kinds import KINDS, RhythmKind, scp_codes, snomed_ct_codes

_ARROW_TYPES = {"f": pa.float64(), "i": pa.int32(), "O": pa.string()}
"""Arrow types by the kind of NumPy type that `Feature.dtype` gives."""


CLEAN = "clean_"
"""How the columns begin of what was measured on a record without its artefacts."""

COMPOSED = "composed"
"""What the column `source` says of records that are composed; it is not there where they are as generated."""

COMPOSED_COLUMNS = ("source", "rhythm", "snomed_ct", "scp_codes")
"""Columns of composed records alone."""

_WORDS = pa.list_(pa.string())


def record_columns(batch: RecordBatch, clean_features: bool = False) -> dict[str, Any]:
    """Columns of accepted records: record_id, candidate, split and every feature (NaN as null).

    Of composed records also `composed_columns`, after the split; of records that artefacts are put into also
    `injury_columns`, and where asked `clean_...` of every feature.
    """
    clean = batch.injury.clean_features if batch.injury and clean_features else {}
    return {
        "record_id": pa.array([record_id(candidate) for candidate in batch.candidates], pa.string()),
        "candidate": pa.array(batch.candidates, pa.int64()),
        "split": pa.array(batch.splits.tolist(), pa.string()),
        **(composed_columns(batch.composed) if batch.composed else {}),
        **feature_columns(batch.features),
        **(injury_columns(batch.injury) if batch.injury else {}),
        **feature_columns({f"{CLEAN}{name}": values for name, values in clean.items()}),
    }


def composed_columns(composed: Composed) -> dict[str, Any]:
    """Columns of what records were composed as: source, rhythm, snomed_ct and scp_codes.

    The codes are those of the record's own rhythm, then those that its stretches have besides, each once.
    """
    kinds = _kinds_of_records(composed)
    return {
        "source": pa.array([COMPOSED] * len(kinds), pa.string()),
        "rhythm": pa.array(composed.rhythm, pa.string()),
        "snomed_ct": pa.array(composed_snomed_ct(composed), _WORDS),
        "scp_codes": pa.array([scp_codes(of_record) for of_record in kinds], _WORDS),
    }


def composed_snomed_ct(composed: Composed) -> list[list[str]]:
    """SNOMED CT codes of each composed record, as `composed_columns` has them."""
    return [snomed_ct_codes(of_record) for of_record in _kinds_of_records(composed)]


def _kinds_of_records(composed: Composed) -> list[tuple[RhythmKind, ...]]:
    stretches = composed.rhythms.kinds_of_records()
    return [(KINDS[name], *of_record) for name, of_record in zip(composed.rhythm.tolist(), stretches, strict=True)]


def injury_columns(injury: Injury) -> dict[str, Any]:
    """Columns of what artefacts did: is_clean, artefact_kinds, failed_rules, and snr_db_I and so on for each lead."""
    kinds = injury.artefacts.kinds_of_records()
    return {
        "is_clean": pa.array([not of_record for of_record in kinds], pa.bool_()),
        "artefact_kinds": pa.array(kinds, _WORDS),
        "failed_rules": pa.array(injury.failed_rules, _WORDS),
        **{
            f"snr_db_{lead}": pa.array(values, pa.float64(), from_pandas=True)
            for lead, values in zip(injury.artefacts.lead_names, injury.snr_db.T, strict=True)
        },
    }


def feature_columns(features: FeatureTable) -> dict[str, Any]:
    """Columns of features alone."""
    return {
        name: pa.array(values, _ARROW_TYPES[values.dtype.kind], from_pandas=True) for name, values in features.items()
    }


def feature_table(rows: pa.Table, features: Iterable[Feature], prefix: str = "") -> FeatureTable:
    """Read features back from rows of either table, from columns that begin with a prefix."""
    return {
        feature.name: rows.column(f"{prefix}{feature.name}").to_numpy(zero_copy_only=False).astype(feature.dtype)
        for feature in features
    }

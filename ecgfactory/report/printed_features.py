"""The features that pages print of a record: no PR where none can be, and of a stretch what is measured on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ecgfactory.record import FeatureValue, Record
from ecgfactory.rhythm_kinds import RhythmKind

PR = "pr_ms"


def record_features(record: Record) -> Mapping[str, FeatureValue]:
    """Return what was measured on a whole record, but no PR where none of its rhythms conducts a P."""
    return without_false_pr(record.features, record.kinds_of_stretches)


def page_features(record: Record) -> Mapping[str, FeatureValue]:
    """Return what a page of a record prints above its traces: of a stretch what is measured on this part alone."""
    if record.stretch is None:
        return record_features(record)
    kinds = record.rhythms.kind_of_each if record.rhythms is not None else []
    return without_false_pr(_measured(record), kinds)


def without_false_pr(features: Mapping[str, FeatureValue], kinds: Sequence[RhythmKind]) -> Mapping[str, FeatureValue]:
    """Return features of a record in some rhythms, without PR where none of them conducts a P."""
    if PR not in features or not kinds or any(kind.conducts_p for kind in kinds):
        return features
    return {**features, PR: None}


def _measured(record: Record) -> dict[str, FeatureValue]:
    """Measure the features that a record has on the stretch of it; those of packages stay away."""
    from ecgfactory.quality.features import measure  # imports SciPy, which pages of whole records do without
    from ecgfactory.recorder.rates import measured_form

    found = measure(measured_form(record.signal_uv[np.newaxis], record.sampling_rate_hz), record.lead_names)
    return {name: _plain(found[name][0]) for name in record.features if name in found}


def _plain(value: np.generic | str) -> FeatureValue:
    plain: FeatureValue = value.item() if isinstance(value, np.generic) else value
    return None if plain != plain or plain == "" else plain

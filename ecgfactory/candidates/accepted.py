"""Accepted candidates as ECGs in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.ecgs import Ecgs
from ecgfactory.quality.feature import FeatureTable


def accepted_ecgs(batches: Sequence[CandidateBatch], lead_names: tuple[str, ...], seed: int) -> Ecgs:
    """Collect the accepted candidates of one or more batches."""
    parts = [batch.take(np.flatnonzero(batch.accepted)) for batch in batches]
    return Ecgs(
        np.concatenate([part.signals_uv for part in parts]),
        np.concatenate([part.candidates for part in parts]),
        lead_names,
        seed,
        features_of(parts),
    )


def features_of(batches: Sequence[CandidateBatch]) -> FeatureTable:
    """Join the features of one or more batches."""
    return {name: np.concatenate([batch.features[name] for batch in batches]) for name in batches[0].features}

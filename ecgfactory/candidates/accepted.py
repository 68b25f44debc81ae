"""The accepted ones of candidates, as ECGs in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.candidates.pipeline import CandidateBatch
from ecgfactory.ecgs import Ecgs
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.features import FEATURES


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
    """Join the features of one or more batches, without the leads in which they were found."""
    names = [feature.name for feature in FEATURES]
    return {name: np.concatenate([batch.features[name] for batch in batches]) for name in names}

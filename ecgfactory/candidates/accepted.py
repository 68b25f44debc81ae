"""Accepted candidates as ECGs in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.ecgs import Ecgs
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import joined_waves


def accepted_ecgs(batches: Sequence[CandidateBatch], plan: Plan) -> Ecgs:
    """Collect the accepted candidates of one or more batches of a plan."""
    parts = [batch.take(np.flatnonzero(batch.accepted)) for batch in batches]
    waves = [part.waves for part in parts if part.waves is not None]
    return Ecgs(
        np.concatenate([part.signals_uv for part in parts]),
        np.concatenate([part.candidates for part in parts]),
        plan.lead_names,
        plan.seed,
        features_of(parts),
        plan.recorder.rate_hz,
        plan.recorder.filters,
        followed=plan.followed,
        waves=joined_waves(waves) if waves else None,
    )


def features_of(batches: Sequence[CandidateBatch]) -> FeatureTable:
    """Join the features of one or more batches."""
    return joined([batch.features for batch in batches])

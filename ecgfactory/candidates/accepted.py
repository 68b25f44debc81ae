"""Accepted candidates as ECGs in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.artefact_table import ArtefactTable
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.ecgs import Ecgs
from ecgfactory.formats.batch import Composed, Injury, RecordBatch
from ecgfactory.formats.rows import CLEAN
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import WaveTable


def accepted_ecgs(batches: Sequence[CandidateBatch], plan: Plan) -> Ecgs:
    """Collect the accepted candidates of one or more batches of a plan."""
    parts = [_whole(batch.take(np.flatnonzero(batch.accepted)), plan) for batch in batches]
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
        waves=WaveTable.joined(waves) if waves else None,
        **_injured([part.injury for part in parts if part.injury], plan),
        **_composed([part.composed for part in parts if part.composed]),
    )


def _composed(parts: Sequence[Composed]) -> dict[str, Any]:
    """Return what records were composed as, as arguments of `Ecgs`."""
    return vars(Composed.joined(parts)) if parts else {}


def _whole(batch: CandidateBatch, plan: Plan) -> RecordBatch:
    """Return a batch with its signals, where they are of one long record too."""
    if not plan.request.is_in_pieces:
        return batch
    if len(batch) and batch.long_record:
        return batch.long_record.whole
    shape = (0, len(plan.lead_names), plan.samples_per_lead)
    return replace(batch, signals_uv=np.empty(shape, dtype=np.int16))


def _injured(injuries: Sequence[Injury], plan: Plan) -> dict[str, Any]:
    """Return what artefacts did to records, as arguments of `Ecgs`; as much as the request keeps."""
    asked = plan.request.artefacts
    if asked is None:
        return {}
    clean_uv = [injury.clean_uv for injury in injuries if asked.keep_clean and injury.clean_uv is not None]
    return {
        "artefacts": ArtefactTable.joined([injury.artefacts for injury in injuries]),
        "clean_uv": np.concatenate(clean_uv) if clean_uv else None,
        "injured": joined([_columns(injury, asked.clean_features) for injury in injuries]),
    }


def _columns(injury: Injury, clean_features: bool) -> dict[str, npt.NDArray[Any]]:
    """Return the columns that `ecgfactory.formats.rows` writes of what artefacts did, as arrays."""
    clean = injury.clean_features if clean_features else {}
    return {
        "is_clean": injury.artefacts.counts == 0,
        "artefact_kinds": _lists(injury.artefacts.kinds_of_records()),
        "failed_rules": _lists(injury.failed_rules),
        **{f"snr_db_{lead}": values for lead, values in zip(injury.artefacts.lead_names, injury.snr_db.T, strict=True)},
        **{f"{CLEAN}{name}": values for name, values in clean.items()},
    }


def _lists(values: Sequence[list[str]]) -> npt.NDArray[np.object_]:
    return np.fromiter(values, dtype=object, count=len(values))


def features_of(batches: Sequence[RecordBatch]) -> FeatureTable:
    """Join the features of one or more batches."""
    return joined([batch.features for batch in batches])

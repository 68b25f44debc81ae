"""Samples that are missing: what files hold there, and what is held in memory."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray
from ecgfactory.artefact_table import DROPPED_SAMPLES
from ecgfactory.formats.base import SignalSpec, injury_of
from ecgfactory.formats.batch import RecordBatch
from ecgfactory.leads import SignalUv

MISSING = -32768
"""What stands for a missing sample in WFDB's formats of 16 bits; no lead reaches it."""


def dropped_of(batch: RecordBatch, spec: SignalSpec) -> BoolArray | None:
    """Return which samples of records are missing, shape (records, samples); None where none is."""
    injury = injury_of(batch, spec)
    if injury is None or DROPPED_SAMPLES not in injury.artefacts.kind:
        return None
    return injury.artefacts.dropped(spec.samples)


def with_gaps(batch: RecordBatch, spec: SignalSpec) -> SignalUv:
    """Return the signals of a batch with `MISSING` where samples were dropped."""
    missing = dropped_of(batch, spec)
    if missing is None:
        return batch.signals_uv
    return np.where(missing[:, np.newaxis], np.int16(MISSING), batch.signals_uv)


def held(signals_uv: SignalUv) -> SignalUv:
    """Return signals with the value before each gap held in it; at the start, the first value after it.

    Parameters
    ----------
    signals_uv : int16 array, shape (..., samples)
        With `MISSING` in gaps.
    """
    missing = signals_uv == MISSING
    if not missing.any():
        return signals_uv
    before = np.maximum.accumulate(np.where(missing, -1, np.arange(signals_uv.shape[-1])), axis=-1)
    first = missing.argmin(axis=-1)[..., np.newaxis]
    return np.take_along_axis(signals_uv, np.where(before < 0, first, before), axis=-1)

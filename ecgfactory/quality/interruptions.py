"""Pauses of a recording: nothing comes from the heart in any lead, and the time between two beats is not known."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv

STILL_S = 2.0
"""A recorder that writes one value to all leads for so long has paused: a heart leaves some lead moving."""

LOOK_S = 0.25
"""It is looked for in samples so far apart at first."""

REST_EVERY_S = 4.0
"""A recorder that holds its value so often rests between beats, as denoising ones do; at 20 beats/min, for 2.3 s."""

BEYOND_REST = 2.0
"""Such a recorder has paused when it holds its value twice as long as it usually does."""


def interruptions(signals_uv: SignalUv, missing: BoolArray | None, sampling_rate_hz: int) -> BoolArray | None:
    """Find the pauses of recordings.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        All leads of the records, in uV.
    missing : bool array, same shape, or None
        Which samples have no value, as `to_integers` returns it.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    bool array, shape (records, samples), or None
        At which samples all leads lack a value, or no lead changes its value for 2 s or more; None where that is so
        nowhere.
    """
    records, _, samples = signals_uv.shape
    paused = np.zeros((records, samples), dtype=np.bool_) if missing is None else missing.all(axis=1)
    for record in np.flatnonzero(_may_be_still(signals_uv, missing, sampling_rate_hz)):
        for begin, end in _stillness(signals_uv[record], None if missing is None else missing[record], sampling_rate_hz):
            paused[record, begin:end] = True
    return paused if paused.any() else None


def _may_be_still(signals_uv: SignalUv, missing: BoolArray | None, sampling_rate_hz: int) -> BoolArray:
    """Return in which records no lead may change its value for `STILL_S`, shape (records,)."""
    look = slice(None, None, max(round(LOOK_S * sampling_rate_hz), 1))
    held = _held(signals_uv[..., look], None if missing is None else missing[..., look])
    needed = round(STILL_S / LOOK_S) - 1
    if held.shape[-1] < needed:
        return np.zeros(len(held), dtype=np.bool_)
    for _ in range(needed - 1):
        held[:, :-1] &= held[:, 1:]
    return np.asarray(held[:, : held.shape[-1] - needed + 1].any(axis=-1))


def _held(signals_uv: SignalUv, missing: BoolArray | None) -> BoolArray:
    """Return between which samples and their next no lead has another value, without the axis of leads."""
    held = np.ones((*signals_uv.shape[:-2], max(signals_uv.shape[-1] - 1, 0)), dtype=np.bool_)
    for lead in range(signals_uv.shape[-2]):
        lead_uv = signals_uv[..., lead, :]
        same = lead_uv[..., 1:] == lead_uv[..., :-1]
        if missing is not None:
            same |= missing[..., lead, 1:] | missing[..., lead, :-1]
        held &= same
    return held


def _stillness(signal_uv: SignalUv, missing: BoolArray | None, sampling_rate_hz: int) -> IntArray:
    """Find begins and ends (exclusive) of where a recorder wrote one value to all leads, shape (pauses, 2)."""
    held = _held(signal_uv, missing)
    edges = np.flatnonzero(np.diff(held, prepend=np.False_, append=np.False_)).reshape(-1, 2) + [0, 1]
    lengths_s = (edges[:, 1] - edges[:, 0]) / sampling_rate_hz
    usual_s = lengths_s[lengths_s >= LOOK_S]
    rests = len(usual_s) * REST_EVERY_S >= signal_uv.shape[-1] / sampling_rate_hz
    limit_s = max(STILL_S, BEYOND_REST * float(np.median(usual_s))) if rests else STILL_S
    return edges[lengths_s >= limit_s]

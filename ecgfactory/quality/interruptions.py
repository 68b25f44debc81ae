"""Pauses of a recording: nothing comes from the heart in any lead, and the time between two beats is not known."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.spans import runs

LACKING_S = 0.02
"""Samples that all leads lack for so long may hide a QRS; fewer, as a lost one here and there, take no more than its
tip."""

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
        At which samples all leads lack a value for 20 ms or more, or no lead changes its value for 2 s or more; None
        where that is so nowhere.
    """
    if missing is None:
        missing = np.broadcast_to(np.False_, signals_uv.shape)
    lacking: BoolArray = np.all(missing, axis=1)
    paused = np.zeros_like(lacking)
    for record, begin, end in zip(*runs(lacking), strict=True):
        paused[record, begin:end] = end - begin >= LACKING_S * sampling_rate_hz
    for record in np.flatnonzero(_may_be_still(signals_uv, missing, sampling_rate_hz)).tolist():
        for begin, end in _still(signals_uv[record], missing[record], sampling_rate_hz):
            paused[record, begin:end] = True
    return paused if paused.any() else None


def _may_be_still(signals_uv: SignalUv, missing: BoolArray, sampling_rate_hz: int) -> BoolArray:
    """Return in which records no lead may change its value for `STILL_S`, shape (records,)."""
    step = max(round(LOOK_S * sampling_rate_hz), 1)
    held = _held(signals_uv[..., ::step], missing[..., ::step])
    for _ in range(round(STILL_S / LOOK_S) - 2):  # so many more in a row
        held = held[:, 1:] & held[:, :-1]
    may_be: BoolArray = np.any(held, axis=-1)
    return may_be


def _held(signals_uv: SignalUv, missing: BoolArray) -> BoolArray:
    """Return between which samples and their next all leads keep their value, or lack one, shape (records, steps)."""
    held = np.ones((len(signals_uv), max(signals_uv.shape[-1] - 1, 0)), dtype=np.bool_)
    for lead in range(signals_uv.shape[1]):  # one by one, as a record may be hours long
        lead_uv, lacks = signals_uv[:, lead], missing[:, lead]
        same = (lead_uv[:, 1:] == lead_uv[:, :-1]) | lacks[:, 1:]
        held &= same & (lacks[:, 1:] == lacks[:, :-1])
    return held


def _still(signal_uv: SignalUv, missing: BoolArray, sampling_rate_hz: int) -> list[tuple[int, int]]:
    """Find begins and ends (exclusive) of where a recorder wrote the same to all leads for too long."""
    _, begins, ends = runs(_held(signal_uv[np.newaxis], missing[np.newaxis]))
    lengths_s = (ends + 1 - begins) / sampling_rate_hz
    rests_s = lengths_s[lengths_s >= LOOK_S]
    rests = len(rests_s) * REST_EVERY_S >= signal_uv.shape[-1] / sampling_rate_hz
    longest_s = max(STILL_S, BEYOND_REST * float(np.median(rests_s))) if rests else STILL_S
    still = lengths_s >= longest_s
    return list(zip(begins[still].tolist(), (ends[still] + 1).tolist(), strict=True))

"""Where an ECG shows nothing, nothing is marked: in gaps, in pauses, and in leads that never change."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.interruptions import LACKING_S
from ecgfactory.quality.spans import any_within, count_within, runs
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, POINTS

STILL_S = 0.1
"""A lead that holds one value for so long shows nothing there; at the top of a wave, none does."""

_QRS = BEAT_WAVES.index("QRS")
_ONSET, _PEAK, _OFFSET = range(len(POINTS))


def without_absent(
    points: npt.NDArray[np.int32], stored_uv: SignalUv, missing: BoolArray | None, paused: BoolArray | None
) -> npt.NDArray[np.int32]:
    """Take away marks of waves that are not there to be seen.

    Parameters
    ----------
    points : int32 array, shape (n, most beats, 1 + leads, 3, 3)
        As `WaveTable.of_points` takes them.
    stored_uv : int16 array, shape (n, leads, samples)
        In what they were found.
    missing : bool array, same shape, or None
        Which samples have no value (`to_integers`).
    paused : bool array, shape (n, samples), or None
        At which samples the recording paused (`interruptions`).

    Returns
    -------
    int32 array, same shape as `points`
        Without the waves of a lead that lacks values there for 20 ms or more, or holds one value for most of the wave.
        Over all leads, QRS ends where a pause begins, and P and T are absent where no lead shows them.
    """
    points = points.copy()
    for lead in range(stored_uv.shape[1]):  # one by one, as a record may be hours long
        of_lead = points[:, :, 1 + lead]
        lacks = None if missing is None else _long_runs(missing[:, lead], LACKING_S)
        of_lead[_is_unseen(of_lead, stored_uv[:, lead], lacks)] = ABSENT
    over_all = points[:, :, 0]
    if paused is not None:
        _end_at_pauses(over_all, paused)
    is_seen = (points[:, :, 1:] != ABSENT).any(axis=(2, 4))
    is_seen[..., _QRS] = True
    over_all[~is_seen] = ABSENT
    return points


def _is_unseen(points: npt.NDArray[np.int32], lead_uv: SignalUv, lacks: BoolArray | None) -> BoolArray:
    """Return which waves of a lead are not to be seen in it, shape (n, most beats, 3)."""
    n, beats, waves, _ = points.shape
    first, last = (bound.reshape(n, beats * waves) for bound in _spans(points, lead_uv.shape[1]))
    holds = np.diff(lead_uv, axis=1) == 0
    unseen = ~any_within(~holds, first, last)
    unseen |= 2 * count_within(_long_runs(holds, STILL_S), first, last) > last - first
    if lacks is not None:
        unseen |= any_within(lacks, first, last + 1)
    return unseen.reshape(n, beats, waves)


def _spans(points: npt.NDArray[np.int32], samples: int) -> tuple[IntArray, IntArray]:
    """First and last sample of each wave; one that is cut off begins or ends with the record."""
    is_cut = points[..., _OFFSET] == ABSENT
    return points[..., _ONSET].clip(0), np.where(is_cut, samples - 1, points[..., _OFFSET])


def _long_runs(holds: BoolArray, shortest_s: float) -> BoolArray:
    """Return the samples, shape (n, samples), that are in a run of at least that length in which something holds."""
    long = np.zeros_like(holds)
    for record, begin, end in zip(*runs(holds), strict=True):
        long[record, begin:end] = end - begin >= shortest_s * SAMPLING_RATE_HZ
    return long


def _end_at_pauses(over_all: npt.NDArray[np.int32], paused: BoolArray) -> None:
    """Let QRS over all leads begin and end beside pauses, and take away P and T that reach into one, in place."""
    n, beats, waves, _ = over_all.shape
    first, last = _spans(over_all, paused.shape[1])
    inside = any_within(paused, first.reshape(n, -1), last.reshape(n, -1) + 1).reshape(n, beats, waves)
    inside &= (over_all != ABSENT).any(axis=-1)  # of a beat that only pads its record, nothing is to be cut
    for record, beat in np.argwhere(inside[..., _QRS]).tolist():
        onset, peak, offset = over_all[record, beat, _QRS].tolist()
        before = np.flatnonzero(paused[record, max(onset, 0) : peak])
        after = np.flatnonzero(paused[record, peak : offset + 1])
        if before.size:
            over_all[record, beat, _QRS, _ONSET] = max(onset, 0) + before[-1] + 1
        if after.size:
            over_all[record, beat, _QRS, _OFFSET] = peak + after[0] - 1
    inside[..., _QRS] = False
    over_all[inside] = ABSENT

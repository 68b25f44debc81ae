"""RR intervals over a long record."""

from __future__ import annotations

import math

import numpy as np

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.record import SAMPLING_RATE_HZ


def rhythm_of(beats: IntArray, are_rr: BoolArray | None = None) -> dict[str, float]:
    """Measure the rhythm of a long record by its beats.

    Parameters
    ----------
    beats : int array, shape (beats,)
        Where they are, in samples at 500 Hz.
    are_rr : bool array, shape (beats - 1,), optional
        Between which beats and their next there is an RR interval, and no pause of the recording; all unless given.

    Returns
    -------
    dict of str to float
        `beats`, `heart_rate_bpm` and the `rr_` features, defined as for a short record; NaN where there are too few.
    """
    rr_ms = np.diff(beats) * (1000 / SAMPLING_RATE_HZ)
    changes_ms = np.diff(rr_ms)
    if are_rr is not None:
        changes_ms = changes_ms[are_rr[1:] & are_rr[:-1]]
        rr_ms = rr_ms[are_rr]
    mean_ms = float(rr_ms.mean()) if rr_ms.size else math.nan
    return {
        "beats": len(beats),
        "heart_rate_bpm": 60_000 / mean_ms,
        "rr_mean_ms": mean_ms,
        "rr_sd_ms": float(rr_ms.std(ddof=1)) if rr_ms.size > 1 else math.nan,
        "rr_rmssd_ms": float(np.sqrt(np.square(changes_ms).mean())) if changes_ms.size else math.nan,
        "rr_min_ms": float(rr_ms.min()) if rr_ms.size else math.nan,
        "rr_max_ms": float(rr_ms.max()) if rr_ms.size else math.nan,
    }

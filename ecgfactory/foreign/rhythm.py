"""Beats and RR intervals over a long ECG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.foreign.pieces import all_but_long_pauses, find_in_pieces, once
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import to_integers
from ecgfactory.quality.interruptions import interruptions
from ecgfactory.record import SAMPLING_RATE_HZ


def measure_rhythm(signal_uv: npt.NDArray[Any], lead_names: Sequence[str]) -> dict[str, float]:
    """Measure the rhythm of a long record.

    Parameters
    ----------
    signal_uv : array, shape (leads, samples)
        In uV at 500 Hz, longer than 12 s; NaN allowed.
    lead_names : sequence of str
        Names along the first axis.

    Returns
    -------
    dict of str to float
        `beats`, `heart_rate_bpm` and the `rr_` features, defined as for a short record, but that no RR interval spans
        a pause of the recording (`interruptions`). NaN where there are too few.
    """
    stored_uv, missing = to_integers(signal_uv[np.newaxis])
    interrupted = interruptions(stored_uv, missing, SAMPLING_RATE_HZ)
    if interrupted is None:
        beats = _find_beats(stored_uv[0], lead_names)
        segments = np.zeros_like(beats)
    else:
        kept = all_but_long_pauses(interrupted[0])
        beats = kept[_find_beats(stored_uv[0][:, kept], lead_names, interrupted[0][kept])]
        segments = np.searchsorted(np.flatnonzero(interrupted[0]), beats)
    whole = np.diff(segments) == 0
    rr_ms = np.diff(beats) * (1000 / SAMPLING_RATE_HZ)
    changes_ms = np.diff(rr_ms)[whole[1:] & whole[:-1]]
    rr_ms = rr_ms[whole]
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


def _find_beats(signal_uv: SignalUv, lead_names: Sequence[str], paused: BoolArray | None = None) -> IntArray:
    """Find the beats of a long record, in samples; `paused` says where the recording did."""
    found = [pieces.own_beats for pieces in find_in_pieces(signal_uv, lead_names, paused)]
    places, _ = once(found, signal_uv.shape[1])
    return places

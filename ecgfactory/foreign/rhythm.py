"""Beats and RR intervals over a long ECG, found in pieces that overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import IntArray
from ecgfactory.quality.batch import independent_leads, to_integers
from ecgfactory.quality.beats import find_beats
from ecgfactory.record import SAMPLING_RATE_HZ

PIECE_S = 10
MARGIN_S = 1
"""How far a piece reaches into its neighbours, since a beat is not found near an end."""

SAME_BEAT_S = 0.2
"""What two pieces find so near to each other is one beat: no heart beats again within 200 ms."""

AT_ONCE = 32
"""Pieces that are searched together."""


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
        a sample that is missing in all leads. NaN where there are too few.
    """
    beats = _find_beats(signal_uv, lead_names)
    segments = np.searchsorted(_gaps(signal_uv), beats)
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


def _find_beats(signal_uv: npt.NDArray[Any], lead_names: Sequence[str]) -> IntArray:
    """Find the beats of a long record, in samples."""
    samples, leads = signal_uv.shape[1], independent_leads(lead_names)
    size, margin = PIECE_S * SAMPLING_RATE_HZ, MARGIN_S * SAMPLING_RATE_HZ
    near = round(SAME_BEAT_S * SAMPLING_RATE_HZ / 2)
    owned = np.arange(0, samples, size)
    starts = (owned - margin).clip(0, samples - size - 2 * margin)
    found: list[IntArray] = []
    for first in range(0, len(starts), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        pieces = np.stack([signal_uv[leads, start : start + size + 2 * margin] for start in starts[some].tolist()])
        beats_of = find_beats(to_integers(pieces)[0], [lead_names[lead] for lead in leads], SAMPLING_RATE_HZ)
        for start, own, places, exists in zip(starts[some], owned[some], beats_of.places, beats_of.exists, strict=True):
            beats = start + places[exists]
            found.append(beats[(beats >= own - near) & (beats < own + size + near)])
    beats = np.sort(np.concatenate(found))
    return beats[np.diff(beats, prepend=-samples) > 2 * near]


def _gaps(signal_uv: npt.NDArray[Any]) -> IntArray:
    """Samples at which no lead has a value."""
    missing = ~np.isfinite(signal_uv[0])
    for lead_uv in signal_uv[1:]:
        missing &= ~np.isfinite(lead_uv)
    return np.flatnonzero(missing)

"""Beats and RR intervals over a long ECG, found in pieces that overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import independent_leads, to_integers
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.interruptions import interruptions
from ecgfactory.quality.spans import runs
from ecgfactory.record import SAMPLING_RATE_HZ

PIECE_S = 10
MARGIN_S = 1
"""How far a piece reaches into its neighbours, since a beat is not found near an end."""

SAME_BEAT_S = 0.2
"""What two pieces find so near to each other is one beat: no heart beats again within 200 ms."""

KEPT_S = 1
"""What is searched of a pause: enough that what lies beside it does not reach across."""

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
        a pause of the recording (`interruptions`). NaN where there are too few.
    """
    stored_uv, missing = to_integers(signal_uv[np.newaxis])
    interrupted = interruptions(stored_uv, missing, SAMPLING_RATE_HZ)
    if interrupted is None:
        beats = _find_beats(stored_uv[0], lead_names)
        segments = np.zeros_like(beats)
    else:
        kept = _all_but_long_pauses(interrupted[0])
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
    samples, leads = signal_uv.shape[1], independent_leads(lead_names)
    size, margin = PIECE_S * SAMPLING_RATE_HZ, MARGIN_S * SAMPLING_RATE_HZ
    length = min(size + 2 * margin, samples)
    near = round(SAME_BEAT_S * SAMPLING_RATE_HZ / 2)
    owned = np.arange(0, samples, size)
    starts = (owned - margin).clip(0, samples - length)
    found: list[IntArray] = []
    for first in range(0, len(starts), AT_ONCE):
        some = slice(first, first + AT_ONCE)
        pieces = [slice(start, start + length) for start in starts[some].tolist()]
        pieces_uv = np.stack([signal_uv[leads, piece] for piece in pieces])
        interrupted = None if paused is None else np.stack([paused[piece] for piece in pieces])
        beats_of = find_beats(pieces_uv, [lead_names[lead] for lead in leads], SAMPLING_RATE_HZ, interrupted)
        for start, own, places, exists in zip(starts[some], owned[some], beats_of.places, beats_of.exists, strict=True):
            beats = start + places[exists]
            found.append(beats[(beats >= own - near) & (beats < own + size + near)])
    beats = np.sort(np.concatenate(found))
    return beats[np.diff(beats, prepend=-samples) > 2 * near]


def _all_but_long_pauses(paused: BoolArray) -> IntArray:
    """Return the samples of a record but for what is left of each pause after `KEPT_S`.

    So a piece beside a pause reaches across it, and rest and QRS are told apart by both sides.
    """
    kept = np.ones_like(paused)
    _, begins, ends = runs(paused)
    for begin, end in zip(begins + KEPT_S * SAMPLING_RATE_HZ, ends, strict=True):
        kept[begin:end] = False
    return np.flatnonzero(kept)

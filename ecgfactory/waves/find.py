"""Finding P, QRS and T of each beat."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.leads import SignalUv
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.waves import find_waves
from ecgfactory.wave_table import ABSENT
from ecgfactory.waves.marks import Marks


def find_marks(signal_uv: SignalUv, beats: Beats, lead_names: Sequence[str], sampling_rate_hz: int) -> Marks:
    """Find the waves of each beat."""
    # For the time being: the bounds of the median beat, at each beat.
    bounds = find_waves(beats)
    samples = signal_uv.shape[-1]
    n, columns = beats.places.shape
    names = ("p_onset", "p_offset", "qrs_onset", "qrs_offset", "t_offset")
    p0, p1, q0, q1, t1 = (getattr(bounds, name) - beats.centre for name in names)
    spans = np.stack([p0, p1, q0, q1, (q1 + 2 * t1) / 3, t1], axis=-1).reshape(n, 1, 3, 2)
    places = beats.places[..., np.newaxis, np.newaxis] + spans
    outside = np.isnan(places) | (places < 0) | (places >= samples) | ~beats.exists[..., np.newaxis, np.newaxis]
    ends = np.where(outside, ABSENT, np.nan_to_num(places)).astype(np.int32)
    ends[..., 0, 1] = np.where(ends[..., 0, 1] == ends[..., 1, 0], ends[..., 0, 1] - 1, ends[..., 0, 1]).clip(ABSENT)
    leads = np.full((n, columns, len(lead_names), 3, 3), ABSENT, dtype=np.int32)
    for record, beat, wave in np.argwhere((ends != ABSENT).all(axis=-1)).tolist():
        first, last = ends[record, beat, wave]
        part = signal_uv[record, :, first : last + 1].astype(np.int32)
        peak = first + np.abs(part - np.median(part, axis=-1, keepdims=True)).argmax(axis=-1)
        leads[record, beat, :, wave, 0], leads[record, beat, :, wave, 2] = first, last
        leads[record, beat, :, wave, 1] = peak
    over_all = np.where((leads == ABSENT).any(axis=2), ABSENT, np.median(leads, axis=2).astype(np.int32))
    over_all[..., 1, [0, 2]] = ends[..., 1, :]
    over_all[..., 1, 1] = np.where(beats.exists, beats.places, ABSENT)
    return Marks(leads, over_all.astype(np.int32))

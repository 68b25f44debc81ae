"""Finding the waves of ECGs of any length, with gaps, pauses and dead leads, in which nothing is marked."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.annotation.absence import without_absent
from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import bridged, independent_leads, to_integers
from ecgfactory.quality.beats import Beats, find_beats
from ecgfactory.quality.interruptions import interruptions
from ecgfactory.quality.long_records.beat_search import (
    FoundBeats,
    SearchedParts,
    all_but_long_pauses,
    find_in_parts,
    once,
)
from ecgfactory.quality.long_records.windows import is_long
from ecgfactory.quality.qrs_activity import SHORTEST_S
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, POINTS, WaveTable
from ecgfactory.waves.counting import at_rate, without_overlaps
from ecgfactory.waves.marks import find_marks

Points = npt.NDArray[np.int32]
"""Marks, shape (n, most beats, 1 + leads, 3, 3), as `WaveTable.of_points` takes them."""


def mark_waves(signals_uv: npt.NDArray[Any], lead_names: tuple[str, ...], ratio: Fraction) -> WaveTable:
    """Mark the waves of ECGs of the same leads and length.

    Parameters
    ----------
    signals_uv : array, shape (records, leads, samples)
        In uV at 500 Hz; NaN allowed. Hours are searched in parts that overlap.
    lead_names : tuple of str
        Names along the second axis.
    ratio : Fraction
        Samples at 500 Hz for each as recorded (`ratio_from`).

    Returns
    -------
    WaveTable
        In samples as recorded, by the beats that `assess` counts. Nothing is marked in a lead where it has no value for
        20 ms or more, or holds one value for most of a wave; nor where the recording paused.
    """
    samples = signals_uv.shape[2]
    if samples < SHORTEST_S * SAMPLING_RATE_HZ:
        return no_waves(len(signals_uv), lead_names)
    if is_long(samples) and len(signals_uv) > 1:
        return WaveTable.joined([mark_waves(signal_uv[np.newaxis], lead_names, ratio) for signal_uv in signals_uv])
    stored_uv, missing = to_integers(signals_uv)
    paused = interruptions(stored_uv, missing, SAMPLING_RATE_HZ)
    find = _find_in_long if is_long(samples) else _find
    points, exists = find(stored_uv, lead_names, paused)
    points = without_absent(points, stored_uv, missing, paused)
    last = (samples - 1) // ratio  # rounded down, this is a sample of the recording
    return WaveTable.of_points(at_rate(points, 1 / ratio, int(last) + 1), exists, lead_names)


def no_waves(records: int, lead_names: tuple[str, ...] = ()) -> WaveTable:
    """Return the table of records without a beat."""
    points = np.full((records, 0, 1 + len(lead_names), 3, 3), ABSENT, dtype=np.int32)
    return WaveTable.of_points(points, np.zeros((records, 0), dtype=np.bool_), lead_names)


def _find(stored_uv: SignalUv, lead_names: Sequence[str], paused: BoolArray | None) -> tuple[Points, BoolArray]:
    """Find the waves of records, and which of their beats there are, shape (n, most beats)."""
    leads = independent_leads(lead_names)
    whole_uv = _without_pauses(stored_uv, paused)
    measured_uv = np.ascontiguousarray(whole_uv[:, leads])
    beats = find_beats(measured_uv, [lead_names[lead] for lead in leads], SAMPLING_RATE_HZ, paused)
    return _points(whole_uv, beats, lead_names), beats.exists


def _find_in_long(stored_uv: SignalUv, lead_names: Sequence[str], paused: BoolArray | None) -> tuple[Points, BoolArray]:
    """Find the waves of one long record."""
    signal_uv, kept, paused_kept = stored_uv[0], None, None
    if paused is not None:
        kept = all_but_long_pauses(paused[0])
        signal_uv, paused_kept = _without_pauses(stored_uv, paused)[0][:, kept], paused[0][kept]
    beats: list[FoundBeats] = []
    points: list[Points] = []
    samples = signal_uv.shape[1]
    for parts in find_in_parts([signal_uv], samples, lead_names, paused_kept):
        beats.append(parts.own_beats)
        points.append(_own_points(parts, lead_names))
    places, which = once(beats, samples)
    found = _with_r_peaks(np.concatenate(points)[which], places)[np.newaxis]
    if kept is not None:
        found = np.where(found == ABSENT, ABSENT, kept[found]).astype(np.int32)
    return without_overlaps(found), np.ones((1, len(places)), dtype=np.bool_)


def _with_r_peaks(points: Points, places: IntArray) -> Points:
    """Let the R peaks of all parts be those of one lead, within QRS over all leads."""
    points = points.copy()
    onset, _, offset = points[:, 0, BEAT_WAVES.index("QRS")].T
    last = np.where(offset == ABSENT, places, offset)
    points[:, 0, BEAT_WAVES.index("QRS"), POINTS.index("peak")] = places.clip(onset.clip(0), last)
    return points


def _own_points(parts: SearchedParts, lead_names: Sequence[str]) -> Points:
    """Find the waves of the beats that parts own, shape (beats, 1 + leads, 3, 3), in samples of the record."""
    points = _points(parts.signals_uv, parts.beats, lead_names)
    starts = parts.starts[:, np.newaxis, np.newaxis, np.newaxis, np.newaxis]
    of_record: Points = np.where(points == ABSENT, ABSENT, points + starts)[parts.own].astype(np.int32)
    return of_record


def _points(signals_uv: SignalUv, beats: Beats, lead_names: Sequence[str]) -> Points:
    return find_marks(signals_uv, beats, lead_names, SAMPLING_RATE_HZ).points


def _without_pauses(stored_uv: SignalUv, paused: BoolArray | None) -> SignalUv:
    """Let nothing in a pause look like a wave."""
    if paused is None:
        return stored_uv
    return bridged(stored_uv, np.broadcast_to(paused[:, np.newaxis], stored_uv.shape))

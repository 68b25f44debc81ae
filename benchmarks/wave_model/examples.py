"""What the network learns from: beats of real ECGs, with the waves that cardiologists marked in each lead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float32Array, Float64Array, IntArray
from ecgfactory.leads import TWELVE_LEADS
from ecgfactory.quality.batch import independent_leads
from ecgfactory.quality.beats import find_beats
from ecgfactory.validation.ludb import SAME_BEAT_S, LudbRecord, Mark
from ecgfactory.waves.windows import cut_windows

P, QRS, T = range(3)


@dataclass(frozen=True)
class MarkedRecord:
    """A record with its beats and their waves.

    Parameters
    ----------
    signal_uv : float array, shape (leads, samples)
        At 500 Hz.
    places : float array, shape (beats,)
        Centres of the beats, in samples.
    bounds : float array, shape (beats, leads, 3 waves, 2)
        Onset and offset of P, QRS and T, in samples; NaN where none is marked.
    present : float array, shape (beats, 3 waves)
        1 where a wave is marked, 0 where experts looked and marked none, NaN where they did not look.
    """

    signal_uv: Float64Array
    places: Float64Array
    bounds: Float64Array
    present: Float64Array


@dataclass(frozen=True)
class Example:
    """What the network sees of a record, and what it should answer; bounds in samples after the beat's centre."""

    shape: npt.NDArray[np.float16]
    clock: Float32Array
    bounds: Float32Array
    present: Float32Array


def marked_record(record: LudbRecord) -> MarkedRecord:
    """Find the beats of a record as the factory does, and give each the marks that belong to it."""
    independent = independent_leads(TWELVE_LEADS)
    names = [TWELVE_LEADS[lead] for lead in independent]
    beats = find_beats(record.signal_uv[np.newaxis, independent], names, record.sampling_rate_hz)
    places = beats.places[beats.exists]
    of_leads = [_waves_of_lead(record.marks[lead], places, record.sampling_rate_hz) for lead in TWELVE_LEADS]
    present = np.stack([present for _, present in of_leads])
    known = ~np.isnan(present)
    share = np.nan_to_num(present).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return MarkedRecord(
        signal_uv=record.signal_uv.astype(np.float64),
        places=places.astype(np.float64),
        bounds=np.stack([bounds for bounds, _ in of_leads], axis=1),
        present=np.where(known.any(axis=0), np.rint(share), np.nan),
    )


def example(record: MarkedRecord) -> Example:
    """Turn a record into what the network sees."""
    places: IntArray = np.rint(record.places).astype(np.int64)
    signal_uv = np.rint(record.signal_uv).astype(np.int32)
    windows = cut_windows(signal_uv[np.newaxis], places[np.newaxis], np.ones((1, places.size), np.bool_))
    return Example(
        shape=windows.shape.astype(np.float16),
        clock=windows.clock,
        bounds=(record.bounds - places[:, np.newaxis, np.newaxis, np.newaxis]).astype(np.float32),
        present=record.present.astype(np.float32),
    )


def _waves_of_lead(marks: Sequence[Mark], places: IntArray, rate_hz: int) -> tuple[Float64Array, Float64Array]:
    """Bounds, shape (beats, 3, 2), and presence, shape (beats, 3), of the waves of one lead."""
    bounds, present = np.full((places.size, 3, 2), np.nan), np.full((places.size, 3), np.nan)
    around = np.concatenate([[-np.inf], places, [np.inf]])
    for beat, (before, place, after) in enumerate(zip(around, around[1:], around[2:], strict=False)):
        near = [m for m in marks if m.wave == "N" and abs(m.peak - place) <= SAME_BEAT_S / 2 * rate_hz]
        if not near:
            continue
        qrs = near[0]
        p = [mark for mark in marks if mark.wave == "p" and before < mark.peak < qrs.peak]
        t = [mark for mark in marks if mark.wave == "t" and qrs.peak < mark.peak < after]
        for wave, found in ((P, p[-1:]), (QRS, [qrs]), (T, t[:1])):
            if found:
                bounds[beat, wave], present[beat, wave] = (found[0].onset, found[0].offset), 1
        # Experts leave what comes before the first mark and after the last unmarked, whatever it is.
        if not p and qrs.peak > marks[0].peak:
            present[beat, P] = 0
        if not t and qrs.peak < marks[-1].peak:
            present[beat, T] = 0
    return bounds, present

"""Bounds of a heart's waves: medians over its beats of what is marked in them."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.quality.beats import Beats
from ecgfactory.wave_table import ABSENT, BEAT_WAVES, WaveTable


def median_bounds(marks: WaveTable, beats: Beats) -> Float64Array:
    """Take the median bounds of the waves of each ECG, relative to the R peak, over its typical beats.

    Parameters
    ----------
    marks : WaveTable
        P, QRS and T of every beat.
    beats : Beats
        The beats they are of.

    Returns
    -------
    float64 array, shape (n, 1 + leads, 3 waves, 2)
        Onset and offset in samples after the R peak, over all leads and in each; NaN for a wave that less than half of
        the typical beats have.
    """
    columns = np.argsort(~beats.exists, axis=1, kind="stable")  # that of each beat, by its number
    column = columns[marks.record, marks.beat]
    usual = beats.typical[marks.record, column] & (marks.onset != ABSENT) & (marks.offset != ABSENT)
    record, column, lead, wave = (rows[usual] for rows in (marks.record, column, marks.lead, marks.wave))
    centre = beats.places[record, column]
    shape = (*beats.exists.shape, 1 + len(marks.lead_names), len(BEAT_WAVES), 2)
    bounds = np.full(shape, np.nan)
    bounds[record, column, lead, wave] = np.stack([marks.onset[usual], marks.offset[usual]], axis=-1) - centre[:, None]
    bounds.sort(axis=1)  # NaN last
    count = np.count_nonzero(~np.isnan(bounds), axis=1)
    middle = np.take_along_axis(bounds, np.maximum(count - 1, 0)[:, np.newaxis] // 2, axis=1)[:, 0]
    enough = count * 2 >= np.count_nonzero(beats.typical, axis=1)[:, np.newaxis, np.newaxis, np.newaxis]
    medians: Float64Array = np.where(enough & (count > 0), middle, np.nan)
    return medians

"""The median beat of each record at the rate of `coarse`, and how far two are apart."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import Float32Array, FloatingArray
from ecgfactory.quality.medians import median_of_existing
from ecgfactory.realism.coarse import RATE_HZ
from ecgfactory.realism.lead_beats import find_lead_beats, lead_activity, vertex

BEFORE_S, AFTER_S = 0.24, 0.44
"""P wave to the end of T at usual rates."""

SHIFTS = 3
"""Beats are compared at up to 30 ms from where they were found, and less: half of them lie better between samples."""


def coarse_median_beats(coarse: Float32Array) -> Float32Array:
    """Take the median beat of each record, aligned at the activity of all leads together.

    Parameters
    ----------
    coarse : float32 array, shape (n, leads, samples)
        From `coarse_signals`.

    Returns
    -------
    float32 array, shape (n, leads, 68)
        Of unit length in every lead; zeros where there is no beat or the lead is flat.
    """
    beats = find_lead_beats(lead_activity(coarse).sum(axis=1))
    before, after = round(BEFORE_S * RATE_HZ), round(AFTER_S * RATE_HZ)
    whole = np.floor(beats.times).astype(np.int64)
    fits = (whole >= before) & (whole + after + 1 <= coarse.shape[-1])
    rows, starts, parts = beats.rows[fits], whole[fits] - before, (beats.times - whole)[fits].astype(np.float32)
    counts = np.bincount(rows, minlength=len(coarse))
    numbers = np.arange(len(rows)) - (np.cumsum(counts) - counts)[rows]
    cut = np.zeros((len(coarse), max(counts.max(initial=0), 1), coarse.shape[1], before + after), np.float32)
    stretches = sliding_window_view(coarse, before + after + 1, axis=-1)[rows, :, starts]
    parts = parts[:, np.newaxis, np.newaxis]
    cut[rows, numbers] = stretches[..., :-1] * (1 - parts) + stretches[..., 1:] * parts
    return _of_unit_length(median_of_existing(cut, np.arange(cut.shape[1]) < counts[:, np.newaxis]))


def beat_distances(beats: Float32Array, others: Float32Array) -> FloatingArray:
    """Measure how unlike pairs of median beats are, whatever their gain and polarity.

    Parameters
    ----------
    beats, others : float32 array, shape (..., leads, window)
        From `coarse_median_beats`.

    Returns
    -------
    float array, shape (...)
        1 less the highest correlation over shifts, absolute and averaged over the leads.
    """
    inner = _of_unit_length(beats[..., SHIFTS:-SHIFTS])
    slid = sliding_window_view(others, inner.shape[-1], axis=-1)
    products = np.einsum("...w,...sw->...s", inner, slid)
    norms = np.sqrt(np.maximum(np.einsum("...sw,...sw->...s", slid, slid), 1e-9))
    return 1 - peak(np.abs(products / norms).mean(axis=-2))


def peak(correlations: FloatingArray) -> FloatingArray:
    """Take the height of the highest peak along the last axis, between samples.

    It is where the parabola through three samples has its vertex, and as high as the polynomial through five samples is
    there: a parabola alone is too low by what tells a copy from others.
    """
    at = np.clip(correlations.argmax(axis=-1), 2, correlations.shape[-1] - 3)[..., np.newaxis]
    values = [np.take_along_axis(correlations, at + step, -1)[..., 0] for step in range(-2, 3)]
    offset = vertex(*values[1:4])
    nodes = [offset + 2, offset + 1, offset, offset - 1, offset - 2]
    between = np.zeros_like(offset)
    for place, (value, divisor) in enumerate(zip(values, (24, -6, 4, -6, 24), strict=True)):
        between += value * np.prod(nodes[:place] + nodes[place + 1 :], axis=0) / divisor
    is_peak = (values[2] >= values[1]) & (values[2] >= values[3])
    return np.clip(np.where(is_peak, between, correlations.max(axis=-1)), 0, 1)


def _of_unit_length(beats: Float32Array) -> Float32Array:
    unit: Float32Array = beats / np.maximum(np.linalg.norm(beats, axis=-1, keepdims=True), np.float32(1e-6))
    return unit

"""Halves of leads slid along other leads: the highest correlation, wherever and however long ago the copy was taken.

A half of a copy lies whole within its original though the copy was shifted by up to half its length, with or without
wrapping around, or had its other half replaced.
"""

from __future__ import annotations

import numpy as np
import scipy

from ecgfactory.arrays import Float32Array, FloatingArray, IntArray
from ecgfactory.realism.coarse import RATE_HZ

TRIMMED_S = 0.3
"""Left out at both ends of a half: where a record begins, ends or was spliced, filters ring."""

MOST_RESAMPLED, SCALE_STEP = 0.03, 0.005
SCALES = np.linspace(1 - MOST_RESAMPLED, 1 + MOST_RESAMPLED, round(2 * MOST_RESAMPLED / SCALE_STEP) + 1)
"""How much a copy may have been resampled: in steps of half a percent, which shift the ends of a half by 6 ms."""


def halves(coarse: Float32Array, scales: FloatingArray) -> Float32Array:
    """Take both halves of leads, slowed down or sped up around their middles.

    Parameters
    ----------
    coarse : float32 array, shape (n, leads, samples)
        From `coarse_signals`.
    scales : float array, shape (n,)
        How much slower each record is than what it will be compared with; linear between samples.

    Returns
    -------
    float32 array, shape (n, 2, leads, half)
        Each of unit length, or zeros.
    """
    samples = coarse.shape[-1]
    starts, half = half_places(samples)
    steps = (np.arange(half) - half / 2) * scales[:, np.newaxis, np.newaxis]
    times = np.clip(steps + starts[:, np.newaxis] + half / 2, 0, samples - 1.001)
    whole = times.astype(np.int64)
    part = (times - whole).astype(np.float32)[:, :, np.newaxis]
    rows = np.arange(len(coarse))[:, np.newaxis, np.newaxis]
    cut = (
        np.moveaxis(coarse[rows, :, whole], -1, 2) * (1 - part) + np.moveaxis(coarse[rows, :, whole + 1], -1, 2) * part
    )
    unit: Float32Array = cut / np.maximum(np.linalg.norm(cut, axis=-1, keepdims=True), np.float32(1e-6))
    return unit


def half_places(samples: int) -> tuple[IntArray, int]:
    """Where both halves of so many samples begin, and how long they are."""
    trimmed = round(TRIMMED_S * RATE_HZ)
    return np.array([trimmed, samples // 2 + trimmed]), samples // 2 - 2 * trimmed


def half_norms(coarse: Float32Array) -> Float32Array:
    """Take the length, as a vector, of each stretch of half a lead.

    Parameters
    ----------
    coarse : float32 array, shape (..., samples)
        From `coarse_signals`.

    Returns
    -------
    float32 array, shape (..., samples - half + 1)
    """
    samples = coarse.shape[-1]
    _, half = half_places(samples)
    energy = np.zeros((*coarse.shape[:-1], samples + 1), np.float32)
    np.cumsum(np.square(coarse), axis=-1, out=energy[..., 1:])
    stretches = energy[..., half:] - energy[..., : samples - half + 1]
    norms: Float32Array = np.sqrt(np.maximum(stretches, np.float32(0.01)))
    return norms


def slide(templates: Float32Array, along: Float32Array, norms: Float32Array) -> Float32Array:
    """Correlate halves with every stretch of their length.

    Parameters
    ----------
    templates : float32 array, shape (..., half)
        From `halves`.
    along : float32 array, shape (..., samples)
        Leads that they are slid along; its other axes are broadcast with those of `templates`.
    norms : float32 array, shape (..., samples - half + 1)
        Their `half_norms`.

    Returns
    -------
    float32 array, shape (..., samples - half + 1)
        Correlations, without subtracting means: below 2 Hz there is nothing.
    """
    length = scipy.fft.next_fast_len(along.shape[-1], real=True)
    spectrum = scipy.fft.rfft(along, length, axis=-1, workers=-1)
    spectrum = spectrum * scipy.fft.rfft(templates, length, axis=-1, workers=-1).conj()
    products = scipy.fft.irfft(spectrum, length, axis=-1, workers=-1)[..., : norms.shape[-1]]
    products /= norms
    correlations: Float32Array = products
    return correlations


def mean_over_leads(correlations: Float32Array, axis: int) -> Float32Array:
    """Average absolute correlations over leads: each may have a gain and a polarity of its own."""
    averaged: Float32Array = np.abs(correlations).mean(axis=axis)
    return averaged


def snapped_scales(ratios: FloatingArray) -> FloatingArray:
    """Round ratios of RR intervals to the nearest of `SCALES`; 1 where they are beyond, which is another rhythm."""
    scales = np.rint((ratios - 1) / SCALE_STEP) * SCALE_STEP + 1
    return np.where(np.abs(scales - 1) <= MOST_RESAMPLED + SCALE_STEP / 2, scales, 1.0)

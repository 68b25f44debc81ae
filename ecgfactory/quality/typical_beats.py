"""Which beats of a record are of its most frequent kind: the others, as extrasystoles, stay out of the median beat."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, IntArray
from ecgfactory.quality.batch import block_means

COMPARED_S, BLOCK_S = 0.096, 0.012
"""Beats are compared within 96 ms to either side of their centre, which holds a wide QRS, by means over 12 ms."""

ALIKE = 0.8
"""Beats of one kind correlate by 0.8 at least, over all leads at once: extrasystoles of LUDB's odd records with other
beats by less, beats of one kind by more, even where noise hides the P waves."""

MOST = 64
"""Of more beats, every second, third or so stands for its kind, so that a long recording takes no longer per beat."""

FEWEST = 3
"""With fewer beats of the most frequent kind, there is no such kind, and all beats count."""


def typical_beats(cut_uv: Float32Array, fits: BoolArray, centre: int, sampling_rate_hz: int) -> BoolArray:
    """Find the beats that are like the one that most are like.

    Parameters
    ----------
    cut_uv : float32 array, shape (n, beats, leads, window)
        Each beat, less the baseline.
    fits : bool array, shape (n, beats)
        Which of them lie within the record.
    centre : int
        Sample of the window that is a beat's centre.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    bool array, shape (n, beats)
        Some of those that fit.
    """
    reach, block = (max(round(span_s * sampling_rate_hz), 1) for span_s in (COMPARED_S, BLOCK_S))
    coarse = block_means(cut_uv[..., centre - reach : centre + reach], block)
    coarse -= coarse.mean(axis=-1, keepdims=True)
    coarse = coarse.reshape(*fits.shape, coarse.shape[2] * coarse.shape[3])
    coarse /= np.maximum(np.sqrt(np.einsum("nbw,nbw->nb", coarse, coarse)), np.float32(1e-9))[..., np.newaxis]
    rows, candidates = np.arange(len(fits))[:, np.newaxis], _candidates(fits)
    alike = np.einsum("nbw,nkw->nbk", coarse, coarse[rows, candidates]) >= ALIKE
    alike &= fits[:, :, np.newaxis] & fits[rows, candidates][:, np.newaxis]
    count = alike.sum(axis=1)
    typical: BoolArray = alike[rows[:, 0], :, count.argmax(axis=1)]
    return np.where(count.max(axis=1)[:, np.newaxis] >= FEWEST, typical, fits)


def _candidates(fits: BoolArray) -> IntArray:
    """Choose up to `MOST` beats of each record, whatever the others of its batch; shape (n, candidates)."""
    beats = fits.shape[1]
    count = np.where(fits.any(axis=1), beats - fits[:, ::-1].argmax(axis=1), 0)
    places: IntArray = np.arange(min(MOST, beats)) * np.maximum(count, MOST)[:, np.newaxis] // MOST
    return places

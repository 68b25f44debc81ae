"""Breathing, and other slow waves that the heart follows: cycles of varying length."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array

MARGIN_S = 4.0
"""How far beyond both ends of a record its events are drawn; longer than any interval between two beats."""

BREATH_S = (2.8, 5.5)
"""Mean length of a breath of a record, from and to, in s: 11 to 21 breaths a minute, those of adults at rest (12 to 20
in textbooks, a little wider here)."""

_SPREAD = 0.12
"""Standard deviation of a cycle's length over its mean (chosen here); none differs by more than twice that."""


def breaths(duration_s: float, rng: np.random.Generator) -> Float64Array:
    """Return when breaths begin, from before `-MARGIN_S` to after `duration_s + MARGIN_S`, shape (breaths,), in s."""
    return cycles(rng.uniform(*BREATH_S), duration_s, rng)


def cycles(mean_s: float, duration_s: float, rng: np.random.Generator) -> Float64Array:
    """Return when cycles of varying length begin.

    Parameters
    ----------
    mean_s : float
        Mean length of a cycle.
    duration_s : float
        Length of the record.
    rng : Generator
        For their lengths.

    Returns
    -------
    float64 array, shape (cycles,)
        In s, rising, from before `-MARGIN_S` to after `duration_s + MARGIN_S`.
    """
    span_s = duration_s + 2 * MARGIN_S
    count = int(span_s / (mean_s * (1 - 2 * _SPREAD))) + 3
    length = rng.standard_normal(count)
    np.clip(length, -2, 2, out=length)
    onset_s = np.cumsum(mean_s * (1 + _SPREAD * length))
    onset_s -= onset_s[0] + MARGIN_S + mean_s * rng.random()
    return onset_s[: int(np.searchsorted(onset_s, duration_s + MARGIN_S)) + 1]


def wave(at_s: Float64Array, onset_s: Float64Array) -> Float64Array:
    """Return a cosine wave that is 1 where cycles begin and -1 half-way through them, at the times `at_s`."""
    phase: Float64Array = np.interp(at_s, onset_s, np.arange(len(onset_s)))
    return np.cos(2 * np.pi * phase)

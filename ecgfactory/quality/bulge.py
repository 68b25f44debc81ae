"""P or T as a bulge of the leads: where it peaks, in what combination of leads, and where a bulge begins and ends."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, FloatingArray, IntArray
from ecgfactory.quality.smoothing import smoothed
from ecgfactory.quality.spans import argmax_within, between

VISIBLE_UV = 30.0
"""Smallest wave, in the lead where it is largest: the smallest wave of IEC 60601-2-51:2003, annex GG.5."""

VISIBLE_NOISE = 5.0
"""Smallest P or T over all leads (root of the sum of squares), as a multiple of the noise of one lead."""

MARGIN_S = 0.01
"""A bulge peaks at least 10 ms from where it may begin and end."""


class Bulge:
    """P or T: one combination of leads in which it is upright, and its peak.

    The wave is looked for as a bulge: height above the middle of the two points `half_s` to either side,
    which a level or a slope of the baseline doesn't change. The leads are weighted by their part in the
    largest bulge.

    Parameters
    ----------
    beat_uv : float array, shape (n, leads, window)
        Median beats.
    first, last : int array, shape (n,)
        Where in the window the wave may lie.
    half_s : float
        Half the usual width of the wave.
    after_s : float
        Time from its peak to `last`, at least.
    rate : int
        Sampling rate in Hz.

    Attributes
    ----------
    smooth : float array, shape (n, leads, window)
        The beats without noise, and from `first` to `last` only: beyond, they keep the value that they have there.
    line : float array, shape (n, window)
        The combination of leads.
    weight : float array, shape (n, leads)
        What the leads count in it.
    peak : int array, shape (n,)
        Sample of the window.
    visible : bool array, shape (n,)
        Whether it is large enough, and larger than noise.
    """

    def __init__(
        self, beat_uv: FloatingArray, first: IntArray, last: IntArray, half_s: float, after_s: float, rate: int
    ) -> None:
        n, leads, window = beat_uv.shape
        self.half, self.first, self.last = max(round(half_s * rate), 2), first, np.maximum(last, first)
        self.smooth = _held(smoothed(beat_uv, 0.3 * half_s, rate), first, self.last)
        sides = np.pad(self.smooth, [(0, 0), (0, 0), (self.half, self.half)], mode="edge")
        bulge = self.smooth - (sides[..., : -2 * self.half] + sides[..., 2 * self.half :]) / 2

        before, after = (max(round(margin_s * rate), 1) for margin_s in (MARGIN_S, after_s))
        self.peak = argmax_within(power(bulge), between(window, first + before, last - after))
        vector = bulge[np.arange(n), :, self.peak]
        height = np.sqrt(np.square(vector).sum(axis=1))
        self.weight = vector / np.maximum(height, 1e-9)[:, None]
        self.line = np.einsum("nl,nlw->nw", self.weight, self.smooth)

        rough = np.where(between(window, first, last), power(beat_uv - self.smooth), 0)
        noise = np.sqrt(rough.sum(axis=1) / (leads * np.maximum(last - first, 1)))
        self.visible: BoolArray = (np.abs(vector).max(axis=1) >= VISIBLE_UV) & (height >= VISIBLE_NOISE * noise)


def _held(smooth: FloatingArray, first: IntArray, last: IntArray) -> FloatingArray:
    """Hold the beats at their values at two samples beyond these, so that QRS is no surroundings of P or T."""
    bounds = np.stack([first, last], axis=-1)[:, None]
    low, high = np.moveaxis(np.take_along_axis(smooth, bounds, axis=-1), -1, 0)[..., None]
    time = np.arange(smooth.shape[-1])
    return np.where(time < first[:, None, None], low, np.where(time > last[:, None, None], high, smooth))


def power(leads_uv: FloatingArray) -> FloatingArray:
    """Add the squares of all leads, shape (n, window)."""
    total: FloatingArray = np.einsum("nlw,nlw->nw", leads_uv, leads_uv)
    return total


def bulge_start(line: FloatingArray, peak: IntArray, first: IntArray, half: int, tail: float) -> FloatingArray:
    """Find where an upright wave, rising to its peak, begins: the mirror of `bulge_end`."""
    window = line.shape[1]
    onset: FloatingArray = window - 1 - bulge_end(line[:, ::-1], window - 1 - peak, window - 1 - first, half, tail)
    return onset


def bulge_end(line: FloatingArray, peak: IntArray, last: IntArray, half: int, tail: float) -> FloatingArray:
    """Find where an upright wave, falling from its peak, is over; NaN where it doesn't fall.

    With m the steepest place and r the foot (the lowest place in reach), the trapezium (line[m] -
    line[x]) * (2 r - m - x) is largest for an x near the end (Vázquez-Seisdedos, Neto, Marañón Reyes,
    Klautau, Limão de Oliveira, BioMed Eng OnLine 10 (2011) 77), before it by the more, the nearer the
    foot. This is put right for a wave that falls as a half cosine: a fall of length f ends at m + f / 2
    and has its largest trapezium where tan(a) = a (2 (r - m) / (x - m) - 1), with a = pi (x - m) / f.
    With the foot not before the end, f / 2 is at most 1.41 (x - m).

    Parameters
    ----------
    line : float array, shape (n, window)
        In it the wave is upright.
    peak, last : int array, shape (n,)
        Its peak, and where it is over at the latest.
    half : int
        Half its usual width, in samples.
    tail : float
        How much later than a half cosine it ends, as a share of x - m.
    """
    n, window = line.shape
    rows = np.arange(n)
    slope = np.diff(line, axis=1, append=line[:, -1:])
    steepest = argmax_within(-slope, between(window, peak, np.minimum(peak + 3 * half // 2, last)))
    foot = argmax_within(-line, between(window, steepest + 1, np.minimum(steepest + half, last) + 1))
    fall = line[rows, steepest][:, None] - line
    area = fall * ((2 * foot - steepest)[:, None] - np.arange(window))
    reached = argmax_within(area, between(window, steepest + 1, foot)) - steepest
    falls = (reached > 0) & (slope[rows, steepest] < 0)

    reached = np.maximum(reached, 1)
    ratio = np.maximum(2 * (foot - steepest) / reached - 1, 1.05)
    angle = np.full(n, np.pi / 2)
    for _ in range(12):  # a fixed point; 12 steps settle what is not cut off at 1.41 below
        angle = np.arctan(ratio * angle)
    return np.where(falls, steepest + reached * (np.minimum(np.pi / 2 / angle, 1.41) + tail), np.nan)

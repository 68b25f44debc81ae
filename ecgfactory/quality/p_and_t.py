"""Where P and T begin and end in the median beat, and whether there is a P.

Both are too small for the spatial velocity. They are looked for on the one combination of leads that shows them best;
P, whose halves show in different leads, then ends where all leads together are back at their level.
"""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, FloatingArray, IntArray
from ecgfactory.quality.batch import block_means
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.medians import median_of_existing
from ecgfactory.quality.smoothing import smoothed
from ecgfactory.quality.spans import argmax_within, between

VISIBLE_UV = 30.0
"""Smallest wave, in the lead where it is largest: the smallest wave of IEC 60601-2-51:2003, annex GG.5."""

VISIBLE_NOISE = 5.0
"""Smallest P or T over all leads (root of the sum of squares), as a multiple of the noise of one lead."""

P_HALF_S, T_HALF_S = 0.06, 0.10
"""Half the width of a normal P (80..120 ms) and T (150..250 ms); smoothing and search windows follow."""

PEAK_BEFORE_QRS_S = 0.04
"""P peaks 40 ms before QRS or earlier: half of a short P. Nearer, the corner is taken for it that its end makes."""

P_CORE_SHARE = 0.7
"""P's ends are looked for from where all leads are farther from their level than 0.7 of the farthest: within P, and
beyond a notch."""

P_LEVEL_S = 0.016
"""The level before P is that of 16 ms before its onset in the one combination."""

SHORTEST_P_S, LONGEST_P_S = 0.04, 0.2
"""What is shorter is an atrial pacing spike or an artefact, and what is longer the baseline: no P."""

P_TAIL, T_TAIL = 0.06, 0.1
"""P rises and T falls more slowly than a half cosine: outwards from the steepest place they last longer by 0.06 and 0.1
of the way to the largest trapezium (see `wave_end`). Chosen on PR and QT of LUDB's odd records."""

STEADY, STEADY_BLOCK_S = 1.8, 0.012
"""There is a P when that of the median beat has 1.8 times the power of what beats show beside it (their median; from
its onset to 16 ms after its end, smoothed over 30 ms, around the mean). Fibrillation and dissociated P waves give up to
1.5 on LUDB's odd records, P waves from 7 on."""


class Wave:
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
    rate : int
        Sampling rate in Hz.
    after_s : float
        Time from its peak to `last`, at least.
    tail : float
        How much more slowly than a half cosine it falls.
    """

    def __init__(
        self,
        beat_uv: FloatingArray,
        first: IntArray,
        last: IntArray,
        half_s: float,
        rate: int,
        after_s: float = 0.0,
        tail: float = 0.0,
    ) -> None:
        n, leads, window = beat_uv.shape
        self.tail = tail
        self.half, self.first, self.last = max(round(half_s * rate), 2), first, np.maximum(last, first)
        # Beyond its bounds the beat is held at the value it has there, so that QRS does not count as surroundings
        # of P or T.
        smooth, last = smoothed(beat_uv, 0.3 * half_s, rate), self.last
        bounds = np.stack([first, last], axis=-1)[:, None]
        low, high = np.moveaxis(np.take_along_axis(smooth, bounds, axis=-1), -1, 0)[..., None]
        time = np.arange(window)
        self.smooth = np.where(time < first[:, None, None], low, np.where(time > last[:, None, None], high, smooth))
        sides = np.pad(self.smooth, [(0, 0), (0, 0), (self.half, self.half)], mode="edge")
        bulge = self.smooth - (sides[..., : -2 * self.half] + sides[..., 2 * self.half :]) / 2

        margin = max(round(0.01 * rate), 1)
        amid = between(window, first + margin, last - max(round(after_s * rate), margin))
        self.peak = argmax_within(_power(bulge), amid)
        vector = bulge[np.arange(n), :, self.peak]
        height = np.sqrt(np.square(vector).sum(axis=1))
        self.weight = vector / np.maximum(height, 1e-9)[:, None]
        self.line = np.einsum("nl,nlw->nw", self.weight, self.smooth)

        rough = np.where(between(window, first, last), _power(beat_uv - self.smooth), 0)
        noise = np.sqrt(rough.sum(axis=1) / (leads * np.maximum(last - first, 1)))
        self.visible = (np.abs(vector).max(axis=1) >= VISIBLE_UV) & (height >= VISIBLE_NOISE * noise)

    def offset(self) -> FloatingArray:
        """Return the last sample of the wave in its combination of leads."""
        return wave_end(self.line, self.peak, self.last, self.half, self.tail)

    def onset(self) -> FloatingArray:
        """Return the first sample of the wave in its combination of leads."""
        return _wave_start(self.line, self.peak, self.first, self.half, P_TAIL)


def p_bounds(p: Wave, rate: int) -> tuple[FloatingArray, FloatingArray]:
    """Find onset and offset of P over all leads: how far they are from their level before it, and after it.

    Parameters
    ----------
    p : Wave
        P in its combination of leads.
    rate : int
        Sampling rate in Hz.

    Returns
    -------
    onset, offset : float array, shape (n,)
        First and last sample, where all leads don't show it that of the one combination; NaN where that doesn't rise
        or fall either.
    """
    window = p.line.shape[1]
    start = p.onset()
    begin = np.where(np.isnan(start), p.first, start).astype(np.int64)
    before = _level(p.smooth, np.maximum(begin - round(P_LEVEL_S * rate), p.first), begin)
    rising = np.sqrt(_power(p.smooth - before))
    first_half = between(window, np.maximum(p.peak - p.half, p.first), p.peak + 1)
    rises = first_half & (rising >= P_CORE_SHARE * np.where(first_half, rising, 0).max(axis=1, keepdims=True))
    onset = _wave_start(rising, rises.argmax(axis=1), p.first, p.half, P_TAIL)

    after = np.take_along_axis(p.smooth, p.last[:, None, None], axis=-1)
    falling = np.sqrt(_power(p.smooth - after))
    second_half = between(window, p.peak, np.minimum(p.peak + 4 * p.half // 3, p.last))
    high = between(window, p.peak, p.last)
    high &= falling >= P_CORE_SHARE * np.where(second_half, falling, 0).max(axis=1, keepdims=True)
    offset = wave_end(falling, window - 1 - high[:, ::-1].argmax(axis=1), p.last, p.half)
    return np.where(np.isnan(onset), start, onset), np.where(np.isnan(offset), p.offset(), offset)


def p_is_steady(beats: Beats, p: Wave, onset: FloatingArray, offset: FloatingArray) -> BoolArray:
    """Return whether single beats show the P of the median beat, as they don't where the atria go their own way.

    Parameters
    ----------
    beats : Beats
        From `find_beats`.
    p : Wave
        P in its combination of leads.
    onset, offset : float array, shape (n,)
        Its bounds.

    Returns
    -------
    bool array, shape (n,)
        False where the bounds are NaN, or no P lasts as long.
    """
    rate = beats.sampling_rate_hz
    block = max(round(STEADY_BLOCK_S * rate), 1)
    plausible = (offset - onset >= SHORTEST_P_S * rate) & (offset - onset <= LONGEST_P_S * rate)
    weight = p.weight.astype(np.float32)[:, None, None]
    usual, single = (
        block_means(np.matmul(weight, beats_uv[..., : p.line.shape[1]])[:, :, 0], block)
        for beats_uv in (beats.median_uv[:, None], beats.cut_uv)
    )
    first, last = (np.where(plausible, bound, 0) // block for bound in (onset, np.minimum(offset, p.last)))
    within = between(usual.shape[-1], first.astype(np.int64), last.astype(np.int64) + 2)
    usual, single = _around_mean(usual, within), _around_mean(single, within)
    beside = median_of_existing(np.square(single - usual).sum(axis=-1), beats.fits)
    steady: BoolArray = plausible & (np.square(usual).sum(axis=-1)[:, 0] >= STEADY * beside)
    return steady


def _around_mean(lines: FloatingArray, within: BoolArray) -> FloatingArray:
    """Subtract the mean over the samples within, and set the others to 0; shape (n, lines, window)."""
    mean = np.einsum("nbw,nw->nb", lines, within) / np.maximum(within.sum(axis=1), 1)[:, None]
    rest: FloatingArray = np.where(within[:, None], lines - mean[..., None], 0)
    return rest


def _power(leads_uv: FloatingArray) -> FloatingArray:
    """Add the squares of all leads, shape (n, window)."""
    power: FloatingArray = np.einsum("nlw,nlw->nw", leads_uv, leads_uv)
    return power


def _level(smooth: FloatingArray, first: IntArray, last: IntArray) -> FloatingArray:
    """Take the mean of each lead from one sample to another, shape (n, leads, 1)."""
    within = between(smooth.shape[-1], first, np.maximum(last, first + 1))[:, None]
    level: FloatingArray = smooth.mean(axis=-1, where=within, keepdims=True)
    return level


def _wave_start(wave: FloatingArray, peak: IntArray, first: IntArray, half: int, tail: float) -> FloatingArray:
    """Find where an upright wave, rising to its peak, begins: the mirror of `wave_end`."""
    window = wave.shape[1]
    onset: FloatingArray = window - 1 - wave_end(wave[:, ::-1], window - 1 - peak, window - 1 - first, half, tail)
    return onset


def wave_end(wave: FloatingArray, peak: IntArray, last: IntArray, half: int, tail: float = 0.0) -> FloatingArray:
    """Find where an upright wave, falling from its peak, is over; NaN where it doesn't fall.

    With m the steepest place and r the foot (the lowest place in reach), the trapezium (wave[m] -
    wave[x]) * (2 r - m - x) is largest for an x near the end (Vázquez-Seisdedos, Neto, Marañón Reyes,
    Klautau, Limão de Oliveira, BioMed Eng OnLine 10 (2011) 77), before it by the more, the nearer the
    foot. This is put right for a wave that falls as a half cosine: a fall of length f ends at m + f / 2
    and has its largest trapezium where tan(a) = a (2 (r - m) / (x - m) - 1), with a = pi (x - m) / f.
    With the foot not before the end, f / 2 is at most 1.41 (x - m).
    """
    n, window = wave.shape
    rows = np.arange(n)
    slope = np.diff(wave, axis=1, append=wave[:, -1:])
    steepest = argmax_within(-slope, between(window, peak, np.minimum(peak + 3 * half // 2, last)))
    foot = argmax_within(-wave, between(window, steepest + 1, np.minimum(steepest + half, last) + 1))
    fall = wave[rows, steepest][:, None] - wave
    area = fall * ((2 * foot - steepest)[:, None] - np.arange(window))
    reached = argmax_within(area, between(window, steepest + 1, foot)) - steepest
    falls = (reached > 0) & (slope[rows, steepest] < 0)

    reached = np.maximum(reached, 1)
    ratio = np.maximum(2 * (foot - steepest) / reached - 1, 1.05)
    angle = np.full(n, np.pi / 2)
    for _ in range(12):  # a fixed point; 12 steps settle what is not cut off at 1.41 below
        angle = np.arctan(ratio * angle)
    return np.where(falls, steepest + reached * (np.minimum(np.pi / 2 / angle, 1.41) + tail), np.nan)

"""Where P, QRS and T begin and end in the median beat, over all leads at once.

As clinical systems do, QRS runs from the earliest onset to the latest offset over all leads (CSE Working
Party, Eur Heart J 6 (1985) 815-825). It is where the spatial velocity, the length of the vector of all
leads' slopes, stands out. P and T are too small for that: each is measured on the one combination of
leads that shows it best.

Constants without a source were chosen on simulated ECGs of known onsets (`simulated`), with other seeds than
those that the tests report.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import FloatingArray, IntArray
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.pacing_spikes import without_spikes
from ecgfactory.quality.qrs_bounds import VISIBLE_UV, qrs_bounds, smoothed
from ecgfactory.quality.spans import argmax_within, between

VISIBLE_NOISE = 5.0
"""Smallest P or T over all leads (root of the sum of squares), as a multiple of the noise of one lead."""

P_HALF_S, T_HALF_S = 0.06, 0.10
"""Half the width of a normal P (80..120 ms) and T (150..250 ms); smoothing and search windows follow."""

LONGEST_PR_S, LONGEST_QT_S = 0.32, 0.56
"""How far from the onset of QRS P and T are looked for; the median beat holds no more."""

LONGEST_QT_SHARE = 0.7
"""And how far as a share of the RR time, so that the next P is not taken for the T of a fast rhythm."""


@dataclass(frozen=True)
class Waves:
    """Bounds of the waves in the median beat, in samples of its window.

    Parameters
    ----------
    p_onset, p_offset, qrs_onset, qrs_offset, t_offset : float array, shape (n,)
        First sample of the wave, last sample of it; NaN where it can't be found.
    """

    p_onset: FloatingArray
    p_offset: FloatingArray
    qrs_onset: FloatingArray
    qrs_offset: FloatingArray
    t_offset: FloatingArray


def find_waves(beats: Beats) -> Waves:
    """Find the bounds of P, QRS and T in each median beat.

    Parameters
    ----------
    beats : Beats
        From `find_beats`.

    Returns
    -------
    Waves
        P is looked for up to 320 ms before QRS and after the T of the beat before, T up to 560 ms after
        the onset of QRS and 0.7 of the RR time (without a second beat, of one second).
    """
    rate = beats.sampling_rate_hz
    median_uv = without_spikes(beats.median_uv, beats.centre, rate)
    window = median_uv.shape[-1]
    rr = np.where(np.isnan(beats.rr_ms), 1000, beats.rr_ms) / 1000 * rate
    onset, offset, has_qrs = qrs_bounds(median_uv, beats.centre, rate)

    # T starts no earlier than QRS ends, and P is over 6 ms before QRS, which smoothing would smear into it.
    longest_qt = np.minimum(LONGEST_QT_S * rate, LONGEST_QT_SHARE * rr)
    t_limit = np.minimum(onset + longest_qt, window - 2).astype(np.int64)
    t = _Wave(median_uv, offset, t_limit, T_HALF_S, rate)
    t_offset = np.where(has_qrs & t.visible, t.offset(), np.nan)
    qt = np.where(np.isnan(t_offset), 0.4 * rr, t_offset - onset)
    p_limit = np.maximum(onset - np.minimum(LONGEST_PR_S * rate, rr - qt), 0).astype(np.int64)
    p = _Wave(median_uv, p_limit, onset - round(0.006 * rate), P_HALF_S, rate)
    has_p = has_qrs & p.visible
    return Waves(
        p_onset=np.where(has_p, p.onset(), np.nan),
        p_offset=np.where(has_p, p.offset(), np.nan),
        qrs_onset=np.where(has_qrs, onset, np.nan),
        qrs_offset=np.where(has_qrs, offset, np.nan),
        t_offset=t_offset,
    )


class _Wave:
    """P or T: one combination of leads in which it is upright, and its peak.

    The wave is looked for as a bulge: height above the middle of the two points `half_s` to either side,
    which a level or a slope of the baseline doesn't change. The leads are weighted by their part in the
    largest bulge.
    """

    def __init__(self, median_uv: FloatingArray, first: IntArray, last: IntArray, half_s: float, rate: int) -> None:
        n, leads, window = median_uv.shape
        self.half, self.first, self.last = max(round(half_s * rate), 2), first, last
        # Beyond its bounds the beat is held at the value it has there, so that QRS does not count as surroundings
        # of P or T.
        inside = np.clip(np.arange(window), first[:, None], np.maximum(first, last)[:, None])[:, None]
        smooth = np.take_along_axis(smoothed(median_uv, max(round(0.3 * half_s * rate), 1)), inside, axis=-1)
        sides = np.pad(smooth, [(0, 0), (0, 0), (self.half, self.half)], mode="edge")
        bulge = smooth - (sides[..., : -2 * self.half] + sides[..., 2 * self.half :]) / 2

        margin = max(round(0.01 * rate), 1)
        amid = between(window, first + margin, last - margin)
        self.peak = argmax_within(np.square(bulge).sum(axis=1), amid)
        vector = bulge[np.arange(n), :, self.peak]
        height = np.sqrt(np.square(vector).sum(axis=1))
        weight = vector / np.maximum(height, 1e-9)[:, None]
        self.wave = np.einsum("nl,nlw->nw", weight, smooth)

        rough = np.where(between(window, first, last)[:, None], median_uv - smooth, 0)
        noise = np.sqrt(np.square(rough).sum(axis=(1, 2)) / (leads * np.maximum(last - first, 1)))
        self.visible = (np.abs(vector).max(axis=1) >= VISIBLE_UV) & (height >= VISIBLE_NOISE * noise)

    def offset(self) -> FloatingArray:
        """Return the last sample of the wave."""
        return _wave_end(self.wave, self.peak, self.last, self.half)

    def onset(self) -> FloatingArray:
        """Return the first sample of the wave."""
        window = self.wave.shape[1]
        mirrored = _wave_end(self.wave[:, ::-1], window - 1 - self.peak, window - 1 - self.first, self.half)
        onset: FloatingArray = window - 1 - mirrored
        return onset


def _wave_end(wave: FloatingArray, peak: IntArray, last: IntArray, half: int) -> FloatingArray:
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
    for _ in range(30):  # a fixed point; 30 steps settle it to less than a sample
        angle = np.arctan(ratio * angle)
    return np.where(falls, steepest + reached * np.minimum(np.pi / 2 / angle, 1.41), np.nan)

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
import scipy

from ecgfactory.arrays import BoolArray, FloatingArray, IntArray
from ecgfactory.quality.beats import Beats

ONSET_SHARE, OFFSET_SHARE = 0.05, 0.08
"""QRS lasts while the spatial velocity exceeds this share of its peak. Lower, it runs into T; higher, it
is cut short."""

QUIETEST_PERCENT = 5
"""The noise of a beat is that of its quietest 40 ms; the 5th percentile of places, so as not to depend on one."""

NOISE_FACTOR = 1.2
"""Spatial velocity that is not noise, as a multiple of the noise."""

QUIET_S = 0.012
"""QRS is over when the velocity stays low for 12 ms: longer than where all leads turn at once, shorter than the
rest between a wide QRS and the T of a fast rhythm."""

TURN_SHARE, RETURN_SHARE, RETURN_S = 0.15, 0.6, 0.06
"""It is not over where the leads, farther from their level at the onset than 0.15 of the farthest, only turn: when
they have come back to 0.6 of that distance within 60 ms, as in the slow last wave of a bundle branch block."""

QRS_REACH_S = 0.13
"""QRS ends within 130 ms of its steepest place, to either side."""

MEASURABLE = 5.0
"""A QRS is measured when its peak velocity is at least 5 times the noise, and `VISIBLE_UV` in 12 ms."""

VISIBLE_UV = 30.0
"""Smallest wave, in the lead where it is largest: the smallest wave of IEC 60601-2-51:2003, annex GG.5."""

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
    median_uv = beats.median_uv
    window = median_uv.shape[-1]
    rr = np.where(np.isnan(beats.rr_ms), 1000, beats.rr_ms) / 1000 * rate
    onset, offset, has_qrs = _qrs_bounds(median_uv, beats.centre, rate)

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


def _qrs_bounds(median_uv: FloatingArray, centre: int, rate: int) -> tuple[IntArray, IntArray, BoolArray]:
    """Find onset and offset of QRS in samples, and whether there is one."""
    velocity, noise = _spatial_velocity(median_uv, rate)
    n, window = velocity.shape
    near = round(0.1 * rate)
    steepest = centre - near + velocity[:, centre - near : centre + near].argmax(axis=1)
    height = velocity[np.arange(n), steepest]
    speed = velocity / np.maximum(height, 1e-9)[:, None]
    floor = NOISE_FACTOR * noise / np.maximum(height, 1e-9)
    still = np.zeros_like(speed)
    rest_before = _rest(speed[:, ::-1], still, window - 1 - steepest, np.maximum(ONSET_SHARE, floor), rate)
    onset = window - 1 - rest_before
    away = _distance_from(onset, median_uv, steepest + round(QRS_REACH_S * rate), rate)
    offset = _rest(speed, away, steepest, np.maximum(OFFSET_SHARE, floor), rate)
    return onset, offset, height >= np.maximum(VISIBLE_UV, MEASURABLE * noise)


def _spatial_velocity(median_uv: FloatingArray, rate: int) -> tuple[FloatingArray, FloatingArray]:
    """Measure the change of all leads over 12 ms, less its noise; and the noise."""
    half = max(round(0.006 * rate), 1)
    changes = median_uv[..., 2 * half :] - median_uv[..., : -2 * half]
    energy = np.pad(np.einsum("nlw,nlw->nw", changes, changes), [(0, 0), (half, half)], mode="edge")
    smooth, smoother = (
        scipy.ndimage.uniform_filter1d(energy, max(round(length_s * rate), 1), axis=-1, mode="nearest")
        for length_s in (0.01, 0.04)
    )
    quietest = np.maximum(np.percentile(smoother, QUIETEST_PERCENT, axis=1), 0)  # a running sum rounds below zero
    return np.sqrt(np.maximum(smooth - quietest[:, None], 0)), np.sqrt(quietest)


def _distance_from(onset: IntArray, median_uv: FloatingArray, last: IntArray, rate: int) -> FloatingArray:
    """Measure how far all leads are from their level at the onset, as a share of the farthest before `last`."""
    smooth = _smooth(median_uv, max(round(0.02 * rate), 1))
    change = smooth - np.take_along_axis(smooth, onset[:, None, None], axis=-1)
    distance = np.sqrt(np.square(change).sum(axis=1))
    farthest = np.where(_between(distance.shape[1], onset, last), distance, 0).max(axis=1)
    share: FloatingArray = distance / np.maximum(farthest, 1e-9)[:, None]
    return share


def _rest(speed: FloatingArray, away: FloatingArray, start: IntArray, threshold: FloatingArray, rate: int) -> IntArray:
    """Find the last sample before the leads, from `start` on, come to rest.

    At rest the speed stays below the threshold, and the leads don't just turn, far away, to come back soon.
    Where QRS and T (or P and QRS) merge without a rest, it is the slowest and nearest place.
    """
    length, ahead = (max(round(span_s * rate), 1) for span_s in (QUIET_S, RETURN_S))
    within = _between(speed.shape[1], start + 1, start + round(QRS_REACH_S * rate))
    slow_before = np.pad(np.cumsum(speed < threshold[:, None], axis=1), [(0, 0), (1, length)], mode="edge")
    slow: BoolArray = slow_before[:, length:-1] - slow_before[:, : -length - 1] == length
    nearest = scipy.ndimage.minimum_filter1d(away, ahead, axis=-1, mode="nearest", origin=-(ahead // 2))
    rests = within & slow & ~((away > TURN_SHARE) & (nearest < RETURN_SHARE * away))
    rest: IntArray = np.where(rests.any(axis=1), rests.argmax(axis=1) - 1, _argmax_within(-speed - away, within))
    return rest


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
        smooth = np.take_along_axis(_smooth(median_uv, max(round(0.3 * half_s * rate), 1)), inside, axis=-1)
        sides = np.pad(smooth, [(0, 0), (0, 0), (self.half, self.half)], mode="edge")
        bulge = smooth - (sides[..., : -2 * self.half] + sides[..., 2 * self.half :]) / 2

        margin = max(round(0.01 * rate), 1)
        amid = _between(window, first + margin, last - margin)
        self.peak = _argmax_within(np.square(bulge).sum(axis=1), amid)
        vector = bulge[np.arange(n), :, self.peak]
        height = np.sqrt(np.square(vector).sum(axis=1))
        weight = vector / np.maximum(height, 1e-9)[:, None]
        self.wave = np.einsum("nl,nlw->nw", weight, smooth)

        rough = np.where(_between(window, first, last)[:, None], median_uv - smooth, 0)
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
    steepest = _argmax_within(-slope, _between(window, peak, np.minimum(peak + 3 * half // 2, last)))
    foot = _argmax_within(-wave, _between(window, steepest + 1, np.minimum(steepest + half, last) + 1))
    fall = wave[rows, steepest][:, None] - wave
    area = fall * ((2 * foot - steepest)[:, None] - np.arange(window))
    reached = _argmax_within(area, _between(window, steepest + 1, foot)) - steepest
    falls = (reached > 0) & (slope[rows, steepest] < 0)

    reached = np.maximum(reached, 1)
    ratio = np.maximum(2 * (foot - steepest) / reached - 1, 1.05)
    angle = np.full(n, np.pi / 2)
    for _ in range(30):  # a fixed point; 30 steps settle it to less than a sample
        angle = np.arctan(ratio * angle)
    return np.where(falls, steepest + reached * np.minimum(np.pi / 2 / angle, 1.41), np.nan)


def _smooth(signal_uv: FloatingArray, length: int) -> FloatingArray:
    """Average with a Hann window, at half height half of `length` wide."""
    kernel = scipy.signal.windows.hann(length + 2)[1:-1]
    smooth: FloatingArray = scipy.ndimage.convolve1d(signal_uv, kernel / kernel.sum(), axis=-1, mode="nearest")
    return smooth


def _between(window: int, first: IntArray, last: IntArray) -> BoolArray:
    """Return which samples lie in [first, last) of each row."""
    time = np.arange(window)
    between: BoolArray = (time >= first[:, None]) & (time < last[:, None])
    return between


def _argmax_within(values: FloatingArray, within: BoolArray) -> IntArray:
    """Find the largest value of each row among those within; 0 where there is none."""
    places: IntArray = np.where(within, values, -np.inf).argmax(axis=1)
    return places

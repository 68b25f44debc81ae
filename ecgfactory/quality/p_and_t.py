"""Where P and T begin and end in the median beat, and whether there is a P.

Each is looked for in the one combination of leads that shows it best (`bulge`). It begins and ends where all leads
together are at their level: its parts show in different leads.
"""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import BoolArray, FloatingArray, IntArray
from ecgfactory.quality.batch import block_means
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.bulge import Bulge, bulge_end, bulge_start, power
from ecgfactory.quality.medians import median_of_existing
from ecgfactory.quality.spans import between

P_HALF_S, T_HALF_S = 0.06, 0.10
"""Half the width of a normal P (80..120 ms) and T (150..250 ms); smoothing and search windows follow."""

P_BEFORE_QRS_S, T_AFTER_S = 0.04, 0.01
"""P peaks 40 ms before QRS or earlier: half of a short P. Nearer, the corner that its end makes is taken for it. T may
peak shortly before it has to be over."""

P_CORE_SHARE, T_CORE_SHARE = 0.7, 0.6
"""The ends are looked for from where all leads are farther from their level than this share of the farthest: within P
or T, and beyond a notch."""

P_LEVEL_S, T_LEVEL_S = (-0.016, 0.0), (0.016, 0.05)
"""The level before P is that of the last 16 ms before its onset in the one combination of leads; that after T is that
from 16 to 50 ms after its end there. After P, it is the level before QRS."""

P_TAIL, T_TAIL = 0.06, 0.08
"""P rises and T falls more slowly than a half cosine, by these shares (see `bulge_end`)."""

SHORTEST_P_S, LONGEST_P_S = 0.04, 0.2
"""What is shorter is an atrial pacing spike or an artefact, and what is longer the baseline: no P."""

STEADY, STEADY_BLOCK_S = 2.2, 0.016
"""There is a P when that of the median beat has 2.2 times the power of what beats show beside it (their median; from
its onset to 16 ms after its end, in means over 16 ms, around the mean). On LUDB's records 1 to 100 fibrillation and
dissociated P waves give up to 2.0 (a flutter of two waves a beat more), P waves from 3.4 on."""


def t_end(beat_uv: FloatingArray, first: IntArray, last: IntArray, rate: int) -> FloatingArray:
    """Find the last sample of T over all leads; NaN where there is none.

    Parameters
    ----------
    beat_uv : float array, shape (n, leads, window)
        Median beats.
    first, last : int array, shape (n,)
        Where in the window T may lie.
    rate : int
        Sampling rate in Hz.
    """
    t = Bulge(beat_uv, first, last, T_HALF_S, T_AFTER_S, rate)
    alone = bulge_end(t.line, t.peak, t.last, t.half, 0.0)
    begin, end = (np.nan_to_num(alone, nan=0) + round(span_s * rate) for span_s in T_LEVEL_S)
    after = _level(t.smooth, begin, end, t.last)
    together = _fall(t, after, t.half, T_CORE_SHARE, np.minimum(begin.astype(np.int64), t.last), T_TAIL)
    return np.where(t.visible, np.where(np.isnan(together), alone, together), np.nan)


def p_bounds(p: Bulge, rate: int) -> tuple[FloatingArray, FloatingArray]:
    """Find onset and offset of P over all leads.

    Parameters
    ----------
    p : Bulge
        P in its combination of leads.
    rate : int
        Sampling rate in Hz.

    Returns
    -------
    onset, offset : float array, shape (n,)
        First and last sample: by all leads, by the one combination where they don't tell, and where that neither rises
        nor falls, as P out of T in a fast rhythm, where P may begin and end.
    """
    alone = bulge_start(p.line, p.peak, p.first, p.half, P_TAIL)
    begin, end = (np.where(np.isnan(alone), p.peak, alone) + round(span_s * rate) for span_s in P_LEVEL_S)
    away = np.sqrt(power(p.smooth - _level(p.smooth, np.maximum(begin, p.first), end, p.last)))
    first_half = between(p.line.shape[1], np.maximum(p.peak - p.half, p.first), p.peak + 1)
    rises = first_half & (away >= P_CORE_SHARE * np.where(first_half, away, 0).max(axis=1, keepdims=True))
    onset = bulge_start(away, rises.argmax(axis=1), p.first, p.half, P_TAIL)

    after = np.take_along_axis(p.smooth, p.last[:, None, None], axis=-1)
    offset = _fall(p, after, 4 * p.half // 3, P_CORE_SHARE, p.last, 0.0)
    offset_alone = bulge_end(p.line, p.peak, p.last, p.half, 0.0)
    onset, offset = np.where(np.isnan(onset), alone, onset), np.where(np.isnan(offset), offset_alone, offset)
    return np.where(np.isnan(onset), p.first, onset), np.where(np.isnan(offset), p.last, offset)


def _fall(
    wave: Bulge, level: FloatingArray, reach: int, share: float, core_end: IntArray, tail: float
) -> FloatingArray:
    """Find where all leads together are back at a level, after they were last far from it."""
    window = wave.line.shape[1]
    away = np.sqrt(power(wave.smooth - level))
    farthest = np.where(between(window, wave.peak, np.minimum(wave.peak + reach, wave.last)), away, 0).max(axis=1)
    core = between(window, wave.peak, core_end) & (away >= share * farthest[:, None])
    last_of_core = np.where(core.any(axis=1), window - 1 - core[:, ::-1].argmax(axis=1), wave.peak)
    return bulge_end(away, last_of_core, wave.last, wave.half, tail)


def _level(smooth: FloatingArray, begin: FloatingArray, end: FloatingArray, last: IntArray) -> FloatingArray:
    """Take the mean of each lead from one sample to another, both before `last`; shape (n, leads, 1)."""
    first = np.clip(begin, 0, last - 1).astype(np.int64)
    within = between(smooth.shape[-1], first, np.maximum(np.minimum(end, last), first + 1).astype(np.int64))
    level: FloatingArray = np.einsum("nlw,nw->nl", smooth, within) / within.sum(axis=1, keepdims=True)
    return level[..., None]


def p_is_steady(beats: Beats, p: Bulge, onset: FloatingArray, offset: FloatingArray) -> BoolArray:
    """Return whether single beats show the P of the median beat, as they don't where the atria go their own way.

    Parameters
    ----------
    beats : Beats
        From `find_beats`.
    p : Bulge
        P in its combination of leads.
    onset, offset : float array, shape (n,)
        Its bounds.

    Returns
    -------
    bool array, shape (n,)
        False where no P lasts as long as its bounds say.
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

"""What records are composed of: the beats and the noise of one generated ECG."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array, FloatingArray, IntArray
from ecgfactory.compose.bounds import median_bounds
from ecgfactory.leads import SignalUv
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.waves import Waves
from ecgfactory.rhythms.score import Heart
from ecgfactory.wave_table import WaveTable

RATE_HZ = 500
"""Sampling rate at which everything here is composed."""

FEWEST_BEATS = 4
"""From fewer typical beats, neither their mean nor how they vary can be told."""

SHORTEST_TP_S = 0.04
"""From the end of T to the next P; where it is shorter, the ends of a beat are no baseline."""

LEVEL_S = 0.04
"""The level of a beat at either end is the mean over so long, or to the wave next to it where that is nearer; and so
long the mean beat takes to fade in and out."""

P_MARGIN_S = 0.012
"""P is cut so far outside its bounds, which lie where it is still a few per cent of its height."""

GRAIN_S = 0.1
"""A grain of the noise floor: shorter than most TP times, and longer than a cycle of all but wander."""

MOST_GRAINS = 16
"""More grains than that cost time, and don't add to the variety of their random mixtures."""

WANDER_STEP_S = 0.05
"""Wander is slower than 1 Hz (the levels it is taken from are a beat apart); straight lines of 50 ms follow it."""


@dataclass(frozen=True, eq=False)
class Source:
    """The heart and the noise of one generated ECG, in uV at 500 Hz, leads in the order of `EIGHT_LEADS`.

    Parameters
    ----------
    heart : Heart
        What a rhythm knows of it.
    p_uv, qrst_uv : float32 array, shape (8, window)
        P wave, and QRS with ST and T, of the mean beat, from mid TP to mid TP: 0 at both ends. They add up to it.
    residuals_uv : float32 array, shape (beats, 8, window)
        How each beat differs from the mean, over the root of one less than there are beats: their products with
        themselves add up to the covariance of the beats.
    grains_uv : float32 array, shape (grains, 8, grain)
        The same of stretches of TP, over the root of the number of grains.
    wander_uv : float32 array, shape (8, nodes)
        Level of the baseline every `WANDER_STEP_S`, mean 0.
    centre : int
        R peak in the window.
    p_onset, qrs_onset, qrs_offset, t_offset : int
        Bounds in the window, as `quality.waves` measures them.
    lead_names : tuple of str
        Leads in which waves are marked; empty without marks.
    bounds : float64 array, shape (1 + leads, 3 waves, 2), or None
        Onset and offset of P, QRS and T over all leads and in each, in samples after the R peak; NaN for a wave that is
        not there. None without marks.
    """

    heart: Heart
    p_uv: Float32Array
    qrst_uv: Float32Array
    residuals_uv: Float32Array
    grains_uv: Float32Array
    wander_uv: Float32Array
    centre: int
    p_onset: int
    qrs_onset: int
    qrs_offset: int
    t_offset: int
    lead_names: tuple[str, ...]
    bounds: Float64Array | None


def sources_of(
    generated_uv: SignalUv, beats: Beats, waves: Waves, marks: WaveTable | None = None
) -> list[Source | str]:
    """Cut generated ECGs into what records are composed of.

    Parameters
    ----------
    generated_uv : int16 array, shape (n, 8, samples)
        Generated ECGs at 500 Hz.
    beats, waves : Beats, Waves
        What `quality.find_beats` and `find_waves` found in them.
    marks : WaveTable, optional
        Their waves at 500 Hz, where composed records are to be labelled with theirs.

    Returns
    -------
    list of Source or str
        One of each ECG; a sentence where nothing can be composed of it.
    """
    bounds = None if marks is None else median_bounds(marks, beats)
    sources: list[Source | str] = []
    for row, signal_uv in enumerate(generated_uv):
        span = _span_of(beats, waves, row)
        if isinstance(span, str):
            sources.append(span)
            continue
        lead_names = () if marks is None else marks.lead_names
        sources.append(_source(signal_uv, beats, row, span, lead_names, None if bounds is None else bounds[row]))
    return sources


@dataclass(frozen=True)
class _Span:
    """What of the beats' windows is cut, and the bounds of the waves, in samples of the windows."""

    first: int
    last: int
    p_onset: int
    p_offset: int
    qrs_onset: int
    qrs_offset: int
    t_offset: int

    @property
    def quiet(self) -> int:
        """How many samples at either end have no wave, at most those of `LEVEL_S`."""
        return min(round(LEVEL_S * RATE_HZ), self.p_onset - self.first, self.last - self.t_offset)


def _span_of(beats: Beats, waves: Waves, row: int) -> _Span | str:
    """Say what is cut of each beat, or why nothing can be."""
    bounds = {
        "P": (waves.p_onset[row], waves.p_offset[row]),
        "QRS": (waves.qrs_onset[row], waves.qrs_offset[row]),
        "T": (waves.t_offset[row],),
    }
    typical = int(np.count_nonzero(beats.typical[row]))
    if typical < FEWEST_BEATS:
        return f"only {typical} typical beats lie whole within it, and {FEWEST_BEATS} are needed."
    for wave, found in bounds.items():
        if np.isnan(found).any():
            return f"its beats have no {wave} whose bounds can be told."
    p_onset, p_offset, qrs_onset, qrs_offset, t_offset = (round(float(x)) for found in bounds.values() for x in found)
    rr = np.diff(beats.places[row])[beats.are_rr[row]]
    tp = float(np.quantile(rr, 0.1)) + p_onset - t_offset
    if tp < SHORTEST_TP_S * RATE_HZ:
        tp_ms = max(tp, 0) / RATE_HZ * 1000
        return f"only {tp_ms:.0f} ms lie between T and P, and {SHORTEST_TP_S * 1000:.0f} are needed."
    first, last = max(round(p_onset - tp / 2), 0), min(round(t_offset + tp / 2), beats.cut_uv.shape[-1])
    return _Span(first, last, p_onset, p_offset, qrs_onset, qrs_offset, t_offset)


def _source(
    signal_uv: SignalUv,
    beats: Beats,
    row: int,
    span: _Span,
    lead_names: tuple[str, ...],
    bounds: Float64Array | None,
) -> Source:
    """Compose the source of one ECG."""
    first = span.first
    beats_uv = beats.cut_uv[row, beats.typical[row], :, first : span.last]
    beats_uv = beats_uv - _lines(beats_uv, span.quiet)
    mean_uv = beats_uv.mean(axis=0)
    residuals_uv = (beats_uv - mean_uv) / np.float32(np.sqrt(len(beats_uv) - 1))
    mean_uv = mean_uv * _faded(mean_uv.shape[-1], span.quiet)
    p_uv = _p_of(mean_uv, span.p_onset - first, span.p_offset - first, span.qrs_onset - first)
    rr_s = float(beats.rr_mean_ms[row]) / 1000
    return Source(
        heart=Heart(
            rr_s=rr_s,
            pr_s=(span.qrs_onset - span.p_onset) / RATE_HZ,
            p_s=(span.p_offset - span.p_onset) / RATE_HZ,
            qrs_s=(span.qrs_offset - span.qrs_onset) / RATE_HZ,
            qt_s=(span.t_offset - span.qrs_onset) / RATE_HZ,
        ),
        p_uv=p_uv,
        qrst_uv=mean_uv - p_uv,
        residuals_uv=residuals_uv,
        grains_uv=_grains(residuals_uv * np.float32(np.sqrt(len(beats_uv))), span),
        wander_uv=_wander(signal_uv, beats.places[row, beats.fits[row]] - beats.centre, span),
        centre=beats.centre - first,
        p_onset=span.p_onset - first,
        qrs_onset=span.qrs_onset - first,
        qrs_offset=span.qrs_offset - first,
        t_offset=span.t_offset - first,
        lead_names=lead_names,
        bounds=bounds,
    )


def _lines(beats_uv: Float32Array, level: int) -> Float32Array:
    """Return the straight line between the levels of each beat's ends, the means over so many samples."""
    window = beats_uv.shape[-1]
    start, end = beats_uv[..., :level].mean(axis=-1), beats_uv[..., -level:].mean(axis=-1)
    along = ((np.arange(window) - (level - 1) / 2) / (window - level)).astype(np.float32)
    lines: Float32Array = start[..., np.newaxis] + (end - start)[..., np.newaxis] * along
    return lines


def _faded(window: int, fade: int) -> Float32Array:
    """Return weights that rise from 0 and fall to 0 within so many samples of the ends."""
    edge = np.minimum(np.arange(window), np.arange(window)[::-1])
    return smooth_step(edge / fade)


def smooth_step(along: FloatingArray) -> Float32Array:
    """Return half a cosine, from 0 at 0 to 1 at 1 and flat beyond."""
    step: Float32Array = ((1 - np.cos(np.pi * np.clip(along, 0, 1))) / 2).astype(np.float32)
    return step


def _p_of(mean_uv: Float32Array, onset: int, offset: int, qrs_onset: int) -> Float32Array:
    """Return P as it stands above what would be there without: a smooth step from the level before to that after."""
    margin = round(P_MARGIN_S * RATE_HZ)
    first, last = max(onset - margin, 1), min(offset + margin, qrs_onset)
    within = slice(first, last + 1)
    before, after = mean_uv[:, first - 1 : first + 2].mean(axis=-1), mean_uv[:, last - 1 : last + 1].mean(axis=-1)
    along = np.linspace(0, 1, last + 1 - first)
    level_uv = before[:, np.newaxis] + (after - before)[:, np.newaxis] * smooth_step(along)
    edge = np.minimum(np.arange(last + 1 - first), np.arange(last + 1 - first)[::-1])
    p_uv = np.zeros_like(mean_uv)
    p_uv[:, within] = (mean_uv[:, within] - level_uv) * smooth_step(edge / margin)
    return p_uv


def _grains(residuals_uv: Float32Array, span: _Span) -> Float32Array:
    """Cut grains from the ends of the beats, where nothing but noise is: after T, and before P."""
    grain = round(GRAIN_S * RATE_HZ)
    window = residuals_uv.shape[-1]
    after = range(window - grain, span.t_offset - span.first, -grain // 2)
    before = range(0, span.p_onset - span.first - grain, grain // 2)
    starts = [window - grain, *after[1:], *before]
    cut = np.concatenate([residuals_uv[:, :, start : start + grain] for start in starts])
    chosen = cut[np.linspace(0, len(cut) - 1, min(len(cut), MOST_GRAINS)).astype(np.int64)]
    grains_uv: Float32Array = chosen / np.float32(np.sqrt(len(chosen)))
    return grains_uv


def _wander(signal_uv: SignalUv, starts: IntArray, span: _Span) -> Float32Array:
    """Follow the level of the baseline from beat to beat, by the ends of each."""
    level = round(LEVEL_S * RATE_HZ)
    at = np.concatenate([starts + span.first, starts[-1:] + span.last - level])
    levels = signal_uv[:, at[:, np.newaxis] + np.arange(level)].mean(axis=-1)
    nodes = np.arange(0, signal_uv.shape[-1], round(WANDER_STEP_S * RATE_HZ))
    wander = np.array([np.interp(nodes, at + (level - 1) / 2, of_lead) for of_lead in levels])
    wander_uv: Float32Array = (wander - wander.mean(axis=-1, keepdims=True)).astype(np.float32)
    return wander_uv

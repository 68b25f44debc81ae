"""What records are composed of: the beats and the noise of one generated ECG."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array, FloatingArray, IntArray
from ecgfactory.compose.bounds import median_bounds
from ecgfactory.leads import SignalUv
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.waves import Waves
from ecgfactory.rhythms.score import Heart
from ecgfactory.wave_table import BEAT_WAVES, WaveTable

RATE_HZ = 500
"""Sampling rate at which everything here is composed."""

_P = BEAT_WAVES.index("P")

FEWEST_BEATS = 4
"""From fewer typical beats, neither their mean nor how they vary can be told."""

SHORTEST_TP_S, LONGEST_TP_S = 0.04, 0.6
"""From the end of T to the next P; where it is shorter, the ends of a beat are no baseline. A beat is cut with that
before it and that after it, up to the latter."""

LEVEL_S = 0.12
"""The level of TP is the mean over so long in its middle, or over all of it where it is shorter."""

FADE_S = 0.12
"""How long the noise of a beat takes to give way, in the middle of TP, to that between beats or of the next; or all of
a shorter TP."""

P_MARGIN_S = 0.012
"""P is cut so far outside its bounds, which lie where it is still a few per cent of its height."""

GRAINS_S = (0.2, 0.16, 0.1)
"""Lengths of the grains of the noise floor: the longest that TP holds, as the spectrum is blurred by their inverse; or
the last."""

WANDER_STEP_S = 0.05
"""Wander is slower than 1 Hz (the levels it is taken from are a beat apart); straight lines of 50 ms follow it."""


_GRAINS = [round(grain_s * RATE_HZ) for grain_s in GRAINS_S]


@dataclass(frozen=True, eq=False)
class Source:
    """The heart and the noise of one generated ECG, in uV at 500 Hz, leads in the order of `EIGHT_LEADS`.

    Parameters
    ----------
    heart : Heart
        What a rhythm knows of it.
    p_uv, qrst_uv : float32 array, shape (8, window)
        P wave, and QRS with ST and T, of the mean beat, from the T before to the P after: they add up to it, and fade
        in and out within TP so that beats at the source's own rate add up to the mean cycle.
    residuals_uv : float32 array, shape (beats, 8, noise window)
        How each beat differs from the mean, from mid TP to mid TP.
    grains_uv : float32 array, shape (grains, 8, grain)
        The same around the middle of TP, so scaled that its covariance is the mean of their products with themselves.
    wander_uv : float32 array, shape (8, nodes)
        Level of the baseline every `WANDER_STEP_S`, mean 0.
    centre, noise_centre : int
        R peak in the windows of the mean and of the residuals.
    fade : int
        Samples at either end of a beat's noise within which it gives way to other noise.
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
    noise_centre: int
    fade: int
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
    lead_names = () if marks is None else marks.lead_names
    for row, signal_uv in enumerate(generated_uv):
        span = _span_of(beats, waves, row)
        if isinstance(span, str):
            sources.append(span)
            continue
        starts = beats.places[row, beats.typical[row]] + span.first
        starts = starts[(starts >= 0) & (starts + span.window <= signal_uv.shape[-1])]
        if len(starts) < FEWEST_BEATS:
            sources.append(f"only {len(starts)} typical beats lie whole within it, and {FEWEST_BEATS} are needed.")
            continue
        rr_s = float(beats.rr_mean_ms[row]) / 1000
        of_leads = None if bounds is None else _with_p(bounds[row], span)
        sources.append(_source(signal_uv, starts, span, rr_s, lead_names, of_leads))
    return sources


@dataclass(frozen=True)
class _Span:
    """The bounds of a beat's waves and of what is cut of it, in samples after its R peak.

    Parameters
    ----------
    p_onset, p_offset, qrs_onset, qrs_offset, t_offset : int
        Bounds of the median beat.
    tp : int
        From T to the next P.
    """

    p_onset: int
    p_offset: int
    qrs_onset: int
    qrs_offset: int
    t_offset: int
    tp: int

    @property
    def first(self) -> int:
        """Where it is cut: at the T before, or a little later."""
        return self.p_onset - self.tp

    @property
    def window(self) -> int:
        """How many samples are cut, up to the P after or a little earlier."""
        return self.t_offset + self.tp - self.first


def _span_of(beats: Beats, waves: Waves, row: int) -> _Span | str:
    """Say what is cut of each beat, or why nothing can be."""
    bounds = {
        "P": (float(waves.p_onset[row]), float(waves.p_offset[row])),
        "QRS": (float(waves.qrs_onset[row]), float(waves.qrs_offset[row])),
        "T": (float(waves.t_offset[row]),),
    }
    for wave, found in bounds.items():
        if any(map(math.isnan, found)):
            return f"its beats have no {wave} whose bounds can be told."
    p_onset, p_offset, qrs_onset, qrs_offset, t_offset = (
        round(bound) - beats.centre for found in bounds.values() for bound in found
    )
    tp_s = (float(beats.rr_ms[row]) * (RATE_HZ / 1000) + p_onset - t_offset) / RATE_HZ
    if tp_s < SHORTEST_TP_S:
        return f"only {max(tp_s, 0) * 1000:.0f} ms lie between T and P, and {SHORTEST_TP_S * 1000:.0f} are needed."
    return _Span(p_onset, p_offset, qrs_onset, qrs_offset, t_offset, round(min(tp_s, LONGEST_TP_S) * RATE_HZ))


def _with_p(bounds: Float64Array, span: _Span) -> Float64Array:
    """Mark P as it is cut where it is marked in too few of the beats, so that every P that is laid is told of."""
    if not np.isnan(bounds[0, _P]).any():
        return bounds
    with_p = bounds.copy()
    with_p[:, _P] = np.where(np.isnan(bounds[:, _P]), (span.p_onset, span.p_offset), bounds[:, _P])
    return with_p


def _source(
    signal_uv: SignalUv,
    starts: IntArray,
    span: _Span,
    rr_s: float,
    lead_names: tuple[str, ...],
    bounds: Float64Array | None,
) -> Source:
    """Compose the source of one ECG, of beats cut from some samples on."""
    beats, first, tp = len(starts), span.first, span.tp
    cut_uv = np.array([signal_uv[:, start : start + span.window] for start in starts.tolist()], dtype=np.float32)
    levels = _levels(cut_uv, tp)
    cut_uv -= _lines(levels, span.window, tp)
    mean_uv = cut_uv.mean(axis=0)
    cut_uv -= mean_uv
    mean_uv *= _faded(span.window, tp)
    p_uv = _p_of(mean_uv, span.p_onset - first, span.p_offset - first, span.qrs_onset - first)
    fade = min(round(FADE_S * RATE_HZ), tp)
    beside = (tp - fade) // 2
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
        residuals_uv=cut_uv[:, :, beside : span.window - beside].copy(),
        grains_uv=_grains(cut_uv, tp) / np.float32(np.sqrt((beats - 1) / beats)),
        wander_uv=_wander(levels, starts, span, signal_uv.shape[-1]),
        centre=-first,
        noise_centre=-first - beside,
        fade=fade,
        p_onset=span.p_onset - first,
        qrs_onset=span.qrs_onset - first,
        qrs_offset=span.qrs_offset - first,
        t_offset=span.t_offset - first,
        lead_names=lead_names,
        bounds=bounds,
    )


def _levels(cut_uv: Float32Array, tp: int) -> Float32Array:
    """Return the level in the middle of TP before and after each beat, shape (2, beats, 8)."""
    level = min(round(LEVEL_S * RATE_HZ), tp)
    begin = (tp - level) // 2
    end = cut_uv.shape[-1] - begin
    return np.stack([cut_uv[..., begin : begin + level].mean(axis=-1), cut_uv[..., end - level : end].mean(axis=-1)])


def _lines(levels: Float32Array, window: int, tp: int) -> Float32Array:
    """Return the straight lines through the levels, shape (beats, 8, window)."""
    along = ((np.arange(window) - (tp - 1) / 2) / (window - tp)).astype(np.float32)
    before, after = levels[..., np.newaxis]
    lines: Float32Array = before + (after - before) * along
    return lines


def _faded(window: int, fade: int) -> Float32Array:
    """Return weights that rise from 0 and fall to 0 within so many samples of the ends."""
    return smooth_step((_to_edge(window) + 0.5) / fade)


def _to_edge(window: int) -> IntArray:
    """Return how many samples each of a window is from the nearer end."""
    sample = np.arange(window)
    return np.minimum(sample, window - 1 - sample)


def smooth_step(along: FloatingArray) -> Float32Array:
    """Return half a cosine, from 0 at 0 to 1 at 1 and flat beyond."""
    within = np.minimum(np.maximum(along, 0), 1)
    step: Float32Array = (0.5 - 0.5 * np.cos(np.pi * within)).astype(np.float32)
    return step


def _p_of(mean_uv: Float32Array, onset: int, offset: int, qrs_onset: int) -> Float32Array:
    """Return P as it stands above what would be there without: a smooth step from the level before to that after."""
    margin = round(P_MARGIN_S * RATE_HZ)
    first, last = max(onset - margin, 1), min(offset + margin, qrs_onset)
    within = slice(first, last + 1)
    before, after = mean_uv[:, first - 1 : first + 2].mean(axis=-1), mean_uv[:, last - 1 : last + 1].mean(axis=-1)
    along = np.arange(last + 1 - first) / (last - first)
    level_uv = before[:, np.newaxis] + (after - before)[:, np.newaxis] * smooth_step(along)
    p_uv = np.zeros_like(mean_uv)
    p_uv[:, within] = (mean_uv[:, within] - level_uv) * smooth_step(_to_edge(len(along)) / margin)
    return p_uv


def _grains(noise_uv: Float32Array, tp: int) -> Float32Array:
    """Cut grains of noise around the middle of TP, before and after each beat."""
    grain = next((grain for grain in _GRAINS if grain <= tp), _GRAINS[-1])
    begin = max((tp - grain) // 2, 0)
    end = noise_uv.shape[-1] - begin
    return np.concatenate([noise_uv[..., begin : begin + grain], noise_uv[..., end - grain : end]])


def _wander(levels: Float32Array, starts: IntArray, span: _Span, samples: int) -> Float32Array:
    """Follow the level of the baseline from beat to beat."""
    at = np.append(starts, starts[-1] + span.window - span.tp) + span.tp / 2
    of_leads = np.concatenate([levels[0], levels[1, -1:]]).T
    nodes = np.arange(0, samples, round(WANDER_STEP_S * RATE_HZ))
    along = np.interp(nodes, at, np.arange(len(at)))
    before = np.minimum(along.astype(np.int64), len(at) - 2)
    from_uv = of_leads.take(before, axis=1)
    wander = from_uv + (of_leads.take(before + 1, axis=1) - from_uv) * (along - before).astype(np.float32)
    wander_uv: Float32Array = wander - wander.mean(axis=-1, keepdims=True)
    return wander_uv

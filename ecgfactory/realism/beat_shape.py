"""The shape of the median beat in each lead, and how much beats differ from it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.waves import Waves
from ecgfactory.realism.space_feature import SpaceFeature

_AMPLITUDES = {
    "p": "amplitude of P in {}: its largest deflection",
    "r": "amplitude of R in {}: the highest value of QRS",
    "s": "amplitude of Q or S in {}: the lowest value of QRS",
    "st": "level of {} 60 ms after the end of QRS",
    "t": "amplitude of T in {}: its largest deflection",
}
ST_AFTER_S, T_AFTER_S, LEVEL_S = 0.06, 0.06, 0.016
"""ST is read 60 ms after QRS and T is looked for from there; amplitudes count from the mean of 16 ms before QRS."""

FLOOR_UV = 0.1


def features(lead_names: Sequence[str]) -> list[SpaceFeature]:
    """Describe what `measure` returns."""
    amplitudes = [
        SpaceFeature(f"{wave}_{lead}_uv", "uV", "amplitude", words.format(lead))
        for lead in lead_names
        for wave, words in _AMPLITUDES.items()
    ]
    variations = [
        SpaceFeature(
            f"beat_variation_{lead}_db",
            "dB",
            "beat shape",
            f"how much the beats of {lead} differ from its median beat, RMS (1 uV is 0 dB)",
        )
        for lead in lead_names
    ]
    return amplitudes + variations


def measure(beats: Beats, waves: Waves) -> dict[str, Float64Array]:
    """Measure amplitudes in the median beat, from the level before QRS, and the variation of the beats around it.

    Parameters
    ----------
    beats : Beats
        From `find_beats`.
    waves : Waves
        From `find_waves`: where P, QRS and T are, over all leads.

    Returns
    -------
    dict of str to float array, shape (records,)
        NaN where a wave was not found.
    """
    rate_hz = beats.sampling_rate_hz
    window = np.arange(beats.median_uv.shape[-1])
    onset, offset = waves.qrs_onset[:, np.newaxis], waves.qrs_offset[:, np.newaxis]
    level_uv = _mean(beats.median_uv, (window >= onset - LEVEL_S * rate_hz) & (window < onset))
    beat_uv = beats.median_uv - level_uv[..., np.newaxis]
    in_qrs = (window >= onset) & (window <= offset)
    in_p = (window >= waves.p_onset[:, np.newaxis]) & (window <= waves.p_offset[:, np.newaxis])
    in_t = (window >= offset + T_AFTER_S * rate_hz) & (window <= waves.t_offset[:, np.newaxis])
    at_st: BoolArray = np.equal(window, np.round(offset + ST_AFTER_S * rate_hz))
    found = {
        "p": _largest(beat_uv, in_p),
        "r": _highest(beat_uv, in_qrs),
        "s": -_highest(-beat_uv, in_qrs),
        "st": _largest(beat_uv, at_st),
        "t": _largest(beat_uv, in_t),
    }
    leads = dict(enumerate(beats.lead_names))
    amplitudes = {f"{wave}_{lead}_uv": found[wave][:, row] for row, lead in leads.items() for wave in _AMPLITUDES}
    variation_db = 20 * np.log10(_variation_uv(beats) + FLOOR_UV)
    return amplitudes | {f"beat_variation_{lead}_db": variation_db[:, row] for row, lead in leads.items()}


def _mean(beat_uv: Float32Array, inside: BoolArray) -> Float64Array:
    """Mean within a span of the window, shape (records, leads); NaN where the span is empty."""
    count = inside.sum(axis=1)[:, np.newaxis]
    total = np.einsum("nlw,nw->nl", beat_uv, inside, dtype=np.float64)
    mean_uv: Float64Array = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean_uv


def _highest(beat_uv: Float64Array, inside: BoolArray) -> Float64Array:
    highest = np.where(inside[:, np.newaxis], beat_uv, -np.inf).max(axis=-1)
    found: Float64Array = np.where(inside.any(axis=1, keepdims=True), highest, np.nan)
    return found


def _largest(beat_uv: Float64Array, inside: BoolArray) -> Float64Array:
    """Value that is farthest from zero, with its sign."""
    highest, lowest = _highest(beat_uv, inside), -_highest(-beat_uv, inside)
    return np.where(highest >= -lowest, highest, lowest)


def _variation_uv(beats: Beats) -> Float64Array:
    """RMS difference between the typical beats and their median, shape (records, leads); NaN with fewer than two."""
    counted = beats.typical
    count = counted.sum(axis=1)[:, np.newaxis]
    total = np.zeros(beats.median_uv.shape[:2])
    for place in np.flatnonzero(counted.any(axis=0)):  # beat by beat: all differences at once would not fit the cache
        difference_uv = beats.cut_uv[:, place] - beats.median_uv
        total += counted[:, place, np.newaxis] * np.einsum("nlw,nlw->nl", difference_uv, difference_uv)
    samples = count * beats.median_uv.shape[-1]
    mean_square = np.divide(total, samples, out=np.full(total.shape, np.nan), where=count > 1)
    variation_uv: Float64Array = np.sqrt(mean_square)
    return variation_uv

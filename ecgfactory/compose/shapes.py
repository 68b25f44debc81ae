"""Shapes of waves: what a P wave, or a beat's QRS and T, look like in the eight leads, and where they are marked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import Float32Array, Float64Array, IntArray
from ecgfactory.compose.hearts import Source
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.wave_table import BEAT_WAVES

P, QRS, T = range(len(BEAT_WAVES))

UPWARDS = (1, 20, 1)
"""An upward deflection of QRS counts as many times as a downward one in the choice of its peak: see `WaveTable`."""

SHORTEST_T, LONGEST_T = 0.35, 1.8
"""The time from the end of QRS to that of T is not changed by more than these factors."""

_FROM_I_AND_II = {"III": (-1, 1), "aVR": (-0.5, -0.5), "aVL": (1, -0.5), "aVF": (-0.5, 1)}


@dataclass(frozen=True, eq=False)
class Shape:
    """What waves look like.

    Parameters
    ----------
    signal_uv : float32 array, shape (8, window)
        In the order of `EIGHT_LEADS`, 0 at both ends.
    centre : int
        The R peak that it is laid by, in the window.
    bounds : float64 array, shape (1 + leads, 3 waves, 2)
        Onset and offset of P, QRS and T in samples after the centre, over all leads and in each that is marked; NaN for
        a wave that is not there.
    """

    signal_uv: Float32Array
    centre: int
    bounds: Float64Array

    def points(self, lead_names: tuple[str, ...]) -> IntArray:
        """Mark the waves: those of `WaveTable`.

        Parameters
        ----------
        lead_names : tuple of str
            The leads that `bounds` are of.

        Returns
        -------
        int array, shape (1 + leads, 3 waves, 3 points)
            Samples after the centre; `NOWHERE` for what is not there.
        """
        there = ~np.isnan(self.bounds).any(axis=-1)
        bounds = np.where(there[..., np.newaxis], np.rint(self.bounds), 0).astype(np.int64)
        peaks = np.zeros(there.shape, dtype=np.int64)
        leads_uv = in_leads(self.signal_uv, lead_names)
        for lead, wave in zip(*there[1:].nonzero(), strict=True):
            onset, offset = bounds[1 + lead, wave]
            peaks[1 + lead, wave] = onset + _peak(leads_uv[lead], onset + self.centre, offset + self.centre, wave)
        for wave in (P, T):
            of_leads = peaks[1:, wave][there[1:, wave]]
            middle = np.median(of_leads) if len(of_leads) else bounds[0, wave].mean()
            peaks[0, wave] = np.clip(np.rint(middle), *bounds[0, wave])
        points = np.stack([bounds[..., 0], peaks, bounds[..., 1]], axis=-1)
        return np.where(there[..., np.newaxis], points, NOWHERE)


NOWHERE = np.iinfo(np.int32).min
"""Place of a wave that is not there."""


def in_leads(signal_uv: Float32Array, lead_names: tuple[str, ...]) -> Float32Array:
    """Return the leads of these names, those of twelve that are not among the eight derived from I and II."""
    weights = np.zeros((len(lead_names), len(EIGHT_LEADS)), dtype=np.float32)
    for row, name in enumerate(lead_names):
        if name in EIGHT_LEADS:
            weights[row, EIGHT_LEADS.index(name)] = 1
        else:
            weights[row, :2] = _FROM_I_AND_II[name]
    return weights @ signal_uv


def _peak(lead_uv: Float32Array, onset: int, offset: int, wave: int) -> int:
    """Find the largest deflection from the line that joins the bounds, in samples after the onset."""
    first, last = np.clip([onset, offset], 0, len(lead_uv) - 1)
    if last <= first:
        return 0
    wave_uv = lead_uv[first : last + 1]
    deflection = wave_uv - np.linspace(wave_uv[0], wave_uv[-1], len(wave_uv))
    return int(first - onset + np.argmax(np.maximum(deflection * UPWARDS[wave], -deflection)))


def stretched(shape: Shape, qrs_offset: int, t_offset: int, wanted: IntArray) -> list[Shape]:
    """Let T end at other times, without touching QRS.

    From the end of QRS on, time passes at first as it did, and smoothly ever slower or faster (a cubic by Hermite) up
    to the end of T; from there on as at its end.

    Parameters
    ----------
    shape : Shape
        QRS and T.
    qrs_offset, t_offset : int
        Where they end, in its window.
    wanted : int array, shape (wanted,)
        Where T is to end, in samples of the window.

    Returns
    -------
    list of Shape
        One of each.
    """
    window = shape.signal_uv.shape[-1]
    length = t_offset - qrs_offset
    shapes = []
    for wanted_length in np.clip(wanted - qrs_offset, SHORTEST_T * length, LONGEST_T * length).tolist():
        rate = length / wanted_length
        after = window - 1 - t_offset
        later = np.arange(int(wanted_length + after / rate) + 1, dtype=np.float64)
        u = np.minimum(later / wanted_length, 1)
        # Hermite's cubic from 0 with slope 1 to `length` with slope `rate`, over `wanted_length`.
        source = (u**3 - 2 * u**2 + u) * wanted_length + (3 * u**2 - 2 * u**3) * length + (u**3 - u**2) * length
        source += np.maximum(later - wanted_length, 0) * rate
        at = qrs_offset + np.minimum(source, window - 1 - qrs_offset)
        whole = np.minimum(at.astype(np.int64), window - 2)
        part = (at - whole).astype(np.float32)
        tail = shape.signal_uv[:, whole]
        tail += part * (shape.signal_uv[:, whole + 1] - tail)
        signal_uv = np.concatenate([shape.signal_uv[:, :qrs_offset], tail], axis=1)
        bounds = shape.bounds.copy()
        bounds[:, T] = (
            np.interp(bounds[:, T] + shape.centre, np.concatenate([[0], at]), np.concatenate([[0], qrs_offset + later]))
            - shape.centre
        )
        shapes.append(Shape(signal_uv, shape.centre, bounds))
    return shapes


def own_qrst(source: Source) -> Shape:
    """Return QRS and T of the heart's own beats."""
    bounds = _bounds(source)
    bounds[:, P] = np.nan
    return Shape(source.qrst_uv, source.centre, bounds)


def own_p(source: Source) -> Shape:
    """Return the heart's own P wave."""
    bounds = _bounds(source)
    bounds[:, [QRS, T]] = np.nan
    return Shape(source.p_uv, source.centre, bounds)


def _bounds(source: Source) -> Float64Array:
    if source.bounds is None:
        return np.full((1, len(BEAT_WAVES), 2), np.nan)
    return source.bounds.copy()

"""The sinus node: when it fires, varying with breath and blood pressure as hearts do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.rhythms.breathing import MARGIN_S, breaths, cycles, wave

LF_HZ = 0.1
"""Middle of the low-frequency part of heart-rate variability, the waves of blood pressure: McSharry et al., IEEE Trans
Biomed Eng 50 (2003) 289, doi:10.1109/TBME.2003.808805; the high-frequency part is at the rate of breathing."""

LONG_S = 40.0
"""Longer records drift."""

_DRIFT = 0.012
"""Standard deviation of each scale of the slow drift of a long record, over the mean interval (chosen here)."""

_MOST_DRIFT = 0.05
"""How far it goes over the mean interval, at most: the rate stays within the limits of the rhythm's name (chosen here;
real days have more)."""

_DRIFT_SCALES_S = (LONG_S, 160.0, 640.0, 2560.0, 10240.0)
"""Time over which each scale of the drift changes: scales of equal power, each four times the one before, make a
spectrum that falls as 1/f, as that of day-long records does below 0.04 Hz (Task Force of ESC and NASPE, Circulation 93 (1996) 1043,
doi:10.1161/01.CIR.93.5.1043)."""


@dataclass(frozen=True)
class SinusNode:
    """When the sinus node fires.

    Parameters
    ----------
    start_s : float
        When it fires first, before `-MARGIN_S`.
    interval_s : float64 array, shape (intervals,)
        From each firing to the next; long enough in all for a tenth of it to be taken away.
    breath_at : float64 array, shape (breaths,)
        When breaths begin, counted in intervals from `start_s`, up to the last interval: breaths and the intervals
        that follow them keep together, whatever is made of the intervals.
    """

    start_s: float
    interval_s: Float64Array
    breath_at: Float64Array

    @cached_property
    def onset_s(self) -> Float64Array:
        """When it fires, which is when P waves begin; shape (intervals + 1,)."""
        onset_s = np.empty(len(self.interval_s) + 1)
        onset_s[0] = 0
        np.cumsum(self.interval_s, out=onset_s[1:])
        onset_s += self.start_s
        return onset_s

    @property
    def breath_s(self) -> Float64Array:
        """When breaths begin, shape (breaths,)."""
        before_s: Float64Array = np.minimum(self.breath_at, 0) * self.interval_s[0]
        before_s += np.interp(self.breath_at, np.arange(len(self.interval_s) + 1), self.onset_s)
        return before_s

    def with_intervals(self, interval_s: Float64Array) -> SinusNode:
        """Return it with other intervals."""
        return replace(self, interval_s=interval_s)


def sinus_node(
    mean_s: float, sd_s: float, duration_s: float, rng: np.random.Generator, hf_share: tuple[float, float] = (0.3, 0.8)
) -> SinusNode:
    """Draw when the sinus node fires.

    Intervals vary with the waves of blood pressure (low frequency) and with breath (high frequency; shortest at the
    end of breathing in), the two peaks of the spectrum of McSharry et al. 2003 (see `LF_HZ`). The waves' lengths vary,
    which makes the peaks as wide as real ones. Long records drift as well (see `drift`).

    Parameters
    ----------
    mean_s : float
        Mean interval.
    sd_s : float
        Standard deviation of the intervals (SDNN), without the drift of long records.
    duration_s : float
        Length of the record.
    rng : Generator
        For everything that is drawn.
    hf_share : pair of float
        Share of the variance that goes with breath: from, to. LF/HF of 0.25 to 2.3, as of people at rest (chosen here).

    Returns
    -------
    SinusNode
    """
    count = int(1.1 * (duration_s + 2 * MARGIN_S) / mean_s) + 4
    start_s = -MARGIN_S - mean_s * rng.random()
    at_s: Float64Array = start_s + mean_s * np.arange(count, dtype=np.float64)
    span_s = at_s[-1]
    breath_s = breaths(span_s, rng)
    share = rng.uniform(*hf_share)
    varied = np.sqrt(share) * wave(at_s, breath_s) + np.sqrt(1 - share) * wave(at_s, cycles(1 / LF_HZ, span_s, rng))
    varied -= varied.mean()
    interval_s = mean_s + varied * (sd_s / np.sqrt(np.mean(varied * varied)))
    if duration_s > LONG_S:
        interval_s += mean_s * drift(at_s, rng)
    breath_at = (breath_s - start_s) / mean_s
    return SinusNode(start_s, interval_s, breath_at[: breath_at.searchsorted(count)])


def drift(at_s: Float64Array, rng: np.random.Generator) -> Float64Array:
    """Return a slow drift at the times `at_s` (rising), without unit: mean 0, at most `_MOST_DRIFT` either way."""
    total = np.zeros(len(at_s))
    for scale_s in _DRIFT_SCALES_S:
        knots_s = np.arange(at_s[0], at_s[-1] + scale_s, scale_s)
        if scale_s < at_s[-1] - at_s[0]:
            total += np.interp(at_s, knots_s, rng.standard_normal(len(knots_s)))
    total -= total.mean()
    return np.clip(_DRIFT * total, -_MOST_DRIFT, _MOST_DRIFT, out=total)

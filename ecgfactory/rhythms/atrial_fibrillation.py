"""Atrial fibrillation: no P waves, fibrillatory waves instead, and RR intervals without any order."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.rhythms.assembly import Beats, PWaves, assembled, everywhere
from ecgfactory.rhythms.base import Rhythm
from ecgfactory.rhythms.breathing import MARGIN_S, breaths
from ecgfactory.rhythms.intervals import at_rate
from ecgfactory.rhythms.score import Activity, Heart, Score
from ecgfactory.rhythms.sinus_node import LONG_S, drift

RATE_BPM = (50.0, 85.0, 150.0)
"""Mean ventricular rate: slowest (a slow or treated AV node), most frequent and fastest (chosen here)."""

SHORTEST_RR_S = 0.3
"""No RR interval is shorter: the AV node is refractory."""

WAVES_HZ = (4.2, 8.8)
"""Rate of fibrillatory waves: 4 to 9 Hz, most often 5 to 7.5 (Husser et al., Indian Pacing Electrophysiol J 4 (2004)
122, reviews measurements from the surface ECG)."""

_VARIATION = (0.2, 0.3)
"""Standard deviation of RR intervals, over their mean (chosen here)."""

_TOGETHER = 16
"""So many waiting times in a row are spread over their whole distribution, one in each part of equal probability, so
that a few beats are as irregular as many (chosen here)."""

_WAITING = 0.98
"""Share of the waiting for an impulse in the standard deviation of RR intervals; the rest is of the refractory time."""


class AtrialFibrillation(Rhythm):
    """Atrial fibrillation throughout the record."""

    name: ClassVar[str] = "atrial_fibrillation"

    def score(self, heart: Heart, duration_s: float, rng: np.random.Generator) -> Score:
        """See `Rhythm.score`."""
        mean_s = 60 / rng.triangular(*RATE_BPM)
        start_s = -MARGIN_S - mean_s * rng.random()
        rr_s = irregular_rr_s(mean_s, duration_s + 2 * MARGIN_S, rng)
        return assembled(
            at_rate(heart, mean_s, has_pr=False),
            duration_s,
            Beats.alike(start_s + np.cumsum(rr_s)),
            PWaves.none(),
            breaths(duration_s, rng),
            [(self.name, 0.0)],
            [everywhere(Activity.FIBRILLATION, waves_hz(rng), duration_s)],
        )


def waves_hz(rng: np.random.Generator) -> float:
    """Draw how many fibrillatory waves there are a second."""
    return min(max(6.0 + 0.9 * rng.standard_normal(), WAVES_HZ[0]), WAVES_HZ[1])


def irregular_rr_s(mean_s: float, span_s: float, rng: np.random.Generator) -> Float64Array:
    """Draw RR intervals of atrial fibrillation.

    Impulses of the atria reach the AV node at random. It conducts the first one that comes when it isn't refractory any
    more, so that an interval is the refractory time, which varies, and a waiting time of exponential
    distribution: the model of Corino et al., IEEE Trans Biomed Eng 58 (2011) 3386, doi:10.1109/TBME.2011.2166262,
    with one pathway. In long records the mean drifts.

    Parameters
    ----------
    mean_s : float
        Mean interval.
    span_s : float
        What they shall cover together, at least.
    rng : Generator
        For everything that is drawn.

    Returns
    -------
    float64 array, shape (intervals,)
    """
    count = int(1.2 * span_s / mean_s) + 10
    waiting, varying = _WAITING, np.sqrt(12 * (1 - _WAITING**2))
    sd_s = min(mean_s * rng.uniform(*_VARIATION), (mean_s - SHORTEST_RR_S) / (waiting + varying / 2))
    refractory_s = mean_s - sd_s * (waiting + varying / 2) + sd_s * varying * rng.random(count)
    rr_s: Float64Array = refractory_s + waiting * sd_s * _waiting(count, rng)
    if span_s > LONG_S:
        rr_s *= 1 + drift(mean_s * np.arange(count, dtype=np.float64), rng)
        np.maximum(rr_s, SHORTEST_RR_S, out=rr_s)
    return rr_s


def _waiting(count: int, rng: np.random.Generator) -> Float64Array:
    """Draw waiting times of exponential distribution and mean 1, at most 5."""
    part = rng.permuted(np.tile(np.arange(_TOGETHER), (count // _TOGETHER + 1, 1)), axis=1).ravel()[:count]
    return np.minimum(-np.log1p(-(part + rng.random(count)) / _TOGETHER), 5.0)

"""Pacemakers other than the sinus node, and circuits: regular, but for little."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.rhythms.breathing import MARGIN_S
from ecgfactory.rhythms.sinus_node import LONG_S, drift


def regular(mean_s: float, spread: float, duration_s: float, rng: np.random.Generator) -> Float64Array:
    """Return when something regular happens.

    Parameters
    ----------
    mean_s : float
        Mean interval.
    spread : float
        Standard deviation of the intervals over their mean; none differs by more than three times that.
    duration_s : float
        Length of the record; in long ones the rate drifts, by half as much as that of the sinus node.
    rng : Generator
        For everything that is drawn.

    Returns
    -------
    float64 array, shape (events,)
        In s, rising, from before `-MARGIN_S` to after `duration_s + MARGIN_S`.
    """
    count = int(1.1 * (duration_s + 2 * MARGIN_S) / mean_s) + 4
    interval_s = mean_s * (1 + spread * np.clip(rng.standard_normal(count), -3, 3))
    if duration_s > LONG_S:
        interval_s *= 1 + drift(mean_s * np.arange(count, dtype=np.float64), rng) / 2
    onset_s = np.cumsum(interval_s)
    onset_s -= onset_s[0] + MARGIN_S + mean_s * rng.random()
    return onset_s

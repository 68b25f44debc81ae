"""How a record lies over another: when, how large, and which of their leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ecgfactory.arrays import FloatingArray
from ecgfactory.realism.coarse import RATE_HZ, Signals, coarse_uv
from ecgfactory.realism.nearest import WAYS, Neighbours
from ecgfactory.realism.sliding import SCALES, half_norms, half_places, halves, slide

ALIKE = 0.9
"""Leads that correlate so at the pair's lag are named."""


MOST, SHOWN = 50, 6
"""Pairs described at most, and at least, copies or not."""

Leads = tuple[tuple[int, int, float], ...]
"""A lead, a lead of the other record, their correlation over the half of the record that lies over the other best."""


@dataclass(frozen=True)
class LikestPair:
    """A synthetic record and the reference record that it is near to.

    Parameters
    ----------
    synthetic, reference : int
        Their rows.
    is_copy : bool
        Whether they stand out further from the next nearest than real people ever do.
    nearness : float
        The lowest, over the ways of comparing, of the ratio to its bound: a copy is below 1.
    ways : tuple of str
        Those in which the reference record is the nearest: `beats`, `records`, `leads`.
    distances : mapping of str to float
        Distance by each of these, 1 less the correlation.
    lag_s, scale, gain : float
        The synthetic record is so much later, slower and larger than the other, by the likest half of a lead; with a
        negative gain, its polarity is the opposite.
    leads : tuple of (int, int, float)
        A lead of the synthetic record, a lead of the other, their correlation; the likest, and all above `ALIKE`.
    """

    synthetic: int
    reference: int
    is_copy: bool
    nearness: float
    ways: tuple[str, ...]
    distances: Mapping[str, float]
    lag_s: float
    scale: float
    gain: float
    leads: Leads


def likest_pairs(
    synthetic: Neighbours,
    bounds: Mapping[str, float],
    synthetic_uv: Signals,
    reference_uv: Signals,
    sampling_rate_hz: int,
) -> tuple[LikestPair, ...]:
    """Describe the pairs that stand out most, one for a synthetic record.

    Parameters
    ----------
    synthetic : Neighbours
        Of the synthetic records.
    bounds : mapping of str to float
        By way of comparing, the ratio below which a record is a copy.
    synthetic_uv, reference_uv : int16 or float32 array, shape (records, leads, samples)
        The signals.
    sampling_rate_hz : int
        100 Hz or more.

    Returns
    -------
    tuple of LikestPair
        Copies, closest first, up to `MOST`; then others, until there are `SHOWN` pairs.
    """
    nearest = {way: synthetic[way].by_record for way in WAYS}
    nearness = np.stack([nearest[way].ratio / bounds[way] for way in WAYS])
    closest = np.argsort(nearness.min(axis=0), kind="stable")
    count = max(min(int((nearness.min(axis=0) < 1).sum()), MOST), SHOWN)
    return tuple(
        _describe(row, nearest, nearness[:, row], synthetic_uv, reference_uv, sampling_rate_hz)
        for row in closest[:count].tolist()
    )


def _describe(
    row: int,
    nearest: Neighbours,
    nearness: FloatingArray,
    synthetic_uv: Signals,
    reference_uv: Signals,
    sampling_rate_hz: int,
) -> LikestPair:
    """Describe a synthetic record and the reference record that it is nearest to in any way."""
    other = int(nearest[WAYS[int(nearness.argmin())]].reference[row])
    ways = tuple(way for way in WAYS if nearest[way].reference[row] == other)
    lag_s, scale, gain, leads = overlay(synthetic_uv[row], reference_uv[other], sampling_rate_hz)
    return LikestPair(
        synthetic=row,
        reference=other,
        is_copy=bool(nearness.min() < 1),
        nearness=float(nearness.min()),
        ways=ways,
        distances={way: float(nearest[way].distance[row]) for way in ways},
        lag_s=lag_s,
        scale=scale,
        gain=gain,
        leads=leads,
    )


def overlay(signal_uv: Signals, reference_uv: Signals, sampling_rate_hz: int) -> tuple[float, float, float, Leads]:
    """Lay the likest half of a lead of a record over the other record.

    Parameters
    ----------
    signal_uv, reference_uv : int16 or float32 array, shape (leads, samples)
        The two records.
    sampling_rate_hz : int
        100 Hz or more.

    Returns
    -------
    float, float, float, tuple of (int, int, float)
        Lag in s, scale, gain and leads, as a `LikestPair` has them.
    """
    mine, other = coarse_uv(np.stack([signal_uv, reference_uv]).astype(np.float32), sampling_rate_hz)
    norms = half_norms(other)
    starts, _ = half_places(mine.shape[-1])
    templates = halves(np.broadcast_to(mine, (len(SCALES), *mine.shape)), SCALES)
    # scales, halves, leads of mine, leads of the other, shifts
    correlations = slide(templates[:, :, :, np.newaxis], other, norms)
    scale, half, lead, other_lead, shift = np.unravel_index(np.abs(correlations).argmax(), correlations.shape)
    aligned = correlations[scale, half, :, :, shift]
    likest = np.abs(aligned).argmax(axis=1)
    named = [
        (row, int(column), round(float(aligned[row, column]), 4))
        for row, column in enumerate(likest.tolist())
        if row == lead or abs(aligned[row, column]) >= ALIKE
    ]
    larger = half_norms(mine)[lead, starts[half]] / norms[other_lead, shift]
    lag_s = float((starts[half] - shift) / RATE_HZ)
    gain = round(float(aligned[lead, other_lead] * larger), 4)
    return lag_s, round(float(SCALES[scale]), 4), gain, tuple(named)

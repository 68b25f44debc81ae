"""The spikes of a pacemaker in a median beat, taken out before waves are looked for."""

from __future__ import annotations

import numpy as np
import scipy

from ecgfactory.arrays import BoolArray, Float32Array, IntArray
from ecgfactory.quality.spans import between

SPIKE_HALF_S, OVER_S = 0.004, 0.010
"""A spike of 0.5 to 2 ms, and what a recorder's filter makes of it, rises and falls within 4 ms to either side. 10 ms
from its peak it is over; a Q or R wave is not."""

SHARPNESS = 1.0
"""A spike bends more within 4 ms than the leads are away from its peak after 10 ms, both squared: 2 for an ideal one,
0.25 for the narrowest QRS (a half cosine of 20 ms)."""

SMALLEST_UV, LEVEL = 40.0, 12.0
"""Smallest height of a spike, root mean square over the leads; and how much more a spike bends than the beat does in
the median of its samples, which noise doesn't."""

BLANKED_S = 0.008
"""From 8 ms before to 8 ms after its peak, a spike is replaced by a straight line."""

CLOSE_S = 0.05
"""A QRS that seems to begin up to 50 ms (half a normal QRS) before a spike begins after it: what precedes is the smear
of the spike, or P. A spike later in a QRS, as in a fusion beat, does not begin it."""

AFTER_CENTRE_S = 0.15
"""Spikes are looked for up to 150 ms after the beat's centre: farther on may be another beat."""


def without_spikes(beat_uv: Float32Array, centre: int, sampling_rate_hz: int) -> tuple[Float32Array, BoolArray]:
    """Replace pacing spikes by straight lines.

    Parameters
    ----------
    beat_uv : float32 array, shape (n, leads, window)
        Median beats.
    centre : int
        Sample of the window that is a beat's centre.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    beat_uv : float32 array, shape (n, leads, window)
        The same array where no record has a spike.
    spikes : bool array, shape (n, window)
        The samples at the peaks of spikes.
    """
    spikes = _spikes(beat_uv, centre, sampling_rate_hz)
    paced = np.flatnonzero(spikes.any(axis=1))
    if not paced.size:
        return beat_uv, spikes
    mended_uv = beat_uv.copy()
    reach = max(round(BLANKED_S * sampling_rate_hz) - 1, 1)
    for row in paced:
        blanked = scipy.ndimage.binary_dilation(spikes[row], iterations=reach)
        kept, gone = np.flatnonzero(~blanked), np.flatnonzero(blanked)
        for lead_uv in mended_uv[row]:
            lead_uv[gone] = np.interp(gone, kept, lead_uv[kept])
    return mended_uv, spikes


def around_spikes(onset: IntArray, spikes: BoolArray, sampling_rate_hz: int) -> tuple[IntArray, IntArray]:
    """Set apart what precedes the spikes that a QRS seems to begin with, and QRS itself.

    Parameters
    ----------
    onset : int array, shape (n,)
        Where QRS seems to begin.
    spikes : bool array, shape (n, window)
        The samples at the peaks of spikes.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    before, onset : int array, shape (n,)
        Last sample that neither QRS nor a spike touches; first sample of QRS. Both are the onset where no spike is
        close.
    """
    window = spikes.shape[1]
    close = spikes & between(window, onset, onset + round(CLOSE_S * sampling_rate_hz))
    paced = close.any(axis=1)
    first, last = close.argmax(axis=1), window - 1 - close[:, ::-1].argmax(axis=1)
    before = np.where(paced, np.minimum(first - round(BLANKED_S * sampling_rate_hz), onset), onset)
    return before, np.where(paced, last + round(SPIKE_HALF_S * sampling_rate_hz), onset)


def _spikes(beat_uv: Float32Array, centre: int, sampling_rate_hz: int) -> BoolArray:
    """Find the samples at the peaks of spikes, as all leads together show them, shape (n, window)."""
    half, over = (max(round(span_s * sampling_rate_hz), 1) for span_s in (SPIKE_HALF_S, OVER_S))
    n, leads, window = beat_uv.shape
    spikes = np.zeros((n, window), np.bool_)
    if half == over:  # so few samples a second show no spike as one
        return spikes
    last = min(centre + round(AFTER_CENTRE_S * sampling_rate_hz), window - over)
    middle = beat_uv[..., over:last]
    bend = 2 * middle - beat_uv[..., over - half : last - half] - beat_uv[..., over + half : last + half]
    bent = np.einsum("nlw,nlw->nw", bend, bend)
    usual = np.maximum(leads * (2 * SMALLEST_UV) ** 2, LEVEL**2 * np.median(bent, axis=1))
    high = bent >= usual[:, None]
    if high.any():
        rise, fall = middle - beat_uv[..., : last - over], middle - beat_uv[..., 2 * over : last + over]
        away = np.einsum("nlw,nlw->nw", rise, rise) + np.einsum("nlw,nlw->nw", fall, fall)
        spikes[:, over:last] = high & (bent > SHARPNESS * away)
    return spikes

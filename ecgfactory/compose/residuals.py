"""How beats vary: what the source's own beats have beside their mean, in random mixtures of two.

With independent normal weights of all of them, the covariance would be the same, but not their nature: beats differ in
how long their QRS takes and where it is notched, and sums of many such differences are of none of these kinds.
"""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float32Array, IntArray
from ecgfactory.compose.hearts import RATE_HZ, Source
from ecgfactory.compose.noise_floor import power_complementary
from ecgfactory.compose.played import Played
from ecgfactory.compose.streams import Streams, Use

MOST_TURN_RAD = np.pi / 9
"""A beat differs from the mean as one of the source's does, turned by up to so much towards another (chosen here): the
one times the cosine and the other times the sine, so that the covariance of beats remains. So no two are the same."""

LATEST_S = 0.08
"""Where two beats overlap, the noise of the latter begins this long before its R peak at the latest."""


def add_residuals(
    signal_uv: Float32Array, start: int, source: Source, played: Played, streams: Streams
) -> Float32Array:
    """Add to a signal how the heart's own beats differ from their mean.

    Parameters
    ----------
    signal_uv : float32 array, shape (8, samples)
        Beginning at sample `start` of the record.
    start : int
        May be negative.
    source : Source
        Has the residuals.
    played : Played
        Says where the beats are.
    streams : Streams
        Random numbers of the record.

    Returns
    -------
    float32 array, shape (samples,)
        The share of the noise's power that has been laid at each sample.
    """
    samples = signal_uv.shape[1]
    power = np.zeros(samples, dtype=np.float32)
    beats, window = source.residuals_uv.shape[0], source.residuals_uv.shape[2]
    own = played.r_peak[played.is_own] - source.noise_centre - start  # where windows begin in the signal
    first, last = np.searchsorted(own, [0, samples - window + 1])
    if last <= first:
        return power
    begins, ends = _spans(own, window, source, first, last)
    weights = _weights(streams, int(first), int(last), beats)
    mixed_uv = (weights @ source.residuals_uv.reshape(beats, -1)).reshape(last - first, -1, window)
    fade = source.fade
    rise = power_complementary(2 * fade)[:fade]
    at_each = own[first:last].tolist()
    for noise_uv, at, begin, end in zip(mixed_uv, at_each, begins.tolist(), ends.tolist(), strict=True):
        if end - begin < 2 * fade:
            continue
        size = np.ones(end - begin, dtype=np.float32)
        size[:fade], size[-fade:] = rise, rise[::-1]
        signal_uv[:, at + begin : at + end] += noise_uv[:, begin:end] * size
        power[at + begin : at + end] += size * size
    return power


def _weights(streams: Streams, first: int, last: int, beats: int) -> Float32Array:
    """Choose two of the source's beats for each beat, and how they are mixed, shape (last - first, beats).

    As many beats in a row as the source has are each made of another one of them, and so are on the mean like them.
    """
    rows = np.arange(beats)
    groups = []
    for group in range(first // beats, -(-last // beats)):
        rng = streams.of(Use.BEATS, group)
        order, turn = rng.permutation(beats), rng.uniform(-MOST_TURN_RAD, MOST_TURN_RAD, beats)
        weights = np.zeros((beats, beats), dtype=np.float32)
        weights[rows, order], weights[rows, np.roll(order, rng.integers(1, beats))] = np.cos(turn), np.sin(turn)
        groups.append(weights)
    skipped = first // beats * beats
    return np.concatenate(groups)[first - skipped : last - skipped]


def _spans(own: IntArray, window: int, source: Source, first: int, last: int) -> tuple[IntArray, IntArray]:
    """Return from where to where in its window each beat's noise is laid, so that two share a fade at most."""
    overlap = np.maximum(own[:-1] + window - own[1:], 0)  # with the next
    # Both fade in the middle of it, or before the R peak of the latter.
    begin = np.minimum(np.maximum(overlap - source.fade, 0) // 2, source.noise_centre - round(LATEST_S * RATE_HZ))
    end = np.minimum(own[1:] + begin + source.fade - own[:-1], window)
    begins, ends = np.append([0], begin), np.append(end, window)
    return begins[first:last], ends[first:last]

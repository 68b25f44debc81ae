"""Heart beats: where they are in all leads together, and the median beat that represents a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, IntArray
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import EcgBatch, block_means, bridged
from ecgfactory.quality.beat_places import find_places
from ecgfactory.quality.filters import zero_phase
from ecgfactory.quality.medians import median_of_existing
from ecgfactory.quality.qrs_activity import QrsActivity, find_activity
from ecgfactory.quality.spans import any_within
from ecgfactory.quality.typical_beats import typical_beats

BEFORE_S, AFTER_S = 0.4, 0.6
"""What a beat's window holds before and after its centre: PR to 0.3 s and QT to 0.55 s, beyond the longest of
a normal adult (0.2 s and 0.46 s), with some baseline beside them."""


@dataclass(frozen=True)
class Beats:
    """The beats of a batch of records, as all leads together show them.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the leads.
    sampling_rate_hz, samples : int
        Sampling rate, and samples of a record.
    activity : QrsActivity
        What shows that they are beats: activity of the leads, in steps.
    places : int array, shape (n, most beats)
        Centre of each beat in samples: its R peak, over all leads.
    exists, fits, typical : bool array, shape (n, most beats)
        Which places hold a beat, which of these have their whole window in the record, without an interruption, and
        which of these are of the most frequent kind (`typical_beats`).
    to_peak : int array, shape (n,)
        By how many samples all places of a record were moved to its R peak, from where its leads change most.
    are_rr : bool array, shape (n, most beats - 1)
        Between which places and their next there is an RR interval: both hold a beat, and nothing interrupts it.
    rr_ms, rr_mean_ms : float array, shape (n,)
        Median and mean RR interval; NaN without any.
    cut_uv : float32 array, shape (n, most beats, leads, window)
        Each beat from `BEFORE_S` before its centre to `AFTER_S` after, less the baseline; only where it fits.
    median_uv : float32 array, shape (n, leads, window)
        Median of the typical beats; zeros where none fits.
    centre : int
        Sample of the window that is a beat's centre.
    """

    lead_names: tuple[str, ...]
    sampling_rate_hz: int
    samples: int
    activity: QrsActivity
    places: IntArray
    exists: BoolArray
    fits: BoolArray
    typical: BoolArray
    to_peak: IntArray
    are_rr: BoolArray
    rr_ms: Float64Array
    rr_mean_ms: Float64Array
    cut_uv: Float32Array
    median_uv: Float32Array
    centre: int

    def take(self, rows: IntArray) -> Beats:
        """Return the beats of some of the records, by index."""
        return replace(
            self,
            activity=self.activity.take(rows),
            **{name: getattr(self, name)[rows] for name in _BY_RECORD},
        )


_BY_RECORD = ("places", "exists", "fits", "typical", "to_peak", "are_rr", "rr_ms", "rr_mean_ms", "cut_uv", "median_uv")


def find_beats(
    signal_uv: npt.NDArray[np.int16],
    lead_names: Sequence[str] = EIGHT_LEADS,
    sampling_rate_hz: int = 500,
    interrupted: BoolArray | None = None,
) -> Beats:
    """Find the beats of each record, and the beat that represents it.

    All leads together decide what a beat is (`find_activity`) and where (`find_places`), because R peaks of a single
    lead fail where its QRS is small or its T tall.

    Parameters
    ----------
    signal_uv : int16 array, shape (n, leads, samples)
        Any number of leads, in uV. Records shorter than 2 s have no beats.
    lead_names : sequence of str
        Names of the leads, in the order of the second axis.
    sampling_rate_hz : int
        Sampling rate, 100 Hz or more.
    interrupted : bool array, shape (n, samples), optional
        At which samples the recording paused; what a pause cuts is no beat, as at an end of the record.

    Returns
    -------
    Beats
    """
    window = round((BEFORE_S + AFTER_S) * sampling_rate_hz)
    if signal_uv.shape[-1] < window:
        signal_uv, interrupted = np.zeros((*signal_uv.shape[:-1], window), np.int16), None
    if interrupted is not None:
        signal_uv = bridged(signal_uv, np.broadcast_to(interrupted[:, np.newaxis], signal_uv.shape))
    batch = EcgBatch(signal_uv, tuple(lead_names), sampling_rate_hz)
    activity = find_activity(batch, interrupted)
    steady_uv = remove_baseline(signal_uv, sampling_rate_hz)
    places, exists, to_peak = find_places(activity, steady_uv, sampling_rate_hz, interrupted)
    cut_uv, fits = _cut_beats(steady_uv, places, exists, sampling_rate_hz)
    are_rr = exists[:, 1:]
    centre, after = round(BEFORE_S * sampling_rate_hz), round(AFTER_S * sampling_rate_hz)
    if interrupted is not None:
        are_rr = are_rr & ~any_within(interrupted, places[:, :-1], places[:, 1:])
        fits &= ~any_within(interrupted, places - centre, places + after)
    median_rr, mean_rr = _rr_of(places, are_rr)
    typical = typical_beats(cut_uv, fits, centre, sampling_rate_hz)
    return Beats(
        lead_names=batch.lead_names,
        sampling_rate_hz=sampling_rate_hz,
        samples=batch.samples,
        activity=activity,
        places=places,
        exists=exists,
        fits=fits,
        typical=typical,
        to_peak=to_peak,
        are_rr=are_rr,
        rr_ms=median_rr * (1000 / sampling_rate_hz),
        rr_mean_ms=mean_rr * (1000 / sampling_rate_hz),
        cut_uv=cut_uv,
        median_uv=median_of_existing(cut_uv, typical),
        centre=centre,
    )


def remove_baseline(signal_uv: npt.NDArray[np.integer], sampling_rate_hz: int = 500) -> Float32Array:
    """Subtract what is slower than 0.5 Hz, without the cost of a filter at the full sampling rate.

    Means over 50 ms are low-passed at 0.5 Hz (Butterworth, order 4, forwards and backwards), joined by
    straight lines and subtracted. 0.5 Hz is NeuroKit2's limit, and lies below the fundamental of a heart
    rate of 45 /min.

    Parameters
    ----------
    signal_uv : int array, shape (..., samples)
        At least one second long.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    float32 array, shape (..., samples)
    """
    samples = signal_uv.shape[-1]
    block = max(round(0.05 * sampling_rate_hz), 1)
    blocks = samples // block
    steady_uv = signal_uv.astype(np.float32)
    means = block_means(steady_uv, block)
    rate_hz = sampling_rate_hz / block
    slow = zero_phase(means, 4, "lowpass", 0.5, rate_hz, padding=min(60, blocks - 1)).astype(np.float32)
    slow = np.concatenate([slow[..., :1], slow, slow[..., -1:], slow[..., -1:]], axis=-1)
    # The first of these nodes, the middle of a block before the first, lies (block + 1) / 2 before sample 0.
    start, odd = divmod(block + 1, 2)
    weight = ((np.arange(block) + odd / 2) / block).astype(np.float32)
    lines = np.diff(slow)[..., np.newaxis] * weight
    lines += slow[..., :-1, np.newaxis]
    steady_uv -= lines.reshape(*slow.shape[:-1], (blocks + 2) * block)[..., start : start + samples]
    return steady_uv


def _rr_of(places: IntArray, are_rr: BoolArray) -> tuple[Float64Array, Float64Array]:
    """Median and mean RR interval of each record, in samples; NaN without any."""
    rr = np.diff(places)
    median = median_of_existing(rr.astype(np.float64), are_rr).astype(np.float64)
    count = are_rr.sum(axis=1)
    mean = np.divide(rr.sum(axis=1, where=are_rr), count, out=np.full(len(places), np.nan), where=count > 0)
    return np.where(count > 0, median, np.nan), mean


def _cut_beats(
    steady_uv: Float32Array, places: IntArray, exists: BoolArray, sampling_rate_hz: int
) -> tuple[Float32Array, BoolArray]:
    """Cut out each beat, shape (n, beats, leads, window), and say which lie completely within the record."""
    before = round(BEFORE_S * sampling_rate_hz)
    window = round((BEFORE_S + AFTER_S) * sampling_rate_hz)
    starts = places - before
    fits = exists & (starts >= 0) & (starts + window <= steady_uv.shape[-1])
    views = sliding_window_view(steady_uv, window, axis=-1)
    rows = np.arange(places.shape[0])[:, None]
    cut: Float32Array = views[rows, :, np.where(fits, starts, 0)]
    return cut, fits

"""Heart beats: where they are in all leads together, and the median beat that represents a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view
from scipy import ndimage
from scipy import signal as sps

from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.r_peaks import apart, clean, qrs_segments, r_peaks

FloatArray = npt.NDArray[np.float64]
Float32Array = npt.NDArray[np.float32]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

BEFORE_S, AFTER_S = 0.4, 0.6
"""What the median beat holds before and after its centre: PR to 0.3 s and QT to 0.55 s, beyond the longest of
a normal adult (0.2 s and 0.46 s), with some baseline beside them."""

ALIGN_S, TEMPLATE_S = 0.04, 0.06
"""Alignment moves a beat by at most half a normal QRS (80 ms), and compares 60 ms to either side of it."""

AGREEMENT_S = 0.075
"""Two places are of the same beat when within 75 ms: half the 150 ms match window of ANSI/AAMI EC57."""

SEARCH_S = 0.3
"""How far from a beat a lead's own QRS is looked for: the refractory time of `r_peaks`."""

CORRELATED_S = (0.1, 0.3)
"""What of a beat is correlated, before and after its centre: QRS, ST and most of T, and no part of the next beat
up to a heart rate of 150 /min."""


@dataclass(frozen=True)
class Beats:
    """The beats of a batch of records.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the leads.
    sampling_rate_hz : int
        Sampling rate.
    r_peaks : list of n int arrays
        NeuroKit2's R peaks of lead II (without it: of the first lead), in samples.
    median_uv : float32 array, shape (n, leads, window)
        The median beat, from `BEFORE_S` before its centre to `AFTER_S` after; zeros where no beat fits in
        the record.
    centre : int
        Sample of the median beat at which the beats are aligned, within QRS.
    rr_ms : float array, shape (n,)
        Median time between the beats that all leads together show; NaN with fewer than 2.
    features : dict of str to float array, shape (n,)
        See `find_beats`.
    """

    lead_names: tuple[str, ...]
    sampling_rate_hz: int
    r_peaks: list[IntArray]
    median_uv: Float32Array
    centre: int
    rr_ms: FloatArray
    features: dict[str, FloatArray]


def find_beats(
    signal_uv: npt.NDArray[np.integer], lead_names: Sequence[str] = EIGHT_LEADS, sampling_rate_hz: int = 500
) -> Beats:
    """Find the beats of each record, and the beat that represents it.

    Intervals and correlations rest on beats found in all leads together, because R peaks of a single lead fail
    where its QRS is small or negative. Heart rate and RR features rest on NeuroKit2's R peaks.

    Parameters
    ----------
    signal_uv : int array, shape (n, leads, samples)
        Any number of leads, in uV. Records shorter than 1 s have no beats.
    lead_names : sequence of str
        Names of the leads, in the order of the second axis.
    sampling_rate_hz : int
        Sampling rate, 100 Hz or more.

    Returns
    -------
    Beats
        Its `features`, NaN where there are too few beats:

        beats
            Number of R peaks.
        heart_rate_per_min
            60000 / rr_mean_ms.
        rr_mean_ms, rr_sd_ms, rr_rmssd_ms, rr_min_ms, rr_max_ms
            Mean, standard deviation (n - 1), root mean square of successive differences (Task Force of the ESC
            and NASPE, Circulation 93 (1996) 1043), smallest and largest of the times between R peaks.
        r_peak_agreement
            Share of R peaks and of the beats of all leads that lie within 75 ms of one of the other kind,
            without those in the first and last 0.3 s.
        r_peak_agreement_<lead>
            Share of the beats of all leads at which this lead has its own QRS within 75 ms: the place where
            its energy, averaged over 0.1 s, is highest within 0.3 s and nearer than the next beat.
        beat_correlation_mean_<lead>, beat_correlation_min_<lead>
            Pearson correlation of each beat with the median beat, 0.1 s before to 0.3 s after the centre: mean
            and smallest over the beats. 0 where a beat or the median beat is flat.
    """
    window = round((BEFORE_S + AFTER_S) * sampling_rate_hz)
    if signal_uv.shape[-1] < window:
        signal_uv = np.zeros((*signal_uv.shape[:-1], window), np.int16)
    rhythm_lead = lead_names.index("II") if "II" in lead_names else 0
    peaks = r_peaks(clean(signal_uv[:, rhythm_lead] / 1000, sampling_rate_hz), sampling_rate_hz)

    steady_uv = remove_baseline(signal_uv, sampling_rate_hz)
    energy = _energy(steady_uv, sampling_rate_hz)
    combined = _combined(energy)
    places, exists = _beat_places(combined, sampling_rate_hz)
    rr_ms = 1000 / sampling_rate_hz * _median_step(places, exists)
    cut, fits = _cut_beats(steady_uv, places, exists, sampling_rate_hz)
    median_uv = _median(cut, fits)
    centre = round(BEFORE_S * sampling_rate_hz)
    return Beats(
        lead_names=tuple(lead_names),
        sampling_rate_hz=sampling_rate_hz,
        r_peaks=peaks,
        median_uv=median_uv,
        centre=centre,
        rr_ms=rr_ms,
        features={
            **_rr_features(peaks, sampling_rate_hz),
            "r_peak_agreement": _agreement(peaks, places, exists, signal_uv.shape[-1], sampling_rate_hz),
            **_lead_agreements(energy, places, exists, rr_ms, lead_names, sampling_rate_hz),
            **_correlations(cut, fits, median_uv, lead_names, sampling_rate_hz),
        },
    )


def remove_baseline(signal_uv: npt.NDArray[np.integer], sampling_rate_hz: int = 500) -> Float32Array:
    """Subtract what is slower than 0.5 Hz, without the cost of a filter at the full sampling rate.

    Means over 50 ms are low-passed at 0.5 Hz (Butterworth, order 4, forwards and backwards), joined by straight
    lines and subtracted. 0.5 Hz is NeuroKit2's limit, and lies below the fundamental of a heart rate of 45 /min.

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
    *others, samples = signal_uv.shape
    block = max(round(0.05 * sampling_rate_hz), 1)
    blocks = samples // block
    steady_uv = signal_uv.astype(np.float32)
    means = steady_uv[..., : blocks * block].reshape(*others, blocks, block).mean(axis=-1)
    lowpass = sps.butter(4, 0.5, output="sos", fs=sampling_rate_hz / block)
    slow = sps.sosfiltfilt(lowpass, means, axis=-1, padlen=min(60, blocks - 1)).astype(np.float32)
    slow = np.concatenate([slow[..., :1], slow, slow[..., -1:], slow[..., -1:]], axis=-1)
    # The first of these nodes, the middle of a block before the first, lies (block + 1) / 2 before sample 0.
    start, odd = divmod(block + 1, 2)
    weight = ((np.arange(block) + odd / 2) / block).astype(np.float32)
    lines = slow[..., :-1, None] + np.diff(slow)[..., None] * weight
    steady_uv -= lines.reshape(*others, -1)[..., start : start + samples]
    return steady_uv


def _energy(steady_uv: Float32Array, sampling_rate_hz: int) -> Float32Array:
    """Square the change over 8 ms around each sample: long enough for noise, short against a QRS."""
    half = max(round(0.004 * sampling_rate_hz), 1)
    energy = np.zeros_like(steady_uv)
    inner = energy[..., half:-half]
    np.subtract(steady_uv[..., 2 * half :], steady_uv[..., : -2 * half], out=inner)
    np.square(inner, out=inner)
    return energy


def _combined(energy: Float32Array) -> FloatArray:
    """Sum the leads; one with more energy than most is scaled down, lest noise in it drown the others."""
    mean = energy.mean(axis=-1, dtype=np.float64)
    usual = np.maximum(mean, np.median(mean, axis=-1, keepdims=True))
    weight = np.divide(1, usual, out=np.zeros_like(mean), where=usual > 0)
    combined: FloatArray = np.einsum("nl,nls->ns", weight.astype(np.float32), energy).astype(np.float64)
    return combined


def _beat_places(combined: FloatArray, sampling_rate_hz: int) -> tuple[IntArray, BoolArray]:
    """Find each beat's centre, shape (n, most beats), aligned to the record's others; and which entries exist."""
    n, samples = combined.shape
    reach, half = round(ALIGN_S * sampling_rate_hz), round(TEMPLATE_S * sampling_rate_hz)
    begins, ends = qrs_segments(combined, sampling_rate_hz)
    found = apart((begins + ends) // 2, combined.shape, sampling_rate_hz)
    found = [places[(places >= reach + half) & (places < samples - reach - half)] for places in found]
    counts = np.array([places.size for places in found], np.int64)
    exists = np.arange(max(counts.max(initial=0), 2)) < counts[:, None]
    places = np.full(exists.shape, reach + half)
    places[exists] = np.concatenate([*found, np.empty(0, np.int64)])

    size = 2 * half + 1
    views = sliding_window_view(np.sqrt(combined), size + 2 * reach, axis=-1)
    around = views[np.arange(n)[:, None], places - half - reach]
    shifted = sliding_window_view(around, size, axis=-1)
    shifts = np.zeros_like(places)
    for _ in range(2):  # the second template is sharper, as it is made of aligned beats
        aligned = np.take_along_axis(shifted, (shifts + reach)[..., None, None], axis=2)[:, :, 0]
        template = _median(aligned, exists)
        shifts = np.einsum("nbsw,nw->nbs", shifted, template).argmax(axis=-1) - reach
    return places + shifts, exists


def _median(values: FloatArray | Float32Array, exists: BoolArray) -> Float32Array:
    """Take the median over the second axis of those that exist; zeros where none does."""
    counts = exists.sum(axis=1)
    ordered = values.astype(np.float32)
    ordered[~exists] = np.inf
    ordered.sort(axis=1)
    rows = np.arange(counts.size)
    middle: Float32Array = (
        ordered[rows, np.maximum(counts - 1, 0) // 2] + ordered[rows, np.maximum(counts, 1) // 2]
    ) / 2
    middle[counts == 0] = 0
    return middle


def _cut_beats(
    steady_uv: Float32Array, places: IntArray, exists: BoolArray, sampling_rate_hz: int
) -> tuple[Float32Array, BoolArray]:
    """Cut out each beat, shape (n, beats, leads, window), and tell which lie wholly in the record."""
    before = round(BEFORE_S * sampling_rate_hz)
    window = round((BEFORE_S + AFTER_S) * sampling_rate_hz)
    starts = places - before
    fits = exists & (starts >= 0) & (starts + window <= steady_uv.shape[-1])
    views = sliding_window_view(steady_uv, window, axis=-1)
    rows = np.arange(places.shape[0])[:, None]
    cut: Float32Array = views[rows, :, np.where(fits, starts, 0)]
    return cut, fits


def _median_step(places: IntArray, exists: BoolArray) -> FloatArray:
    """Take the median distance between neighbours, in samples; NaN with fewer than two beats."""
    steps = _median(np.diff(places).astype(np.float64), exists[:, 1:])
    return np.where(exists[:, 1], steps, np.nan).astype(np.float64)


def _rr_features(peaks: list[IntArray], sampling_rate_hz: int) -> dict[str, FloatArray]:
    """Count the beats, and describe the times between them."""
    names = ("rr_mean_ms", "rr_min_ms", "rr_max_ms", "rr_sd_ms", "rr_rmssd_ms")
    columns = {name: np.full(len(peaks), np.nan) for name in names}
    for row, places in enumerate(peaks):
        rr_ms = np.diff(places) * (1000 / sampling_rate_hz)
        if rr_ms.size >= 1:
            columns["rr_mean_ms"][row] = rr_ms.mean()
            columns["rr_min_ms"][row] = rr_ms.min()
            columns["rr_max_ms"][row] = rr_ms.max()
        if rr_ms.size >= 2:
            columns["rr_sd_ms"][row] = rr_ms.std(ddof=1)
            columns["rr_rmssd_ms"][row] = np.sqrt(np.mean(np.diff(rr_ms) ** 2))
    beats = np.array([places.size for places in peaks], np.float64)
    return {"beats": beats, "heart_rate_per_min": 60000 / columns["rr_mean_ms"], **columns}


def _agreement(
    peaks: list[IntArray], places: IntArray, exists: BoolArray, samples: int, sampling_rate_hz: int
) -> FloatArray:
    """Count R peaks and beats of all leads that lie close to one of the other kind, as a share."""
    margin, tolerance = SEARCH_S * sampling_rate_hz, AGREEMENT_S * sampling_rate_hz
    shares = np.full(len(peaks), np.nan)
    for row, own in enumerate(peaks):
        others = places[row, exists[row]]
        distances = np.abs(own[:, None] - others.astype(np.float64))
        own_inside = (own >= margin) & (own < samples - margin)
        others_inside = (others >= margin) & (others < samples - margin)
        total = own_inside.sum() + others_inside.sum()
        if total:
            own_close = distances.min(axis=1, initial=np.inf) <= tolerance
            others_close = distances.min(axis=0, initial=np.inf) <= tolerance
            shares[row] = ((own_close & own_inside).sum() + (others_close & others_inside).sum()) / total
    return shares


def _lead_agreements(
    energy: Float32Array,
    places: IntArray,
    exists: BoolArray,
    rr_ms: FloatArray,
    lead_names: Sequence[str],
    sampling_rate_hz: int,
) -> dict[str, FloatArray]:
    """Count the beats at which each lead has its own QRS, as a share, in steps of 8 ms."""
    block = max(round(0.008 * sampling_rate_hz), 1)
    blocks = energy.shape[-1] // block
    coarse = energy[..., : blocks * block].reshape(*energy.shape[:-1], blocks, block).sum(axis=-1)
    block_hz = sampling_rate_hz / block
    smooth = ndimage.uniform_filter1d(coarse, max(round(0.1 * block_hz), 1), mode="nearest", axis=-1)
    reach = round(SEARCH_S * block_hz)
    centres = places // block
    inside = exists & (centres >= reach) & (centres + reach < blocks)
    views = sliding_window_view(smooth, 2 * reach + 1, axis=-1)
    rows = np.arange(places.shape[0])[:, None]
    around = views[rows, :, np.where(inside, centres - reach, 0)]
    # Nearer than the next beat: not beyond half the time between beats.
    near = np.fmin(rr_ms / 2000, SEARCH_S)[:, None] * block_hz
    around[np.broadcast_to((np.abs(np.arange(-reach, reach + 1)) > near)[:, None, None], around.shape)] = -1
    offsets = around.argmax(axis=-1) - reach
    alive = around.max(axis=-1) > 0
    agrees = (np.abs(offsets) <= AGREEMENT_S * block_hz) & alive & inside[..., None]
    beats = inside.sum(axis=1)
    shares = np.where(beats[:, None] > 0, agrees.sum(axis=1) / np.maximum(beats, 1)[:, None], np.nan)
    return {f"r_peak_agreement_{name}": shares[:, lead] for lead, name in enumerate(lead_names)}


def _correlations(
    cut: Float32Array,
    fits: BoolArray,
    median_uv: Float32Array,
    lead_names: Sequence[str],
    sampling_rate_hz: int,
) -> dict[str, FloatArray]:
    """Correlate each beat with the median beat, lead by lead."""
    start, stop = (round((BEFORE_S + s) * sampling_rate_hz) for s in (-CORRELATED_S[0], CORRELATED_S[1]))
    beats = cut[..., start:stop] - cut[..., start:stop].mean(axis=-1, keepdims=True)
    template = median_uv[..., start:stop] - median_uv[..., start:stop].mean(axis=-1, keepdims=True)
    products = np.einsum("nblw,nlw->nbl", beats, template)
    norms = np.sqrt(
        np.einsum("nblw,nblw->nbl", beats, beats) * np.einsum("nlw,nlw->nl", template, template)[:, None]
    )
    correlations = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)
    counts = fits.sum(axis=1)[:, None]
    mean = np.where(counts > 0, (correlations * fits[..., None]).sum(axis=1) / np.maximum(counts, 1), np.nan)
    smallest = np.where(counts > 0, np.where(fits[..., None], correlations, np.inf).min(axis=1), np.nan)
    features: dict[str, FloatArray] = {}
    for lead, name in enumerate(lead_names):
        features[f"beat_correlation_mean_{name}"] = mean[:, lead].astype(np.float64)
        features[f"beat_correlation_min_{name}"] = smallest[:, lead].astype(np.float64)
    return features

"""Heart beats: where they are in all leads together, and the median beat that represents a record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, IntArray
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.batch import block_means
from ecgfactory.quality.filters import zero_phase
from ecgfactory.quality.medians import median_of_existing
from ecgfactory.quality.r_peaks import apart, clean, qrs_segments, r_peaks
from ecgfactory.quality.ragged import side_by_side
from ecgfactory.quality.typical_beats import typical_beats

BEFORE_S, AFTER_S = 0.4, 0.6
"""What a beat's window holds before and after its centre: PR to 0.3 s and QT to 0.55 s, beyond the longest of
a normal adult (0.2 s and 0.46 s), with some baseline beside them."""

ALIGN_S, TEMPLATE_S = 0.04, 0.06
"""Alignment moves a beat by at most half a normal QRS (80 ms), and compares 60 ms to either side of it."""


@dataclass(frozen=True)
class Beats:
    """The beats of a batch of records, as all leads together show them.

    Parameters
    ----------
    lead_names : tuple of str
        Names of the leads.
    sampling_rate_hz, samples : int
        Sampling rate, and samples of a record.
    cleaned_mv : float array, shape (n, samples)
        Lead II (without it: the first lead) as NeuroKit2 cleans it.
    r_peaks : list of n int arrays
        NeuroKit2's R peaks in it, in samples.
    places : int array, shape (n, most beats)
        Centre of each beat, within QRS, in samples: where the beats are aligned.
    exists, fits : bool array, shape (n, most beats)
        Which places hold a beat, and which of these have their whole window in the record.
    rr_ms : float array, shape (n,)
        Median time between the beats; NaN with fewer than 2.
    cut_uv : float32 array, shape (n, most beats, leads, window)
        Each beat from `BEFORE_S` before its centre to `AFTER_S` after, less the baseline; only where it fits.
    median_uv : float32 array, shape (n, leads, window)
        Median of the beats that fit and are of the most frequent kind (`typical_beats`); zeros where none does.
    centre : int
        Sample of the window that is a beat's centre.
    energy : float32 array, shape (n, leads, samples)
        Square of the change over 8 ms around each sample, in uV^2.
    """

    lead_names: tuple[str, ...]
    sampling_rate_hz: int
    samples: int
    cleaned_mv: Float64Array
    r_peaks: list[IntArray]
    places: IntArray
    exists: BoolArray
    fits: BoolArray
    rr_ms: Float64Array
    cut_uv: Float32Array
    median_uv: Float32Array
    centre: int
    energy: Float32Array


def find_beats(
    signal_uv: npt.NDArray[np.integer], lead_names: Sequence[str] = EIGHT_LEADS, sampling_rate_hz: int = 500
) -> Beats:
    """Find the beats of each record, and the beat that represents it.

    All leads together decide what a beat is, because R peaks of a single lead fail where its QRS is small
    or negative: the energies of the leads, summed, are judged by the rule of `r_peaks`.

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
    """
    window = round((BEFORE_S + AFTER_S) * sampling_rate_hz)
    if signal_uv.shape[-1] < window:
        signal_uv = np.zeros((*signal_uv.shape[:-1], window), np.int16)
    rhythm_lead = lead_names.index("II") if "II" in lead_names else 0
    cleaned_mv = clean(signal_uv[:, rhythm_lead] / 1000, sampling_rate_hz)

    steady_uv = remove_baseline(signal_uv, sampling_rate_hz)
    energy = _energy(steady_uv, sampling_rate_hz)
    places, exists = _beat_places(_combined(energy), sampling_rate_hz)
    steps = median_of_existing(np.diff(places).astype(np.float64), exists[:, 1:])
    cut_uv, fits = _cut_beats(steady_uv, places, exists, sampling_rate_hz)
    centre = round(BEFORE_S * sampling_rate_hz)
    return Beats(
        lead_names=tuple(lead_names),
        sampling_rate_hz=sampling_rate_hz,
        samples=signal_uv.shape[-1],
        cleaned_mv=cleaned_mv,
        r_peaks=r_peaks(cleaned_mv, sampling_rate_hz),
        places=places,
        exists=exists,
        fits=fits,
        rr_ms=np.where(exists[:, 1], steps * (1000.0 / sampling_rate_hz), np.nan),
        cut_uv=cut_uv,
        median_uv=median_of_existing(cut_uv, typical_beats(cut_uv, fits, centre, sampling_rate_hz)),
        centre=centre,
        energy=energy,
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
    lines = np.repeat(np.diff(slow), block, axis=-1)
    lines *= np.tile(weight, blocks + 2)
    lines += np.repeat(slow[..., :-1], block, axis=-1)
    steady_uv -= lines[..., start : start + samples]
    return steady_uv


def _energy(steady_uv: Float32Array, sampling_rate_hz: int) -> Float32Array:
    """Square the change over 8 ms around each sample: long enough for noise, short against a QRS."""
    half = max(round(0.004 * sampling_rate_hz), 1)
    energy = np.zeros_like(steady_uv)
    inner = energy[..., half:-half]
    np.subtract(steady_uv[..., 2 * half :], steady_uv[..., : -2 * half], out=inner)
    np.square(inner, out=inner)
    return energy


def _combined(energy: Float32Array) -> Float64Array:
    """Sum the leads; one with more energy than most is scaled down, so that its noise does not hide the others."""
    mean = energy.mean(axis=-1, dtype=np.float64)
    usual = np.maximum(mean, np.median(mean, axis=-1, keepdims=True))
    weight = np.divide(1, usual, out=np.zeros_like(mean), where=usual > 0)
    combined: Float64Array = np.einsum("nl,nls->ns", weight.astype(np.float32), energy).astype(np.float64)
    return combined


def _beat_places(combined: Float64Array, sampling_rate_hz: int) -> tuple[IntArray, BoolArray]:
    """Find the centre of each beat, aligned to the record's others, and return which entries exist."""
    n, samples = combined.shape
    reach, half = round(ALIGN_S * sampling_rate_hz), round(TEMPLATE_S * sampling_rate_hz)
    begins, ends = qrs_segments(combined, sampling_rate_hz)
    found = apart((begins + ends) // 2, combined.shape, sampling_rate_hz)
    found = [places[(places >= reach + half) & (places < samples - reach - half)] for places in found]
    places, exists = side_by_side(found, width=2)
    places[~exists] = reach + half

    size = 2 * half + 1
    views = sliding_window_view(np.sqrt(combined), size + 2 * reach, axis=-1)
    around = views[np.arange(n)[:, None], places - half - reach]
    shifted = sliding_window_view(around, size, axis=-1)
    shifts = np.zeros_like(places)
    for _ in range(2):  # the second template is sharper, as it is made of aligned beats
        aligned = np.take_along_axis(shifted, (shifts + reach)[..., None, None], axis=2)[:, :, 0]
        template = median_of_existing(aligned, exists)
        shifts = np.einsum("nbsw,nw->nbs", shifted, template).argmax(axis=-1) - reach
    return places + shifts, exists


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

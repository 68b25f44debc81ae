"""R peaks equal to NeuroKit2's, for a whole batch of records at once."""

from __future__ import annotations

import numpy as np
import scipy

from ecgfactory.arrays import BoolArray, Float64Array, IntArray
from ecgfactory.quality.filters import zero_phase


def clean(signal_mv: Float64Array, sampling_rate_hz: int = 500) -> Float64Array:
    """Clean ECGs as `neurokit2.ecg_clean(method="neurokit")` does.

    Parameters
    ----------
    signal_mv : float array, shape (..., samples)
        Any number of signals, in mV.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    float array, shape (..., samples)
        The signals after a 0.5 Hz high-pass (Butterworth, order 5) and a moving average over one period of
        50 Hz, both forwards and backwards. Equal to NeuroKit2 0.2.13 bit for bit. Signals too short to filter
        come back as zeros, where NeuroKit2 raises ValueError.
    """
    period = np.ones(int(sampling_rate_hz / 50) if sampling_rate_hz >= 100 else 2)
    if signal_mv.size == 0 or signal_mv.shape[-1] <= max(3 * period.size, 18):  # the padding of the two filters
        return np.zeros(signal_mv.shape)
    steady = zero_phase(signal_mv, 5, "highpass", 0.5, sampling_rate_hz)
    cleaned: Float64Array = scipy.signal.filtfilt(period, [period.size], steady, axis=-1)
    return cleaned


def r_peaks(cleaned_mv: Float64Array, sampling_rate_hz: int = 500) -> list[IntArray]:
    """Find R peaks as `neurokit2.ecg_peaks(method="neurokit")` does, in many signals at once.

    QRS is where the absolute gradient, smoothed over 0.1 s, exceeds 1.5 times its own average over 0.75
    s. The R peak is the most prominent local maximum in it. A QRS shorter than 0.4 of the record's mean,
    and an R peak within 0.3 s of the one before, don't count. All these numbers are NeuroKit2's.

    Parameters
    ----------
    cleaned_mv : float array, shape (n, samples)
        One lead of each record, from `clean`.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    list of n int arrays
        Sample numbers of the R peaks. Equal to NeuroKit2 0.2.13 sample for sample; no peaks in a record
        shorter than 0.75 s, where NeuroKit2 raises TypeError.
    """
    n, samples = cleaned_mv.shape
    if samples < round(0.75 * sampling_rate_hz):
        return [np.empty(0, np.int64) for _ in range(n)]
    begins, ends = qrs_segments(np.abs(np.gradient(cleaned_mv, axis=-1)), sampling_rate_hz)
    return apart(_most_prominent(cleaned_mv.ravel(), begins, ends), cleaned_mv.shape, sampling_rate_hz)


def qrs_segments(steepness: Float64Array, sampling_rate_hz: int) -> tuple[IntArray, IntArray]:
    """Find where a signal is steep for long enough to be a QRS, by the rule and the numbers of `r_peaks`.

    Parameters
    ----------
    steepness : float array, shape (n, samples)
        How steep each record is, in any unit.
    sampling_rate_hz : int
        Sampling rate.

    Returns
    -------
    begins, ends : int arrays
        Last sample before and last sample of each segment, counted in the flattened array.
    """
    n, samples = steepness.shape
    smooth = scipy.ndimage.uniform_filter1d(steepness, round(0.1 * sampling_rate_hz), mode="nearest", axis=-1)
    average = scipy.ndimage.uniform_filter1d(smooth, round(0.75 * sampling_rate_hz), mode="nearest", axis=-1)
    begins, ends = _matched_bounds(smooth > 1.5 * average)
    lengths, rows = ends - begins, begins // samples
    mean_lengths = np.bincount(rows, lengths, n) / np.maximum(np.bincount(rows, minlength=n), 1)
    long_enough = lengths >= 0.4 * mean_lengths[rows]
    return begins[long_enough], ends[long_enough]


def apart(peaks: IntArray, shape: tuple[int, ...], sampling_rate_hz: int) -> list[IntArray]:
    """Split the peaks of the flattened array by record, less those within 0.3 s after an accepted one.

    The start of the record counts as an accepted peak, as in NeuroKit2.
    """
    n, samples = shape
    delay = round(0.3 * sampling_rate_hz)
    firsts = np.searchsorted(peaks, np.arange(n + 1) * samples)
    records: list[IntArray] = []
    for row in range(n):
        accepted = [0]
        for peak in (peaks[firsts[row] : firsts[row + 1]] - row * samples).tolist():
            if peak - accepted[-1] > delay:
                accepted.append(peak)
        records.append(np.array(accepted[1:], np.int64))
    return records


def _matched_bounds(inside: BoolArray) -> tuple[IntArray, IntArray]:
    """Find the last sample before, and the last of, each run of True that lies completely within its row."""
    samples = inside.shape[1]
    rises = np.flatnonzero(np.diff(inside, axis=1, append=inside[:, -1:]))
    is_begin = ~inside.ravel()[rises]
    begins, ends = rises[is_begin], rises[~is_begin]
    following = np.searchsorted(ends, begins)
    found = following < ends.size
    found[found] = ends[following[found]] // samples == begins[found] // samples
    return begins[found], ends[following[found]]


def _most_prominent(flat_mv: Float64Array, begins: IntArray, ends: IntArray) -> IntArray:
    """Find the most prominent local maximum within each [begin, end), if it has any."""
    steps = np.zeros(flat_mv.size + 1, np.int8)
    steps[begins] += 1
    steps[ends] -= 1
    # Infinite walls around each segment end the search for a peak's bases as the ends of a slice would.
    walled = np.where(np.cumsum(steps[:-1], dtype=np.int8) > 0, flat_mv, np.inf)
    maxima = scipy.signal.find_peaks(walled)[0]
    maxima = maxima[np.isfinite(walled[maxima])]
    prominences = scipy.signal.peak_prominences(walled, maxima)[0]
    segments = np.searchsorted(begins, maxima, side="right")
    order = np.lexsort((-prominences, segments))  # stable: of equals the first stays first, as argmax has it
    return maxima[order[np.unique(segments[order], return_index=True)[1]]]

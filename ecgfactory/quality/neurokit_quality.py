"""NeuroKit2's quality verdicts after Zhao and Zhang 2018, for a whole batch at once.

Zhao Z, Zhang Y: SQI quality evaluation mechanism of single-lead ECG signal based on simple heuristic fusion
and fuzzy comprehensive evaluation. Front Physiol 9 (2018) 727, doi:10.3389/fphys.2018.00727. The fourth index
of the paper, qSQI, is left out and the weights are redistributed, as NeuroKit2 does. `averageQRS`,
NeuroKit2's default, is not a feature here: it is rescaled to 0..1 within each recording, so that it compares
beats of one ECG but never two ECGs.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.quality.feature import Feature, FeatureTable

HIGHEST_HZ = 40
VERDICTS = np.array(["Unacceptable", "Barely acceptable", "Excellent"], dtype=np.object_)
_PAPER = "Zhao and Zhang 2018, doi:10.3389/fphys.2018.00727; equal to neurokit2.ecg_quality(method='zhao2018')"
_LEAD = "cleaned lead II (the first lead where there is no II) in mV"

FEATURES = (
    Feature(
        "neurokit_zhao2018_psqi", "", "number", f"pSQI of {_LEAD}: power of 5..15 Hz over that of 5..40 Hz. {_PAPER}."
    ),
    Feature("neurokit_zhao2018_ksqi", "", "number", f"kSQI of {_LEAD}: kurtosis (3 for Gaussian noise). {_PAPER}."),
    Feature(
        "neurokit_zhao2018_bassqi",
        "",
        "number",
        f"basSQI of {_LEAD}: 1 less the share of power below 1 Hz of that below 40 Hz. {_PAPER}.",
    ),
    *(
        Feature(
            f"neurokit_quality_zhao2018_{approach}",
            "",
            "word",
            f"Verdict on {_LEAD} by the {approach} approach: Excellent, Barely acceptable or Unacceptable. {_PAPER}.",
            words=tuple(VERDICTS),
        )
        for approach in ("simple", "fuzzy")
    ),
)


def measure_neurokit_quality(
    cleaned_mv: Float64Array, r_peaks: Sequence[IntArray], sampling_rate_hz: int = 500
) -> FeatureTable:
    """Measure the indices and verdicts of one lead of each record.

    Parameters
    ----------
    cleaned_mv : float array, shape (records, samples)
        One lead, cleaned as `neurokit2.ecg_clean` does, in mV.
    r_peaks : sequence of int arrays
        Its R peaks in samples.
    sampling_rate_hz : int
        Samples per second.

    Returns
    -------
    dict of str to array, each of shape (records,)
        NaN and '' where a lead has no signal.
    """
    psqi, bassqi = _power_indices(cleaned_mv, sampling_rate_hz)
    ksqi = _kurtosis(cleaned_mv)
    shortest = [np.diff(peaks).min() if len(peaks) > 1 else np.inf for peaks in r_peaks]
    fastest_bpm = 60_000 / (1000 / sampling_rate_hz * np.array(shortest, dtype=np.float64))
    measurable = np.isfinite(psqi) & np.isfinite(ksqi) & np.isfinite(bassqi)

    def words(classes: IntArray) -> npt.NDArray[np.object_]:
        return np.where(measurable, VERDICTS[classes], "").astype(np.object_)

    return {
        "neurokit_zhao2018_psqi": psqi,
        "neurokit_zhao2018_ksqi": ksqi,
        "neurokit_zhao2018_bassqi": bassqi,
        "neurokit_quality_zhao2018_simple": words(_simple(psqi, ksqi, bassqi, fastest_bpm)),
        "neurokit_quality_zhao2018_fuzzy": words(_fuzzy(psqi, ksqi, bassqi)),
    }


def _power_indices(cleaned_mv: Float64Array, sampling_rate_hz: int) -> tuple[Float64Array, Float64Array]:
    """Return pSQI and basSQI, shape (records,) each.

    Welch's periodogram as neurokit2.signal_psd sets it up for a record shorter than half an hour: Hann
    windows of half the record, zero-padded to twice their length, and nothing below two periods in a window.
    """
    samples = cleaned_mv.shape[1]
    window = samples // 2
    if window < 2:
        return np.full(len(cleaned_mv), np.nan), np.full(len(cleaned_mv), np.nan)
    taper = scipy.signal.windows.hann(window, sym=False)
    centred = cleaned_mv - cleaned_mv.mean(axis=1, keepdims=True)
    starts = range(0, samples - window + 1, window - window // 2)
    frequencies = scipy.fft.rfftfreq(2 * window, 1 / sampling_rate_hz)
    counted = int(np.searchsorted(frequencies, HIGHEST_HZ))
    spectra = [scipy.fft.rfft(centred[:, start : start + window] * taper, 2 * window)[:, :counted] for start in starts]
    power = np.mean([spectrum.real**2 + spectrum.imag**2 for spectrum in spectra], axis=0)
    slowest_hz = 2 * sampling_rate_hz / (samples / 2)

    def band(low_hz: float, high_hz: float) -> Float64Array:
        # A slice, not a mask: a mask's result has a memory layout, thus a last bit, that depends on the
        # batch.
        inside = slice(*np.searchsorted(frequencies, [max(low_hz, slowest_hz), high_hz]))
        total: Float64Array = np.trapezoid(power[:, inside], frequencies[inside], axis=1)
        return np.where(total == 0, np.nan, total)

    return band(5, 15) / band(5, HIGHEST_HZ), 1 - band(0, 1) / band(0, HIGHEST_HZ)


def _kurtosis(values: Float64Array) -> Float64Array:
    """Fourth central moment over the squared second, shape (records,)."""
    squares = (values - values.mean(axis=1, keepdims=True)) ** 2
    variance = squares.mean(axis=1)
    kurtosis: Float64Array = (squares**2).mean(axis=1) / np.where(variance > 0, variance, np.nan) ** 2
    return kurtosis


def _simple(psqi: Float64Array, ksqi: Float64Array, bassqi: Float64Array, fastest_bpm: Float64Array) -> IntArray:
    """Fuse the indices by counting; 0, 1, 2 index `VERDICTS`."""
    slow = fastest_bpm < 130
    least, most, suspected = np.where(slow, 0.5, 0.4), np.where(slow, 0.8, 0.7), np.where(slow, 0.4, 0.3)
    optimal = (psqi > least) & (psqi < most)
    suspicious = (psqi > suspected) & (psqi < least)
    classes = np.stack(
        [
            np.select([optimal, suspicious], [2, 1], 0),
            np.where(ksqi > 5, 2, 0),
            np.select([bassqi >= 0.95, bassqi < 0.9], [2, 0], 1),
        ]
    )
    twos, ones, zeros = ((classes == value).sum(axis=0) for value in (2, 1, 0))
    unacceptable = (zeros >= 2) | ((zeros == 1) & (ones == 2))
    return np.select([unacceptable, (twos >= 2) & (zeros == 0)], [0, 2], 1)


def _fuzzy(psqi: Float64Array, ksqi: Float64Array, bassqi: Float64Array) -> IntArray:
    """Fuse the indices by weighted memberships in excellent, barely acceptable and unacceptable."""
    percent = 100 * bassqi
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        of_psqi = [
            np.select([psqi <= 0.25, psqi >= 0.35], [0, 1], 0.1 * (psqi - 0.25)),
            np.select(
                [(psqi < 0.18) | (psqi >= 0.32), psqi < 0.22, psqi < 0.28],
                [0, 25 * (psqi - 0.18), 1],
                25 * (0.32 - psqi),
            ),
            np.select([psqi < 0.15, psqi > 0.25], [1, 0], 0.1 * (0.25 - psqi)),
        ]
        of_ksqi = [np.where(ksqi > 5, 1.0, 0.0), np.zeros(ksqi.shape), np.where(ksqi > 5, 0.0, 1.0)]
        of_bassqi = [
            np.select(
                [percent <= 90, percent >= 95],
                [0, percent / 100],
                1 / (1 + 1 / (0.8718 * (percent - 90)) ** 2),
            ),
            1 / (1 + ((percent - 95) / 2.5) ** 2),
            np.where(percent <= 85, 1, 1 / (1 + ((percent - 85) / 5) ** 2)),
        ]
        memberships = 0.6 * np.array(of_psqi) + 0.2 * np.array(of_ksqi) + 0.2 * np.array(of_bassqi)
        squares = memberships**2
        grade = (squares * np.array([[1], [2], [3]])).sum(axis=0) / squares.sum(axis=0)
    return np.select([grade < 1.5, grade >= 2.4], [2, 0], 1)

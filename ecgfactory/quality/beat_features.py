"""Rhythm, and how well beats and leads agree with each other."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.quality.batch import block_sums
from ecgfactory.quality.beats import Beats

FloatArray = npt.NDArray[np.float64]

AGREEMENT_S = 0.075
"""Two places are of the same beat when within 75 ms: half the 150 ms match window of ANSI/AAMI EC57."""

SEARCH_S = 0.3
"""How far from a beat a lead's own QRS is looked for: the refractory time of `r_peaks`."""

CORRELATED_S = (0.1, 0.3)
"""What of a beat is correlated, before and after its centre: QRS, ST and most of T, and no part of the next
beat up to a heart rate of 150 /min."""


def measure_beats(beats: Beats) -> dict[str, FloatArray]:
    """Measure the rhythm and the likeness of beats and leads.

    Parameters
    ----------
    beats : Beats
        From `find_beats`.

    Returns
    -------
    dict of str to float array, shape (n,)
        NaN where there are too few beats:

        beats
            Number of R peaks (NeuroKit2's, as all rhythm features).
        heart_rate_bpm
            60000 / rr_mean_ms.
        rr_mean_ms, rr_sd_ms, rr_rmssd_ms, rr_min_ms, rr_max_ms
            Mean, standard deviation (n - 1), root mean square of successive differences (Task Force of the
            ESC and NASPE, Circulation 93 (1996) 1043), smallest and largest of the times between R peaks.
        r_peak_agreement
            Share of R peaks and of the beats of all leads that lie within 75 ms of one of the other kind,
            without those in the first and last 0.3 s.
        r_peak_agreement_<lead>
            Share of the beats of all leads at which this lead has its own QRS within 75 ms: the place where
            its energy, averaged over 0.1 s, is highest within 0.3 s and nearer than the next beat.
        beat_correlation_mean_<lead>, beat_correlation_min_<lead>
            Pearson correlation of each beat with the median beat, 0.1 s before to 0.3 s after the centre:
            mean and smallest over the beats. 0 where a beat or the median beat is flat.
    """
    return {
        **_rhythm(beats),
        "r_peak_agreement": _agreement(beats),
        **_lead_agreements(beats),
        **_correlations(beats),
    }


def _rhythm(beats: Beats) -> dict[str, FloatArray]:
    """Count the R peaks, and describe the times between them."""
    n = len(beats.r_peaks)
    names = ("rr_mean_ms", "rr_sd_ms", "rr_rmssd_ms", "rr_min_ms", "rr_max_ms")
    features = {name: np.full(n, np.nan) for name in names}
    for row, peaks in enumerate(beats.r_peaks):
        rr_ms = np.diff(peaks) * (1000 / beats.sampling_rate_hz)
        if rr_ms.size >= 1:
            features["rr_mean_ms"][row] = rr_ms.mean()
            features["rr_min_ms"][row] = rr_ms.min()
            features["rr_max_ms"][row] = rr_ms.max()
        if rr_ms.size >= 2:
            features["rr_sd_ms"][row] = rr_ms.std(ddof=1)
            features["rr_rmssd_ms"][row] = np.sqrt(np.mean(np.diff(rr_ms) ** 2))
    counts = np.array([peaks.size for peaks in beats.r_peaks], np.float64)
    return {"beats": counts, "heart_rate_bpm": 60000 / features["rr_mean_ms"], **features}


def _agreement(beats: Beats) -> FloatArray:
    """Count R peaks and beats of all leads that lie close to one of the other kind, as a share."""
    first, last = SEARCH_S * beats.sampling_rate_hz, beats.samples - SEARCH_S * beats.sampling_rate_hz
    tolerance = AGREEMENT_S * beats.sampling_rate_hz
    shares = np.full(len(beats.r_peaks), np.nan)
    for row, peaks in enumerate(beats.r_peaks):
        places = beats.places[row, beats.exists[row]]
        distances = np.abs(peaks[:, None] - places.astype(np.float64))
        from_peaks, from_places = (distances.min(axis=axis, initial=np.inf) for axis in (1, 0))
        everything = np.concatenate([peaks, places])
        inside = (everything >= first) & (everything < last)
        if inside.any():
            nearest = np.concatenate([from_peaks, from_places])
            shares[row] = np.mean(nearest[inside] <= tolerance)
    return shares


def _lead_agreements(beats: Beats) -> dict[str, FloatArray]:
    """Count the beats at which each lead has its own QRS, as a share, in steps of 8 ms."""
    block = max(round(0.008 * beats.sampling_rate_hz), 1)
    block_hz = beats.sampling_rate_hz / block
    coarse = block_sums(beats.energy, block)
    smooth = scipy.ndimage.uniform_filter1d(coarse, max(round(0.1 * block_hz), 1), mode="nearest", axis=-1)

    reach = round(SEARCH_S * block_hz)
    centres = beats.places // block
    inside = beats.exists & (centres >= reach) & (centres + reach < coarse.shape[-1])
    views = sliding_window_view(smooth, 2 * reach + 1, axis=-1)
    rows = np.arange(len(beats.r_peaks))[:, None]
    around = views[rows, :, np.where(inside, centres - reach, 0)]
    # Nearer than the next beat: not beyond half the time between beats.
    near = np.fmin(beats.rr_ms / 2000, SEARCH_S)[:, None] * block_hz
    far = np.abs(np.arange(-reach, reach + 1)) > near
    np.copyto(around, -1, where=far[:, None, None])

    strongest = around.argmax(axis=-1)
    close = np.abs(strongest - reach) <= AGREEMENT_S * block_hz
    energy = np.take_along_axis(around, strongest[..., None], axis=-1)[..., 0]
    agrees = close & (energy > 0) & inside[..., None]
    shares = _mean_over_beats(agrees.astype(np.float64), inside)
    return {f"r_peak_agreement_{name}": shares[:, lead] for lead, name in enumerate(beats.lead_names)}


def _correlations(beats: Beats) -> dict[str, FloatArray]:
    """Correlate each beat with the median beat, lead by lead."""
    start = beats.centre - round(CORRELATED_S[0] * beats.sampling_rate_hz)
    stop = beats.centre + round(CORRELATED_S[1] * beats.sampling_rate_hz)
    cut, template = beats.cut_uv[..., start:stop], beats.median_uv[..., start:stop]
    cut = cut - cut.mean(axis=-1, keepdims=True)
    template = template - template.mean(axis=-1, keepdims=True)
    products = np.einsum("nblw,nlw->nbl", cut, template).astype(np.float64)
    cut_power = np.einsum("nblw,nblw->nbl", cut, cut).astype(np.float64)
    template_power = np.einsum("nlw,nlw->nl", template, template).astype(np.float64)
    norms = np.sqrt(cut_power * template_power[:, None])
    correlations = np.divide(products, norms, out=np.zeros_like(products), where=norms > 0)

    mean = _mean_over_beats(correlations, beats.fits)
    smallest = np.where(beats.fits[..., None], correlations, np.inf).min(axis=1)
    smallest[~beats.fits.any(axis=1)] = np.nan
    features: dict[str, FloatArray] = {}
    for lead, name in enumerate(beats.lead_names):
        features[f"beat_correlation_mean_{name}"] = mean[:, lead]
        features[f"beat_correlation_min_{name}"] = smallest[:, lead]
    return features


def _mean_over_beats(values: FloatArray, counted: npt.NDArray[np.bool_]) -> FloatArray:
    """Take the mean over the second axis of those counted; NaN where there are none."""
    counts = counted.sum(axis=1)[:, None].astype(np.float64)
    sums = (values * counted[..., None]).sum(axis=1)
    mean: FloatArray = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return mean

"""Rhythm, and the agreement of beats and leads with each other."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.quality.beats import Beats

FEWEST_INTERVALS = 2
"""Of a single one, the median is itself."""

AGREEMENT_S = 0.075
"""Two places belong to the same beat when within 75 ms: half the 150 ms match window of ANSI/AAMI EC57."""

SEARCH_S = 0.3
"""How far from a beat a lead's own QRS is looked for: the refractory time of NeuroKit2's detector."""

CORRELATED_S = (0.1, 0.3)
"""What of a beat is correlated, before and after its centre: QRS, ST and most of T, and no part of the next
beat up to a heart rate of 150 /min."""


def measure_beats(beats: Beats) -> dict[str, Float64Array]:
    """Measure the rhythm and the similarity of beats and leads.

    Parameters
    ----------
    beats : Beats
        From `find_beats`.

    Returns
    -------
    dict of str to float array, shape (n,)
        NaN where there are too few beats:

        beats
            Their number.
        heart_rate_bpm
            60000 / rr_mean_ms.
        rr_mean_ms, rr_sd_ms, rr_rmssd_ms, rr_min_ms, rr_max_ms
            Mean, standard deviation (n - 1), root mean square of successive differences (Task Force of the
            ESC and NASPE, Circulation 93 (1996) 1043), smallest and largest of the times between beats.
        rr_shortest_share, rr_longest_share
            Smallest and largest of these times over their median, of three beats or more.
        r_peak_agreement_<lead>
            Share of the beats at which this lead has its own QRS within 75 ms: the place where
            its activity is highest within 0.3 s and nearer than the next beat.
        beat_correlation_mean_<lead>, beat_correlation_min_<lead>
            Pearson correlation of each beat with the median beat, 0.1 s before to 0.3 s after the centre:
            mean and smallest over the beats. 0 where a beat or the median beat is flat.
    """
    return {
        **_rhythm(beats),
        **_lead_agreements(beats),
        **_correlations(beats),
    }


def _rhythm(beats: Beats) -> dict[str, Float64Array]:
    """Count the beats, and describe the times between them: exact sums of whole samples, then one division."""
    to_ms = 1000 / beats.sampling_rate_hz
    rr, are_rr = np.diff(beats.places), beats.are_rr
    changes, are_changes = np.diff(rr), are_rr[:, 1:] & are_rr[:, :-1]
    count = are_rr.sum(axis=1)
    total, squares = (values.sum(axis=1, where=are_rr) for values in (rr, rr**2))
    shortest = np.where(count > 0, to_ms * rr.min(axis=1, where=are_rr, initial=beats.samples), np.nan)
    longest = np.where(count > 0, to_ms * rr.max(axis=1, where=are_rr, initial=0), np.nan)
    typical = np.where(count >= FEWEST_INTERVALS, beats.rr_ms, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "beats": beats.exists.sum(axis=1).astype(np.float64),
            "heart_rate_bpm": 60000 / beats.rr_mean_ms,
            "rr_mean_ms": beats.rr_mean_ms,
            "rr_sd_ms": to_ms * np.sqrt((count * squares - total**2) / (count * (count - 1))),
            "rr_rmssd_ms": to_ms * np.sqrt((changes**2).sum(axis=1, where=are_changes) / are_changes.sum(axis=1)),
            "rr_min_ms": shortest,
            "rr_max_ms": longest,
            "rr_shortest_share": shortest / typical,
            "rr_longest_share": longest / typical,
        }


def _lead_agreements(beats: Beats) -> dict[str, Float64Array]:
    """Count the beats at which each lead has its own QRS, as a share."""
    leads, step, steps_per_s = beats.activity.leads, beats.activity.step, beats.activity.steps_per_s
    reach = round(SEARCH_S * steps_per_s)
    centres = beats.places // step
    inside = beats.exists & (centres >= reach) & (centres + reach < leads.shape[-1])
    views = sliding_window_view(leads, 2 * reach + 1, axis=-1)
    rows = np.arange(len(beats.places))[:, None]
    around = views[rows, :, np.where(inside, centres - reach, 0)]
    # Nearer than the next beat: not beyond half the time between beats.
    near = np.fmin(beats.rr_ms / 2000, SEARCH_S)[:, None] * steps_per_s
    far = np.abs(np.arange(-reach, reach + 1)) > near
    np.copyto(around, -1, where=far[:, None, None])

    strongest = around.argmax(axis=-1)
    close = np.abs(strongest - reach) <= AGREEMENT_S * steps_per_s
    activity = np.take_along_axis(around, strongest[..., None], axis=-1)[..., 0]
    agrees = close & (activity > 0) & inside[..., None]
    shares = _mean_over_beats(agrees.astype(np.float64), inside)
    return {f"r_peak_agreement_{name}": shares[:, lead] for lead, name in enumerate(beats.lead_names)}


def _correlations(beats: Beats) -> dict[str, Float64Array]:
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
    features: dict[str, Float64Array] = {}
    for lead, name in enumerate(beats.lead_names):
        features[f"beat_correlation_mean_{name}"] = mean[:, lead]
        features[f"beat_correlation_min_{name}"] = smallest[:, lead]
    return features


def _mean_over_beats(values: Float64Array, counted: BoolArray) -> Float64Array:
    """Take the mean over the second axis of those counted; NaN where there are none."""
    counts = counted.sum(axis=1)[:, None].astype(np.float64)
    # One after the other: `sum` adds in an order that depends on how many beats the others of a batch have.
    sums = np.cumsum(values * counted[..., None], axis=1)[:, -1]
    mean: Float64Array = np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
    return mean

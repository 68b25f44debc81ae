"""P, PR, QRS, QT and the QRS axis of a record, from its median beat."""

from __future__ import annotations

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.waves import Waves, find_waves


def measure_intervals(beats: Beats, waves: Waves | None = None) -> dict[str, Float64Array]:
    """Measure the intervals of each record.

    Parameters
    ----------
    beats : Beats
        From `find_beats`, with any number of leads.
    waves : Waves, optional
        From `find_waves`, where whoever asks has them; found otherwise.

    Returns
    -------
    dict of str to float array, shape (n,)
        NaN where a wave can't be found:

        p_duration_ms, pr_ms, qrs_ms, qt_ms
            P onset to P offset, P onset to QRS onset, QRS onset to offset, QRS onset to T offset.
        qtc_bazett_ms, qtc_fridericia_ms
            QT / RR^(1/2) and QT / RR^(1/3), RR in seconds (Bazett, Heart 7 (1920) 353; Fridericia, Acta Med
            Scand 53 (1920) 469). RR is the mean that the heart rate is made of, so that QT, QTc and heart rate of a
            record agree, as in the definition of QTc by the heart rate (AHA/ACCF/HRS recommendations part IV, 2009,
            doi:10.1161/CIRCULATIONAHA.108.191096).
        qrs_axis_deg
            Direction of the net QRS area in the frontal plane, -180..180, with lead I at 0 and lead II at 60
            degrees (Einthoven's triangle). NaN without leads I and II.
    """
    waves = waves or find_waves(beats)
    sample_ms = 1000 / beats.sampling_rate_hz
    qt_ms = (waves.t_offset - waves.qrs_onset) * sample_ms
    rr_s = beats.rr_mean_ms / 1000
    return {
        "p_duration_ms": (waves.p_offset - waves.p_onset) * sample_ms,
        "pr_ms": (waves.qrs_onset - waves.p_onset) * sample_ms,
        "qrs_ms": (waves.qrs_offset - waves.qrs_onset) * sample_ms,
        "qt_ms": qt_ms,
        "qtc_bazett_ms": qt_ms / np.sqrt(rr_s),
        "qtc_fridericia_ms": qt_ms / np.cbrt(rr_s),
        "qrs_axis_deg": _frontal_axis_deg(beats, waves),
    }


def _frontal_axis_deg(beats: Beats, waves: Waves) -> Float64Array:
    """Measure the direction of the net area of QRS, above its value at the onset, in leads I and II."""
    n, _, window = beats.median_uv.shape
    if not {"I", "II"} <= set(beats.lead_names):
        return np.full(n, np.nan)
    onset, offset = (np.nan_to_num(bound).astype(np.int64) for bound in (waves.qrs_onset, waves.qrs_offset))
    time = np.arange(window)
    within = (time >= onset[:, None]) & (time <= offset[:, None])
    limb_uv = beats.median_uv[:, [beats.lead_names.index(name) for name in ("I", "II")]].astype(np.float64)
    limb_uv -= np.take_along_axis(limb_uv, onset[:, None, None], axis=-1)
    i, ii = np.einsum("nlw,nw->ln", limb_uv, within)
    axis = np.rad2deg(np.arctan2((2 * ii - i) / np.sqrt(3), i))
    return np.where(np.isnan(waves.qrs_offset) | ((i == 0) & (ii == 0)), np.nan, axis)

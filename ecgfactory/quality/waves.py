"""Where P, QRS and T begin and end in the median beat, over all leads at once.

The definition is the standard one (CSE Working Party, Eur Heart J 6 (1985) 815-825): a wave runs from its earliest
onset to its latest offset over the leads, outlying leads left out. QRS lasts as long as the leads together move, by the
length of the vector of all their slopes, in which no lead alone counts for much (`qrs_bounds`). P and T are too small
for that: `p_and_t`. Leads much noisier than the others don't count (`outlying_leads`), pacing spikes are no QRS
(`pacing_spikes`), and the median beat is that of the most frequent kind of beat (`typical_beats`).

It is held against the same definition on what cardiologists marked in every lead (`validation.ludb`), and against
simulated ECGs of known bounds (`validation.simulated`). The cardiologists' outermost marks lie some 12 ms before and
after the place where the leads begin and end to stand out from their rest, which is where devices put QRS. QRS is
measured as they mark it, and so is some 25 ms longer than a device's.

Constants without a source were chosen on LUDB's records of odd numbers and on simulated ECGs; its even numbers and
other seeds confirmed them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from ecgfactory.arrays import FloatingArray, IntArray
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.bulge import Bulge
from ecgfactory.quality.outlying_leads import usable_leads
from ecgfactory.quality.p_and_t import P_BEFORE_QRS_S, P_HALF_S, p_bounds, p_is_steady, t_end
from ecgfactory.quality.pacing_spikes import around_spikes, without_spikes
from ecgfactory.quality.qrs_bounds import NEAR_S, qrs_bounds

LONGEST_PR_S, LONGEST_QT_S = 0.32, 0.56
"""How far from the onset of QRS P and T are looked for; the median beat holds no more."""

LONGEST_QT_SHARE = 0.7
"""And how far as a share of the RR time, so that the next P is not taken for the T of a fast rhythm."""


@dataclass(frozen=True)
class Waves:
    """Bounds of the waves in the median beat, in samples of its window.

    Parameters
    ----------
    p_onset, p_offset, qrs_onset, qrs_offset, t_offset : float array, shape (n,)
        First sample of the wave, last sample of it; NaN where it can't be found.
    """

    p_onset: FloatingArray
    p_offset: FloatingArray
    qrs_onset: FloatingArray
    qrs_offset: FloatingArray
    t_offset: FloatingArray

    def take(self, rows: IntArray) -> Waves:
        """Return the waves of some of the records, by index."""
        return Waves(*(getattr(self, bound.name)[rows] for bound in fields(self)))


def find_waves(beats: Beats) -> Waves:
    """Find the bounds of P, QRS and T in each median beat.

    Parameters
    ----------
    beats : Beats
        From `find_beats`.

    Returns
    -------
    Waves
        P is looked for up to 320 ms before QRS and after the T of the beat before, T up to 560 ms after
        the onset of QRS and 0.7 of the RR time (without a second beat, of one second).
    """
    rate = beats.sampling_rate_hz
    usable = usable_leads(beats.median_uv, rate)
    beat_uv, spikes = without_spikes(beats.median_uv * usable[..., np.newaxis], beats.centre, rate)
    window = beat_uv.shape[-1]
    rr = np.where(np.isnan(beats.rr_ms), 1000, beats.rr_ms) / 1000 * rate
    start, offset, has_qrs = qrs_bounds(beat_uv, usable.sum(axis=1), beats.centre, rate)
    start, onset = around_spikes(start, spikes, rate)

    # T starts no earlier than QRS ends, and P is over 6 ms before QRS, which smoothing would smear into it.
    longest_qt = np.minimum(LONGEST_QT_S * rate, LONGEST_QT_SHARE * rr)
    t_limit = np.minimum(onset + longest_qt, window - 2).astype(np.int64)
    reach = round(NEAR_S * rate)
    skipped, kept = beats.centre - reach, beats.centre + reach
    t_offset = t_end(beat_uv[..., skipped:], offset - skipped, t_limit - skipped, rate) + skipped
    t_offset = np.where(has_qrs, t_offset, np.nan)
    qt = np.where(np.isnan(t_offset), 0.4 * rr, t_offset - onset)
    p_limit = np.maximum(start - np.minimum(LONGEST_PR_S * rate, rr - qt), 0).astype(np.int64)
    p = Bulge(beat_uv[..., :kept], p_limit, start - round(0.006 * rate), P_HALF_S, P_BEFORE_QRS_S, rate)
    p_onset, p_offset = p_bounds(p, rate)
    has_p = has_qrs & p.visible & p_is_steady(beats, p, p_onset, p_offset)
    return Waves(
        p_onset=np.where(has_p, p_onset, np.nan),
        p_offset=np.where(has_p, np.minimum(p_offset, start), np.nan),
        qrs_onset=np.where(has_qrs, onset, np.nan),
        qrs_offset=np.where(has_qrs, offset, np.nan),
        t_offset=t_offset,
    )

"""P, QRS and T of every beat: onset, peak and offset in each lead and over all leads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float32Array, Float64Array, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import RECORDS_IN_CACHE
from ecgfactory.quality.beats import Beats
from ecgfactory.quality.waves import Waves, find_waves
from ecgfactory.recorder.rates import measured_form
from ecgfactory.wave_table import ABSENT
from ecgfactory.waves.network import Weights, ask, load_members
from ecgfactory.waves.order import QRS, P, in_order
from ecgfactory.waves.over_all import FEWEST_LEADS, bounds_over_all, towards_median_beat
from ecgfactory.waves.peaks import find_peaks
from ecgfactory.waves.windows import RATE_HZ, cut_windows

Int32Array = npt.NDArray[np.int32]

LEAST_EVIDENCE = np.array([-2.0, -np.inf, -1.0], np.float32)
"""Log odds from which P, QRS and T of a beat are marked; a beat always has a QRS."""

LEAST_OF_RECORD, LEAST_OF_DOUBTFUL = 0.0, 4.0
"""Log odds of P that a quarter of a record's beats reach, or there is no P in any: what looks like a P in a beat or two
of atrial fibrillation is none, while ectopic beats without a P leave those of the others. More is asked where the
median beat shows no P (`quality.waves`). Chosen, as the ones above, in cross-validation on LUDB's records 1 to 100."""


@dataclass(frozen=True)
class Marks:
    """The waves of each beat, in samples of the signal; `ABSENT` for what is not there or beyond an end of the record.

    In a lead, onset <= peak <= offset, and no two waves overlap. A wave is marked where its middle is in the record.

    Parameters
    ----------
    leads : int32 array, shape (n, most beats, leads, 3 waves, 3 points)
        By the order of `WAVES` and `POINTS`. A peak is the largest deflection from the line that joins the bounds, that
        of QRS its R wave if it has one.
    over_all : int32 array, shape (n, most beats, 3 waves, 3 points)
        Over all leads: bounds from `bounds_over_all` and `towards_median_beat`; the peak of QRS is the beat's place,
        those of P and T are the medians of the leads'.
    """

    leads: Int32Array
    over_all: Int32Array

    @property
    def points(self) -> Int32Array:
        """Over all leads, then in each: shape (n, most beats, 1 + leads, 3, 3), as `WaveTable.of_points` takes it."""
        return np.concatenate([self.over_all[:, :, np.newaxis], self.leads], axis=2)


def find_marks(
    signal_uv: SignalUv,
    beats: Beats,
    lead_names: Sequence[str],
    sampling_rate_hz: int,
    members: tuple[Weights, ...] | None = None,
    waves: Waves | None = None,
) -> Marks:
    """Mark the waves of the beats.

    A small network (`network`), trained on cardiologists' marks, says which waves a beat has and where they begin and
    end. A beat has one P at most, so that of a dissociated rhythm the P waves between are not marked.

    Parameters
    ----------
    signal_uv : int16 array, shape (n, leads, samples)
        In uV; the gain of a lead does not matter. The leads that the beats were found on, or more.
    beats : Beats
        From `find_beats`.
    lead_names : sequence of str
        Names of the leads; one for each row of the signal.
    sampling_rate_hz : int
        Sampling rate of signal and beats; other than 500 Hz, the signal is resampled for the network.
    members : tuple of Weights, optional
        Networks to ask, where they are not those of `load_members`.
    waves : Waves, optional
        From `find_waves`, where whoever asks has them; found otherwise.

    Returns
    -------
    Marks

    Raises
    ------
    ValueError
        When the names or the rate don't belong to the signal.
    """
    if len(lead_names) != signal_uv.shape[1] or sampling_rate_hz != beats.sampling_rate_hz:
        raise ValueError(
            f"{signal_uv.shape[1]} leads, {len(lead_names)} names; beats of {beats.sampling_rate_hz} Hz, signal of"
            f" {sampling_rate_hz} Hz: they must be of the same ECG"
        )
    n, leads, _ = signal_uv.shape
    most = beats.places.shape[1]
    marks = Marks(np.full((n, most, leads, 3, 3), ABSENT, np.int32), np.full((n, most, 3, 3), ABSENT, np.int32))
    median_waves = waves or find_waves(beats)
    of_median = _bounds_of_median(median_waves, beats)
    for start in range(0, n, RECORDS_IN_CACHE):
        few = slice(start, start + RECORDS_IN_CACHE)
        places, exists = beats.places[few], beats.exists[few]
        if exists.any():
            marks.leads[few][exists], marks.over_all[few][exists] = _mark(
                signal_uv[few], places, exists, of_median[few], sampling_rate_hz, members or load_members()
            )
    return marks


def _mark(
    signal_uv: SignalUv,
    places: IntArray,
    exists: BoolArray,
    of_median: Float64Array,
    rate_hz: int,
    members: tuple[Weights, ...],
) -> tuple[Int32Array, Int32Array]:
    """Mark the beats of a few records: shapes (beats, leads, 3, 3) and (beats, 3, 3)."""
    centre, samples = places[exists], signal_uv.shape[-1]
    at_network_rate = np.rint(places * (RATE_HZ / rate_hz)).astype(np.int64)
    windows = cut_windows(measured_form(signal_uv, rate_hz), at_network_rate, exists)
    live = windows.live
    answers = ask(windows, members)

    # The last row is that over all leads.
    over_all = bounds_over_all(answers.leads, live)
    has_many = (live.sum(axis=1) >= FEWEST_LEADS)[:, np.newaxis, np.newaxis]
    over_all = np.where(has_many, towards_median_beat(over_all, of_median, windows.record), over_all)
    bounds = np.concatenate([answers.leads, over_all[:, np.newaxis]], axis=1)
    bounds = np.rint(bounds * (rate_hz / RATE_HZ)).astype(np.int64)
    bounds[:, -1, QRS, 0] = np.minimum(bounds[:, -1, QRS, 0], 0)
    bounds[:, -1, QRS, 1] = np.maximum(bounds[:, -1, QRS, 1], 0)
    bounds += centre[:, np.newaxis, np.newaxis, np.newaxis]
    live = np.concatenate([live, live.any(axis=1, keepdims=True)], axis=1)
    doubtful = np.isnan(of_median[:, P, 0]) & ~np.isnan(of_median[:, QRS, 0])
    there = live[..., np.newaxis] & _present(answers.evidence, windows.record, doubtful)[:, np.newaxis]
    bounds, there = in_order(bounds, there, windows.record, centre, samples, rate_hz)
    there = _alike(there)
    seen = bounds.clip(0, samples - 1)
    peaks = find_peaks(signal_uv, seen[:, :-1], there[:, :-1], windows.record)
    peaks = np.concatenate([peaks, _peaks_over_all(peaks, there, seen, centre)[:, np.newaxis]], axis=1)
    points = np.stack([bounds[..., 0], peaks, bounds[..., 1]], axis=-1)
    is_marked = there[..., np.newaxis] & (points >= 0) & (points < samples)
    marks = np.where(is_marked, points, ABSENT).astype(np.int32)
    return marks[:, :-1], marks[:, -1]


def _bounds_of_median(waves: Waves, beats: Beats) -> Float64Array:
    """Bounds of the median beats, shape (records, 3 waves, 2), in samples of the network after the centre."""
    unknown = np.full(len(beats.places), np.nan)
    bounds = [waves.p_onset, waves.p_offset, waves.qrs_onset, waves.qrs_offset, unknown, waves.t_offset]
    in_samples: Float64Array = np.stack(bounds, axis=-1).reshape(-1, 3, 2).astype(np.float64) - beats.centre
    return in_samples * (RATE_HZ / beats.sampling_rate_hz)


def _alike(there: BoolArray) -> BoolArray:
    """Let no P or T be marked over all leads and in none of them, or the other way round; each beat has a QRS."""
    leads, over_all = there[:, :-1], there[:, -1:] & there[:, :-1].any(axis=1, keepdims=True)
    over_all[..., QRS] = True
    return np.concatenate([leads & over_all, over_all], axis=1)


def _present(evidence: Float32Array, record: IntArray, doubtful: BoolArray) -> BoolArray:
    """Decide which waves each beat has, shape (beats, 3); doubtful is a record whose median beat shows no P."""
    least = np.where(doubtful, LEAST_OF_DOUBTFUL, LEAST_OF_RECORD)
    present: BoolArray = evidence > LEAST_EVIDENCE
    starts = np.flatnonzero(np.diff(record, prepend=-1)).tolist()
    for start, stop in pairwise([*starts, len(record)]):
        of_p = np.sort(evidence[start:stop, P])
        present[start:stop, P] &= of_p[3 * (of_p.size - 1) // 4] > least[record[start]]
    return present


def _peaks_over_all(peaks: IntArray, there: BoolArray, bounds: IntArray, centre: IntArray) -> IntArray:
    """Place the peaks over all leads, shape (beats, waves): the medians of the leads', and the beat's place."""
    known = there[:, :-1]
    rising = np.sort(np.where(known, peaks, np.iinfo(np.int64).max), axis=1)
    middle = np.maximum(known.sum(axis=1, keepdims=True) - 1, 0) // 2
    over_all = np.take_along_axis(rising, middle, 1)[:, 0].clip(bounds[:, -1, :, 0], bounds[:, -1, :, 1])
    over_all[:, QRS] = centre
    return over_all

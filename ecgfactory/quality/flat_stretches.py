"""Stretches of one unchanging value: a fault, unless the recorder rests so between beats.

Denoising recorders hold one value between T and P, in all leads, beat after beat; so do those of coarse steps, which
keep nothing that is smaller than a step. A lost electrode does so in its own lead alone, a break in the recording only
once, and both hide whatever comes meanwhile.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, Float32Array, IntArray
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.qrs_activity import QrsActivity
from ecgfactory.quality.spans import any_within, runs

REST_S = 0.1
"""A stretch so long may be the rest between T and P; a shorter one is counted as it is."""

RESTING_SHARE = 0.25
"""A recorder rests flat when it does so between this share of the beats, and at least twice."""

HELD_SHARE = 0.5
"""Another lead rests, too, when it holds its value from sample to sample for this share of a stretch."""

RINGING_SHARE = 0.25
"""A value is held when it changes by no more than this share of a step of the recording: resampling rings by less."""

LEVEL_S = 0.02
"""The levels of a recorder are the values that it keeps so long, also after resampling."""

QRS_HEIGHT = 0.5
"""A lead shows a QRS where its activity is above this share of what it is in the median beat."""

QRS_EDGE_S = 0.04
"""How far the activity of a QRS reaches beyond it."""

SHORT_RUN = 4
"""Runs of one value up to so many steps are common in ECGs in whole uV."""


def longest_flat(batch: EcgBatch, activity: QrsActivity) -> IntArray:
    """Count the samples of the longest flat stretch of each lead that is no rest, shape (records, leads)."""
    unchanged = batch.signals_uv[..., 1:] == batch.signals_uv[..., :-1]
    longest = 1 + _longest_run(unchanged)
    rest = batch.span(REST_S)
    per_step = activity.step
    for record in np.flatnonzero((longest >= rest).any(axis=1)):
        leads, begins, ends = runs(unchanged[record])
        lengths = ends - begins + 1
        beats = activity.beats[record] * per_step
        may_rest = (lengths >= rest) & _between_beats(begins, ends, beats)
        if _rests_flat(begins[may_rest], beats):
            signal_uv = batch.signals_uv[record].astype(np.int32)
            at_level = lengths >= batch.span(LEVEL_S)
            step_uv = _step_of_recorder(signal_uv, leads[at_level], begins[at_level])
            held = np.abs(np.diff(signal_uv, axis=1)) <= RINGING_SHARE * step_uv
            resting = may_rest & _others_rest(held, leads, begins, ends)
            edge = batch.span(QRS_EDGE_S)
            showing = _showing_qrs(activity.leads[record], activity.beats[record])
            first, last = (begins + edge) // per_step, (ends - edge) // per_step + 1
            resting &= ~any_within(showing[np.newaxis], first[np.newaxis], last[np.newaxis])[0]
            longest[record] = 1
            np.maximum.at(longest[record], leads[~resting], lengths[~resting])
    return longest


def _between_beats(begins: IntArray, ends: IntArray, beats: IntArray) -> BoolArray:
    """Return which stretches hold no beat, and are shorter than the time between two.

    That is the upper quartile, since a T wave or a pacing spike that counts as a beat makes most times too short.
    """
    if len(beats) < 2:
        return np.zeros(len(begins), dtype=np.bool_)
    typical = int(np.quantile(np.diff(beats), 0.75, method="lower"))
    between: BoolArray = (np.searchsorted(beats, begins) == np.searchsorted(beats, ends)) & (ends - begins < typical)
    return between


def _rests_flat(begins: IntArray, beats: IntArray) -> bool:
    """Return whether stretches, by their begins, lie between enough pairs of beats."""
    after = np.unique(np.searchsorted(beats, begins))
    pairs = np.count_nonzero((after > 0) & (after < len(beats)))
    return bool(pairs >= max(2, RESTING_SHARE * (len(beats) - 1)))


def _step_of_recorder(signal_uv: npt.NDArray[np.int32], leads: IntArray, begins: IntArray) -> int:
    """Smallest step between two levels of one lead, 1 uV without any; a level may be rounded by resampling to +-1 uV.

    The levels begin in the given leads and at the given samples. The extremes of a lead do not count: there it may be
    clipped.
    """
    values = signal_uv[leads, begins]
    inner = (values < signal_uv.max(axis=1)[leads]) & (values > signal_uv.min(axis=1)[leads])
    levels = np.unique(np.stack([leads[inner], values[inner]]), axis=1)
    same_lead = levels[0, 1:] == levels[0, :-1]
    steps = np.diff(levels[1])[same_lead]
    return int(steps[steps > 1].min()) if (steps > 1).any() else 1


def _others_rest(held: BoolArray, leads: IntArray, begins: IntArray, ends: IntArray) -> BoolArray:
    """Return during which stretches most other leads hold their value, too; `held` is that of all leads."""
    if len(held) == 1:
        return np.ones(len(begins), dtype=np.bool_)
    counts = np.pad(np.cumsum(held, axis=1, dtype=np.int32), ((0, 0), (1, 0)))
    shares = (counts[:, ends] - counts[:, begins]) / (ends - begins)
    shares[leads, np.arange(len(leads))] = np.nan
    resting: BoolArray = np.nanmedian(shares, axis=0) >= HELD_SHARE
    return resting


def _showing_qrs(activity: Float32Array, beats: IntArray) -> BoolArray:
    """Return at which steps two leads show a QRS, or the only other one; activity has shape (leads, steps)."""
    heights = np.median(activity[:, beats], axis=1, keepdims=True)
    showing: BoolArray = (activity > QRS_HEIGHT * heights).sum(axis=0) >= max(min(2, len(activity) - 1), 1)
    return showing


def _longest_run(inside: BoolArray) -> IntArray:
    """Length of the longest run of True along the last axis, shape of all others; 0 without one.

    All runs are shortened by one sample at a time until few are left, and these are measured one by one: that is fast.
    """
    longest = np.zeros(inside.shape[:-1], dtype=np.int64)
    for _ in range(SHORT_RUN):
        longest += inside.any(axis=-1)
        inside = inside[..., 1:] & inside[..., :-1]
    rows, begins, ends = runs(inside)
    np.maximum.at(longest.reshape(-1), rows, SHORT_RUN + ends - begins)
    return longest

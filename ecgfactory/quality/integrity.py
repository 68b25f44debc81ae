"""Whether every lead carries a signal: missing samples, range, flat and clipped stretches, jumps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float32Array, IntArray
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.batch import EcgBatch, in_cache
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads
from ecgfactory.quality.flat_stretches import longest_flat, runs
from ecgfactory.quality.qrs_activity import QrsActivity

PLATEAU_STEP_UV = 10
"""A plateau counts as clipped when the signal enters or leaves it by a change of this size: a clipped QRS does
(its slope is tens of uV per sample), the round top of a T wave does not."""

TOP_S = 0.008
"""A shorter plateau is counted without asking for the step of the recording: the top of a QRS may hold its value so
long at any step."""

NEAR_S = 0.06
"""The step of the recording is the smallest difference between values so near a plateau."""

BESIDE_S = 0.008
"""A greater step, of which all differences so near a plateau are multiples, goes before."""

FINE_STEP_UV = 3
"""In larger steps, the round top of a QRS is a plateau, entered or left by one step, often by two, but clipped it is
entered and left by two steps, and once by three."""

EDGE_S = 0.25

Edges = tuple[IntArray, IntArray]
"""Begins and ends (exclusive) of stretches, in samples."""

FEATURES = (
    Feature(
        "missing_samples",
        "samples",
        "count",
        "Samples, over all leads, that are missing (NaN) or beyond +-32767 uV; the other features take them as 0.",
        counted="missing or beyond 32,767 uV",
    ),
    Feature("amplitude_max_uv", "uV", "number", "Largest absolute value over all leads."),
    Feature("lead_range_min_uv", "uV", "number", "Smallest peak-to-peak range among the leads."),
    *(Feature(f"range_{name}_uv", "uV", "number", f"Peak-to-peak range of lead {name}.") for name in EIGHT_LEADS),
    Feature(
        "flat_longest_ms",
        "ms",
        "number",
        "Longest stretch of one unchanging value in any lead. The rest of a denoising recorder is not counted: a "
        "stretch of 0.1 s or more without a beat, no longer than the upper quartile of the times between beats, during "
        "which most other leads keep their value for half of the time, where such stretches lie between a quarter of "
        "the beats or more.",
    ),
    Feature(
        "clipped_longest_ms",
        "ms",
        "number",
        "Longest stretch at the largest or smallest value of any lead that is entered or left by a change of 10 uV or "
        "more. Where the signal is recorded in steps of more than 3 uV, one of 8 ms or more counts only if it is "
        "entered and left by two steps or more, and once by three: a round top that is cut into steps is not counted.",
    ),
    Feature(
        "jump_max_uv",
        "uV",
        "number",
        "Largest change between two samples in any lead, less the largest of the two changes before and the"
        " two after: high where the signal is torn, low on a steep QRS and on a pacing spike.",
    ),
    Feature("edge_jump_uv", "uV", "number", "As jump_max_uv, within the first and last 0.25 s: edge transients."),
    Feature(
        "limb_lead_error_uv",
        "uV",
        "number",
        "Largest deviation of III, aVR, aVL and aVF, as far as present, from what follows from I and"
        " II (Einthoven, Goldberger); 0 without such leads.",
    ),
)


def measure_integrity(batch: EcgBatch, activity: QrsActivity) -> FeatureTable:
    """Measure the features of single leads, each of shape (records,)."""
    signals, names = batch.signals_uv, batch.lead_names
    to_ms = 1000 / batch.sampling_rate_hz
    highest, lowest = signals.max(axis=2), signals.min(axis=2)
    ranges = highest.astype(np.int32) - lowest
    jumps, edge_jumps = np.moveaxis(in_cache(partial(_largest_jumps, edge=batch.span(EDGE_S)), batch.fine_uv), 1, 0)
    return {
        **over_leads("amplitude_max_uv", np.maximum(highest.astype(np.int32), -lowest.astype(np.int32)), names, "max"),
        **over_leads("lead_range_min_uv", ranges, names, "min"),
        **{
            f"range_{name}_uv": (
                np.full(batch.records, np.nan) if batch.lead(name) is None else ranges[:, names.index(name)] * 1.0
            )
            for name in EIGHT_LEADS
        },
        **over_leads("flat_longest_ms", to_ms * longest_flat(batch, activity), names, "max"),
        **over_leads("clipped_longest_ms", to_ms * _longest_plateau(batch, highest, lowest), names, "max"),
        **over_leads("jump_max_uv", jumps, names, "max"),
        **over_leads("edge_jump_uv", edge_jumps, names, "max"),
    }


def limb_lead_error(signals_uv: SignalUv, lead_names: Sequence[str]) -> FeatureTable:
    """Measure how far derived limb leads are from their definitions by leads I and II.

    Parameters
    ----------
    signals_uv : int16 array, shape (records, leads, samples)
        All leads of the records, in uV.
    lead_names : sequence of str
        Names along the second axis.
    """
    names = list(lead_names)
    derived = [name for name in ("III", "aVR", "aVL", "aVF") if name in names]
    if not derived or not {"I", "II"} <= set(names):
        return {"limb_lead_error_uv": np.zeros(len(signals_uv))}
    lead_i, lead_ii = (signals_uv[:, names.index(name)].astype(np.float32) for name in ("I", "II"))
    expected = {
        "III": lead_ii - lead_i,
        "aVR": -(lead_i + lead_ii) / 2,
        "aVL": lead_i - lead_ii / 2,
        "aVF": lead_ii - lead_i / 2,
    }
    errors = [np.abs(signals_uv[:, names.index(name)] - expected[name]).max(axis=1) for name in derived]
    return over_leads("limb_lead_error_uv", np.stack(errors, axis=1), derived, "max")


def _longest_plateau(batch: EcgBatch, highest: npt.NDArray[np.int16], lowest: npt.NDArray[np.int16]) -> IntArray:
    """Samples in the longest clipped stretch at a lead's extremes, shape (records, leads)."""
    signals_uv = batch.signals_uv
    at_extreme = (signals_uv == highest[..., np.newaxis]) | (signals_uv == lowest[..., np.newaxis])
    rows, begins, ends = runs(at_extreme)
    # Outside the record the signal counts as steady.
    flat_uv = signals_uv.reshape(-1, signals_uv.shape[-1]).astype(np.int32, copy=False)
    last = flat_uv.shape[1] - 1
    entered = np.abs(flat_uv[rows, begins] - flat_uv[rows, np.maximum(begins - 1, 0)])
    left = np.abs(flat_uv[rows, np.minimum(ends, last)] - flat_uv[rows, ends - 1])
    larger, smaller = np.maximum(entered, left), np.minimum(entered, left)
    clipped = larger >= PLATEAU_STEP_UV
    long = np.flatnonzero(clipped & (ends - begins >= batch.span(TOP_S)))
    step_uv = _steps_near(flat_uv, rows[long], (begins[long], ends[long]), batch)
    clipped[long] = (step_uv <= FINE_STEP_UV) | ((smaller[long] >= 2 * step_uv) & (larger[long] >= 3 * step_uv))
    longest = np.zeros(len(flat_uv), dtype=np.int64)
    np.maximum.at(longest, rows[clipped], (ends - begins)[clipped])
    return longest.reshape(signals_uv.shape[:-1])


def _steps_near(signals_uv: npt.NDArray[np.int32], rows: IntArray, edges: Edges, batch: EcgBatch) -> IntArray:
    """Step in which the signal is recorded near each plateau; signals have shape (rows, samples).

    That is the smallest difference between values, or what divides all differences in a shorter stretch: a recorder may
    keep fewer digits of a QRS than of what is around it.
    """
    around = np.sort(_around(signals_uv, rows, edges, batch.span(NEAR_S)), axis=1)
    apart = np.diff(around, axis=1)
    smallest = np.where(apart > 0, apart, around[:, -1:] - around[:, :1]).min(axis=1)
    beside = _around(signals_uv, rows, edges, batch.span(BESIDE_S))
    steps: IntArray = np.maximum(smallest, np.gcd.reduce(np.diff(beside, axis=1), axis=1))
    return steps


def _around(signals_uv: npt.NDArray[np.int32], rows: IntArray, edges: Edges, reach: int) -> npt.NDArray[np.int32]:
    """Values of plateaus and of `reach` samples before and after, shape (plateaus, 2 * reach + 1)."""
    begins, ends = edges
    places = np.hstack([begins[:, np.newaxis] + np.arange(-reach, 1), ends[:, np.newaxis] + np.arange(reach)])
    values: npt.NDArray[np.int32] = signals_uv[rows[:, np.newaxis], places.clip(0, signals_uv.shape[1] - 1)]
    return values


def _largest_jumps(signals_uv: Float32Array, edge: int) -> Float32Array:
    """Largest change at a step beyond its two neighbours' on either side, shape (records, 2, leads).

    First anywhere, then among the first and last `edge` steps that have such neighbours.
    """
    steps = np.abs(np.diff(signals_uv, axis=-1))
    if steps.shape[-1] < 5:
        return np.zeros((len(steps), 2, steps.shape[1]), dtype=np.float32)
    pairs = np.maximum(steps[..., :-1], steps[..., 1:])
    isolated = steps[..., 2:-2] - np.maximum(pairs[..., :-3], pairs[..., 3:])
    edges = np.maximum(isolated[..., :edge].max(axis=2), isolated[..., -edge:].max(axis=2))
    return np.stack([isolated.max(axis=2), edges], axis=1).clip(0)

"""Whether every lead carries a signal: missing samples, range, flat and clipped stretches, jumps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.batch import EcgBatch
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads

PLATEAU_STEP_UV = 10
"""A plateau counts as clipped when the signal enters or leaves it by a step of this size: a clipped QRS does
(its slope is tens of uV a sample), the round top of a T wave does not.
"""

EDGE_S = 0.25

FEATURES = (
    Feature(
        "missing_samples",
        "samples",
        "count",
        "Samples over all leads that are no number or beyond +-32767 uV; the other features take them as 0.",
    ),
    Feature("amplitude_max_uv", "uV", "number", "Largest absolute value over all leads."),
    Feature("lead_range_min_uv", "uV", "number", "Smallest peak-to-peak range among the leads."),
    *(Feature(f"range_{name}_uv", "uV", "number", f"Peak-to-peak range of lead {name}.") for name in EIGHT_LEADS),
    Feature("flat_longest_ms", "ms", "number", "Longest stretch of one unchanging value in any lead."),
    Feature(
        "clipped_longest_ms",
        "ms",
        "number",
        "Longest stretch at the largest or smallest value of any lead that is entered or left by a step of "
        "10 uV or more.",
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
        "Largest deviation of III, aVR, aVL and aVF, as far as they are there, from what follows from I and"
        " II (Einthoven, Goldberger); 0 without such leads.",
    ),
)


def measure_integrity(batch: EcgBatch) -> FeatureTable:
    """Measure the features of single leads, each of shape (records,)."""
    signals, names = batch.signals_uv, batch.lead_names
    to_ms = 1000 / batch.sampling_rate_hz
    highest, lowest = signals.max(axis=2).astype(np.int32), signals.min(axis=2).astype(np.int32)
    ranges = highest - lowest
    jumps = _jumps(batch.fine_uv)
    edge = min(batch.span(EDGE_S), jumps.shape[2])
    edges = np.maximum(jumps[..., :edge].max(axis=2, initial=0), jumps[..., -edge:].max(axis=2, initial=0))
    return {
        **over_leads("amplitude_max_uv", np.maximum(highest, -lowest), names, "max"),
        **over_leads("lead_range_min_uv", ranges, names, "min"),
        **{
            f"range_{name}_uv": (
                np.full(batch.records, np.nan) if batch.lead(name) is None else ranges[:, names.index(name)] * 1.0
            )
            for name in EIGHT_LEADS
        },
        **over_leads("flat_longest_ms", to_ms * _longest_flat(signals), names, "max"),
        **over_leads("clipped_longest_ms", to_ms * _longest_plateau(signals, highest, lowest), names, "max"),
        **over_leads("jump_max_uv", jumps.max(axis=2, initial=0), names, "max"),
        **over_leads("edge_jump_uv", edges, names, "max"),
    }


def limb_lead_error(signals_uv: SignalUv, lead_names: Sequence[str]) -> FeatureTable:
    """Measure how far derived limb leads are from what leads I and II make of them.

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


def _runs(inside: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Begin and end (exclusive) of each run of True along the last axis, in a padded flat array.

    Each row is followed by one False, so row r of S samples begins at r * (S + 1).
    """
    padded = np.zeros((int(np.prod(inside.shape[:-1])), inside.shape[-1] + 1), dtype=np.int8)
    padded[:, :-1] = inside.reshape(len(padded), -1)
    changes = np.diff(padded.ravel(), prepend=np.int8(0))
    return np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)


def _longest_by_row(
    begins: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64], shape: tuple[int, ...]
) -> npt.NDArray[np.int64]:
    """Longest run of each row, 0 without one, shape of all axes but the last."""
    longest = np.zeros(int(np.prod(shape[:-1])), dtype=np.int64)
    np.maximum.at(longest, begins // (shape[-1] + 1), lengths)
    return longest.reshape(shape[:-1])


def _longest_flat(signals_uv: SignalUv) -> npt.NDArray[np.int64]:
    """Samples in the longest stretch of one value, shape (records, leads)."""
    same = signals_uv[..., 1:] == signals_uv[..., :-1]
    begins, ends = _runs(same)
    return _longest_by_row(begins, ends - begins, same.shape) + 1


def _longest_plateau(
    signals_uv: SignalUv, highest: npt.NDArray[np.int32], lowest: npt.NDArray[np.int32]
) -> npt.NDArray[np.int64]:
    """Samples in the longest clipped stretch at a lead's extremes, shape (records, leads)."""
    at_extreme = (signals_uv == highest[..., np.newaxis]) | (signals_uv == lowest[..., np.newaxis])
    begins, ends = _runs(at_extreme)
    # One step before each row's first sample and one after its last; outside the record the signal counts as
    # steady.
    steps = np.abs(np.diff(signals_uv.astype(np.int32), axis=-1))
    steps = np.pad(steps, [(0, 0), (0, 0), (1, 1)]).reshape(-1, signals_uv.shape[-1] + 1).ravel()
    clipped = np.maximum(steps[begins], steps[ends]) >= PLATEAU_STEP_UV
    return _longest_by_row(begins[clipped], (ends - begins)[clipped], signals_uv.shape)


def _jumps(signals_uv: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Change at each step beyond its two neighbours' on either side, shape (records, leads, samples - 5)."""
    steps = np.abs(np.diff(signals_uv, axis=-1))
    if steps.shape[-1] < 5:
        return np.zeros((*steps.shape[:-1], 0), dtype=np.float32)
    pairs = np.maximum(steps[..., :-1], steps[..., 1:])
    isolated: npt.NDArray[np.float32] = steps[..., 2:-2] - np.maximum(pairs[..., :-3], pairs[..., 3:])
    return isolated

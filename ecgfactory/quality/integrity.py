"""Whether every lead carries a signal: missing samples, range, flat and clipped stretches, jumps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from ecgfactory.arrays import Float32Array
from ecgfactory.leads import EIGHT_LEADS, SignalUv
from ecgfactory.quality.batch import EcgBatch, in_cache
from ecgfactory.quality.clipped_stretches import longest_clipped
from ecgfactory.quality.feature import Feature, FeatureTable, over_leads
from ecgfactory.quality.flat_stretches import longest_flat
from ecgfactory.quality.qrs_activity import QrsActivity

EDGE_S = 0.25

FEATURES = (
    Feature(
        "missing_samples",
        "samples",
        "count",
        "Samples, over all leads, that are missing (NaN) or beyond +-32767 uV; the other features bridge them by "
        "straight lines.",
        counted="missing or beyond 32,767 uV",
    ),
    Feature("amplitude_max_uv", "uV", "number", "Largest absolute value over all leads."),
    Feature("lead_range_min_uv", "uV", "number", "Smallest peak-to-peak range among the leads."),
    *(Feature(f"range_{name}_uv", "uV", "number", f"Peak-to-peak range of lead {name}.") for name in EIGHT_LEADS),
    Feature(
        "flat_longest_ms",
        "ms",
        "number",
        "Longest stretch of one unchanging value in any lead. The rest of a recorder that denoises or has coarse steps "
        "is not counted: a stretch of 0.1 s or more without a beat, no longer than the upper quartile of the times "
        "between beats, during which most other leads keep their value, within a quarter of the recorder's step, for "
        "half of the time, where such stretches lie between a quarter of the beats or more.",
    ),
    Feature(
        "clipped_longest_ms",
        "ms",
        "number",
        "Longest stretch at the largest or smallest value of any lead that is entered or left by a change of 10 uV or "
        "more. Where the signal is recorded in steps of more than 3 uV, one of 8 ms or more is not counted if before "
        "and after it the signal stays within three steps for more than 0.4 of its time: it is a round top.",
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
        **over_leads("clipped_longest_ms", to_ms * longest_clipped(batch, highest, lowest), names, "max"),
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

"""The features that are measured on every candidate, over a whole batch at a time: the table of contents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.quality import electrodes, heart, integrity, lead_agreement, neurokit, noise
from ecgfactory.quality.batch import COARSE_HZ, EcgBatch, independent_leads, to_integers
from ecgfactory.quality.beats import Beats, find_beats
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.feature import Feature, FeatureTable
from ecgfactory.quality.interruptions import interruptions
from ecgfactory.quality.waves import Waves, find_waves
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.registry import Registry

FEATURES: tuple[Feature, ...] = (
    *heart.RHYTHM_FEATURES,
    *heart.INTERVAL_FEATURES,
    *neurokit.FEATURES,
    *integrity.FEATURES,
    *noise.FEATURES,
    *lead_agreement.FEATURES,
    *electrodes.FEATURES,
)
_BY_NAME = {feature.name: feature for feature in FEATURES}

EXTRA_FEATURES: Registry[ExtraFeature] = Registry(
    "feature", "ecgfactory.quality_rules", "ecgfactory.quality.extra_feature:ExtraFeature", {}, taken=_BY_NAME
)
"""What installed packages bring to be measured where a policy asks for it."""


def feature_named(name: str) -> Feature | None:
    """Return the feature of a name, None where there is none.

    Raises
    ------
    BadInputError
        When the package that brings it can't be used.
    """
    return EXTRA_FEATURES.load(name) if name in EXTRA_FEATURES else _BY_NAME.get(name)


def features_among(names: Collection[str]) -> list[Feature]:
    """Return the features among some column names, in the order of `FEATURES`; those of packages come last."""
    others = (feature_named(name) for name in names if name not in _BY_NAME)
    return [feature for feature in FEATURES if feature.name in names] + [feature for feature in others if feature]


def measure(
    signals_uv: npt.NDArray[Any],
    lead_names: Sequence[str],
    sampling_rate_hz: int = SAMPLING_RATE_HZ,
    extra: Sequence[ExtraFeature] = (),
) -> FeatureTable:
    """Measure every feature of a batch of records; see `measure_with_beats`, which returns more of what it found."""
    return measure_with_beats(signals_uv, lead_names, sampling_rate_hz, extra)[0]


def measure_with_beats(
    signals_uv: npt.NDArray[Any],
    lead_names: Sequence[str],
    sampling_rate_hz: int = SAMPLING_RATE_HZ,
    extra: Sequence[ExtraFeature] = (),
) -> tuple[FeatureTable, Beats, Waves]:
    """Measure every feature of a batch of records, and return their beats and median beats' waves too.

    A record's features depend on its own samples alone, not on the batch. III, aVR, aVL and aVF are left out
    where I and II are there, so that an ECG has the same features with 8 and with 12 leads.

    Parameters
    ----------
    signals_uv : array, shape (records, leads, samples)
        Signals in uV: int16 as stored, or floats (NaN allowed), which are rounded.
    lead_names : sequence of str
        Names along the second axis, as in `TWELVE_LEADS`; any of them, in any order.
    sampling_rate_hz : int
        Samples per second, a multiple of 100.
    extra : sequence of ExtraFeature
        What else to measure, as in `Policy.extra_features`.

    Returns
    -------
    dict of str to array, each of shape (records,)
        One entry for each of `FEATURES` and of `extra`, in that order: NaN or an empty word where a record
        can't be measured (flat, no beat, too short). Then, under `lead_key`, the leads in which the worst values
        were found.
    Beats
        Of the leads that are not left out.
    Waves
        Of the median beats.

    Raises
    ------
    ValueError
        When the shape, the lead names and the sampling rate do not fit together.
    """
    if signals_uv.ndim != 3 or signals_uv.shape[1] != len(lead_names) or not lead_names:
        raise ValueError(f"expected (records, {len(lead_names)} leads, samples), got shape {signals_uv.shape}")
    if sampling_rate_hz % COARSE_HZ:
        raise ValueError(f"the sampling rate must be a multiple of {COARSE_HZ} Hz, got {sampling_rate_hz}")
    stored_uv, missing = to_integers(signals_uv)
    interrupted = interruptions(stored_uv, missing, sampling_rate_hz)
    if not stored_uv.shape[2]:
        stored_uv = np.zeros((*stored_uv.shape[:2], 1), dtype=np.int16)
    leads = independent_leads(lead_names)
    batch = EcgBatch(
        np.ascontiguousarray(stored_uv[:, leads]), tuple(lead_names[lead] for lead in leads), sampling_rate_hz
    )
    beats = find_beats(batch.signals_uv, batch.lead_names, batch.sampling_rate_hz, interrupted)
    waves = find_waves(beats)
    measured = {
        "missing_samples": np.zeros(batch.records) if missing is None else missing.sum(axis=(1, 2)),
        **heart.measure_heart(beats, waves),
        **neurokit.measure_neurokit(batch, beats),
        **integrity.measure_integrity(batch, beats.activity),
        **integrity.limb_lead_error(stored_uv, lead_names),
        **noise.measure_noise(batch),
        **lead_agreement.measure_lead_agreement(batch, beats),
        **electrodes.measure_electrodes(batch, beats.activity),
        **{feature.name: feature.measure(batch) for feature in extra},
    }
    described = (*FEATURES, *extra)
    table: FeatureTable = {feature.name: measured.pop(feature.name).astype(feature.dtype) for feature in described}
    return table | measured, beats, waves

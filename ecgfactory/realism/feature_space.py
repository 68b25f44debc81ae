"""The feature space in which synthetic and real ECGs are compared: its table of contents.

Bands of the spectrum, amplitudes of the waves and correlations between leads are what classifiers of ECGs are commonly
given; rhythm and intervals are those of the assessment.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.leads import EIGHT_LEADS
from ecgfactory.quality.beats import find_beats
from ecgfactory.quality.heart import INTERVAL_FEATURES, RHYTHM_FEATURES, measure_heart
from ecgfactory.quality.waves import find_waves
from ecgfactory.realism import beat_shape, lead_correlations, spectrum
from ecgfactory.realism.band import WIDEST_UPPER_HZ, in_band
from ecgfactory.realism.space_feature import SpaceFeature
from ecgfactory.recorder.rates import to_integers_uv

_OF_THE_HEART = {
    "heart_rate_bpm": "heart rate",
    "rr_sd_ms": "variation of the time between beats (SDNN)",
    "rr_rmssd_ms": "variation of the time between beats from one to the next (RMSSD)",
    "p_duration_ms": "duration of P",
    "pr_ms": "PR interval",
    "qrs_ms": "duration of QRS",
    "qt_ms": "QT interval",
}
"""Features of the assessment, in short."""

SpaceTable = dict[str, Float64Array]
"""The features of some records: by name, one value per record, NaN where it can't be measured."""


def feature_space(
    lead_names: Sequence[str] = EIGHT_LEADS, upper_hz: float = WIDEST_UPPER_HZ
) -> tuple[SpaceFeature, ...]:
    """Describe the features, in the order of the columns; see `measure_space` for the parameters."""
    units = {feature.name: feature.unit for feature in (*RHYTHM_FEATURES, *INTERVAL_FEATURES)}
    intervals = [SpaceFeature(name, units[name], "interval", words) for name, words in _OF_THE_HEART.items()]
    return (
        *intervals,
        *beat_shape.features(lead_names),
        *lead_correlations.features(lead_names),
        *spectrum.features(lead_names, upper_hz),
    )


def measure_space(
    signals_uv: npt.NDArray[Any],
    lead_names: Sequence[str] = EIGHT_LEADS,
    upper_hz: float = WIDEST_UPPER_HZ,
) -> SpaceTable:
    """Measure every feature on a batch of records, after bringing them to the band that is compared.

    A record's features depend on its own samples alone, not on the batch.

    Parameters
    ----------
    signals_uv : array, shape (records, leads, samples)
        In uV at 500 Hz, without NaN; some 64 records at a time keep the memory small.
    lead_names : sequence of str
        Names along the second axis: some of `EIGHT_LEADS`.
    upper_hz : float
        End of the band, see `in_band`.

    Returns
    -------
    dict of str to float array, shape (records,)
        In the order of `feature_space`; NaN where a record can't be measured.
    """
    band_uv = in_band(signals_uv, upper_hz)
    beats = find_beats(to_integers_uv(band_uv), lead_names)
    waves = find_waves(beats)
    measured = {
        **measure_heart(beats, waves),
        **beat_shape.measure(beats, waves),
        **lead_correlations.measure(band_uv, lead_names),
        **spectrum.measure(band_uv, lead_names, upper_hz),
    }
    return {feature.name: measured[feature.name] for feature in feature_space(lead_names, upper_hz)}

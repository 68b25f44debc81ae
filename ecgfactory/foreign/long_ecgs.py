"""Features of long ECGs from elsewhere, which are held whole: their recording may have paused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import BoolArray, IntArray
from ecgfactory.leads import SignalUv
from ecgfactory.quality.batch import to_integers
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.interruptions import interruptions
from ecgfactory.quality.long_records.beat_search import all_but_long_pauses, find_in_parts, once
from ecgfactory.quality.long_records.measures import LongMeasures, measure_windows
from ecgfactory.quality.long_records.rhythm import rhythm_of
from ecgfactory.record import SAMPLING_RATE_HZ


def measure_long_ecg(
    signal_uv: npt.NDArray[Any], lead_names: Sequence[str], extra: Sequence[ExtraFeature] = ()
) -> LongMeasures:
    """Measure a long ECG.

    Parameters
    ----------
    signal_uv : array, shape (leads, samples)
        In uV at 500 Hz; NaN allowed.
    lead_names : sequence of str
        Names along the first axis.
    extra : sequence of ExtraFeature
        What else to measure.

    Returns
    -------
    LongMeasures
        As `measure_long` returns it, but that no RR interval spans a pause of the recording (`interruptions`).
    """
    samples = signal_uv.shape[1]
    windows = list(measure_windows([signal_uv], samples, lead_names, extra))
    return LongMeasures.of(samples, windows, _measure_rhythm(signal_uv, lead_names), extra)


def _measure_rhythm(signal_uv: npt.NDArray[Any], lead_names: Sequence[str]) -> dict[str, float]:
    stored_uv, missing = to_integers(signal_uv[np.newaxis])
    interrupted = interruptions(stored_uv, missing, SAMPLING_RATE_HZ)
    if interrupted is None:
        return rhythm_of(_find_beats(stored_uv[0], lead_names))
    kept = all_but_long_pauses(interrupted[0])
    beats = kept[_find_beats(stored_uv[0][:, kept], lead_names, interrupted[0][kept])]
    pauses_before = np.searchsorted(np.flatnonzero(interrupted[0]), beats)
    return rhythm_of(beats, np.diff(pauses_before) == 0)


def _find_beats(signal_uv: SignalUv, lead_names: Sequence[str], paused: BoolArray | None = None) -> IntArray:
    """Find the beats of a long record, in samples; `paused` says where the recording did."""
    samples = signal_uv.shape[1]
    found = [parts.own_beats for parts in find_in_parts([signal_uv], samples, lead_names, paused)]
    return once(found, samples)[0]

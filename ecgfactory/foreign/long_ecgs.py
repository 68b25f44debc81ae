"""Features of long ECGs: of windows of 10 s, the length that the quality rules were made for, and of the whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array, IntArray
from ecgfactory.foreign.rhythm import measure_rhythm
from ecgfactory.quality.batch import to_integers
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.feature import Feature, FeatureTable, joined
from ecgfactory.quality.features import FEATURES, measure
from ecgfactory.record import SAMPLING_RATE_HZ

LONGEST_WHOLE_S = 20
"""A longer record is measured and judged in windows."""

WINDOW_S = 10

AT_ONCE = 32
"""Windows that are measured together."""


def is_long(samples: int) -> bool:
    """Return whether a record of so many samples at 500 Hz is measured in windows."""
    return samples > LONGEST_WHOLE_S * SAMPLING_RATE_HZ


def window_starts(samples: int) -> IntArray:
    """First samples of the windows of a record: end to end, but for the last, which ends as the record does."""
    size = WINDOW_S * SAMPLING_RATE_HZ
    starts = np.arange(0, samples - size + 1, size)
    return starts if samples % size == 0 else np.append(starts, samples - size)


def measure_windows(
    signal_uv: npt.NDArray[Any], lead_names: Sequence[str], extra: Sequence[ExtraFeature] = ()
) -> FeatureTable:
    """Measure each window of a long record as if it were an ECG of its own.

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
    dict of str to array, each of shape (windows,)
        As `quality.features.measure` returns it, for the windows of `window_starts`.
    """
    tables = [measure(windows_uv, lead_names, extra=extra) for windows_uv in _some_at_a_time(signal_uv)]
    return joined(tables)


def measure_long(
    signal_uv: npt.NDArray[Any], lead_names: Sequence[str], windows: FeatureTable, extra: Sequence[ExtraFeature] = ()
) -> FeatureTable:
    """Measure a long record as a whole.

    Parameters
    ----------
    signal_uv, lead_names, extra
        As in `measure_windows`.
    windows : dict of str to array, each of shape (windows,)
        What that returned.

    Returns
    -------
    dict of str to array, each of shape (1,)
        Beats and RR intervals over the whole record; counts added up; of all other features the median over the windows
        in which it was measurable, and of words the commonest.
    """
    described = (*FEATURES, *extra)
    size, starts = WINDOW_S * SAMPLING_RATE_HZ, window_starts(signal_uv.shape[1])
    not_in_others = signal_uv[np.newaxis, :, starts[-2] + size :]
    shares = np.append(np.ones(len(starts) - 1), not_in_others.shape[2] / size)
    missing = to_integers(not_in_others)[1]
    whole = {
        **{feature.name: _summed_up(feature, windows[feature.name], shares) for feature in described},
        **measure_rhythm(signal_uv, lead_names),
        "missing_samples": windows["missing_samples"][:-1].sum() + (0 if missing is None else missing.sum()),
    }
    return {feature.name: np.array([whole[feature.name]], dtype=feature.dtype) for feature in described}


def _summed_up(feature: Feature, values: npt.NDArray[Any], shares: Float64Array) -> float | str:
    """Sum up the values of all windows; `shares` says how much of each window no other has."""
    if feature.kind == "word":
        words = Counter(word for word in values.tolist() if word)
        return words.most_common(1)[0][0] if words else ""
    if feature.kind == "count":
        return round(float(values @ shares))
    measured = values[np.isfinite(values)]
    return float(np.median(measured)) if measured.size else math.nan


def _some_at_a_time(signal_uv: npt.NDArray[Any]) -> Iterator[npt.NDArray[Any]]:
    """Yield the windows of a record, shape (some, leads, samples)."""
    size = WINDOW_S * SAMPLING_RATE_HZ
    starts = window_starts(signal_uv.shape[1]).tolist()
    for first in range(0, len(starts), AT_ONCE):
        yield np.stack([signal_uv[:, start : start + size] for start in starts[first : first + AT_ONCE]])

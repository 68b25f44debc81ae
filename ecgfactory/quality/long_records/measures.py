"""Features of long records: of windows of 10 s, the length that the quality rules were made for, and of the whole."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ecgfactory.arrays import Float64Array
from ecgfactory.quality.batch import to_integers
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.feature import Feature, FeatureTable, joined
from ecgfactory.quality.features import FEATURES, measure
from ecgfactory.quality.long_records.beat_search import find_in_parts, once
from ecgfactory.quality.long_records.rhythm import rhythm_of
from ecgfactory.quality.long_records.stretches import Signal, cut_stretches, taken_twice
from ecgfactory.quality.long_records.verdicts import Window, judged_windows
from ecgfactory.quality.long_records.windows import WINDOW, shared_by_last, window_starts
from ecgfactory.quality.policy import Policy


class MeasuredWindows(NamedTuple):
    """Some windows of a long record: their features, and how many samples they lack that no window before has."""

    features: FeatureTable
    missing_samples: int

    @classmethod
    def of(cls, features: FeatureTable, shared_uv: npt.NDArray[Any]) -> Self:
        """Count what is missing: `shared_uv`, shape (1, leads, samples), is what the last shares with one before."""
        counted_twice = to_integers(shared_uv)[1]
        missing = int(features["missing_samples"].sum())
        return cls(features, missing if counted_twice is None else missing - int(counted_twice.sum()))


@dataclass(frozen=True)
class LongMeasures:
    """What is measured on a long record.

    Parameters
    ----------
    samples : int
        Samples of the record, at 500 Hz.
    windows : dict of str to array, each of shape (windows,)
        Features of the windows of `window_starts`, each measured as if it were an ECG of its own.
    features : dict of str to array, each of shape (1,)
        Beats and RR intervals over the whole record; counts added up; of all other features the median over the windows
        in which it was measurable, and of words the commonest.
    """

    samples: int
    windows: FeatureTable
    features: FeatureTable

    @classmethod
    def of(
        cls,
        samples: int,
        measured: Sequence[MeasuredWindows],
        rhythm: Mapping[str, float],
        extra: Sequence[ExtraFeature] = (),
    ) -> Self:
        """Sum up the windows of a record; its `rhythm` is that of `rhythm_of`."""
        windows = joined([some.features for some in measured])
        shares = np.ones(len(window_starts(samples)))
        shares[-1] -= shared_by_last(samples) / WINDOW
        described = (*FEATURES, *extra)
        whole = {
            **{feature.name: _summed_up(feature, windows[feature.name], shares) for feature in described},
            **rhythm,
            "missing_samples": sum(some.missing_samples for some in measured),
        }
        features = {feature.name: np.array([whole[feature.name]], dtype=feature.dtype) for feature in described}
        return cls(samples, windows, features)

    def judged_by(self, policy: Policy) -> tuple[Window, ...]:
        """Judge each window; what follows for the record, `judge_by_windows` tells."""
        return judged_windows(self.samples, policy.judge(self.windows, len(window_starts(self.samples))))


def measure_long(
    pieces: Iterable[Signal], samples: int, lead_names: Sequence[str], extra: Sequence[ExtraFeature] = ()
) -> LongMeasures:
    """Measure a long record that comes in pieces, in memory that hardly grows with its length: features of windows.

    Parameters
    ----------
    pieces : iterable of array, shape (leads, any number of samples)
        The record, in consecutive pieces of any lengths, in uV at 500 Hz: recorded without a pause (`interruptions`).
    samples : int
        Samples of the record, more than `LONGEST_WHOLE_S` of them.
    lead_names : sequence of str
        Names along the first axis.
    extra : sequence of ExtraFeature
        What else to measure.

    Raises
    ------
    ValueError
        When the pieces hold fewer samples.
    """
    for_windows, for_beats = taken_twice(pieces)  # in step: as many windows as parts
    measured, beats = [], []
    of_windows = measure_windows(for_windows, samples, lead_names, extra)
    for windows, parts in zip(of_windows, find_in_parts(for_beats, samples, lead_names), strict=True):
        measured.append(windows)
        beats.append(parts.own_beats)
    places, _ = once(beats, samples)
    return LongMeasures.of(samples, measured, rhythm_of(places), extra)


def measure_windows(
    pieces: Iterable[Signal], samples: int, lead_names: Sequence[str], extra: Sequence[ExtraFeature] = ()
) -> Iterator[MeasuredWindows]:
    """Measure each window of a long record as if it were an ECG of its own, some at a time; see `measure_long`."""
    measured = 0
    starts = window_starts(samples)
    for windows_uv in cut_stretches(pieces, starts, WINDOW):
        measured += len(windows_uv)
        shared = shared_by_last(samples) if measured == len(starts) else 0
        yield MeasuredWindows.of(measure(windows_uv, lead_names, extra=extra), windows_uv[-1:, :, :shared])


def _summed_up(feature: Feature, values: npt.NDArray[Any], shares: Float64Array) -> float | str:
    """Sum up the values of all windows; `shares` says how much of each window no other has."""
    if feature.kind == "word":
        words = Counter(word for word in values.tolist() if word)
        return words.most_common(1)[0][0] if words else ""
    if feature.kind == "count":
        return round(float(values @ shares))
    measured = values[np.isfinite(values)]
    return float(np.median(measured)) if measured.size else math.nan

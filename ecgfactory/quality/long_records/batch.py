"""Records of any length that are held whole, measured together and judged: long ones by their windows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ecgfactory.quality.beats import Beats
from ecgfactory.quality.extra_feature import ExtraFeature
from ecgfactory.quality.feature import FeatureTable, joined
from ecgfactory.quality.features import measure, measure_with_beats
from ecgfactory.quality.long_records.beat_search import once, part_places, search
from ecgfactory.quality.long_records.measures import LongMeasures, MeasuredWindows
from ecgfactory.quality.long_records.rhythm import rhythm_of
from ecgfactory.quality.long_records.stretches import AT_ONCE
from ecgfactory.quality.long_records.verdicts import judge_by_windows
from ecgfactory.quality.long_records.windows import WINDOW, is_long, shared_by_last, window_starts
from ecgfactory.quality.policy import Policy, Verdicts
from ecgfactory.quality.waves import Waves


@dataclass(frozen=True)
class MeasuredBatch:
    """What is measured on records of the same leads and length.

    Parameters
    ----------
    features : dict of str to array, each of shape (records,)
        Features of each.
    beats, waves : Beats and Waves, or None
        From `measure_with_beats`; None for long records.
    long : list of LongMeasures
        What is measured on each long record; empty for others.
    """

    features: FeatureTable
    beats: Beats | None
    waves: Waves | None
    long: list[LongMeasures]

    def judged_by(self, policy: Policy) -> Verdicts:
        """Judge each record, a long one by its windows."""
        if not self.long:
            return policy.judge(self.features, len(self.features["beats"]))
        verdicts = [judge_by_windows(record.judged_by(policy)) for record in self.long]
        return Verdicts([list(rules) for rules, _ in verdicts], [list(reasons) for _, reasons in verdicts])


def measured_batch(
    signals_uv: npt.NDArray[Any], lead_names: Sequence[str], extra: Sequence[ExtraFeature] = ()
) -> MeasuredBatch:
    """Measure records of any length, as `measure_with_beats` does up to 20 s, and as `measure_long` beyond.

    Parameters
    ----------
    signals_uv : array, shape (records, leads, samples)
        In uV at 500 Hz.
    lead_names : sequence of str
        Names along the second axis.
    extra : sequence of ExtraFeature
        What else to measure.
    """
    if not is_long(signals_uv.shape[2]):
        return MeasuredBatch(*measure_with_beats(signals_uv, lead_names, extra=extra), [])
    windows = len(window_starts(signals_uv.shape[2]))
    some = max(AT_ONCE // windows, 1)
    long = [
        measured
        for first in range(0, len(signals_uv), some)
        for measured in _measured_together(signals_uv[first : first + some], lead_names, extra)
    ]
    return MeasuredBatch(joined([record.features for record in long]), None, None, long)


def _measured_together(
    signals_uv: npt.NDArray[Any], lead_names: Sequence[str], extra: Sequence[ExtraFeature]
) -> Iterator[LongMeasures]:
    """Measure long records: all windows at once, since a few at a time cost twice as much."""
    records, _, samples = signals_uv.shape
    windows, (owned, starts, length) = window_starts(samples), part_places(samples)
    table = measure(_cut(signals_uv, windows.tolist(), WINDOW), lead_names, extra=extra)
    parts_uv = _cut(signals_uv, starts.tolist(), length)
    parts = search(parts_uv, np.tile(owned, records), np.tile(starts, records), lead_names)
    for record, signal_uv in enumerate(signals_uv):
        rows = slice(record * len(windows), (record + 1) * len(windows))
        shared_uv = signal_uv[np.newaxis, :, windows[-1] : windows[-1] + shared_by_last(samples)]
        measured = MeasuredWindows.of({name: values[rows] for name, values in table.items()}, shared_uv)
        places, _ = once([parts.own_beats_of(rows)], samples)
        yield LongMeasures.of(samples, [measured], rhythm_of(places), extra)


def _cut(signals_uv: npt.NDArray[Any], starts: Sequence[int], length: int) -> npt.NDArray[Any]:
    """Cut stretches out of each record, shape (records x stretches, leads, length), those of a record in a row."""
    return np.stack([signal_uv[:, start : start + length] for signal_uv in signals_uv for start in starts])

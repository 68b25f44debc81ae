"""Long records, one at a time: rendered and measured in pieces, so that none is ever held whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.composing import truth_of, with_sources
from ecgfactory.compose.composition import Composition
from ecgfactory.formats.long_record import PIECE_S, RecordPiece
from ecgfactory.leads import SignalUv, derive_twelve
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.features import measure
from ecgfactory.quality.long_records.measures import measure_long
from ecgfactory.quality.long_records.verdicts import judge_by_windows
from ecgfactory.quality.policy import Verdicts
from ecgfactory.record import SAMPLING_RATE_HZ
from ecgfactory.recorder.rates import measured_form
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import WaveTable

MARGIN_S = 30
"""Filters begin so long before a piece and end so long after it: a high-pass of 0.05 Hz, whose time constant is 3 s,
has settled to 5e-5 by then."""

MASK_MARGIN_S = 2
"""No wave is longer, so that those that reach into a piece from outside have their peak so near."""


def assessed_in_pieces(
    plan: Plan,
    numbers: Sequence[int],
    generated_uv: SignalUv,
    made: Sequence[Composition | str],
    clock: StageClock,
) -> Iterator[CandidateBatch]:
    """Assess candidates that are too long to be held whole.

    Parameters
    ----------
    plan : Plan
        How to judge.
    numbers : sequence of int
        Candidate numbers.
    generated_uv : int16 array, shape (n, 8, samples)
        What each is composed of.
    made : sequence of Composition or str
        What was composed from it; or why nothing was.
    clock : StageClock
        Gets the seconds of the stage `assess`, composing and recording included.

    Yields
    ------
    CandidateBatch
        One candidate each; where nothing was composed, with the signal as generated, to show why.
    """
    for number, source_uv, one in zip(numbers, generated_uv, made, strict=True):
        with clock("assess"):
            pieces = None if isinstance(one, str) else Pieces(plan, one)
            if pieces is None:
                shown_uv, measured, verdicts = _measured_source(plan, source_uv)
            else:
                shown_uv = np.zeros((1, len(plan.lead_names), 0), dtype=np.int16)
                measured, verdicts = _measured(plan, pieces)
            verdicts = with_sources(verdicts, [one])
        yield CandidateBatch(
            np.array([number], dtype=np.int64),
            plan.splits_of([number]),
            shown_uv,
            {feature.name: measured[feature.name] for feature in plan.policy.features},
            verdicts.failed_rules,
            verdicts.reasons,
            composed=truth_of([one], plan, [number]),
            make_pieces=pieces.stored if pieces else None,
        )


class _Span(NamedTuple):
    """Where a piece lies in its record, in s, and since when that is recorded so that filters have settled."""

    first_s: int
    start_s: int
    stop_s: int

    def cut(self, recorded_uv: SignalUv, rate_hz: int) -> SignalUv:
        """Return the piece, shape (leads, samples), from what is recorded since `first_s`."""
        start, stop = ((at_s - self.first_s) * rate_hz for at_s in (self.start_s, self.stop_s))
        return np.ascontiguousarray(recorded_uv[0, :, start:stop])


@dataclass(frozen=True)
class Pieces:
    """The pieces of a composition as they are stored."""

    plan: Plan
    composition: Composition

    def stored(self) -> Iterator[RecordPiece]:
        """Yield them, from the first on."""
        rate_hz, labels = self.plan.recorder.rate_hz, self.plan.labels
        for span, stored_uv in self._recorded():
            start, stop = span.start_s * rate_hz, span.stop_s * rate_hz
            waves = self._waves(start, stop) if labels.waves else None
            mask = self._mask(start, stop) if labels.mask else None
            yield RecordPiece(start, span.cut(stored_uv, rate_hz), waves, mask)

    def measured(self) -> Iterator[SignalUv]:
        """Yield their signals in the form in which they are measured, shape (leads, samples at 500 Hz), in uV."""
        for span, stored_uv in self._recorded():
            yield span.cut(measured_form(stored_uv, self.plan.recorder.rate_hz), SAMPLING_RATE_HZ)

    def _recorded(self) -> Iterator[tuple[_Span, SignalUv]]:
        """Yield where each piece lies, and its stored leads with a margin, shape (1, leads, samples)."""
        length_s = self.plan.request.duration_s
        margin_s = 0 if self.plan.recorder.keeps_signals else MARGIN_S
        for start_s in range(0, length_s, PIECE_S):
            stop_s = min(start_s + PIECE_S, length_s)
            span = _Span(max(start_s - margin_s, 0), start_s, stop_s)
            first, last = span.first_s * SAMPLING_RATE_HZ, min(stop_s + margin_s, length_s) * SAMPLING_RATE_HZ
            yield span, _stored(self.plan, self.composition.signal_uv(first, last))

    def _waves(self, start: int, stop: int) -> WaveTable:
        return self.composition.waves(self.plan.lead_names, self.plan.recorder.rate_hz, start, stop)

    def _mask(self, start: int, stop: int) -> npt.NDArray[np.uint8]:
        """Draw the waves that reach into a piece, those whose peak is outside included."""
        margin = MASK_MARGIN_S * self.plan.recorder.rate_hz
        first, last = max(start - margin, 0), min(stop + margin, self.plan.samples_per_lead)
        mask = self._waves(first, last).of_stretch(first, last).masks(last - first)[0]
        return np.ascontiguousarray(mask[:, start - first : stop - first])


def _stored(plan: Plan, eight_uv: SignalUv) -> SignalUv:
    """Record eight leads at 500 Hz, shape (8, samples), as they are stored: shape (1, leads, samples), in uV."""
    recorded_uv = plan.recorder.record(eight_uv[np.newaxis])
    return derive_twelve(recorded_uv) if plan.request.leads == 12 else recorded_uv


def _measured_source(plan: Plan, source_uv: SignalUv) -> tuple[SignalUv, FeatureTable, Verdicts]:
    """Record, measure and judge an ECG from which nothing can be composed."""
    stored_uv = _stored(plan, source_uv)
    measured_uv = measured_form(stored_uv, plan.recorder.rate_hz)
    measured = measure(measured_uv, plan.lead_names, extra=plan.policy.extra_features)
    return stored_uv, measured, plan.policy.judge(measured, 1)


def _measured(plan: Plan, pieces: Pieces) -> tuple[FeatureTable, Verdicts]:
    """Measure a long record, and judge it by its windows."""
    found = measure_long(pieces.measured(), plan.measured_samples, plan.lead_names, plan.policy.extra_features)
    failed_rules, reasons = judge_by_windows(found.judged_by(plan.policy))
    return found.features, Verdicts([list(failed_rules)], [list(reasons)])

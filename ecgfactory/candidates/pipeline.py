"""Candidates in micro-batches: generated, with their derived leads, measured and judged."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.composing import compositions, signals_of, truth_of, waves_of, with_sources
from ecgfactory.candidates.injuring import assessed_again, injured
from ecgfactory.candidates.long import assessed_in_pieces
from ecgfactory.candidates.matching import match_verdicts
from ecgfactory.compose.composition import Composition
from ecgfactory.generators import GENERATORS
from ecgfactory.generators.base import Device, Edges, Generator
from ecgfactory.generators.checkpoint import Checkpoint
from ecgfactory.leads import SignalUv, derive_twelve
from ecgfactory.quality.batch import independent_leads
from ecgfactory.quality.beats import Beats, find_beats
from ecgfactory.quality.long_records.batch import MeasuredBatch, measured_batch
from ecgfactory.recorder.rates import measured_form
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import WaveTable
from ecgfactory.waves.label import label_waves

MicroBatch = tuple[Sequence[int], SignalUv]
"""Candidate numbers, and the eight leads of each: int16, shape (n, 8, samples), in uV."""


def plan_generator(plan: Plan) -> Generator:
    """Return this process's generator for a plan; it is loaded once."""
    wanted = plan.request.generator
    return _load_generator(wanted.model, plan.checkpoint, wanted.batch, wanted.device, plan.edges)


@cache
def _load_generator(
    model: str, checkpoint: Checkpoint | None, batch: int, device: Device, edges: Edges | None
) -> Generator:
    generator = GENERATORS.load(model)
    return generator(checkpoint, batch, device, edges) if edges else generator(checkpoint, batch, device)


def assessed_batches(plan: Plan, candidates: Sequence[int], clock: StageClock) -> Iterator[CandidateBatch]:
    """Generate and assess candidates, a micro-batch at a time; see `generated` and `assessed`."""
    return assessed(plan, generated(plan, candidates, clock), clock)


def generated(plan: Plan, candidates: Sequence[int], clock: StageClock) -> Iterator[MicroBatch]:
    """Generate candidates.

    Parameters
    ----------
    plan : Plan
        What to generate.
    candidates : sequence of int
        Candidate numbers, in order.
    clock : StageClock
        Gets the seconds of the stage `generate`.

    Yields
    ------
    (sequence of int, int16 array of shape (n, 8, samples))
        Candidate numbers and the eight leads of the generator in uV, a micro-batch at a time.
    """
    batches, begun = itertools.tee(micro_batches(plan, candidates))  # a device may begin ahead of what is taken
    made = plan_generator(plan).stream(plan.seed, begun, plan.generated_samples)
    for numbers in batches:
        with clock("generate"):
            signals_uv = next(made)
        yield numbers, signals_uv


def micro_batches(plan: Plan, candidates: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut candidate numbers into the micro-batches in which they are generated and assessed."""
    batch = plan.request.generator.batch
    for start in range(0, len(candidates), batch):
        yield candidates[start : start + batch]


def assessed(plan: Plan, batches: Iterable[MicroBatch], clock: StageClock) -> Iterator[CandidateBatch]:
    """Compose where that is asked for, record, derive the leads asked for, measure and judge.

    Parameters
    ----------
    plan : Plan
        How to judge.
    batches : iterable
        As `generated` yields them.
    clock : StageClock
        Gets the seconds of the stage `assess`, of `compose` where records are composed, of `record` where signals are
        filtered or resampled, of `label` where waves are asked for, and of `injure` where artefacts are.

    Yields
    ------
    CandidateBatch
        All of them, accepted or not; of long records one at a time.
    """
    for numbers, generated_uv in batches:
        if not plan.is_composed:
            yield _assessed(plan, numbers, generated_uv, None, clock)
            continue
        with clock("compose"):
            made = compositions(plan, numbers, generated_uv)
        if plan.request.is_in_pieces:
            yield from assessed_in_pieces(plan, numbers, generated_uv, made, clock)
            continue
        with clock("compose"):
            signals_uv = signals_of(made, generated_uv, plan.measured_samples)
        yield _assessed(plan, numbers, signals_uv, made, clock)


def _assessed(
    plan: Plan,
    numbers: Sequence[int],
    signals_uv: SignalUv,
    made: Sequence[Composition | str] | None,
    clock: StageClock,
) -> CandidateBatch:
    """Assess candidates that are held whole, given their eight leads at 500 Hz and what was composed, if it was."""
    recorder, eight_uv = plan.recorder, signals_uv
    if not recorder.keeps_signals:
        with clock("record"):
            eight_uv = recorder.record(signals_uv)
    with clock("assess"):
        stored_uv = derive_twelve(eight_uv) if plan.request.leads == 12 else eight_uv
        measured_uv = measured_form(stored_uv, recorder.rate_hz)
        found = measured_batch(measured_uv, plan.lead_names, plan.policy.extra_features)
        measured, verdicts = found.features, found.judged_by(plan.policy)
    if made is not None:
        verdicts = with_sources(verdicts, made)
    if plan.match is not None:
        with clock("match"):
            verdicts = match_verdicts(plan, plan.match, numbers, measured_uv, measured, verdicts)
    batch = CandidateBatch(
        np.asarray(numbers, dtype=np.int64),
        plan.splits_of(numbers),
        stored_uv,
        {feature.name: measured[feature.name] for feature in plan.policy.features},
        verdicts.failed_rules,
        verdicts.reasons,
        composed=truth_of(made, plan, numbers) if made is not None else None,
    )
    if plan.labels:
        with clock("label"):
            marked = waves_of(made, plan, batch.accepted) if made else _waves(plan, batch, measured_uv, found)
            batch = replace(batch, waves=marked)
    if plan.artefacts is not None:
        with clock("injure"):
            batch = injured(plan, plan.artefacts, batch)
        with clock("assess"):
            batch = assessed_again(plan, batch)
    return batch


def _waves(plan: Plan, batch: CandidateBatch, measured_uv: SignalUv, found: MeasuredBatch) -> WaveTable:
    """Mark the waves of the accepted candidates, as generated; the others have none."""
    beats, of_median_beats = found.beats or _beats(measured_uv, plan.lead_names), found.waves
    rows = np.flatnonzero(batch.accepted)
    waves = label_waves(
        measured_uv[rows],
        beats.take(rows),
        plan.lead_names,
        plan.recorder.rate_hz,
        plan.samples_per_lead,
        of_median_beats.take(rows) if of_median_beats else None,
    )
    return waves.put(rows, len(batch))


def _beats(measured_uv: SignalUv, lead_names: Sequence[str]) -> Beats:
    """Find the beats of records that were measured in windows."""
    leads = independent_leads(lead_names)
    return find_beats(np.ascontiguousarray(measured_uv[:, leads]), [lead_names[lead] for lead in leads])

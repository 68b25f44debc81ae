"""A probe: candidates made to learn what a generator makes, of which no signal is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np

from ecgfactory.arrays import Float64Array
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.yields import Yield
from ecgfactory.match.space import in_space
from ecgfactory.quality.feature import joined
from ecgfactory.recorder.rates import measured_form
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan, make_plan

PROBE_SEED = 2**62 + 15
"""Seed of probes: whoever takes the same one gets the very candidates that a match was fitted on."""


def probe_plan(request: BuildRequest, seed: int = PROBE_SEED) -> Plan:
    """Return the plan whose candidates show what a request's generator makes under its policy, and nothing else.

    They are made on the CPU, so that a match that is fitted to them does not depend on whether there is a GPU.
    """
    generator = request.generator.model_copy(update={"device": "cpu"})
    plain = {"seed": seed, "match": None, "artefacts": None, "generator": generator}
    return make_plan(request.model_copy(update=plain))


def passing(plan: Plan) -> Iterator[CandidateBatch]:
    """Yield candidates that pass a plan's policy without end; a micro-batch at a time.

    Raises
    ------
    HopelessYieldError
        When hardly any does.
    """
    judged = Yield()
    for batch in assessed_batches(plan, range(sys.maxsize), StageClock()):
        judged.add_batch(batch)
        judged.check()
        yield batch.take(np.flatnonzero(batch.accepted))


def measured_tables(
    batches: Iterator[CandidateBatch], plan: Plan, wanted: int, upper_hz: float
) -> tuple[dict[str, Float64Array], dict[str, Float64Array]]:
    """Measure the first of some candidates.

    Parameters
    ----------
    batches : iterator of CandidateBatch
        As `passing` gives them; the rest of the batch that completes them is lost.
    plan : Plan
        Theirs.
    wanted : int
        How many.
    upper_hz : float
        End of the band of the feature space.

    Returns
    -------
    (dict of str to float64 array, the same)
        Features of the assessment that are numbers, and those of the feature space, each of shape (wanted,).
    """
    measured: list[dict[str, Float64Array]] = []
    spaces: list[dict[str, Float64Array]] = []
    numbers = [feature.name for feature in plan.policy.features if feature.kind != "word"]
    total = 0
    while total < wanted:
        whole = next(batches)
        batch = whole.take(np.arange(min(len(whole), wanted - total)))
        if not len(batch):
            continue
        total += len(batch)
        measured.append({name: batch.features[name].astype(np.float64) for name in numbers})
        spaces.append(in_space(measured_form(batch.signals_uv, plan.recorder.rate_hz), plan.lead_names, upper_hz))
    return joined(measured), joined(spaces)

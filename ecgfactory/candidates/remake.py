"""Making any single candidate of a plan again."""

from __future__ import annotations

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.request.plan import Plan


def remade(plan: Plan, candidate: int) -> CandidateBatch:
    """Generate and assess one candidate of a plan again; the same samples and verdict as the first time."""
    return next(assessed_batches(plan, [candidate], StageClock()))

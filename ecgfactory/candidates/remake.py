"""Making any single candidate of a plan again."""

from __future__ import annotations

from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.composing import compositions
from ecgfactory.candidates.pipeline import assessed_batches, generated
from ecgfactory.compose.composition import Composition
from ecgfactory.request.plan import Plan


def remade(plan: Plan, candidate: int) -> CandidateBatch:
    """Generate and assess one candidate of a plan again; the same samples and verdict as the first time."""
    return next(assessed_batches(plan, [candidate], StageClock()))


def composed_again(plan: Plan, candidate: int) -> Composition | str:
    """Compose one candidate of a plan again, with its waves; or say why nothing can be composed from it."""
    numbers, generated_uv = next(generated(plan, [candidate], StageClock()))
    return compositions(plan, numbers, generated_uv, with_waves=True)[0]

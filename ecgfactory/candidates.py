"""Candidates in micro-batches: generated, with their derived leads, measured and judged."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from ecgfactory.checkpoint import Checkpoint
from ecgfactory.generators.base import Device, Generator, generator_class
from ecgfactory.leads import SignalUv, derive_twelve
from ecgfactory.plan import Plan
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.features import measure


@dataclass(frozen=True)
class CandidateBatch:
    """Some candidates, row by row in candidate order.

    Parameters
    ----------
    candidates : int64 array, shape (n,)
        Candidate numbers.
    splits : str array, shape (n,)
        Split of each.
    signals_uv : int16 array, shape (n, leads, samples)
        Stored leads.
    features : dict of str to array of shape (n,)
        What was measured.
    failed_rules, reasons : list of list of str
        Rules that each broke, and why; empty for an accepted one.
    """

    candidates: npt.NDArray[np.int64]
    splits: npt.NDArray[np.str_]
    signals_uv: SignalUv
    features: FeatureTable
    failed_rules: list[list[str]]
    reasons: list[list[str]]

    def __len__(self) -> int:
        return len(self.candidates)

    @property
    def accepted(self) -> npt.NDArray[np.bool_]:
        """Whether each candidate broke no rule, shape (n,)."""
        return np.array([not rules for rules in self.failed_rules], dtype=bool)

    def take(self, rows: npt.NDArray[np.integer]) -> CandidateBatch:
        """Return some of the rows, by index."""
        return CandidateBatch(
            self.candidates[rows],
            self.splits[rows],
            self.signals_uv[rows],
            {name: values[rows] for name, values in self.features.items()},
            [self.failed_rules[row] for row in rows],
            [self.reasons[row] for row in rows],
        )


class StageClock:
    """Seconds spent in each stage, on top of those given; `with clock("write"):` adds to one."""

    def __init__(self, seconds: Mapping[str, float] | None = None) -> None:
        self.seconds = dict(seconds or {})
        self._open: list[tuple[str, float]] = []

    def __call__(self, stage: str) -> StageClock:
        """Name the stage that the next block belongs to."""
        self._open.append((stage, time.perf_counter()))
        return self

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        stage, started = self._open.pop()
        self.seconds[stage] = self.seconds.get(stage, 0.0) + time.perf_counter() - started


def plan_generator(plan: Plan) -> Generator:
    """Return this process's generator for a plan; it is loaded once."""
    wanted = plan.request.generator
    return _load_generator(wanted.model, plan.checkpoint, wanted.batch, wanted.device)


@cache
def _load_generator(model: str, checkpoint: Checkpoint, batch: int, device: Device) -> Generator:
    return generator_class(model)(checkpoint, batch, device)


def assessed_batches(plan: Plan, candidates: Sequence[int], clock: StageClock) -> Iterator[CandidateBatch]:
    """Generate and assess candidates, a micro-batch at a time.

    Parameters
    ----------
    plan : Plan
        What to generate and how to judge it.
    candidates : sequence of int
        Candidate numbers, in order.
    clock : StageClock
        Gets the seconds of the stages `generate` and `assess`.

    Yields
    ------
    CandidateBatch
        All of them, accepted or not.
    """
    generator = plan_generator(plan)
    batch = plan.request.generator.batch
    for start in range(0, len(candidates), batch):
        numbers = candidates[start : start + batch]
        with clock("generate"):
            signals_uv = generator.generate(plan.seed, numbers, plan.samples)
            if plan.request.leads == 12:
                signals_uv = derive_twelve(signals_uv)
        with clock("assess"):
            features = measure(signals_uv, plan.lead_names)
            verdicts = plan.policy.judge(features, len(numbers))
        yield CandidateBatch(
            np.asarray(numbers, dtype=np.int64),
            plan.splits_of(numbers),
            signals_uv,
            features,
            verdicts.failed_rules,
            verdicts.reasons,
        )

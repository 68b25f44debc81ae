"""The outlook on a build from a few hundred candidates: its yield, its work, and what its match can't reach."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.planning import named_profile, planned
from ecgfactory.leads import SignalUv
from ecgfactory.line.reach import OutOfReach, out_of_reach
from ecgfactory.line.workers import crew_of
from ecgfactory.match.acceptance import HandMatch
from ecgfactory.match.profile import Profile
from ecgfactory.match.space import in_space
from ecgfactory.profiles.in_folder import profile_in_folder
from ecgfactory.quality.feature import joined
from ecgfactory.recorder.rates import measured_form
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import Plan
from ecgfactory.wilson import wilson_interval


@dataclass(frozen=True)
class BinOutlook:
    """A bin that is asked for by hand: its share of the records, and of those to be expected.

    Expected is its share of all candidates of the probe that pass the policy, each weighted by how likely it is
    accepted.
    """

    feature: str
    bin: str
    asked: float
    expected: float


@dataclass(frozen=True, eq=False)
class Outlook:
    """What candidates tell of a build.

    Parameters
    ----------
    plan : Plan
        Of the build.
    profile : Profile or None
        What its match follows.
    passed : bool array, shape (candidates,)
        Whether each candidate passes the policy.
    probabilities : float array, shape (passed,)
        How likely each of those is accepted.
    features : dict of str to float array of shape (passed,)
        What was measured on them.
    cpu_s : float
        Processor seconds that a candidate takes.
    workers : int
        That the build has on this machine; 1 where a Dask cluster builds, whose workers are not known here.
    """

    plan: Plan
    profile: Profile | None
    passed: BoolArray
    probabilities: Float64Array
    features: Mapping[str, Float64Array]
    cpu_s: float
    workers: int

    @property
    def candidates(self) -> int:
        """Candidates that were made."""
        return len(self.passed)

    @cached_property
    def expected_yield(self) -> tuple[float, float, float]:
        """Share of candidates that is accepted: the least to be expected, the likeliest, the most, of 95 %.

        Probabilities scatter less than what is drawn from them, so that candidates count as more draws than there are.
        """
        accepted = np.zeros(self.candidates)
        accepted[self.passed] = self.probabilities
        mean, variance = float(accepted.mean()), float(accepted.var())
        draws = self.candidates * (mean * (1 - mean) / variance if variance > 0 else 1.0)
        least, most = wilson_interval(mean, draws)
        return least, mean, most

    @property
    def candidates_needed(self) -> int | None:
        """Candidates that the build is expected to need; None where not one was accepted."""
        likeliest = self.expected_yield[1]
        return math.ceil(self.plan.request.records / likeliest) if likeliest else None

    @property
    def seconds_needed(self) -> float | None:
        """Seconds that its workers are expected to take to make them, and not for start, files, reports, comparison."""
        return self.candidates_needed * self.cpu_s / self.workers if self.candidates_needed else None

    def bins(self) -> Iterator[BinOutlook]:
        """Yield each bin that is asked for by hand."""
        match = self.plan.match
        if not isinstance(match, HandMatch) or not self.probabilities.sum():
            return
        for feature, bins in match.bins.items():
            values = self.features[feature]
            for one in bins:
                inside = (values >= one.bin.low) & (values < one.bin.high)
                expected = float(self.probabilities[inside].sum() / self.probabilities.sum())
                yield BinOutlook(feature, str(one.bin), one.share, expected)

    def out_of_reach(self) -> list[OutOfReach]:
        """Return the features of the reference that are not reached, the most interesting first."""
        if self.profile is None or not len(self.probabilities):
            return []
        return out_of_reach(self.profile, self.features, self.probabilities)


def outlook(request: BuildRequest, candidates: int) -> Outlook:
    """Make the first candidates of a build and tell what they say of it.

    Raises
    ------
    BadInputError
        When the request can't be planned.
    """
    profile = _profile(request)
    plan = planned(request, profile)
    clock = StageClock()
    passed: list[BoolArray] = []
    probabilities: list[Float64Array] = []
    features: list[dict[str, Float64Array]] = []
    began = 0.0
    without_match = plan.model_copy(update={"match": None})
    for batch in assessed_batches(without_match, range(candidates), clock):
        passed.append(batch.accepted)
        passing = batch.take(np.flatnonzero(batch.accepted))
        passing = passing.clean if passing.injury else passing  # a match follows what is there before artefacts
        if len(passing):
            probabilities.append(_probabilities(plan, passing))
            features.append(_measured(plan, passing, profile))
        began = began or time.process_time()  # the first micro-batch loads libraries and weights
    timed = candidates - len(passed[0])
    return Outlook(
        plan=plan,
        profile=profile,
        passed=np.concatenate(passed),
        probabilities=np.concatenate([np.zeros(0), *probabilities]),
        features=joined(features),
        cpu_s=(time.process_time() - began) / timed if timed else sum(clock.seconds.values()) / candidates,
        workers=_workers(request),
    )


def _profile(request: BuildRequest) -> Profile | None:
    if request.match is None or request.match.path is None:
        return None
    return profile_in_folder(request) or named_profile(request, request.match.path)


def _probabilities(plan: Plan, batch: CandidateBatch) -> Float64Array:
    if plan.match is None:
        return np.ones(len(batch))
    return plan.match.probabilities(_measured_uv(plan, batch), plan.lead_names, batch.features)


def _measured(plan: Plan, batch: CandidateBatch, profile: Profile | None) -> dict[str, Float64Array]:
    numbers = [feature.name for feature in plan.policy.features if feature.kind != "word"]
    measured = {name: batch.features[name].astype(np.float64) for name in numbers}
    if profile is None:
        return measured
    return {**measured, **in_space(_measured_uv(plan, batch), plan.lead_names, profile.upper_hz)}


def _measured_uv(plan: Plan, batch: CandidateBatch) -> SignalUv:
    return measured_form(batch.signals_uv, plan.recorder.rate_hz)


def _workers(request: BuildRequest) -> int:
    if request.workers.scheduler:
        return 1  # how many its cluster has is not known here
    slots = crew_of(request).slots
    return slots.cpu + slots.gpu

"""What each rule of each policy catches of each kind, against how much of it there is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.artefacts.scales import Scale, scale_of
from ecgfactory.arrays import BoolArray, Float64Array
from ecgfactory.artefacts.base import Artefact
from ecgfactory.quality.feature import FeatureTable
from ecgfactory.quality.policy import Policy
from ecgfactory.validation.evidence import Cases, SoundEcgs, with_artefact, with_fault
from ecgfactory.validation.faults import Fault

LEAST_SHOWN = 0.1
"""Rules that catch less everywhere have no line."""


@dataclass(frozen=True)
class Recall:
    """The curves of one kind under one policy.

    Parameters
    ----------
    places : sequence of float or str
        Middles of the bins on the kind's scale, or words.
    counts : sequence of int
        Cases in each; those whose ECG the policy rejects without the injury do not count.
    total : float64 array, shape (bins,)
        Share that the policy rejects.
    rules : mapping of str to float64 array
        Share that breaks each rule; rules that hardly do are left out.
    neurokit : float64 array, shape (bins,)
        Share that NeuroKit2's zhao2018 calls unacceptable, or can't judge.
    """

    places: Sequence[float | str]
    counts: Sequence[int]
    total: Float64Array
    rules: Mapping[str, Float64Array]
    neurokit: Float64Array

    @property
    def is_of_words(self) -> bool:
        """Whether the places are words."""
        return isinstance(self.places[0], str)


@dataclass(frozen=True)
class Measured:
    """The cases of a kind, measured once for all policies."""

    kind: Artefact | Fault
    cases: Cases

    @property
    def scale(self) -> Scale:
        """On which there is more or less of it."""
        return scale_of(self.kind)

    @property
    def title(self) -> str:
        """Name for people."""
        return self.kind.name.replace("_", " ")

    def recall(self, policy: Policy, sound: SoundEcgs) -> Recall:
        """Return the curves under a policy."""
        rejected_clean = np.logical_or.reduce(
            [rule.fails(sound.features[rule.feature]) for rule in policy.rules], axis=0
        )
        cases = self.cases.take(~rejected_clean[self.cases.source])
        broken, rejected = cases.broken(policy), cases.rejected(policy)
        unacceptable = neurokit_rejects(cases.features)
        bins = self.scale.bins(cases)
        shares = {name: _shares(fails, bins) for name, fails in broken.items()}
        return Recall(
            [place for place, _ in bins],
            [int(inside.sum()) for _, inside in bins],
            _shares(rejected, bins),
            {name: share for name, share in _strongest_first(shares) if share.max() >= LEAST_SHOWN},
            _shares(unacceptable, bins),
        )


def measure_kinds(sound: SoundEcgs, kinds: Iterable[Artefact], seed: int, times: int) -> list[Measured]:
    """Put every kind into every sound ECG a few times, and measure."""
    return [Measured(kind, with_artefact(sound, kind, seed, times)) for kind in kinds]


def measure_faults(sound: SoundEcgs, faults: Iterable[Fault], seed: int, times: int) -> list[Measured]:
    """As `measure_kinds`, of faults."""
    return [Measured(fault, with_fault(sound, fault, seed, times)) for fault in faults]


def neurokit_rejects(features: FeatureTable) -> BoolArray:
    """Say what the simple approach of zhao2018 calls unacceptable, or can't judge."""
    return np.isin(features["neurokit_quality_zhao2018_simple"].astype(str), ["Unacceptable", ""])


def _shares(of: BoolArray, bins: Sequence[tuple[float | str, BoolArray]]) -> Float64Array:
    return np.array([of[inside].mean() for _, inside in bins])


def _strongest_first(shares: Mapping[str, Float64Array]) -> list[tuple[str, Float64Array]]:
    return sorted(shares.items(), key=lambda item: -item[1].sum())

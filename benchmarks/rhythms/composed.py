"""Composed records with what is known of them, for judges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ecgfactory.beat_table import BeatTable
from ecgfactory.candidates.asked import asked_plan
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import MicroBatch, assessed, generated
from ecgfactory.leads import SignalUv
from ecgfactory.request.plan import Plan
from ecgfactory.wave_table import WaveTable


@dataclass(frozen=True)
class ComposedEcgs:
    """Records of one rhythm, of 12 leads and 10 s at 500 Hz, that the policy `basic` accepts.

    Parameters
    ----------
    rhythm : str
        Its name.
    signals_uv : int16 array, shape (n, 12, 5000)
        In uV.
    beats : BeatTable
        Their beats.
    waves : WaveTable
        Their waves.
    rejected : Counter of str
        How many candidates broke each rule of the policy.
    candidates : int
        From how many they were chosen.
    """

    rhythm: str
    signals_uv: SignalUv
    beats: BeatTable
    waves: WaveTable
    rejected: Counter[str]
    candidates: int

    def __len__(self) -> int:
        return len(self.signals_uv)

    def first(self, count: int) -> ComposedEcgs:
        """Return the first of them."""
        rows = np.arange(min(count, len(self)))
        signals_uv, beats, waves = self.signals_uv[rows], self.beats.take(rows), self.waves.take(rows)
        return replace(self, signals_uv=signals_uv, beats=beats, waves=waves)


def compose_each(rhythms: Sequence[str], candidates: int, seed: int) -> Iterator[ComposedEcgs]:
    """Compose records in each rhythm from the same candidates."""
    plans = {rhythm: _plan(rhythm, candidates, seed) for rhythm in rhythms}
    hearts = list(generated(next(iter(plans.values())), range(candidates), StageClock()))
    return (_composed(rhythm, plan, hearts) for rhythm, plan in plans.items())


def _plan(rhythm: str, candidates: int, seed: int) -> Plan:
    asked = {"records": candidates, "seed": seed, "leads": 12, "formats": ["npy"], "waves": True}
    return asked_plan("rhythms", rhythm={rhythm: 1.0}, **asked)


def _composed(rhythm: str, plan: Plan, hearts: Sequence[MicroBatch]) -> ComposedEcgs:
    accepted, rejected = [], Counter[str]()
    for batch in assessed(plan, hearts, StageClock()):
        rejected.update(rule for rules in batch.failed_rules for rule in rules)
        accepted.append(batch.take(np.flatnonzero(batch.accepted)))
    return ComposedEcgs(
        rhythm,
        np.concatenate([batch.signals_uv for batch in accepted]),
        BeatTable.joined([batch.composed.beats for batch in accepted if batch.composed]),
        WaveTable.joined([batch.waves for batch in accepted if batch.waves]),
        rejected,
        sum(len(numbers) for numbers, _ in hearts),
    )

"""Accepted ECGs in memory: the first of a seed, as a dataset would hold them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ecgfactory.candidates.accepted import accepted_ecgs, features_of
from ecgfactory.candidates.asked import (
    ArtefactsAsked,
    BoundsByRule,
    MatchAsked,
    PathLike,
    RhythmAsked,
    SignalKeys,
    asked_plan,
)
from ecgfactory.candidates.batch import CandidateBatch
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.yields import Yield
from ecgfactory.ecgs import Ecgs, feature_frame
from ecgfactory.generators.base import Device, Edges
from ecgfactory.leads import LeadCount
from ecgfactory.record import record_id
from ecgfactory.request.plan import Plan

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class GeneratedEcgs(Ecgs):
    """The first accepted ECGs of a seed; see `Ecgs`. A slice of them is an `Ecgs`, without `rejected`.

    Parameters
    ----------
    rejected_batches : list of CandidateBatch
        What was rejected on the way, in candidate order, without signals.
    """

    rejected_batches: list[CandidateBatch]

    @cached_property
    def rejected(self) -> pd.DataFrame:
        """One row per rejected candidate: its rhythm if composed, the rules it broke, why, its features."""
        return feature_frame(
            [record_id(candidate) for batch in self.rejected_batches for candidate in batch.candidates],
            {
                **self._rhythms_rejected,
                "failed_rules": [rules for batch in self.rejected_batches for rules in batch.failed_rules],
                "reasons": [reasons for batch in self.rejected_batches for reasons in batch.reasons],
                **features_of(self.rejected_batches),
            },
        )

    @property
    def _rhythms_rejected(self) -> dict[str, npt.NDArray[np.object_]]:
        composed = [batch.composed.rhythm for batch in self.rejected_batches if batch.composed]
        return {"rhythm": np.concatenate(composed)} if composed else {}


def generate(
    records: int,
    *,
    seed: int | None,
    leads: LeadCount = 12,
    rhythm: RhythmAsked | None = None,
    duration_s: int = 10,
    signal: SignalKeys | None = None,
    policy: PathLike = "basic",
    bounds: BoundsByRule | None = None,
    match: MatchAsked | None = None,
    model: str = "deepfakeecg",
    checkpoint: PathLike | None = None,
    edges: Edges | None = None,
    device: Device = "auto",
    batch: int = 64,
    waves: bool = False,
    artefacts: ArtefactsAsked | None = None,
) -> GeneratedEcgs:
    """Generate ECGs until enough are accepted: those that a build with this seed has, with the same numbers.

    Parameters
    ----------
    records : int
        Accepted ECGs wanted.
    seed : int or None
        Same seed, same ECGs; None draws one, which the result holds as `seed`.
    leads : {12, 8}
        Twelve, or the model's own eight: I, II, V1..V6.
    rhythm : mapping, optional
        Rhythms to compose ECGs in, and their shares, summing to 1: `{"sinus": 0.5, "atrial_fibrillation": 0.5}`; None
        for ECGs as they are generated.
    duration_s : int
        Length of a record in seconds. deepfakeecg makes 10; longer ones, up to a day, are composed: in sinus rhythm
        unless `rhythm` says otherwise.
    signal : mapping, optional
        How it is recorded: any of `rate_hz`, `highpass_hz`, `lowpass_hz`, `notch_hz` and `phase`, as in a request:
        `{"rate_hz": 100, "lowpass_hz": 40}`. 500 Hz and unfiltered unless it says otherwise.
    policy : str or Path
        Name of a shipped quality policy, or path of a policy file.
    bounds : mapping, optional
        Bounds to replace, by rule name: `{"heart_rate": {"min": 50, "max": 100}}`.
    match : mapping, optional
        What the distribution of records follows: `{"reference": "profile.json", "strength": 0.5}`, or the share of
        each bin of a feature, `{"heart_rate_bpm": {"60-70": 0.5, "70-90": 0.5}}`. The latter makes candidates to
        learn what the generator makes, for some ten seconds, once in a process.
    model : str
        Which generator.
    checkpoint : str or Path, optional
        Weights of your own, used in place of the published ones.
    edges : {'mended', 'as_published'}, optional
        What to do about the rough first and last samples of the published network; mended unless you say otherwise.
        For generators that have such.
    device : {'auto', 'cpu', 'cuda'}
        Where to generate; auto takes CUDA where there is one.
    batch : int
        Candidates generated at a time. A build has 64 too unless its request says otherwise; another number may
        round a sample by 1 uV.
    waves : bool
        Whether P, QRS and T of every beat are marked.
    artefacts : mapping or bool, optional
        What is put into accepted ECGs: the keys of a request's section `artefacts`, such as
        `{"clean_share": 0, "snr_db": {"min": 0, "max": 12}, "kinds": {"muscle": 2, "mains": 1}}`; or True for the
        usual mixture of all kinds. Waves stay those of the clean ECGs; features are those of the noisy ones.

    Returns
    -------
    GeneratedEcgs
        `signals_uv`, int16 of shape (records, leads, samples), 1 uV per unit; `sampling_rate_hz`; `features` and
        `rejected`, tables with one row per record or candidate; `record_ids`, `lead_names`; with `waves`, a
        `WaveTable`, and `annotations`, the same as a table; with artefacts `artefacts`, an `ArtefactTable`, and
        `artefact_frame`, the same as a table, `clean_uv`, the ECGs without them, `injuries`, a table of what they did
        to each (`is_clean`, `failed_rules`, `snr_db_II`, ...), and `artefact_masks()`; `[i]` and iteration give
        `Record`s.

    Raises
    ------
    BadInputError
        Naming everything that is wrong with the arguments, one sentence each.
    HopelessYieldError
        When so few candidates are accepted that it would never end.
    """
    plan = asked_plan(
        "generate",
        records=records,
        seed=seed,
        leads=leads,
        rhythm=rhythm,
        duration_s=duration_s,
        signal=signal or {},
        policy=policy,
        bounds=bounds or {},
        match=match,
        model=model,
        checkpoint=checkpoint,
        edges=edges,
        device=device,
        batch=batch,
        waves=waves,
        artefacts=artefacts,
    )
    batches = list(_until_enough(plan))
    accepted = accepted_ecgs(batches, plan)
    rejected = [_without_signals(batch.take(np.flatnonzero(~batch.accepted))) for batch in batches]
    return GeneratedEcgs(**vars(accepted), rejected_batches=rejected)


def _without_signals(batch: CandidateBatch) -> CandidateBatch:
    return replace(batch, signals_uv=batch.signals_uv[:0].copy(), injury=None)


def _until_enough(plan: Plan) -> Iterator[CandidateBatch]:
    """Yield candidates from 0 on, up to the last accepted one that is wanted."""
    judged = Yield(plan.expected_yield)
    for whole_batch in assessed_batches(plan, range(sys.maxsize), StageClock()):
        batch = whole_batch.with_accepted(plan.request.records - judged.accepted)
        yield batch
        judged.add_batch(batch)
        if judged.accepted == plan.request.records:
            return
        judged.check()

"""An endless, seeded source of accepted ECGs, without files."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from ecgfactory.candidates.accepted import accepted_ecgs
from ecgfactory.candidates.asked import (
    ArtefactsAsked,
    BoundsByRule,
    MatchAsked,
    PathLike,
    RhythmAsked,
    SignalKeys,
    asked_plan,
    candidate_number,
)
from ecgfactory.candidates.clock import StageClock
from ecgfactory.candidates.pipeline import assessed_batches
from ecgfactory.candidates.yields import Yield
from ecgfactory.generators.base import Device, Edges
from ecgfactory.leads import LeadCount
from ecgfactory.record import Record
from ecgfactory.request.plan import Plan


class EcgStream(Iterator[Record]):
    """Accepted ECGs of a plan one after the other, in candidate order; a micro-batch is held at a time.

    Parameters
    ----------
    plan : Plan
        What to generate; how many records it wants does not matter.
    start : int
        Candidate number to start from.

    Attributes
    ----------
    position : int
        Candidate number to go on from, after the records taken so far.
    """

    def __init__(self, plan: Plan, start: int) -> None:
        self.plan = plan
        self.position = start
        self._records = self._from(start)

    @property
    def seed(self) -> int:
        """The seed."""
        return self.plan.seed

    def __next__(self) -> Record:
        record = next(self._records)
        self.position = int(record.record_id) + 1
        return record

    def __repr__(self) -> str:
        return f"EcgStream(seed={self.seed}, position={self.position})"

    def _from(self, start: int) -> Iterator[Record]:
        judged = Yield(self.plan.expected_yield)
        for batch in assessed_batches(self.plan, range(start, sys.maxsize), StageClock()):
            yield from accepted_ecgs([batch], self.plan)
            judged.add_batch(batch)
            judged.check()


def stream(
    *,
    seed: int | None,
    start: int = 0,
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
) -> EcgStream:
    """Generate accepted ECGs without end, in candidate order: those of `generate` and of a build with this seed.

    Parameters
    ----------
    seed : int or None
        Same seed, same ECGs; None draws one, which the stream holds as `seed`.
    start : int
        Candidate number to start from. `stream(seed=s, start=before.position)` goes on exactly where another
        stream of the seed and the same arguments stopped.
    leads, rhythm, duration_s, signal, policy, bounds, match, model, checkpoint, edges, device, batch, waves, artefacts
        As in `generate`.

    Returns
    -------
    EcgStream
        Iterator of `Record`s: `signal_uv`, int16 of shape (leads, samples), 1 uV per unit at `sampling_rate_hz`, and
        features; `waves`, and `artefacts`, `clean_uv` and `injury`, where asked for. Its `position` is the candidate
        number to go on from.

    Raises
    ------
    BadInputError
        Naming everything that is wrong with the arguments, one sentence each.
    HopelessYieldError
        While iterating, when hardly any candidate is accepted.
    """
    plan = asked_plan(
        "stream",
        records=1,
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
    return EcgStream(plan, candidate_number("stream", "start", start))

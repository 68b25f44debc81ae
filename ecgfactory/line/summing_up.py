"""Summing a build up: the manifest of its dataset, from the entries of its shards."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from ecgfactory.dataset.manifest import Manifest, ShardSummary
from ecgfactory.formats.rows import COMPOSED
from ecgfactory.line.state import Build
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import ShardEntry


def manifest_of(build: Build) -> Manifest:
    """Sum up a build whose dataset is assembled and compared; the digests are still missing."""
    plan, counts = build.plan, build.counts
    seconds: dict[str, float] = {}
    for stages in (*(entry.seconds for entry in build.entries), build.clock.seconds):
        for stage, spent in stages.items():
            seconds[stage] = seconds.get(stage, 0.0) + spent
    return Manifest(
        name=plan.request.name,
        plan_id=plan.plan_id,
        published_at=datetime.now(UTC).isoformat(timespec="seconds"),
        plan=plan,
        records=counts.records,
        candidates_examined=counts.examined,
        accepted_share=round(counts.records / counts.examined, 6),
        rejects=counts.rejects,
        splits=counts.splits,
        waves=counts.waves,
        artefacts=counts.artefacts,
        source=COMPOSED if plan.is_composed else "",
        rhythms=counts.rhythms,
        beats=counts.beats,
        pictures=counts.pictures,
        diversity=build.diversity.to_json(),
        shards=tuple(_summary(plan, entry, counts.examined - 1) for entry in build.entries),
        stage_seconds={stage: round(value, 3) for stage, value in seconds.items()},
        devices=tuple(sorted({entry.device for entry in build.entries})),
    )


def _summary(plan: Plan, entry: ShardEntry, last_candidate: int) -> ShardSummary:
    """Sum up a shard; of the last one, only what belongs to the dataset."""
    lines = "".join(f"{staged.sha256}  {staged.path}\n" for staged in entry.files if "/" in staged.path)
    candidates = plan.shard_candidates(entry.shard)
    return ShardSummary(
        shard=entry.shard,
        first_candidate=candidates.start,
        examined=min(candidates.stop, last_candidate + 1) - candidates.start,
        accepted=entry.accepted,
        sha256=hashlib.sha256(lines.encode()).hexdigest(),
    )

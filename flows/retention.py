"""The retention flow: what sessions leave behind, and datasets nobody keeps, go; every decision is told."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_table_artifact
from pydantic import WithJsonSchema

from ecgfactory.retention.decisions import HEADINGS, RetentionFailedError, RetentionOutcome, decide, freed_by
from ecgfactory.retention.removal import sole_remover
from ecgfactory.retention.retention_request import RetentionRequest
from ecgfactory.tasks import flow_runs
from ecgfactory.tasks import retention as tasks

DryRun = Annotated[
    bool, WithJsonSchema({"type": "boolean", "description": "only tell what would go; nothing is deleted"})
]

ARTIFACT_KEY = "retention"

_log = logging.getLogger("ecgfactory.retention.decisions")


@flow(name="retention", validate_parameters=True, persist_result=False)
def retention(request: RetentionRequest, dry_run: DryRun = False) -> RetentionOutcome:
    """Delete what the request lets go from an output folder and the Prefect server; a dry run only tells."""
    now = datetime.now(UTC)
    outcome = _on_files(request, dry_run, now)
    runs = flow_runs.find_old_flow_runs(request.flow_run_days, now)
    if runs and not dry_run:
        flow_runs.delete_flow_runs(runs)
    outcome = outcome.model_copy(update={"decisions": (*outcome.decisions, *runs)})
    _publish(outcome)
    if any(decision.action == "failed" for decision in outcome.decisions):
        raise RetentionFailedError(outcome)
    return outcome


def _on_files(request: RetentionRequest, dry_run: bool, now: datetime) -> RetentionOutcome:
    output = Path(request.output).absolute()
    items = tasks.take_inventory(output)
    decisions = decide(items, request, now.timestamp())
    if not dry_run:
        with sole_remover(output, lambda: _log.warning("another retention is at work in %s; waiting", output)):
            decisions = tasks.carry_out(output, decisions)
    return RetentionOutcome(dry_run=dry_run, decisions=tuple(decisions), freed_bytes=freed_by(items, decisions))


def _publish(outcome: RetentionOutcome) -> None:
    title = "Dry run, nothing was deleted: " if outcome.dry_run else ""
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in outcome.rows()]
    create_table_artifact(key=ARTIFACT_KEY, table=rows, description=f"{title}{outcome.summary}")

"""The retention flow: deletes what dead sessions left and datasets that no rule keeps, and reports every decision."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from prefect import flow
from prefect.artifacts import create_table_artifact
from pydantic import BeforeValidator, WithJsonSchema

from ecgfactory.flows.end_with_worker import end_with_worker
from ecgfactory.flows.exceptions import keep_no_exceptions
from ecgfactory.flows.folder import enter_folder
from ecgfactory.retention.decisions import HEADINGS, RetentionOutcome
from ecgfactory.retention.retention_request import RetentionRequest, request_from_keys
from ecgfactory.tasks import flow_runs
from ecgfactory.tasks.retention import clean_up

DryRun = Annotated[
    bool, WithJsonSchema({"type": "boolean", "description": "only report what would be deleted; nothing is deleted"})
]


def _checked(given: object) -> RetentionRequest:
    enter_folder()  # where its path starts
    return request_from_keys(given)


Request = Annotated[RetentionRequest, BeforeValidator(_checked)]
"""A run of which several fields are wrong tells all at once."""

ARTIFACT_KEY = "retention"


@flow(name="retention", validate_parameters=True, persist_result=False)
def retention(request: Request, dry_run: DryRun = False) -> RetentionOutcome:
    """Delete from an output folder and the Prefect server what the request does not keep; a dry run only reports."""
    end_with_worker()
    now = datetime.now(UTC)
    outcome = clean_up(request, dry_run, now)
    runs = flow_runs.find_old_flow_runs(request.flow_run_days, now)
    if runs and not dry_run:
        flow_runs.delete_flow_runs(runs)
    outcome = outcome.model_copy(update={"decisions": (*outcome.decisions, *runs)})
    _publish(outcome)
    return outcome.or_raise()


keep_no_exceptions(retention)


def _publish(outcome: RetentionOutcome) -> None:
    title = "Dry run, nothing was deleted: " if outcome.dry_run else ""
    rows = [dict(zip(HEADINGS, row, strict=True)) for row in outcome.rows()]
    create_table_artifact(key=ARTIFACT_KEY, table=rows, description=f"{title}{outcome.summary}")

"""Tasks on the Prefect server's own records: old flow runs, with their artifacts and logs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterEndTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import TERMINAL_STATES, FlowRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound

from ecgfactory.retention.decisions import SECONDS_PER_DAY, Decision

OUR_FLOWS = ["build-dataset", "retention"]
PAGE = 200


@task(retries=2, retry_delay_seconds=1, cache_policy=NO_CACHE, persist_result=False)
def find_old_flow_runs(age_days: float | None, now: datetime) -> list[Decision]:
    """Find the runs of our flows that ended longer ago than that; none when no age is given."""
    if age_days is None:
        return []
    with get_client(sync_client=True) as client:
        return [_decision(run, age_days, now) for run in _runs_ended_before(client, now - timedelta(days=age_days))]


@task(retries=2, retry_delay_seconds=1, cache_policy=NO_CACHE, persist_result=False)
def delete_flow_runs(decisions: list[Decision]) -> None:
    """Delete flow runs with their artifacts; the server deletes task runs, states and logs with them."""
    with get_client(sync_client=True) as client:
        for decision in decisions:
            _delete(client, UUID(decision.path))


def _runs_ended_before(client: SyncPrefectClient, moment: datetime) -> Iterator[FlowRun]:
    ended = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=sorted(TERMINAL_STATES))),
        end_time=FlowRunFilterEndTime(before_=moment),
    )
    for offset in itertools.count(0, PAGE):
        page = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=OUR_FLOWS)),
            flow_run_filter=ended,
            sort=FlowRunSort.ID_DESC,
            limit=PAGE,
            offset=offset,
        )
        yield from page
        if len(page) < PAGE:
            return


def _decision(run: FlowRun, age_days: float, now: datetime) -> Decision:
    age_s = now.timestamp() - run.end_time.timestamp() if run.end_time else 0.0
    reason = f"{run.name}: {run.state_name} {age_s / SECONDS_PER_DAY:.1f} days ago; flow_run_days is {age_days:g}"
    return Decision(action="remove", kind="flow run", path=str(run.id), size_bytes=0, reason=reason)


def _delete(client: SyncPrefectClient, run_id: UUID) -> None:
    """Delete the artifacts first: once the run is gone, nothing leads to them any more."""
    of_run = FlowRunFilter(id=FlowRunFilterId(any_=[run_id]))
    while artifacts := client.read_artifacts(flow_run_filter=of_run, limit=PAGE):
        for artifact in artifacts:
            client.delete_artifact(artifact.id)
    try:
        client.delete_flow_run(run_id)
    except ObjectNotFound:  # somebody else was first
        return

"""Where a submitted run stands that does nothing yet: what it waits for, how many are before it, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, StateType, WorkerStatus
from prefect.client.schemas.sorting import FlowRunSort

SOON = timedelta(seconds=30)
"""A run that is to start later than this was scheduled for later; one that waits is looked at again before."""

AT_WORK = {StateType.PENDING, StateType.RUNNING, StateType.CANCELLING}
"""States in which a run has a slot of its deployment."""

MOST_COUNTED = 200


def standing(client: SyncPrefectClient, run: FlowRun) -> str:
    """Say in words what keeps a run from working, and what to do about it; empty when nothing does.

    Parameters
    ----------
    client : SyncPrefectClient
        Of the server that has the run.
    run : FlowRun
        As the server has it now.
    """
    state = run.state
    if state is None or state.is_running() or state.is_final():
        return ""
    if state.is_pending():
        return "a worker starts its process"
    if state.is_cancelling():
        return "being cancelled"
    if state.is_paused():
        return "paused; resume it in the UI"
    return "".join([_hindrance(client, run), _queue(client, run)])


def _hindrance(client: SyncPrefectClient, run: FlowRun) -> str:
    """Say what keeps a scheduled run from being taken by a worker."""
    start = run.next_scheduled_start_time
    if start is not None and start > datetime.now(UTC) + SOON:
        return f"scheduled for {start.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    name, queue = run.work_pool_name, run.work_queue_name
    if name is None:
        return "waits for ever, since its deployment has no work pool; run `python -m ecgfactory.deployments`"
    if client.read_work_pool(name).is_paused:
        return f"waits, since work pool {name} is paused; resume it in the UI"
    if queue is not None and client.read_work_queue_by_name(queue, name).is_paused:
        return f"waits, since work queue {queue} of pool {name} is paused; resume it in the UI"
    if not any(worker.status == WorkerStatus.ONLINE for worker in client.read_workers_for_work_pool(name)):
        return (
            f"waits for a worker, and pool {name} has none online; start one with "
            f"`prefect worker start --pool {name}`, or start `ecgfactory serve` again"
        )
    return "waits for its turn"


def _queue(client: SyncPrefectClient, run: FlowRun) -> str:
    """Say which runs of its deployment a scheduled run waits for; empty when there is none."""
    before = [other for other in _unended(client, run) if other.id != run.id and _is_before(other, run)]
    if not before:
        return ""
    first = min(before, key=lambda other: (other.state_type not in AT_WORK, other.created or datetime.now(UTC)))
    count = f"{len(before)} runs are before it, first" if len(before) > 1 else "before it is"
    at_work = f" ({str(first.state_name).lower()})" if first.state_type in AT_WORK else ""
    return f"; {count} {first.name}{at_work}"


def _unended(client: SyncPrefectClient, run: FlowRun) -> list[FlowRun]:
    if run.deployment_id is None:
        return []
    types = [StateType.SCHEDULED, *AT_WORK]
    return client.read_flow_runs(
        flow_run_filter=FlowRunFilter(
            deployment_id=FlowRunFilterDeploymentId(any_=[run.deployment_id]),
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=types)),
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=MOST_COUNTED,
    )


def _is_before(other: FlowRun, run: FlowRun) -> bool:
    """Tell whether another run has the place that this one waits for, or is likely to get it first."""
    if other.state_type in AT_WORK:
        return True
    start = other.next_scheduled_start_time
    is_for_later = start is not None and start > datetime.now(UTC) + SOON
    return not is_for_later and other.created is not None and run.created is not None and other.created < run.created

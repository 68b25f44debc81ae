"""Flow runs that no process has any more, where server and worker are on this machine: found, and scheduled again or
ended, so that none keeps its deployment's slot.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import httpx
import psutil
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import SetStateStatus
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Cancelled, Crashed, Scheduled

from ecgfactory.flows.end_with_worker import RUN_VARIABLE
from ecgfactory.flows.standing import AT_WORK

LOOK_INTERVAL_S = 5.0

GRACE_S = 20.0
"""A run is taken for lost once it has been without a process for this long: its worker may be about to say how it
ended."""

STARTING_GRACE_S = 150.0
"""The same for a run that the present worker has taken and not begun: on a busy machine, it was seen to need 62 s."""

_log = logging.getLogger(__name__)


class LostRuns:
    """Looks after the runs of a work pool whose workers are all on this machine.

    Parameters
    ----------
    pool : str
        Name of the work pool.
    """

    def __init__(self, pool: str) -> None:
        self._pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[pool]))
        self._without_process: dict[UUID, float] = {}
        self._unanswered: dict[UUID, State[None]] = {}
        self._looked_at = -LOOK_INTERVAL_S

    def release(self, worker_since: datetime, worker_pid: int) -> Iterator[str]:
        """Release the runs that are lost, and kill processes whose run has ended; yield one line of text on each.

        May be called as often as one likes. A server that does not answer is asked again at the next call.

        Parameters
        ----------
        worker_since : datetime
            When the present worker was started: what was taken before was taken by another, which is gone.
        worker_pid : int
            Its process, the parent of those of the runs that it has taken.
        """
        now = time.monotonic()
        if now - self._looked_at < LOOK_INTERVAL_S:
            return
        self._looked_at = now
        try:
            with get_client(sync_client=True) as client:
                yield from self._answered_later(client)
                for run in self._lost(client, now, worker_since):
                    state = self._unanswered[run.id] = _after(run)
                    if client.set_flow_run_state(run.id, state).status == SetStateStatus.ACCEPT:
                        del self._without_process[run.id], self._unanswered[run.id]
                        yield _told(run, state)
                yield from self._kill_left_over(client, worker_pid)
        except (httpx.HTTPError, PrefectHTTPStatusError) as error:
            _log.info("lost runs can't be looked for now: %s", error)

    def _answered_later(self, client: SyncPrefectClient) -> Iterator[str]:
        """Tell of runs whose new state a busy server took without saying so."""
        for run in _read(client, self._unanswered):
            state = self._unanswered.pop(run.id)
            if run.state is not None and run.state.name == state.name:
                self._without_process.pop(run.id, None)
                yield _told(run, state)

    def _kill_left_over(self, client: SyncPrefectClient, worker_pid: int) -> Iterator[str]:
        """Kill the processes of runs that have ended some time ago: one that hung keeps what it has locked."""
        with contextlib.suppress(psutil.NoSuchProcess):
            processes = {of: child for child in psutil.Process(worker_pid).children() if (of := run_of(child))}
            for run in _read(client, processes):
                if run.state is None or not run.state.is_final():
                    continue
                if (datetime.now(UTC) - run.state.timestamp).total_seconds() >= GRACE_S:
                    processes[str(run.id)].kill()
                    yield f"{run.name} is {str(run.state.name).lower()}, and its process hung; it is killed"

    def _lost(self, client: SyncPrefectClient, now: float, worker_since: datetime) -> list[FlowRun]:
        holding = FlowRunFilterState(type=FlowRunFilterStateType(any_=list(AT_WORK)))
        runs = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=holding), work_pool_filter=self._pool)
        alone = [run for run in runs if not _has_process(run)]
        if alone:
            running = _runs_with_processes()
            alone = [run for run in alone if str(run.id) not in running]
        since = self._without_process
        self._without_process = {run.id: since.get(run.id, now) for run in alone}
        return [run for run in alone if now - self._without_process[run.id] >= _grace_s(run, worker_since)]


def _told(run: FlowRun, state: State[None]) -> str:
    return f"{run.name} had no process any more; it is {str(state.name).lower()} now"


def _read(client: SyncPrefectClient, run_ids: Iterable[str | UUID]) -> list[FlowRun]:
    ids = FlowRunFilterId(any_=[UUID(str(run_id)) for run_id in run_ids])
    return client.read_flow_runs(flow_run_filter=FlowRunFilter(id=ids)) if ids.any_ else []


def _grace_s(run: FlowRun, worker_since: datetime) -> float:
    assert run.state is not None
    return STARTING_GRACE_S if run.state.is_pending() and run.state.timestamp >= worker_since else GRACE_S


def _after(run: FlowRun) -> State[None]:
    """Return the state in which nobody expects a process to have the run."""
    assert run.state is not None
    if run.state.is_pending():
        return Scheduled(message="No worker had it any more before it began.")
    if run.state.is_cancelling():
        return Cancelled(message="No process had it any more.")
    return Crashed(message="Its process is gone. The same request goes on from what this run committed.")


def _has_process(run: FlowRun) -> bool:
    """Return whether the process that the worker noted for a run is still there; its number may be another's now."""
    if not (run.infrastructure_pid or "").isdecimal():
        return False
    with contextlib.suppress(psutil.Error):
        return run_of(psutil.Process(int(run.infrastructure_pid or 0))) == str(run.id)
    return False


def _runs_with_processes() -> set[str | None]:
    """Return the ids of all flow runs that have a process on this machine, noted or not."""
    return {run_of(process) for process in psutil.process_iter()}


def run_of(process: psutil.Process) -> str | None:
    """Return the id of the flow run for which a worker started a process; None of others."""
    try:
        return process.environ().get(RUN_VARIABLE)
    except (psutil.Error, OSError):  # gone, or another user's
        return None

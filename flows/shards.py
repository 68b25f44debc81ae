"""The loop over shards: a bounded window of them in flight until there are enough records."""

from __future__ import annotations

import errno
import time
from typing import Any

import distributed
from distributed.scheduler import KilledWorker
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.runtime import flow_run
from prefect_dask.task_runners import PrefectDaskFuture

from ecgfactory.errors import BuildCancelledError, BuildFailedError
from ecgfactory.ledger import Ledger
from ecgfactory.plan import Plan
from ecgfactory.selection import Selection, ShardOrder
from ecgfactory.workspace import Workspace
from flows.workers import Workers
from tasks.shards import ShardReport, make_shard

CANCEL_POLL_S = 3.0

InFlight = dict[Any, tuple[ShardOrder, PrefectDaskFuture[Any]]]


def make_shards(plan: Plan, workspace: Workspace, workers: Workers) -> list[int]:
    """Have shards made until the first `records` accepted candidates are committed; return the shards needed.

    Shards that the ledger holds already, from a session that died, are taken as they are.

    Raises
    ------
    BuildCancelledError
        When the flow run was cancelled through Prefect.
    BuildFailedError
        When the yield is hopeless, or a shard fails for good.
    """
    selection = Selection(plan.request.records, plan.shard_records)
    in_flight: InFlight = {}
    checked = time.monotonic()
    with get_client(sync_client=True) as client:
        while not selection.is_complete:
            _fill_window(selection, workspace, workers, in_flight)
            for order, future in _finished(in_flight):
                report = _result(order, future, workspace)
                if report is not None:
                    selection.commit(order, report.examined, report.accepted)
            if selection.last_wanted is not None:
                workspace.want_shards_until(selection.last_wanted)
            if time.monotonic() - checked > CANCEL_POLL_S:
                _heed_cancellation(client)
                checked = time.monotonic()
    return selection.complete_shards


def _fill_window(selection: Selection, workspace: Workspace, workers: Workers, in_flight: InFlight) -> None:
    ledger = Ledger(workspace)
    while len(in_flight) < workers.window and (order := selection.next_order()) is not None:
        entry = ledger.entry(order.shard)
        if entry is not None and entry.serves(order.limit):
            selection.commit(order, entry.examined, entry.accepted)
            continue
        future = workers.runner.submit(
            make_shard,
            parameters={"workspace_root": str(workspace.root), "shard": order.shard, "limit": order.limit},
        )
        in_flight[future.wrapped_future] = (order, future)


def _finished(in_flight: InFlight) -> list[tuple[ShardOrder, PrefectDaskFuture[Any]]]:
    """Wait a moment for shards to end; take those that did out of the window."""
    if not in_flight:
        return []
    try:
        ended, _ = distributed.wait(list(in_flight), timeout=CANCEL_POLL_S, return_when="FIRST_COMPLETED")
    except TimeoutError:
        return []
    return [in_flight.pop(wrapped) for wrapped in ended]


def _result(order: ShardOrder, future: PrefectDaskFuture[Any], workspace: Workspace) -> ShardReport | None:
    try:
        report: ShardReport | None = future.result()
    except KilledWorker as error:
        most_tried = workspace.most_tried_shard()  # Dask also blames shards that only waited at the worker
        culprit = order.shard if most_tried is None else most_tried
        raise BuildFailedError(
            f"shard {culprit}: its worker died again and again; it may lack memory, "
            "so ask for fewer workers or a smaller generator.batch."
        ) from error
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise BuildFailedError(
            f"shard {order.shard}: no space left in {workspace.root.parent.parent}; make room and build again, "
            "what is committed is kept."
        ) from error
    return report


def _heed_cancellation(client: SyncPrefectClient) -> None:
    state = client.read_flow_run(flow_run.id).state
    if state is not None and (state.is_cancelling() or state.is_cancelled()):
        raise BuildCancelledError("the build was cancelled; the same request goes on from what is committed")

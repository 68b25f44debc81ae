"""The loop over shards: a bounded window of them in flight until there are enough records."""

from __future__ import annotations

from typing import Any

import distributed
from distributed.scheduler import KilledWorker
from prefect_dask.task_runners import PrefectDaskFuture

from ecgfactory.errors import BuildFailedError
from ecgfactory.plan import Plan
from ecgfactory.selection import Selection, ShardOrder
from ecgfactory.workspace import Workspace
from flows.workers import Workers
from tasks.shards import ShardReport, make_shard

InFlight = dict[Any, tuple[ShardOrder, PrefectDaskFuture[Any]]]


def make_shards(plan: Plan, workspace: Workspace, workers: Workers) -> list[int]:
    """Have shards made until the first `records` accepted candidates are committed; return the shards needed.

    Raises
    ------
    BuildFailedError
        When the yield is hopeless, or a shard fails for good.
    """
    selection = Selection(plan.request.records, plan.shard_records)
    in_flight: InFlight = {}
    while not selection.is_complete:
        _fill_window(selection, workspace, workers, in_flight)
        finished, _ = distributed.wait(list(in_flight), return_when="FIRST_COMPLETED")
        for wrapped in finished:
            order, future = in_flight.pop(wrapped)
            report = _result(order, future)
            if report is not None:
                selection.commit(order, report.examined, report.accepted)
        if selection.last_wanted is not None:
            workspace.want_shards_until(selection.last_wanted)
    return selection.complete_shards


def _fill_window(selection: Selection, workspace: Workspace, workers: Workers, in_flight: InFlight) -> None:
    while len(in_flight) < workers.window and (order := selection.next_order()) is not None:
        future = workers.runner.submit(
            make_shard,
            parameters={"workspace_root": str(workspace.root), "shard": order.shard, "limit": order.limit},
        )
        in_flight[future.wrapped_future] = (order, future)


def _result(order: ShardOrder, future: PrefectDaskFuture[Any]) -> ShardReport | None:
    try:
        report: ShardReport | None = future.result()
    except KilledWorker as error:
        raise BuildFailedError(
            f"shard {order.shard}: its worker died again and again; it may lack memory, "
            "so ask for fewer workers or a smaller generator.batch."
        ) from error
    return report

"""The loop over shards: a bounded window of them in flight until there are enough records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from distributed.scheduler import KilledWorker
from prefect_dask.task_runners import PrefectDaskFuture

from ecgfactory.build.handover import HandoverLostError
from ecgfactory.build.selection import Selection, ShardOrder
from ecgfactory.errors import BuildFailedError
from ecgfactory.flows.placement import Step
from ecgfactory.flows.watch import full_disk, watching
from ecgfactory.flows.workers import Workers
from ecgfactory.request.plan import Plan
from ecgfactory.session.ledger import Ledger
from ecgfactory.session.workspace import Workspace


@dataclass(frozen=True)
class Job:
    """A step of a shard that is in flight."""

    order: ShardOrder
    step: Step
    future: PrefectDaskFuture[Any]


InFlight = dict[Any, Job]
"""Jobs by their Dask future."""


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
    selection = Selection(plan.request.records, plan.candidates_per_shard)
    in_flight: InFlight = {}
    with watching(workers) as watch:
        while not selection.is_complete:
            _fill_window(selection, workspace, workers, in_flight)
            for job in [in_flight.pop(future) for future in watch.ended(in_flight)]:
                _go_on(job, selection, workspace, workers, in_flight)
            tell_what_is_wanted(selection, workspace)
    return selection.complete_shards


def tell_what_is_wanted(selection: Selection, workspace: Workspace) -> None:
    """Tell the workers, once it is less than a whole shard: those in work stop at it, or at once when not needed."""
    if selection.last_wanted is not None or selection.missing < selection.candidates_per_shard:
        workspace.want(selection.missing, selection.last_wanted)


def _fill_window(selection: Selection, workspace: Workspace, workers: Workers, in_flight: InFlight) -> None:
    """Begin shards for as long as the workers have room and more are wanted."""
    ledger, placement = Ledger(workspace), workers.placement
    while (step := placement.first_step(job.step for job in in_flight.values())) is not None:
        order = selection.next_order()
        if order is None:
            return
        entry = ledger.entry(order.shard)
        if entry is not None and entry.serves(order.limit):
            _commit(order, entry.examined, entry.accepted, selection, workspace)
            continue
        # One that is there has only to be cut.
        _start(placement.whole if entry else step, order, workspace, workers, in_flight)


def _start(step: Step, order: ShardOrder, workspace: Workspace, workers: Workers, in_flight: InFlight) -> None:
    parameters = {"workspace_root": str(workspace.root), "shard": order.shard, "limit": order.limit}
    future = workers.runner.place(step.task, parameters, step.resources)
    in_flight[future.wrapped_future] = Job(order, step, future)


def _go_on(job: Job, selection: Selection, workspace: Workspace, workers: Workers, in_flight: InFlight) -> None:
    """Start the step that follows a job, or take note of its committed shard."""
    try:
        result = _result(job, workspace)
    except HandoverLostError:
        _start(workers.placement.generating, job.order, workspace, workers, in_flight)
        return
    if result is None:
        return  # not wanted any more
    following = workers.placement.next_step(job.step)
    if following is not None:
        _start(following, job.order, workspace, workers, in_flight)
    else:
        _commit(job.order, result.examined, result.accepted, selection, workspace)


def _commit(order: ShardOrder, examined: int, accepted: int, selection: Selection, workspace: Workspace) -> None:
    selection.commit(order, examined, accepted)
    workspace.note_committed(order.shard, selection.examined, selection.accepted)


def _result(job: Job, workspace: Workspace) -> Any:
    """Return what a job's task returned."""
    try:
        return job.future.result()
    except KilledWorker as error:
        most_tried = workspace.most_tried_shard()  # Dask also blames shards that only waited at the worker
        culprit = job.order.shard if most_tried is None else most_tried
        raise BuildFailedError(
            f"shard {culprit}: its worker died again and again; it may lack memory, "
            "so ask for fewer workers or a smaller generator.batch."
        ) from error
    except OSError as error:
        raise full_disk(error, f"shard {job.order.shard}", workspace) from error

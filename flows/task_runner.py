"""Prefect tasks on chosen Dask workers, with what all runs of a flow share prepared once."""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar, cast
from uuid import UUID, uuid4

import cloudpickle
from distributed import Client, Scheduler, Worker
from prefect import Task
from prefect.client.schemas.objects import State
from prefect.context import SettingsContext, SyncClientContext, serialize_context
from prefect.task_engine import run_task_sync
from prefect.utilities.importtools import from_qualified_name, to_qualified_name
from prefect_dask.task_runners import DaskTaskRunner, PrefectDaskFuture

Result = TypeVar("Result")


class PlacedTaskRunner(DaskTaskRunner):
    """A `DaskTaskRunner` that places each task run on workers with given resources, at a third of the cost.

    Prefect's own spends most of a short run on rebuilding the flow's settings and two API clients in the worker,
    and on serialising the flow's context for it. Both are the same for every run, so both are done once here: the
    context in the flow, settings and client in each worker thread.
    """

    @cached_property
    def _context(self) -> bytes:
        pickled: bytes = cloudpickle.dumps(serialize_context())
        return pickled

    def place(
        self,
        task: Task[Any, Any],
        parameters: dict[str, Any],
        resources: dict[str, float],
        workers: Sequence[str] | None = None,
    ) -> PrefectDaskFuture[Any]:
        """Submit a run of a task to the workers that have the resources; any worker will do when there are none.

        With addresses of workers, it is one of these; see also `restrict`.
        """
        run_id = uuid4()
        future = Client.submit(
            self.client,
            _run,
            to_qualified_name(task.fn),
            run_id,
            parameters,
            self._context,
            key=f"{task.name}-{run_id}",
            resources=resources or None,
            workers=workers,
            pure=False,
        )
        return PrefectDaskFuture(wrapped_future=future, task_run_id=run_id)

    def restrict(self, workers: Mapping[str, Sequence[str]]) -> None:
        """Have tasks that are on their way run on other workers than they were placed on: by the tasks' keys.

        Those in progress go on where they are.
        """
        self.client.run_on_scheduler(_restrict, workers)

    def run_on(
        self, workers: Sequence[str], function: Callable[..., Result], *arguments: Any
    ) -> dict[str, Result | Exception]:
        """Call a function on workers at once, busy or not, under the flow's settings; results by address.

        It gets the worker before its arguments. What it raises is its result, and so is what keeps a worker from
        calling it.
        """
        return self.run_plainly_on(workers, _call, function, arguments, self._context)

    def run_plainly_on(
        self, workers: Sequence[str], function: Callable[..., Result], *arguments: Any
    ) -> dict[str, Result | Exception]:
        """Call a function as `run_on` does, on workers that may not have this package: without settings or worker."""
        if not workers:  # which Dask takes for all
            return {}
        results: dict[str, Result | Exception]
        results = self.client.run(function, *arguments, workers=list(workers), on_error="return")
        return results


@dataclass(frozen=True)
class _Prepared:
    """A flow's context in a worker thread: settings and client entered, the rest for the engine."""

    pickled: bytes
    variables: contextvars.Context
    entered: contextlib.ExitStack
    rest: dict[str, Any]

    @classmethod
    def of(cls, pickled: bytes) -> _Prepared:
        rest = cloudpickle.loads(pickled)
        settings = rest.pop("settings_context")
        variables, entered = contextvars.copy_context(), contextlib.ExitStack()
        variables.run(lambda: entered.enter_context(SettingsContext(**settings)))
        variables.run(lambda: entered.enter_context(SyncClientContext()))
        return cls(pickled, variables, entered, rest)

    def close(self) -> None:
        self.variables.run(self.entered.close)


_thread = threading.local()


def _call(function: Callable[..., Result], arguments: Sequence[Any], context: bytes, dask_worker: Worker) -> Result:
    with SettingsContext(**cloudpickle.loads(context)["settings_context"]):
        return function(dask_worker, *arguments)


def _restrict(workers: Mapping[str, Sequence[str]], dask_scheduler: Scheduler) -> None:
    """Restrict tasks, in the scheduler; those for which it had no worker are begun where there is one now."""
    known: dict[Any, Any] = {key: addresses for key, addresses in workers.items() if key in dask_scheduler.tasks}
    dask_scheduler.set_restrictions(known)
    stuck = [key for key in known if dask_scheduler.tasks[key].state == "no-worker"]
    dask_scheduler.transitions(dict.fromkeys(stuck, "processing"), "ecgfactory-restrict")


def _run(task_name: str, run_id: UUID, parameters: dict[str, Any], context: bytes) -> State[Any]:
    """Run a task, given by its qualified name, in a Dask worker; return its final state."""
    prepared: _Prepared | None = getattr(_thread, "prepared", None)
    if prepared is None or prepared.pickled != context:
        if prepared is not None:
            prepared.close()
        prepared = _thread.prepared = _Prepared.of(context)
    run = partial(
        run_task_sync,
        from_qualified_name(task_name),
        run_id,
        parameters=parameters,
        return_type="state",
        context=prepared.rest,
    )
    return cast("State[Any]", prepared.variables.run(run))

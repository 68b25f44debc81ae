"""The pool of a flow run: Prefect tasks on Dask workers."""

from __future__ import annotations

import contextvars
import queue
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import dask
import pytest
from distributed import LocalCluster
from prefect import flow, task
from prefect.client.orchestration import get_client

from ecgfactory.flows.dask_pool import DaskPool
from ecgfactory.flows.dask_workers import LOCAL_DASK, DaskWorkers, describe, slots_of
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.line.placement import Placement
from ecgfactory.pools.pool import Ended, Job, Slots
from ecgfactory.tasks.jobs import ON_WORKERS, TASKS
from tests import pool_contract
from tests.pool_contract import PoolContract

settings = ON_WORKERS | {"retry_delay_seconds": 0}
double = task(**settings)(pool_contract.double)
refuse = task(**settings)(pool_contract.refuse)
note_and_fail = task(**settings)(pool_contract.note_and_fail)
fail_once = task(**settings)(pool_contract.fail_once)
die_once = task(**settings)(pool_contract.die_once)
die = task(**settings)(pool_contract.die)
process_id = task(**settings)(pool_contract.process_id)


class InContext:
    """A pool whose every call is made in the context of the flow that it belongs to."""

    def __init__(self, pool: DaskPool) -> None:
        self._pool = pool
        self._context = contextvars.copy_context()

    @property
    def slots(self) -> Slots:
        return self._pool.slots

    def start(self, job: Job) -> None:
        self._context.run(self._pool.start, job)

    def ended(self) -> list[Ended]:
        return self._context.run(self._pool.ended)

    def prepare(self, modules: Sequence[str]) -> None:
        self._context.run(self._pool.prepare, modules)


@pytest.fixture(scope="module")
def flow_pool(prefect_server: str) -> Iterator[InContext]:
    """A pool of two workers, in a flow run that lasts as long as the tests."""
    made: queue.Queue[InContext] = queue.Queue()
    over = threading.Event()

    @flow
    def hold_a_pool() -> None:
        options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
        with (
            dask.config.set(LOCAL_DASK),
            LocalCluster(**options) as cluster,
            PlacedTaskRunner(address=cluster.scheduler_address) as runner,
            runner.client.as_current(),
            get_client(sync_client=True) as client,
        ):
            workers = DaskWorkers(runner, slots_of(describe(runner.client)))
            made.put(InContext(DaskPool(workers, Placement(workers.slots, "cpu"), client)))
            over.wait()

    thread = threading.Thread(target=contextvars.copy_context().run, args=(hold_a_pool,))
    thread.start()
    yield made.get(timeout=120)
    over.set()
    thread.join()


class TestContract(PoolContract):
    @pytest.fixture
    def pool(self, flow_pool: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
        for made in (double, refuse, note_and_fail, fail_once, die_once, die, process_id):
            monkeypatch.setitem(TASKS, made.fn, made)
        return flow_pool

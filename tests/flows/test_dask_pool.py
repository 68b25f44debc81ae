"""The pool of a flow run: Prefect tasks on Dask workers."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator, Sequence

import pytest
from distributed import LocalCluster
from prefect import flow
from prefect.client.orchestration import get_client

from ecgfactory.flows import dask_pool
from ecgfactory.flows.dask_pool import DaskPool, _ended
from ecgfactory.flows.dask_workers import DaskWorkers, describe, local_dask, slots_of
from ecgfactory.flows.task_runner import PlacedTaskRunner
from ecgfactory.pools.pool import Ended, Job, Slots
from ecgfactory.tasks.jobs import TASKS
from tests import pool_tasks
from tests.looking import PATIENCE_S
from tests.pool_contract import PoolContract

pytestmark = pytest.mark.slow


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


@flow
def hold_a_pool() -> None:
    """Have a pool of two workers for as long as the tests want it."""
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with (
        local_dask(),
        LocalCluster(**options) as cluster,
        PlacedTaskRunner(address=cluster.scheduler_address) as runner,
        runner.client.as_current(),
        get_client(sync_client=True) as client,
    ):
        workers = DaskWorkers(runner, slots_of(describe(runner.client)))
        pool_tasks.made.put(InContext(DaskPool(workers, client)))
        pool_tasks.over.wait()


@pytest.fixture(scope="module")
def flow_pool(prefect_server: str) -> Iterator[InContext]:
    thread = threading.Thread(target=contextvars.copy_context().run, args=(hold_a_pool,), daemon=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dask_pool, "GONE_TIMEOUT_S", PATIENCE_S)  # for which a busy machine may need to start others
        thread.start()
        yield pool_tasks.made.get(timeout=PATIENCE_S)
        pool_tasks.over.set()
        thread.join()


class TestContract(PoolContract):
    @pytest.fixture
    def pool(self, flow_pool: InContext, monkeypatch: pytest.MonkeyPatch) -> InContext:
        for function, its_task in pool_tasks.TASKS.items():
            monkeypatch.setitem(TASKS, function, its_task)
        return flow_pool


class Answer:
    """A future of Prefect whose result does not come."""

    def __init__(self, error: TimeoutError, cause: TimeoutError | None) -> None:
        self._error, self._cause = error, cause

    def result(self, timeout: float) -> None:
        assert timeout > 0, "else a build would wait for ever, and not look for workers"
        raise self._error from self._cause


def test_a_result_that_went_with_its_worker_is_waited_for_again() -> None:
    job = Job(pool_tasks.double, {})
    assert _ended(job, Answer(TimeoutError("did not complete within 5 seconds"), TimeoutError())) is None
    own = TimeoutError("of the job itself")
    assert _ended(job, Answer(own, None)) == Ended(job, error=own)

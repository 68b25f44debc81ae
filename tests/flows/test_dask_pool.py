"""The pool of a flow run: Prefect tasks on Dask workers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster
from prefect import task

from ecgfactory.flows.dask_pool import DaskPool
from ecgfactory.flows.dask_workers import LOCAL_DASK
from ecgfactory.tasks.jobs import ON_WORKERS, TASKS
from tests import pool_contract
from tests.pool_contract import PoolContract

settings = ON_WORKERS | {"retry_delay_seconds": 0}
double = task(pool_contract.double, **settings)
refuse = task(pool_contract.refuse, **settings)
note_and_fail = task(pool_contract.note_and_fail, **settings)
fail_once = task(pool_contract.fail_once, **settings)
die_once = task(pool_contract.die_once, **settings)
die = task(pool_contract.die, **settings)
process_id = task(pool_contract.process_id, **settings)


class TestContract(PoolContract):
    @pytest.fixture(scope="class")
    def address(self, prefect_server: str) -> Iterator[str]:
        import dask

        with (
            dask.config.set(LOCAL_DASK),
            LocalCluster(
                n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
            ) as cluster,
        ):
            yield cluster.scheduler_address

    @pytest.fixture
    def pool(self, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[DaskPool]:
        for made in (double, refuse, note_and_fail, fail_once, die_once, die, process_id):
            monkeypatch.setitem(TASKS, made.fn, made)
        yield from in_a_flow(address)

"""Workers that come and go while a build runs on a real scheduler: who passes the checks gets work, nobody else."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from prefect import flow
from prefect.client.orchestration import get_client

from ecgfactory.flows import dask_pool
from ecgfactory.flows.dask_pool import DaskPool
from ecgfactory.flows.existing_scheduler import connected
from ecgfactory.line.session import claim, session
from ecgfactory.pools.pool import Job
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.tasks.jobs import TASKS
from tests import pool_contract, pool_tasks
from tests.dask_processes import dask_scheduler, dask_worker, with_other_versions, without_folders

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]

TIMEOUT_S = 120.0


@flow
def in_a_flow() -> None:
    """Do what is given; not as a parameter, which would be sent to workers."""
    pool_tasks.made.get()()


def wait_for(pool: DaskPool, happened: Callable[[], bool]) -> None:
    until = time.monotonic() + TIMEOUT_S
    while not happened():
        assert time.monotonic() < until
        pool.ended()
        time.sleep(0.1)


def start(pool: DaskPool, jobs: int) -> None:
    for _ in range(jobs):
        pool.start(Job(pool_contract.working_folder, {}))


def who_did(pool: DaskPool, jobs: int) -> list[str]:
    """Wait for the ends of so many jobs; the names of the folders for temporary files of those who did them."""
    folders: list[str] = []
    until = time.monotonic() + TIMEOUT_S
    while len(folders) < jobs:
        assert time.monotonic() < until
        folders += [Path(ended.result()).name for ended in pool.ended()]
    return folders


def test_workers_that_join_get_work_once_they_passed_the_checks(
    make_request: Callable[..., BuildRequest],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each has its own folder, by whose name it is known: `first`, `second` and `third` are good ones."""
    monkeypatch.setattr(dask_pool, "SERVER_LOOK_INTERVAL_S", 0.2)
    monkeypatch.setattr(dask_pool, "GONE_TIMEOUT_S", TIMEOUT_S)
    monkeypatch.setitem(TASKS, pool_contract.working_folder, pool_tasks.working_folder)
    store = tmp_path / "store"
    store.mkdir()

    def worker(name: str, before: list[str] | None = None, **environment: str) -> ExitStack:
        folder = tmp_path / name
        folder.mkdir()
        started = ExitStack()
        environment |= {"TMPDIR": str(folder)}
        started.enter_context(dask_worker(address, folder, "--no-nanny", before=before or [], **environment))
        return started

    def refusals() -> list[str]:
        return [record.getMessage() for record in caplog.records if "gets no work" in record.getMessage()]

    def work() -> None:
        plan = make_plan(make_request(workers={"scheduler": address}, output=f"file://{store}"))
        with (
            worker("first") as first,
            claim(plan) as lease,
            session(plan, "one", lease=lease) as build,
            connected(build) as workers,
            get_client(sync_client=True) as client,
        ):
            pool = DaskPool(workers, client)
            with worker("second") as second, worker("old", **with_other_versions(tmp_path, wfdb="0.0.1")):
                with worker("blind", without_folders(store)):
                    wait_for(pool, lambda: pool.slots.cpu == 2 and len(refusals()) == 2)
                    start(pool, 12)
                    assert set(who_did(pool, 12)) == {"first", "second"}
                first.close()
                second.close()
                start(pool, 4)
                with worker("third"):
                    assert set(who_did(pool, 4)) == {"third"}, "who was not there when they were started"
            assert len(refusals()) == 2, "each was told once"

    caplog.set_level(logging.WARNING, "ecgfactory.flows.admission")
    with dask_scheduler(tmp_path) as address:
        pool_tasks.made.put(work)
        in_a_flow()
    told = " ".join(sorted(refusals()))
    assert f"can't use file://{store}/.sessions/" in told
    assert "has wfdb 0.0.1, where wfdb" in told

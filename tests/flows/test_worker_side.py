"""What a Dask worker of a scheduler that exists already does before and after its jobs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from distributed import LocalCluster

from ecgfactory.flows.worker_checks import WorkerChecks
from ecgfactory.flows.worker_side import forget, look_around, own_disk_problem
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.lease import LeaseLostError, leased
from ecgfactory.session.lease_state import LEASE_FILE
from ecgfactory.session.store_sessions import kept_at
from ecgfactory.session.workspace import KEPT_FILE, PLAN_FILE, SESSIONS_FOLDER, Workspace
from ecgfactory.storage import process_folder
from ecgfactory.storage.fetched import at_hand
from ecgfactory.storage.store_path import StorePath
from tests.looking import until


def test_a_worker_keeps_nothing_of_a_build_that_is_over(tmp_path: Path) -> None:
    """Neither its scratch folder nor what it fetched of the dataset to compare records; that of others stays."""
    output = StorePath.parse(f"file://{tmp_path}/store")
    fetched = []
    for place in (output / "small/0123456789abcdef", StorePath.parse(f"{output}-of-others")):
        place.store.write((place / "data.parquet").name, b"records")
        with at_hand(place, ["data.parquet"]) as folder:
            fetched.append(folder / "data.parquet")
    kept = output / SESSIONS_FOLDER / "0123456789abcdef"
    workspace = Workspace.of_store(kept)
    worker: Any = None
    forget(worker, str(kept))
    assert not workspace.root.exists()
    assert [file.exists() for file in fetched] == [False, True]


@pytest.mark.parametrize("is_over", [False, True])
def test_a_worker_that_is_looked_at_keeps_nothing(
    make_request: Callable[..., BuildRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_over: bool
) -> None:
    """One that joins when a build is about to end gets no job of it, and nobody tells it to remove anything."""
    monkeypatch.setattr(process_folder, "_place", None)  # which it changes
    plan = make_plan(make_request(output=f"file://{tmp_path}/store"))
    kept = kept_at(plan)
    if not is_over:
        kept.store.write((kept / PLAN_FILE).name, plan.model_dump_json().encode())
    with LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        (worker,) = cluster.workers.values()
        problem = own_disk_problem(worker, str(kept), plan.plan_id)
        assert ("plan is not there" in str(problem)) == is_over
        assert [path for path in Path(worker.local_directory).rglob("*") if path.name in {KEPT_FILE, PLAN_FILE}] == []


def test_a_worker_drops_what_is_over_when_it_is_looked_at(
    make_request: Callable[..., BuildRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a flow that was killed, and whose build another ended elsewhere; what may be gone on with stays."""
    monkeypatch.setattr(process_folder, "_place", None)
    plan = make_plan(make_request(output=f"file://{tmp_path}/store"))
    going_on, over = (kept_at(plan).parent / name for name in ("0" * 16, "1" * 16))
    going_on.store.write((going_on / PLAN_FILE).name, b"plan")
    scratch = [Workspace.of_store(kept).root for kept in (going_on, over)]
    with LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        (worker,) = cluster.workers.values()
        own_disk_problem(worker, str(kept_at(plan)), plan.plan_id)
    assert [root.exists() for root in scratch] == [True, False]


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="this Python does not stop dead in it")
def test_a_worker_is_profiled_no_more_where_python_may_stop_dead_in_it(tmp_path: Path) -> None:
    """Seen in builds into a store: Dask sampled the stacks of all threads, and one of them waited for ever to start."""
    with LocalCluster(n_workers=1, processes=False, dashboard_address="127.0.0.1:0") as cluster:
        (worker,) = cluster.workers.values()
        profile = worker.periodic_callbacks["profile"]
        assert profile.is_running()
        look_around(worker, str(tmp_path), "0123456789abcdef", str(uuid4()))
        until(lambda: not profile.is_running(), "the end of its profile")


@pytest.mark.parametrize("is_lost", [False, True])
def test_workers_are_told_to_forget_only_by_who_has_the_lease(tmp_path: Path, is_lost: bool) -> None:
    """A flow that was paused, and whose plan another has by now, may have the same workers as that one."""
    told: list[str] = []
    with leased(StorePath.parse(f"file://{tmp_path}/store") / LEASE_FILE, on_wait=lambda: None) as lease:
        if is_lost:
            (tmp_path / "store" / LEASE_FILE).unlink()
            with pytest.raises(LeaseLostError):
                lease.renew()
        build: Any = SimpleNamespace(
            plan=SimpleNamespace(versions={}), address="file:///session", workspace=SimpleNamespace(lease=lease)
        )
        runner: Any = SimpleNamespace(run_on=lambda _workers, _forget, address: told.append(address))
        WorkerChecks(runner, build).release(["tcp://worker"])
    assert told == ([] if is_lost else ["file:///session"])

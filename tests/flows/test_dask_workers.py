"""Dask workers: how their slots are counted, and which processes a cluster on this machine consists of."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import CancelledError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import pytest
from dask.utils import parse_timedelta

from ecgfactory.errors import BadInputError
from ecgfactory.flows.dask_pool import GONE_TIMEOUT_S
from ecgfactory.flows.dask_workers import DaskWorkers, describe, local_cluster, slots_of
from ecgfactory.line.state import Build
from ecgfactory.line.workers import crew_of
from ecgfactory.pools.crew import ENVIRONMENT
from ecgfactory.pools.pool import Slots
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.workspace import Workspace
from tests.looking import until

MakeRequest = Callable[..., BuildRequest]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("prefect_server")]


def worker(nthreads: int = 1, **resources: float) -> dict[str, Any]:
    return {"nthreads": nthreads, "resources": resources}


class TestSlots:
    def test_workers_that_declare_nothing_are_cpu_workers_for_all_their_threads(self) -> None:
        assert slots_of({"a": worker(4), "b": worker(2, MEMORY=1e9)}) == Slots(0, 6, are_declared=False)

    def test_declared_slots_are_added_up(self) -> None:
        workers = {"a": worker(9, GPU=2), "b": worker(CPU=3), "c": worker(GPU=1, CPU=1)}
        assert slots_of(workers) == Slots(3, 4, are_declared=True)

    def test_a_worker_that_declares_nothing_beside_others_that_do_is_named(self) -> None:
        with pytest.raises(BadInputError, match=r'b declares neither GPU nor CPU.*--resources "CPU=1"'):
            slots_of({"a": worker(GPU=1), "b": worker()})


@pytest.fixture
def a_build(make_request: MakeRequest, tmp_path: Path) -> Callable[..., Build]:
    def make(**changes: Any) -> Build:
        plan = make_plan(make_request(output=str(tmp_path), **changes))
        return Build(plan, Workspace.create(plan, "session"))

    return make


def visible(workers: DaskWorkers) -> dict[str, str]:
    """What each worker sees of the GPUs, by its name."""
    seen = workers.runner.client.run(os.getenv, "CUDA_VISIBLE_DEVICES")
    return {str(worker["name"]): seen[address] for address, worker in describe(workers.runner.client).items()}


def test_one_worker_per_gpu_and_cpu_workers_that_see_none_and_more_of_them_once_there_is_work(
    prefect_server: str, a_build: Callable[..., Build], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The GPUs are named, and need not be there."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,3,1")
    monkeypatch.setattr("ecgfactory.request.preflight.gpu_count", lambda: 2)
    asked = {"cpu": 2, "gpu": 2, "memory_limit_gb": 2}
    build = a_build(records=16, shard_records=16, workers=asked, report={"samples": 0})
    before = {name: os.environ.get(name) for name in ("PYTHONSAFEPATH", *ENVIRONMENT)}
    with local_cluster(build) as workers:
        assert workers.slots == Slots(gpu=2, cpu=2)
        assert visible(workers) == {"gpu-0": "5", "gpu-1": "3", "cpu-0": ""}, "one shard keeps one CPU worker busy"
        known = describe(workers.runner.client).values()
        assert {worker["memory_limit"] for worker in known} == {2_000_000_000}
        assert {worker["nthreads"] for worker in known} == {1}
        workers.grow(3)
        until(lambda: len(describe(workers.runner.client)) == 4, "a second CPU worker")
        assert sorted(visible(workers).values()) == ["", "", "3", "5"]
        assert workers.missing({"GPU", "CPU"}) == ""
        given_up_s = parse_timedelta(dask.config.get("distributed.deploy.lost-worker-timeout"))
        assert given_up_s > GONE_TIMEOUT_S, "no worker is given up while it is started again"
    assert {name: os.environ.get(name) for name in before} == before, "what workers inherit stays with the caller"


def test_a_client_that_has_given_up_its_scheduler_describes_no_workers() -> None:
    """A build takes that for what it is: its scheduler is gone."""
    lost: Any = SimpleNamespace(scheduler_info=dict)
    with pytest.raises(CancelledError):
        describe(lost)


def test_what_is_missing_is_told(scheduler: str, prefect_server: str) -> None:
    from ecgfactory.flows.task_runner import PlacedTaskRunner

    with PlacedTaskRunner(address=scheduler) as runner:
        workers = DaskWorkers(runner, slots_of(describe(runner.client)))
        assert workers.missing(set()) == ""
        assert workers.missing({"GPU", "CPU"}) == "no GPU workers and no CPU workers"


def test_gpu_workers_are_as_many_as_gpus_or_as_asked(
    make_request: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ecgfactory.line.workers.gpu_count", lambda: 3)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert crew_of(make_request()).gpus == ("0", "1", "2")
    assert crew_of(make_request(workers={"gpu": 2})).gpus == ("0", "1")
    assert crew_of(make_request(workers={"gpu": 0})).gpus == ()
    assert crew_of(make_request(generator={"device": "cpu"})).gpus == ()

"""A local cluster: which processes it consists of, and what they see."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import Client

from ecgfactory.flows.placement import Slots
from ecgfactory.flows.workers import _jobs, _local_cluster, gpu_workers
from ecgfactory.request.build_request import BuildRequest, WorkersRequest
from ecgfactory.request.plan import make_plan
from ecgfactory.session.workspace import Workspace


def test_one_worker_a_gpu_and_cpu_workers_that_see_none_and_are_no_more_than_shards(
    make_request: Callable[..., BuildRequest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The GPUs are named, and need not be there."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "5,3,1")
    asked = {"cpu": 9, "memory_limit_gb": 2}
    plan = make_plan(
        make_request(records=16, shard_records=16, workers=asked, report={"samples": 0}, output=str(tmp_path))
    )
    workspace = Workspace.create(plan, "session")
    with _local_cluster(plan, 2, workspace) as cluster, Client(cluster, set_as_default=False) as client:
        workers = client.scheduler_info()["workers"]
        visible = client.run(os.getenv, "CUDA_VISIBLE_DEVICES")
        assert Slots.of(workers) == Slots(gpu=2, cpu=1, are_declared=True)
        assert {worker["name"]: visible[address] for address, worker in workers.items()} == {
            "gpu-0": "5",
            "gpu-1": "3",
            "cpu-0": "",
        }
        assert {worker["memory_limit"] for worker in workers.values()} == {2_000_000_000}
        assert {worker["nthreads"] for worker in workers.values()} == {1}


def test_a_single_shard_with_a_report_keeps_two_workers_busy(make_request: Callable[..., BuildRequest]) -> None:
    plan = make_plan(make_request(records=16, shard_records=16))
    assert _jobs(plan) == 2


def test_gpu_workers_are_as_many_as_gpus_or_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecgfactory.flows.workers.gpu_count", lambda: 3)
    assert gpu_workers(WorkersRequest()) == 3
    assert gpu_workers(WorkersRequest(gpu=2)) == 2
    assert gpu_workers(WorkersRequest(gpu=0)) == 0

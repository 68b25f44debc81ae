"""Runs that no process has, on a real server without a worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.settings import PREFECT_API_URL, temporary_settings

from ecgfactory.deployments.automations import POOL
from ecgfactory.deployments.deploy import deploy
from ecgfactory.flows import lost_runs
from ecgfactory.flows.end_with_worker import RUN_VARIABLE
from ecgfactory.flows.lost_runs import LostRuns

pytestmark = pytest.mark.slow

MakeRun = Callable[..., FlowRun]

LATER = datetime(2100, 1, 1, tzinfo=UTC)
"""Start of a worker that took none of the runs here."""


@pytest.fixture(scope="module")
def deployed(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    deploy(tmp_path_factory.mktemp("folder"))


@pytest.fixture
def client(deployed: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[SyncPrefectClient]:
    monkeypatch.setattr(lost_runs, "GRACE_S", 0.0)
    monkeypatch.setattr(lost_runs, "STARTING_GRACE_S", 60.0)
    monkeypatch.setattr(lost_runs, "LOOK_INTERVAL_S", 0.0)
    with get_client(sync_client=True) as client:
        yield client


@pytest.fixture
def make_run(client: SyncPrefectClient) -> Iterator[MakeRun]:
    """Make a run of a deployment, as a worker does that then dies."""
    made: list[UUID] = []

    def make(*states: StateType, deployment: str = "build-dataset/build", pid: str | None = None) -> FlowRun:
        parameters = {"request": {"name": "lost", "records": 1}} if deployment.startswith("build") else {}
        found = client.read_deployment_by_name(deployment)
        run = client.create_flow_run_from_deployment(found.id, parameters=parameters)
        made.append(run.id)
        for state in states:
            client.set_flow_run_state(run.id, State(type=state), force=state is StateType.CANCELLING)
        if pid is not None:
            client.update_flow_run(run.id, infrastructure_pid=pid)
        return run

    yield make
    for run_id in made:
        client.delete_flow_run(run_id)


def released(lost: LostRuns, worker_since: datetime = LATER) -> list[str]:
    """Return what is said of the runs released. A server whose database is locked is asked again, as a worker does."""
    deadline = time.monotonic() + 60
    while not (told := list(lost.release(worker_since, os.getpid()))) and time.monotonic() < deadline:
        time.sleep(0.2)
    return told


def state_of(client: SyncPrefectClient, run: FlowRun) -> str:
    state = client.read_flow_run(run.id).state
    assert state is not None
    return str(state.type.value)


def slots_held(client: SyncPrefectClient, deployment: str = "build-dataset/build") -> int:
    limit = client.read_deployment_by_name(deployment).global_concurrency_limit
    assert limit is not None
    return client.read_global_concurrency_limit_by_name(limit.name).active_slots


@pytest.mark.parametrize(
    ("states", "pid", "after"),
    [
        ((StateType.PENDING,), None, "SCHEDULED"),
        ((StateType.PENDING, StateType.RUNNING), "1", "CRASHED"),
        ((StateType.PENDING, StateType.CANCELLING), None, "CANCELLED"),
        ((StateType.PENDING, StateType.RUNNING, StateType.CANCELLING), str(2**30), "CANCELLED"),
    ],
)
def test_a_run_without_a_process_releases_its_slot(
    states: tuple[StateType, ...], pid: str | None, after: str, client: SyncPrefectClient, make_run: MakeRun
) -> None:
    """Whether none was noted, or the number noted is another's now, or nobody's."""
    run = make_run(*states, pid=pid)
    assert slots_held(client) == 1
    assert released(LostRuns(POOL)) == [f"{run.name} had no process any more; it is {after.lower()} now"]
    assert state_of(client, run) == after
    assert slots_held(client) == 0


@pytest.mark.parametrize("is_noted", [True, False])
def test_a_run_with_a_process_is_left_alone(is_noted: bool, client: SyncPrefectClient, make_run: MakeRun) -> None:
    run = make_run(StateType.PENDING, StateType.RUNNING)
    sleep = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    environment = os.environ | {RUN_VARIABLE: str(run.id)}
    lost = LostRuns(POOL)
    with subprocess.Popen(sleep, env=environment, stdin=subprocess.PIPE) as process:
        if is_noted:
            client.update_flow_run(run.id, infrastructure_pid=str(process.pid))
        assert list(lost.release(LATER, os.getpid())) == []
        assert state_of(client, run) == "RUNNING"
    assert len(released(lost)) == 1
    assert state_of(client, run) == "CRASHED"


def test_runs_that_wait_or_have_ended_are_left_alone(client: SyncPrefectClient, make_run: MakeRun) -> None:
    make_run()
    make_run(StateType.PENDING, StateType.RUNNING, StateType.FAILED)
    assert list(LostRuns(POOL).release(LATER, os.getpid())) == []


def test_a_process_whose_run_has_ended_is_killed_even_if_it_hangs(client: SyncPrefectClient, make_run: MakeRun) -> None:
    run = make_run(StateType.PENDING, StateType.RUNNING)
    lost = LostRuns(POOL)
    environment = os.environ | {RUN_VARIABLE: str(run.id)}
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], env=environment) as process:
        process.send_signal(signal.SIGSTOP)
        assert list(lost.release(LATER, os.getpid())) == []
        client.set_flow_run_state(run.id, State(type=StateType.CRASHED))
        assert released(lost) == [f"{run.name} is crashed, and its process hung; it is killed"]
        assert process.wait(timeout=30) == -signal.SIGKILL


def test_the_present_worker_is_given_time_to_start_a_process(
    client: SyncPrefectClient, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = datetime.now(UTC)
    run = make_run(StateType.PENDING)
    lost = LostRuns(POOL)
    assert list(lost.release(before, os.getpid())) == list(lost.release(before, os.getpid())) == []
    assert state_of(client, run) == "PENDING"
    monkeypatch.setattr(lost_runs, "STARTING_GRACE_S", 0.0)
    assert len(released(lost, before)) == 1


def test_a_server_whose_answer_is_lost_is_believed_at_the_next_look(
    client: SyncPrefectClient, make_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, lost, set_state = (
        make_run(StateType.PENDING, StateType.RUNNING),
        LostRuns(POOL),
        SyncPrefectClient.set_flow_run_state,
    )

    def set_and_lose_the_answer(*args: Any, **kwargs: Any) -> None:
        set_state(*args, **kwargs)
        raise httpx.ReadTimeout("the database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(SyncPrefectClient, "set_flow_run_state", set_and_lose_the_answer)
        assert list(lost.release(LATER, os.getpid())) == []
    assert state_of(client, run) == "CRASHED"
    assert released(lost) == [f"{run.name} had no process any more; it is crashed now"]
    assert list(lost.release(LATER, os.getpid())) == []


def test_every_deployment_of_the_pool_is_looked_after(client: SyncPrefectClient, make_run: MakeRun) -> None:
    make_run(StateType.PENDING, deployment="retention/daily")
    assert len(released(LostRuns(POOL))) == 1
    assert slots_held(client, "retention/daily") == 0


def test_a_server_that_does_not_answer_is_asked_again_later(client: SyncPrefectClient, make_run: MakeRun) -> None:
    make_run(StateType.PENDING)
    lost = LostRuns(POOL)
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert list(lost.release(LATER, os.getpid())) == []
    assert len(released(lost)) == 1

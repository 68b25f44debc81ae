"""What keeps a submitted run from working, as a real server has it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import WorkPoolUpdate
from prefect.client.schemas.objects import FlowRun
from prefect.deployments.runner import RunnerDeployment
from prefect.states import Cancelling, Completed, Paused, Pending, Running, Scheduled, State
from prefect.types.entrypoint import EntrypointType

from ecgfactory.deployments.deploy import deploy
from ecgfactory.flows.build_dataset import build_dataset
from ecgfactory.flows.standing import standing

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def client(prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SyncPrefectClient]:
    deploy(tmp_path_factory.mktemp("folder"))  # makes the pool
    with get_client(sync_client=True) as connected:
        yield connected


@pytest.fixture
def deployment_id(client: SyncPrefectClient) -> Any:
    """A deployment of its own, without any runs, in the pool of the package."""
    return deployed(f"test-{uuid.uuid4()}", "ecgfactory")


def deployed(name: str, pool: str | None) -> Any:
    return RunnerDeployment.from_flow(
        build_dataset, name, entrypoint_type=EntrypointType.MODULE_PATH, work_pool_name=pool
    ).apply()


@pytest.fixture(scope="module")
def used_deployment_id(client: SyncPrefectClient) -> Any:
    """A deployment for runs that need not be alone."""
    return deployed("test-used", "ecgfactory")


def submitted(client: SyncPrefectClient, deployment_id: Any, name: str, *states: State[Any]) -> FlowRun:
    parameters = {"request": {"name": name, "records": 1}}
    run = client.create_flow_run_from_deployment(deployment_id, parameters=parameters, name=name)
    for state in states:
        client.set_flow_run_state(run.id, state, force=True)
    return client.read_flow_run(run.id)


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ([Pending()], "a worker starts its process"),
        ([Running()], ""),
        ([Running(), Cancelling()], "being cancelled"),
        ([Running(), Paused()], "paused; resume it in the UI"),
        ([Completed()], ""),
    ],
)
def test_the_state_says_it(
    client: SyncPrefectClient, used_deployment_id: Any, states: list[State[Any]], told: str
) -> None:
    assert standing(client, submitted(client, used_deployment_id, "run", *states)) == told


def test_what_is_in_the_way_of_a_scheduled_run(client: SyncPrefectClient, deployment_id: Any) -> None:
    run = submitted(client, deployment_id, "run")
    assert standing(client, run).startswith("waits for a worker, and pool ecgfactory has none online; start one with ")

    client.update_work_pool("ecgfactory", WorkPoolUpdate(is_paused=True))
    assert standing(client, run) == "waits, since work pool ecgfactory is paused; resume it in the UI"
    client.update_work_pool("ecgfactory", WorkPoolUpdate(is_paused=False))

    queue = client.read_work_queue_by_name("default", "ecgfactory")
    client.update_work_queue(queue.id, is_paused=True)
    assert standing(client, run).startswith("waits, since work queue default of pool ecgfactory is paused; resume")
    client.update_work_queue(queue.id, is_paused=False)

    body = {"name": "worker", "heartbeat_interval_seconds": 30}
    client.request("POST", "/work_pools/ecgfactory/workers/heartbeat", json=body)
    assert standing(client, run) == "waits for its turn"
    client.request("DELETE", "/work_pools/ecgfactory/workers/worker")


def test_how_many_are_before_it(client: SyncPrefectClient, deployment_id: Any) -> None:
    far = Scheduled(scheduled_time=datetime(2100, 1, 1, 2, tzinfo=UTC))
    assert standing(client, submitted(client, deployment_id, "far", far)) == "scheduled for 2100-01-01 02:00 UTC"
    later = Scheduled(scheduled_time=datetime.now(UTC) + timedelta(hours=1))
    submitted(client, deployment_id, "ended", Completed())
    submitted(client, deployment_id, "later", later)
    first = submitted(client, deployment_id, "first")
    second = submitted(client, deployment_id, "second")
    submitted(client, deployment_id, "third")
    assert standing(client, second).endswith("; before it is first")
    client.set_flow_run_state(first.id, Running(), force=True)
    assert standing(client, second).endswith("; before it is first (running)")
    fourth = submitted(client, deployment_id, "fourth", Scheduled(name="AwaitingConcurrencySlot"))
    assert standing(client, fourth).endswith("; 3 runs are before it, first first (running)")


def test_a_deployment_without_a_pool(client: SyncPrefectClient) -> None:
    assert "has no work pool" in standing(client, submitted(client, deployed("no-pool", None), "run"))

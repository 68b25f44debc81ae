"""Deploying to a real server: the first time, and again after somebody changed things in the UI."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from prefect import flow
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.events.schemas.automations import AutomationCore
from prefect.flow_engine import run_flow
from prefect.states import Pending, Scheduled

from ecgfactory.deployments import automations
from ecgfactory.deployments.deploy import FILE, deploy
from ecgfactory.flows.build_dataset import with_seed_of_the_day
from ecgfactory.paper.style import DAMAGES
from ecgfactory.request.build_request import BuildRequest
from ecgfactory.retention.retention_request import RetentionRequest

pytestmark = pytest.mark.slow

ALL = (automations.crashed(60), automations.scheduled_again(), automations.cancelled())

PATIENCE_S = 120.0

NAMES = ["build-dataset/build", "build-dataset/nightly", "retention/daily"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which paths of the deployments start."""
    return tmp_path_factory.mktemp("deployed")


@pytest.fixture(scope="module")
def deployed(prefect_server: str, folder: Path) -> dict[str, DeploymentResponse]:
    assert deploy(folder) == NAMES
    with get_client(sync_client=True) as client:
        return read(client)


def read(client: SyncPrefectClient) -> dict[str, DeploymentResponse]:
    return {name: client.read_deployment_by_name(name) for name in NAMES}


def test_parameters_are_requests_and_paths_start_in_the_folder(
    deployed: dict[str, DeploymentResponse], folder: Path
) -> None:
    for name, deployment in deployed.items():
        model: Any = RetentionRequest if name.startswith("retention") else BuildRequest
        assert model.model_validate(deployment.parameters["request"])
        (step,) = deployment.pull_steps or []
        assert step == {"ecgfactory.flows.folder.start_in": {"directory": str(folder)}}
        assert deployment.enforce_parameter_schema


def test_the_form_has_units_choices_bounds_and_defaults(deployed: dict[str, DeploymentResponse]) -> None:
    schema: Any = deployed["build-dataset/build"].parameter_openapi_schema
    fields = schema["definitions"]["BuildRequest"]["properties"]
    assert fields["duration_s"].items() >= {"title": "Duration (s)", "default": 10}.items()
    assert schema["definitions"]["BuildRequest"]["then"] == {"properties": {"duration_s": {"minimum": 10}}}
    assert fields["leads"]["enum"] == [8, 12]
    assert fields["formats"]["items"]["enum"][0] == "parquet"
    assert fields["splits"]["default"] == {"train": 1.0}
    artefacts = schema["definitions"]["ArtefactsRequest"]["properties"]
    assert artefacts["clean_share"].items() >= {"title": "Clean (share)", "default": 0.25, "maximum": 1}.items()
    assert "muscle" in artefacts["kinds"]["propertyNames"]["enum"]
    assert schema["definitions"]["SnrRange"]["properties"]["min"]["minimum"] == -15
    assert all(field.get("description") or "$ref" in str(field) for field in fields.values())


def test_the_form_of_pictures_has_choices_units_and_words(deployed: dict[str, DeploymentResponse]) -> None:
    schema: Any = deployed["build-dataset/build"].parameter_openapi_schema
    assert "images" in schema["definitions"]["BuildRequest"]["properties"]["formats"]["items"]["enum"]
    parts = [schema["definitions"][f"{name}Request"]["properties"] for name in ("Images", "Paper", "Print")]
    images, paper, printed = parts
    assert set(images["damage"]["propertyNames"]["enum"]) == set(DAMAGES)
    assert (paper["speeds"]["title"], paper["gains"]["title"]) == ("Speeds (mm/s)", "Gains (mm/mV)")
    assert printed["labels"].items() >= {"title": "Names of leads (share)", "minimum": 0, "maximum": 1}.items()
    assert images["file"]["enum"] == ["png", "jpeg", "webp"]
    for field in (field for part in parts for field in part.values()):
        assert (field.get("title") and field.get("description")) or "$ref" in field


def test_what_people_changed_stays_when_it_is_deployed_again(
    deployed: dict[str, DeploymentResponse], tmp_path: Path
) -> None:
    nightly = deployed["build-dataset/nightly"]
    changed = {"request": {"name": "mine", "records": 5}, "seed_of_the_day": True}
    with get_client(sync_client=True) as client:
        client.update_deployment_schedule(nightly.id, nightly.schedules[0].id, active=False)
        client.update_deployment(nightly.id, DeploymentUpdate(parameters=changed))
        deploy(tmp_path / "elsewhere")
        again = read(client)
    assert again["build-dataset/nightly"].parameters == changed
    assert [schedule.active for schedule in again["build-dataset/nightly"].schedules] == [False]
    assert [schedule.active for schedule in again["retention/daily"].schedules] == [True]
    assert str(tmp_path / "elsewhere") in str(again["build-dataset/nightly"].pull_steps)


def test_automations_are_only_touched_to_change_them(prefect_server: str) -> None:
    def there() -> dict[str, dict[str, Any]]:
        body = {"automations": {"name": {"any_": [wanted.name for wanted in ALL]}}}
        found = httpx.post(f"{prefect_server}/automations/filter", json=body, timeout=PATIENCE_S).json()
        assert len(found) == len(ALL)
        return {automation["name"]: automation for automation in found}

    automations.set_up(60)
    first = there()
    automations.set_up(60)
    assert there() == first
    automations.set_up(90)
    changed = there()
    name = automations.crashed(90).name
    assert changed[name]["id"] == first[name]["id"]
    assert changed[name]["trigger"]["within"] == 90


@pytest.mark.parametrize("wanted", ALL, ids=lambda wanted: wanted.name)
def test_an_automation_is_the_same_in_whatever_order_the_server_lists_its_events(wanted: AutomationCore) -> None:
    listed = wanted.model_dump(mode="json")
    for events in (sorted(listed["trigger"]["expect"]), sorted(listed["trigger"]["expect"], reverse=True)):
        listed["trigger"]["expect"] = events
        assert automations.content(AutomationCore.model_validate(listed)) == automations.content(wanted)


def test_what_a_worker_took_and_lost_is_scheduled_again_and_what_stays_cancelling_ends(
    deployed: dict[str, DeploymentResponse],
) -> None:
    """By the server alone: no worker runs here."""
    build = deployed["build-dataset/build"]
    with get_client(sync_client=True) as client:
        made = [
            client.create_automation(automations.scheduled_again(10)),
            client.create_automation(automations.cancelled(10)),
        ]
        request = {"name": "lost", "records": 1}
        taken, told = (
            client.create_flow_run_from_deployment(build.id, parameters={"request": request}).id for _ in range(2)
        )
        client.set_flow_run_state(taken, Pending(name="Submitting"))
        limit = build.global_concurrency_limit
        assert limit is not None
        assert client.read_global_concurrency_limit_by_name(limit.name).active_slots == 1
        client.set_flow_run_state(told, State(type=StateType.CANCELLING), force=True)
        deadline = time.monotonic() + PATIENCE_S
        while (states := [_state_of(client, run) for run in (taken, told)]) != ["SCHEDULED", "CANCELLED"]:
            assert time.monotonic() < deadline, states
            time.sleep(0.5)
        assert client.read_global_concurrency_limit_by_name(limit.name).active_slots == 0
        assert client.read_flow_run(taken).next_scheduled_start_time is not None, "a worker would not find it"
        for run in (taken, told):
            client.delete_flow_run(run)
        for automation in made:
            client.delete_automation(automation)


def _state_of(client: SyncPrefectClient, run_id: UUID) -> str:
    state = client.read_flow_run(run_id).state
    assert state is not None
    return str(state.type.value)


def test_prefect_s_own_command_takes_the_file(deployed: dict[str, DeploymentResponse], prefect_server: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "prefect", "--no-prompt", "deploy", "--all", "--prefect-file", str(FILE)],
        env=os.environ | {"PREFECT_API_URL": prefect_server},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with get_client(sync_client=True) as client:
        assert {read(client)[name].id for name in NAMES} == {there.id for there in deployed.values()}


def test_the_seed_of_the_day_is_the_date_for_which_the_run_was_scheduled(prefect_server: str) -> None:
    @flow
    def dated() -> int | None:
        return with_seed_of_the_day(BuildRequest(name="nightly", records=1)).seed

    with get_client(sync_client=True) as client:
        run = client.create_flow_run(dated, state=Scheduled(scheduled_time=datetime(2024, 3, 5, 2, tzinfo=UTC)))
    assert run_flow(dated, flow_run=run) == 20240305

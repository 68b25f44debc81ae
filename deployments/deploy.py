"""Applying prefect.yaml to the configured Prefect server: the work pool, the deployments, crash detection."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.flows import Flow
from prefect.schedules import Schedule
from prefect.types.entrypoint import EntrypointType
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from ecgfactory.deployments import automations
from ecgfactory.deployments.automations import POOL, SILENCE_S
from ecgfactory.flows.server import usable_server

FILE = Path(__file__).with_name("prefect.yaml")
FOLDER_PLACEHOLDER = "{{ $PWD }}"


def deploy(folder: Path, silence_s: float = SILENCE_S, is_shared: bool = True) -> list[str]:
    """Create what does not exist yet, and update what exists.

    What people change in the UI stays as they left it: schedules, pauses, default parameters, limits.

    Parameters
    ----------
    folder : Path
        Where relative paths of requests start.
    silence_s : float
        Seconds without a heartbeat after which a run is taken for dead.
    is_shared : bool
        Whether workers are on other machines too; where all are on this one, `LostRuns` knows better than the server.

    Returns
    -------
    list of str
        Names of the deployments, as `flow/deployment`.

    Raises
    ------
    BadInputError, ServerUnreachableError
        When there is no such server, before anything is changed on it; see `usable_server`.
    """
    text = FILE.read_text(encoding="utf-8").replace(FOLDER_PLACEHOLDER, str(folder.absolute()))
    content = yaml.safe_load(text)
    with usable_server():
        with get_client(sync_client=True) as client:
            _make_pool(client)
            names = [_deploy_one(client, wanted, content["pull"]) for wanted in content["deployments"]]
        automations.set_up(silence_s, is_shared)
    return names


def _make_pool(client: SyncPrefectClient) -> None:
    try:
        client.create_work_pool(
            WorkPoolCreate(
                name=POOL,
                type=ProcessWorker.type,
                description="Runs of ecgfactory, each a process of its own on the worker's machine.",
                base_job_template=ProcessWorker.get_default_base_job_template(),
            )
        )
    except ObjectAlreadyExists:  # as somebody created or changed it
        return


def _deploy_one(client: SyncPrefectClient, wanted: dict[str, Any], pull_steps: list[dict[str, Any]]) -> str:
    entrypoint, pool = wanted["entrypoint"], wanted["work_pool"]
    flow = _imported(entrypoint)
    full_name = f"{flow.name}/{wanted['name']}"
    try:
        there = client.read_deployment_by_name(full_name)
    except ObjectNotFound:
        RunnerDeployment.from_flow(
            flow,
            wanted["name"],
            entrypoint_type=EntrypointType.MODULE_PATH,
            tags=wanted["tags"],
            parameters=wanted["parameters"],
            concurrency_limit=ConcurrencyLimitConfig(**wanted["concurrency_limit"]),
            schedules=[Schedule(**schedule) for schedule in wanted.get("schedules", [])],
            work_pool_name=pool["name"],
        ).apply()
        there = client.read_deployment_by_name(full_name)
    of_the_code = DeploymentUpdate(
        entrypoint=entrypoint,
        path=None,
        pull_steps=pull_steps,
        description=wanted["description"],
        parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
        job_variables=there.job_variables | pool["job_variables"],
    )
    client.update_deployment(there.id, of_the_code)
    return full_name


def _imported(entrypoint: str) -> Flow[..., Any]:
    """Import a flow; Prefect's own way of doing that imports from the working folder first."""
    module, _, name = entrypoint.rpartition(".")
    flow: Flow[..., Any] = getattr(importlib.import_module(module), name)
    return flow

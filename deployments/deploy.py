"""Bringing prefect.yaml onto the configured Prefect server: the work pool, the deployments, crash detection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.actions import DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.objects import ConcurrencyLimitConfig
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.flows import load_flow_from_entrypoint
from prefect.schedules import Schedule
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from deployments.crash_detection import SILENCE_S, detect_crashes

FILE = Path(__file__).with_name("prefect.yaml")
POOL = "ecgfactory"
FOLDER_PLACEHOLDER = "{{ $PWD }}"


def deploy(folder: Path, silence_s: float = SILENCE_S) -> list[str]:
    """Make what is not there yet, and bring what is there up to date with the code.

    What people change in the UI stays as they left it: schedules, pauses, default parameters, limits.

    Parameters
    ----------
    folder : Path
        Where relative paths of requests start.
    silence_s : float
        Seconds without a heartbeat after which a run is taken for dead.

    Returns
    -------
    list of str
        Names of the deployments, as `flow/deployment`.
    """
    text = FILE.read_text(encoding="utf-8").replace(FOLDER_PLACEHOLDER, str(folder.absolute()))
    specifications = yaml.safe_load(text)["deployments"]
    with get_client(sync_client=True) as client:
        _make_pool(client)
        names = [_deploy_one(client, specification) for specification in specifications]
    detect_crashes(silence_s)
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
    except ObjectAlreadyExists:  # as it was made, or changed, by somebody
        return


def _deploy_one(client: SyncPrefectClient, specification: dict[str, Any]) -> str:
    entrypoint, pool = specification["entrypoint"], specification["work_pool"]
    flow = load_flow_from_entrypoint(entrypoint)
    full_name = f"{flow.name}/{specification['name']}"
    try:
        there = client.read_deployment_by_name(full_name)
    except ObjectNotFound:
        RunnerDeployment.from_entrypoint(
            entrypoint,
            specification["name"],
            description=specification["description"],
            tags=specification["tags"],
            parameters=specification["parameters"],
            concurrency_limit=ConcurrencyLimitConfig(**specification["concurrency_limit"]),
            schedules=[Schedule(**schedule) for schedule in specification.get("schedules", [])],
            work_pool_name=pool["name"],
            job_variables=pool["job_variables"],
        ).apply()
    else:
        code = DeploymentUpdate(
            entrypoint=entrypoint,
            description=specification["description"],
            parameter_openapi_schema=parameter_schema(flow).model_dump(exclude_unset=True),
            job_variables=there.job_variables | pool["job_variables"],
        )
        client.update_deployment(there.id, code)
    return full_name

"""Templates of work pools: what Prefect's own have, with defaults for this package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import prefect.server
import pytest
from jsonschema import Draft202012Validator
from manifests import FOLDER, documents, filled, read_json
from prefect.client.schemas.actions import WorkPoolCreate

import ecgfactory
from ecgfactory.deployments.automations import POOL
from ecgfactory.flows.heartbeat import ENVIRONMENT

KINDS = ("docker", "kubernetes")
OF_PREFECT: Any = json.loads(
    (Path(prefect.server.__file__).parent / "api/collections_data/views/aggregate-worker-metadata.json").read_bytes()
)
BEYOND_PREFECT = {"container_create_kwargs"}
"""Known to prefect-docker, but no variable of its template."""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def template(kind: str) -> Any:
    return read_json(f"work-pools/{kind}.json")


@pytest.fixture
def usual(kind: str) -> Any:
    return OF_PREFECT[f"prefect-{kind}"][kind]["default_base_job_configuration"]


def test_the_server_takes_it(kind: str, template: Any) -> None:
    assert WorkPoolCreate(name=POOL, type=kind, base_job_template=template).base_job_template == template


def test_variables_are_those_of_prefect_with_defaults_that_they_allow(template: Any, usual: Any) -> None:
    usual_variables = usual["variables"]["properties"]
    for name, variable in template["variables"]["properties"].items():
        known = usual_variables[name]
        assert variable | {"default": None} == known | {"default": None}, name
        if "default" in variable:
            Draft202012Validator(known).validate(variable["default"])


def test_every_variable_is_used_and_every_one_used_is_there(template: Any, usual: Any) -> None:
    configuration = template["job_configuration"]
    assert configuration.keys() - BEYOND_PREFECT <= usual["job_configuration"].keys()
    assert set(re.findall(r"{{ (\w+) }}", json.dumps(configuration))) == template["variables"]["properties"].keys()


def test_runs_use_the_image_of_this_version_and_send_heartbeats(template: Any) -> None:
    defaults = {name: each.get("default") for name, each in template["variables"]["properties"].items()}
    assert defaults["image"].endswith(f"/ecgfactory:{ecgfactory.__version__}")
    assert defaults["env"] == ENVIRONMENT


def test_a_docker_container_has_no_rights_and_a_disk_for_scratch() -> None:
    made = filled(read_json("work-pools/docker.json"))
    assert (
        made["container_create_kwargs"].items()
        >= {
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges"],
        }.items()
    )
    assert made["volumes"] == ["ecgfactory-scratch:/scratch"] and made["mem_limit"]
    assert made.get("privileged") is None


def test_a_kubernetes_run_uses_names_of_the_other_manifests() -> None:
    made = filled(read_json("work-pools/kubernetes.json"))
    (kustomization,) = documents(FOLDER / "kubernetes" / "kustomization.yaml")
    assert made["namespace"] == kustomization["namespace"] == made["job_manifest"]["metadata"]["namespace"]
    accounts = documents(FOLDER / "kubernetes" / "accounts.yaml")
    account = made["job_manifest"]["spec"]["template"]["spec"]["serviceAccountName"]
    assert account in {each["metadata"]["name"] for each in accounts if each["kind"] == "ServiceAccount"}
    settings = {each["metadata"]["name"] for each in documents(FOLDER / "kubernetes" / "settings.yaml")}
    (container,) = made["job_manifest"]["spec"]["template"]["spec"]["containers"]
    used = [each["configMapRef"]["name"] for each in container["envFrom"] if "configMapRef" in each]
    assert set(used) <= settings

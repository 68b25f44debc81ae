"""The manifests for Kubernetes: as its schemas want them, locked down, and in step with the code."""

from __future__ import annotations

import re
import sys
from importlib.metadata import distributions, version
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator
from manifests import FOLDER, KUBERNETES, documents, image_environment, job_of_pool, pods, resources

import ecgfactory
from ecgfactory.deployments.automations import POOL
from ecgfactory.flows.dask_workers import RESOURCES
from ecgfactory.pools.crew import ENVIRONMENT
from ecgfactory.request.request_file import load_request

KUBERNETES_VERSION = "1.34"
OPERATOR = Path(sys.prefix) / "dask-kubernetes"
"""Apart from other packages: the `dask` command would load it, and miss what it depends on."""

PODS = pods()


def named(resource: Any) -> str:
    return f"{resource['kind']}-{resource['metadata'].get('name') or resource['metadata']['generateName']}"


def valid(resource: dict[str, Any]) -> None:
    kubernetes_validate.validate(resource, KUBERNETES_VERSION, strict=True)


@pytest.mark.parametrize("resource", [each for each in resources() if not each["kind"].startswith("Dask")], ids=named)
def test_a_resource_is_as_kubernetes_wants_it(resource: dict[str, Any]) -> None:
    valid(resource)


@pytest.mark.parametrize(("name", "pod"), PODS, ids=[name for name, _ in PODS])
def test_a_pod_is_as_kubernetes_wants_it(name: str, pod: dict[str, Any]) -> None:
    valid({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": pod})


def test_the_job_of_a_run_is_as_kubernetes_wants_it() -> None:
    valid(job_of_pool())


@pytest.mark.parametrize("resource", [each for each in resources() if each["kind"].startswith("Dask")], ids=named)
def test_a_dask_resource_is_as_its_operator_wants_it(resource: dict[str, Any]) -> None:
    schema = _operator_file(f"crds/{resource['kind'].lower()}.yaml")["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert resource.keys() == {"apiVersion", "kind", "metadata", "spec"}
    assert resource["spec"].keys() <= schema["properties"]["spec"]["properties"].keys()
    Draft202012Validator(schema).validate(resource)


def _operator_file(name: str) -> Any:
    operator = next(distributions(name="dask-kubernetes", path=[str(OPERATOR)]), None)
    if operator is None:
        pytest.skip("dask-kubernetes, which has the schemas of Dask's resources, is not there; .ci/run brings it")
    (path,) = (path for path in operator.files or [] if path.as_posix().endswith(f"dask-kubernetes-operator/{name}"))
    return yaml.load(Path(str(path.locate())).read_text(encoding="utf-8"), yaml.CSafeLoader)


@pytest.mark.parametrize(("name", "pod"), PODS, ids=[name for name, _ in PODS])
def test_a_pod_has_no_more_rights_than_it_needs(name: str, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 1000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    starts_jobs = pod.get("serviceAccountName") == "prefect-worker"
    assert pod.get("automountServiceAccountToken", True) is starts_jobs


@pytest.mark.parametrize(("name", "pod"), PODS, ids=[name for name, _ in PODS])
def test_a_pod_says_what_it_takes_and_writes_to_volumes_with_limits(name: str, pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    assert container["resources"]["requests"].keys() >= {"cpu", "memory"}
    assert "memory" in container["resources"]["limits"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in container["volumeMounts"]}
    assert all("sizeLimit" in volume["emptyDir"] for volume in volumes.values() if "emptyDir" in volume)
    if "/ecgfactory" in container["image"]:
        scratch = image_environment()["TMPDIR"]
        assert "emptyDir" in mounts[scratch]
        assert image_environment()["HOME"] == scratch
        assert pod["securityContext"]["runAsUser"] == _user_of_the_image()
    else:
        assert {"/tmp", "/home/prefect"} == mounts.keys()


def test_the_image_sets_what_workers_of_a_build_have() -> None:
    assert image_environment().items() >= ENVIRONMENT.items()


def test_images_are_of_this_version_and_of_the_prefect_that_is_tested() -> None:
    (kustomization,) = documents(FOLDER / "kubernetes" / "kustomization.yaml")
    (image,) = kustomization["images"]
    tags = {image["name"]: image["newTag"]}
    for _, pod in PODS:
        name, _, tag = pod["containers"][0]["image"].partition(":")
        if name == "prefecthq/prefect":
            assert tag == f"{version('prefect')}-python3.11-kubernetes"
        else:
            assert (tag or tags[name]) == ecgfactory.__version__


@pytest.mark.parametrize(
    ("name", "pod"), [(name, pod) for name, pod in PODS if name.startswith("Dask") and name.endswith(" worker")]
)
def test_a_dask_worker_takes_one_job_of_its_kind_at_a_time(name: str, pod: dict[str, Any]) -> None:
    (container,) = pod["containers"]
    command, options = container["args"][:2], dict(each.split("=", 1) for each in container["args"][2:])
    resource, _, amount = options["--resources"].partition("=")
    assert command == ["dask", "worker"] and resource in RESOURCES and amount == options["--nthreads"] == "1"
    assert options["--name"] == "$(DASK_WORKER_NAME)"  # by which the operator scales down
    assert options["--local-directory"] == image_environment()["TMPDIR"]
    assert ("nvidia.com/gpu" in container["resources"]["limits"]) is (resource == "GPU")
    assert ({"name": "CUDA_VISIBLE_DEVICES", "value": ""} in container.get("env", [])) is (resource == "CPU")


def test_the_request_names_the_scheduler_that_is_started() -> None:
    (cluster,) = (each for each in resources() if each["kind"] == "DaskCluster")
    request = load_request(FOLDER / "kubernetes" / "request.yaml")
    ports = {port["name"]: port["port"] for port in cluster["spec"]["scheduler"]["service"]["ports"]}
    assert request.workers.scheduler == f"tcp://{cluster['metadata']['name']}-scheduler:{ports['tcp-comm']}"
    assert request.is_in_store
    selector = cluster["spec"]["scheduler"]["service"]["selector"]
    assert selector == {"dask.org/cluster-name": cluster["metadata"]["name"], "dask.org/component": "scheduler"}


def test_runs_and_workers_of_the_cluster_alone_reach_the_scheduler() -> None:
    (policy,) = (each for each in resources() if each["kind"] == "NetworkPolicy")
    (cluster,) = (each for each in resources() if each["kind"] == "DaskCluster")
    of_the_cluster = {"matchLabels": {"dask.org/cluster-name": cluster["metadata"]["name"]}}
    assert policy["spec"]["podSelector"] == of_the_cluster
    inside, others = policy["spec"]["ingress"]
    assert inside == {"from": [{"podSelector": of_the_cluster}]}
    runs, _operator = others["from"]
    assert job_of_pool()["metadata"]["labels"].items() >= runs["podSelector"]["matchLabels"].items()
    assert {port["port"] for port in others["ports"]} == {8786, 8787}


def test_the_prefect_worker_serves_the_pool_of_the_deployments() -> None:
    (pod,) = (pod for name, pod in PODS if name.startswith("Deployment"))
    arguments = pod["containers"][0]["args"]
    assert arguments[arguments.index("--pool") + 1] == POOL
    assert arguments[arguments.index("--type") + 1] == "kubernetes"


def test_everything_is_put_together_and_nothing_is_secret() -> None:
    (kustomization,) = documents(FOLDER / "kubernetes" / "kustomization.yaml")
    generated = [name for each in kustomization["configMapGenerator"] for name in each["files"]]
    together = {*kustomization["resources"], *generated, "kustomization.yaml", "submit.yaml"}
    assert together == {path.name for path in KUBERNETES}
    assert all(each["kind"] != "Secret" for each in resources())
    names = {entry["name"] for _, pod in PODS for entry in pod["containers"][0].get("env", [])}
    names |= {name for each in resources() for name in each.get("data", {})}
    assert not [name for name in names if re.search("SECRET|PASSWORD|TOKEN|KEY|AUTH", name)]


def _user_of_the_image() -> int:
    (user,) = re.findall(r"^USER (\d+)$", (FOLDER / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    return int(user)
